// Whether a task costs more when many are queued: all slots are blocked, tasks
// are queued, the slots are released, and the time until the job has ended is
// taken, less that of a job of two tasks.
//
// Prints troupe.queued_payload_us/N and queued_range_us/N (microseconds a
// task), behind_jobs_us/N (a task of a job of 1e6 payloads, with N other jobs
// queued behind it) and queued_job_us/N (one of those jobs of one task).
// Parts for --only: payload, range, jobs.

#include "tests/bench/load.hpp"
#include "tests/bench/measure.hpp"
#include "tests/bench/settings.hpp"

#include <algorithm>
#include <atomic>
#include <vector>

namespace troupe::bench {

namespace {

constexpr size_t worker_count = 2;
constexpr uint64_t tasks_before_jobs = 1'000'000;
constexpr size_t submitting_threads = 32;

double median(std::vector<double> xs) {
  std::nth_element(xs.begin(), xs.begin() + xs.size() / 2, xs.end());
  return xs[xs.size() / 2];
}

job_id submit(const client& api, bool payload, uint64_t tasks) {
  if (payload)
    return submit_inputs(api, payload_job("noop", "count"), tasks);
  return check(api.submit(range_job(static_cast<int64_t>(tasks))),
               "cannot submit");
}

/// Returns the seconds from the release of the slots to the job's end, as the
/// median of `rounds`.
double drain_seconds(const client& api, bool payload, uint64_t tasks,
                     uint64_t rounds) {
  std::vector<double> seconds;
  for (uint64_t i = 0; i < rounds; ++i) {
    blocked_slots blocked{api, worker_count};
    auto job = submit(api, payload, tasks);
    auto begin = bench_clock::now();
    blocked.release();
    expect_count(api, job, tasks);
    seconds.push_back(seconds_since(begin));
  }
  return median(std::move(seconds));
}

void measure_tasks(const client& api, bool payload, uint64_t tasks_max) {
  const auto* name = payload ? "payload" : "range";
  auto nothing = drain_seconds(api, payload, worker_count, 21);
  for (uint64_t tasks = 10'000; tasks <= tasks_max; tasks *= 10) {
    // Short ones say little alone, and cost little.
    auto rounds = std::clamp<uint64_t>(3'000'000 / tasks, 1, 21);
    auto seconds = drain_seconds(api, payload, tasks, rounds) - nothing;
    print_metric(fmt::format("troupe.queued_{}_us/{:g}", name, double(tasks)),
                 std::max(0.0, seconds) * 1e6 / double(tasks));
  }
}

/// Submits `jobs` jobs of one task, from many threads because the client
/// blocks; returns the number of the newest.
job_id submit_jobs(const client& api, uint64_t jobs) {
  std::atomic<uint64_t> next{0};
  std::atomic<job_id> newest{0};
  std::vector<std::thread> threads;
  for (size_t i = 0; i < std::min<uint64_t>(submitting_threads, jobs); ++i)
    threads.emplace_back([&] {
      auto spec = range_job(1);
      spec.options.priority = -1;
      while (next++ < jobs) {
        auto id = check(api.submit(spec, false), "cannot submit");
        for (auto seen = newest.load(); seen < id;)
          if (newest.compare_exchange_weak(seen, id))
            break;
      }
    });
  for (auto& thread : threads)
    thread.join();
  return newest;
}

/// Waits until all jobs have ended. They are served in their order, so the
/// list is only asked for when the newest is done.
void await_jobs(const client& api, job_id newest) {
  auto ended = [](const job_status& x) {
    return x.state != job_state::open && x.state != job_state::running;
  };
  while (!ended(check(api.describe(newest), "cannot describe a job")))
    pause(std::chrono::milliseconds{1});
  for (;; pause(std::chrono::milliseconds{1})) {
    auto jobs = check(api.jobs(), "cannot list the jobs");
    if (std::all_of(jobs.begin(), jobs.end(), ended))
      return;
  }
}

void measure_jobs(const client& api, uint64_t jobs_max) {
  for (uint64_t jobs = 1; jobs <= jobs_max; jobs *= 10) {
    blocked_slots blocked{api, worker_count};
    auto newest = submit_jobs(api, jobs);
    auto first = submit(api, true, tasks_before_jobs);
    auto begin = bench_clock::now();
    blocked.release();
    expect_count(api, first, tasks_before_jobs);
    auto between = bench_clock::now();
    print_metric(fmt::format("troupe.behind_jobs_us/{:g}", double(jobs)),
                 seconds_between(begin, between) * 1e6
                   / double(tasks_before_jobs));
    await_jobs(api, newest);
    // Fewer are over before their end can be noticed.
    if (jobs >= 1'000)
      print_metric(fmt::format("troupe.queued_job_us/{:g}", double(jobs)),
                   seconds_since(between) * 1e6 / double(jobs));
  }
}

void run(const settings& how) {
  cluster nodes{how};
  for (size_t i = 0; i < worker_count; ++i)
    nodes.add_worker();
  host program{nodes};
  program.await_workers(worker_count);
  const auto& api = program.api();
  if (how.wants("payload"))
    measure_tasks(api, true, how.smoke ? 1'000'000 : 10'000'000);
  if (how.wants("range"))
    measure_tasks(api, false, how.smoke ? 10'000'000 : 100'000'000);
  if (how.wants("jobs"))
    measure_jobs(api, how.smoke ? 1'000 : 100'000);
}

} // namespace

} // namespace troupe::bench

int main(int argc, char** argv) {
  troupe::bench::run(troupe::bench::parse_settings(argc, argv));
}
