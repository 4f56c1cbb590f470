#define CAF_SUITE node_question

#include "nodes/shell/node_question.hpp"
#include "runtime/wire/caf_error.hpp"
#include "tests/nodes/shell/cluster_samples.hpp"
#include "tests/nodes/shell/node_fixture.hpp"

#include <caf/test/unit_test.hpp>

using namespace troupe;
using namespace troupe::shell;

CAF_TEST_FIXTURE_SCOPE(node_question_tests, node_fixture)

CAF_TEST(finds_a_node_or_says_which_ones_are_near) {
  CAF_REQUIRE(started());
  auto user = connect();
  auto node = find_node(user, "alpha");
  CAF_REQUIRE(node.has_value());
  CAF_CHECK_EQUAL(node->slots, 1u);
  auto none = find_node(user, "alhpa");
  CAF_REQUIRE(!none.has_value());
  CAF_CHECK_EQUAL(none.error().text,
                  "there is no node \"alhpa\"; did you mean \"alpha\"?");
}

CAF_TEST(knows_the_node_of_the_coordinator) {
  CAF_CHECK_EQUAL(coordinator_node(samples::busy_view().nodes), "alpha");
  CAF_CHECK_EQUAL(coordinator_node({}), "");
}

CAF_TEST(asks_a_node_about_itself) {
  CAF_REQUIRE(started());
  auto user = connect();
  auto answer = ask_about(user, "alpha", "node");
  CAF_REQUIRE(answer.engaged());
  CAF_CHECK(answer->starts_with("{\"role\": "));
  auto none = ask_about(user, "alpha", "weather");
  CAF_REQUIRE(!none);
  CAF_CHECK(from_caf(none.error()).code == errc::bad_usage);
}

CAF_TEST_FIXTURE_SCOPE_END()
