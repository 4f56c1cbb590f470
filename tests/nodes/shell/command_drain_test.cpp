#define CAF_SUITE command_drain

#include "tests/nodes/shell/command_fixture.hpp"

#include <caf/test/unit_test.hpp>

using namespace troupe;
using namespace troupe::shell;

namespace {

class drain_fixture : public command_fixture {
public:
  /// Waits until the node says that a slot is busy.
  bool runs_something() {
    for (int asked = 0; asked < 5000; ++asked)
      if (run({"--json", "nodes"}).shows("\"busy\": 1"))
        return true;
    return false;
  }
};

} // namespace

CAF_TEST_FIXTURE_SCOPE(command_drain_tests, drain_fixture)

CAF_TEST(returns_at_once_or_when_the_node_is_empty) {
  auto text = run({"drain", "local", "--grace", "1m"});
  CAF_CHECK(text.code == exit_code::done);
  CAF_CHECK(text.shows("local is being drained: what it runs may go on for "));
  text = run({"drain", "local", "--wait"});
  CAF_CHECK(text.code == exit_code::done);
  CAF_CHECK(text.shows("local is drained: it holds nothing"));
  auto json = run({"--json", "drain", "local", "--timeout", "1m"});
  CAF_CHECK(json.code == exit_code::done);
  CAF_CHECK(json.shows("\"busy\": 0, \"queued\": 0"));
  CAF_CHECK(json.shows("\"cordoned\": true"));
}

CAF_TEST(waits_for_what_runs_but_not_for_ever) {
  run({"submit", "sleep", "--input", "60000"});
  // Only what has begun is waited for; a lease that waits is taken back.
  CAF_REQUIRE(runs_something());
  auto text = run({"drain", "local", "--timeout", "800ms"});
  CAF_CHECK(text.code == exit_code::timed_out);
  CAF_CHECK(text.says("waiting for local: "));
  CAF_CHECK(text.says("1 slot runs a task"));
  CAF_CHECK(text.says("--timeout is over"));
  // Without grace, it is taken away.
  text = run({"drain", "local", "--grace", "0s", "--timeout", "1m"});
  CAF_CHECK(text.code == exit_code::done);
  CAF_CHECK(run({"explain", "1"}).shows("task 1/0 is ready, attempt 1"));
}

CAF_TEST(a_node_that_never_was_is_refused) {
  auto ended = run({"drain", "locaI", "--wait"});
  CAF_CHECK(ended.code == exit_code::failed);
  CAF_CHECK(ended.says("did you mean \"local\"?"));
}

CAF_TEST(wrong_uses_are_refused_without_a_connection) {
  for (const std::vector<std::string>& args :
       {std::vector<std::string>{"drain"},
        {"drain", "a", "b"},
        {"drain", "a", "--grace", "soon"},
        {"drain", "a", "--timeout"}})
    CAF_CHECK(run_offline(args).code == exit_code::usage);
  CAF_CHECK_EQUAL(connections, 0u);
}

CAF_TEST(what_no_node_can_be_called_is_a_wrong_command_line) {
  for (const auto* name : {"", "a\nb", "\x1B[2J"}) {
    auto ended = run_offline({"drain", name});
    CAF_CHECK(ended.code == exit_code::usage);
    CAF_CHECK(ended.says(" cannot be the name of a node: "));
    CAF_CHECK(!ended.says("version"));
  }
  CAF_CHECK_EQUAL(connections, 0u);
}

CAF_TEST_FIXTURE_SCOPE_END()
