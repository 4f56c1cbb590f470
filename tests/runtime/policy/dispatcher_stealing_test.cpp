#define CAF_SUITE dispatcher_stealing

#include "tests/runtime/policy/dispatcher_stage.hpp"

#include <caf/test/unit_test.hpp>

#include <chrono>
#include <string>
#include <vector>

using namespace std::chrono_literals;
using namespace troupe;
using troupe::test::dispatcher_stage;

namespace {

/// One worker has fifteen tasks that take 1 ms each, and nothing is
/// left for those that come later.
struct stage : dispatcher_stage {
  explicit stage(const char* placement = "adaptive", uint32_t slots = 1) {
    teach("f", 1ms);
    add_worker(1, slots);
    dispatcher::job_terms terms;
    terms.id = 1;
    terms.function = "f";
    terms.payload = false;
    terms.tasks = 15;
    terms.placement = find_placement(placement);
    core.add_job(terms);
    while (core.ready_tasks() > 0) {
      auto more = dispatch();
      held.insert(held.end(), more.begin(), more.end());
      if (more.empty())
        CAF_FAIL("it does not take them all");
    }
  }

  std::vector<dispatcher::shortened_lease> idle_worker_comes() {
    add_worker(2);
    now += 10ms;
    CAF_CHECK(dispatch().empty());
    return core.take_steals();
  }

  grant_list held;
};

uint64_t tasks_in(const stage& of,
                  const std::vector<dispatcher::shortened_lease>& asked) {
  uint64_t result = 0;
  for (const auto& x : asked)
    result += of.core.leases().find(x.lease)->range.end - x.end;
  return result;
}

} // namespace

CAF_TEST(an_idle_worker_takes_over_half_of_what_was_not_begun) {
  stage at;
  auto asked = at.idle_worker_comes();
  CAF_REQUIRE(!asked.empty());
  CAF_CHECK_EQUAL(tasks_in(at, asked), 7u); // Of 14.
  // The last ones: they would be run last.
  CAF_CHECK(asked[0].lease == at.held.back().lease);
  for (const auto& x : asked)
    at.core.trimmed(1, x.lease, x.end);
  auto got = at.dispatch();
  CAF_REQUIRE(!got.empty());
  for (const auto& x : got)
    CAF_CHECK_EQUAL(x.worker, 2u);
}

CAF_TEST(policies_that_do_not_steal_let_it_idle) {
  for (auto [name, steals] : {std::pair{"adaptive", true},
                              {"work_stealing", true},
                              {"locality", true},
                              {"least_loaded", false},
                              {"round_robin", false}}) {
    CAF_MESSAGE(name);
    stage at{name};
    CAF_CHECK_EQUAL(at.idle_worker_comes().empty(), !steals);
  }
}

CAF_TEST(a_worker_is_asked_once_until_it_answers) {
  stage at;
  CAF_CHECK(!at.idle_worker_comes().empty());
  at.add_worker(3, 8); // There are more slots that idle than questions.
  at.now += 100ms;
  at.dispatch();
  CAF_CHECK(at.core.take_steals().empty());
  at.now += 1s; // It never answered: the question is lost.
  at.dispatch();
  CAF_CHECK(!at.core.take_steals().empty());
}

CAF_TEST(a_running_task_stays_where_it_is) {
  stage at{"adaptive", 2}; // Two slots run two leases.
  for (int round = 0; round < 10; ++round) {
    at.now += 2s;
    if (round == 0)
      at.add_worker(2, 4);
    at.dispatch();
    for (const auto& x : at.core.take_steals()) {
      if (x.lease == at.held[0].lease || x.lease == at.held[1].lease)
        CAF_CHECK_GREATER(x.end, at.core.leases().find(x.lease)->range.begin);
      at.core.trimmed(1, x.lease, x.end);
    }
    for (const auto& x : at.dispatch())
      at.accept(at.whole(x));
  }
  CAF_CHECK_EQUAL(at.core.load_of(1)->leases, 2u);
  CAF_CHECK_EQUAL(at.core.load_of(1)->tasks, 2u);
}

CAF_TEST(what_is_over_in_no_time_is_not_stolen) {
  dispatcher_stage at;
  at.teach("f", 1us);
  at.add_worker(1);
  at.add_range_job(1, 20);
  while (at.core.ready_tasks() > 0)
    at.dispatch();
  at.add_worker(2);
  at.now += 10us;
  at.dispatch();
  CAF_CHECK(at.core.take_steals().empty());
  // They are not over, so one of them is longer than they seemed.
  CAF_REQUIRE(at.core.next_due().has_value());
  at.now = *at.core.next_due() + 1ms;
  at.dispatch();
  CAF_CHECK(!at.core.take_steals().empty());
}

CAF_TEST(whoever_cannot_run_it_steals_nothing) {
  struct row {
    const char* what;
    void (*change)(stage&);
  };
  const row rows[] = {
    {"it does not offer the function",
     [](stage& at) {
       at.core.add_worker({2, "b", 1, 100, 100, {"g"}});
     }},
    {"it is cordoned",
     [](stage& at) {
       at.add_worker(2);
       at.core.cordon(2, true);
     }},
    {"it is silent",
     [](stage& at) {
       at.add_worker(2);
       at.core.suspend(2, true);
     }},
    {"it has no credit",
     [](stage& at) {
       at.core.add_worker({2, "b", 1, 0, 100, {"f"}});
     }},
    {"the job is paused",
     [](stage& at) {
       at.add_worker(2);
       at.core.pause(1, true);
     }},
    {"the one that has it is silent",
     [](stage& at) {
       at.add_worker(2);
       at.core.suspend(1, true);
     }},
  };
  for (const auto& [what, change] : rows) {
    CAF_MESSAGE(what);
    stage at;
    change(at);
    at.now += 10ms;
    at.dispatch();
    CAF_CHECK(at.core.take_steals().empty());
  }
}

CAF_TEST(a_late_job_does_not_wait_behind_what_was_misjudged) {
  stage at;
  at.add_range_job(2, 1);
  at.dispatch();
  at.now += 99ms;
  at.dispatch();
  CAF_MESSAGE("so far the first task may be an exception");
  CAF_CHECK(at.core.take_steals().empty());
  CAF_REQUIRE(at.core.next_due().has_value());
  at.now = *at.core.next_due();
  at.dispatch();
  auto asked = at.core.take_steals();
  CAF_REQUIRE(!asked.empty());
  CAF_CHECK(asked.front().lease == at.held.front().lease);
  CAF_CHECK_EQUAL(tasks_in(at, asked), 14u); // All but what runs.
  for (const auto& x : asked)
    at.core.trimmed(1, x.lease, x.end);
  at.dispatch();
  auto leases = at.core.leases().of_worker(1);
  CAF_REQUIRE(leases.size() > 1);
  CAF_CHECK_EQUAL(at.core.leases().find(leases[1])->job, 2u);
  CAF_MESSAGE("the rest stands behind it and stays there");
  CAF_CHECK_EQUAL(at.core.ready_tasks(), 0u);
  at.now += 10s;
  at.dispatch();
  CAF_CHECK(at.core.take_steals().empty());
}

CAF_TEST(what_nobody_has_room_for_is_waited_for_once) {
  stage at{"adaptive", 2};
  dispatcher::job_terms terms;
  terms.id = 2;
  terms.function = "f";
  terms.payload = false;
  terms.tasks = 1;
  terms.needs.cpus = 2 * resource_unit; // All that it has.
  at.core.add_job(terms);
  size_t asked = 0;
  for (int round = 0; round < 20; ++round) {
    at.now += 1s;
    at.dispatch();
    for (const auto& x : at.core.take_steals()) {
      ++asked;
      at.core.trimmed(1, x.lease, x.end);
    }
  }
  CAF_CHECK(asked <= at.held.size());
}

CAF_TEST(what_is_overdue_stays_where_nobody_waits) {
  stage alone;
  stage elsewhere;
  dispatcher::job_terms terms;
  terms.id = 2;
  terms.function = "g";
  terms.payload = false;
  terms.tasks = 1;
  elsewhere.core.add_job(terms);
  for (auto* at : {&alone, &elsewhere}) {
    at->now += 1s;
    at->dispatch();
    CAF_CHECK(at->core.take_steals().empty());
  }
}
