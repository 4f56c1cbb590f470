#define CAF_SUITE event_json

#include "runtime/wire/event_json.hpp"

#include <caf/test/unit_test.hpp>

#include <nlohmann/json.hpp>

#include <string>

using namespace troupe;

namespace {

event sample(event_kind kind) {
  event x;
  x.seq = 3;
  x.kind = kind;
  x.at_us = 1'787'056'496'789'012;
  x.node = "w\"1";
  x.text = "tab\there";
  x.dropped = 2;
  if (is_of_job(kind))
    x.job = 7;
  if (is_of_task(kind))
    x.index = 9;
  else if (is_of_job(kind))
    x.status = {7,  "n",   "f", "", job_state::failed, 10, 4, 1, 5, 0, 11,
                12, "why", "",  0};
  return x;
}

} // namespace

CAF_TEST(every_kind_has_a_name_that_leads_back) {
  auto names = event_kind_names();
  CAF_CHECK_EQUAL(names.size(), size_t{event_kind_count});
  for (uint8_t i = 0; i < event_kind_count; ++i) {
    auto kind = static_cast<event_kind>(i);
    CAF_CHECK_EQUAL(names.at(i), std::string{to_string(kind)});
    CAF_CHECK(parse_event_kind(names.at(i)) == kind);
  }
  CAF_CHECK(!parse_event_kind("job"));
  CAF_CHECK_EQUAL(to_string(static_cast<event_kind>(200)), "unknown");
}

CAF_TEST(says_what_there_is_to_say_of_each_kind) {
  CAF_CHECK_EQUAL(event_json(sample(event_kind::node_joined)),
                  R"({"seq": 3, "kind": "node_joined", "at_us": )"
                  R"(1787056496789012, "node": "w\"1", "text": "tab\there", )"
                  R"("dropped": 2})");
  event dead;
  dead.kind = event_kind::task_dead;
  dead.job = 4;
  dead.index = 5;
  CAF_CHECK_EQUAL(event_json(dead), R"({"seq": 0, "kind": "task_dead", )"
                                    R"("at_us": 0, "job": 4, "index": 5})");
  auto state = event_json(sample(event_kind::job_state));
  CAF_CHECK(state.find(R"("job": 7, "state": "failed", "name": "n")")
            != std::string::npos);
}

CAF_TEST(what_was_rendered_can_be_read_again) {
  kept_events all{11, 22, 20, 3, true, {}};
  for (uint8_t i = 0; i < event_kind_count; ++i)
    all.events.push_back(sample(static_cast<event_kind>(i)));
  auto text = kept_events_json(all);
  auto again = parse_kept_events(text);
  CAF_REQUIRE(again.has_value());
  CAF_CHECK_EQUAL(kept_events_json(*again), text);
  CAF_CHECK(again->events.at(1).status.state == job_state::failed);
}

CAF_TEST(what_is_no_such_document_is_refused) {
  std::string deep(200, '[');
  deep += std::string(200, ']');
  const std::string texts[] = {
    "",
    "[]",
    "{}",
    "7",
    R"({"id": 1, "last": 2, "next": 2, "lost": 0})",
    R"({"id": -1, "last": 2, "next": 2, "lost": 0, "more": 3, "events": []})",
    R"({"id": 1, "last": 2, "next": 2, "lost": 0, "more": true, )"
    R"("events": [{"kind": 7}]})",
    R"({"id": 1, "last": 2, "next": 2, "lost": 0, "more": true, )"
    R"("events": [{"kind": "job_state", "job": "x"}]})",
    R"({"id": 1, "last": 2, "next": 2, "lost": 0, "more": true, )"
    R"("events": [{"kind": "node_left", "node": ")"
      + std::string(5000, 'x') + R"("}]})",
    deep};
  for (const auto& text : texts) {
    auto got = parse_kept_events(text);
    CAF_REQUIRE(!got.has_value());
    CAF_CHECK(got.error().code == errc::protocol_violation);
  }
}
