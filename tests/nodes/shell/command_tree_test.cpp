#define CAF_SUITE command_tree

#include "tests/nodes/shell/command_fixture.hpp"

#include <caf/test/unit_test.hpp>

using namespace troupe;
using namespace troupe::shell;

CAF_TEST_FIXTURE_SCOPE(command_tree_tests, command_fixture)

CAF_TEST(shows_both_trees_of_a_node) {
  auto ended = run({"tree"});
  CAF_CHECK(ended.code == exit_code::done);
  CAF_CHECK(ended.out.starts_with("NODE"));
  CAF_CHECK(ended.shows("rest_for_one"));
  CAF_CHECK(ended.shows("    scheduler"));
  CAF_CHECK(ended.shows("0/10"));
  ended = run({"tree", "local", "--json"});
  CAF_CHECK(ended.out.starts_with("[{\"node\": \"local\", \"path\": "));
  for (auto path : {"coordinator/front_door", "coordinator/cluster/store",
                    "coordinator/cluster/jobs", "worker/worker_tree/uplink",
                    "worker/worker_tree/runners/0"})
    CAF_CHECK(ended.shows("\"path\": \"" + std::string{path} + "\""));
  CAF_CHECK(ended.shows("\"strategy\": \"simple_one_for_one\""));
}

CAF_TEST(a_node_that_is_not_there_has_no_tree) {
  auto ended = run({"tree", "nobody"});
  CAF_CHECK(ended.code == exit_code::failed);
  CAF_CHECK(ended.says("no node that is up has the name \"nobody\""));
}

CAF_TEST_FIXTURE_SCOPE_END()
