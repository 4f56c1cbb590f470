#define CAF_SUITE command_jobs

#include "tests/nodes/shell/command_fixture.hpp"

#include <caf/test/unit_test.hpp>

using namespace troupe;
using namespace troupe::shell;

CAF_TEST_FIXTURE_SCOPE(command_jobs_tests, command_fixture)

CAF_TEST(lists_the_newest_first) {
  CAF_CHECK_EQUAL(run({"jobs", "--json"}).out, "[]\n");
  for (const auto* name : {"one", "two", "three"})
    run({"run", "echo", "--input", "1", "--name", name});
  auto ended = run({"jobs"});
  CAF_CHECK(ended.code == exit_code::done);
  CAF_CHECK(ended.out.find("three") < ended.out.find("two"));
  CAF_CHECK(ended.out.find("two") < ended.out.find("one"));
  CAF_CHECK_EQUAL(ended.err, "");
}

CAF_TEST(says_what_it_leaves_out) {
  for (const auto* name : {"one", "two", "three"})
    run({"run", "echo", "--input", "1", "--name", name});
  for (const auto* json : {"--json", "--limit"}) {
    std::vector<std::string> args{"jobs", "--limit", "2"};
    if (json == std::string{"--json"})
      args.emplace_back(json);
    auto ended = run(args);
    CAF_CHECK(ended.shows("three") && ended.shows("two"));
    CAF_CHECK(!ended.shows("one"));
    CAF_CHECK(ended.says("only the newest 2 are shown"));
  }
  CAF_CHECK(run({"jobs", "--limit", "0"}).shows("one"));
  CAF_CHECK_EQUAL(run({"jobs", "--limit", "3"}).err, "");
}

CAF_TEST(shows_those_of_a_state_or_a_name) {
  run({"run", "echo", "--input", "1", "--name", "first run"});
  run({"run", "fail", "--input", "9", "--retries", "0", "--name", "second"});
  run({"run", "echo", "--input", "1", "--name", "last run"});
  auto failed = run({"jobs", "--state", "failed"});
  CAF_CHECK(failed.shows("second") && !failed.shows("run"));
  auto named = run({"jobs", "--name", "run"});
  CAF_CHECK(named.shows("first") && named.shows("last"));
  CAF_CHECK(!named.shows("second"));
  auto one = run({"jobs", "--name", "run", "--limit", "1"});
  CAF_CHECK(one.shows("last") && !one.shows("first"));
  CAF_CHECK(one.says("only the newest 1"));
  auto both = run({"jobs", "--json", "--state", "open,running"});
  CAF_CHECK_EQUAL(both.out, "[]\n");
}

CAF_TEST(an_unknown_state_is_refused) {
  auto ended = run_offline({"jobs", "--state", "faild"});
  CAF_CHECK(ended.code == exit_code::usage);
  CAF_CHECK(ended.says("did you mean \"failed\""));
  CAF_CHECK_EQUAL(connections, 0u);
}

CAF_TEST_FIXTURE_SCOPE_END()
