#define CAF_SUITE event_text

#include "nodes/shell/event_text.hpp"

#include <caf/test/unit_test.hpp>

#include <string>
#include <vector>

using namespace troupe;
using namespace troupe::shell;

namespace {

event of(event_kind kind) {
  event x;
  x.kind = kind;
  x.at_us = 1'787'056'496'789'012;
  return x;
}

event task_event(event_kind kind) {
  auto x = of(kind);
  x.job = 7;
  x.index = 3;
  x.node = "w1";
  x.text = "no\nfile";
  return x;
}

event node_event(event_kind kind, std::string text = {}) {
  auto x = of(kind);
  x.node = "w1";
  x.text = std::move(text);
  return x;
}

event job_event(job_state state) {
  auto x = of(event_kind::job_state);
  x.job = 7;
  x.status.id = 7;
  x.status.name = "mine";
  x.status.state = state;
  x.status.tasks = 10;
  x.status.succeeded = 4;
  x.status.attempts = 5;
  x.status.seconds_us = 2'000'000;
  return x;
}

outcome<event_filter> filter_of(std::vector<std::string> args) {
  args.insert(args.begin(), "events");
  auto none = [](std::string_view) { return std::nullopt; };
  auto call = invocation::parse(args, none);
  if (!call)
    return tl::unexpected{call.error()};
  return event_filter::read(*call);
}

bool wants(const std::vector<std::string>& args, const event& what) {
  auto filter = filter_of(args);
  CAF_REQUIRE(filter.has_value());
  return filter->wants(what);
}

} // namespace

CAF_TEST(an_empty_kind_is_none) {
  for (const auto* kinds : {"", "task_dead,"})
    CAF_CHECK(!filter_of({"--kind", kinds}).has_value());
}

CAF_TEST(each_kind_has_a_sentence) {
  struct row {
    event what;
    const char* want;
  };
  const row rows[] = {
    {task_event(event_kind::task_failed), "task 7/3 failed on w1: no\\nfile"},
    {task_event(event_kind::task_dead), "task 7/3 is dead on w1: no\\nfile"},
    {node_event(event_kind::node_joined), "node w1 joined"},
    {node_event(event_kind::node_left, "lost"), "node w1 lost"},
    {node_event(event_kind::node_suspected), "node w1 is silent"},
    {node_event(event_kind::node_recovered), "node w1 is back"},
    {node_event(event_kind::node_cordoned), "node w1 is cordoned"},
    {node_event(event_kind::node_uncordoned), "node w1 is no longer cordoned"},
    {node_event(event_kind::actor_restarted, "coordinator/cluster/store"),
     "node w1: coordinator/cluster/store"},
    {job_event(job_state::running),
     "job 7 (mine) is running: 4 of 10 tasks done"},
    {job_event(job_state::succeeded),
     "job 7 (mine) succeeded: 10 tasks, 5 attempts, 2.00 s"}};
  for (const auto& [what, want] : rows)
    CAF_CHECK_EQUAL(event_sentence(what), want);
  CAF_CHECK_EQUAL(event_line(rows[2].what),
                  "2026-08-18T12:34:56.789Z  "
                  "node_joined      node w1 joined\n");
}

CAF_TEST(a_job_that_failed_says_why) {
  auto failed = job_event(job_state::failed);
  failed.status.reason = "task 7/3 is\ndead";
  CAF_CHECK(event_sentence(failed).ends_with(": task 7/3 is\\ndead"));
}

CAF_TEST(filters_are_all_to_be_met) {
  auto dead = task_event(event_kind::task_dead);
  auto joined = node_event(event_kind::node_joined);
  CAF_CHECK(wants({}, dead) && wants({}, joined));
  CAF_CHECK(wants({"--job", "7"}, dead));
  CAF_CHECK(!wants({"--job", "8"}, dead));
  CAF_CHECK(!wants({"--job", "7"}, joined));
  CAF_CHECK(wants({"--node", "w1"}, dead));
  CAF_CHECK(!wants({"--node", "w2"}, joined));
  CAF_CHECK(wants({"--kind", "task_failed,task_dead"}, dead));
  CAF_CHECK(!wants({"--kind", "node_joined"}, dead));
  CAF_CHECK(!wants({"--job", "7", "--kind", "node_joined"}, dead));
}

CAF_TEST(an_unknown_kind_is_refused_with_the_nearest) {
  auto filter = filter_of({"--kind", "task_dead,task_fail"});
  CAF_REQUIRE(!filter.has_value());
  CAF_CHECK(filter.error().code == exit_code::usage);
  CAF_CHECK(filter.error().text.find("\"task_failed\"") != std::string::npos);
  CAF_MESSAGE("progress is not kept, so it cannot be shown");
  CAF_CHECK(!filter_of({"--kind", "job_progress"}).has_value());
  CAF_CHECK(!filter_of({"--kind", ",task_dead"}).has_value());
}
