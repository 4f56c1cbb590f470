#include "actors/runner.hpp"

#include "actors/harden.hpp"
#include "actors/io_thread.hpp"
#include "actors/observed.hpp"
#include "runtime/function/json.hpp"

#include <algorithm>

namespace troupe {

namespace {

/// A block of short tasks should last about this long: long enough that the
/// lock and the clock do not show, short enough to be trimmed and flushed.
constexpr auto block_time = std::chrono::microseconds{20};
constexpr uint64_t block_tasks_max = 8192;
/// Tasks between two looks at the clock in a long block.
constexpr uint64_t clock_stride = 16;
/// On a virtual clock a running function looks this often whether to stop.
constexpr auto stop_poll = std::chrono::milliseconds{10};

uint64_t nanoseconds(duration x) {
  return static_cast<uint64_t>(
    std::chrono::duration_cast<std::chrono::nanoseconds>(x).count());
}

std::string clipped(std::string text) {
  if (text.size() > limits::error_text_bytes_max)
    text.resize(limits::error_text_bytes_max);
  return text;
}

} // namespace

void runner_state::run(const run_lease& what) {
  bind(*what.job);
  bound = what.job;
  packed_view inputs;
  if (what.job->header.inputs == input_kind::chunks)
    if (auto parsed = packed_view::parse(what.inputs.view()))
      inputs = *parsed;
  while (auto block = next_block(what)) {
    if (!has_passed(what, *block))
      return;
    if (!run_block(what, inputs, *block))
      break;
  }
  report(what, runner_event::stopped);
}

std::optional<index_range> runner_state::next_block(const run_lease& what) {
  if (passing)
    return passing;
  // An attempt that can time out is a block of its own: the worker must know
  // which task runs, and since when.
  auto single = what.job->header.task_timeout_ms > 0;
  claimed_at = self->clock().now();
  return what.slot->claim(single ? 1 : block_size, claimed_at);
}

bool runner_state::has_passed(const run_lease& what, index_range block) {
  if (!options.pace)
    return true;
  if (!passing) {
    passing = block;
    passed_at =
      claimed_at + options.pace(what.job->header, block, what.attempt);
  }
  auto now = self->clock().now();
  if (now >= passed_at || what.slot->stop_flag()) {
    passing.reset();
    return true;
  }
  self->delayed_send(self, std::min<duration>(passed_at - now, stop_poll),
                     what);
  return false;
}

bool runner_state::run_block(const run_lease& what, const packed_view& inputs,
                             index_range block) {
  auto begin = claimed_at;
  auto known = begin; // When the running attempt began, or shortly before.
  output.range = {block.begin, block.begin};
  for (;;) {
    auto index = output.range.end;
    if (auto ok = run_task(what, inputs, index); !ok) {
      output.results.truncate(output.results.size()); // What it began to write.
      auto now = self->clock().now();
      output.failed.push_back({index, ok.error().code,
                               clipped(to_string(ok.error())),
                               nanoseconds(now - known) / 1000});
      known = now;
    }
    output.range.end = index + 1;
    auto whole = output.range.end == block.end;
    auto must_leave = whole || what.slot->stop_flag()
                      || output.results.bytes() >= limits::slice_bytes_flush;
    // Only a long block of tasks that were fast so far goes without the clock.
    if (!must_leave && block_size >= clock_stride
        && output.range.size() % clock_stride != 0)
      continue;
    known = self->clock().now();
    auto spent = known - begin;
    if (!must_leave && spent < block_time)
      continue;
    // Slow or large results leave at once, so that a block never hoards them.
    resize_blocks(spent, whole);
    output.busy_ns = nanoseconds(spent);
    auto go_on = publish(what);
    if (!whole)
      what.slot->unclaim();
    return go_on;
  }
}

bool runner_state::publish(const run_lease& what) {
  switch (what.slot->publish(output)) {
    case slot_block::advice::go_on: return true;
    case slot_block::advice::announce:
      report(what, runner_event::output_waits);
      return true;
    case slot_block::advice::flush:
      report(what, runner_event::output_full);
      return true;
    case slot_block::advice::ended: break;
  }
  return false;
}

/// Blocks grow while a whole one takes less than half of `block_time`, and
/// start again from one task when they take longer than twice that.
void runner_state::resize_blocks(duration spent, bool whole) {
  if (whole && spent < block_time / 2)
    block_size = std::min(block_size * 2, block_tasks_max);
  else if (spent > block_time * 2)
    block_size = 1;
}

result<void> runner_state::run_task(const run_lease& what,
                                    const packed_view& inputs,
                                    task_index index) {
  if (!body)
    return tl::unexpected{body.error()};
  auto input = input_of(what, inputs, index);
  if (!input)
    return tl::unexpected{std::move(input.error())};
  const auto& job = *what.job;
  task_context context;
  context.job = job.header.job;
  context.index = index;
  context.attempt = what.attempt;
  context.permissions = &job.permissions;
  context.stop = &what.slot->stop_flag();
  auto& buffer = output.results.buffer();
  auto before = buffer.size();
  if (auto ok = (*body)(context, *input, buffer); !ok)
    return ok;
  if (auto size = buffer.size() - before; size > job.header.result_bytes_max) {
    buffer.resize(before);
    return fail(errc::result_too_large,
                "the result of task " + std::to_string(index) + " has "
                  + std::to_string(size) + " bytes, the limit is "
                  + std::to_string(job.header.result_bytes_max));
  }
  output.results.commit();
  return {};
}

result<std::string_view> runner_state::input_of(const run_lease& what,
                                                const packed_view& inputs,
                                                task_index index) {
  const auto& job = *what.job;
  const auto& header = job.header;
  if (header.inputs != input_kind::chunks) {
    auto [first, last] = input_at(header.inputs, header.range, index);
    input_buffer.clear();
    auto ok = header.inputs == input_kind::integers
                ? integers->encode(first, input_buffer)
                : integers->encode(first, last, input_buffer);
    if (!ok)
      return tl::unexpected{std::move(ok.error())};
    return std::string_view{input_buffer};
  }
  auto position = index - what.range.begin;
  if (position >= inputs.size())
    return fail(errc::protocol_violation, "the lease came without its inputs");
  auto bytes = inputs[static_cast<uint32_t>(position)];
  const auto& wanted = job.what->signature.input_type;
  if (header.input_type == wanted)
    return bytes;
  if (wanted == "any") {
    input_buffer.clear();
    append_any(header.input_type, bytes, input_buffer);
    return std::string_view{input_buffer};
  }
  // A client that did not know the function sent a value of type `any`.
  auto text = bytes_to_json(header.input_type, bytes);
  if (!text)
    return tl::unexpected{std::move(text.error())};
  auto converted = json_to_bytes(wanted, *text);
  if (!converted)
    return tl::unexpected{std::move(converted.error())};
  input_buffer = std::move(*converted);
  return std::string_view{input_buffer};
}

void runner_state::bind(const runner_job& job) {
  if (bound && bound.get() == &job)
    return;
  block_size = 1;
  body = make_body(job);
}

result<task_body> runner_state::make_body(const runner_job& job) {
  const auto& header = job.header;
  if (job.what == nullptr)
    return fail(errc::unknown_function,
                "this worker does not offer " + header.function);
  const auto& signature = job.what->signature;
  if (header.inputs != input_kind::chunks) {
    auto encoder =
      integer_input_encoder::make(header.function, signature.input_type,
                                  header.inputs == input_kind::pairs);
    if (!encoder)
      return tl::unexpected{std::move(encoder.error())};
    integers = std::move(*encoder);
  } else if (header.input_type != signature.input_type
             && header.input_type != "any" && signature.input_type != "any") {
    return fail(errc::bad_input,
                header.function + " takes " + signature.input_type
                  + ", but the inputs are " + header.input_type);
  }
  if (header.args_type == signature.args_type)
    return job.what->bind(header.args.bytes.view());
  auto text = header.args.bytes.empty()
                ? result<std::string>{"null"}
                : bytes_to_json(header.args_type, header.args.bytes.view());
  if (!text)
    return tl::unexpected{std::move(text.error())};
  auto args = json_to_bytes(signature.args_type, *text);
  if (!args)
    return fail(errc::bad_args, header.function + " takes arguments "
                                  + signature.args_type + ": "
                                  + args.error().text);
  return job.what->bind(*args);
}

void runner_state::report(const run_lease& what, runner_event event) {
  send_on_io_thread(
    self->system(), self->ctrl(),
    caf::actor_cast<caf::strong_actor_ptr>(options.worker),
    caf::make_message(runner_report{options.slot, what.lease, event}));
}

runner_actor::behavior_type runner(runner_state::self_pointer self,
                                   runner_options options) {
  auto& state = self->state;
  state.options = std::move(options);
  harden(self, state.options.log);
  return observed<runner_actor>(
    self, {
            [&state](const run_lease& x) { state.run(x); },
          });
}

supervisor_options runner_supervisor(const runner_supervisor_options& terms) {
  supervisor_options result;
  result.log = terms.log;
  result.flags.intensity = std::max(10u, 2 * terms.slots);
  for (uint32_t slot = 0; slot < terms.slots; ++slot) {
    auto start = [terms, slot](const start_context& context) {
      runner_options own{slot, terms.worker, terms.log, terms.pace};
      auto child = spawn_blocking(context.system, terms.threads, runner, own);
      caf::anon_send(terms.worker,
                     runner_up{slot, caf::actor_cast<caf::actor>(child)});
      return start_outcome::started(child);
    };
    child_rules rules{std::to_string(slot)};
    rules.shutdown = shutdown_rule::brutal_kill();
    result.children.push_back({std::move(rules), start});
  }
  auto zombies = std::make_shared<uint32_t>(0);
  result.on_report = [=](const supervision_report& what, const caf::actor&) {
    if (what.what == supervision_event::child_abandoned)
      ++*zombies;
    else if (what.what == supervision_event::zombie_ended)
      --*zombies;
    else
      return;
    caf::anon_send(terms.worker, zombies_changed{*zombies});
  };
  return result;
}

} // namespace troupe
