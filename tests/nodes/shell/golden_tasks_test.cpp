#define CAF_SUITE golden_tasks

#include "nodes/shell/job_text.hpp"
#include "nodes/shell/task_text.hpp"
#include "nodes/shell/trace_text.hpp"
#include "nodes/shell/watch_text.hpp"
#include "tests/nodes/shell/golden_samples.hpp"

#include <caf/test/unit_test.hpp>

#include <chrono>
#include <string>
#include <utility>
#include <vector>

using namespace troupe;
using namespace troupe::shell;
using namespace troupe::shell::samples;

namespace {

golden file(const std::string& name) {
  return {TROUPE_SOURCE_DIR "/tests/nodes/shell/golden/", name};
}

task_group group(index_range range, task_state state) {
  task_group x;
  x.range = range;
  x.state = state;
  return x;
}

/// A group in each state, in the order of their indices.
std::vector<task_group> some_groups() {
  auto succeeded = group({0, 1'000'000'000}, task_state::succeeded);
  auto running = group({1'000'000'000, 1'000'000'001}, task_state::leased);
  running.node = "w1";
  running.lease = {3, 17};
  running.running = true;
  running.age_us = 65 * second_us;
  auto leased = group({1'000'000'001, 1'000'004'096}, task_state::leased);
  leased.node = long_name;
  leased.lease = {1'787'056'496, 18'446'744'073'709'551'615u};
  leased.attempt = 12;
  auto steering = group({1'000'004'096, 1'000'004'097}, task_state::leased);
  steering.node = steering_name;
  steering.lease = {3, 18};
  steering.age_us = 400 * day_us;
  auto backoff = group({1'000'004'097, 1'000'004'098}, task_state::backoff);
  backoff.attempt = 4'294'967'295;
  backoff.retry_in_us = 850;
  auto due = group({1'000'004'098, 1'000'004'099}, task_state::backoff);
  due.attempt = 2;
  auto dead = group({1'000'004'099, 1'000'004'101}, task_state::dead);
  dead.attempt = 4;
  auto ready = group({1'000'004'101, 1'000'005'000}, task_state::ready);
  auto waiting = group({1'000'005'000, 1'000'005'001}, task_state::waiting);
  auto cancelled = group({1'000'005'001, 1'000'005'002}, task_state::cancelled);
  return {succeeded, running, leased, steering, backoff,
          due,       dead,    ready,  waiting,  cancelled};
}

trace_step step(trace_kind kind, uint64_t at_us, index_range range) {
  trace_step x;
  x.kind = kind;
  x.at_us = at_us;
  x.range = range;
  return x;
}

/// The same, of an attempt on a node.
trace_step step(trace_kind kind, uint64_t at_us, index_range range,
                uint32_t attempt, std::string node, std::string text = {}) {
  auto x = step(kind, at_us, range);
  x.attempt = attempt;
  x.node = std::move(node);
  x.lease = {3, attempt};
  x.text = std::move(text);
  return x;
}

/// A task that fails, is taken from a lost node, and then succeeds.
task_trace trace_of_task() {
  using enum trace_kind;
  task_trace x;
  x.job = 7;
  x.one = true;
  x.index = 41;
  x.steps = {step(submitted, 0, {0, 100}),
             step(ready, 0, {0, 100}),
             step(leased, 1'500, {32, 64}, 1, "w1"),
             step(started, 1'501, {40, 48}, 1, "w1"),
             step(ended, 2'501'501, {40, 48}, 1, "w1"),
             step(failed, 2'502'000, {41, 42}, 1, "w1", long_text),
             step(ready, 2'602'000, {41, 42}),
             step(leased, 2'602'100, {41, 42}, 2, long_name),
             step(revoked, 62'602'100, {41, 42}, 2, long_name,
                  "the node is down: it was silent for too long"),
             step(leased, 63'000'000, {41, 42}, 3, steering_name),
             step(started, 63'000'000, {41, 42}, 3, steering_name),
             step(ended, 70 * second_us, {41, 42}, 3, steering_name),
             step(accepted, 70'000'850, {41, 42}, 3, steering_name),
             step(merged, 400 * day_us, {41, 42}),
             step(job_ended, 400 * day_us, {})};
  x.steps.back().text = "succeeded";
  return x;
}

/// Leases of a large job that ends with a dead letter.
task_trace trace_of_job() {
  using enum trace_kind;
  task_trace x;
  x.job = 12'345'678;
  x.incomplete = true;
  x.steps = {
    step(leased, 5 * second_us, {0, 500'000'000}, 1, "w1"),
    step(leased, 5'000'001, {500'000'000, 1'000'000'000}, 1, foreign_name),
    // Clocks of nodes differ: time may go back.
    step(started, 4 * second_us, {0, 500'000'000}, 1, "w1"),
    step(dead, 6 * second_us, {17, 18}, 4, "w1", "two\nlines"),
    step(job_ended, 6'000'001, {})};
  x.steps.back().text = "failed: 1 task is a dead letter";
  return x;
}

/// A job with nodes of all kinds of names.
watch_view some_watch() {
  watch_view x;
  x.job = job_of(7, job_state::running, 417, 1000);
  x.job.name = "prim\nes";
  x.job.function = "count_primes";
  x.job.dead = 3;
  x.job.running = 24;
  x.job.attempts = 425;
  x.job.seconds_us = 34 * second_us;
  x.per_second = 12.34;
  x.left = std::chrono::seconds{47};
  x.nodes = {{{long_name, 16, 300, 0, 1'500'000}, 8.2},
             {{foreign_name, 8, 117, 5, 700'000}, 0.04},
             {{steering_name, 0, 0, 1'234'567, 0}, 0}};
  return x;
}

watch_view large_watch() {
  auto x = some_watch();
  x.job = hard_jobs()[1];
  x.per_second = 1'234'567.75;
  x.left = std::chrono::hours{23};
  x.nodes.clear();
  for (int i = 1; i <= 20; ++i) {
    job_share share;
    share.node = fmt::format("w{:02}", i);
    share.leased = i % 2 == 0 ? 0 : 4096;
    share.succeeded = static_cast<uint64_t>(i) * 5'000'000;
    x.nodes.push_back({share, i * 1000.5});
  }
  return x;
}

/// What is drawn in place, and the line for output that is no terminal.
void add_watch(golden& to, const std::string& title, const watch_view& what) {
  add_widths(to, title,
             [&](size_t width) { return render_watch(what, width); });
  to.add(title + ", no terminal", watch_line(what));
}

} // namespace

CAF_TEST(tasks) {
  std::vector<std::string> objects;
  for (const auto& x : some_groups())
    objects.push_back(group_json(7, x));
  file("tasks")
    .add(task_table(some_groups()))
    .json(json_array(objects))
    .check();
}

CAF_TEST(trace_of_one_task) {
  auto what = trace_of_task();
  auto kept = file("trace_task");
  kept.add(trace_table(what)).json(trace_json(what));
  what.incomplete = true;
  kept.add("incomplete", footnote(what)).check();
}

CAF_TEST(trace_of_a_whole_job) {
  auto what = trace_of_job();
  task_trace none;
  none.job = 7;
  file("trace_job")
    .add(trace_table(what))
    .add("incomplete", footnote(what))
    .json(trace_json(what))
    .add("no steps", render(trace_table(none), 80, false))
    .json(trace_json(none))
    .check();
}

CAF_TEST(watch) {
  auto kept = file("watch");
  auto what = some_watch();
  add_watch(kept, "running", what);
  kept.json(watch_json(what));
  auto lost = what;
  lost.lost = true;
  add_watch(kept, "the coordinator is lost", lost);
  auto open = what;
  open.job.state = job_state::open;
  add_watch(kept, "open", open);
  watch_view waits;
  waits.job = hard_jobs()[2];
  add_watch(kept, "nothing has happened yet", waits);
  kept.json(watch_json(waits));
  kept.check();
}

CAF_TEST(watch_at_the_end) {
  auto kept = file("watch_ended");
  for (size_t i = 4; i < 7; ++i) {
    watch_view ended;
    ended.job = hard_jobs()[i];
    add_watch(kept, std::string{to_string(ended.job.state)}, ended);
  }
  kept.check();
}

CAF_TEST(watch_of_a_large_job) {
  auto what = large_watch();
  what.failures = {{999'999'998, false, long_name, long_text},
                   {999'999'999, true, steering_name, "two\nlines"},
                   {0, true, "", ""}};
  what.more_failures = 1'234;
  auto kept = file("watch_large");
  add_watch(kept, "running", what);
  std::string failures;
  for (const auto& x : what.failures)
    failures += failure_text(what.job.id, x) + "\n";
  kept.add("failures", failures).json(watch_json(what)).check();
}
