#include "runtime/wire/rerun.hpp"

#include "runtime/base/limits.hpp"
#include "runtime/function/integer_input.hpp"
#include "runtime/model/packed.hpp"

#include <utility>

namespace troupe {

namespace {

tl::unexpected<error> not_kept(const store_inputs& job) {
  return fail(errc::inputs_not_kept,
              "the inputs of job " + std::to_string(job.job)
                + " are not kept any more: the coordinator needed the memory; "
                  "submit them again, or raise coordinator.memory");
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

  void flush() {
    if (chunk_.empty())
      return;
    index_range range{next_, next_ + chunk_.size()};
    next_ = range.end;
    out_.inputs.push_back({range, blob{chunk_.finish()}, near_});
  }

private:
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

result<void> copy_dead(const store_inputs& job, rerun_plan& out) {
  chunk_writer chunks{out};
  auto part = job.inputs.begin();
  packed_view view;
  auto parsed = job.inputs.end();
  for (auto index : job.dead) {
    while (part != job.inputs.end() && part->range.end <= index)
      ++part;
    if (part == job.inputs.end() || index < part->range.begin)
      return not_kept(job);
    if (part != parsed) {
      auto packed = packed_view::parse(part->packed.view());
      if (!packed)
        return tl::unexpected{std::move(packed.error())};
      view = *packed;
      parsed = part;
    }
    chunks.add(view[static_cast<uint32_t>(index - part->range.begin)],
               part->near);
  }
  chunks.flush();
  return {};
}

} // namespace

result<rerun_plan> plan_rerun(const store_inputs& job, bool only_dead,
                              const std::string& input_type) {
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
    auto ok =
      is_range ? encode_dead(job, input_type, plan) : copy_dead(job, plan);
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
