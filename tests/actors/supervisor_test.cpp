#define CAF_SUITE supervisor

// The cases of OTP's supervisor_SUITE, by their names there, that are about
// starting, stopping and trees; see docs/supervision.md for the others.

#include "tests/actors/supervisor_fixture.hpp"

#include <chrono>

using namespace troupe;
using namespace troupe::test;
using namespace std::chrono_literals;

using lines = std::vector<std::string>;
using numbers = std::vector<size_t>;
using strategy = supervision_strategy;

namespace {

using fixture = supervision_stage;

} // namespace

CAF_TEST_FIXTURE_SCOPE(supervisor_tests, fixture)

// -- sup_start ----------------------------------------------------------------

CAF_TEST(sup_start_normal) {
  auto top = start_top(flags());
  CAF_CHECK_EQUAL(order(top, started_atom::value), "ok");
  stop(top);
  CAF_CHECK_EQUAL(end_of(top), "shutdown");
}

CAF_TEST(sup_start_ignore_init) {
  auto nested = supervisor_child(
    {"nested"},
    [](const start_context&) -> result<std::optional<supervisor_options>> {
      return std::optional<supervisor_options>{};
    });
  auto top = start_top(flags());
  auto made = ask<child_started>(top, start_child{nested, {}});
  CAF_REQUIRE(made.has_value());
  CAF_CHECK(!made->child);
  CAF_CHECK(states(top) == lines{"nested stopped"});
}

CAF_TEST(sup_start_ignore_child) {
  auto top = start_top(flags());
  CAF_CHECK(!add(top, ignoring("child1")));
  CAF_CHECK(errc::ok == why.code);
  CAF_CHECK(add(top, spec("child2")));
  CAF_CHECK(states(top) == lines({"child1 stopped", "child2 running"}));
  CAF_CHECK(counts(top) == numbers({2, 1, 0, 2}));
}

CAF_TEST(sup_start_ignore_temporary_child) {
  auto top = start_top(flags(), {ignoring("child1", restart_type::temporary),
                                 spec("child2", restart_type::temporary)});
  CAF_CHECK(states(top) == lines{"child2 running"});
  CAF_CHECK(counts(top) == numbers({1, 1, 0, 1}));
}

CAF_TEST(sup_start_ignore_temporary_child_start_child) {
  auto top = start_top(flags());
  CAF_CHECK(!add(top, ignoring("child1", restart_type::temporary)));
  CAF_CHECK(errc::ok == why.code);
  CAF_CHECK(add(top, spec("child2", restart_type::temporary)));
  CAF_CHECK(states(top) == lines{"child2 running"});
  CAF_CHECK(counts(top) == numbers({1, 1, 0, 1}));
}

namespace {

/// A template whose first instance is ignored.
child_spec ignoring_once(fixture& stage, restart_type restart) {
  auto first = std::make_shared<bool>(true);
  auto x = stage.spec("child1", restart);
  x.start = [first, start = x.start](const start_context& context) {
    return std::exchange(*first, false) ? start_outcome::ignored()
                                        : start(context);
  };
  return x;
}

} // namespace

CAF_TEST(sup_start_ignore_temporary_child_start_child_simple) {
  auto top = start_top(flags(strategy::simple_one_for_one),
                       {ignoring_once(*this, restart_type::temporary)});
  CAF_CHECK(!add(top));
  CAF_CHECK(errc::ok == why.code);
  CAF_CHECK(add(top));
  CAF_CHECK_EQUAL(which(top).items.size(), 1u);
  CAF_CHECK(counts(top) == numbers({1, 1, 0, 1}));
}

CAF_TEST(sup_start_ignore_permanent_child_start_child_simple) {
  auto top = start_top(flags(strategy::simple_one_for_one),
                       {ignoring_once(*this, restart_type::permanent)});
  CAF_CHECK(!add(top));
  CAF_CHECK(add(top));
  CAF_CHECK_EQUAL(which(top).items.size(), 1u);
  CAF_CHECK(counts(top) == numbers({1, 1, 0, 1}));
  stop(top);
  CAF_CHECK_EQUAL(end_of(top), "shutdown");
}

CAF_TEST(sup_start_error_return) {
  auto bad = flags();
  bad.period = 0ms;
  auto made = start_supervisor(sys, options(bad));
  CAF_REQUIRE(!made.has_value());
  CAF_CHECK(errc::bad_child_spec == made.error().code);
}

CAF_TEST(sup_start_fail) {
  auto nested = supervisor_child(
    {"nested"},
    [](const start_context&) -> result<std::optional<supervisor_options>> {
      return fail(errc::bad_config, "no such section");
    });
  auto top = start_top(flags());
  CAF_CHECK(!add(top, nested));
  CAF_CHECK(errc::bad_config == why.code);
  CAF_CHECK_EQUAL(why.text, "no such section");
  CAF_CHECK(states(top).empty());
  // Also an exception is an error, not the end of the supervisor.
  nested.start = [](const start_context&) -> start_outcome {
    throw std::runtime_error("badmatch");
  };
  CAF_CHECK(!add(top, nested));
  CAF_CHECK(errc::internal == why.code);
  CAF_CHECK(contains(why.text, "badmatch"));
  CAF_CHECK_EQUAL(end_of(top), "lives");
}

CAF_TEST(sup_start_child_returns_error) {
  auto top = start_top(flags(), {spec("child1")});
  book->failing_starts["child2"] = 1;
  CAF_CHECK(!add(top, spec("child2")));
  CAF_CHECK(why == refused_start());
  CAF_CHECK(states(top) == lines{"child1 running"});
}

CAF_TEST(sup_start_restart_child_returns_error) {
  auto top = start_top(flags(), {spec("child1")});
  CAF_CHECK_EQUAL(order(top, terminate_child{"child1", {}}), "ok");
  book->failing_starts["child1"] = 1;
  CAF_CHECK(!ask<child_started>(top, restart_child{"child1"}));
  CAF_CHECK(why == refused_start());
  CAF_CHECK(states(top) == lines{"child1 stopped"});
}

CAF_TEST(sup_start_child_returns_error_simple) {
  auto top = start_top(flags(strategy::simple_one_for_one), {spec("child1")});
  book->failing_starts["child1"] = 1;
  CAF_CHECK(!add(top));
  CAF_CHECK(why == refused_start());
  CAF_CHECK(states(top).empty());
}

CAF_TEST(a_child_that_fails_at_the_beginning_stops_those_before_it) {
  book->failing_starts["c"] = 1;
  auto top = start_top(flags(), {spec("a"), spec("b"), spec("c"), spec("d")});
  CAF_CHECK(book->starts == lines({"a", "b"}));
  CAF_CHECK(book->ends == lines({"b shutdown", "a shutdown"}));
  CAF_CHECK(contains(end_of(top), "it does not want to start"));
  CAF_CHECK(contains(end_of(top), "\"c\""));
}

// -- sup_start_map ------------------------------------------------------------

CAF_TEST(sup_start_map) {
  auto child1 = child_spec{{"child1"}, starter("child1")};
  auto child2 = child_spec{{"child2"}, starter("child2")};
  child2.rules.shutdown = shutdown_rule::brutal_kill();
  auto child3 = child_spec{{"child3"}, starter("child3")};
  child3.rules.type = child_type::supervisor;
  auto top = start_top({}, {child1, child2, child3});
  struct row {
    const char* id;
    shutdown_rule shutdown;
    child_type type;
  };
  const row rows[] = {
    {"child1", shutdown_rule::within(5s), child_type::worker},
    {"child2", shutdown_rule::brutal_kill(), child_type::worker},
    {"child3", shutdown_rule::infinity(), child_type::supervisor},
  };
  for (const auto& [id, shutdown, type] : rows) {
    CAF_MESSAGE(id);
    auto found = ask<child_spec>(top, get_childspec{id, {}});
    CAF_REQUIRE(found.has_value());
    CAF_CHECK_EQUAL(found->rules.id, id);
    CAF_CHECK(found->start != nullptr);
    CAF_CHECK(found->rules.restart == restart_type::permanent);
    CAF_CHECK(found->rules.shutdown == shutdown);
    CAF_CHECK(found->rules.type == type);
    CAF_CHECK(!found->rules.significant);
  }
  CAF_CHECK(!ask<child_spec>(top, get_childspec{"child4", {}}));
  CAF_CHECK(errc::unknown_child == why.code);
}

CAF_TEST(sup_start_map_simple) {
  auto child1 = child_spec{{"child1"}, starter("child1")};
  auto top = start_top(flags(strategy::simple_one_for_one), {child1});
  auto one = add(top);
  auto found = ask<child_spec>(top, get_childspec{{}, one});
  CAF_REQUIRE(found.has_value());
  CAF_CHECK_EQUAL(found->rules.id, "child1");
  CAF_CHECK(found->rules.restart == restart_type::permanent);
  CAF_CHECK(found->rules.shutdown == shutdown_rule::within(5s));
  CAF_CHECK(found->rules.type == child_type::worker);
}

CAF_TEST(sup_start_map_faulty_specs) {
  struct row {
    const char* field;
    std::vector<child_spec> children;
  };
  auto worn = spec("child3");
  worn.rules.restart = static_cast<restart_type>(9);
  const row rows[] = {
    {"id is missing", {child_spec{{}, starter("x")}}},
    {"start is missing", {child_spec{{"child2"}, nullptr}}},
    {"restart", {worn}},
    {"id is used twice", {spec("child4"), spec("child4")}},
  };
  for (const auto& [field, children] : rows) {
    CAF_MESSAGE(field);
    auto made = start_supervisor(sys, options(flags(), children));
    CAF_REQUIRE(!made.has_value());
    CAF_CHECK(errc::bad_child_spec == made.error().code);
    CAF_CHECK(contains(made.error().text, field));
  }
  CAF_CHECK(book->starts.empty());
}

// -- sup_stop -----------------------------------------------------------------

CAF_TEST(sup_stop_infinity) {
  auto child1 =
    spec("child1", restart_type::permanent, shutdown_rule::infinity());
  child1.rules.type = child_type::supervisor;
  auto child2 =
    spec("child2", restart_type::permanent, shutdown_rule::infinity());
  auto top = start_top(flags(), {child1, child2});
  stop(top);
  CAF_CHECK(book->ends == lines({"child2 shutdown", "child1 shutdown"}));
  CAF_CHECK_EQUAL(end_of(top), "shutdown");
}

CAF_TEST(sup_stop_timeout) {
  auto stuck = spec("child2");
  stuck.start = starter("child2", true);
  auto top = start_top(flags(), {spec("child1"), stuck});
  stop(top);
  pass(990ms);
  CAF_CHECK(book->ends.empty());
  pass(20ms);
  CAF_CHECK(book->ends == lines({"child2 killed", "child1 shutdown"}));
  CAF_CHECK_EQUAL(end_of(top), "shutdown");
  CAF_CHECK_EQUAL(reported(supervision_event::shutdown_error), 1u);
}

CAF_TEST(sup_stop_timeout_dynamic) {
  auto stubborn = std::make_shared<bool>(false);
  auto pattern = spec("child", restart_type::temporary);
  pattern.start = [this, stubborn](const start_context& context) {
    return starter("child", *stubborn)(context);
  };
  auto top = start_top(flags(strategy::simple_one_for_one), {pattern});
  for (int i = 0; i < 10; ++i) {
    *stubborn = i >= 7;
    add(top);
  }
  stop(top);
  CAF_CHECK(book->ends == lines(7, "child shutdown"));
  pass(990ms);
  CAF_CHECK_EQUAL(book->ends.size(), 7u);
  pass(20ms); // One timer for the three of them.
  CAF_CHECK_EQUAL(book->ends.size(), 10u);
  CAF_CHECK_EQUAL(book->ends.back(), "child killed");
  CAF_CHECK_EQUAL(end_of(top), "shutdown");
}

CAF_TEST(sup_stop_brutal_kill) {
  auto top =
    start_top(flags(), {spec("child1"), spec("child2", restart_type::permanent,
                                             shutdown_rule::brutal_kill())});
  stop(top);
  CAF_CHECK(book->ends == lines({"child2 killed", "child1 shutdown"}));
  CAF_CHECK_EQUAL(end_of(top), "shutdown");
  CAF_CHECK_EQUAL(reported(supervision_event::shutdown_error), 0u);
}

CAF_TEST(sup_stop_brutal_kill_dynamic) {
  auto top = start_top(
    flags(strategy::simple_one_for_one),
    {spec("child", restart_type::temporary, shutdown_rule::brutal_kill())});
  for (int i = 0; i < 10; ++i)
    add(top);
  stop(top);
  CAF_CHECK(book->ends == lines(10, "child killed"));
  CAF_CHECK_EQUAL(end_of(top), "shutdown");
}

namespace {

/// A child that ends in its own way as soon as it is asked to stop.
caf::behavior headstrong(caf::event_based_actor* self, journal_ptr book,
                         std::string how) {
  self->attach_functor([book, how](const caf::error& reason) {
    book->ends.push_back(how + " " + to_text(reason));
  });
  self->set_exit_handler([self, how](caf::exit_msg&) {
    if (how == end_normal)
      self->quit();
    else if (how == end_shutdown)
      self->quit(caf::exit_reason::user_shutdown);
    else
      self->quit(to_caf({errc::function_failed, how}));
  });
  return {[](tick_atom) {}};
}

} // namespace

CAF_TEST(sup_stop_race) {
  // Twelve combinations; the last child holds up the stop, and meanwhile the
  // others end by themselves. Each keeps its own reason.
  const restart_type restarts[] = {
    restart_type::permanent, restart_type::transient, restart_type::temporary};
  const std::string ways[] = {end_normal, end_shutdown, end_abnormal,
                              end_killed};
  for (auto restart : restarts) {
    for (const auto& how : ways) {
      CAF_MESSAGE(to_string(restart) << " " << how);
      book->ends.clear();
      reports.clear();
      auto slow = spec("slow");
      slow.start = starter("slow", true);
      auto top = start_top(flags(), {spec("racer", restart), slow});
      auto racer = child_of(top, "racer");
      stop(top);
      crash(racer, how);
      CAF_REQUIRE_EQUAL(book->ends.size(), 1u);
      CAF_CHECK_EQUAL(book->ends.front(), "racer " + how);
      pass(1s);
      CAF_CHECK_EQUAL(book->ends.size(), 2u);
      CAF_CHECK_EQUAL(end_of(top), "shutdown");
      const auto deviates =
        how == end_abnormal || how == end_killed
        || (how == end_normal && restart == restart_type::permanent);
      lines reasons;
      for (const auto& x : reports)
        if (x.what == supervision_event::shutdown_error
            && x.child.id == "racer")
          reasons.push_back(x.reason);
      CAF_CHECK(reasons == (deviates ? lines{how} : lines{}));
      CAF_CHECK_EQUAL(reported(supervision_event::child_terminated), 0u);
    }
  }
}

CAF_TEST(sup_stop_non_shutdown_exit_dynamic) {
  const std::string ways[] = {end_normal, end_shutdown, end_abnormal};
  for (const auto& how : ways) {
    CAF_MESSAGE(how);
    reports.clear();
    auto pattern = spec("child", restart_type::permanent);
    pattern.start = [this, how](const start_context& context) {
      return start_outcome::started(
        context.system.spawn(headstrong, book, how));
    };
    auto top = start_top(flags(strategy::simple_one_for_one), {pattern});
    add(top);
    add(top);
    stop(top);
    CAF_CHECK_EQUAL(end_of(top), "shutdown");
    auto want = how == end_shutdown ? 0u : 2u;
    CAF_CHECK_EQUAL(reported(supervision_event::shutdown_error), want);
  }
}

// -- Trees and order ----------------------------------------------------------

CAF_TEST(tree) {
  auto nested = [this](const std::string& id, restart_type restart,
                       std::vector<child_spec> children) {
    return supervisor_child(
      {id, restart},
      [this, children](
        const start_context&) -> result<std::optional<supervisor_options>> {
        return std::optional{
          options(flags(strategy::one_for_one, 4), children)};
      });
  };
  auto top = start_top(flags(strategy::one_for_all, 4));
  auto sup1 = caf::actor_cast<supervisor_actor>(
    add(top, nested("supchild1", restart_type::permanent,
                    {spec("child1"), spec("child2")})));
  auto sup2 = caf::actor_cast<supervisor_actor>(
    add(top, nested("supchild2", restart_type::permanent, {})));
  add(top, nested("supchild3", restart_type::transient, {}));
  CAF_CHECK_EQUAL(order(top, terminate_child{"supchild3", {}}), "ok");
  CAF_CHECK(counts(top) == numbers({3, 2, 3, 0}));
  CAF_CHECK(counts(sup1) == numbers({2, 2, 0, 2}));
  CAF_CHECK(counts(sup2) == numbers({0, 0, 0, 0}));
  auto child2 = child_of(sup1, "child2");
  auto child3 = add(sup2, spec("child3"));
  auto child4 = add(sup2, spec("child4"));
  CAF_CHECK(counts(sup2) == numbers({2, 2, 0, 2}));
  // Only the one that dies is restarted.
  crash(child4, end_abnormal);
  CAF_CHECK(child_of(sup2, "child4") != child4);
  CAF_CHECK(child_of(sup2, "child3") == child3);
  CAF_CHECK(child_of(sup1, "child2") == child2);
  // A subtree that gives up is restarted with all siblings, also the stopped
  // one, but without children that were added later.
  book->failing_starts["child3"] = -1;
  crash(child3, end_abnormal);
  pass(10s);
  CAF_CHECK(counts(top) == numbers({3, 3, 3, 0}));
  auto new1 = caf::actor_cast<supervisor_actor>(child_of(top, "supchild1"));
  auto new2 = caf::actor_cast<supervisor_actor>(child_of(top, "supchild2"));
  CAF_CHECK(new1 != sup1);
  CAF_CHECK(states(new1) == lines({"child1 running", "child2 running"}));
  CAF_CHECK(child_of(new1, "child2") != child2);
  CAF_CHECK(states(new2).empty());
}

CAF_TEST(order_of_children) {
  auto top = start_top(
    flags(strategy::rest_for_one),
    {spec("ch7"), spec("ch3"), spec("ch10"), spec("ch2"), spec("ch5")});
  CAF_CHECK(book->starts == lines({"ch7", "ch3", "ch10", "ch2", "ch5"}));
  book->starts.clear();
  crash(child_of(top, "ch10"), end_abnormal);
  CAF_CHECK(book->ends
            == lines({"ch10 abnormal", "ch5 shutdown", "ch2 shutdown"}));
  CAF_CHECK(book->starts == lines({"ch10", "ch2", "ch5"}));
  book->ends.clear();
  stop(top);
  CAF_CHECK(book->ends
            == lines({"ch5 shutdown", "ch2 shutdown", "ch10 shutdown",
                      "ch3 shutdown", "ch7 shutdown"}));
}

CAF_TEST_FIXTURE_SCOPE_END()
