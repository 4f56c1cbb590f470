// What Troupe's nodes cost when they do nothing or hold much: CPU of idle
// nodes, memory of queued tasks, memory of a huge range job.
//
// Prints troupe.idle_percent and idle_mb (of the node that uses most),
// queued_task_bytes, and without --smoke range_coordinator_mb,
// range_worker_mb (peaks) and range_1e9_s.
// Parts for --only: idle, queued, range.

#include "tests/bench/cluster.hpp"
#include "tests/bench/measure.hpp"
#include "tests/bench/settings.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <string>

namespace troupe::bench {

namespace {

constexpr size_t worker_count = 2;
constexpr uint64_t queued_tasks = 1'000'000;
constexpr uint64_t queued_tasks_before = 100'000;
constexpr int64_t huge_range_tasks = 1'000'000'000;
constexpr double mb = 1e6;

/// Returns a field of /proc/PID/status that is given in kB, in bytes.
double status_bytes(pid_t pid, std::string_view field) {
  std::ifstream status{fmt::format("/proc/{}/status", pid)};
  for (std::string line; std::getline(status, line);)
    if (line.starts_with(field))
      return std::stod(line.substr(field.size() + 1)) * 1024;
  die(fmt::format("process {} is gone", pid));
}

/// Returns the CPU time of all threads of a process in seconds. The scheduler
/// counts nanoseconds; the ticks of /proc/PID/stat are too coarse for 0.2 %.
double cpu_seconds(pid_t pid) {
  double nanoseconds = 0;
  auto threads = fmt::format("/proc/{}/task", pid);
  for (const auto& thread : std::filesystem::directory_iterator{threads}) {
    double own = 0;
    if (!(std::ifstream{thread.path() / "schedstat"} >> own))
      die("the kernel does not tell the CPU time of threads (schedstat)");
    nanoseconds += own;
  }
  return nanoseconds * 1e-9;
}

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

/// Submits tasks that nobody runs.
void queue_tasks(const client& api, uint64_t tasks) {
  job_spec spec;
  spec.function = "echo";
  spec.input_type = "any";
  auto writer = check(api.open(spec, false), "cannot open a job");
  std::string input;
  for (uint64_t i = 0; i < tasks; ++i) {
    input.clear();
    encode_input(i, input);
    check(writer.add(input), "cannot add an input");
  }
  check(writer.close(), "cannot close a job");
}

/// What one more queued task costs: a first job has paid for buffers, threads
/// and allocator arenas, which do not grow with the number of tasks.
void measure_queued(const settings& how) {
  cluster nodes{how};
  host program{nodes};
  auto pid = nodes.processes().front().pid();
  queue_tasks(program.api(), queued_tasks_before);
  auto before = status_bytes(pid, "VmRSS:");
  queue_tasks(program.api(), queued_tasks);
  auto grown = status_bytes(pid, "VmRSS:") - before;
  print_metric("troupe.queued_task_bytes", grown / double(queued_tasks));
}

/// Peaks of all nodes over a range of 1e9 tasks.
void measure_huge_range(const cluster& nodes) {
  host program{nodes};
  job_spec spec;
  spec.reducer = "count";
  auto begin = bench_clock::now();
  auto counted =
    check(program.api().run_range<uint64_t>("noop", 0, huge_range_tasks, spec),
          "cannot run a range");
  if (counted != static_cast<uint64_t>(huge_range_tasks))
    die(fmt::format("counted {} of {} tasks", counted, huge_range_tasks));
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
