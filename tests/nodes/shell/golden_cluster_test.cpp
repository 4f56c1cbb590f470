#define CAF_SUITE golden_cluster

#include "nodes/shell/event_text.hpp"
#include "nodes/shell/health.hpp"
#include "nodes/shell/job_text.hpp"
#include "nodes/shell/log_text.hpp"
#include "nodes/shell/node_text.hpp"
#include "nodes/shell/notice_text.hpp"
#include "nodes/shell/status_text.hpp"
#include "nodes/shell/value_text.hpp"
#include "tests/nodes/shell/golden_samples.hpp"

#include <caf/test/unit_test.hpp>

#include <optional>
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

/// What `status` writes, part by part.
void add_status(golden& to, const std::string& title,
                const cluster_view& view) {
  to.add(title, describe(view));
  if (!view.jobs.empty())
    add_widths(to, title + ", jobs", job_table(shown_jobs(view)));
  if (!view.load.failures.empty())
    add_widths(to, title + ", failures", failure_table(view.load.failures));
  std::string warnings;
  for (const auto& x : warnings_of(view))
    warnings += "warning: " + x + "\n";
  if (!warnings.empty())
    to.add(title + ", warnings", warnings);
  to.json(status_json(view));
}

node_process some_process() {
  node_process x;
  x.host = "host-with-a-long-name.example.org";
  x.pid = 4'194'303;
  x.listen = "127.0.0.1:7401";
  x.version = "0.1.0";
  x.protocol = 12;
  x.caf = "0.17.6";
  x.up_us = 90'000'000;
  x.memory_bytes = 12'345'678'901;
  x.cpu_us = 5'401'000'000;
  x.threads = 4100;
  x.open_files = 12;
  x.open_files_max = 1'048'576;
  x.actors = 1'234;
  return x;
}

/// A process that has just begun and has something in its names.
node_process young_process() {
  node_process x;
  x.host = steering_name;
  x.pid = 1;
  x.listen = "-";
  x.version = foreign_name;
  x.caf = "0.17.6";
  return x;
}

std::vector<config_value> some_options() {
  return {{"node.name", "w1", "flag --node.name"},
          {"node.listen", "", "default"},
          {"worker.slots", "0", "variable TROUPE_WORKER_SLOTS", "8"},
          {"worker.read_paths",
           "/data/projects/one,/data/projects/two,/srv/a folder/\xc3\xb6",
           "/etc/troupe/worker-in-rack-17.hall-b.conf:123"},
          {"worker.memory", "90%", "/etc/troupe.conf:7",
           "494780232499 (460.8 GiB of 512 GiB)"},
          {"log.level", "info\x1b[2J", "default"}};
}

kept_record record(uint64_t seq, log_level level, std::string component,
                   std::string text) {
  kept_record x;
  x.seq = seq;
  x.time_us = static_cast<int64_t>(some_time_us + seq * 1'001'000);
  x.level = level;
  x.component = std::move(component);
  x.text = std::move(text);
  return x;
}

std::vector<kept_record> some_log() {
  auto trace = record(1, log_level::trace, "worker", "a slice begins");
  trace.fields = {{"lease", "3.17"}, {"tasks", "4096"}};
  auto debug = record(2, log_level::debug, "uplink", "a heartbeat was sent");
  auto info = record(3, log_level::info, "uplink", "joined");
  info.fields = {{"coordinator", "127.0.0.1:7400"}, {"empty", ""}};
  auto warn = record(4, log_level::warn, foreign_name, "two\nlines\x1b[31m");
  warn.fields = {{"why", "no \"route\" to = host"}, {"a\tkey", "\\"}};
  auto error = record(18'446'744'073'709'551'615u, log_level::error,
                      "supervisor", long_text);
  error.time_us = 0;
  return {trace, debug, info, warn, error};
}

event event_of(event_kind kind, std::string node = {}, std::string text = {}) {
  event x;
  x.kind = kind;
  x.node = std::move(node);
  x.text = std::move(text);
  return x;
}

event event_of(event_kind kind, const job_status& job) {
  auto x = event_of(kind);
  x.job = job.id;
  x.status = job;
  return x;
}

event task_event(event_kind kind, task_index index, std::string node,
                 std::string text) {
  auto x = event_of(kind, std::move(node), std::move(text));
  x.job = 7;
  x.index = index;
  return x;
}

/// Each kind, with and without what may be missing.
std::vector<event> some_events() {
  using enum event_kind;
  std::vector<event> all;
  for (const auto& job : hard_jobs())
    all.push_back(event_of(job_state, job));
  all.push_back(event_of(job_progress, hard_jobs()[1]));
  const std::vector<event> others = {
    task_event(task_failed, 3, "w1", "no\nfile"),
    task_event(task_failed, 999'999'999, "", ""),
    task_event(task_dead, 3, long_name, long_text),
    event_of(node_joined, "w1", "it joined with 1 slot"),
    event_of(node_joined, steering_name, "it joined with 4096 slots"),
    event_of(node_left, "w1", "it is gone"),
    event_of(node_left, long_name,
             "it was silent for too long and is down: its work runs elsewhere"),
    event_of(node_suspected, foreign_name, "it is silent: it gets nothing new"),
    event_of(node_recovered, foreign_name, "it is back"),
    event_of(node_cordoned, "w1", "it gets nothing new"),
    event_of(node_cordoned, "w1",
             "it is drained: it gets nothing new, and what it has not begun "
             "runs elsewhere"),
    event_of(node_uncordoned, "w1", "it may get work again"),
    event_of(node_uncordoned, "w1"),
    event_of(actor_restarted, "c",
             "the actor coordinator/cluster/store was restarted: store ended: "
             "out of memory"),
    event_of(actor_restarted, "", invisible_text)};
  all.insert(all.end(), others.begin(), others.end());
  for (size_t i = 0; i < all.size(); ++i) {
    all[i].seq = i + 1;
    all[i].at_us = some_time_us + i * 1'001'000;
  }
  all.back().dropped = 1'234;
  return all;
}

void add_check(golden& to, const std::string& title, const cluster_view& view,
               const health_rules& rules) {
  auto report = judge(view, rules);
  to.add(title, health_line(report, view, rules));
  to.json(health_json(report, view));
}

} // namespace

CAF_TEST(status) {
  auto kept = file("status");
  add_status(kept, "idle", idle_view());
  add_status(kept, "nothing at all", {});
  add_status(kept, "all that can be wrong", hard_view());
  kept.check();
}

CAF_TEST(short_numbers) {
  std::string rates;
  for (auto rate : {0.0, 0.04, 0.06, 9.94, 9.96, 10.0, 999.5, 1e6, 1e12})
    rates += per_second(rate) + "\n";
  std::string times;
  for (uint64_t ns :
       {uint64_t{0}, uint64_t{1}, uint64_t{999}, uint64_t{999'999},
        uint64_t{1'000'000'000}, uint64_t{59'950'000'000}, UINT64_MAX})
    times += run_time(ns) + "\n";
  file("short_numbers").add("per_second", rates).add("run_time", times).check();
}

CAF_TEST(node) {
  auto all = hard_nodes();
  auto kept = file("node");
  kept.add("coordinator", describe(all[0], some_process(), ""))
    .json(node_json(all[0], some_process()))
    .add("busy", describe(all[1], young_process(), ""))
    .json(node_json(all[1], young_process()))
    .add("suspect", describe(all[2], std::nullopt,
                             "does not answer: the coordinator lost\nit"))
    .json(node_json(all[2], std::nullopt));
  for (size_t i = 3; i < all.size(); ++i)
    kept.add(state_text(all[i]),
             describe(all[i], std::nullopt, "does not answer: it is not up"));
  kept.check();
}

CAF_TEST(nodes_that_are_hard_to_show) {
  std::vector<std::string> objects;
  for (const auto& x : hard_nodes())
    objects.push_back(node_json(x));
  file("nodes_hard")
    .add(node_table(hard_nodes()))
    .json(json_array(objects))
    .check();
}

CAF_TEST(config) {
  auto all = some_options();
  file("config")
    .add(config_table(all))
    .json(config_json(long_name, all))
    .add("no options", config_json(steering_name, {}))
    .check();
}

CAF_TEST(log) {
  auto kept = file("log");
  std::vector<std::string> objects;
  std::string lines;
  for (const auto& x : some_log()) {
    lines += log_line("w1", x);
    objects.push_back(log_json("w1", x));
  }
  kept.add("text", lines).json(json_array(objects));
  auto last = some_log()[3];
  kept.add("of a node with a hard name", log_line(steering_name, last))
    .json(log_json(steering_name, last));
  last.text = invisible_text;
  kept.add("what cannot be seen", log_line("w1", last)).check();
}

CAF_TEST(events) {
  std::string lines;
  std::vector<std::string> objects;
  for (const auto& x : some_events()) {
    lines += event_line(x);
    objects.push_back(event_json(x));
  }
  file("events").add("text", lines).json(json_array(objects)).check();
}

CAF_TEST(events_above_the_prompt) {
  auto kept = file("notices");
  for (auto which : {told_events::off, told_events::jobs, told_events::all}) {
    std::string lines;
    for (const auto& x : some_events())
      if (auto text = notice_text(x, which))
        lines += *text + "\n";
    kept.add(std::string{told_events_names[static_cast<size_t>(which)]},
             lines.empty() ? "nothing" : lines);
  }
  kept.check();
}

CAF_TEST(check) {
  auto kept = file("check");
  add_check(kept, "ok", idle_view(), {});
  health_rules strict;
  strict.queue = {1'000, 10'000};
  strict.oldest_us = {500'000, 60 * second_us};
  strict.failures = {1, 1'000};
  strict.workers = {3, 2};
  add_check(kept, "within all levels", idle_view(),
            {{1, 2}, {1, 2}, {1, 2}, {1, 1}});
  add_check(kept, "too few workers", idle_view(), strict);
  add_check(kept, "busy", busy_view(), strict);
  add_check(kept, "all that can be wrong", hard_view(), strict);
  auto ones = idle_view();
  ones.nodes.front().zombies = 1;
  ones.load.ready = 1;
  ones.load.failed_per_s = 1 / 60.0;
  add_check(kept, "one of each", ones, {{0, {}}, {}, {0, {}}, {2, {}}});
  add_check(kept, "nobody", {}, {});
  auto why = "cannot connect to 127.0.0.1:7400 | nobody listens there";
  kept.add("out of reach", unreachable_line(why))
    .json(unreachable_json(why))
    .check();
}
