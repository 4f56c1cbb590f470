#define CAF_SUITE supervisor_children

// The cases of OTP's supervisor_SUITE, by their names there, that are about
// restarts: types, intensity, strategies. And what OTP does not have: backoff,
// children that start asynchronously, zombies.

#include "tests/actors/supervisor_fixture.hpp"

#include <chrono>

using namespace troupe;
using namespace troupe::test;
using namespace std::chrono_literals;

using lines = std::vector<std::string>;
using numbers = std::vector<size_t>;
using strategy = supervision_strategy;

namespace {

struct fixture : supervision_stage {
  /// One child of that type ends; checks what becomes of it.
  void ends(restart_type type, const std::string& how,
            const std::string& want) {
    auto top = start_top(flags());
    auto child = add(top, spec("child1", type));
    crash(child, how);
    auto now = states(top);
    if (want == "restarted") {
      CAF_CHECK(now == lines{"child1 running"});
      CAF_CHECK(child_of(top, "child1") != child);
      CAF_CHECK(counts(top) == numbers({1, 1, 0, 1}));
    } else if (want == "kept") {
      CAF_CHECK(now == lines{"child1 stopped"});
      CAF_CHECK(counts(top) == numbers({1, 0, 0, 1}));
    } else {
      CAF_CHECK(now.empty());
      CAF_CHECK(counts(top) == numbers({0, 0, 0, 0}));
    }
  }

  /// The third crash within the period is one too many at 2 in an hour.
  void third_crash_ends(const supervisor_actor& top, const std::string& id) {
    crash(child_of(top, id), end_abnormal);
    CAF_CHECK_EQUAL(end_of(top), "lives");
    crash(child_of(top, id), end_abnormal);
    CAF_CHECK_EQUAL(end_of(top), "shutdown");
    CAF_CHECK_EQUAL(reported(supervision_event::intensity_reached), 1u);
  }

  /// A restart of `id` never succeeds: the supervisor and all others end.
  void escalates(strategy how, const std::string& crashing,
                 const std::string& failing) {
    auto top = start_top(flags(how, 4), {spec("child1"), spec("child2")});
    auto other = child_of(top, failing == "child1" ? "child2" : "child1");
    watch(other);
    book->failing_starts[failing] = -1;
    crash(child_of(top, crashing), end_abnormal);
    pass(10s);
    CAF_CHECK_EQUAL(end_of(top), "shutdown");
    CAF_CHECK(end_of(other) != "lives");
    // The crash, and one failed attempt after the other.
    CAF_CHECK_EQUAL(reported(supervision_event::start_error), 4u);
  }
};

} // namespace

CAF_TEST_FIXTURE_SCOPE(supervisor_children_tests, fixture)

// -- Restart types ------------------------------------------------------------

CAF_TEST(permanent_normal) {
  ends(restart_type::permanent, end_normal, "restarted");
}

CAF_TEST(permanent_shutdown) {
  ends(restart_type::permanent, end_shutdown, "restarted");
}

CAF_TEST(permanent_abnormal) {
  ends(restart_type::permanent, end_abnormal, "restarted");
}

CAF_TEST(transient_normal) {
  ends(restart_type::transient, end_normal, "kept");
}

CAF_TEST(transient_shutdown) {
  ends(restart_type::transient, end_shutdown, "kept");
}

CAF_TEST(transient_abnormal) {
  ends(restart_type::transient, end_abnormal, "restarted");
}

CAF_TEST(temporary_normal) {
  ends(restart_type::temporary, end_normal, "gone");
}

CAF_TEST(temporary_shutdown) {
  ends(restart_type::temporary, end_shutdown, "gone");
}

CAF_TEST(temporary_abnormal) {
  ends(restart_type::temporary, end_abnormal, "gone");
}

CAF_TEST(temporary_bystander) {
  for (auto how : {strategy::one_for_all, strategy::rest_for_one}) {
    CAF_MESSAGE(to_string(how));
    auto top = start_top(
      flags(how), {spec("child1"), spec("child2", restart_type::temporary)});
    auto bystander = child_of(top, "child2");
    watch(bystander);
    crash(child_of(top, "child1"), end_abnormal);
    CAF_CHECK(states(top) == lines{"child1 running"});
    CAF_CHECK_EQUAL(end_of(bystander), "shutdown");
  }
}

// -- Intensity and backoff ----------------------------------------------------

CAF_TEST(multiple_restarts) {
  auto top = start_top(flags(strategy::one_for_one, 1, 1s), {spec("child1")});
  for (int i = 0; i < 4; ++i) {
    crash(child_of(top, "child1"), end_abnormal);
    CAF_CHECK(states(top) == lines{"child1 running"});
    pass(2s);
  }
  CAF_CHECK_EQUAL(end_of(top), "lives");
  crash(child_of(top, "child1"), end_abnormal);
  crash(child_of(top, "child1"), end_abnormal);
  CAF_CHECK_EQUAL(end_of(top), "shutdown");
}

CAF_TEST(the_first_restart_is_immediate_and_the_next_ones_wait) {
  auto how = flags(strategy::one_for_one, 10);
  how.backoff = {100ms, 400ms, 10s};
  auto top = start_top(how, {spec("child1")});
  crash_pause_ms = 0;
  crash(child_of(top, "child1"), end_abnormal);
  CAF_CHECK(states(top) == lines{"child1 running"});
  crash(child_of(top, "child1"), end_abnormal);
  CAF_CHECK(states(top) == lines{"child1 restarting"});
  pass(40ms);
  CAF_CHECK(states(top) == lines{"child1 restarting"});
  pass(60ms);
  CAF_CHECK(states(top) == lines{"child1 running"});
  pass(11s);
  crash(child_of(top, "child1"), end_abnormal);
  CAF_CHECK(states(top) == lines{"child1 running"});
}

CAF_TEST(siblings_stop_at_once_while_a_restart_waits) {
  auto how = flags(strategy::rest_for_one, 10);
  how.backoff = {100ms, 400ms, 10s};
  auto top = start_top(how, {spec("a"), spec("b"), spec("c")});
  crash_pause_ms = 0;
  crash(child_of(top, "b"), end_abnormal);
  crash(child_of(top, "b"), end_abnormal);
  CAF_CHECK(states(top) == lines({"a running", "b restarting", "c stopped"}));
  pass(100ms);
  CAF_CHECK(states(top) == lines({"a running", "b running", "c running"}));
}

// -- Strategies ---------------------------------------------------------------

CAF_TEST(one_for_one) {
  auto top = start_top(flags(), {spec("child1"), spec("child2")});
  auto child1 = child_of(top, "child1");
  auto child2 = child_of(top, "child2");
  crash(child1, end_abnormal);
  CAF_CHECK(child_of(top, "child2") == child2);
  CAF_CHECK(child_of(top, "child1") != child1);
  CAF_CHECK(counts(top) == numbers({2, 2, 0, 2}));
  third_crash_ends(top, "child1");
  CAF_CHECK_EQUAL(book->ends.back(), "child2 shutdown");
}

CAF_TEST(one_for_one_escalation) {
  escalates(strategy::one_for_one, "child2", "child2");
}

CAF_TEST(one_for_all) {
  auto top =
    start_top(flags(strategy::one_for_all), {spec("child1"), spec("child2")});
  auto child1 = child_of(top, "child1");
  auto child2 = child_of(top, "child2");
  crash(child1, end_abnormal);
  CAF_CHECK(child_of(top, "child1") != child1);
  CAF_CHECK(child_of(top, "child2") != child2);
  CAF_CHECK(counts(top) == numbers({2, 2, 0, 2}));
  third_crash_ends(top, "child2");
}

CAF_TEST(one_for_all_escalation) {
  escalates(strategy::one_for_all, "child1", "child2");
}

CAF_TEST(one_for_all_other_child_fails_restart) {
  auto top = start_top(flags(strategy::one_for_all, 3),
                       {spec("child1"), spec("child2")});
  book->starts.clear();
  book->failing_starts["child2"] = 1;
  crash(child_of(top, "child1"), end_abnormal);
  // The child that was restarted is stopped before it is started again.
  CAF_CHECK(
    book->ends
    == lines({"child1 abnormal", "child2 shutdown", "child1 shutdown"}));
  CAF_CHECK(book->starts == lines({"child1", "child1", "child2"}));
  CAF_CHECK(states(top) == lines({"child1 running", "child2 running"}));
}

CAF_TEST(rest_for_one) {
  auto top = start_top(flags(strategy::rest_for_one),
                       {spec("child1"), spec("child2"), spec("child3")});
  auto child1 = child_of(top, "child1");
  auto child2 = child_of(top, "child2");
  auto child3 = child_of(top, "child3");
  crash(child2, end_abnormal);
  CAF_CHECK(child_of(top, "child1") == child1);
  CAF_CHECK(child_of(top, "child2") != child2);
  CAF_CHECK(child_of(top, "child3") != child3);
  CAF_CHECK(counts(top) == numbers({3, 3, 0, 3}));
  third_crash_ends(top, "child2");
}

CAF_TEST(rest_for_one_escalation) {
  escalates(strategy::rest_for_one, "child1", "child2");
}

CAF_TEST(rest_for_one_other_child_fails_restart) {
  auto top = start_top(flags(strategy::rest_for_one, 3),
                       {spec("child1"), spec("child2")});
  book->starts.clear();
  book->failing_starts["child2"] = 1;
  crash(child_of(top, "child1"), end_abnormal);
  // The child before the one that failed keeps running.
  CAF_CHECK(book->ends == lines({"child1 abnormal", "child2 shutdown"}));
  CAF_CHECK(book->starts == lines({"child1", "child2"}));
  CAF_CHECK(states(top) == lines({"child1 running", "child2 running"}));
}

CAF_TEST(simple_one_for_one) {
  auto top = start_top(flags(strategy::simple_one_for_one), {spec("child")});
  auto one = add(top);
  auto two = add(top);
  crash(one, end_abnormal);
  auto all = which(top).items;
  CAF_REQUIRE_EQUAL(all.size(), 2u);
  CAF_CHECK(all[0].child != one);
  CAF_CHECK(all[1].child == two);
  CAF_CHECK(counts(top) == numbers({1, 2, 0, 2}));
  third_crash_ends(top, "1");
}

CAF_TEST(simple_one_for_one_shutdown) {
  // Two instances, one of them slow to stop: the supervisor waits for it, but
  // not longer than the template says.
  auto stubborn = std::make_shared<bool>(false);
  auto pattern = spec("child");
  pattern.start = [this, stubborn](const start_context& context) {
    return starter("child", *stubborn)(context);
  };
  auto top = start_top(flags(strategy::simple_one_for_one), {pattern});
  add(top);
  *stubborn = true;
  auto slow = add(top);
  stop(top);
  CAF_CHECK(book->ends == lines{"child shutdown"});
  CAF_CHECK_EQUAL(end_of(top), "lives");
  crash(slow, end_normal);
  CAF_CHECK_EQUAL(end_of(top), "shutdown");
}

CAF_TEST(simple_one_for_one_extra) {
  std::vector<int> seen;
  auto pattern = spec("child");
  pattern.start = [this, &seen](const start_context& context) {
    seen.push_back(std::any_cast<int>(context.args));
    auto made = starter("child")(context);
    made.info = "number " + std::to_string(seen.back());
    return made;
  };
  auto top = start_top(flags(strategy::simple_one_for_one), {pattern});
  auto made = ask<child_started>(top, start_child{{}, std::any{7}});
  CAF_REQUIRE(made.has_value());
  CAF_CHECK_EQUAL(made->info, "number 7");
  add(top, std::any{8});
  crash(made->child, end_abnormal);
  CAF_CHECK(seen == std::vector<int>({7, 8, 7}));
  CAF_CHECK(counts(top) == numbers({1, 2, 0, 2}));
}

CAF_TEST(requests_that_come_before_the_beginning_wait_for_it) {
  puppet early{sys};
  auto top = start_supervisor(
    sys, options(flags(strategy::simple_one_for_one), {spec("child")}));
  CAF_REQUIRE(top.has_value());
  tops.push_back(*top);
  // Ahead of what it sent to itself.
  auto pending = early.ask(*top, start_child{{}, std::any{7}});
  while (sched.prioritize(*top))
    sched.run_once();
  sched.run();
  pending.receive([](const child_started& x) { CAF_CHECK(x.child); },
                  [](const caf::error&) { CAF_FAIL("not started"); });
  CAF_CHECK(counts(*top) == numbers({1, 1, 0, 1}));
}

CAF_TEST(simple_one_for_one_escalation) {
  auto top = start_top(flags(strategy::simple_one_for_one, 4), {spec("child")});
  auto one = add(top);
  auto two = add(top);
  watch(two);
  book->failing_starts["child"] = -1;
  crash(one, end_abnormal);
  pass(10s);
  CAF_CHECK_EQUAL(end_of(top), "shutdown");
  CAF_CHECK_EQUAL(end_of(two), "shutdown");
}

CAF_TEST(simple_one_for_one_corruption) {
  // After a restart that failed, the children are what they were.
  auto top = start_top(flags(strategy::simple_one_for_one, 9), {spec("child")});
  auto one = add(top);
  auto two = add(top);
  book->failing_starts["child"] = 1;
  crash(one, end_abnormal);
  pass(1s);
  CAF_CHECK(counts(top) == numbers({1, 2, 0, 2}));
  auto three = add(top);
  CAF_REQUIRE(three);
  CAF_CHECK(states(top) == lines({"1 running", "2 running", "3 running"}));
  for (auto& x : which(top).items) {
    CAF_CHECK_EQUAL(order(top, terminate_child{{}, x.child}), "ok");
    CAF_CHECK_EQUAL(order(top, terminate_child{{}, x.child}), "unknown_child");
  }
  CAF_CHECK(counts(top) == numbers({1, 0, 0, 0}));
  CAF_CHECK(two != three);
}

// -- Beyond OTP ---------------------------------------------------------------

CAF_TEST(a_killed_supervisor_takes_its_children_along) {
  auto top = start_top(flags(), {spec("a"), spec("b")});
  end(top);
  CAF_CHECK_EQUAL(book->ends.size(), 2u);
  CAF_CHECK_EQUAL(book->ends.front(), "a killed");
}

CAF_TEST(a_supervisor_that_nobody_holds_lives) {
  start_top(flags(), {spec("a")});
  auto address = tops.front().address();
  tops.clear();
  crash(book->latest["a"], end_abnormal);
  CAF_CHECK_EQUAL(book->starts.size(), 2u);
  caf::anon_send_exit(address, caf::exit_reason::user_shutdown);
  sched.run();
}

CAF_TEST(a_child_that_ignores_a_kill_is_abandoned_and_counted) {
  // A puppet handles no message at all, as an actor does whose handler hangs.
  auto hung = std::make_optional<puppet>(sys);
  auto stuck = spec("stuck");
  stuck.start = [&hung](const start_context&) {
    return start_outcome::started(hung->as());
  };
  auto top = start_top(flags(), {spec("a"), stuck});
  patience = 25;
  CAF_CHECK_EQUAL(order(top, terminate_child{"stuck", {}}), "ok");
  patience = 0;
  CAF_CHECK(states(top) == lines({"a running", "stuck stopped"}));
  CAF_CHECK_EQUAL(reported(supervision_event::child_abandoned), 1u);
  CAF_CHECK_EQUAL(zombies(top), 1u);
  auto tree = ask<supervision_tree>(top, tree_atom::value).value();
  CAF_CHECK_EQUAL(tree.nodes.front().zombies, 1u);
  CAF_CHECK(tree.nodes.back().state == child_state::zombie);
  CAF_CHECK_EQUAL(tree.nodes.back().path, "root/stuck");
  hung.reset();
  sched.run();
  CAF_CHECK_EQUAL(reported(supervision_event::zombie_ended), 1u);
  CAF_CHECK_EQUAL(zombies(top), 0u);
}

CAF_TEST(a_zombie_does_not_hold_up_the_end) {
  puppet hung{sys};
  auto stuck =
    spec("stuck", restart_type::permanent, shutdown_rule::within(500ms));
  stuck.start = [&hung](const start_context&) {
    return start_outcome::started(hung.as());
  };
  auto top = start_top(flags(), {spec("a"), stuck});
  stop(top);
  pass(1490ms);
  CAF_CHECK_EQUAL(end_of(top), "lives");
  pass(20ms);
  CAF_CHECK_EQUAL(end_of(top), "shutdown");
  CAF_CHECK(book->ends == lines{"a shutdown"});
}

CAF_TEST(siblings_wait_for_a_child_that_starts_asynchronously) {
  puppet slow{sys};
  auto first = spec("first");
  first.start = [handle = slow.as()](const start_context&) {
    return start_outcome::starting(handle); // It may outlive the puppet.
  };
  auto top = start_top(flags(), {first, spec("second")});
  CAF_CHECK(states(top) == lines({"first starting", "second stopped"}));
  slow.answer([](started_atom) {});
  sched.run();
  CAF_CHECK(states(top) == lines({"first running", "second running"}));
}

CAF_TEST(a_child_that_is_never_up_is_killed_after_its_time) {
  puppet slow{sys};
  auto first = spec("first");
  first.start = [handle = slow.as()](const start_context&) {
    return start_outcome::starting(handle); // It may outlive the puppet.
  };
  auto top = start_top(flags(), {first});
  pass(29s);
  CAF_CHECK_EQUAL(end_of(top), "lives");
  pass(2s);
  CAF_CHECK(contains(end_of(top), "\"first\""));
}

CAF_TEST(a_start_function_sees_the_current_handles_of_its_siblings) {
  std::vector<caf::actor> seen;
  auto second = spec("second");
  second.start = [this, &seen](const start_context& context) {
    seen.push_back(context.sibling("first"));
    CAF_CHECK(!context.sibling("third"));
    CAF_CHECK_EQUAL(context.path, "root/second");
    return starter("second")(context);
  };
  auto top = start_top(flags(strategy::rest_for_one),
                       {spec("first"), second, spec("third")});
  auto old = child_of(top, "first");
  crash(old, end_abnormal);
  CAF_REQUIRE_EQUAL(seen.size(), 2u);
  CAF_CHECK(seen[0] == old);
  CAF_CHECK(seen[1] == child_of(top, "first"));
}

CAF_TEST(a_nested_supervisor_passes_on_the_handles_of_its_siblings) {
  std::vector<caf::actor> seen;
  auto init = [this, &seen](const start_context& context)
    -> result<std::optional<supervisor_options>> {
    auto hub = context.sibling("hub");
    auto inner = spec("inner");
    inner.start = [this, &seen, hub](const start_context& here) {
      CAF_CHECK_EQUAL(here.path, "root/cluster/inner");
      seen.push_back(hub);
      return starter("inner")(here);
    };
    return std::optional{options(flags(), {inner})};
  };
  auto top = start_top(flags(strategy::rest_for_one),
                       {spec("hub"), supervisor_child({"cluster"}, init)});
  auto old = child_of(top, "hub");
  crash(old, end_abnormal);
  CAF_REQUIRE_EQUAL(seen.size(), 2u);
  CAF_CHECK(seen[0] == old);
  CAF_CHECK(seen[1] == child_of(top, "hub"));
  CAF_CHECK(seen[1] != old);
}

CAF_TEST(strangers_stop_nothing_and_restart_nothing) {
  auto top = start_top(flags(), {spec("a")});
  // An exit message of somebody who is not the parent.
  boss.send_exit(top, caf::exit_reason::user_shutdown);
  sched.run();
  CAF_CHECK_EQUAL(end_of(top), "lives");
  CAF_CHECK_EQUAL(order(top, terminate_child{"a", {}}), "ok");
  pass(1s);
  CAF_CHECK(states(top) == lines{"a stopped"});
  CAF_CHECK_EQUAL(book->starts.size(), 1u);
}

CAF_TEST_FIXTURE_SCOPE_END()
