#include "runtime/model/job.hpp"

#include "runtime/base/escape.hpp"
#include "runtime/model/placement_names.hpp"

#include <algorithm>
#include <string_view>

namespace troupe {

namespace {

/// Descriptors of deeply nested types are long; this is far beyond them.
constexpr size_t type_bytes_max = 4 * limits::kib;

/// No wait is longer than 30 days, so that due times stay far from overflow.
constexpr uint64_t wait_ms_max = uint64_t{30} * 24 * 60 * 60 * 1000;

/// 2200-01-01; its microseconds stay far from overflow.
constexpr uint64_t deadline_ms_max = 7'258'118'400'000;

/// The distance of two integers of which `from` is not the larger one, without
/// the overflow that it may have in `int64_t`.
uint64_t distance(int64_t from, int64_t to) {
  return static_cast<uint64_t>(to) - static_cast<uint64_t>(from);
}

tl::unexpected<error> refuse(std::string text) {
  return fail(errc::bad_usage, std::move(text));
}

// The text itself is not shown in an error: it may be long or unprintable.
result<void> check_text(std::string_view field, std::string_view text,
                        size_t bytes_max) {
  if (text.size() > bytes_max)
    return refuse("the " + std::string{field} + " of the job has "
                  + std::to_string(text.size()) + " bytes and the limit is "
                  + std::to_string(bytes_max) + ": choose a shorter one");
  auto is_control = [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte < 0x20 || byte == 0x7F;
  };
  const auto i = std::find_if(text.begin(), text.end(), is_control);
  if (i != text.end())
    return refuse("the " + std::string{field}
                  + " of the job has a control character at byte "
                  + std::to_string(i - text.begin())
                  + ": use printable text only");
  return {};
}

result<void> check_texts(const job_spec& spec) {
  struct row {
    std::string_view field;
    const std::string& text;
    size_t bytes_max;
    bool required;
  };
  const row rows[] = {
    {"name", spec.name, limits::name_bytes_max, false},
    {"function", spec.function, limits::name_bytes_max, true},
    {"reducer", spec.reducer, limits::name_bytes_max, true},
    {"idempotency key", spec.key, limits::name_bytes_max, false},
    {"input type", spec.input_type, type_bytes_max, false},
    {"argument type", spec.args_type, type_bytes_max, false},
  };
  for (const auto& [field, text, bytes_max, required] : rows) {
    if (required && text.empty())
      return refuse("the " + std::string{field}
                    + " of the job is empty: name one");
    if (auto ok = check_text(field, text, bytes_max); !ok)
      return ok;
  }
  return {};
}

result<void> check_options(const job_options& options) {
  if (options.retries > limits::retries_max)
    return refuse("the job asks for " + std::to_string(options.retries)
                  + " retries and the limit is "
                  + std::to_string(limits::retries_max) + ": ask for fewer");
  const auto wait = std::max(options.backoff_base_ms, options.backoff_cap_ms);
  if (wait > wait_ms_max)
    return refuse("the job asks for a backoff of " + std::to_string(wait)
                  + " ms and the limit is " + std::to_string(wait_ms_max)
                  + " ms: ask for less");
  if (options.task_timeout_ms > wait_ms_max)
    return refuse("the job gives each attempt "
                  + std::to_string(options.task_timeout_ms)
                  + " ms and the limit is " + std::to_string(wait_ms_max)
                  + " ms: give less, or 0 for no limit");
  if (options.deadline_unix_ms > deadline_ms_max)
    return refuse("the deadline of the job lies after the year 2200: choose "
                  "an earlier one, or 0 for none");
  if (options.weight == 0 || options.weight > limits::job_weight_max)
    return refuse("the job has the weight " + std::to_string(options.weight)
                  + ": give one from 1 to "
                  + std::to_string(limits::job_weight_max));
  return {};
}

bool is_label(std::string_view text) {
  auto is_visible = [](char c) { return c > 0x20 && c < 0x7F; };
  return !text.empty() && text.size() <= limits::name_bytes_max
         && std::all_of(text.begin(), text.end(), is_visible);
}

result<void> check_labels(const std::vector<std::string>& labels,
                          std::string_view how) {
  if (labels.size() > limits::task_labels_max)
    return refuse("the job " + std::string{how} + " "
                  + std::to_string(labels.size()) + " labels and the limit is "
                  + std::to_string(limits::task_labels_max) + ": name fewer");
  const auto i = std::find_if_not(labels.begin(), labels.end(), is_label);
  if (i != labels.end())
    return refuse("the job " + std::string{how} + " the label " + quote_text(*i)
                  + ": a label has 1 to "
                  + std::to_string(limits::name_bytes_max)
                  + " visible ASCII characters");
  return {};
}

/// Checks where the tasks of a job may and should run.
result<void> check_place(const job_options& options) {
  if (!options.placement.empty() && !is_placement_name(options.placement))
    return refuse("the job asks for the placement "
                  + quote_text(options.placement) + ": choose one of "
                  + list_placement_names());
  if (auto ok = validate(options.needs); !ok)
    return fail(ok.error().code,
                "the job needs what no task can have: " + ok.error().text);
  if (auto ok = check_labels(options.labels, "requires"); !ok)
    return ok;
  return check_labels(options.prefers, "prefers");
}

result<void> check_range(input_kind kind, const range_input& range) {
  if (kind == input_kind::chunks)
    return {};
  const auto shown =
    std::to_string(range.first) + ".." + std::to_string(range.last);
  if (range.step == 0)
    return refuse("the range " + shown
                  + " of the job has step 0: use a step of at least 1");
  if (range.last < range.first)
    return refuse("the range " + shown
                  + " of the job ends before it begins: swap its bounds");
  const auto tasks = task_count(kind, range);
  if (tasks > limits::job_tasks_max)
    return refuse("the range " + shown + " of the job has "
                  + std::to_string(tasks) + " tasks and the limit is "
                  + std::to_string(limits::job_tasks_max)
                  + ": choose a larger step or a smaller range");
  return {};
}

} // namespace

uint64_t task_count(input_kind kind, const range_input& range) {
  if (kind == input_kind::chunks || range.last <= range.first)
    return 0;
  const auto width = distance(range.first, range.last);
  if (kind == input_kind::integers)
    return width;
  if (range.step == 0)
    return 0;
  return width / range.step + (width % range.step != 0 ? 1 : 0);
}

std::pair<int64_t, int64_t> input_at(input_kind kind, const range_input& range,
                                     task_index index) {
  // Unsigned arithmetic wraps, and the true values fit into 64 bits.
  const auto step = kind == input_kind::pairs ? range.step : 1;
  const auto first = static_cast<uint64_t>(range.first) + index * step;
  const auto begin = static_cast<int64_t>(first);
  const auto size = std::min(step, distance(begin, range.last));
  return {begin, static_cast<int64_t>(first + size)};
}

result<void> validate(const job_spec& spec) {
  if (spec.inputs > input_kind::pairs)
    return refuse("the job has inputs of the unknown kind "
                  + std::to_string(static_cast<int>(spec.inputs))
                  + ": use a client of this version");
  if (auto ok = check_texts(spec); !ok)
    return ok;
  if (spec.args.size() > limits::args_bytes_max)
    return fail(errc::bad_args, "the arguments of the job have "
                                  + std::to_string(spec.args.size())
                                  + " bytes and the limit is "
                                  + std::to_string(limits::args_bytes_max)
                                  + ": pass less, or a path to a file");
  if (auto ok = check_options(spec.options); !ok)
    return ok;
  if (auto ok = check_place(spec.options); !ok)
    return ok;
  return check_range(spec.inputs, spec.range);
}

} // namespace troupe
