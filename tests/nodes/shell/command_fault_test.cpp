#define CAF_SUITE command_fault

#include "tests/nodes/shell/command_fixture.hpp"

#include <caf/test/unit_test.hpp>

#include <string>
#include <vector>

using namespace troupe;
using namespace troupe::shell;

CAF_TEST_FIXTURE_SCOPE(command_fault_tests, command_fixture)

CAF_TEST(a_node_that_does_not_allow_faults_makes_none) {
  auto ended = run({"fault", "kill", "local", "worker/worker_tree/worker"});
  CAF_CHECK(ended.code == exit_code::failed);
  CAF_CHECK(ended.says("node.faults = yes"));
  ended = run({"fault", "kill", "nobody"});
  CAF_CHECK(ended.says("\"nobody\""));
}

CAF_TEST(wrong_faults_are_refused_before_anybody_is_asked) {
  struct row {
    std::vector<std::string> words;
    const char* says;
  };
  const row rows[] = {
    {{"fault", "kil", "local"}, "did you mean"},
    {{"fault", "kill"}, "NODE"},
    {{"fault", "freeze", "local", "worker"}, "no path"},
    {{"fault", "freeze", "local", "--for", "soon"}, "soon"},
    {{"fault", "cut", "local", "worker"}, "no path"},
    {{"fault", "kill", "local", "--for", "1s"}, "no --for"},
    {{"fault", "cut", "local", "--share", "5%"}, "no --share"},
    {{"fault", "drop", "local", "--by", "5ms"}, "no --by"},
    {{"fault", "drop", "local", "--share", "0%"}, "\"0%\""},
    {{"fault", "drop", "local", "--share", "101%"}, "\"101%\""},
    {{"fault", "drop", "local", "--share", "0.5"}, "\"0.5\""},
    {{"fault", "delay", "local", "--share", "%"}, "\"%\""},
  };
  for (const auto& [words, says] : rows) {
    auto ended = run_offline(words);
    CAF_MESSAGE(says);
    CAF_CHECK(ended.code == exit_code::usage);
    CAF_CHECK(ended.says(says));
  }
}

CAF_TEST_FIXTURE_SCOPE_END()
