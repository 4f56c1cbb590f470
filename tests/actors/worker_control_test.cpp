#define CAF_SUITE worker_control

#include "runtime/function/builtin.hpp"
#include "tests/actors/worker_fixture.hpp"

#include <algorithm>
#include <memory>
#include <optional>
#include <vector>

using namespace troupe;
using namespace std::chrono_literals;
using test::puppet;

namespace {

struct fixture : test::worker_fixture {
  heartbeat measured() {
    puppet uplink{sys};
    heartbeat result;
    auto pending = uplink.ask(subject, measure_worker{});
    run_worker();
    pending.receive([&](const heartbeat& x) { result = x; },
                    [](const caf::error&) { CAF_FAIL("no heartbeat"); });
    return result;
  }
};

} // namespace

CAF_TEST_FIXTURE_SCOPE(worker_control_tests, fixture)

CAF_TEST(another_scheduler_gets_what_is_unanswered_at_once) {
  start();
  tell(work({header_of(1)}, {lease(1, 0, 1)}));
  auto x = made().at(0);
  caf::anon_send(subject, detached_from_cluster{});
  pass(2000ms);
  CAF_CHECK(made().empty()); // Nobody to send to.
  puppet next{sys};
  attach(next);
  auto again = next.take<slices>();
  CAF_REQUIRE(again.has_value());
  CAF_REQUIRE_EQUAL(again->items.size(), 1u);
  CAF_CHECK(again->items[0].lease == x.lease);
  CAF_CHECK(made().empty());
}

CAF_TEST(trims_queued_leases_to_any_end) {
  start();
  lead.send(subject, work({header_of(1)},
                          {lease(1, 0, 1), lease(2, 10, 20), lease(3, 20, 30),
                           lease(4, 30, 40), lease(5, 40, 50)}));
  run_worker();
  lead.send(subject, trim_leases{{{{1, 2}, 15},
                                  {{1, 3}, 3},
                                  {{1, 4}, 99}, //
                                  {{1, 5}, 0},
                                  {{1, 77}, 0}}});
  run_worker();
  auto back = handed_back();
  CAF_REQUIRE_EQUAL(back.size(), 4u);
  CAF_CHECK_EQUAL(back[0].end, 15u);
  CAF_CHECK_EQUAL(back[1].end, 20u); // Nothing of it is left.
  CAF_CHECK_EQUAL(back[3].end, 40u);
  sched.run();
  std::vector<index_range> ranges;
  for (const auto& x : made())
    ranges.push_back(x.range);
  CAF_CHECK(ranges == std::vector<index_range>({{0, 1}, {10, 15}, {30, 40}}));
}

CAF_TEST(a_running_lease_keeps_the_task_that_runs) {
  start();
  during = [&](int64_t x) {
    if (x != 2)
      return;
    lead.send(subject, trim_leases{{{{1, 1}, 1}}});
    run_worker();
  };
  sched.clock().current_time += 1s;
  tell(work({header_of(1)}, {lease(1, 2, 10)}));
  auto back = handed_back();
  CAF_REQUIRE_EQUAL(back.size(), 1u);
  CAF_CHECK_EQUAL(back[0].end, 3u);
  CAF_CHECK(ran == std::vector<int64_t>({2}));
  CAF_CHECK(made().at(0).range == (index_range{2, 3}));
}

CAF_TEST(a_lease_that_is_stopped_sends_nothing_more) {
  start();
  during = [&](int64_t) {
    lead.send(subject, trim_leases{{{{1, 1}, 0, true}}});
    run_worker();
  };
  tell(work({header_of(1)}, {lease(1, 2, 10)}));
  CAF_CHECK(ran == std::vector<int64_t>({2}));
  CAF_CHECK(made().empty());
  during = nullptr;
  tell(work({}, {lease(2, 20, 21)})); // The slot is free again.
  CAF_CHECK_EQUAL(made().size(), 1u);
}

CAF_TEST(a_runner_that_outlives_its_supervisor_disturbs_nobody) {
  start();
  auto is_first = true;
  during = [&](int64_t x) {
    if (x != 3 || !std::exchange(is_first, false))
      return;
    caf::anon_send_exit(runners, caf::exit_reason::kill);
    run_worker();
    start_runners(); // They do the rest, while the old one is in a task.
  };
  tell(work({header_of(1)}, {lease(1, 0, 10)}));
  CAF_CHECK(ran == std::vector<int64_t>({0, 1, 2, 3, 3, 4, 5, 6, 7, 8, 9}));
  task_index next = 0;
  for (const auto& x : made()) {
    CAF_CHECK_EQUAL(x.range.begin, next);
    next = x.range.end;
  }
  CAF_CHECK_EQUAL(next, 10u);
  during = nullptr;
  tell(work({}, {lease(2, 20, 21)}));
  CAF_CHECK_EQUAL(made().size(), 1u);
}

CAF_TEST(exec_is_listed_only_where_it_is_allowed) {
  auto builtin = std::make_shared<function_registry>();
  CAF_REQUIRE(add_builtin_functions(*builtin).has_value());
  functions = builtin;
  auto offers_exec = [this] {
    for (const auto& x : described().functions)
      if (x.name == "exec")
        return true;
    return false;
  };
  start();
  CAF_CHECK(!offers_exec());
  end(runners);
  end(subject);
  permissions.exec = true;
  start();
  CAF_CHECK(offers_exec());
}

CAF_TEST(a_ping_is_answered_with_the_incarnation) {
  start();
  auto pending = lead.ask(subject, ping_atom::value);
  sched.run();
  pending.receive([](uint64_t x) { CAF_CHECK_EQUAL(x, 11u); },
                  [](const caf::error&) { CAF_FAIL("no answer"); });
}

CAF_TEST(an_idle_worker_drains_at_once) {
  start();
  auto pending = lead.ask(subject, drain_atom::value, uint64_t{1000});
  sched.run();
  pending.receive([](bool clean) { CAF_CHECK(clean); },
                  [](const caf::error&) { CAF_FAIL("no answer"); });
  lead.take<window_update>(); // That of the start.
  auto window = lead.take<window_update>();
  CAF_REQUIRE(window.has_value());
  CAF_CHECK_EQUAL(window->tasks, 0u);
}

CAF_TEST(a_draining_worker_hands_back_what_has_not_begun) {
  start();
  lead.send(subject, work({header_of(1)}, {lease(1, 0, 4), lease(2, 4, 9)}));
  run_worker();
  sched.clock().current_time += 1s;
  puppet node{sys};
  during = [&](int64_t x) {
    if (x != 0)
      return;
    node.send(subject, drain_atom::value, uint64_t{1000});
    run_worker();
  };
  sched.run();
  auto back = handed_back();
  CAF_REQUIRE_EQUAL(back.size(), 2u);
  CAF_CHECK(back[0].lease == (lease_id{1, 2}));
  CAF_CHECK_EQUAL(back[0].end, 4u);
  CAF_CHECK(back[1].lease == (lease_id{1, 1}));
  CAF_CHECK_EQUAL(back[1].end, 1u);
  auto slices_made = made();
  CAF_REQUIRE_EQUAL(slices_made.size(), 1u);
  CAF_CHECK(slices_made[0].range == (index_range{0, 1}));
  CAF_CHECK(!node.take<bool>()); // Its result is not answered yet.
  accept(slices_made[0]);
  CAF_CHECK(node.take<bool>() == std::optional<bool>{true});
}

CAF_TEST(a_draining_worker_takes_nothing_new) {
  start();
  lead.send(subject, drain_atom::value, uint64_t{1000});
  tell(work({header_of(1)}, {lease(1, 0, 1)}));
  CAF_CHECK_EQUAL(handed_back().size(), 1u);
  CAF_CHECK(ran.empty());
}

CAF_TEST(a_drain_gives_up_on_a_long_task_when_its_time_is_over) {
  start();
  puppet node{sys};
  std::optional<bool> during_the_task;
  during = [&](int64_t x) {
    if (x != 5)
      return;
    node.send(subject, drain_atom::value, uint64_t{500});
    run_worker();
    sched.advance_time(490ms);
    run_worker();
    CAF_CHECK(!node.take<bool>());
    handed_back();
    sched.advance_time(10ms);
    run_worker();
    during_the_task = node.take<bool>();
  };
  tell(work({header_of(1)}, {lease(1, 5, 6)}));
  CAF_CHECK(during_the_task == std::optional<bool>{false});
  auto back = handed_back();
  CAF_REQUIRE_EQUAL(back.size(), 1u);
  CAF_CHECK_EQUAL(back[0].end, 5u);
  CAF_CHECK(made().empty());
}

CAF_TEST(a_drain_gives_up_on_answers_when_its_time_is_over) {
  start();
  tell(work({header_of(1)}, {lease(1, 0, 1)}));
  puppet node{sys};
  node.send(subject, drain_atom::value, uint64_t{500});
  pass(490ms);
  CAF_CHECK(!node.take<bool>());
  pass(20ms);
  CAF_CHECK(node.take<bool>() == std::optional<bool>{false});
}

// -- heartbeats and a new incarnation -----------------------------------------

CAF_TEST(a_heartbeat_lists_whatever_the_worker_holds) {
  start();
  lead.send(subject, work({header_of(1)}, {lease(1, 0, 1)}));
  sched.run(); // Its slice is not answered.
  lead.send(subject, work({}, {lease(2, 1, 9), lease(3, 9, 12)}));
  auto large = lease(4, 12, 13);
  large.inputs = {{}, 1, limits::inline_body_bytes_max + 1};
  auto message = work({}, {large});
  message.through = 4;
  lead.send(subject, message);
  run_worker(); // One runs, one is queued, one waits for its inputs.
  auto what = measured();
  CAF_CHECK_EQUAL(what.incarnation_id, 11u);
  CAF_CHECK_EQUAL(what.busy, 1u);
  CAF_CHECK_EQUAL(what.queued, 1u);
  CAF_CHECK_EQUAL(what.through, 4u);
  CAF_CHECK(what.unanswered_bytes > 0);
  CAF_CHECK(what.complete);
  std::sort(what.held.begin(), what.held.end());
  CAF_CHECK(what.held
            == std::vector<lease_id>({{1, 1}, {1, 2}, {1, 3}, {1, 4}}));
}

CAF_TEST(a_heartbeat_has_the_age_of_the_oldest_attempt) {
  start();
  std::optional<heartbeat> meanwhile;
  during = [&](int64_t) {
    sched.advance_time(3s);
    meanwhile = measured();
  };
  tell(work({header_of(1)}, {lease(1, 0, 1)}));
  CAF_REQUIRE(meanwhile.has_value());
  CAF_CHECK_EQUAL(meanwhile->oldest_us, 3'000'000u);
  CAF_CHECK_EQUAL(measured().oldest_us, 0u);
}

CAF_TEST(a_worker_of_too_many_leases_says_so) {
  start();
  auto message = work({header_of(1)}, {});
  for (uint64_t i = 0; i <= limits::heartbeat_leases_max; ++i)
    message.items.push_back(lease(i + 1, i, i + 1));
  lead.send(subject, message);
  run_worker();
  auto what = measured();
  CAF_CHECK(!what.complete);
  CAF_CHECK(what.held.empty());
}

CAF_TEST(another_scheduler_counts_its_grants_anew) {
  start();
  grants nothing;
  nothing.through = 77;
  tell(nothing);
  CAF_CHECK_EQUAL(measured().through, 77u);
  puppet next{sys};
  attach(next);
  CAF_CHECK_EQUAL(measured().through, 0u);
}

CAF_TEST(a_new_incarnation_has_nothing_of_the_old_one) {
  start();
  tell(work({header_of(1)}, {lease(1, 0, 1)}));
  CAF_REQUIRE_EQUAL(made().size(), 1u);
  during = [&](int64_t) {
    if (ran.size() > 2)
      return;
    caf::anon_send(subject, detached_from_cluster{});
    caf::anon_send(subject, renew_worker{12});
    run_worker();
  };
  tell(work({}, {lease(2, 1, 900), lease(3, 900, 901)}));
  CAF_CHECK(ran.size() < 100); // Asked to stop.
  auto what = measured();
  CAF_CHECK_EQUAL(what.incarnation_id, 12u);
  CAF_CHECK(what.held.empty());
  CAF_CHECK_EQUAL(what.busy, 0u);
  CAF_CHECK_EQUAL(what.unanswered_bytes, 0u);
  CAF_CHECK_EQUAL(described().incarnation_id, 12u);
  attach(lead);
  pass(3000ms);
  CAF_CHECK(made().empty());
  tell(work({header_of(1)}, {lease(4, 1, 2)}));
  CAF_REQUIRE_EQUAL(made().size(), 1u);
}

CAF_TEST_FIXTURE_SCOPE_END()
