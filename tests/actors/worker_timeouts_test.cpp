#define CAF_SUITE worker_timeouts

#include "tests/actors/worker_fixture.hpp"

#include <map>
#include <memory>
#include <vector>

using namespace troupe;
using namespace std::chrono_literals;
using test::puppet;

namespace {

struct fixture : test::worker_fixture {
  static constexpr auto timeout = 500ms;

  job_header timed_header(job_id id = 1) {
    auto header = header_of(id);
    header.task_timeout_ms = static_cast<uint64_t>(timeout.count());
    return header;
  }

  /// What happens to everybody else while a function runs for that long.
  void run_for(std::chrono::milliseconds time) {
    for (; time > 0ms; time -= 100ms) {
      sched.advance_time(100ms);
      run_worker();
    }
  }

  uint32_t zombies() {
    for (const auto& x : members.take_all<zombie_report>()) {
      CAF_CHECK_EQUAL(x.incarnation_id, 11u);
      last_zombies = x.zombies;
    }
    return last_zombies;
  }

  void join_members() {
    caf::anon_send(subject, attached{lead.as(), members.as()});
    run_worker();
  }

  puppet members{sys};
  uint32_t last_zombies = 0;
};

} // namespace

CAF_TEST_FIXTURE_SCOPE(worker_timeouts_tests, fixture)

CAF_TEST(only_the_attempt_that_runs_too_long_fails) {
  start();
  during = [&](int64_t x) {
    if (x == 1)
      run_for(700ms);
  };
  tell(work({timed_header()}, {lease(1, 0, 4)}));
  CAF_CHECK(ran == std::vector<int64_t>({0, 1, 2, 3}));
  index_range covered{0, 0};
  std::vector<failed_task> failed;
  for (const auto& x : made()) {
    CAF_CHECK_EQUAL(x.range.begin, covered.end);
    covered.end = x.range.end;
    for (const auto& task : x.failed)
      failed.push_back(task);
  }
  CAF_CHECK_EQUAL(covered.end, 4u);
  CAF_REQUIRE_EQUAL(failed.size(), 1u);
  CAF_CHECK_EQUAL(failed[0].index, 1u);
  CAF_CHECK(failed[0].code == errc::timed_out);
  CAF_CHECK(test::contains(failed[0].text, "500 ms"));
  CAF_CHECK_EQUAL(failed[0].duration_us, 500'000u);
}

CAF_TEST(the_news_of_a_timeout_does_not_wait_for_the_function) {
  start();
  std::vector<slice> early;
  during = [&](int64_t) {
    run_for(600ms);
    early = made();
  };
  tell(work({timed_header()}, {lease(1, 0, 1)}));
  CAF_REQUIRE_EQUAL(early.size(), 1u);
  CAF_CHECK_EQUAL(early[0].failed.size(), 1u);
  CAF_CHECK(made().empty()); // What it returned later is dropped.
}

CAF_TEST(short_attempts_do_not_time_out_however_many_they_are) {
  start();
  during = [&](int64_t) { run_for(400ms); };
  tell(work({timed_header()}, {lease(1, 0, 5)}));
  size_t failed = 0;
  for (const auto& x : made())
    failed += x.failed.size();
  CAF_CHECK_EQUAL(failed, 0u);
  CAF_CHECK_EQUAL(ran.size(), 5u);
}

CAF_TEST(a_function_is_asked_to_stop_when_its_time_is_over) {
  std::vector<bool> asked;
  auto known = std::make_shared<function_registry>();
  CAF_REQUIRE(known
                ->add("echo",
                      [&](const task_context& context, int64_t x) {
                        if (x == 0)
                          run_for(600ms);
                        asked.push_back(context.stop_requested());
                        return x;
                      })
                .has_value());
  functions = known;
  start();
  tell(work({timed_header()}, {lease(1, 0, 2)}));
  CAF_CHECK(asked == std::vector<bool>({true, false}));
}

CAF_TEST(a_runner_that_does_not_come_back_is_replaced) {
  start();
  join_members();
  uint32_t meanwhile = 0;
  during = [&](int64_t x) {
    if (x != 1)
      return;
    run_for(timeout + limits::stop_grace + limits::child_kill_grace + 200ms);
    meanwhile = zombies();
  };
  tell(work({timed_header()}, {lease(1, 0, 4)}));
  CAF_CHECK_EQUAL(meanwhile, 1u);
  CAF_CHECK(ran == std::vector<int64_t>({0, 1, 2, 3}));
  std::map<uint32_t, slice> by_seq; // Some were sent again meanwhile.
  for (const auto& x : made())
    by_seq.emplace(x.seq, x);
  index_range covered{0, 0};
  uint32_t next = 0;
  size_t failed = 0;
  for (const auto& [seq, x] : by_seq) {
    CAF_CHECK_EQUAL(x.range.begin, covered.end);
    CAF_CHECK_EQUAL(seq, next++);
    covered.end = x.range.end;
    failed += x.failed.size();
  }
  CAF_CHECK_EQUAL(covered.end, 4u);
  CAF_CHECK_EQUAL(failed, 1u);
  CAF_MESSAGE("it returned in the end, so it is a zombie no more");
  sched.run();
  CAF_CHECK_EQUAL(zombies(), 0u);
}

CAF_TEST(a_cancelled_function_that_ignores_it_frees_its_slot) {
  start();
  join_members();
  during = [&](int64_t x) {
    if (x != 0)
      return;
    lead.send(subject, trim_leases{{{{1, 1}, 0, true}}});
    run_worker();
    run_for(limits::stop_grace + limits::child_kill_grace + 200ms);
    CAF_CHECK_EQUAL(zombies(), 1u);
  };
  tell(work({header_of(1)}, {lease(1, 0, 4), lease(2, 4, 5)}));
  CAF_CHECK(ran == std::vector<int64_t>({0, 4}));
  auto sent = made();
  CAF_REQUIRE_EQUAL(sent.size(), 1u);
  CAF_CHECK(sent[0].lease == (lease_id{1, 2}));
}

CAF_TEST(the_description_of_a_worker_counts_its_zombies) {
  start();
  uint32_t described_zombies = 99;
  during = [&](int64_t x) {
    if (x != 0)
      return;
    run_for(timeout + limits::stop_grace + limits::child_kill_grace + 200ms);
    described_zombies = described().zombies;
  };
  tell(work({timed_header()}, {lease(1, 0, 1)}));
  CAF_CHECK_EQUAL(described_zombies, 1u);
}

CAF_TEST_FIXTURE_SCOPE_END()
