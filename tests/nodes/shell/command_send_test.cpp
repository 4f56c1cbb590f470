#define CAF_SUITE command_send

#include "tests/nodes/shell/command_fixture.hpp"

#include <caf/test/unit_test.hpp>

#include <nlohmann/json.hpp>

using namespace troupe;
using namespace troupe::shell;
using nlohmann::json;

namespace {

constexpr const char* leader = "coordinator/cluster/coordinator";

} // namespace

CAF_TEST_FIXTURE_SCOPE(command_send_tests, command_fixture)

CAF_TEST(asks_what_is_documented) {
  auto ended =
    run({"ask", "coordinator/cluster/membership", "nodes", "--json"});
  CAF_CHECK(ended.code == exit_code::done);
  CAF_CHECK(json::parse(ended.out).at("answer").at(0).at("name") == "local");
  CAF_CHECK(run({"run", "echo", "--input", "1"}).code == exit_code::done);
  CAF_CHECK(run({"ask", leader, "job {\"job\": 1}"}).shows("succeeded"));
  CAF_CHECK(run({"ask", leader, "job", "{\"job\": 1}"}).shows("echo"));
  CAF_CHECK(run({"ask", "worker/worker_tree/worker", "ping"}).code
            == exit_code::done);
}

CAF_TEST(sends_what_is_documented) {
  auto ended = run({"send", "coordinator/cluster/scheduler", "flush"});
  CAF_CHECK(ended.code == exit_code::done);
  CAF_CHECK(ended.out == "sent\n");
}

CAF_TEST(wrong_messages_are_refused_before_they_go) {
  auto ended = run_offline({"ask", leader, "jbo"});
  CAF_CHECK(ended.code == exit_code::usage);
  CAF_CHECK(ended.says("did you mean \"job\""));
  ended = run_offline({"ask", leader, "job [1]"});
  CAF_CHECK(ended.code == exit_code::usage);
  CAF_CHECK(ended.says("comes a JSON object"));
  ended = run_offline({"send", leader, "load"});
  CAF_CHECK(ended.code == exit_code::usage);
  CAF_CHECK(connections == 0);
}

CAF_TEST(messages_of_other_actors_are_refused_by_the_node) {
  auto ended = run({"ask", leader, "load"});
  CAF_CHECK(ended.code == exit_code::failed);
  CAF_CHECK(ended.says("cannot be asked of a coordinator"));
  ended = run({"ask", leader, "job"});
  CAF_CHECK(ended.code == exit_code::failed);
  CAF_CHECK(ended.says("needs its field"));
}

CAF_TEST_FIXTURE_SCOPE_END()
