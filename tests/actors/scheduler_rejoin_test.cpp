#define CAF_SUITE scheduler_rejoin

#include "tests/actors/scheduler_fixture.hpp"

#include <algorithm>
#include <string>
#include <vector>

using namespace troupe;
using namespace std::chrono_literals;
using test::packed_of;
using test::puppet;

namespace {

constexpr uint64_t next_term = test::scheduler_term + 3;

struct fixture : test::scheduler_fixture {
  /// A worker joins, or joins again, and holds this; it gives its credit when
  /// it is attached.
  void join(puppet& worker, worker_id id, std::vector<held_lease> held,
            uint64_t window = 1000) {
    worker_up terms;
    terms.worker = id;
    terms.node = "w" + std::to_string(id);
    terms.handle = worker.as();
    terms.functions = {{"f", "any", "null", "any", ""}};
    terms.joined = true;
    terms.held = std::move(held);
    tell(membership, terms);
    tell(worker, window_update{window, limits::worker_input_window_bytes});
  }

  /// A range job as the store knows it: `ready` of its tasks are to run.
  schedule_job resumed(job_id id, uint64_t tasks,
                       std::vector<index_range> ready) {
    auto result = job_terms(id, tasks);
    result.resumed = true;
    result.closed = true;
    result.succeeded = tasks;
    for (const auto& range : ready)
      result.succeeded -= range.size();
    result.ready = std::move(ready);
    return result;
  }

  void rebuild(std::vector<schedule_job> jobs,
               std::vector<std::string> nodes = {}) {
    schedule what;
    what.jobs = std::move(jobs);
    what.complete = true;
    what.term = next_term;
    what.nodes = std::move(nodes);
    tell(coordinator, what);
  }

  static held_lease held(uint64_t counter, index_range rest,
                         uint32_t next_seq = 0, job_id job = 1) {
    return {{test::scheduler_term, counter}, job, rest, next_seq, 1};
  }

  static slice slice_of_held(const held_lease& of, uint32_t seq,
                             index_range range) {
    grant as;
    as.lease = of.lease;
    as.job = of.job;
    as.range = range;
    auto result = slice_of(as);
    result.seq = seq;
    return result;
  }

  std::vector<lease_id> stopped(puppet& worker) {
    std::vector<lease_id> result;
    for (const auto& message : worker.take_all<trim_leases>())
      for (const auto& x : message.items) {
        CAF_CHECK_EQUAL(x.end, 0u);
        result.push_back(x.lease);
      }
    return result;
  }
};

} // namespace

CAF_TEST_FIXTURE_SCOPE(scheduler_rejoin_tests, fixture)

CAF_TEST(a_held_lease_goes_on_under_a_new_scheduler) {
  rebuild({resumed(1, 10, {{4, 10}})}, {"w1"});
  auto lease = held(7, {4, 10}, 2);
  join(one, 1, {lease});
  CAF_CHECK(stopped(one).empty());
  CAF_CHECK(leases_of(one).empty()); // Nobody is given its tasks.
  tell(one, slices{{slice_of_held(lease, 2, {4, 7})}});
  tell(one, slices{{slice_of_held(lease, 3, {7, 10})}});
  record();
  CAF_REQUIRE_EQUAL(recorded.size(), 2u);
  auto answers = answers_to(one);
  CAF_REQUIRE_EQUAL(answers.size(), 2u);
  CAF_CHECK(answers[0].accepted && answers[1].accepted);
  auto report = last_report(1);
  CAF_CHECK(report.all_ended);
  CAF_CHECK_EQUAL(report.succeeded, 10u);
}

CAF_TEST(a_slice_whose_answer_was_lost_is_recorded_once) {
  rebuild({resumed(1, 10, {{7, 10}})});
  auto lease = held(7, {4, 10}, 2);
  join(one, 1, {lease});
  tell(one, slices{{slice_of_held(lease, 2, {4, 7})}});
  record();
  CAF_CHECK(recorded.empty());
  auto answers = answers_to(one);
  CAF_REQUIRE_EQUAL(answers.size(), 1u);
  CAF_CHECK(answers[0].accepted && answers[0].seq == 2);
  tell(one, slices{{slice_of_held(lease, 3, {7, 10})}});
  record();
  CAF_REQUIRE_EQUAL(recorded.size(), 1u);
  CAF_CHECK(recorded[0].range == (index_range{7, 10}));
  CAF_CHECK(last_report(1).all_ended);
}

CAF_TEST(leases_of_ended_jobs_and_of_other_stores_are_stopped) {
  rebuild({resumed(1, 10, {{0, 10}})});
  auto gone = held(7, {0, 5}, 0, 2);
  auto alien = held(8, {0, 5});
  alien.lease.term = test::scheduler_term - 1;
  join(one, 1, {gone, alien}, 0);
  CAF_CHECK(stopped(one) == std::vector<lease_id>({gone.lease, alien.lease}));
}

CAF_TEST(new_leases_carry_the_new_term) {
  rebuild({resumed(1, 10, {{0, 10}})});
  join(one, 1, {held(7, {5, 10})});
  join(two, 2, {});
  auto fresh = leases_of(two);
  CAF_REQUIRE(!fresh.empty());
  CAF_CHECK_EQUAL(fresh[0].lease.term, next_term);
  CAF_CHECK(fresh[0].lease.counter > 7);
  CAF_CHECK(fresh[0].range.end <= 5u);
}

CAF_TEST(resumed_jobs_wait_for_their_nodes_for_a_second_and_a_half) {
  rebuild({resumed(1, 10, {{0, 10}})}, {"w1", "w2"});
  join(one, 1, {});
  CAF_CHECK(leases_of(one).empty());
  pass(1490ms);
  CAF_CHECK(leases_of(one).empty());
  pass(20ms);
  CAF_CHECK(!leases_of(one).empty());
}

CAF_TEST(they_wait_no_longer_than_their_nodes_need) {
  rebuild({resumed(1, 10, {{0, 10}})}, {"w1", "w2"});
  up(one, 1); // It has not joined yet, it was only there before.
  CAF_CHECK(leases_of(one).empty());
  join(two, 2, {});
  CAF_CHECK(leases_of(two).empty());
  join(one, 1, {});
  CAF_CHECK(!leases_of(one).empty() || !leases_of(two).empty());
}

CAF_TEST(a_scheduler_that_lost_nothing_waits_for_nobody) {
  join(one, 1, {});
  add_range_job(1, 4);
  auto first = only_lease_of(one);
  rebuild({resumed(1, 4, {{0, 4}}), resumed(2, 5, {{0, 5}})}, {"w1", "w9"});
  tell(one, slices{{slice_of(first)}});
  record();
  auto leases_of_first = 0;
  for (const auto& next : leases_of(one)) { // The jobs take turns.
    CAF_CHECK_EQUAL(next.lease.term, next_term);
    if (next.job == 1) {
      ++leases_of_first;
      CAF_CHECK(next.range.begin >= first.range.end);
    }
  }
  CAF_CHECK(leases_of_first > 0);
}

CAF_TEST(a_new_coordinator_is_told_of_all_jobs_and_others_are_dropped) {
  join(one, 1, {});
  add_range_job(1, 1);
  add_range_job(2, 10);
  auto leases = leases_of(one);
  tell(one, slices{{slice_of(leases.at(0))}});
  record();
  coordinator.take_all<progress_report>();
  puppet next{sys};
  schedule what;
  what.jobs = {resumed(1, 1, {{0, 1}})};
  what.complete = true;
  what.term = next_term;
  tell(next, what);
  auto report = next.take<progress_report>();
  CAF_REQUIRE(report.has_value());
  CAF_REQUIRE_EQUAL(report->items.size(), 1u);
  CAF_CHECK_EQUAL(report->items[0].job, 1u);
  CAF_CHECK_EQUAL(report->items[0].succeeded, 1u);
  CAF_CHECK_EQUAL(report->items[0].log_seq, 1u);
  CAF_CHECK(!coordinator.take<progress_report>());
  auto stops = stopped(one);
  for (const auto& x : leases)
    CAF_CHECK_EQUAL(std::count(stops.begin(), stops.end(), x.lease),
                    x.job == 2 ? 1 : 0);
}

CAF_TEST(a_known_job_gets_inputs_that_were_stored_and_not_passed_on) {
  join(one, 1, {});
  schedule_inputs first{1, {0, 1}, packed_of({"a"}), false};
  tell(coordinator, schedule{{job_terms(1, 0)}, {first}});
  tell(one, slices{{slice_of(only_lease_of(one))}});
  record();
  tell(coordinator, pause_job{1, true}); // By an aggregator that is gone.
  auto job = job_terms(1, 0);
  job.resumed = true;
  job.closed = true;
  job.tasks = 2;
  job.ready = {{1, 2}};
  job.inputs = {{{0, 1}, packed_of({"a"})}, {{1, 2}, packed_of({"b"})}};
  job.succeeded = 1;
  rebuild({job});
  auto second = only_lease_of(one);
  CAF_CHECK(second.range == (index_range{1, 2}));
  CAF_CHECK(second.inputs.bytes.view() == packed_of({"b"}).view());
  tell(one, slices{{slice_of(second)}});
  record();
  auto report = last_report(1);
  CAF_CHECK(report.all_ended);
  CAF_CHECK_EQUAL(report.succeeded, 2u);
}

CAF_TEST(what_is_accepted_after_a_resumption_is_not_the_only_record) {
  auto job = resumed(1, 2, {{1, 2}});
  job.last_seq = 40;
  job.attempts = 3;
  rebuild({job});
  CAF_CHECK_EQUAL(last_report(1).log_seq, 40u);
  join(one, 1, {});
  last_seq = 40;
  tell(one, slices{{slice_of(only_lease_of(one))}});
  record();
  auto report = last_report(1);
  CAF_CHECK(report.all_ended);
  CAF_CHECK(report.only.empty());
  CAF_CHECK_EQUAL(report.log_seq, 41u);
  CAF_CHECK_EQUAL(report.attempts, 4u);
}

CAF_TEST(a_worker_that_joins_again_is_told_of_jobs_again) {
  join(one, 1, {});
  add_range_job(1, 2);
  auto first = only_lease_of(one);
  mail_of(one).headers.clear();
  join(one, 1, {{first.lease, 1, first.range, 0, 1}});
  CAF_CHECK(stopped(one).empty());
  tell(one, slices{{slice_of(first)}});
  record();
  CAF_CHECK_EQUAL(leases_of(one).size(), 1u);
  CAF_CHECK_EQUAL(mail_of(one).headers.size(), 1u);
}

CAF_TEST(a_worker_that_joins_again_without_its_leases_gets_them_anew) {
  join(one, 1, {});
  add_range_job(1, 1);
  auto first = only_lease_of(one);
  puppet next{sys}; // The worker of the same process was restarted.
  join(next, 1, {});
  CAF_CHECK(stopped(next) == std::vector<lease_id>{first.lease});
  auto again = only_lease_of(next);
  CAF_CHECK(again.range == first.range);
  CAF_CHECK_EQUAL(again.attempt, 1u);
  tell(one, slices{{slice_of(first)}}); // A stranger by now.
  record();
  CAF_CHECK(recorded.empty());
}

CAF_TEST(a_body_that_was_under_way_is_pulled_anew_after_a_join) {
  join(one, 1, {});
  add_range_job(1, 1);
  auto first = only_lease_of(one);
  auto large = slice_of(first);
  large.results = {{}, 5, limits::inline_body_bytes_max + 1};
  tell(one, slices{{large}});
  CAF_REQUIRE(one.take<frame_request>().has_value());
  one.take_all<frame_request>();
  join(one, 1, {{first.lease, 1, first.range, 0, 1}});
  tell(one, slices{{large}});
  CAF_CHECK(one.take<frame_request>().has_value());
}

CAF_TEST(adopted_leases_are_audited_as_others_are) {
  rebuild({resumed(1, 10, {{0, 10}})});
  auto lease = held(7, {0, 10});
  join(one, 1, {lease});
  one.take_all<grants>();
  tell(membership, worker_leases{1, 0, {lease.lease}});
  auto mark = one.take<grants>();
  CAF_REQUIRE(mark.has_value());
  CAF_CHECK_EQUAL(mark->through, 7u);
  for (int i = 0; i < 3; ++i)
    tell(membership, worker_leases{1, 7, {lease.lease}});
  CAF_CHECK(!one.take<grants>());
  for (int i = 0; i < 2; ++i)
    tell(membership, worker_leases{1, 7, {}});
  CAF_CHECK(!leases_of(one).empty()); // It lost it after all.
}

CAF_TEST(the_store_is_told_of_failures_blame_and_fatal_errors) {
  join(one, 1, {});
  add_range_job(1, 2);
  auto lease = only_lease_of(one);
  auto what = slice_of(lease);
  what.failed = {{0, errc::function_failed, "no luck", 5}};
  what.results = test::inline_body(packed_of({}));
  what.fatal = {errc::integer_overflow, "too much"};
  tell(one, slices{{what}});
  auto batch = store.take<store_accept>();
  CAF_REQUIRE(batch.has_value());
  CAF_CHECK_EQUAL(batch->records.size(), 1u);
  CAF_REQUIRE_EQUAL(batch->setbacks.size(), 1u);
  CAF_CHECK_EQUAL(batch->setbacks[0].what.text, "no luck");
  CAF_REQUIRE_EQUAL(batch->fatals.size(), 1u);
  CAF_CHECK_EQUAL(batch->fatals[0].first, 1u);
  CAF_CHECK(batch->fatals[0].second.code == errc::integer_overflow);
}

CAF_TEST_FIXTURE_SCOPE_END()
