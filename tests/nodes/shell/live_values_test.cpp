#define CAF_SUITE live_values

#include "nodes/shell/live_values.hpp"
#include "tests/nodes/shell/command_fixture.hpp"

#include <caf/test/unit_test.hpp>

#include <algorithm>

using namespace troupe;
using namespace troupe::shell;

namespace {

bool has(const std::vector<std::string>& all, const std::string& one) {
  return std::find(all.begin(), all.end(), one) != all.end();
}

} // namespace

CAF_TEST_FIXTURE_SCOPE(live_values_tests, command_fixture)

CAF_TEST(a_cluster_says_what_there_is) {
  CAF_REQUIRE(started());
  auto coordinator = connect();
  CAF_REQUIRE(coordinator);
  auto first = run({"submit", "noop", "--range", "0..1"});
  auto second = run({"submit", "noop", "--range", "0..1"});
  CAF_REQUIRE(second.code == exit_code::done);
  auto jobs = live_values(*coordinator, value_kind::job);
  CAF_REQUIRE_EQUAL(jobs.size(), 2u);
  CAF_CHECK_EQUAL(jobs[0] + "\n", second.out);
  CAF_CHECK_EQUAL(jobs[1] + "\n", first.out);
  auto nodes = live_values(*coordinator, value_kind::node);
  CAF_REQUIRE(!nodes.empty());
  CAF_CHECK(has(live_values(*coordinator, value_kind::function), "wordcount"));
  auto actors = live_values(*coordinator, value_kind::actor);
  CAF_CHECK(std::any_of(actors.begin(), actors.end(), [&](const auto& path) {
    return path.starts_with(nodes.front() + "/")
           && path.ends_with("/worker_tree/worker");
  }));
  CAF_CHECK(live_values(*coordinator, value_kind::file).empty());
}

CAF_TEST_FIXTURE_SCOPE_END()
