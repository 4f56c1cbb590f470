#define CAF_SUITE command_status

#include "tests/nodes/shell/command_fixture.hpp"
#include "tests/nodes/shell/scoped_variable.hpp"

#include <caf/test/unit_test.hpp>

#include <nlohmann/json.hpp>

using namespace troupe;
using namespace troupe::shell;

namespace {

struct fixture : command_fixture {
  std::string config = folder.path("config"); ///< Not the developer's own.
  scoped_variable variable{"XDG_CONFIG_HOME", config.c_str()};
};

} // namespace

CAF_TEST_FIXTURE_SCOPE(command_status_tests, fixture)

CAF_TEST(shows_the_cluster_on_one_screen) {
  run({"run", "noop", "--range", "0..100"});
  run({"run", "fail", "--input", "9", "--retries", "0"});
  auto ended = run({"status"});
  CAF_CHECK(ended.code == exit_code::done);
  CAF_CHECK(ended.out.starts_with(
    "cluster   default at 127.0.0.1:7400, coordinator local\n"
    "nodes     1 up\n"
    "slots     0 busy of 1, 0 leases queued\n"));
  CAF_CHECK(ended.shows("jobs      0 with tasks to do; of the last 2: "
                        "1 succeeded, 1 failed\n"));
  CAF_CHECK(ended.shows("\nJOB  STATE "));
  CAF_CHECK(!ended.shows("warning"));
  CAF_CHECK(std::count(ended.out.begin(), ended.out.end(), '\n') <= 24);
}

CAF_TEST(warns_of_what_is_wrong) {
  run({"cordon", "local"});
  run({"submit", "noop", "--range", "0..10", "--label", "nobody"});
  auto ended = run({"status"});
  CAF_CHECK(ended.shows("warning: no worker takes work"));
  CAF_CHECK(ended.shows("warning: job 1 can never run: "));
  CAF_CHECK(ended.shows("warning: node \"local\" is cordoned"));
}

CAF_TEST(prints_one_document) {
  auto ended = run({"status", "--json"});
  auto from = nlohmann::json::parse(ended.out);
  CAF_CHECK_EQUAL(from.at("node"), "local");
  CAF_CHECK_EQUAL(from.at("slots").at("all"), 1);
  CAF_CHECK_EQUAL(from.at("jobs").at("looked_at"), 0);
}

CAF_TEST(it_names_the_context_that_was_chosen) {
  run({"connect", "lab", "127.0.0.1:18400", "--cluster", "night"});
  run({"connect", "lab"});
  CAF_CHECK(run({"status"}).shows("cluster   night at 127.0.0.1:18400,"));
  CAF_CHECK(run({"top", "--once"}).shows("; night at 127.0.0.1:18400"));
  auto from = nlohmann::json::parse(run({"status", "--json"}).out);
  CAF_CHECK_EQUAL(from.at("cluster"), "night");
  CAF_CHECK_EQUAL(from.at("coordinator"), "127.0.0.1:18400");
  CAF_MESSAGE("whoever names an address does not mean the context");
  CAF_CHECK(run({"status", "--connect", "a:1"}).shows("default at a:1,"));
}

CAF_TEST(without_a_coordinator_it_says_so) {
  CAF_CHECK(run_offline({"status"}).code == exit_code::cannot_connect);
}

CAF_TEST_FIXTURE_SCOPE_END()
