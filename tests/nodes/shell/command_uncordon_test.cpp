#define CAF_SUITE command_uncordon

#include "tests/nodes/shell/command_fixture.hpp"

#include <caf/test/unit_test.hpp>

using namespace troupe;
using namespace troupe::shell;

CAF_TEST_FIXTURE_SCOPE(command_uncordon_tests, command_fixture)

CAF_TEST(an_uncordoned_node_works_again) {
  run({"cordon", "local"});
  auto text = run({"uncordon", "local"});
  CAF_CHECK(text.code == exit_code::done);
  CAF_CHECK_EQUAL(text.out, "local is no longer cordoned\n");
  CAF_CHECK(run({"run", "echo", "--input", "1"}).code == exit_code::done);
  auto json = run({"uncordon", "--json", "local"}); // Once more: harmless.
  CAF_CHECK(json.shows("\"state\": \"up\""));
  CAF_CHECK(json.shows("\"cordoned\": false"));
}

CAF_TEST(a_node_that_never_was_is_refused) {
  auto ended = run({"uncordon", "locaI"});
  CAF_CHECK(ended.code == exit_code::failed);
  CAF_CHECK(ended.says("did you mean \"local\"?"));
}

CAF_TEST(wrong_uses_are_refused_without_a_connection) {
  for (const std::vector<std::string>& args :
       {std::vector<std::string>{"uncordon"},
        {"uncordon", "a", "b"},
        {"uncordon", "a", "--wait"}})
    CAF_CHECK(run_offline(args).code == exit_code::usage);
  CAF_CHECK_EQUAL(connections, 0u);
}

CAF_TEST(what_no_node_can_be_called_is_a_wrong_command_line) {
  for (const auto* name : {"", "a\nb", "\x1B[2J"}) {
    auto ended = run_offline({"uncordon", name});
    CAF_CHECK(ended.code == exit_code::usage);
    CAF_CHECK(ended.says(" cannot be the name of a node: "));
    CAF_CHECK(!ended.says("version"));
  }
  CAF_CHECK_EQUAL(connections, 0u);
}

CAF_TEST_FIXTURE_SCOPE_END()
