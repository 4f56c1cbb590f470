#define CAF_SUITE notice_text

#include "nodes/shell/notice_text.hpp"

#include <caf/test/unit_test.hpp>

using namespace troupe;
using namespace troupe::shell;

namespace {

event job_event(job_state state, std::string reason = {}) {
  event out;
  out.kind = event_kind::job_state;
  out.job = 7;
  out.status.id = 7;
  out.status.function = "echo";
  out.status.state = state;
  out.status.seconds_us = 1'250'000;
  out.status.reason = std::move(reason);
  return out;
}

event node_event(event_kind kind, std::string text = {}) {
  event out;
  out.kind = kind;
  out.node = "w1";
  out.text = std::move(text);
  return out;
}

std::string told(const event& what, told_events which = told_events::all) {
  return notice_text(what, which).value_or("");
}

} // namespace

CAF_TEST(jobs_are_told_when_they_end) {
  CAF_CHECK(told(job_event(job_state::succeeded))
            == "job 7 (echo) has succeeded in 1.25 s");
  CAF_CHECK(told(job_event(job_state::failed, "2 dead\nletters"))
            == "job 7 (echo) has failed after 1.25 s: 2 dead\\nletters");
  CAF_CHECK(told(job_event(job_state::cancelled))
            == "job 7 (echo) was cancelled after 1.25 s");
  CAF_CHECK(told(job_event(job_state::running)).empty());
  auto named = job_event(job_state::succeeded);
  named.status.name = "night\033run";
  CAF_CHECK(told(named) == "job 7 (night\\x1brun) has succeeded in 1.25 s");
}

CAF_TEST(nodes_are_told_with_the_reason) {
  CAF_CHECK(told(node_event(event_kind::node_joined)) == "node w1 joined");
  CAF_CHECK(told(node_event(event_kind::node_left, "is down"))
            == "node w1 is down");
  CAF_CHECK(told(node_event(event_kind::node_suspected))
            == "node w1 is silent");
  CAF_CHECK(told(node_event(event_kind::node_recovered)) == "node w1 is back");
}

CAF_TEST(one_chooses_what_is_told) {
  auto job = job_event(job_state::succeeded);
  auto node = node_event(event_kind::node_joined);
  CAF_CHECK(!told(job, told_events::jobs).empty());
  CAF_CHECK(told(node, told_events::jobs).empty());
  CAF_CHECK(told(job, told_events::off).empty());
  CAF_CHECK(told(node, told_events::off).empty());
}

CAF_TEST(tasks_are_too_many_to_be_told) {
  for (auto kind : {event_kind::job_progress, event_kind::task_failed,
                    event_kind::task_dead})
    CAF_CHECK(told(node_event(kind)).empty());
}
