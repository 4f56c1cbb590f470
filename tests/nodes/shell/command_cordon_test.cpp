#define CAF_SUITE command_cordon

#include "tests/nodes/shell/command_fixture.hpp"

#include <caf/test/unit_test.hpp>

using namespace troupe;
using namespace troupe::shell;

CAF_TEST_FIXTURE_SCOPE(command_cordon_tests, command_fixture)

CAF_TEST(a_cordoned_node_gets_nothing_new) {
  auto text = run({"cordon", "local"});
  CAF_CHECK(text.code == exit_code::done);
  CAF_CHECK(text.shows("local is cordoned"));
  CAF_CHECK(text.shows("until troupe uncordon local\n"));
  CAF_CHECK(run({"nodes"}).shows("up, drained"));
  auto waited = run({"run", "echo", "--input", "1", "--timeout", "300ms"});
  CAF_CHECK(waited.code == exit_code::timed_out);
  CAF_CHECK(run({"uncordon", "local"}).code == exit_code::done);
  CAF_CHECK(run({"wait", "1"}).code == exit_code::done);
}

CAF_TEST(programs_get_the_node) {
  auto json = run({"--json", "cordon", "local"});
  CAF_CHECK(json.code == exit_code::done);
  CAF_CHECK(json.out.starts_with("{\"name\": \"local\""));
  CAF_CHECK(json.shows("\"cordoned\": true"));
}

CAF_TEST(a_node_that_never_was_is_refused) {
  auto ended = run({"cordon", "locaI"});
  CAF_CHECK(ended.code == exit_code::failed);
  CAF_CHECK(ended.says("did you mean \"local\"?"));
}

CAF_TEST(wrong_uses_are_refused_without_a_connection) {
  for (const std::vector<std::string>& args :
       {std::vector<std::string>{"cordon"},
        {"cordon", "a", "b"},
        {"cordon", "a", "--wait"}})
    CAF_CHECK(run_offline(args).code == exit_code::usage);
  CAF_CHECK_EQUAL(connections, 0u);
}

CAF_TEST(what_no_node_can_be_called_is_a_wrong_command_line) {
  for (const auto* name : {"", "a\nb", "\x1B[2J"}) {
    auto ended = run_offline({"cordon", name});
    CAF_CHECK(ended.code == exit_code::usage);
    CAF_CHECK(ended.says(" cannot be the name of a node: "));
    CAF_CHECK(!ended.says("version"));
  }
  CAF_CHECK_EQUAL(connections, 0u);
}

CAF_TEST_FIXTURE_SCOPE_END()
