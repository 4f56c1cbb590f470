#define CAF_SUITE worker_tree

#include "tests/actors/cluster_fixture.hpp"
#include "tests/actors/puppet.hpp"

#include <caf/actor_cast.hpp>

#include <map>
#include <string>
#include <vector>

using namespace troupe;
using namespace std::chrono_literals;
using test::puppet;

namespace {

struct fixture : test::cluster_fixture {
  /// The actors of the first worker by path, as its root lists them.
  std::map<std::string, supervision_tree::node> tree() {
    std::map<std::string, supervision_tree::node> result;
    auto pending = watcher.ask(workers.at(0).root, tree_atom::value);
    sched.run();
    pending.receive(
      [&](const supervision_tree& x) {
        for (const auto& node : x.nodes)
          result.emplace(node.path, node);
      },
      [](const caf::error&) { CAF_FAIL("no tree"); });
    return result;
  }

  worker_directory::handles at() {
    return workers.at(0).directory->current();
  }

  void kill(const auto& whom) {
    CAF_REQUIRE(whom);
    caf::anon_send_exit(whom, caf::exit_reason::kill);
    sched.run();
  }

  puppet watcher{sys};
};

} // namespace

CAF_TEST_FIXTURE_SCOPE(worker_tree_tests, fixture)

CAF_TEST(a_worker_has_a_runner_per_slot) {
  start(1, 3);
  auto all = tree();
  CAF_CHECK_EQUAL(all.size(), 9u);
  for (auto path :
       {"worker", "worker/worker_tree", "worker/worker_tree/worker",
        "worker/worker_tree/runners", "worker/worker_tree/runners/0",
        "worker/worker_tree/runners/2", "worker/worker_tree/agent",
        "worker/worker_tree/uplink"}) {
    CAF_MESSAGE(path);
    CAF_CHECK(all.contains(path));
    CAF_CHECK(all[path].state == child_state::running);
  }
}

CAF_TEST(a_killed_worker_comes_back_and_works) {
  start();
  auto before = at();
  kill(before.worker);
  pass(3s);
  CAF_CHECK(at().worker != before.worker);
  CAF_CHECK(at().uplink != before.uplink);
  auto job = submit(range_job("noop", 0, 100, "count"));
  pass(1s);
  CAF_CHECK_EQUAL(result_of<uint64_t>(job), 100u);
}

CAF_TEST(a_killed_uplink_comes_back_and_joins) {
  start();
  auto before = at();
  kill(before.uplink);
  pass(3s);
  CAF_CHECK(at().worker == before.worker);
  CAF_CHECK(at().uplink != before.uplink);
  auto job = submit(range_job("noop", 0, 100, "count"));
  pass(1s);
  CAF_CHECK_EQUAL(result_of<uint64_t>(job), 100u);
}

CAF_TEST(a_worker_that_crashes_now_and_then_is_started_again) {
  start();
  for (int i = 0; i < 5; ++i) {
    kill(at().worker);
    pass(2s);
  }
  auto all = tree();
  CAF_CHECK_EQUAL(all["worker/worker_tree/worker"].restarts, 5u);
}

CAF_TEST_FIXTURE_SCOPE_END()
