#include "nodes/shell/submission.hpp"

#include "nodes/shell/deadline_text.hpp"
#include "nodes/shell/input_file.hpp"
#include "nodes/shell/job_file.hpp"
#include "nodes/shell/range_text.hpp"
#include "runtime/base/clock.hpp"
#include "runtime/base/escape.hpp"
#include "runtime/base/limits.hpp"
#include "runtime/base/nearest.hpp"
#include "runtime/base/units.hpp"
#include "runtime/function/json.hpp"
#include "runtime/function/reducer.hpp"
#include "runtime/model/placement_names.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <string_view>
#include <system_error>
#include <utility>

namespace troupe::shell {

namespace {

constexpr std::string_view input_options[] = {"range", "lines", "split", "glob",
                                              "input"};
constexpr const char* input_names =
  "--range, --lines, --split, --glob or --input";
constexpr size_t chunk_bytes_default = limits::mib;

/// Reads all of a job file.
outcome<std::string> read_text(input_file& file) {
  std::string text;
  if (auto ok = file.open(); !ok)
    return refuse(ok.error());
  for (;;) {
    auto got = file.read(limits::mib, text);
    if (!got)
      return refuse(to_string(got.error()), got.error().code == errc::timed_out
                                              ? exit_code::detached
                                              : exit_code::failed);
    if (*got == 0)
      return text;
    if (text.size() > job_file_bytes_max)
      return refuse_usage(
        fmt::format("{} has more than {}, the limit of a job file; put the "
                    "inputs into a file of their own, for --lines",
                    file.name(), format_bytes(job_file_bytes_max)));
  }
}

/// Drops the inputs of a file whose command line has others. The size of
/// pieces goes with the files that are split.
void drop_inputs(const invocation& call, invocation::option_texts& file) {
  auto is_given = [&](std::string_view name) { return call.has(name); };
  if (!std::any_of(std::begin(input_options), std::end(input_options),
                   is_given))
    return;
  for (auto name : input_options)
    if (auto i = file.find(name); i != file.end())
      file.erase(i);
  if (!call.has("split"))
    file.erase("chunk");
}

/// Returns the one option that says where inputs come from.
outcome<std::string_view> input_option(const invocation& call) {
  std::string_view found;
  for (auto name : input_options) {
    if (!call.has(name))
      continue;
    if (!found.empty())
      return refuse_usage(fmt::format(
        "--{} and --{} are given; a job has one kind of input", found, name));
    found = name;
  }
  if (found.empty())
    return refuse_usage(
      fmt::format("the inputs are missing; give one of {}", input_names));
  return found;
}

outcome<size_t> chunk_bytes(const invocation& call) {
  auto size = call.size_bytes("chunk").value_or(chunk_bytes_default);
  if (size == 0 || size > limits::input_bytes_max)
    return refuse_usage(fmt::format(
      "--chunk: {} is not from 1 B to {}, the limit of one input",
      quote_text(*call.text("chunk")), format_bytes(limits::input_bytes_max)));
  return size;
}

result<std::unique_ptr<input_source>>
open_source(const invocation& call, std::string_view option, size_t chunk,
            const std::atomic<bool>* interrupted) {
  if (option == "lines")
    return read_lines(*call.text("lines"), interrupted);
  if (option == "split")
    return split_files(call.texts("split"), chunk, interrupted);
  if (option == "glob")
    return match_paths(*call.text("glob"));
  return json_inputs(call.texts("input"));
}

/// Checks that the inputs of the command line are JSON, whatever their type
/// will be.
outcome<void> check_json(const std::vector<std::string>& inputs) {
  for (size_t i = 0; i < inputs.size(); ++i) {
    auto read = json_to_bytes("any", inputs[i]);
    if (!read && read.error().code == errc::bad_json)
      return refuse_usage(
        fmt::format("--input: input {}: {}", i, to_string(read.error())));
  }
  return {};
}

outcome<void> read_inputs(const invocation& call, submission& out,
                          const std::atomic<bool>* interrupted) {
  auto option = input_option(call);
  if (!option)
    return tl::unexpected{std::move(option.error())};
  if (call.has("chunk") && *option != "split")
    return refuse_usage("--chunk belongs to --split; give both or neither");
  auto chunk = chunk_bytes(call);
  if (!chunk)
    return tl::unexpected{std::move(chunk.error())};
  if (*option == "range") {
    auto range = parse_range(*call.text("range"));
    if (!range)
      return refuse_usage(fmt::format("--range: {}", to_string(range.error())));
    out.spec.inputs = range->kind;
    out.spec.range = range->range;
    return {};
  }
  if (auto ok = check_json(call.texts("input")); !ok)
    return ok;
  auto source = open_source(call, *option, *chunk, interrupted);
  if (!source)
    return refuse(source.error());
  out.source = std::move(*source);
  return {};
}

/// Encodes `--args`, or says that the function needs some.
outcome<void> fit_args(submission& what, const function_info& function) {
  const auto& type = function.args_type;
  if (!what.args_json) {
    // Optional arguments are none then; only those that must be there fail.
    auto none = json_to_bytes(type, "null");
    if (!none)
      return refuse(fmt::format("the function {} needs --args of type {}",
                                function.name, type));
    what.spec.args_type = type;
    what.spec.args = blob{std::move(*none)};
    return {};
  }
  auto encoded = json_to_bytes(type, *what.args_json);
  if (!encoded)
    return refuse_usage(fmt::format("--args: {}", to_string(encoded.error())));
  what.spec.args_type = type;
  what.spec.args = blob{std::move(*encoded)};
  return {};
}

/// Checks that the numbers of a range are what the function takes. The first
/// input stands for all: it has their shape and is the smallest.
outcome<void> fit_range(const submission& what, const std::string& type) {
  const auto& spec = what.spec;
  if (spec.range.first == spec.range.last)
    return {};
  auto first = first_input_json({spec.inputs, spec.range});
  auto encoded = json_to_bytes(type, first);
  if (!encoded)
    return refuse(fmt::format("input 0: {}", to_string(encoded.error())));
  return {};
}

outcome<void> fit_unknown(submission& what) {
  what.spec.input_type = "any";
  if (!what.args_json)
    return {};
  auto encoded = json_to_bytes("any", *what.args_json);
  if (!encoded)
    return refuse_usage(fmt::format("--args: {}", to_string(encoded.error())));
  what.spec.args_type = "any";
  what.spec.args = blob{std::move(*encoded)};
  return {};
}

/// Reads when the job is served, compared with others.
outcome<void> read_rank(const invocation& call, job_options& out) {
  if (auto text = call.text("weight")) {
    auto weight = parse_count(*text, 1, limits::job_weight_max);
    if (!weight)
      return refuse_usage(
        fmt::format("--weight: {}", to_string(weight.error())));
    out.weight = static_cast<uint32_t>(*weight);
  }
  auto text = call.text("priority");
  if (!text)
    return {};
  auto end = text->data() + text->size();
  auto [stop, problem] = std::from_chars(text->data(), end, out.priority);
  if (problem == std::errc{} && stop == end)
    return {};
  return refuse_usage(fmt::format("--priority is a whole number from {} to {}, "
                                  "not {}",
                                  INT32_MIN, INT32_MAX, quote_text(*text)));
}

/// Reads how failures are treated and how long things may take.
outcome<void> read_limits(const invocation& call, job_options& out) {
  if (auto ok = read_rank(call, out); !ok)
    return ok;
  if (auto retries = call.count("retries"))
    out.retries = static_cast<uint32_t>(*retries);
  if (auto crashes = call.count("max-crashes"))
    out.max_crashes = static_cast<uint32_t>(*crashes);
  out.max_dead = call.count("max-dead").value_or(out.max_dead);
  auto ms = [&call](std::string_view option, uint64_t& to) {
    if (auto time = call.duration(option))
      to = static_cast<uint64_t>(time->count());
  };
  ms("backoff", out.backoff_base_ms);
  ms("backoff-cap", out.backoff_cap_ms);
  ms("task-timeout", out.task_timeout_ms);
  auto deadline = call.text("deadline");
  if (!deadline)
    return {};
  auto time = parse_deadline(*deadline, system_wall_clock().now_us());
  if (!time)
    return refuse_usage(fmt::format("--deadline: {}", to_string(time.error())));
  out.deadline_unix_ms = *time;
  return {};
}

/// Reads what a task needs.
outcome<void> read_needs(const invocation& call, resource_set& out) {
  if (auto cpus = call.text("cpus")) {
    auto amount = parse_amount(*cpus);
    if (!amount)
      return refuse_usage(fmt::format("--cpus is a number above 0 with at most "
                                      "four decimals, up to {}, not {}",
                                      limits::resource_amount_max,
                                      quote_text(*cpus)));
    out.cpus = *amount;
  }
  out.memory_bytes = call.size_bytes("memory").value_or(out.memory_bytes);
  if (!call.has("resource"))
    return {};
  auto texts = call.texts("resource");
  auto named = parse_named(fmt::format("{}", fmt::join(texts, ",")));
  if (!named)
    return refuse_usage(
      fmt::format("--resource: {}", to_string(named.error())));
  out.named = std::move(*named);
  return {};
}

/// Reads on which workers the tasks may and should run.
outcome<void> read_place(const invocation& call, submission& out) {
  auto& options = out.spec.options;
  if (auto ok = read_needs(call, options.needs); !ok)
    return ok;
  options.stream = call.has("stream");
  if (options.stream && call.has("reduce"))
    return refuse_usage("--reduce has no use with --stream, which hands out "
                        "the results one by one; leave one of them out");
  options.labels = call.texts("label");
  options.prefers = call.texts("prefer");
  out.near = call.text("near").value_or("");
  if (out.near.size() > limits::name_bytes_max)
    return refuse_usage(fmt::format("--near has {} bytes, the limit is {}",
                                    out.near.size(), limits::name_bytes_max));
  if (call.has("near") && call.has("range"))
    return refuse_usage("--near is about inputs that travel, those of --range "
                        "do not; leave it out, or use --prefer");
  options.placement = call.text("placement").value_or("");
  if (!call.has("placement") || is_placement_name(options.placement))
    return {};
  return refuse_usage(
    fmt::format("--placement: {} is none of {}{}",
                quote_text(options.placement), list_placement_names(),
                did_you_mean(options.placement, {placement_names.begin(),
                                                 placement_names.end()})));
}

/// Checks the name of the reducer; what it needs depends on the function.
outcome<void> check_reducer(const std::string& spec) {
  auto made = make_reducer(spec, "null");
  if (made || made.error().code != errc::unknown_reducer)
    return {};
  auto names = reducer_names();
  return refuse_usage(fmt::format("--reduce: {} is none of {}{}",
                                  quote_text(spec), fmt::join(names, ", "),
                                  did_you_mean(spec, names)));
}

} // namespace

outcome<invocation> with_job_file(const invocation& call,
                                  const std::atomic<bool>* interrupted) {
  auto path = call.text("file");
  if (!path)
    return call;
  input_file file{*path, interrupted};
  auto text = read_text(file);
  if (!text)
    return tl::unexpected{std::move(text.error())};
  auto name = *path == "-" ? file.name() : *path;
  auto read = parse_job_file(name, *text, find_command("submit")->options);
  if (!read)
    return tl::unexpected{std::move(read.error())};
  if (call.positional().empty() && !read->function)
    return refuse_usage(fmt::format("{} names no function; give the command "
                                    "one, or the file a key \"function\"",
                                    escape_text(name)));
  drop_inputs(call, read->options);
  auto out =
    call.completed(std::move(read->function), std::move(read->options));
  if (*path == "-" && out.text("lines") == "-")
    return refuse_usage("the job file and the lines cannot both come from the "
                        "standard input; give one of them a file");
  return out;
}

outcome<submission> read_submission(const invocation& call,
                                    const std::atomic<bool>* interrupted) {
  submission out;
  out.spec.function = call.positional().front();
  out.spec.name = call.text("name").value_or("");
  out.spec.key = call.text("key").value_or("");
  out.spec.reducer = call.text("reduce").value_or(out.spec.reducer);
  if (auto ok = check_reducer(out.spec.reducer); !ok)
    return tl::unexpected{std::move(ok.error())};
  out.args_json = call.text("args");
  if (auto ok = read_limits(call, out.spec.options); !ok)
    return tl::unexpected{std::move(ok.error())};
  if (auto ok = read_place(call, out); !ok)
    return tl::unexpected{std::move(ok.error())};
  if (auto ok = read_inputs(call, out, interrupted); !ok)
    return tl::unexpected{std::move(ok.error())};
  // As the coordinator would; but nothing was sent yet.
  if (auto ok = validate(out.spec); !ok)
    return refuse_usage(to_string(ok.error()));
  return out;
}

outcome<void> fit_function(submission& what,
                           const std::vector<function_info>& offered) {
  auto known =
    std::find_if(offered.begin(), offered.end(), [&](const function_info& x) {
      return x.name == what.spec.function;
    });
  if (known == offered.end())
    return fit_unknown(what);
  what.spec.input_type = known->input_type;
  if (auto ok = fit_args(what, *known); !ok)
    return ok;
  if (what.spec.options.stream)
    what.result_type = known->result_type;
  else if (auto merged = make_reducer(what.spec.reducer, known->result_type))
    what.result_type = merged->result_type;
  if (what.source == nullptr)
    return fit_range(what, known->input_type);
  return {};
}

} // namespace troupe::shell
