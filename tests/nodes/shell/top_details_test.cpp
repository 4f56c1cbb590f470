#define CAF_SUITE top_details

#include "nodes/shell/top_details.hpp"
#include "tests/nodes/shell/node_fixture.hpp"

#include <caf/test/unit_test.hpp>

#include <string>
#include <vector>

using namespace troupe;
using namespace troupe::shell;

namespace {

std::string joined(const std::vector<std::string>& lines) {
  std::string out;
  for (const auto& x : lines)
    out += x + "\n";
  return out;
}

bool has(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

} // namespace

CAF_TEST(shares_and_groups_are_tables) {
  std::vector<job_share> shares(1);
  shares[0].node = "w1";
  shares[0].leased = 5;
  shares[0].succeeded = 1000;
  shares[0].failed = 1;
  shares[0].busy_us = 2'000'000;
  CAF_CHECK_EQUAL(render(share_table(shares), 0, false),
                  "NODE  LEASED  SUCCEEDED  FAILED    BUSY\n"
                  "w1         5      1,000       1  2.00 s\n");
  std::vector<task_group> groups(2);
  groups[0].range = {3, 4};
  groups[0].state = task_state::leased;
  groups[0].attempt = 2;
  groups[0].node = "w1";
  groups[0].running = true;
  groups[0].age_us = 1'000'000;
  groups[1].range = {4, 10};
  groups[1].state = task_state::backoff;
  groups[1].attempt = 1;
  groups[1].retry_in_us = 500'000;
  CAF_CHECK_EQUAL(render(group_table(groups), 0, false),
                  "TASKS  STATE    ATTEMPT  NODE     AGE  RETRY IN\n"
                  "    3  running        2  w1    1.00 s         -\n"
                  "4..10  backoff        1             -    500 ms\n");
}

CAF_TEST_FIXTURE_SCOPE(top_details_tests, node_fixture)

CAF_TEST(a_node_is_shown_with_its_process) {
  CAF_REQUIRE(started());
  auto user = connect();
  auto text = joined(details_of(user, {top_view::nodes, "alpha", 0}, 80));
  CAF_CHECK(has(text, "node        alpha\n"));
  CAF_CHECK(has(text, "\nmemory      "));
  text = joined(details_of(user, {top_view::nodes, "beta", 0}, 80));
  CAF_CHECK(has(text, "there is no node \"beta\""));
}

CAF_TEST(a_job_is_shown_with_what_it_does_or_waits_for) {
  CAF_REQUIRE(started());
  run({"run", "noop", "--range", "0..10"});
  auto user = connect();
  auto text = joined(details_of(user, {top_view::jobs, "", 1}, 80));
  CAF_CHECK(has(text, "state       succeeded\n"));
  run({"submit", "noop", "--range", "0..10", "--label", "nobody"});
  text = joined(details_of(user, {top_view::jobs, "", 2}, 80));
  CAF_CHECK(has(text, "state       running\n"));
  CAF_CHECK(has(text, "\n  why  "));
  text = joined(details_of(user, {top_view::jobs, "", 77}, 80));
  CAF_CHECK(has(text, "77"));
}

CAF_TEST_FIXTURE_SCOPE_END()
