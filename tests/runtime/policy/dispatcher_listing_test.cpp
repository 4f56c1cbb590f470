#define CAF_SUITE dispatcher_listing

#include "tests/runtime/policy/dispatcher_stage.hpp"

#include <caf/test/unit_test.hpp>

#include <chrono>
#include <string>

using namespace std::chrono_literals;
using namespace troupe;
using troupe::test::dispatcher_stage;

namespace {

uint32_t bit(task_state state) {
  return uint32_t{1} << static_cast<uint32_t>(state);
}

dispatcher::task_filter all(task_index from = 0, uint32_t most = 100) {
  return {0, 0, from, most};
}

/// Renders groups as `state[begin, end)attempt@node`, `!` if running.
std::string brief(const task_listing& what) {
  std::string text;
  for (const auto& x : what.items) {
    text += (text.empty() ? "" : " ")
            + std::string{to_string(x.state)}.substr(0, 1) + to_string(x.range)
            + std::to_string(x.attempt);
    if (!x.node.empty())
      text += "@" + x.node;
    if (x.running)
      text += "!";
  }
  return text + (what.more ? " ..." + std::to_string(what.next) : "");
}

struct fixture : dispatcher_stage {
  std::string tasks(job_id job = 1) {
    return brief(core.list(job, all(), now));
  }
};

} // namespace

CAF_TEST_FIXTURE_SCOPE(dispatcher_listing_tests, fixture)

CAF_TEST(each_state_is_a_group) {
  teach("f", 50ms);
  add_worker(1);
  add_range_job(1, 6, "f", {1s, 1s, 2});
  CAF_CHECK_EQUAL(tasks(), "r[0, 6)1");
  auto held = dispatch().at(0);
  CAF_CHECK_EQUAL(tasks(), "l[0, 1)1@node1! r[1, 6)1");
  accept(whole(held, {0}));
  accept(whole(dispatch().at(0)));
  CAF_CHECK_EQUAL(tasks(), "b[0, 1)2 s[1, 2)0 r[2, 6)1");
  auto backoff = core.list(1, all(0, 1), now);
  CAF_CHECK(backoff.items[0].retry_in_us <= 1'000'000);
  CAF_CHECK(backoff.items[0].retry_in_us > 0);
  CAF_CHECK_EQUAL(brief(backoff), "b[0, 1)2 ...1");
  now += 1s;
  accept(whole(dispatch().at(0), {0}));
  CAF_CHECK_EQUAL(tasks(), "d[0, 1)0 s[1, 2)0 r[2, 6)1");
}

CAF_TEST(a_lease_is_told_in_its_parts) {
  teach("f", 1ms);
  add_worker(1);
  add_range_job(1, 1000);
  auto held = dispatch().at(0);
  CAF_REQUIRE(held.range.size() > 5);
  auto end = std::to_string(held.range.end);
  auto next = held.range;
  next.end = 3;
  auto first = part(held, 0, next);
  (void)core.begin_accept(first, now); // Being recorded.
  auto found = core.list(1, all(0, 3), now);
  CAF_CHECK_EQUAL(brief(found), "l[0, 3)1@node1 l[3, 4)1@node1! l[4, " + end
                                  + ")1@node1 ..." + end);
  core.end_accept(first, now);
  CAF_CHECK_EQUAL(brief(core.list(1, all(0, 2), now)),
                  "s[0, 3)0 l[3, 4)1@node1! ...4");
  CAF_CHECK(found.items[1].lease == held.lease);
}

CAF_TEST(leases_are_filtered_by_their_age) {
  teach("f", 50ms);
  add_worker(1);
  add_range_job(1, 10);
  auto first = dispatch();
  CAF_REQUIRE_EQUAL(first.size(), 1u);
  now += 30s;
  add_worker(2);
  CAF_CHECK_EQUAL(dispatch().size(), 1u);
  now += 1s;
  dispatcher::task_filter old{bit(task_state::leased), 30'000'000, 0, 100};
  auto found = core.list(1, old, now);
  CAF_CHECK_EQUAL(brief(found), "l[0, 1)1@node1!");
  CAF_CHECK_EQUAL(found.items.at(0).age_us, 31'000'000u);
  old.older_us = 31'000'001;
  CAF_CHECK_EQUAL(brief(core.list(1, old, now)), "");
  // The age counts from the grant, not from the last slice.
  old.older_us = 1;
  CAF_CHECK_EQUAL(core.list(1, old, now).items.size(), 2u);
}

CAF_TEST(a_listing_goes_on_where_the_last_one_ended) {
  teach("f", 50ms);
  for (worker_id id = 1; id <= 9; ++id)
    add_worker(id);
  add_range_job(1, 100);
  auto leases = dispatch();
  for (size_t i = 0; i < leases.size(); i += 2)
    accept(whole(leases[i]));
  auto whole_list = tasks();
  for (uint32_t most : {1u, 2u, 7u}) {
    std::string text;
    dispatcher::task_filter which = all(0, most);
    for (;;) {
      auto page = core.list(1, which, now);
      CAF_CHECK(page.items.size() <= most);
      auto more = page.more;
      which.from = page.next;
      page.more = false;
      text += (text.empty() ? "" : " ") + brief(page);
      if (!more)
        break;
    }
    CAF_CHECK_EQUAL(text, whole_list);
  }
  CAF_CHECK_EQUAL(brief(core.list(1, all(100), now)), "");
  CAF_CHECK_EQUAL(brief(core.list(1, all(UINT64_MAX), now)), "");
}

CAF_TEST(a_job_of_a_thousand_million_tasks_is_listed_at_once) {
  teach("f", 1ms);
  add_worker(1, 4);
  add_range_job(1, 1'000'000'000);
  CAF_CHECK(!dispatch().empty());
  auto found = core.list(1, {bit(task_state::ready), 0, 0, 100}, now);
  CAF_REQUIRE_EQUAL(found.items.size(), 1u);
  CAF_CHECK_EQUAL(found.items[0].range.end, 1'000'000'000u);
  CAF_CHECK(!found.more);
}

CAF_TEST(a_question_costs_a_limited_time) {
  teach("f", 50ms);
  add_worker(1, 1);
  add_range_job(1, 50'000, "f", {1h, 1h, 9});
  // Every second task fails: many small groups.
  for (auto leases = dispatch(); !leases.empty(); leases = dispatch())
    for (const auto& held : leases) {
      std::vector<task_index> failed;
      for (auto i = held.range.begin; i < held.range.end; ++i)
        if (i % 2 == 0)
          failed.push_back(i);
      accept(whole(held, failed));
    }
  auto found = core.list(1, {bit(task_state::dead), 0, 0, 100}, now);
  CAF_CHECK(found.items.empty());
  CAF_CHECK(found.more);
  CAF_CHECK(found.next > 1000);
  CAF_CHECK(found.next < 50'000);
  found = core.list(1, {bit(task_state::backoff), 0, 0, 512}, now);
  CAF_CHECK_EQUAL(found.items.size(), 512u);
}

CAF_TEST(what_ended_before_a_job_was_resumed_has_succeeded_or_is_left_open) {
  auto resume = [&](job_id id, uint64_t dead, uint64_t cancelled = 0) {
    dispatcher::resumption what;
    what.tasks = 10;
    what.ready = {{4, 6}};
    what.succeeded = 8 - dead - cancelled;
    what.dead = dead;
    core.resume_job({id, "f", false, 10, {}}, what, now);
  };
  resume(1, 0);
  CAF_CHECK_EQUAL(tasks(1), "s[0, 4)0 r[4, 6)1 s[6, 10)0");
  resume(2, 1);
  CAF_CHECK_EQUAL(tasks(2), "c[0, 4)0 r[4, 6)1 c[6, 10)0");
  auto dead = core.list(2, {bit(task_state::dead), 0, 0, 100}, now);
  CAF_CHECK_EQUAL(brief(dead), "c[0, 4)0 c[6, 10)0");
  auto succeeded = core.list(1, {bit(task_state::dead), 0, 0, 100}, now);
  CAF_CHECK_EQUAL(brief(succeeded), "");
  resume(3, 0, 7); // It had failed early.
  CAF_CHECK_EQUAL(tasks(3), "c[0, 4)0 r[4, 6)1 c[6, 10)0");
}

CAF_TEST(a_task_of_a_revoked_lease_is_being_recorded) {
  teach("f", 50ms);
  add_worker(1);
  add_range_job(1, 2);
  auto held = dispatch().at(0);
  (void)core.begin_accept(whole(held), now);
  core.revoke(held.lease);
  CAF_CHECK_EQUAL(tasks(), "l[0, 1)0 r[1, 2)1");
  auto why = core.explain(1, 0, now);
  CAF_CHECK(why.state == task_state::leased);
  CAF_CHECK_EQUAL(why.why, "its result has arrived and is being recorded");
  core.end_accept(whole(held), now);
  CAF_CHECK_EQUAL(tasks(), "s[0, 1)0 r[1, 2)1");
}

CAF_TEST(each_node_has_its_share) {
  teach("f", 50ms);
  add_worker(1);
  add_worker(2);
  add_range_job(1, 10, "f", {1s, 1s, 9});
  CAF_CHECK(core.shares(1).empty());
  auto leases = dispatch();
  CAF_REQUIRE_EQUAL(leases.size(), 2u);
  accept(whole(leases[0], {leases[0].range.begin}));
  auto found = core.shares(1);
  CAF_REQUIRE_EQUAL(found.size(), 2u);
  const auto& done = found[leases[0].worker == 1 ? 0 : 1];
  const auto& busy = found[leases[0].worker == 1 ? 1 : 0];
  CAF_CHECK_EQUAL(done.failed, 1u);
  CAF_CHECK_EQUAL(done.leased, 0u);
  CAF_CHECK_EQUAL(done.busy_us, 1u);
  CAF_CHECK_EQUAL(busy.leased, 1u);
  CAF_CHECK_EQUAL(busy.succeeded, 0u);
  // A node that left is still told.
  (void)core.remove_worker(leases[0].worker, now);
  CAF_CHECK_EQUAL(core.shares(1).size(), 2u);
}

CAF_TEST(the_load_says_what_there_is_to_do) {
  teach("f", 50ms);
  auto before = core.load(now);
  CAF_CHECK_EQUAL(before.jobs, 0u);
  CAF_CHECK_EQUAL(before.accepted, 1u); // By which it was taught.
  add_range_job(1, 10, "f", {1h, 1h, 9});
  now += 5s;
  add_worker(1);
  auto held = dispatch().at(0);
  auto load = core.load(now);
  CAF_CHECK_EQUAL(load.jobs, 1u);
  CAF_CHECK_EQUAL(load.ready, 9u);
  CAF_CHECK_EQUAL(load.leased, 1u);
  CAF_CHECK_EQUAL(load.oldest_ready_us, 0u); // It was just served.
  now += 2s;
  CAF_CHECK_EQUAL(core.load(now).oldest_ready_us, 2'000'000u);
  accept(whole(held, {0}));
  load = core.load(now);
  CAF_CHECK_EQUAL(load.backoff, 1u);
  CAF_CHECK_EQUAL(load.leased, 0u);
  CAF_CHECK_EQUAL(load.failed, 1u);
  CAF_CHECK(load.failed_per_s > 0);
  CAF_CHECK(load.run_ns_p50 > 900 && load.run_ns_p50 < 1100);
  CAF_REQUIRE_EQUAL(load.failures.size(), 1u);
  CAF_CHECK_EQUAL(load.failures[0].job, 1u);
  CAF_CHECK_EQUAL(load.failures[0].node, "node1");
  CAF_CHECK_EQUAL(load.failures[0].text, "no luck");
  auto news = core.take_failure_news(now);
  CAF_REQUIRE_EQUAL(news.size(), 1u);
  CAF_CHECK(!news[0].dead);
}

CAF_TEST(a_task_that_is_given_up_is_news) {
  teach("f", 50ms);
  add_worker(1);
  add_range_job(1, 1, "f", {1s, 1s, 1});
  accept(whole(dispatch().at(0), {0}));
  auto news = core.take_failure_news(now);
  CAF_REQUIRE_EQUAL(news.size(), 1u);
  CAF_CHECK(news[0].dead);
  CAF_CHECK_EQUAL(news[0].node, "node1");
}

CAF_TEST_FIXTURE_SCOPE_END()
