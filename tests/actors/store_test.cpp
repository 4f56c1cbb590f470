#define CAF_SUITE store

#include "actors/store.hpp"
#include "runtime/model/packed.hpp"
#include "runtime/wire/register.hpp"

#include <caf/test/dsl.hpp>

#include <memory>
#include <string>
#include <utility>

using namespace troupe;

namespace {

struct config : caf::actor_system_config {
  config() {
    register_types(*this);
  }
};

blob packed(std::initializer_list<std::string> items) {
  packed_builder builder;
  for (const auto& item : items)
    builder.add(item);
  return blob{builder.finish()};
}

struct fixture : test_coordinator_fixture<config> {
  std::shared_ptr<capturing_logger> log = std::make_shared<capturing_logger>();
  fenced_store data{make_memory_store({1, 100'000})};
  store_actor keeper = start();

  store_actor start() {
    return sys.spawn(
      store_process, [this] { return data; }, logger_ptr{log});
  }

  ~fixture() override {
    self->send_exit(keeper, caf::exit_reason::user_shutdown);
  }

  /// Sends a message and returns the reply, which is a message of its own.
  template <class Reply, class Message>
  Reply ask(const Message& what) {
    Reply reply;
    self->send(keeper, what);
    sched.run();
    CAF_REQUIRE(self->has_next_message());
    self->receive([&](const Reply& x) { reply = x; });
    return reply;
  }

  store_put_jobs::item item(blob inputs, bool closed) {
    store_put_jobs::item x;
    x.spec.function = "echo";
    x.inputs = std::move(inputs);
    x.closed = closed;
    return x;
  }

  job_id put(blob inputs, bool closed) {
    auto done = ask<store_put_jobs_done>(
      store_put_jobs{1, {item(std::move(inputs), closed)}});
    CAF_REQUIRE_EQUAL(done.items.size(), 1u);
    CAF_REQUIRE_EQUAL(to_string(done.items[0].why.code), "ok");
    return done.items[0].job;
  }

  store_finish_done::item finish(job_id job, job_state state) {
    store_finish::item what;
    what.status.id = job;
    what.status.state = state;
    what.result = blob{std::string{"result"}};
    auto done = ask<store_finish_done>(store_finish{{what}});
    CAF_REQUIRE_EQUAL(done.items.size(), 1u);
    CAF_CHECK_EQUAL(done.items[0].job, job);
    return done.items[0];
  }

  job_state state_of(job_id job) {
    const auto* record =
      deref<caf::stateful_actor<store_state, store_actor::base>>(keeper)
        .state.kept->find(job);
    CAF_REQUIRE(record != nullptr);
    return record->state;
  }

  size_t job_count() {
    return deref<caf::stateful_actor<store_state, store_actor::base>>(keeper)
      .state.kept->jobs()
      .size();
  }
};

} // namespace

CAF_TEST_FIXTURE_SCOPE(store_tests, fixture)

CAF_TEST(creates_many_jobs_at_once_and_answers_in_order) {
  auto keyed = item(packed({"a", "b"}), false);
  keyed.spec.key = "k";
  auto done = ask<store_put_jobs_done>(store_put_jobs{
    42, {item(packed({"x"}), true), keyed, keyed, item({}, false)}});
  CAF_CHECK_EQUAL(done.ticket, 42u);
  CAF_REQUIRE_EQUAL(done.items.size(), 4u);
  CAF_CHECK((done.items[0].added == index_range{0, 1}));
  CAF_CHECK(state_of(done.items[0].job) == job_state::running);
  CAF_CHECK((done.items[1].added == index_range{0, 2}));
  CAF_CHECK(!done.items[1].existed);
  CAF_CHECK(state_of(done.items[1].job) == job_state::open);
  CAF_CHECK(done.items[2].existed);
  CAF_CHECK_EQUAL(done.items[2].job, done.items[1].job);
  CAF_CHECK(done.items[2].added.empty()); // Its inputs are there already.
  CAF_CHECK(state_of(done.items[3].job) == job_state::open);
}

CAF_TEST(keeps_where_inputs_are_best_run) {
  auto first = item(packed({"a"}), false);
  first.near = "zone=a";
  auto done = ask<store_put_jobs_done>(store_put_jobs{1, {first}});
  auto job = done.items.at(0).job;
  ask<store_put_inputs_done>(
    store_put_inputs{2, job, packed({"b"}), true, 1, "w1"});
  auto kept = ask<store_snapshot>(store_load{3});
  CAF_REQUIRE_EQUAL(kept.jobs.size(), 1u);
  CAF_REQUIRE_EQUAL(kept.jobs[0].inputs.size(), 2u);
  CAF_CHECK_EQUAL(kept.jobs[0].inputs[0].near, "zone=a");
  CAF_CHECK_EQUAL(kept.jobs[0].inputs[1].near, "w1");
}

CAF_TEST(a_refused_job_leaves_no_trace) {
  auto done = ask<store_put_jobs_done>(store_put_jobs{
    1,
    {item(packed({std::string(200'000, 'x')}), true),
     item(blob{std::string{"junk"}}, true), item(packed({"fits"}), true)}});
  CAF_REQUIRE_EQUAL(done.items.size(), 3u);
  CAF_CHECK_EQUAL(to_string(done.items[0].why.code), "store_full");
  CAF_CHECK_EQUAL(done.items[0].job, 0u);
  CAF_CHECK_EQUAL(to_string(done.items[1].why.code), "protocol_violation");
  CAF_CHECK_EQUAL(to_string(done.items[2].why.code), "ok");
  CAF_CHECK_EQUAL(job_count(), 1u);
}

CAF_TEST(takes_inputs_until_the_last) {
  auto job = put({}, false);
  auto more = ask<store_put_inputs_done>(
    store_put_inputs{7, job, packed({"a", "b"}), false});
  CAF_CHECK_EQUAL(more.ticket, 7u);
  CAF_CHECK_EQUAL(more.job, job);
  CAF_CHECK((more.added == index_range{0, 2}));
  auto full = ask<store_put_inputs_done>(
    store_put_inputs{8, job, packed({std::string(200'000, 'x')}), true});
  CAF_CHECK_EQUAL(to_string(full.why.code), "store_full");
  CAF_CHECK(state_of(job) == job_state::open); // Refused as a whole.
  auto last = ask<store_put_inputs_done>(store_put_inputs{9, job, {}, true});
  CAF_CHECK_EQUAL(to_string(last.why.code), "ok");
  CAF_CHECK((last.added == index_range{2, 2}));
  CAF_CHECK(state_of(job) == job_state::running);
}

CAF_TEST(numbers_accepted_records_and_reads_them_back) {
  auto job = put(packed({"a", "b", "c"}), true);
  store_accept what;
  what.ticket = 5;
  what.records = {{0, job, {0, 1}, {}, blob{std::string{"A"}}},
                  {0, 999, {0, 1}, {}, blob{std::string{"?"}}},
                  {0, job, {1, 3}, {2}, blob{std::string{"B"}}}};
  what.dead = {{job, 2, 4, errc::bad_input, "odd", "alpha", {}}};
  auto done = ask<store_accepted>(what);
  CAF_CHECK_EQUAL(done.ticket, 5u);
  CAF_CHECK((done.seqs == std::vector<uint64_t>{1, 0, 2}));
  auto read = ask<store_log>(store_read_log{job, 1, 1000});
  CAF_CHECK_EQUAL(read.job, job);
  CAF_REQUIRE_EQUAL(read.records.size(), 1u);
  CAF_CHECK_EQUAL(read.records[0].seq, 2u);
  CAF_CHECK_EQUAL(read.records[0].results.str(), "B");
  store_put_checkpoint checkpoint{job, {2, {{0, 3}}, {}}};
  self->send(keeper, checkpoint);
  CAF_CHECK(ask<store_log>(store_read_log{job, 0, 1000}).records.empty());
}

CAF_TEST(the_first_end_wins_and_its_result_is_read) {
  auto job = put(packed({"a"}), true);
  auto running = ask<store_result>(store_read_result{3, job});
  CAF_CHECK(!running.found);
  CAF_CHECK(finish(job, job_state::succeeded).won);
  CAF_CHECK(!finish(job, job_state::cancelled).won);
  CAF_CHECK(!finish(999, job_state::failed).won);
  CAF_CHECK(log->contains("could not end a job"));
  auto ended = ask<store_result>(store_read_result{4, job});
  CAF_CHECK(ended.found);
  CAF_CHECK_EQUAL(ended.ticket, 4u);
  CAF_CHECK(ended.status.state == job_state::succeeded);
  CAF_CHECK_EQUAL(ended.result.str(), "result");
}

CAF_TEST(forgets_without_an_answer) {
  auto job = put({}, true);
  CAF_CHECK(finish(job, job_state::cancelled).won);
  self->send(keeper, store_forget{{job, 999}});
  sched.run();
  CAF_CHECK(!self->has_next_message());
  CAF_CHECK(!ask<store_result>(store_read_result{1, job}).found);
}

CAF_TEST(a_second_actor_finds_what_the_first_one_had) {
  auto one = item({}, false);
  one.spec.key = "k";
  one.submitted_us = 1234;
  one.function_type = "i64";
  auto job = ask<store_put_jobs_done>(store_put_jobs{1, {one}}).items[0].job;
  ask<store_put_inputs_done>(
    store_put_inputs{1, job, packed({"a", "b", "c"}), true, 1});
  self->send(keeper, store_put_node{"alpha", true});
  store_accept what;
  what.records = {{0, job, {0, 2}, {1}, blob{std::string{"A"}}}};
  what.setbacks = {
    {job, 1, false, {1, errc::bad_input, "odd", "alpha", 0, 0}},
    {job, 2, true, {1, errc::kills_workers, "lost", "alpha", 0, 0}}};
  what.fatals = {{job, {errc::integer_overflow, "too much"}}};
  ask<store_accepted>(what);
  self->send_exit(keeper, caf::exit_reason::kill);
  sched.run();
  keeper = start();
  auto got = ask<store_snapshot>(store_load{7});
  CAF_CHECK_EQUAL(got.ticket, 7u);
  CAF_CHECK_EQUAL(got.term, 2u);
  CAF_CHECK(got.nodes == std::vector<std::string>({"alpha"}));
  CAF_REQUIRE_EQUAL(got.jobs.size(), 1u);
  const auto& found = got.jobs[0];
  CAF_CHECK_EQUAL(found.record.spec.key, "k");
  CAF_CHECK_EQUAL(found.submitted_us, 1234u);
  CAF_CHECK_EQUAL(found.record.function_type, "i64");
  CAF_CHECK_EQUAL(found.input_seq, 1u);
  CAF_CHECK(found.ready == std::vector<index_range>({{1, 3}}));
  CAF_CHECK_EQUAL(found.succeeded, 1u);
  CAF_CHECK_EQUAL(found.last_seq, 1u);
  CAF_CHECK(found.fatal.code == errc::integer_overflow);
  CAF_REQUIRE_EQUAL(found.pasts.size(), 2u);
  CAF_CHECK_EQUAL(found.pasts[0].failed, 1u);
  CAF_CHECK_EQUAL(found.pasts[0].history.size(), 1u);
  CAF_CHECK_EQUAL(found.pasts[1].blamed, 1u);
  self->send(keeper, store_put_node{"alpha", false});
  auto again = ask<store_snapshot>(store_load{8});
  CAF_CHECK_EQUAL(again.term, 3u);
  CAF_CHECK(again.nodes.empty());
}

CAF_TEST(inputs_that_come_again_are_not_stored_twice) {
  auto job = put({}, false);
  ask<store_put_inputs_done>(store_put_inputs{1, job, packed({"a"}), false, 1});
  auto again = ask<store_put_inputs_done>(
    store_put_inputs{2, job, packed({"a"}), false, 1});
  CAF_CHECK_EQUAL(to_string(again.why.code), "ok");
  CAF_CHECK((again.added == index_range{1, 1}));
}

CAF_TEST(a_dead_letter_ends_the_past_of_its_task) {
  auto job = put(packed({"a", "b"}), true);
  store_accept what;
  what.records = {{0, job, {0, 2}, {1}, {}}};
  what.setbacks = {{job, 1, false, {1, errc::bad_input, "odd", "a", 0, 0}}};
  what.dead = {{job, 1, 4, errc::bad_input, "odd", "alpha", {}}};
  ask<store_accepted>(what);
  auto got = ask<store_snapshot>(store_load{1});
  CAF_REQUIRE_EQUAL(got.jobs.size(), 1u);
  CAF_CHECK(got.jobs[0].ready.empty());
  CAF_CHECK(got.jobs[0].pasts.empty());
  CAF_CHECK_EQUAL(got.jobs[0].dead, 1u);
}

CAF_TEST(a_page_of_dead_letters_begins_behind_the_one_before) {
  store_accept what;
  auto first = put(packed({"a", "b", "c"}), true);
  auto second = put(packed({"a"}), true);
  for (auto [job, index] : {std::pair{first, 2}, {second, 0}, {first, 0}})
    what.dead.push_back({job,
                         static_cast<task_index>(index),
                         1,
                         errc::bad_input,
                         "odd",
                         "n",
                         {attempt_record{}}});
  ask<store_accepted>(what);
  auto page = [&](dead_selector which, job_id job, task_index after) {
    std::string text;
    for (const auto& x :
         ask<store_dead>(store_list_dead{1, {which, job, after, 2}})
           .found.items)
      text += std::to_string(x.job) + "/" + std::to_string(x.index) + "+"
              + std::to_string(x.history.size()) + " ";
    return text;
  };
  CAF_CHECK_EQUAL(page({}, 0, 0), "1/0+0 1/2+0 ");
  CAF_CHECK_EQUAL(page({}, 1, 0), "1/2+0 2/0+0 ");
  CAF_CHECK_EQUAL(page({}, 1, UINT64_MAX), "2/0+0 ");
  CAF_CHECK_EQUAL(page({first, false, 0, ""}, 1, 1), "1/2+0 ");
  CAF_CHECK_EQUAL(page({first, true, 2, ""}, 0, 0), "1/2+1 ");
  CAF_CHECK_EQUAL(page({77, false, 0, ""}, 0, 0), "");
}

CAF_TEST(the_leases_of_a_job_are_read_back) {
  auto job = put(packed({"a", "b"}), true);
  lease_event grant{lease_event_kind::granted, job, {1, 1}, 4, {0, 2}, 0, {}};
  store_accept what;
  what.dead = {{job, 1, 4, errc::bad_input, "odd", "alpha", {}}};
  what.leases = {grant};
  ask<store_accepted>(what);
  finish(job, job_state::failed);
  auto got = ask<store_leases>(store_read_leases{9, job});
  CAF_CHECK(got.found);
  CAF_CHECK_EQUAL(got.ticket, 9u);
  CAF_CHECK_EQUAL(got.job, job);
  CAF_CHECK_EQUAL(got.tasks, 2u);
  CAF_CHECK(got.state == job_state::failed);
  CAF_CHECK(got.last.state == job_state::failed);
  CAF_CHECK(got.dead == std::vector<task_index>({1}));
  CAF_CHECK(got.leases.events(job) == std::vector<lease_event>({grant}));
  CAF_CHECK(!ask<store_leases>(store_read_leases{1, 999}).found);
}

CAF_TEST(one_that_was_replaced_changes_nothing_any_more) {
  // It was in a handler when it was killed, so its successor came first.
  auto job = put(packed({"a", "b"}), true);
  auto before = std::exchange(keeper, start());
  auto known = ask<store_snapshot>(store_load{1});
  CAF_REQUIRE_EQUAL(known.jobs.size(), 1u);
  CAF_CHECK(known.jobs[0].ready == std::vector<index_range>({{0, 2}}));
  store_accept late;
  late.records = {{0, job, {0, 1}, {}, blob{std::string{"A"}}}};
  self->send(before, late);
  sched.run();
  CAF_CHECK(!self->has_next_message());
  // Who was told that both tasks are to run has them run, and the result of
  // the first must not count twice.
  auto merged = ask<store_log>(store_read_log{job, 0, 1000, true});
  CAF_CHECK(merged.records.empty());
  auto again = ask<store_snapshot>(store_load{2});
  CAF_CHECK(again.jobs[0].ready == std::vector<index_range>({{0, 2}}));
}

CAF_TEST(one_that_was_replaced_ends_and_says_so) {
  auto before = std::exchange(keeper, start());
  sched.run();
  self->monitor(before);
  self->send(before, store_forget{{1}});
  self->send(before, store_forget{{1}});
  sched.run();
  expect((caf::down_msg), from(_).to(self));
  CAF_REQUIRE_EQUAL(log->records().size(), 1u);
  CAF_CHECK(log->contains("its successor has the store"));
}

CAF_TEST(cordons_outlive_the_actor) {
  self->send(keeper, store_put_cordon{"beta", true});
  self->send(keeper, store_put_cordon{"alpha", true});
  self->send(keeper, store_put_cordon{"beta", false});
  sched.run();
  self->send_exit(keeper, caf::exit_reason::kill);
  sched.run();
  keeper = start();
  auto got = ask<store_cordons>(store_read_cordons{});
  CAF_CHECK(got.nodes == std::vector<std::string>({"alpha"}));
}

CAF_TEST(survives_a_message_from_nobody) {
  caf::anon_send(keeper, store_read_result{1, 1});
  sched.run();
  CAF_CHECK(put({}, true) != 0);
}

CAF_TEST_FIXTURE_SCOPE_END()
