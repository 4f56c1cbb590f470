#define CAF_SUITE command_top

#include "tests/nodes/shell/command_fixture.hpp"

#include <caf/test/unit_test.hpp>

#include <nlohmann/json.hpp>

using namespace troupe;
using namespace troupe::shell;

CAF_TEST_FIXTURE_SCOPE(command_top_tests, command_fixture)

CAF_TEST(prints_one_screen_where_there_is_no_terminal) {
  run({"run", "noop", "--range", "0..10"});
  auto ended = run({"top"});
  CAF_CHECK(ended.code == exit_code::done);
  CAF_CHECK(ended.shows("1 of 1 nodes up"));
  CAF_CHECK(ended.shows("\n[nodes] jobs  by name\nNAME "));
  CAF_CHECK(ended.shows("\nlocal "));
  CAF_CHECK(!ended.shows("\033"));
  ended = run({"top", "--once", "--view", "jobs", "--sort", "time"});
  CAF_CHECK(ended.shows("\nnodes [jobs]  by time\n"));
  CAF_CHECK(ended.shows("  1  succeeded"));
}

CAF_TEST(prints_one_document) {
  run({"run", "noop", "--range", "0..10"});
  auto from = nlohmann::json::parse(run({"top", "--json"}).out);
  CAF_CHECK_EQUAL(from.at("status").at("node"), "local");
  CAF_CHECK_EQUAL(from.at("nodes").at(0).at("name"), "local");
  CAF_CHECK_EQUAL(from.at("jobs").at(0).at("job"), 1);
}

CAF_TEST(wrong_uses_are_refused_without_a_connection) {
  CAF_CHECK(run_offline({"top", "--view", "tasks"}).code == exit_code::usage);
  auto ended = run_offline({"top", "--sort", "color"});
  CAF_CHECK(ended.code == exit_code::usage);
  CAF_CHECK(ended.says("name, state, slots"));
  CAF_CHECK_EQUAL(connections, 0u);
}

CAF_TEST_FIXTURE_SCOPE_END()
