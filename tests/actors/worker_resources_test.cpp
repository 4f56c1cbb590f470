#define CAF_SUITE worker_resources

#include "tests/actors/worker_fixture.hpp"

#include <algorithm>
#include <chrono>
#include <vector>

using namespace troupe;
using namespace std::chrono_literals;

namespace {

constexpr auto one = resource_unit;
const resource_set a_gpu{one, 0, {{"gpu", one}}};
const resource_set half_a_gpu{one, 0, {{"gpu", one / 2}}};

struct fixture : test::worker_fixture {
  fixture() {
    offers = {0, limits::gib, {{"gpu", one}}};
    during = [this](int64_t x) {
      most = std::max(most, ++running);
      if (running == 1 && meanwhile)
        meanwhile(x);
      --running;
    };
    meanwhile = [this](int64_t) { sched.run(); };
  }

  job_header header_with(job_id id, resource_set needs) {
    auto header = header_of(id);
    header.needs = std::move(needs);
    return header;
  }

  /// What happens to everybody else while a function runs for that long.
  void run_for(std::chrono::milliseconds time) {
    for (; time > 0ms; time -= 100ms) {
      sched.advance_time(100ms);
      run_worker();
    }
  }

  heartbeat measured() {
    test::puppet uplink{sys};
    heartbeat result;
    auto pending = uplink.ask(subject, measure_worker{});
    run_worker();
    pending.receive([&](const heartbeat& x) { result = x; },
                    [](const caf::error&) { CAF_FAIL("no heartbeat"); });
    return result;
  }

  size_t running = 0;                     ///< Functions, at this moment.
  size_t most = 0;                        ///< At any moment.
  std::function<void(int64_t)> meanwhile; ///< While the only one runs.
};

} // namespace

CAF_TEST_FIXTURE_SCOPE(worker_resources_tests, fixture)

CAF_TEST(says_what_it_offers_when_it_joins) {
  start(2);
  CAF_CHECK(described().offers == offers);
}

CAF_TEST(runs_no_more_at_a_time_than_it_offers) {
  struct row {
    const char* what;
    resource_set needs;
    size_t most;
  };
  const row rows[] = {
    {"one slot each", {}, 4},
    {"the only gpu", a_gpu, 1},
    {"half of it", half_a_gpu, 2},
    {"half of the cpus", {2 * one, 0, {}}, 2},
    {"more than half of the memory", {one, limits::gib / 2 + 1, {}}, 1},
    {"half a cpu, but there are only four slots", {one / 2, 0, {}}, 4},
  };
  for (const auto& [what, needs, want] : rows) {
    CAF_MESSAGE(what);
    most = 0;
    ran.clear();
    // Each function in turn lets the rest of the world go on.
    during = [this](int64_t) {
      most = std::max(most, ++running);
      sched.run();
      --running;
    };
    start(4);
    tell(work({header_with(1, needs)},
              {lease(1, 0, 1), lease(2, 1, 2), lease(3, 2, 3), lease(4, 3, 4),
               lease(5, 4, 5)}));
    CAF_CHECK_EQUAL(most, want);
    CAF_CHECK_EQUAL(ran.size(), 5u); // All of them in the end.
    made();
    end(runners);
    end(subject);
  }
}

CAF_TEST(one_that_must_wait_holds_up_those_behind_it) {
  start(2);
  std::vector<int64_t> ran_meanwhile;
  uint32_t queued = 0;
  meanwhile = [&](int64_t x) {
    sched.run();
    if (x != 0)
      return;
    ran_meanwhile = ran;
    queued = measured().queued;
  };
  tell(work({header_with(1, a_gpu), header_with(2, {})},
            {lease(1, 0, 1), lease(2, 1, 2), lease(3, 2, 3, 2)}));
  CAF_CHECK(ran_meanwhile == std::vector<int64_t>({0}));
  CAF_CHECK_EQUAL(queued, 2u);
  CAF_CHECK(ran == std::vector<int64_t>({0, 1, 2}));
}

CAF_TEST(those_behind_it_run_when_it_is_taken_back) {
  start(2);
  std::vector<int64_t> ran_meanwhile;
  meanwhile = [&](int64_t x) {
    if (x != 0)
      return;
    lead.send(subject, trim_leases{{{{1, 2}, 0, true}}});
    sched.run();
    ran_meanwhile = ran;
  };
  tell(work({header_with(1, a_gpu), header_with(2, {})},
            {lease(1, 0, 1), lease(2, 1, 2), lease(3, 2, 3, 2)}));
  CAF_CHECK(ran_meanwhile == std::vector<int64_t>({0, 2}));
  CAF_CHECK(ran == std::vector<int64_t>({0, 2}));
}

CAF_TEST(a_lease_that_can_never_run_is_handed_back) {
  start(2);
  tell(work({header_with(1, {one, 0, {{"gpu", one + 1}}}), header_with(2, {})},
            {lease(1, 5, 9), lease(2, 2, 3, 2)}));
  CAF_CHECK(ran == std::vector<int64_t>({2}));
  auto back = handed_back();
  CAF_REQUIRE_EQUAL(back.size(), 1u);
  CAF_CHECK(back[0].lease == (lease_id{1, 1}));
  CAF_CHECK_EQUAL(back[0].end, 5u); // All of it.
  CAF_CHECK(log->contains("needs too much"));
}

CAF_TEST(a_revoked_lease_has_its_part_until_it_returns) {
  start(2);
  std::vector<int64_t> ran_meanwhile;
  meanwhile = [&](int64_t x) {
    if (x != 0)
      return;
    lead.send(subject, trim_leases{{{{1, 1}, 0, true}}});
    sched.run();
    ran_meanwhile = ran;
  };
  tell(work({header_with(1, a_gpu)}, {lease(1, 0, 1), lease(2, 1, 2)}));
  CAF_CHECK(ran_meanwhile == std::vector<int64_t>({0}));
  CAF_CHECK(ran == std::vector<int64_t>({0, 1}));
}

CAF_TEST(a_thread_that_was_given_up_has_nothing_of_the_offer) {
  start(1);
  std::vector<int64_t> ran_meanwhile;
  meanwhile = [&](int64_t x) {
    if (x != 0)
      return;
    lead.send(subject, trim_leases{{{{1, 1}, 0, true}}});
    run_worker();
    run_for(limits::stop_grace + limits::child_kill_grace + 200ms);
    sched.run();
    ran_meanwhile = ran;
  };
  tell(work({header_with(1, a_gpu)}, {lease(1, 0, 1), lease(2, 1, 2)}));
  CAF_CHECK(ran_meanwhile == std::vector<int64_t>({0, 1}));
}

CAF_TEST_FIXTURE_SCOPE_END()
