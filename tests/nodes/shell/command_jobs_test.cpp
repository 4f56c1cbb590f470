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
    CAF_CHECK(ended.says("2 of 3 jobs"));
  }
  CAF_CHECK(run({"jobs", "--limit", "0"}).shows("one"));
}

CAF_TEST_FIXTURE_SCOPE_END()
