#define CAF_SUITE scheduler

#include "actors/scheduler.hpp"
#include "tests/actors/puppet.hpp"

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

using namespace troupe;
using namespace std::chrono_literals;
using test::inline_body;
using test::packed_of;
using test::puppet;
using test::strings_of;

namespace {

constexpr uint64_t term = 5;

/// Plays everybody around the scheduler: store, membership, coordinator and
/// two workers.
struct fixture : test::stage {
  fixture() {
    scheduler_options options;
    options.term = term;
    options.store = store.as<store_actor>();
    options.membership = membership.as<membership_actor>();
    options.log = log;
    subject = sys.spawn(scheduler, options);
    sched.run();
  }

  ~fixture() override {
    end(subject);
  }

  void tell(puppet& from, auto what) {
    from.send(subject, std::move(what));
    sched.run();
  }

  void up(const puppet& worker, worker_id id, uint64_t window = 1000) {
    worker_up terms;
    terms.worker = id;
    terms.node = "w" + std::to_string(id);
    terms.handle = worker.as();
    terms.window_tasks = window;
    terms.window_bytes = limits::worker_input_window_bytes;
    terms.functions = {{"f", "any", "null", "any", ""}};
    tell(membership, terms);
  }

  schedule_job job_terms(job_id id, uint64_t tasks) {
    schedule_job job;
    job.job = id;
    job.header.job = id;
    job.header.function = "f";
    job.header.reducer = "collect";
    job.header.inputs = tasks == 0 ? input_kind::chunks : input_kind::integers;
    job.tasks = tasks;
    return job;
  }

  void add_range_job(job_id id, uint64_t tasks, uint32_t retries = 3) {
    auto job = job_terms(id, tasks);
    job.options.retries = retries;
    tell(coordinator, schedule{{job}, {}});
  }

  void add_job(job_id id, const std::vector<std::string>& inputs) {
    schedule_inputs first{id, {0, inputs.size()}, packed_of(inputs), true};
    tell(coordinator, schedule{{job_terms(id, 0)}, {first}});
  }

  /// What a worker was sent and the test has not looked at.
  struct mail {
    std::vector<job_header> headers;
    std::vector<grant> leases;
    std::vector<slice_answer> answers;
    std::vector<job_id> forget;
  };

  mail& mail_of(puppet& worker) {
    auto append = [](auto& to, const auto& more) {
      to.insert(to.end(), more.begin(), more.end());
    };
    auto& result = mails[&worker];
    for (const auto& message : worker.take_all<grants>()) {
      append(result.headers, message.jobs);
      append(result.leases, message.items);
      append(result.answers, message.answers);
      append(result.forget, message.forget);
    }
    for (const auto& message : worker.take_all<slice_answers>())
      append(result.answers, message.items);
    for (const auto& message : worker.take_all<forget_jobs>())
      append(result.forget, message.jobs);
    return result;
  }

  /// Takes all leases that a worker was granted.
  std::vector<grant> leases_of(puppet& worker) {
    return std::exchange(mail_of(worker).leases, {});
  }

  grant only_lease_of(puppet& worker) {
    auto all = leases_of(worker);
    CAF_REQUIRE_EQUAL(all.size(), 1u);
    return all[0];
  }

  static slice slice_of(const grant& lease) {
    slice result;
    result.lease = lease.lease;
    result.job = lease.job;
    result.range = lease.range;
    result.busy_ns = 1000;
    std::vector<std::string> results(lease.range.size(), "r");
    result.results = inline_body(packed_of(results));
    return result;
  }

  /// The store records what it was sent and says so.
  void record() {
    for (const auto& batch : store.take_all<store_accept>()) {
      store_accepted reply;
      reply.ticket = batch.ticket;
      for (const auto& x : batch.records) {
        reply.seqs.push_back(++last_seq);
        recorded.push_back(x);
      }
      for (const auto& x : batch.dead)
        dead.push_back(x);
      tell(store, reply);
    }
  }

  /// Takes all answers to a worker's slices; those that wait for a grant to
  /// ride on leave in the meantime.
  std::vector<slice_answer> answers_to(puppet& worker) {
    pass(limits::answer_delay);
    return std::exchange(mail_of(worker).answers, {});
  }

  /// Returns what the coordinator was told of a job last.
  job_progress last_report(job_id id) {
    for (const auto& message : coordinator.take_all<progress_report>())
      for (const auto& x : message.items)
        reports[x.job] = x;
    return reports[id];
  }

  std::shared_ptr<capturing_logger> log = std::make_shared<capturing_logger>();
  puppet store{sys};
  puppet membership{sys};
  puppet coordinator{sys};
  puppet one{sys};
  puppet two{sys};
  scheduler_actor subject;
  uint64_t last_seq = 0;
  std::vector<accept_record> recorded;
  std::vector<dead_letter> dead;
  std::map<job_id, job_progress> reports;
  std::map<const puppet*, mail> mails;
};

} // namespace

CAF_TEST_FIXTURE_SCOPE(scheduler_tests, fixture)

CAF_TEST(asks_membership_to_be_told_of_workers) {
  CAF_CHECK(membership.take<follow_atom>().has_value());
}

CAF_TEST(grants_nothing_before_there_is_credit) {
  up(one, 1, 0);
  add_range_job(1, 10);
  CAF_CHECK(leases_of(one).empty());
  tell(one, window_update{3, 0});
  uint64_t granted = 0;
  for (const auto& x : leases_of(one))
    granted += x.range.size();
  CAF_CHECK(granted > 0u);
  CAF_CHECK(granted <= 3u);
}

CAF_TEST(the_first_grant_of_a_job_brings_its_header) {
  up(one, 1);
  add_range_job(1, 10);
  auto first = only_lease_of(one);
  CAF_CHECK_EQUAL(first.attempt, 1u);
  CAF_CHECK_EQUAL(first.lease.term, term);
  auto headers = mail_of(one).headers;
  CAF_REQUIRE_EQUAL(headers.size(), 1u);
  CAF_CHECK_EQUAL(headers[0].function, "f");
  tell(one, slices{{slice_of(first)}});
  record();
  CAF_CHECK(!leases_of(one).empty());
  CAF_CHECK_EQUAL(mail_of(one).headers.size(), 1u);
}

CAF_TEST(an_answer_rides_on_the_next_grant) {
  up(one, 1);
  add_range_job(1, 2);
  auto first = only_lease_of(one);
  tell(one, slices{{slice_of(first)}});
  record();
  CAF_CHECK(!one.take<slice_answers>());
  auto message = one.take<grants>();
  CAF_REQUIRE(message.has_value());
  CAF_REQUIRE_EQUAL(message->answers.size(), 1u);
  CAF_CHECK(message->answers[0].lease == first.lease);
  CAF_CHECK(message->answers[0].accepted);
}

CAF_TEST(an_answer_without_a_grant_leaves_after_a_moment) {
  up(one, 1);
  add_range_job(1, 1);
  tell(one, slices{{slice_of(only_lease_of(one))}});
  record();
  CAF_CHECK(!one.take<slice_answers>());
  sched.advance_time(limits::answer_delay);
  sched.run();
  CAF_CHECK(one.take<slice_answers>().has_value());
}

CAF_TEST(the_answer_to_many_bytes_leaves_at_once) {
  up(one, 1);
  add_range_job(1, 1);
  auto made = slice_of(only_lease_of(one));
  auto whole = packed_of({std::string(limits::answered_bytes_max, 'x')});
  made.results = {{}, 9, whole.size()};
  tell(one, slices{{made}});
  while (auto request = one.take<frame_request>())
    if (request->bytes > 0)
      tell(one,
           frame{9, request->offset,
                 blob{whole.str().substr(request->offset, request->bytes)}});
  record();
  CAF_CHECK(one.take<slice_answers>().has_value());
}

CAF_TEST(a_slice_is_answered_once_the_store_has_it) {
  up(one, 1);
  add_range_job(1, 1);
  auto lease = only_lease_of(one);
  tell(one, slices{{slice_of(lease)}});
  CAF_CHECK(answers_to(one).empty());
  record();
  auto answers = answers_to(one);
  CAF_REQUIRE_EQUAL(answers.size(), 1u);
  CAF_CHECK(answers[0].accepted);
  CAF_CHECK(answers[0].lease == lease.lease);
  CAF_REQUIRE_EQUAL(recorded.size(), 1u);
  CAF_CHECK(recorded[0].range == lease.range);
}

CAF_TEST(a_job_that_fits_into_one_slice_is_reported_with_its_record) {
  up(one, 1);
  add_job(1, {"a"});
  tell(one, slices{{slice_of(only_lease_of(one))}});
  record();
  auto report = last_report(1);
  CAF_CHECK(report.all_ended);
  CAF_CHECK_EQUAL(report.succeeded, 1u);
  CAF_CHECK_EQUAL(report.attempts, 1u);
  CAF_CHECK_EQUAL(report.log_seq, 1u);
  CAF_REQUIRE_EQUAL(report.only.size(), 1u);
  CAF_CHECK(strings_of(report.only[0].results)
            == std::vector<std::string>({"r"}));
}

CAF_TEST(a_job_of_two_slices_is_reported_without_its_records) {
  up(one, 1);
  add_range_job(1, 2);
  for (auto i = 0; i < 2; ++i) {
    tell(one, slices{{slice_of(only_lease_of(one))}});
    record();
  }
  auto report = last_report(1);
  CAF_CHECK(report.all_ended);
  CAF_CHECK_EQUAL(report.log_seq, 2u);
  CAF_CHECK(report.only.empty());
}

CAF_TEST(slices_of_a_stranger_are_refused_and_not_recorded) {
  up(one, 1);
  add_range_job(1, 1);
  puppet stranger{sys};
  tell(stranger, slices{{slice_of(only_lease_of(one))}});
  auto answers = answers_to(stranger);
  CAF_REQUIRE_EQUAL(answers.size(), 1u);
  CAF_CHECK(!answers[0].accepted);
  CAF_CHECK(!store.take<store_accept>());
}

CAF_TEST(what_a_stranger_says_of_leases_and_credit_does_not_count) {
  up(one, 1, 1);
  up(two, 2, 0);
  add_range_job(1, 5);
  auto lease = only_lease_of(one);
  puppet stranger{sys};
  tell(stranger, window_update{1000, 1000});
  tell(stranger, trimmed_leases{{{lease.lease, 0}}});
  tell(stranger, frame_request{1, 0, 10});
  tell(stranger, frame{1, 0, blob{"x"}});
  CAF_CHECK(leases_of(one).empty());
  CAF_CHECK(!stranger.take<frame>());
  tell(one, slices{{slice_of(lease)}});
  record();
  CAF_CHECK(answers_to(one).at(0).accepted);
}

CAF_TEST(a_slice_of_another_workers_lease_is_refused) {
  up(one, 1);
  add_range_job(1, 1);
  up(two, 2);
  auto lease = only_lease_of(one);
  tell(two, slices{{slice_of(lease)}});
  CAF_CHECK(!answers_to(two).at(0).accepted);
  tell(one, slices{{slice_of(lease)}});
  record();
  CAF_CHECK(answers_to(one).at(0).accepted);
}

CAF_TEST(a_slice_of_a_lease_that_is_not_current_is_refused) {
  up(one, 1);
  add_range_job(1, 1);
  auto stale = slice_of(only_lease_of(one));
  stale.lease.counter += 100;
  tell(one, slices{{stale}});
  auto answers = answers_to(one);
  CAF_REQUIRE_EQUAL(answers.size(), 1u);
  CAF_CHECK(!answers[0].accepted);
  CAF_CHECK(!store.take<store_accept>());
}

CAF_TEST(a_duplicate_is_acknowledged_again_only_once_it_is_recorded) {
  up(one, 1);
  add_range_job(1, 1);
  auto lease = only_lease_of(one);
  auto made = slice_of(lease);
  tell(one, slices{{made}});
  tell(one, slices{{made}});
  CAF_CHECK(answers_to(one).empty());
  record();
  CAF_CHECK_EQUAL(recorded.size(), 1u);
  CAF_CHECK_EQUAL(answers_to(one).size(), 1u);
}

CAF_TEST(a_recorded_part_of_a_lease_is_acknowledged_every_time) {
  up(one, 1);
  add_range_job(1, 1);
  tell(one, slices{{slice_of(only_lease_of(one))}}); // Now it knows run times.
  record();
  add_range_job(2, 1000);
  auto lease = leases_of(one).at(0);
  CAF_REQUIRE(lease.range.size() > 1);
  auto part = slice_of(lease);
  part.range.end = part.range.begin + 1;
  part.results = inline_body(packed_of({"r"}));
  tell(one, slices{{part}});
  record();
  answers_to(one);
  tell(one, slices{{part}});
  auto again = answers_to(one);
  CAF_REQUIRE_EQUAL(again.size(), 1u);
  CAF_CHECK(again[0].accepted);
  CAF_CHECK(!store.take<store_accept>());
}

CAF_TEST(a_hostile_slice_costs_its_own_lease_and_nothing_else) {
  struct row {
    const char* what;
    void (*spoil)(slice&);
  };
  const row rows[] = {
    {"skips a task",
     [](slice& x) {
       ++x.range.begin;
       ++x.range.end;
     }},
    {"is longer than the lease", [](slice& x) { ++x.range.end; }},
    {"is empty", [](slice& x) { x.range.end = x.range.begin; }},
    {"is reversed",
     [](slice& x) {
       x.range = {9, 3};
     }},
    {"ends beyond all jobs", [](slice& x) { x.range.end = ~uint64_t{0}; }},
    {"names another job", [](slice& x) { x.job = 77; }},
    {"names no job", [](slice& x) { x.job = 0; }},
    {"fails a task outside of its range",
     [](slice& x) {
       x.failed = {{x.range.end, errc::function_failed, "no"}};
     }},
    {"fails with an unknown code",
     [](slice& x) {
       x.failed = {{x.range.begin, static_cast<errc>(200), "no"}};
     }},
    {"announces a body that is too large",
     [](slice& x) {
       x.results = {{}, 1, limits::job_result_bytes_max * 2};
     }},
    {"announces a body without bytes",
     [](slice& x) {
       x.results = {{}, 1, 0};
     }},
  };
  up(two, 2);
  add_range_job(1, 1);
  auto untouched = only_lease_of(two);
  tell(two, window_update{0, 0});
  up(one, 1);
  job_id job = 10;
  for (const auto& [what, spoil] : rows) {
    CAF_MESSAGE(what);
    add_range_job(++job, 1);
    auto lease = only_lease_of(one);
    auto bad = slice_of(lease);
    spoil(bad);
    tell(one, slices{{bad}});
    auto stop = one.take<trim_leases>();
    CAF_REQUIRE(stop.has_value());
    CAF_CHECK(stop->items.at(0).lease == lease.lease);
    CAF_CHECK_EQUAL(stop->items.at(0).end, 0u);
    CAF_CHECK(!answers_to(one).at(0).accepted);
    CAF_CHECK(!store.take<store_accept>());
    // Its task is granted anew, under another lease, and can be done.
    auto again = only_lease_of(one);
    CAF_CHECK(again.lease != lease.lease);
    tell(one, slices{{slice_of(again)}});
    record();
    CAF_CHECK(answers_to(one).at(0).accepted);
    CAF_CHECK(last_report(job).all_ended);
  }
  tell(two, slices{{slice_of(untouched)}});
  record();
  CAF_CHECK(answers_to(two).at(0).accepted);
}

CAF_TEST(large_slices_are_pulled_and_recorded_whole) {
  up(one, 1);
  add_range_job(1, 1);
  auto whole = packed_of({std::string(300 * limits::kib, 'x')});
  auto made = slice_of(only_lease_of(one));
  made.results = {{}, 9, whole.size()};
  tell(one, slices{{made}});
  CAF_CHECK(!store.take<store_accept>());
  auto done = false;
  while (auto request = one.take<frame_request>()) {
    CAF_CHECK_EQUAL(request->transfer, 9u);
    done = request->bytes == 0;
    if (!done)
      tell(one,
           frame{9, request->offset,
                 blob{whole.str().substr(request->offset, request->bytes)}});
  }
  CAF_CHECK(done);
  record();
  CAF_REQUIRE_EQUAL(recorded.size(), 1u);
  CAF_CHECK(recorded[0].results == whole);
  CAF_CHECK(answers_to(one).at(0).accepted);
}

CAF_TEST(slices_behind_a_large_one_wait_for_their_turn) {
  up(one, 1);
  add_range_job(1, 1);
  tell(one, slices{{slice_of(only_lease_of(one))}});
  record();
  add_range_job(2, 1000);
  auto lease = leases_of(one).at(0);
  auto whole = packed_of({std::string(200 * limits::kib, 'x')});
  auto first = slice_of(lease);
  first.range.end = first.range.begin + 1;
  first.results = {{}, 4, whole.size()};
  auto second = slice_of(lease);
  second.seq = 1;
  ++second.range.begin;
  second.range.end = second.range.begin + 1;
  second.results = inline_body(packed_of({"r"}));
  tell(one, slices{{first, second}});
  CAF_CHECK(!store.take<store_accept>());
  tell(one, frame{4, 0, whole});
  recorded.clear();
  record();
  CAF_REQUIRE_EQUAL(recorded.size(), 2u);
  CAF_CHECK(recorded[0].results == whole);
}

CAF_TEST(a_frame_that_was_not_asked_for_revokes_the_lease) {
  up(one, 1);
  add_range_job(1, 1);
  auto lease = only_lease_of(one);
  auto made = slice_of(lease);
  made.results = {{}, 9, 300 * limits::kib};
  tell(one, slices{{made}});
  tell(one, frame{9, 0, blob{"short"}});
  CAF_CHECK(!answers_to(one).at(0).accepted);
  CAF_CHECK_EQUAL(one.take<trim_leases>().value().items.at(0).end, 0u);
  CAF_CHECK(leases_of(one).at(0).lease != lease.lease);
}

CAF_TEST(large_inputs_are_served_until_the_worker_is_done) {
  up(one, 1);
  std::string input(300 * limits::kib, 'i');
  add_job(1, {input});
  auto lease = only_lease_of(one);
  CAF_REQUIRE(!lease.inputs.is_inline());
  auto sink = frame_sink::make(lease.inputs, limits::mib, "the inputs");
  CAF_REQUIRE(sink.has_value());
  while (!sink->complete()) {
    for (const auto& request : sink->requests())
      tell(one, request);
    while (auto piece = one.take<frame>())
      CAF_REQUIRE(sink->add(*piece).has_value());
  }
  auto bytes = sink->take();
  CAF_CHECK(strings_of(bytes) == std::vector<std::string>({input}));
  tell(one, sink->done());
  tell(one, frame_request{lease.inputs.transfer, 0, 10});
  CAF_CHECK(one.take<frame>().value().bytes.empty());
}

CAF_TEST(inputs_are_served_only_to_the_worker_they_are_for) {
  up(one, 1);
  add_job(1, {std::string(300 * limits::kib, 'i')});
  up(two, 2);
  auto lease = only_lease_of(one);
  tell(two, frame_request{lease.inputs.transfer, 0, 10});
  CAF_CHECK(two.take<frame>().value().bytes.empty());
}

CAF_TEST(what_a_lost_worker_held_runs_elsewhere_with_the_same_attempt) {
  up(one, 1);
  add_job(1, {"a"});
  up(two, 2);
  auto lost = only_lease_of(one);
  tell(membership, worker_gone{1});
  auto again = only_lease_of(two);
  CAF_CHECK(again.range == lost.range);
  CAF_CHECK(again.lease != lost.lease);
  CAF_CHECK_EQUAL(again.attempt, 1u);
  CAF_CHECK(strings_of(again.inputs.bytes) == std::vector<std::string>({"a"}));
  tell(one, slices{{slice_of(lost)}});
  CAF_CHECK(!answers_to(one).at(0).accepted);
}

CAF_TEST(a_slice_that_is_being_recorded_survives_its_worker) {
  up(one, 1);
  add_range_job(1, 1);
  up(two, 2);
  tell(one, slices{{slice_of(only_lease_of(one))}});
  tell(membership, worker_gone{1});
  CAF_CHECK(leases_of(two).empty());
  record();
  CAF_CHECK(last_report(1).all_ended);
}

CAF_TEST(failed_tasks_come_back_after_their_backoff) {
  up(one, 1);
  add_range_job(1, 1, 1);
  auto made = slice_of(only_lease_of(one));
  made.failed = {{0, errc::function_failed, "no luck"}};
  made.results = {};
  tell(one, slices{{made}});
  record();
  CAF_CHECK(!last_report(1).all_ended);
  pass(110ms); // The first ceiling is 100 ms.
  auto again = only_lease_of(one);
  CAF_CHECK_EQUAL(again.attempt, 2u);
  CAF_CHECK(again.range == (index_range{0, 1}));
}

CAF_TEST(a_task_out_of_attempts_is_a_dead_letter) {
  up(one, 1);
  add_range_job(1, 1, 0);
  auto made = slice_of(only_lease_of(one));
  made.failed = {{0, errc::function_failed, "no luck"}};
  made.results = {};
  tell(one, slices{{made}});
  record();
  CAF_REQUIRE_EQUAL(dead.size(), 1u);
  CAF_CHECK_EQUAL(dead[0].job, 1u);
  CAF_CHECK_EQUAL(dead[0].attempts, 1u);
  CAF_CHECK_EQUAL(dead[0].text, "no luck");
  CAF_CHECK_EQUAL(dead[0].node, "w1");
  auto report = last_report(1);
  CAF_CHECK(report.all_ended);
  CAF_CHECK_EQUAL(report.dead, 1u);
  CAF_CHECK(test::contains(report.first_dead, "no luck"));
}

CAF_TEST(a_fatal_slice_is_reported_and_stops_the_job) {
  up(one, 1);
  add_range_job(1, 1);
  tell(one, slices{{slice_of(only_lease_of(one))}});
  record();
  add_range_job(2, 100'000);
  auto made = slice_of(leases_of(one).at(0));
  made.fatal = {errc::integer_overflow, "too much"};
  tell(one, slices{{made}});
  record();
  CAF_CHECK_EQUAL(last_report(2).fatal.text, "too much");
  CAF_CHECK(leases_of(one).empty());
}

CAF_TEST(an_unscheduled_job_is_stopped) {
  up(one, 1);
  add_range_job(1, 5);
  up(two, 2);
  auto lease = leases_of(one).at(0);
  leases_of(two);
  tell(coordinator, unschedule{{1}});
  auto stop = one.take<trim_leases>();
  CAF_REQUIRE(stop.has_value());
  CAF_CHECK(stop->items.at(0).lease == lease.lease);
  CAF_CHECK_EQUAL(stop->items.at(0).end, 0u);
  tell(one, slices{{slice_of(lease)}});
  CAF_CHECK(!answers_to(one).at(0).accepted);
  CAF_CHECK(leases_of(two).empty());
}

CAF_TEST(jobs_that_ended_are_forgotten_with_the_next_grant) {
  up(one, 1);
  add_range_job(1, 1);
  only_lease_of(one);
  tell(coordinator, unschedule{{1}});
  CAF_CHECK(mail_of(one).forget.empty());
  add_range_job(2, 1);
  CAF_CHECK(mail_of(one).forget == std::vector<job_id>({1}));
}

CAF_TEST(many_jobs_that_ended_are_forgotten_at_once) {
  up(one, 1);
  std::vector<job_id> all;
  for (job_id id = 1; id <= limits::jobs_to_forget_max; ++id) {
    add_range_job(id, 1);
    tell(one, slices{{slice_of(only_lease_of(one))}});
    record();
    all.push_back(id);
  }
  tell(coordinator, unschedule{all});
  CAF_CHECK(mail_of(one).forget == all);
}

CAF_TEST(a_worker_need_not_forget_what_it_never_knew) {
  up(one, 1, 0);
  for (job_id id = 1; id <= limits::jobs_to_forget_max; ++id) {
    add_range_job(id, 1);
    tell(coordinator, unschedule{{id}});
  }
  CAF_CHECK(mail_of(one).forget.empty());
}

CAF_TEST(a_lease_that_is_handed_back_is_granted_again) {
  up(one, 1);
  add_range_job(1, 1);
  up(two, 2);
  auto lease = only_lease_of(one);
  tell(one, window_update{0, 0});
  tell(one, trimmed_leases{{{lease.lease, lease.range.begin}}});
  CAF_CHECK(only_lease_of(two).range == lease.range);
}

CAF_TEST(a_worker_cannot_hand_back_the_lease_of_another) {
  up(one, 1);
  add_range_job(1, 1);
  up(two, 2);
  auto lease = only_lease_of(one);
  tell(two, trimmed_leases{{{lease.lease, lease.range.begin}}});
  CAF_CHECK(leases_of(two).empty());
  tell(one, slices{{slice_of(lease)}});
  record();
  CAF_CHECK(answers_to(one).at(0).accepted);
}

CAF_TEST(a_paused_job_gets_no_grants) {
  up(one, 1, 0);
  puppet aggregator{sys};
  add_range_job(1, 5);
  tell(aggregator, pause_job{1, true});
  tell(one, window_update{1000, 1000});
  CAF_CHECK(leases_of(one).empty());
  tell(aggregator, pause_job{1, false});
  CAF_CHECK(!leases_of(one).empty());
}

CAF_TEST(a_batch_that_nobody_sent_is_ignored) {
  tell(store, store_accepted{99, {1, 2, 3}});
  up(one, 1);
  add_range_job(1, 1);
  CAF_CHECK_EQUAL(leases_of(one).size(), 1u);
}

CAF_TEST_FIXTURE_SCOPE_END()
