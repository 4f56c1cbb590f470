#define CAF_SUITE tree_text

#include "nodes/shell/tree_text.hpp"

#include <caf/test/unit_test.hpp>

using namespace troupe;
using namespace troupe::shell;

namespace {

supervised supervisor(const char* path) {
  supervised x;
  x.path = path;
  x.type = child_type::supervisor;
  x.state = child_state::running;
  x.state_us = 2'500'000;
  x.answered = true;
  x.strategy = supervision_strategy::rest_for_one;
  x.restarts_used = 1;
  x.restarts_left = 9;
  x.children = 2;
  return x;
}

supervised worker(const char* path, child_state state) {
  supervised x;
  x.path = path;
  x.state = state;
  x.restarts = 3;
  return x;
}

} // namespace

CAF_TEST(children_stand_indented_below_their_supervisor) {
  node_tree tree{"a",
                 {{supervisor("root"), worker("root/x", child_state::running),
                   worker("root/y/z", child_state::zombie)}}};
  CAF_CHECK_EQUAL(
    render(tree_table({tree}), 0, false),
    "NODE  ACTOR  STATE       FOR  RESTARTS  STRATEGY      WINDOW\n"
    "a     root   running  2.50 s         0  rest_for_one    1/10\n"
    "a       x    running     0 s         3\n"
    "a         z  zombie      0 s         3\n");
}

CAF_TEST(actors_as_json) {
  CAF_CHECK_EQUAL(
    actor_json("a", supervisor("root")),
    R"({"node": "a", "path": "root", "type": "supervisor", )"
    R"("state": "running", "state_seconds": 2.5, "restarts": 0, )"
    R"("strategy": "rest_for_one", "restarts_used": 1, "restarts_left": 9, )"
    R"("children": 2, "zombies": 0})");
  CAF_CHECK_EQUAL(actor_json("b", worker("root/x", child_state::restarting)),
                  R"({"node": "b", "path": "root/x", "type": "worker", )"
                  R"("state": "restarting", "state_seconds": 0, )"
                  R"("restarts": 3})");
}
