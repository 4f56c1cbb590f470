#define CAF_SUITE command_config

#include "tests/nodes/shell/command_fixture.hpp"
#include "tests/nodes/shell/node_fixture.hpp"

#include <caf/test/unit_test.hpp>

#include <nlohmann/json.hpp>

using namespace troupe;
using namespace troupe::shell;

CAF_TEST(shows_values_and_where_they_came_from) {
  node_fixture daemon;
  CAF_REQUIRE(daemon.started());
  auto ended = daemon.run({"config", "alpha"});
  CAF_CHECK(ended.code == exit_code::done);
  CAF_CHECK_EQUAL(ended.out, "OPTION        VALUE  MEANS  FROM\n"
                             "node.name     alpha         flag --node.name\n"
                             "worker.slots  0      1      default\n");
  CAF_CHECK_EQUAL(daemon.run({"config", "alpha", "--changed"}).out,
                  "OPTION     VALUE  MEANS  FROM\n"
                  "node.name  alpha         flag --node.name\n");
  auto from =
    nlohmann::json::parse(daemon.run({"config", "alpha", "--json"}).out);
  CAF_CHECK_EQUAL(from.at("values").size(), 2u);
  CAF_CHECK_EQUAL(from.at("values").at(1).at("means"), "1");
}

CAF_TEST_FIXTURE_SCOPE(command_config_tests, command_fixture)

CAF_TEST(a_node_that_a_program_embeds_has_none) {
  auto ended = run({"config", "local"});
  CAF_CHECK(ended.code == exit_code::done);
  CAF_CHECK(ended.shows("local was started by a program"));
  CAF_CHECK_EQUAL(run({"config", "local", "--json"}).out,
                  "{\"node\": \"local\", \"values\": []}\n");
}

CAF_TEST(a_node_that_never_was_is_refused) {
  auto ended = run({"config", "locaI"});
  CAF_CHECK(ended.code == exit_code::failed);
  CAF_CHECK(ended.says("did you mean \"local\"?"));
}

CAF_TEST_FIXTURE_SCOPE_END()
