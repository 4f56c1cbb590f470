// Whether memory stays bounded when somebody is faster than others can follow.
// The coordinator may use 256 MiB for jobs. Prints the peak of the resident
// memory over each part, troupe.PART_MB/coordinator, /worker (the largest) and
// /client:
//
// flood    a client submits as many inputs as it can, 1e8 (5e6 with --smoke)
// unread   a streamed job whose client reads nothing until it can feed no more
// frozen   a flood while one of two workers is stopped (SIGSTOP) for 5 s
// reducer  four workers count words of texts with the same 50 000 different
//          ones, faster than the one aggregator can merge their maps
//
// Every result is checked: a part that loses tasks ends the program.

#include "tests/bench/load.hpp"
#include "tests/bench/measure.hpp"
#include "tests/bench/settings.hpp"
#include "tests/bench/usage.hpp"

#include <algorithm>
#include <atomic>
#include <fstream>
#include <optional>

namespace troupe::bench {

namespace {

using namespace std::chrono_literals;

constexpr auto* coordinator_memory = "--coordinator.memory=256MiB";
constexpr uint64_t flood_tasks = 100'000'000;
constexpr uint64_t flood_tasks_smoke = 5'000'000;
constexpr uint64_t unread_tasks = 20'000'000;
constexpr auto frozen_for = 5s;
constexpr size_t different_words = 50'000;
constexpr uint64_t texts = 2'000;
constexpr uint64_t texts_smoke = 200;

/// A cluster whose processes' peaks are printed at the end of a part.
class observed_cluster {
public:
  observed_cluster(const settings& how, size_t workers)
    : nodes_(how, {coordinator_memory}) {
    for (size_t i = 0; i < workers; ++i)
      nodes_.add_worker();
    program_.emplace(nodes_);
    program_->await_workers(workers);
    // This process' peak counts from here: it may have had others before.
    std::ofstream{"/proc/self/clear_refs"} << "5";
  }

  const client& api() const {
    return program_->api();
  }

  pid_t worker(size_t number) const {
    return nodes_.processes()[1 + number].pid();
  }

  void print_peaks(std::string_view part) const {
    auto print = [&](std::string_view role, double bytes) {
      print_metric(fmt::format("troupe.{}_mb/{}", part, role), bytes / mb);
    };
    const auto& all = nodes_.processes();
    double worker = 0;
    for (size_t i = 1; i < all.size(); ++i)
      worker = std::max(worker, status_bytes(all[i].pid(), "VmHWM:"));
    print("coordinator", status_bytes(all.front().pid(), "VmHWM:"));
    print("worker", worker);
    print("client", status_bytes(::getpid(), "VmHWM:"));
  }

private:
  cluster nodes_;
  std::optional<host> program_; // Has threads: made when all have started.
};

void measure_flood(const settings& how) {
  observed_cluster where{how, 2};
  auto tasks = how.smoke ? flood_tasks_smoke : flood_tasks;
  auto job = submit_inputs(where.api(), payload_job("noop", "count"), tasks);
  expect_count(where.api(), job, tasks);
  where.print_peaks("flood");
}

void measure_unread(const settings& how) {
  observed_cluster where{how, 2};
  auto tasks = how.smoke ? flood_tasks_smoke : unread_tasks;
  std::atomic<uint64_t> fed{0};
  auto feed = [&](uint64_t sent) {
    fed = sent;
    return sent < tasks;
  };
  // The reader stands still until the feeder does, too, or is done.
  auto stand_still = [&](uint64_t count) {
    if (count != 1)
      return;
    for (uint64_t before = 0; before != fed && fed < tasks;) {
      before = fed;
      pause(1000ms);
    }
  };
  stream_echo(where.api(), "unread", feed, stand_still);
  where.print_peaks("unread");
}

void measure_frozen(const settings& how) {
  observed_cluster where{how, 2};
  auto tasks = how.smoke ? flood_tasks_smoke : flood_tasks / 5;
  std::thread freezer{[&] {
    pause(200ms);
    ::kill(where.worker(0), SIGSTOP);
    pause(frozen_for);
    ::kill(where.worker(0), SIGCONT);
  }};
  auto job = submit_inputs(where.api(), payload_job("noop", "count"), tasks);
  freezer.join();
  expect_count(where.api(), job, tasks);
  where.print_peaks("frozen");
}

void measure_reducer(const settings& how) {
  observed_cluster where{how, 4};
  auto count = how.smoke ? texts_smoke : texts;
  std::string text;
  for (size_t i = 0; i < different_words; ++i)
    text += fmt::format("word-{} ", i);
  job_spec spec;
  spec.function = "wordcount";
  spec.reducer = "merge_counts";
  spec.input_type = type_of<std::string>();
  auto writer = check(where.api().open(spec), "cannot open a job");
  std::string input;
  encode(text, input);
  for (uint64_t i = 0; i < count; ++i)
    check(writer.add(input), "cannot add an input");
  auto job = check(writer.close(), "cannot close a job");
  auto words = check(where.api().finish<std::map<std::string, uint64_t>>(job),
                     "a job did not succeed");
  if (words.size() != different_words || words["word-0"] != count)
    die("words were lost or counted twice");
  where.print_peaks("reducer");
}

void run(const settings& how) {
  if (how.wants("flood"))
    measure_flood(how);
  if (how.wants("unread"))
    measure_unread(how);
  if (how.wants("frozen"))
    measure_frozen(how);
  if (how.wants("reducer"))
    measure_reducer(how);
}

} // namespace

} // namespace troupe::bench

int main(int argc, char** argv) {
  troupe::bench::run(troupe::bench::parse_settings(argc, argv));
}
