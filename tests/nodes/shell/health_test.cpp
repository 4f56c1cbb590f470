#define CAF_SUITE health

#include "nodes/shell/health.hpp"
#include "tests/nodes/shell/cluster_samples.hpp"

#include <caf/test/unit_test.hpp>

#include <algorithm>
#include <functional>
#include <string>
#include <vector>

using namespace troupe;
using namespace troupe::shell;
using namespace troupe::shell::samples;

namespace {

outcome<health_rules> rules_of(std::vector<std::string> args) {
  args.insert(args.begin(), "check");
  auto none = [](std::string_view) { return std::nullopt; };
  auto call = invocation::parse(args, none);
  if (!call)
    return tl::unexpected{call.error()};
  return health_rules::read(*call);
}

health level_of(const cluster_view& view,
                const std::vector<std::string>& args = {}) {
  auto rules = rules_of(args);
  CAF_REQUIRE(rules.has_value());
  return judge(view, *rules).level;
}

} // namespace

CAF_TEST(an_idle_cluster_is_well) {
  auto report = judge(idle_view(), {});
  CAF_CHECK(report.level == health::ok);
  CAF_CHECK_EQUAL(health_line(report, idle_view(), {}),
                  "OK: 1 worker, 0 of 4 slots busy, 0 tasks ready | "
                  "workers=1;;1:;0 ready=0;;;0 oldest=0s;;;0 "
                  "failures=0;;;0 busy=0;;;0;4\n");
}

CAF_TEST(what_is_wrong_with_nodes_and_jobs_is_a_warning) {
  struct row {
    const char* what;
    std::function<void(cluster_view&)> change;
    health want;
  };
  auto node = [](node_state state) {
    return [state](cluster_view& x) { x.nodes.push_back(node_of("b", state)); };
  };
  const row rows[] = {
    {"suspect", node(node_state::suspect), health::warning},
    {"down", node(node_state::down), health::warning},
    {"gone", node(node_state::gone), health::ok},
    {"draining", node(node_state::draining), health::ok},
    {"zombies", [](auto& x) { x.nodes[0].zombies = 1; }, health::warning},
    {"impossible", [](auto& x) { x.impossible[7] = "why"; }, health::warning},
    {"cordoned", [](auto& x) { x.nodes[0].cordoned = true; }, health::critical},
    {"nobody", [](auto& x) { x.nodes.clear(); }, health::critical}};
  for (const auto& [what, change, want] : rows) {
    CAF_MESSAGE(what);
    auto view = idle_view();
    change(view);
    CAF_CHECK(level_of(view) == want);
  }
}

CAF_TEST(numbers_are_judged_by_their_levels) {
  auto view = idle_view();
  view.load.ready = 100;
  view.load.oldest_ready_us = 30'000'000;
  view.load.failed_per_s = 0.5;
  struct row {
    std::vector<std::string> args;
    health want;
  };
  const row rows[] = {
    {{}, health::ok},
    {{"--warn-queue", "100"}, health::ok},
    {{"--warn-queue", "99"}, health::warning},
    {{"--warn-queue", "10", "--crit-queue", "100"}, health::warning},
    {{"--warn-queue", "10", "--crit-queue", "99"}, health::critical},
    {{"--crit-queue", "50"}, health::critical},
    {{"--warn-oldest", "30s"}, health::ok},
    {{"--warn-oldest", "29s"}, health::warning},
    {{"--crit-oldest", "29s"}, health::critical},
    {{"--warn-failures", "30"}, health::ok},
    {{"--warn-failures", "29"}, health::warning},
    {{"--crit-failures", "0"}, health::critical},
    {{"--warn-workers", "1"}, health::ok},
    {{"--warn-workers", "2"}, health::warning},
    {{"--crit-workers", "2"}, health::critical}};
  for (const auto& [args, want] : rows) {
    CAF_MESSAGE((args.empty() ? "" : args[0] + " " + args[1]));
    CAF_CHECK(level_of(view, args) == want);
  }
}

CAF_TEST(no_worker_need_be_there_if_the_user_says_so) {
  CAF_CHECK(level_of(cluster_view{}, {"--crit-workers", "0"}) == health::ok);
}

CAF_TEST(a_warning_that_would_come_too_late_is_refused) {
  for (const std::vector<std::string>& args :
       {std::vector<std::string>{"--warn-queue", "2", "--crit-queue", "1"},
        {"--warn-oldest", "2s", "--crit-oldest", "1s"},
        {"--warn-failures", "2", "--crit-failures", "1"},
        {"--warn-workers", "1", "--crit-workers", "2"}}) {
    auto rules = rules_of(args);
    CAF_REQUIRE(!rules.has_value());
    CAF_CHECK(rules.error().code == exit_code::usage);
    CAF_CHECK(rules.error().text.find(args.front()) != std::string::npos);
  }
}

CAF_TEST(the_worst_comes_first_on_one_line) {
  auto view = busy_view();
  auto rules = rules_of({"--warn-queue", "1000", "--crit-oldest", "10s"});
  CAF_REQUIRE(rules.has_value());
  auto report = judge(view, *rules);
  CAF_CHECK(report.level == health::critical);
  CAF_CHECK_EQUAL(
    health_line(report, view, *rules),
    "CRITICAL: the oldest task waits for 12.0 s; 1,204 tasks are ready; node "
    "\"w2\" is suspect | workers=2;;1:;0 ready=1204;1000;;0 "
    "oldest=12s;;10;0 failures=15;;;0 busy=7;;;0;12\n");
  CAF_CHECK_EQUAL(
    health_json(report, view),
    "{\"state\": \"critical\", \"problems\": [{\"state\": \"critical\", "
    "\"text\": \"the oldest task waits for 12.0 s\"}, {\"state\": \"warning\", "
    "\"text\": \"1,204 tasks are ready\"}, {\"state\": \"warning\", \"text\": "
    "\"node \\\"w2\\\" is suspect\"}], \"workers\": 2, \"slots\": 12, "
    "\"busy\": 7, \"ready\": 1204, \"oldest_ready_seconds\": 12, "
    "\"failures_per_minute\": 15}\n");
}

CAF_TEST(names_cannot_spoil_the_line) {
  auto view = idle_view();
  view.nodes.push_back(node_of("a|b\nc", node_state::down));
  auto line = health_line(judge(view, {}), view, {});
  CAF_CHECK_EQUAL(std::count(line.begin(), line.end(), '|'), 1);
  CAF_CHECK_EQUAL(std::count(line.begin(), line.end(), '\n'), 1);
}

CAF_TEST(nobody_to_ask_is_critical) {
  CAF_CHECK_EQUAL(unreachable_line("cannot connect to a|b"),
                  "CRITICAL: cannot connect to a/b\n");
  CAF_CHECK_EQUAL(unreachable_json("no"),
                  "{\"state\": \"critical\", \"problems\": [{\"state\": "
                  "\"critical\", \"text\": \"no\"}]}\n");
}
