#define CAF_SUITE actor_question

#include "tests/nodes/shell/command_fixture.hpp"

#include <caf/test/unit_test.hpp>

using namespace troupe;
using namespace troupe::shell;

CAF_TEST_FIXTURE_SCOPE(actor_question_tests, command_fixture)

CAF_TEST(finds_the_only_node_that_has_an_actor) {
  auto ended = run({"state", "coordinator/cluster/store", "--json"});
  CAF_CHECK(ended.code == exit_code::done);
  CAF_CHECK(ended.shows("\"node\":\"local\""));
}

CAF_TEST(a_path_that_no_node_has_is_refused) {
  auto ended = run({"state", "coordinator/nothing"});
  CAF_CHECK(ended.code == exit_code::failed);
  CAF_CHECK(ended.says("there is no actor \"coordinator/nothing\""));
  ended = run({"state", "coordinator", "--node", "nobody"});
  CAF_CHECK(ended.code == exit_code::failed);
  CAF_CHECK(ended.says("no node that is up has the name \"nobody\""));
}

CAF_TEST_FIXTURE_SCOPE_END()
