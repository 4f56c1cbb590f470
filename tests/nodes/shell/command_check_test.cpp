#define CAF_SUITE command_check

#include "tests/nodes/shell/command_fixture.hpp"

#include <caf/test/unit_test.hpp>

#include <nlohmann/json.hpp>

#include <vector>

using namespace troupe;
using namespace troupe::shell;

namespace {

int number(const ended_command& of) {
  return static_cast<int>(of.code);
}

} // namespace

CAF_TEST_FIXTURE_SCOPE(command_check_tests, command_fixture)

CAF_TEST(ends_as_monitoring_wants_it) {
  auto ended = run({"check"});
  CAF_CHECK_EQUAL(number(ended), 0);
  CAF_CHECK(ended.out.starts_with("OK: 1 worker, 0 of 1 slots busy, "));
  CAF_CHECK_EQUAL(ended.err, "");
  ended = run({"check", "--warn-workers", "2"});
  CAF_CHECK_EQUAL(number(ended), 1);
  CAF_CHECK(ended.out.starts_with("WARNING: only 1 worker takes work | "));
  ended = run({"check", "--crit-workers", "2"});
  CAF_CHECK_EQUAL(number(ended), 2);
  run({"cordon", "local"});
  ended = run({"check", "--json"});
  CAF_CHECK_EQUAL(number(ended), 2);
  auto from = nlohmann::json::parse(ended.out);
  CAF_CHECK_EQUAL(from.at("state"), "critical");
  CAF_CHECK_EQUAL(from.at("problems").at(0).at("text"), "no worker takes work");
}

CAF_TEST(a_queue_that_is_too_long_is_seen) {
  run({"submit", "noop", "--range", "0..10", "--label", "nobody"});
  auto ended = run({"check", "--warn-queue", "9"});
  CAF_CHECK_EQUAL(number(ended), 1);
  CAF_CHECK(ended.shows("10 tasks are ready"));
  CAF_CHECK(ended.shows("job 1 can never run"));
}

CAF_TEST(a_coordinator_out_of_reach_is_critical_on_stdout) {
  auto ended = run_offline({"check"});
  CAF_CHECK_EQUAL(number(ended), 2);
  CAF_CHECK(ended.out.starts_with("CRITICAL: "));
  CAF_CHECK(ended.shows("not connected"));
  CAF_CHECK_EQUAL(ended.err, "");
  ended = run_offline({"check", "--json"});
  auto from = nlohmann::json::parse(ended.out);
  CAF_CHECK_EQUAL(from.at("state"), "critical");
}

CAF_TEST(wrong_uses_are_refused_without_a_connection) {
  for (const std::vector<std::string>& args :
       {std::vector<std::string>{"check", "x"},
        {"check", "--warn-queue", "many"},
        {"check", "--warn-queue", "2", "--crit-queue", "1"}})
    CAF_CHECK_EQUAL(number(run_offline(args)), 2);
  CAF_CHECK_EQUAL(connections, 0u);
}

CAF_TEST_FIXTURE_SCOPE_END()
