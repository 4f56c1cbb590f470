// What Troupe's nodes cost when they do nothing or hold much: CPU of idle
// nodes, memory of queued tasks, memory of a huge range job.
//
// Prints troupe.idle_percent and idle_mb (of the node that uses most),
// queued_task_bytes, queued_range_mb (a range of 1e8), and without --smoke
// range_coordinator_mb, range_worker_mb (peaks) and range_1e9_s. Parts for
// --only: idle, queued, range.

#include "tests/bench/cluster.hpp"
#include "tests/bench/load.hpp"
#include "tests/bench/measure.hpp"
#include "tests/bench/settings.hpp"
#include "tests/bench/usage.hpp"

#include <algorithm>
#include <string>

namespace troupe::bench {

namespace {

constexpr size_t worker_count = 2;
constexpr uint64_t queued_tasks = 1'000'000;
constexpr uint64_t queued_tasks_before = 100'000;
constexpr int64_t huge_range_tasks = 1'000'000'000;
constexpr int64_t queued_range_tasks = 100'000'000;

/// Nodes that have nothing to do, heartbeats on, nobody connected to them but
/// each other.
void measure_idle(const cluster& nodes, double seconds) {
  std::vector<double> before;
  for (const auto& node : nodes.processes())
    before.push_back(cpu_seconds(node.pid()));
  auto begin = bench_clock::now();
  pause(std::chrono::milliseconds{static_cast<int64_t>(seconds * 1000)});
  auto spent = seconds_since(begin);
  double percent = 0;
  double bytes = 0;
  for (size_t i = 0; i < before.size(); ++i) {
    auto pid = nodes.processes()[i].pid();
    percent = std::max(percent, (cpu_seconds(pid) - before[i]) / spent * 100);
    bytes = std::max(bytes, status_bytes(pid, "VmRSS:"));
  }
  print_metric("troupe.idle_percent", percent);
  print_metric("troupe.idle_mb", bytes / mb);
}

/// What one more queued task costs: a first job has paid for buffers, threads
/// and allocator arenas, which do not grow with the number of tasks.
void measure_queued(const settings& how) {
  cluster nodes{how};
  host program{nodes};
  auto pid = nodes.processes().front().pid();
  auto what = payload_job("echo", "collect");
  submit_inputs(program.api(), what, queued_tasks_before, false);
  auto before = status_bytes(pid, "VmRSS:");
  submit_inputs(program.api(), what, queued_tasks, false);
  auto grown = status_bytes(pid, "VmRSS:") - before;
  print_metric("troupe.queued_task_bytes", grown / double(queued_tasks));
}

/// What a coordinator needs that holds a range job which nobody runs.
void measure_queued_range(const settings& how) {
  cluster nodes{how};
  host program{nodes};
  check(program.api().submit(range_job(queued_range_tasks), false),
        "cannot submit");
  auto pid = nodes.processes().front().pid();
  print_metric("troupe.queued_range_mb", status_bytes(pid, "VmRSS:") / mb);
}

/// Peaks of all nodes over a range of 1e9 tasks.
void measure_huge_range(const cluster& nodes) {
  host program{nodes};
  const auto& api = program.api();
  auto begin = bench_clock::now();
  expect_count(api,
               check(api.submit(range_job(huge_range_tasks)), "cannot submit"),
               huge_range_tasks);
  print_metric("troupe.range_1e9_s", seconds_since(begin));
  const auto& all = nodes.processes();
  print_metric("troupe.range_coordinator_mb",
               status_bytes(all.front().pid(), "VmHWM:") / mb);
  double worker = 0;
  for (size_t i = 1; i < all.size(); ++i)
    worker = std::max(worker, status_bytes(all[i].pid(), "VmHWM:"));
  print_metric("troupe.range_worker_mb", worker / mb);
}

void run(const settings& how) {
  if (how.wants("queued"))
    measure_queued(how);
  if (how.wants("queued"))
    measure_queued_range(how);
  cluster nodes{how};
  for (size_t i = 0; i < worker_count; ++i)
    nodes.add_worker();
  {
    // Only to know when they are up; it leaves before anything is measured.
    host program{nodes};
    program.await_workers(worker_count);
  }
  if (how.wants("idle"))
    measure_idle(nodes, how.idle_seconds);
  if (how.wants("range") && !how.smoke)
    measure_huge_range(nodes);
}

} // namespace

} // namespace troupe::bench

int main(int argc, char** argv) {
  troupe::bench::run(troupe::bench::parse_settings(argc, argv));
}
