#pragma once

#include "runtime/model/packed.hpp"
#include "runtime/policy/dispatcher.hpp"

#include <chrono>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace troupe::test {

/// Input `i` is its index in decimal, filled up with dots to `bytes_each`.
inline blob packed_inputs(index_range range, size_t bytes_each = 0) {
  packed_builder packed;
  for (auto i = range.begin; i < range.end; ++i) {
    auto text = std::to_string(i);
    if (text.size() < bytes_each)
      text.resize(bytes_each, '.');
    packed.add(text);
  }
  return blob{packed.finish()};
}

/// Returns what an explanation says of a worker; `never: ` before it if no time
/// changes that.
inline std::string verdict(const task_explanation& what,
                           const std::string& node) {
  for (const auto& x : what.workers)
    if (x.node == node)
      return (x.never ? "never: " : "") + x.why;
  return "not listed";
}

/// A dispatcher and short ways to feed it.
struct dispatcher_stage {
  using grant_list = std::vector<dispatcher::granted>;

  static constexpr uint64_t seed = 42;

  dispatcher core{7, make_seeded_random(seed)};
  time_point now{};

  void add_worker(worker_id id, uint32_t slots = 1,
                  std::vector<std::string> functions = {"f"},
                  uint64_t window_tasks = 1'000'000,
                  uint64_t window_bytes = 1'000'000) {
    core.add_worker({id, "node" + std::to_string(id), slots, window_tasks,
                     window_bytes, std::move(functions)});
  }

  void add_range_job(job_id id, uint64_t tasks, std::string function = "f",
                     retry_policy retry = {}) {
    core.add_job({id, std::move(function), false, tasks, retry});
  }

  void add_chunk_job(job_id id, std::string function = "f",
                     retry_policy retry = {}) {
    core.add_job({id, std::move(function), true, 0, retry});
  }

  blob add_inputs(job_id id, index_range range, bool closed = false,
                  size_t bytes_each = 0) {
    auto packed = packed_inputs(range, bytes_each);
    core.add_inputs(id, range, packed, closed);
    return packed;
  }

  /// Makes a function's run time known. Call it before there are workers.
  void teach(const std::string& function, std::chrono::nanoseconds per_task) {
    constexpr uint64_t unused_id = 1'000'000;
    add_worker(unused_id, 1, {function});
    add_range_job(unused_id, 1, function);
    auto what = whole(dispatch().at(0));
    what.busy_ns = static_cast<uint64_t>(per_task.count());
    accept(what);
    core.remove_job(unused_id);
    core.remove_worker(unused_id, now);
  }

  grant_list dispatch() {
    return core.dispatch(now);
  }

  /// A slice with results for `range`; `failed` are the indices without.
  static slice part(const dispatcher::granted& of, uint32_t seq,
                    index_range range, std::vector<task_index> failed = {}) {
    slice result;
    result.lease = of.lease;
    result.job = of.job;
    result.seq = seq;
    result.range = range;
    result.busy_ns = range.size() * 1000;
    for (auto index : failed)
      result.failed.push_back({index, errc::function_failed, "no luck"});
    return result;
  }

  static slice whole(const dispatcher::granted& of,
                     std::vector<task_index> failed = {}) {
    return part(of, 0, of.range, std::move(failed));
  }

  /// Receives and records a slice.
  std::vector<dead_letter> accept(const slice& what) {
    auto result = core.begin_accept(what, now);
    core.end_accept(what, now);
    return result;
  }

  /// Returns the report of a job; an empty one if it has not changed.
  dispatcher::report report_of(job_id id) {
    for (auto& x : core.take_reports())
      if (x.job == id)
        return x;
    return {};
  }
};

} // namespace troupe::test
