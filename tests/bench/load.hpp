#pragma once

#include "tests/bench/cluster.hpp"

#include <functional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

/// Jobs that more than one benchmark submits.
namespace troupe::bench {

/// Tasks of a job as inputs of 64 bytes; `function` takes values of any type.
inline job_spec payload_job(std::string function, std::string reducer) {
  job_spec spec;
  spec.function = std::move(function);
  spec.reducer = std::move(reducer);
  spec.input_type = type_of<std::string>();
  return spec;
}

/// Tasks of a range job of `noop`, which are counted.
inline job_spec range_job(int64_t tasks) {
  job_spec spec;
  spec.function = "noop";
  spec.reducer = "count";
  spec.inputs = input_kind::integers;
  spec.range = {0, tasks, 1};
  return spec;
}

/// Submits a job with the inputs 0, 1, .. `tasks` - 1 and closes it.
inline job_id submit_inputs(const client& api, const job_spec& spec,
                            uint64_t tasks, bool watch = true) {
  auto writer = check(api.open(spec, watch), "cannot open a job");
  std::string input;
  for (uint64_t i = 0; i < tasks; ++i) {
    input.clear();
    encode_input(i, input);
    check(writer.add(input), "cannot add an input");
  }
  return check(writer.close(), "cannot close a job");
}

/// Waits for a job with the reducer `count`; dies if it counted wrong.
inline void expect_count(const client& api, job_id job, uint64_t tasks) {
  auto counted = check(api.finish<uint64_t>(job), "a job did not succeed");
  if (counted != tasks)
    die(fmt::format("counted {} of {} tasks", counted, tasks));
}

/// A stream of `echo` tasks: another thread feeds, this one compares.
/// @param more Whether to feed one more chunk after so many tasks.
/// @param taken Called in this thread with each result that was compared.
/// @returns how many tasks there were.
inline uint64_t stream_echo(
  const client& api, const std::string& name,
  const std::function<bool(uint64_t)>& more,
  const std::function<void(uint64_t)>& taken = [](uint64_t) {}) {
  uint64_t sent = 0;
  std::thread feeder{[&] {
    auto spec = payload_job("echo", "collect");
    spec.name = name;
    spec.options.stream = true;
    auto writer = check(api.open(spec), "cannot open a job");
    std::string input;
    do {
      for (auto end = sent + limits::chunk_tasks_max; sent < end; ++sent) {
        input.clear();
        encode_input(sent, input);
        check(writer.add(input), "cannot add an input");
      }
    } while (more(sent));
    check(writer.close(), "cannot close a job");
  }};
  result_check results;
  auto take = [&](task_index index, std::string_view encoded) {
    auto payload = decode_as<std::string_view>(encoded, "any");
    results.add(index, payload ? *payload : std::string_view{});
    taken(results.count());
  };
  auto status = check(api.stream(await_job(api, name), take), "cannot stream");
  feeder.join();
  if (status.state != job_state::succeeded)
    die("the streamed job did not succeed: " + status.reason);
  results.expect_all(sent);
  return sent;
}

/// Keeps all slots of a cluster busy until it is released, so that what is
/// submitted meanwhile stays queued.
class blocked_slots {
public:
  blocked_slots(const client& api, size_t slots) : api_(api) {
    constexpr uint64_t hour_us = 3'600'000'000;
    job_spec spec;
    spec.function = "spin";
    spec.reducer = "count";
    spec.input_type = type_of<uint64_t>();
    auto writer = check(api.open(spec, false), "cannot open a job");
    std::string input;
    encode(hour_us, input);
    for (size_t i = 0; i < slots; ++i)
      check(writer.add(input), "cannot add an input");
    job_ = check(writer.close(), "cannot close a job");
    for (auto begin = bench_clock::now(); seconds_since(begin) < 20;
         pause(std::chrono::milliseconds{1}))
      if (check(api.describe(job_), "cannot describe a job").running == slots)
        return;
    die("the slots cannot be blocked: is something else running?");
  }

  /// They are free about a millisecond later.
  void release() const {
    check(api_.cancel(job_), "cannot cancel a job");
  }

private:
  const client& api_;
  job_id job_ = 0;
};

} // namespace troupe::bench
