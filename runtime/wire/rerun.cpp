#include "runtime/wire/rerun.hpp"

#include "runtime/base/limits.hpp"
#include "runtime/function/integer_input.hpp"
#include "runtime/model/packed.hpp"

#include <algorithm>
#include <utility>

namespace troupe {

namespace {

tl::unexpected<error> not_kept(const store_inputs& job) {
  return fail(errc::inputs_not_kept,
              "the inputs of job " + std::to_string(job.job)
                + " are not kept any more: the coordinator needed the memory; "
                  "submit them again, or raise coordinator.memory");
}

tl::unexpected<error> too_much(const store_inputs& job, size_t bytes,
                               size_t bytes_max) {
  return fail(errc::store_full,
              "the dead letters of job " + std::to_string(job.job)
                + " lie among other inputs, so " + std::to_string(bytes)
                + " bytes had to be copied, at most "
                + std::to_string(bytes_max)
                + " are: requeue them, run all of the job again, or raise "
                  "coordinator.memory");
}

/// Packs single inputs into chunks.
class chunk_writer {
public:
  explicit chunk_writer(rerun_plan& out) : out_(out) {
    // nop
  }

  void add(std::string_view input, const std::string& near) {
    if (near != near_ || chunk_.size() == limits::chunk_tasks_max
        || chunk_.bytes() + input.size() > limits::chunk_bytes_max)
      flush();
    near_ = near;
    chunk_.add(input);
  }

  /// Takes over a chunk as it is.
  void share(const kept_inputs& part) {
    flush();
    put(part.range.size(), part.packed, part.near);
  }

  void flush() {
    if (chunk_.empty())
      return;
    auto count = chunk_.size();
    put(count, blob{chunk_.finish()}, near_);
  }

private:
  void put(uint64_t count, blob packed, const std::string& near) {
    index_range range{next_, next_ + count};
    next_ = range.end;
    out_.inputs.push_back({range, std::move(packed), near});
  }

  rerun_plan& out_;
  packed_builder chunk_;
  std::string near_;
  task_index next_ = 0;
};

result<void> encode_dead(const store_inputs& job, const std::string& input_type,
                         rerun_plan& out) {
  const auto& spec = job.spec;
  if (input_type.empty())
    return fail(errc::unknown_function,
                "no node has offered the function \"" + spec.function
                  + "\" since the coordinator started, so nobody knows how its "
                    "inputs are encoded: start a worker that offers it");
  auto pairs = spec.inputs == input_kind::pairs;
  auto encoder = integer_input_encoder::make(spec.function, input_type, pairs);
  if (!encoder)
    return tl::unexpected{std::move(encoder.error())};
  chunk_writer chunks{out};
  std::string input;
  for (auto index : job.dead) {
    auto [first, last] = input_at(spec.inputs, spec.range, index);
    input.clear();
    auto ok = pairs ? encoder->encode(first, last, input)
                    : encoder->encode(first, input);
    if (!ok)
      return ok;
    chunks.add(input, {});
  }
  chunks.flush();
  out.spec.inputs = input_kind::chunks;
  out.spec.range = {};
  out.spec.input_type = input_type;
  return {};
}

/// Dead letters in one chunk of inputs.
struct dead_part {
  const kept_inputs& part;
  const task_index* first;
  const task_index* last; ///< Behind the last.

  bool is_whole() const {
    return static_cast<uint64_t>(last - first) == part.range.size();
  }
};

/// Calls `visit` for each chunk with dead letters, in order, until it fails.
template <class Visit>
result<void> for_each_part(const store_inputs& job, Visit visit) {
  const auto* next = job.dead.data();
  const auto* end = next + job.dead.size();
  for (const auto& part : job.inputs) {
    const auto* last = std::lower_bound(next, end, part.range.end);
    if (next == last)
      continue;
    if (*next < part.range.begin)
      break; // What was before this part was dropped.
    if (auto ok = visit(dead_part{part, next, last}); !ok)
      return ok;
    next = last;
  }
  return next == end ? result<void>{} : not_kept(job);
}

/// Calls `visit` with each dead input of a chunk.
template <class Visit>
result<void> for_each_input(const dead_part& of, Visit visit) {
  auto packed = packed_view::parse(of.part.packed.view());
  if (!packed)
    return tl::unexpected{std::move(packed.error())};
  for (const auto* index = of.first; index != of.last; ++index)
    visit((*packed)[static_cast<uint32_t>(*index - of.part.range.begin)]);
  return {};
}

result<void> copy_dead(const store_inputs& job, size_t copied_bytes_max,
                       rerun_plan& out) {
  // Nobody but this knows of the copies, so they are counted before.
  size_t bytes = 0;
  auto count = [&](const dead_part& of) {
    return of.is_whole() ? result<void>{}
                         : for_each_input(of, [&](std::string_view input) {
                             bytes += input.size();
                           });
  };
  if (auto ok = for_each_part(job, count); !ok)
    return ok;
  if (bytes > copied_bytes_max)
    return too_much(job, bytes, copied_bytes_max);
  chunk_writer chunks{out};
  auto copy = [&](const dead_part& of) {
    if (!of.is_whole())
      return for_each_input(
        of, [&](std::string_view input) { chunks.add(input, of.part.near); });
    chunks.share(of.part);
    return result<void>{};
  };
  auto ok = for_each_part(job, copy);
  chunks.flush();
  return ok;
}

} // namespace

result<rerun_plan> plan_rerun(const store_inputs& job, bool only_dead,
                              const std::string& input_type,
                              size_t copied_bytes_max) {
  rerun_plan plan;
  plan.spec = job.spec;
  plan.spec.key.clear(); // It names the job that was.
  plan.spec.options.deadline_unix_ms = 0;
  auto is_range = job.spec.inputs != input_kind::chunks;
  if (only_dead) {
    if (job.dead.empty())
      return fail(errc::bad_usage,
                  "job " + std::to_string(job.job)
                    + " has no dead letters: run all of it again");
    auto ok = is_range ? encode_dead(job, input_type, plan)
                       : copy_dead(job, copied_bytes_max, plan);
    if (!ok)
      return tl::unexpected{std::move(ok.error())};
    return plan;
  }
  if (is_range)
    return plan;
  task_index next = 0;
  for (const auto& part : job.inputs) {
    if (part.range.begin != next)
      return not_kept(job);
    next = part.range.end;
  }
  if (next != job.tasks)
    return not_kept(job);
  plan.inputs = job.inputs;
  return plan;
}

} // namespace troupe
