#define CAF_SUITE command_nodes

#include "tests/nodes/shell/command_fixture.hpp"

#include <caf/test/unit_test.hpp>

using namespace troupe;
using namespace troupe::shell;

CAF_TEST_FIXTURE_SCOPE(command_nodes_tests, command_fixture)

CAF_TEST(lists_the_nodes) {
  auto ended = run({"nodes"});
  CAF_CHECK(ended.code == exit_code::done);
  CAF_CHECK(ended.out.starts_with("NAME"));
  CAF_CHECK(ended.shows("local"));
  ended = run({"nodes", "--json"});
  CAF_CHECK(ended.out.starts_with("[{\"name\": \""));
  CAF_CHECK(ended.shows("\"state\": \"up\""));
  CAF_CHECK(ended.shows("\"slots\": 1"));
}

CAF_TEST_FIXTURE_SCOPE_END()
