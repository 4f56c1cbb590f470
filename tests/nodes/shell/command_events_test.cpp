#define CAF_SUITE command_events

#include "tests/nodes/shell/command_fixture.hpp"
#include "tests/nodes/shell/node_fixture.hpp"

#include <caf/test/unit_test.hpp>

#include <nlohmann/json.hpp>

#include <string>
#include <thread>

using namespace troupe;
using namespace troupe::shell;

CAF_TEST_FIXTURE_SCOPE(command_events_tests, command_fixture)

CAF_TEST(shows_what_happened) {
  run({"run", "noop", "--range", "0..10", "--name", "mine"});
  auto ended = run({"events"});
  CAF_CHECK(ended.code == exit_code::done);
  CAF_CHECK(ended.shows("node_joined      node local joined"));
  CAF_CHECK(ended.shows("job_state        job 1 (mine) succeeded: 10 tasks"));
}

CAF_TEST(filters_and_limits) {
  for (int i = 0; i < 3; ++i)
    run({"run", "noop", "--range", "0..10"});
  auto from =
    nlohmann::json::parse(run({"events", "--job", "2", "--json"}).out);
  CAF_CHECK(!from.empty());
  for (const auto& x : from)
    CAF_CHECK_EQUAL(x.at("job"), 2);
  from = nlohmann::json::parse(
    run({"events", "--kind", "job_state", "--limit", "1", "--json"}).out);
  CAF_REQUIRE_EQUAL(from.size(), 1u);
  CAF_CHECK_EQUAL(from.at(0).at("job"), 3);
  CAF_CHECK_EQUAL(from.at(0).at("state"), "succeeded");
  auto none = run({"events", "--node", "nobody", "--job", "9999"});
  CAF_CHECK(none.code == exit_code::done);
  CAF_CHECK_EQUAL(none.out, "");
  CAF_CHECK_EQUAL(none.err, "troupe: no event of job 9999 and of node "
                            "\"nobody\" is kept\n");
  CAF_CHECK_EQUAL(run({"events", "--job", "2"}).err, "");
  CAF_CHECK_EQUAL(run({"events", "--node", "nobody", "--json"}).out, "[\n]\n");
}

CAF_TEST(follows_what_happens_until_the_limit) {
  run({"run", "noop", "--range", "0..10"});
  std::thread other{[this] {
    // It may come before the other one listens, so there is more than one.
    for (int i = 0; i < 20; ++i)
      run({"run", "noop", "--range", "0..10"});
  }};
  auto ended = run({"events", "--follow", "--kind", "job_state", "--limit", "2",
                    "--timeout", "30s", "--json"});
  other.join();
  CAF_CHECK(ended.code == exit_code::done);
  auto from = nlohmann::json::parse(ended.out);
  CAF_REQUIRE_EQUAL(from.size(), 2u);
  for (const auto& x : from)
    CAF_CHECK(x.at("job") != 1);
}

CAF_TEST(a_time_that_is_over_ends_it) {
  auto ended = run({"events", "--follow", "--timeout", "10ms", "--json"});
  CAF_CHECK(ended.code == exit_code::timed_out);
  CAF_CHECK(nlohmann::json::parse(ended.out).empty());
}

CAF_TEST(wrong_uses_are_refused_without_a_connection) {
  CAF_CHECK(run_offline({"events", "--kind", "job"}).code == exit_code::usage);
  CAF_CHECK(run_offline({"events", "--timeout", "1s"}).code
            == exit_code::usage);
  CAF_CHECK(run_offline({"events", "x"}).code == exit_code::usage);
  CAF_CHECK_EQUAL(connections, 0u);
}

CAF_TEST_FIXTURE_SCOPE_END()

CAF_TEST(survives_the_loss_of_the_coordinator) {
  node_fixture daemon;
  CAF_REQUIRE(daemon.started());
  std::thread other{[&daemon] {
    daemon.await_output();
    daemon.stop();
    daemon.start();
  }};
  auto ended = daemon.run({"events", "--follow", "--kind", "node_joined",
                           "--limit", "1", "--timeout", "25s", "--json"});
  other.join();
  CAF_CHECK(ended.code == exit_code::done);
  CAF_CHECK(ended.says("the coordinator was started anew"));
  auto from = nlohmann::json::parse(ended.out);
  CAF_REQUIRE_EQUAL(from.size(), 1u);
  CAF_CHECK_EQUAL(from.at(0).at("node"), "alpha");
}
