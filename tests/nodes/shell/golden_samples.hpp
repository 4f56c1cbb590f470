#pragma once

#include "tests/nodes/shell/cluster_samples.hpp"
#include "tests/nodes/shell/golden.hpp"

#include <functional>
#include <sstream>
#include <string>
#include <vector>

/// Data that is hard to show: long, foreign, large, and what would steer a
/// terminal. All of it is fixed.
namespace troupe::shell::samples {

/// Longer than any column of a narrow terminal.
constexpr const char* long_name =
  "worker-in-rack-17.hall-b.data-centre-frankfurt.example.org:7401";

/// Clears the screen and begins a line.
constexpr const char* steering_name = "w\x1b[2J\n\t\\";

/// Turns the reading direction around and begins a control sequence in one
/// character; for text that is not JSON.
constexpr const char* invisible_text = "\xe2\x80\xae \xc2\x9b \x7f \xff";

/// Two bytes a character; each takes one column.
constexpr const char* foreign_name = "k\xc3\xb6ln-\xce\xa9";

constexpr const char* long_text =
  "cannot open \"/data/part-41\": No such file or directory; is the volume "
  "mounted on this node, and may the user troupe read it?";

/// 2026-08-18T12:34:56.789012Z in microseconds.
constexpr uint64_t some_time_us = 1'787'056'496'789'012;

constexpr uint64_t second_us = 1'000'000;
constexpr uint64_t day_us = 86'400 * second_us;

/// Adds what is printed on each of the terminals, under that title.
inline void add_widths(golden& to, const std::string& title,
                       const std::function<std::string(size_t)>& text) {
  for (auto width : golden::widths) {
    auto shown = text(width);
    std::istringstream lines{shown};
    for (std::string line; std::getline(lines, line);)
      CAF_CHECK(display_columns(line) <= width);
    to.add(title + fmt::format(", {} columns", width), shown);
  }
}

inline void add_widths(golden& to, const std::string& title,
                       const table& what) {
  add_widths(to, title,
             [&](size_t width) { return render(what, width, false); });
}

/// A node in each state, of every kind of name.
inline std::vector<node_info> hard_nodes() {
  auto coordinator = node_of("c");
  coordinator.incarnation_id = 1;
  coordinator.roles = {"coordinator"};
  coordinator.slots = 0;
  coordinator.functions = 0;
  coordinator.up_us = 400 * day_us;
  auto busy = node_of(long_name);
  busy.incarnation_id = 0xfedcba9876543210;
  busy.slots = 4096;
  busy.busy = 4095;
  busy.queued = 1'234'567;
  busy.oldest_us = 3 * day_us;
  busy.zombies = 2;
  busy.silent_us = 120'000;
  busy.phi = 0.42;
  busy.functions = 1234;
  busy.labels = {"gpu", "zone=eu-central-1a", "ssd", "\x1b[31mred"};
  busy.offers.memory_bytes = uint64_t{512} << 30;
  busy.offers.named = {{"gpu", 80'000}, {"licence", 5000}};
  auto suspect = node_of(steering_name, node_state::suspect);
  suspect.silent_us = 1'300'000;
  suspect.phi = 9.5;
  suspect.zombies = 1;
  auto cordoned = node_of(foreign_name);
  cordoned.cordoned = true;
  cordoned.busy = 1;
  cordoned.oldest_us = 850;
  auto drained = node_of("w-drained");
  drained.cordoned = true;
  auto leaving = node_of("w-leaving", node_state::draining);
  leaving.queued = 1;
  auto down = node_of("w-down", node_state::down);
  down.silent_us = 75'000'000;
  auto gone = node_of("w-gone", node_state::gone);
  auto fresh = node_of("w-new");
  fresh.up_us = 0;
  return {coordinator, busy, suspect, cordoned, drained,
          leaving,     down, gone,    fresh};
}

/// A job in each state, one that is stuck and one that can never run.
inline std::vector<job_status> hard_jobs() {
  auto open = job_of(12'345'678, job_state::open, 0, 1);
  open.function = steering_name;
  open.name = "still arriving";
  open.seconds_us = 0;
  auto large = job_of(12, job_state::running, 999'999'999, 1'000'000'000);
  large.running = 1;
  large.function = "a_function_with_a_name_that_is_much_too_long_for_a_table";
  large.name = "a name that is longer than what a narrow terminal has";
  large.seconds_us = 400 * day_us;
  auto stuck = job_of(11, job_state::running, 0, 7);
  stuck.reason = "waits: no worker offers the function; start one that does";
  stuck.name = foreign_name;
  auto never = job_of(10, job_state::running, 0, 8);
  never.reason = "waits: no worker has gpu:16";
  auto failed = job_of(9, job_state::failed, 97, 100);
  failed.dead = 3;
  failed.reason = "3 tasks are dead letters; troupe dead list 9 lists them";
  auto cancelled = job_of(8, job_state::cancelled, 10, 50);
  cancelled.cancelled = 40;
  cancelled.reason = "cancelled by a client\nat night";
  auto empty = job_of(7, job_state::succeeded, 0, 0);
  empty.seconds_us = 850;
  return {open, large, stuck, never, failed, cancelled, empty};
}

inline std::vector<recent_failure> hard_failures() {
  return {
    {12, 999'999'999, long_name, errc::function_failed, long_text, 0},
    {9, 3, steering_name, errc::timed_out, "", 65 * second_us},
    {9, 4, "", errc::function_failed, "two\nlines\tand a tab", 400 * day_us},
    {9, 5, "w4", errc::function_failed, "the fourth is not shown", 1}};
}

/// A cluster with everything that can be wrong.
inline cluster_view hard_view() {
  cluster_view view;
  view.cluster = "k\xc3\xb6ln \x1b[31m";
  view.coordinator =
    "coordinator.data-centre-frankfurt.a-company.example.org:7400";
  view.nodes = hard_nodes();
  view.jobs = hard_jobs();
  view.impossible = {{10, "no worker will ever have gpu:16"}};
  auto& load = view.load;
  load.jobs = 1'234;
  load.ready = 1'000'000'000'000;
  load.leased = 98'765;
  load.backoff = 1;
  load.oldest_ready_us = 400 * day_us;
  load.accepted = 18'446'744'073'709'551'615u;
  load.failed = 1;
  load.accepted_per_s = 1'234'567.75;
  load.failed_per_s = 0.04;
  load.run_ns_p50 = 850;
  load.run_ns_p90 = 59'960'000'000;
  load.run_ns_p99 = 3 * day_us * 1000;
  load.failures = hard_failures();
  return view;
}

} // namespace troupe::shell::samples
