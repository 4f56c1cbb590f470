#define CAF_SUITE task_text

#include "nodes/shell/task_text.hpp"

#include <caf/test/unit_test.hpp>

using namespace troupe;
using namespace troupe::shell;

namespace {

task_group leased() {
  task_group group;
  group.range = {10, 20};
  group.state = task_state::leased;
  group.attempt = 2;
  group.node = "al\npha";
  group.lease = {3, 17};
  group.age_us = 1'500'000;
  return group;
}

} // namespace

CAF_TEST(states_are_named_with_commas_between_them) {
  auto one = parse_task_states("ready");
  CAF_REQUIRE(one);
  CAF_CHECK_EQUAL(*one, 1u << 1);
  auto some = parse_task_states("leased,dead,leased");
  CAF_REQUIRE(some);
  CAF_CHECK_EQUAL(*some, 1u << 2 | 1u << 5);
  for (const auto* text : {"", "leased,", ",leased", "leased dead", "all"}) {
    auto wrong = parse_task_states(text);
    CAF_REQUIRE(!wrong);
    CAF_CHECK(wrong.error().code == exit_code::usage);
  }
  auto near = parse_task_states("leasd");
  CAF_CHECK(near.error().text.find("did you mean \"leased\"")
            != std::string::npos);
}

CAF_TEST(a_group_has_the_promised_keys) {
  CAF_CHECK_EQUAL(group_json(7, leased()),
                  R"({"job": 7, "begin": 10, "end": 20, "tasks": 10, )"
                  R"("state": "leased", "attempt": 2, "node": "al\npha", )"
                  R"("lease": "3.17", "running": false, "age_seconds": 1.5, )"
                  R"("retry_in_seconds": 0})");
  task_group waits;
  waits.range = {0, 1};
  waits.state = task_state::backoff;
  waits.retry_in_us = 250'000;
  auto json = group_json(7, waits);
  CAF_CHECK(json.find(R"("lease": "", )") != std::string::npos);
  CAF_CHECK(json.ends_with(R"("retry_in_seconds": 0.25})"));
}

CAF_TEST(a_table_has_a_row_for_each_group) {
  auto running = leased();
  running.range = {20, 21};
  running.running = true;
  auto text = render(task_table({leased(), running}), 0, false);
  CAF_CHECK_EQUAL(
    text, " INDEX  TASKS  STATE            ATTEMPT  NODE     LEASE     AGE  "
          "RETRY IN\n"
          "10..20     10  leased                 2  al\\npha   3.17  1.50 s\n"
          "    20      1  leased, running        2  al\\npha   3.17  1.50 s\n");
}

CAF_TEST(a_narrow_table_keeps_where_tasks_are) {
  auto text = render(task_table({leased()}), 40, false);
  CAF_CHECK(text.find("STATE") != std::string::npos);
  CAF_CHECK(text.find("NODE") != std::string::npos);
  CAF_CHECK(text.find("LEASE") == std::string::npos);
}
