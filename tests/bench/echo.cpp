// Troupe itself: a coordinator and two workers of one slot as processes, and
// this process as their client, through the public API only.
//
// Prints troupe.echo_per_s (a streamed job), range_per_s (`noop` over a range
// with the reducer `count`), jobs_per_s (jobs of one task, posted by one
// thread), p50_us and p99_us (one job of one task at a time, submit to result).
// Parts for --only: echo, latency, range, jobs.

#include "tests/bench/cluster.hpp"
#include "tests/bench/load.hpp"
#include "tests/bench/measure.hpp"
#include "tests/bench/settings.hpp"

#include <deque>
#include <string>
#include <thread>
#include <vector>

namespace troupe::bench {

namespace {

constexpr size_t worker_count = 2;

/// Jobs that are posted before the result of the oldest is taken.
constexpr size_t jobs_under_way = 4096;

constexpr int64_t range_tasks = 100'000'000;
constexpr int64_t range_tasks_smoke = 20'000'000;

/// One streamed job: this thread compares results while another one feeds.
void measure_echo(const client& api, const std::string& name, double seconds,
                  bool print) {
  auto begin = bench_clock::now();
  auto sent = stream_echo(
    api, name, [&](uint64_t) { return seconds_since(begin) < seconds; });
  if (print)
    print_metric("troupe.echo_per_s", double(sent) / seconds_since(begin));
}

/// Returns the inputs of a job with the single task `index`.
std::vector<std::string> inputs_of(uint64_t index) {
  std::vector<std::string> inputs{std::string(payload_bytes, '\0')};
  fill_payload(index, inputs[0].data());
  return inputs;
}

void check_results(uint64_t index, const std::vector<value>& results) {
  auto payload =
    results.size() == 1
      ? decode_as<std::string_view>(results[0].bytes, results[0].type)
      : result<std::string_view>{};
  if (!payload || !is_payload(index, *payload))
    die(fmt::format("job {} came back with another payload", index));
}

void run_one(const client& api, uint64_t index) {
  check_results(index,
                check(api.run<std::vector<value>>("echo", inputs_of(index)),
                      "cannot run a job"));
}

void measure_latency(const client& api, size_t samples) {
  std::vector<double> seconds;
  for (size_t i = 0; i < warm_up_round_trips + samples; ++i) {
    auto begin = bench_clock::now();
    run_one(api, i);
    if (i >= warm_up_round_trips)
      seconds.push_back(seconds_since(begin));
  }
  print_latency("troupe", std::move(seconds));
}

void measure_range(const client& api, int64_t tasks) {
  auto begin = bench_clock::now();
  expect_count(api, check(api.submit(range_job(tasks)), "cannot submit"),
               static_cast<uint64_t>(tasks));
  print_metric("troupe.range_per_s", double(tasks) / seconds_since(begin));
}

/// Jobs of one task each, posted by one thread, which takes their results in
/// the same order.
void measure_jobs(const client& api, double seconds) {
  std::deque<pending_result> pending;
  uint64_t posted = 0;
  uint64_t taken = 0;
  auto begin = bench_clock::now();
  auto more = true;
  while (more || !pending.empty()) {
    for (; more && pending.size() < jobs_under_way; ++posted) {
      pending.push_back(api.post("echo", inputs_of(posted)));
      more = seconds_since(begin) < seconds;
    }
    check_results(taken++, check(pending.front().get_as<std::vector<value>>(),
                                 "a posted job failed"));
    pending.pop_front();
  }
  print_metric("troupe.jobs_per_s", double(taken) / seconds_since(begin));
}

void run(const settings& how) {
  cluster nodes{how};
  for (size_t i = 0; i < worker_count; ++i)
    nodes.add_worker();
  host program{nodes};
  program.await_workers(worker_count);
  const auto& api = program.api();
  if (how.wants("echo")) {
    measure_echo(api, "warm-up", 0.1, false);
    measure_echo(api, "echo", how.seconds, true);
  }
  if (how.wants("latency"))
    measure_latency(api, how.samples);
  if (how.wants("jobs"))
    measure_jobs(api, how.smoke ? how.seconds : how.seconds / 2);
  if (how.wants("range"))
    measure_range(api, how.smoke ? range_tasks_smoke : range_tasks);
}

} // namespace

} // namespace troupe::bench

int main(int argc, char** argv) {
  troupe::bench::run(troupe::bench::parse_settings(argc, argv));
}
