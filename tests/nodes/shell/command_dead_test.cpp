#define CAF_SUITE command_dead

#include "tests/nodes/shell/command_fixture.hpp"

#include <caf/test/unit_test.hpp>

using namespace troupe;
using namespace troupe::shell;

CAF_TEST_FIXTURE_SCOPE(command_dead_tests, command_fixture)

CAF_TEST(dead_letters_are_listed_shown_requeued_and_purged) {
  run({"run", "fail", "--input", "0", "--input", "9", "--retries", "1",
       "--backoff", "1ms"});
  auto listed = run({"dead", "list", "--json"});
  CAF_CHECK(listed.code == exit_code::done);
  CAF_CHECK(listed.shows("\"job\": 1, \"index\": 1, \"attempts\": 2"));
  CAF_CHECK(!listed.shows("history"));
  CAF_CHECK(run({"dead", "list", "1"}).shows("1/1"));
  auto shown = run({"dead", "show", "1/1"});
  CAF_CHECK(shown.shows("attempt 1 on "));
  CAF_CHECK(shown.shows("attempt 2 on "));
  CAF_CHECK(run({"dead", "show", "1/1", "--json"}).shows("\"history\": [{"));
  auto requeued = run({"dead", "requeue", "1/1"});
  CAF_CHECK(requeued.shows("requeued 1 dead letter of 1 job"));
  CAF_CHECK(run({"wait", "1"}).code == exit_code::failed);
  CAF_CHECK(run({"dead", "purge", "--error", "no such", "--json"})
              .shows("\"purged\": 0"));
  CAF_CHECK(run({"dead", "purge", "1", "--json"}).shows("\"purged\": 1"));
  CAF_CHECK(run({"dead", "show", "1/1"}).code == exit_code::failed);
  for (const auto* which : {"1", "1/1"}) {
    auto none = run({"dead", "requeue", which});
    CAF_CHECK(none.code == exit_code::failed);
    CAF_CHECK_EQUAL(none.out, "");
    CAF_CHECK(none.says("no dead letter"));
  }
  CAF_CHECK(run({"dead", "requeue", "--all"}).code == exit_code::done);
}

CAF_TEST(wrong_uses_are_refused_without_a_connection) {
  const std::vector<std::vector<std::string>> rows = {
    {"dead"},
    {"dead", "lst"},
    {"dead", "show"},
    {"dead", "show", "7"},
    {"dead", "show", "seven/1"},
    {"dead", "requeue"},
    {"dead", "purge"},
    {"dead", "list", "1", "2"},
  };
  for (const auto& args : rows) {
    auto ended = run_offline(args);
    CAF_CHECK(ended.code == exit_code::usage);
    CAF_CHECK(!ended.err.empty());
  }
  CAF_CHECK_EQUAL(connections, 0u);
}

CAF_TEST_FIXTURE_SCOPE_END()
