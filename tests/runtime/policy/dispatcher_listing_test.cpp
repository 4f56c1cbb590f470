#define CAF_SUITE dispatcher_listing

#include "tests/runtime/policy/dispatcher_stage.hpp"

#include <caf/test/unit_test.hpp>

using namespace troupe;
using namespace std::chrono_literals;

namespace {

struct fixture : test::dispatcher_stage {
  task_listing list(job_id job, dispatcher::task_filter filter = {}) {
    if (filter.most == 1)
      filter.most = 100;
    return core.list(job, filter, now);
  }

  static uint32_t only(task_state state) {
    return uint32_t{1} << static_cast<unsigned>(state);
  }

  static std::string text(const task_listing& what) {
    std::string out;
    for (const auto& x : what.items)
      out += std::to_string(x.range.begin) + "-" + std::to_string(x.range.end)
             + " " + std::string{to_string(x.state)} + (x.running ? "* " : " ");
    return out;
  }

  fixture() {
    now = time_point{1000s};
  }
};

} // namespace

CAF_TEST_FIXTURE_SCOPE(dispatcher_listing_tests, fixture)

CAF_TEST(a_huge_job_that_waits_is_one_group) {
  add_range_job(1, 1'000'000'000);
  auto found = list(1);
  CAF_CHECK_EQUAL(text(found), "0-1000000000 ready ");
  CAF_CHECK(!found.more);
  CAF_CHECK_EQUAL(found.items.at(0).attempt, 1u);
}

CAF_TEST(a_lease_shows_the_task_that_it_is_at) {
  teach("f", 1ms);
  add_worker(1);
  add_range_job(1, 100);
  auto leases = dispatch();
  CAF_REQUIRE(!leases.empty());
  auto size = leases[0].range.size();
  CAF_REQUIRE(size > 3);
  now += 5s;
  accept(part(leases[0], 0, {0, 2}));
  auto found = list(1);
  CAF_REQUIRE(found.items.size() >= 3);
  CAF_CHECK_EQUAL(text(found).substr(0, 30),
                  "0-2 succeeded 2-3 leased* 3-" + std::to_string(size)
                    + std::string(size < 10 ? " " : ""));
  const auto& running = found.items[1];
  CAF_CHECK(running.running);
  CAF_CHECK_EQUAL(running.node, "node1");
  CAF_CHECK_EQUAL(running.age_us, 5'000'000u);
  CAF_CHECK(running.lease == leases[0].lease);
}

CAF_TEST(filters_by_state_and_age) {
  teach("f", 10s);
  add_worker(1);
  add_range_job(1, 10);
  auto leases = dispatch();
  CAF_REQUIRE_EQUAL(leases.size(), 1u);
  auto ready = list(1, {only(task_state::ready), {}, 0, 100});
  CAF_CHECK_EQUAL(text(ready), "1-10 ready ");
  now += 29s;
  dispatcher::task_filter old{only(task_state::leased), 30s, 0, 100};
  CAF_CHECK(list(1, old).items.empty());
  now += 1s;
  CAF_CHECK_EQUAL(text(list(1, old)), "0-1 leased* ");
}

CAF_TEST(a_failed_task_says_when_it_is_tried_again) {
  add_worker(1);
  retry_policy retry;
  retry.max_attempts = 2;
  retry.backoff_base = 10s;
  add_range_job(1, 1, "f", retry);
  accept(whole(dispatch().at(0), {0}));
  auto found = list(1);
  CAF_CHECK_EQUAL(text(found), "0-1 backoff ");
  CAF_CHECK_EQUAL(found.items.at(0).attempt, 2u);
  CAF_CHECK(found.items.at(0).retry_in_us <= 10'000'000);
  now += 10s;
  accept(whole(dispatch().at(0), {0}));
  CAF_CHECK_EQUAL(text(list(1)), "0-1 dead ");
}

CAF_TEST(pages_join_without_a_gap) {
  add_worker(1, 4);
  add_chunk_job(1);
  for (task_index i = 0; i < 20; ++i)
    add_inputs(1, {i, i + 1}, i == 19);
  std::string all = text(list(1));
  for (size_t most = 1; most < 6; ++most) {
    std::string joined;
    dispatcher::task_filter filter{0, {}, 0, most};
    for (int pages = 0; pages < 100; ++pages) {
      auto page = core.list(1, filter, now);
      CAF_CHECK(page.items.size() <= most);
      joined += text(page);
      if (!page.more)
        break;
      CAF_CHECK(page.next > filter.from);
      filter.from = page.next;
    }
    CAF_CHECK_EQUAL(joined, all);
  }
}

CAF_TEST(shares_are_counted_by_node) {
  add_worker(1);
  add_worker(2);
  add_range_job(1, 100);
  auto leases = dispatch();
  CAF_REQUIRE_EQUAL(leases.size(), 2u);
  accept(whole(leases[0], {leases[0].range.begin}));
  auto found = core.shares(1);
  CAF_REQUIRE_EQUAL(found.size(), 2u);
  uint64_t failed = 0;
  uint64_t leased = 0;
  for (const auto& x : found) {
    failed += x.failed;
    leased += x.leased;
    CAF_CHECK(x.node == "node1" || x.node == "node2");
  }
  CAF_CHECK_EQUAL(failed, 1u);
  CAF_CHECK_EQUAL(leased, leases[1].range.size());
  core.remove_worker(1, now); // What it did stays its own.
  CAF_CHECK_EQUAL(core.shares(1).size(), 2u);
}

CAF_TEST(the_load_counts_all_jobs) {
  add_worker(1);
  add_range_job(1, 10);
  add_range_job(2, 5);
  now += 3s;
  auto leases = dispatch();
  CAF_REQUIRE(!leases.empty());
  auto before = core.load(now);
  CAF_CHECK_EQUAL(before.jobs, 2u);
  CAF_CHECK_EQUAL(before.leased + before.ready, 15u);
  CAF_CHECK_EQUAL(before.accepted, 0u);
  accept(whole(leases[0]));
  auto after = core.load(now);
  CAF_CHECK_EQUAL(after.accepted, leases[0].range.size());
  CAF_CHECK(after.accepted_per_s > 0);
  CAF_CHECK(after.run_ns_p50 >= 1000);
}

CAF_TEST(failures_are_told_once) {
  add_worker(1);
  retry_policy once;
  once.max_attempts = 1;
  add_range_job(1, 1, "f", once);
  accept(whole(dispatch().at(0), {0}));
  auto told = core.take_failures();
  CAF_REQUIRE_EQUAL(told.size(), 1u);
  CAF_CHECK_EQUAL(told[0].node, "node1");
  CAF_CHECK_EQUAL(told[0].what.text, "no luck");
  CAF_CHECK(told[0].dead);
  CAF_CHECK(core.take_failures().empty());
  CAF_REQUIRE_EQUAL(core.load(now).failures.size(), 1u);
}

CAF_TEST_FIXTURE_SCOPE_END()
