// How long a question takes while the cluster has all the work it can do: a
// streamed job of payloads and a range job at once, and a second client that
// asks for the nodes and for a job.
//
// Prints troupe.nodes_ms and job_ms (medians), nodes_ms_max and job_ms_max.

#include "tests/bench/load.hpp"
#include "tests/bench/measure.hpp"
#include "tests/bench/settings.hpp"

#include <algorithm>
#include <atomic>
#include <vector>

namespace troupe::bench {

namespace {

constexpr size_t worker_count = 2;
constexpr int64_t range_tasks = 10'000'000'000;
constexpr auto between_questions = std::chrono::milliseconds{10};

void print(std::string_view name, std::vector<double> seconds) {
  std::sort(seconds.begin(), seconds.end());
  print_metric(fmt::format("troupe.{}_ms", name),
               seconds[seconds.size() / 2] * 1e3);
  print_metric(fmt::format("troupe.{}_ms_max", name), seconds.back() * 1e3);
}

/// Asks again and again, from outside of those who work.
void measure(const client& api, job_id job, size_t questions) {
  std::vector<double> nodes;
  std::vector<double> jobs;
  for (size_t i = 0; i < questions; ++i, pause(between_questions)) {
    auto begin = bench_clock::now();
    check(api.nodes(), "cannot list the nodes");
    auto between = bench_clock::now();
    auto state = check(api.describe(job), "cannot describe a job").state;
    jobs.push_back(seconds_since(between));
    nodes.push_back(seconds_between(begin, between));
    if (state != job_state::running)
      die("the range job ended before all questions were asked");
  }
  print("nodes", std::move(nodes));
  print("job", std::move(jobs));
}

void run(const settings& how) {
  cluster nodes{how};
  for (size_t i = 0; i < worker_count; ++i)
    nodes.add_worker();
  host busy{nodes};
  host curious{nodes};
  busy.await_workers(worker_count);
  auto range =
    check(busy.api().submit(range_job(range_tasks)), "cannot submit");
  std::atomic<bool> stop{false};
  std::thread stream{
    [&] { stream_echo(busy.api(), "echo", [&](uint64_t) { return !stop; }); }};
  await_job(curious.api(), "echo");
  measure(curious.api(), range, how.smoke ? 100 : 500);
  stop = true;
  // First, or the stream would share the workers to its end.
  check(curious.api().cancel(range), "cannot cancel a job");
  stream.join();
}

} // namespace

} // namespace troupe::bench

int main(int argc, char** argv) {
  troupe::bench::run(troupe::bench::parse_settings(argc, argv));
}
