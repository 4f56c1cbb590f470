#define CAF_SUITE command_node

#include "tests/nodes/shell/command_fixture.hpp"
#include "tests/nodes/shell/node_fixture.hpp"

#include <caf/test/unit_test.hpp>

#include <nlohmann/json.hpp>
#include <unistd.h>

#include <string>

using namespace troupe;
using namespace troupe::shell;

CAF_TEST_FIXTURE_SCOPE(command_node_tests, command_fixture)

CAF_TEST(shows_everything_about_a_node) {
  auto ended = run({"node", "local"});
  CAF_CHECK(ended.code == exit_code::done);
  CAF_CHECK(ended.out.starts_with("node        local\nstate       up\n"));
  CAF_CHECK(
    ended.shows("\nprocess     " + std::to_string(::getpid()) + ", runs for "));
  CAF_CHECK(ended.shows("\nlistens     -\n"));
  CAF_CHECK(ended.shows(" (protocol 5, CAF 0.17.6)\n"));
}

CAF_TEST(a_node_that_never_was_is_refused) {
  auto ended = run({"node", "locaI"});
  CAF_CHECK(ended.code == exit_code::failed);
  CAF_CHECK(ended.says("did you mean \"local\"?"));
  CAF_CHECK(run_offline({"node"}).code == exit_code::usage);
}

CAF_TEST_FIXTURE_SCOPE_END()

CAF_TEST(a_daemon_says_where_it_listens) {
  node_fixture daemon;
  CAF_REQUIRE(daemon.started());
  auto from =
    nlohmann::json::parse(daemon.run({"node", "alpha", "--json"}).out);
  CAF_CHECK_EQUAL(from.at("name"), "alpha");
  auto listens = from.at("process").at("listen").get<std::string>();
  CAF_CHECK(listens.starts_with("127.0.0.1:") && !listens.ends_with(":0"));
}
