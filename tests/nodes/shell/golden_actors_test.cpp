#define CAF_SUITE golden_actors

#include "nodes/shell/job_text.hpp"
#include "nodes/shell/node_json.hpp"
#include "nodes/shell/tree_text.hpp"
#include "tests/nodes/shell/golden_samples.hpp"

#include <caf/test/unit_test.hpp>

#include <nlohmann/json.hpp>

#include <string>
#include <string_view>
#include <vector>

using namespace troupe;
using namespace troupe::shell;
using namespace troupe::shell::samples;

namespace {

golden file(const std::string& name) {
  return {TROUPE_SOURCE_DIR "/tests/nodes/shell/golden/", name};
}

/// As `state`, `ask` and `spawn` print a member of what a node answered. Their
/// lines are never cut, so they may be wider than the terminal.
void add_member(golden& to, const std::string& title, const char* key,
                const std::string& document) {
  auto answer = parse_answer<nlohmann::json>(document);
  CAF_REQUIRE(answer.has_value());
  for (auto width : golden::widths) {
    std::string text;
    write_result_text(compact((*answer)[key]), width,
                      [&](std::string_view x) { text += x; });
    to.add(title + fmt::format(", {} columns", width), text);
  }
  to.json(compact(*answer));
}

supervised actor(std::string path, child_state state) {
  supervised x;
  x.path = std::move(path);
  x.state = state;
  x.state_us = 65 * second_us;
  return x;
}

supervised supervisor(std::string path, supervision_strategy strategy) {
  auto x = actor(std::move(path), child_state::running);
  x.type = child_type::supervisor;
  x.answered = true;
  x.strategy = strategy;
  x.restarts_left = 10;
  return x;
}

/// Every state and strategy, hard names, and numbers out of the common.
supervision_tree hard_tree() {
  auto root = supervisor("coordinator", supervision_strategy::one_for_one);
  root.state_us = 400 * day_us;
  root.children = 18'446'744'073'709'551'615u;
  auto cluster =
    supervisor("coordinator/cluster", supervision_strategy::rest_for_one);
  cluster.restarts_used = 4'294'967'295;
  cluster.restarts_left = 0;
  cluster.zombies = 3;
  auto jobs = supervisor("coordinator/cluster/jobs",
                         supervision_strategy::simple_one_for_one);
  auto pair =
    supervisor("coordinator/cluster/pair", supervision_strategy::one_for_all);
  auto silent = actor("coordinator/silent", child_state::running);
  silent.type = child_type::supervisor;
  auto starting =
    actor("coordinator/cluster/jobs/12345678", child_state::starting);
  starting.state_us = 0;
  auto restarting = actor(std::string{"coordinator/cluster/pair/"} + long_name,
                          child_state::restarting);
  restarting.restarts = 1'234'567;
  auto steering =
    actor(std::string{"coordinator/cluster/pair/"} + steering_name,
          child_state::zombie);
  return {{root, cluster, jobs, starting, pair, restarting, steering, silent,
           actor("coordinator/agent", child_state::stopping),
           actor("coordinator/event_hub", child_state::stopped)}};
}

} // namespace

CAF_TEST(state) {
  auto kept = file("state");
  add_member(
    kept, "scheduler", "state",
    R"({"path": "coordinator/cluster/scheduler", "node": "c", "state": )"
    R"({"ready": 18446744073709551615, "leased": 12, "jobs": [7, 8, 9], )"
    R"("rates": {"accepted_per_s": 1024.5, "failed_per_s": 0.0}, )"
    R"("name": "k\u00f6ln, [\"{\"]\n\u001b[2J", "oldest": null}})");
  add_member(kept, "nothing to tell", "state",
             R"({"path": "worker", "node": "w1", "state": {}})");
  kept.check();
}

CAF_TEST(answers) {
  auto kept = file("answers");
  add_member(kept, "ping", "answer",
             R"({"path": "worker/w", "answer": "fedcba9876543210"})");
  add_member(kept, "count", "answer", R"({"path": "c", "answer": 12})");
  add_member(kept, "nothing", "answer", R"({"path": "c", "answer": null})");
  add_member(kept, "functions", "answer",
             R"({"path": "c", "answer": [{"name": "echo", "args": "null"}, )"
             R"({"name": "count_primes", "args": "null"}, )"
             R"({"name": "mandelbrot", "args": "{width:uint,height:uint}"}]})");
  add_member(kept, "spawned", "result",
             R"({"id": 3, "path": "worker/spawned/3", "ended": true, )"
             R"("result": {"z": [], "a": "two\nlines", "m": -1.5e300}})");
  kept.check();
}

CAF_TEST(tree_that_is_hard_to_show) {
  auto tree = hard_tree();
  std::vector<std::string> objects;
  for (const auto& x : tree.nodes)
    objects.push_back(actor_json(long_name, x));
  file("tree_hard")
    .add(tree_table({{"c", tree}, {long_name, {}}, {steering_name, tree}}))
    .json(json_array(objects))
    .check();
}

CAF_TEST(tree_of_nobody) {
  file("tree_none").add(tree_table({})).json(json_array({})).check();
}
