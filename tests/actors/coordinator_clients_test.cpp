#define CAF_SUITE coordinator_clients

#include "tests/actors/cluster_fixture.hpp"
#include "tests/actors/puppet.hpp"

#include <memory>
#include <optional>
#include <string>
#include <vector>

using namespace troupe;
using namespace std::chrono_literals;
using test::contains;
using test::inline_body;
using test::packed_of;
using test::puppet;

namespace {

/// The coordinator is real, with all that is behind it; the test plays the
/// clients.
struct fixture : test::cluster_fixture {
  template <class Message>
  void tell(puppet& from, const Message& what) {
    from.send(now().coordinator, what);
    sched.run();
  }

  /// Opens a job whose inputs follow.
  job_id open_job(puppet& client, bool watch = false) {
    submit_item item;
    item.spec.function = "echo";
    item.spec.input_type = "any";
    item.inputs = inline_body(packed_of({}));
    item.watch = watch;
    tell(client, submit_jobs{1, {item}});
    auto reply = client.take<submit_replies>();
    CAF_REQUIRE(reply.has_value());
    CAF_REQUIRE_EQUAL(to_string(reply->items.at(0).why.code), "ok");
    return reply->items[0].job;
  }

  /// Sends inputs and returns what the coordinator said of them.
  std::optional<inputs_stored> append(puppet& client, job_id job, uint64_t seq,
                                      body inputs, bool last = false) {
    append_inputs message;
    message.job = job;
    message.seq = seq;
    message.inputs = std::move(inputs);
    message.last = last;
    tell(client, message);
    return client.take<inputs_stored>();
  }

  static body texts(const std::vector<std::string>& list) {
    std::vector<std::string> inputs;
    for (const auto& x : list) {
      inputs.emplace_back();
      encode_any(x, inputs.back());
    }
    return inline_body(packed_of(inputs));
  }

  job_status status_of(job_id job) {
    job_status result;
    auto pending = one.ask(now().coordinator, describe_job{job});
    sched.run();
    pending.receive([&](const job_status& x) { result = x; },
                    [](const caf::error&) { CAF_FAIL("no status"); });
    return result;
  }

  /// Asks something that is refused and returns why.
  template <class Reply, class Question>
  error refusal_of(const Question& what) {
    error result;
    auto pending = one.ask(now().coordinator, what);
    sched.run();
    pending.receive([](const Reply&) {},
                    [&](const caf::error& x) { result = from_caf(x); });
    return result;
  }

  puppet one{sys};
  puppet two{sys};
};

} // namespace

CAF_TEST_FIXTURE_SCOPE(coordinator_clients_tests, fixture)

CAF_TEST(inputs_that_follow_are_stored_and_run) {
  start_lead();
  add_worker("w");
  auto job = open_job(one);
  CAF_CHECK(status_of(job).state == job_state::open);
  auto stored = append(one, job, 1, texts({"a", "b"}));
  CAF_REQUIRE(stored.has_value());
  CAF_CHECK_EQUAL(stored->seq, 1u);
  CAF_CHECK_EQUAL(to_string(stored->why.code), "ok");
  append(one, job, 2, texts({"c"}), true);
  pass(50ms);
  auto status = status_of(job);
  CAF_CHECK(status.state == job_state::succeeded);
  CAF_CHECK_EQUAL(status.succeeded, 3u);
}

CAF_TEST(inputs_that_come_twice_count_once) {
  start_lead();
  auto job = open_job(one);
  append(one, job, 1, texts({"a"}));
  auto again = append(one, job, 1, texts({"a"}));
  CAF_REQUIRE(again.has_value());
  CAF_CHECK_EQUAL(to_string(again->why.code), "ok");
  CAF_CHECK_EQUAL(status_of(job).tasks, 1u);
}

CAF_TEST(the_last_inputs_may_come_twice) {
  start_lead();
  add_worker("w");
  auto job = open_job(one);
  append(one, job, 1, texts({"a"}), true);
  pass(50ms);
  // The answer was lost with the connection.
  auto again = append(two, job, 1, texts({"a"}), true);
  CAF_REQUIRE(again.has_value());
  CAF_CHECK_EQUAL(to_string(again->why.code), "ok");
  CAF_CHECK_EQUAL(status_of(job).tasks, 1u);
}

CAF_TEST(inputs_that_break_the_rules_are_refused) {
  start_lead();
  struct row {
    const char* what;
    job_id job;
    uint64_t seq;
    body inputs;
    errc code;
  };
  auto open = open_job(one);
  auto closed = open_job(one);
  append(one, closed, 1, texts({}), true);
  pass(50ms);
  const row rows[] = {
    {"no such job", 99, 1, texts({"a"}), errc::unknown_job},
    {"the job has ended", closed, 2, texts({"a"}), errc::job_ended},
    {"a number is left out", open, 5, texts({"a"}), errc::protocol_violation},
    {"no number", open, 0, texts({"a"}), errc::protocol_violation},
    {"more than one input may have", open, 1,
     body{{}, 4, 2 * limits::input_bytes_max}, errc::input_too_large},
  };
  for (const auto& [what, job, seq, inputs, code] : rows) {
    CAF_MESSAGE(what);
    auto answer = append(one, job, seq, inputs);
    CAF_REQUIRE(answer.has_value());
    CAF_CHECK_EQUAL(to_string(answer->why.code), to_string(code));
    CAF_CHECK(!answer->why.text.empty());
  }
}

CAF_TEST(an_input_over_the_limit_fails_the_job_and_names_its_index) {
  lead_options.input_bytes_max = 100;
  start_lead();
  auto job = open_job(one);
  append(one, job, 1, texts({"a", "b"}));
  auto answer = append(one, job, 2, texts({"c", std::string(200, 'x')}));
  CAF_REQUIRE(answer.has_value());
  CAF_CHECK_EQUAL(to_string(answer->why.code), "input_too_large");
  CAF_CHECK(contains(answer->why.text, "3"));
  pass(50ms);
  CAF_CHECK(status_of(job).state == job_state::failed);
}

CAF_TEST(large_inputs_are_pulled_frame_by_frame) {
  start_lead();
  add_worker("w");
  auto job = open_job(one);
  std::string input;
  encode_any(std::string(700 * limits::kib, 'i'), input);
  auto whole = packed_of({input});
  CAF_CHECK(!append(one, job, 1, {{}, 6, whole.size()}, true));
  auto done = false;
  while (auto request = one.take<frame_request>()) {
    CAF_CHECK_EQUAL(request->transfer, 6u);
    done = request->bytes == 0;
    if (!done)
      tell(one,
           frame{6, request->offset,
                 blob{whole.str().substr(request->offset, request->bytes)}});
  }
  CAF_CHECK(done);
  CAF_CHECK(one.take<inputs_stored>().has_value());
  pass(50ms);
  CAF_CHECK(status_of(job).state == job_state::succeeded);
}

CAF_TEST(frames_that_come_after_the_end_of_the_job_are_dropped) {
  start_lead();
  auto job = open_job(one);
  std::string whole(300 * limits::kib, 'i');
  append(one, job, 1, {{}, 6, whole.size()}, true);
  auto first = one.take<frame_request>();
  CAF_REQUIRE(first.has_value());
  tell(one, cancel_job{job});
  pass(50ms);
  CAF_CHECK(status_of(job).state == job_state::cancelled);
  // Without the frames, there is nothing that they would complete.
  for (auto asked = first; asked; asked = one.take<frame_request>()) {
    CAF_CHECK(asked->bytes > 0); // Not `done`: it was not taken.
    tell(one, frame{6, asked->offset,
                    blob{whole.substr(asked->offset, asked->bytes)}});
  }
  CAF_CHECK(status_of(job).state == job_state::cancelled);
}

CAF_TEST(inputs_sent_again_over_a_new_connection_are_pulled_from_it) {
  start_lead();
  add_worker("w");
  auto job = open_job(one);
  std::string input;
  encode_any(std::string(300 * limits::kib, 'i'), input);
  auto whole = packed_of({input});
  append(one, job, 1, {{}, 6, whole.size()}, true);
  CAF_CHECK(one.take<frame_request>().has_value());
  append(two, job, 1, {{}, 1, whole.size()}, true);
  while (auto asked = two.take<frame_request>())
    if (asked->bytes > 0)
      tell(two, frame{1, asked->offset,
                      blob{whole.str().substr(asked->offset, asked->bytes)}});
  CAF_CHECK(two.take<inputs_stored>().has_value());
  pass(50ms);
  CAF_CHECK(status_of(job).state == job_state::succeeded);
}

CAF_TEST(frames_that_do_not_fit_fail_the_job) {
  start_lead();
  auto job = open_job(one);
  append(one, job, 1, {{}, 6, 700 * limits::kib}, true);
  tell(one, frame{6, 0, blob{"short"}});
  auto answer = one.take<inputs_stored>();
  CAF_REQUIRE(answer.has_value());
  CAF_CHECK_EQUAL(to_string(answer->why.code), "bad_frame");
  pass(50ms);
  CAF_CHECK(status_of(job).state == job_state::failed);
}

CAF_TEST(frames_of_another_client_do_not_count) {
  start_lead();
  auto job = open_job(one);
  append(one, job, 1, {{}, 6, 700 * limits::kib}, true);
  tell(two, frame{6, 0, blob{"short"}});
  CAF_CHECK(status_of(job).state == job_state::open);
}

CAF_TEST(an_open_job_waits_a_minute_for_its_client) {
  start_lead();
  std::optional<puppet> short_lived{sys};
  auto job = open_job(*short_lived);
  short_lived.reset();
  pass(59s);
  CAF_CHECK(status_of(job).state == job_state::open);
  pass(2s);
  auto status = status_of(job);
  CAF_CHECK(status.state == job_state::cancelled);
  CAF_CHECK(contains(status.reason, "client lost"));
}

CAF_TEST(a_client_that_comes_back_keeps_its_open_job) {
  start_lead();
  std::optional<puppet> short_lived{sys};
  auto job = open_job(*short_lived);
  append(*short_lived, job, 1, texts({"a"}));
  short_lived.reset();
  pass(30s);
  // It cannot know whether its last inputs arrived.
  CAF_CHECK_EQUAL(to_string(append(two, job, 1, texts({"a"})).value().why.code),
                  "ok");
  pass(120s);
  CAF_CHECK(status_of(job).state == job_state::open);
  append(two, job, 2, texts({"b"}), true);
  CAF_CHECK_EQUAL(status_of(job).tasks, 2u);
}

CAF_TEST(inputs_wait_while_the_store_is_full) {
  lead_options.memory_bytes_max = 200 * limits::kib;
  start_lead();
  auto first = open_job(one);
  std::string large(100 * limits::kib, 'x');
  CAF_CHECK(append(one, first, 1, texts({large})).has_value());
  auto second = open_job(two);
  CAF_CHECK(!append(two, second, 1, texts({large + large.substr(0, 50'000)}))
               .has_value());
  pass(1s);
  CAF_CHECK(!two.take<inputs_stored>());
  tell(one, cancel_job{first});
  pass(1s);
  auto stored = two.take<inputs_stored>();
  CAF_REQUIRE(stored.has_value());
  CAF_CHECK_EQUAL(to_string(stored->why.code), "ok");
}

CAF_TEST(a_client_that_does_not_keep_to_its_window_is_refused) {
  // Nothing is stored, so all of it waits.
  constexpr size_t chunk = 100 * limits::kib;
  struct row {
    const char* what;
    bool inlined;
  };
  constexpr row rows[] = {{"inputs", true}, {"announced inputs", false}};
  lead_options.memory_bytes_max = 300 * limits::kib;
  start_lead();
  auto first = open_job(one);
  std::string large(3 * chunk / 2, 'x');
  CAF_CHECK(append(one, first, 1, texts({large})).has_value());
  for (const auto& [what, inlined] : rows) {
    CAF_MESSAGE(what);
    auto job = open_job(two);
    CAF_CHECK(!append(two, job, 1, texts({large})));
    auto next = texts({large.substr(0, chunk)});
    auto waiting = large.size();
    uint64_t seq = 1;
    std::optional<inputs_stored> answer;
    for (; !answer && waiting < 8 * limits::client_input_window_bytes; ++seq) {
      answer =
        append(two, job, seq + 1,
               inlined ? next : body{{}, seq, 2 * limits::mib + next.size});
      waiting += answer ? 0 : inlined ? chunk : 2 * limits::mib + chunk;
    }
    CAF_REQUIRE(answer.has_value());
    CAF_CHECK_EQUAL(to_string(answer->why.code), "protocol_violation");
    CAF_CHECK_EQUAL(answer->seq, seq);
    CAF_MESSAGE("but one message more than the window is an honest client's");
    CAF_CHECK_GREATER(waiting, limits::client_input_window_bytes);
    CAF_CHECK_LESS(waiting,
                   limits::client_input_window_bytes + 3 * limits::mib);
    CAF_CHECK(status_of(job).state == job_state::open);
  }
}

CAF_TEST(inputs_that_come_again_must_be_the_same_size) {
  lead_options.memory_bytes_max = 200 * limits::kib;
  start_lead();
  auto first = open_job(one);
  std::string large(100 * limits::kib, 'x');
  CAF_CHECK(append(one, first, 1, texts({large})).has_value());
  auto job = open_job(two);
  CAF_CHECK(!append(two, job, 1, texts({large + large.substr(0, 50'000)})));
  CAF_CHECK(!append(two, job, 2, texts({"small"})));
  CAF_CHECK(!append(two, job, 2, texts({"small"})));
  auto answer = append(two, job, 2, texts({large}));
  CAF_REQUIRE(answer.has_value());
  CAF_CHECK_EQUAL(to_string(answer->why.code), "protocol_violation");
}

// -- questions ----------------------------------------------------------------

CAF_TEST(a_quiet_submit_is_answered_with_the_first_update) {
  start_lead();
  auto item = range_job("noop", 0, 3, "count");
  item.watch = true;
  item.quiet = true;
  tell(one, submit_jobs{1, {item}});
  CAF_CHECK(!one.take<submit_replies>());
  CAF_CHECK(one.take_items<job_updates>().empty());
  add_worker("w");
  pass(50ms); // Less than until the reply would come without an update.
  auto reply = one.take<submit_replies>();
  CAF_REQUIRE(reply.has_value());
  CAF_REQUIRE_EQUAL(reply->items.size(), 1u);
  auto updates = one.take_items<job_updates>();
  CAF_REQUIRE(!updates.empty());
  CAF_CHECK_EQUAL(updates[0].status.id, reply->items[0].job);
  CAF_CHECK(updates[0].status.state == job_state::succeeded);
}

CAF_TEST(a_quiet_submit_is_answered_before_long) {
  start_lead();
  auto item = range_job("noop", 0, 3, "count");
  item.watch = true;
  item.quiet = true;
  tell(one, submit_jobs{1, {item}});
  CAF_CHECK(!one.take<submit_replies>());
  pass(limits::progress_interval);
  CAF_CHECK(one.take<submit_replies>().has_value());
}

CAF_TEST(a_quiet_submit_that_is_refused_is_answered_at_once) {
  start_lead();
  auto good = range_job("noop", 0, 3, "count");
  good.watch = true;
  good.quiet = true;
  auto bad = good;
  bad.spec.function = "";
  tell(one, submit_jobs{1, {good, bad}});
  auto reply = one.take<submit_replies>();
  CAF_REQUIRE(reply.has_value());
  CAF_REQUIRE_EQUAL(reply->items.size(), 2u);
  CAF_CHECK(reply->items[0].job != 0u);
  CAF_CHECK_EQUAL(reply->items[1].job, 0u);
}

CAF_TEST(a_watcher_is_told_at_once_and_at_the_end) {
  start_lead();
  auto job = open_job(one);
  tell(two, watch_job{job, 0});
  auto first = two.take_items<job_updates>();
  CAF_REQUIRE_EQUAL(first.size(), 1u);
  CAF_CHECK(first[0].status.state == job_state::open);
  add_worker("w");
  append(one, job, 1, texts({"a"}), true);
  pass(200ms);
  auto updates = two.take_items<job_updates>();
  CAF_REQUIRE(!updates.empty());
  CAF_CHECK(updates.back().status.state == job_state::succeeded);
  CAF_CHECK(updates.back().has_result);
}

CAF_TEST(a_watcher_that_comes_late_is_told_of_the_end) {
  start_lead();
  auto job = open_job(one);
  append(one, job, 1, texts({}), true);
  pass(50ms);
  tell(two, watch_job{job, 0});
  auto updates = two.take_items<job_updates>();
  CAF_REQUIRE(!updates.empty());
  CAF_CHECK(updates[0].status.state == job_state::succeeded);
}

CAF_TEST(a_watcher_of_an_unknown_job_is_told_so) {
  start_lead();
  tell(one, watch_job{77, 0});
  auto updates = one.take_items<job_updates>();
  CAF_REQUIRE(!updates.empty());
  CAF_CHECK_EQUAL(updates[0].status.id, 77u);
  CAF_CHECK_EQUAL(updates[0].status.reason, "unknown");
}

CAF_TEST(questions_about_an_unknown_job_name_it) {
  start_lead();
  const error answers[] = {
    refusal_of<job_status>(describe_job{77}),
    refusal_of<job_status>(cancel_job{77}),
    refusal_of<job_result>(open_result{77}),
  };
  for (const auto& why : answers) {
    CAF_CHECK_EQUAL(to_string(why.code), "unknown_job");
    CAF_CHECK(contains(why.text, "77"));
  }
}

CAF_TEST(a_result_is_there_only_after_the_end) {
  start_lead();
  auto job = open_job(one);
  auto why = refusal_of<job_result>(open_result{job});
  CAF_CHECK(contains(why.text, "not ended"));
}

CAF_TEST(a_large_result_is_served_until_the_client_is_done) {
  start_lead();
  add_worker("w");
  auto job = open_job(one);
  std::vector<std::string> list(10, std::string(100'000, 'r'));
  for (size_t i = 0; i < list.size(); ++i)
    append(one, job, i + 1, texts({list[i]}), i + 1 == list.size());
  pass(200ms);
  job_result opened;
  auto pending = two.ask(now().coordinator, open_result{job});
  sched.run();
  pending.receive([&](const job_result& x) { opened = x; },
                  [](const caf::error&) { CAF_FAIL("no result"); });
  CAF_CHECK_EQUAL(opened.status.result_bytes, opened.result.size);
  auto sink = frame_sink::make(opened.result, limits::gib, "a result");
  CAF_REQUIRE(sink.has_value());
  while (!sink->complete()) {
    for (const auto& request : sink->requests())
      tell(two, request);
    while (auto piece = two.take<frame>())
      CAF_REQUIRE(sink->add(*piece).has_value());
  }
  auto result = decode_as<std::vector<value>>(sink->take().view(), "list<any>");
  CAF_REQUIRE(result.has_value());
  CAF_CHECK_EQUAL(result->size(), list.size());
  tell(two, sink->done());
  tell(two, frame_request{opened.result.transfer, 0, 10});
  CAF_CHECK(two.take<frame>().value().bytes.empty());
}

CAF_TEST(jobs_are_listed_in_pages_newest_first) {
  start_lead();
  for (int i = 0; i < 5; ++i)
    open_job(one);
  auto page = [&](job_id before, uint32_t most) {
    std::vector<job_id> ids;
    auto pending = two.ask(now().coordinator, list_jobs{before, most});
    sched.run();
    pending.receive(
      [&](const std::vector<job_status>& all) {
        for (const auto& x : all)
          ids.push_back(x.id);
      },
      [](const caf::error&) { CAF_FAIL("no list"); });
    return ids;
  };
  using ids = std::vector<job_id>;
  CAF_CHECK(page(0, 2) == ids({5, 4}));
  CAF_CHECK(page(4, 2) == ids({3, 2}));
  CAF_CHECK(page(2, 2) == ids({1}));
  CAF_CHECK(page(1, 2).empty());
  CAF_CHECK_EQUAL(page(0, 0).size(), 1u);
}

CAF_TEST(a_cancelled_job_keeps_what_is_done) {
  start_lead();
  add_worker("w");
  auto job = open_job(one);
  append(one, job, 1, texts({"a", "b"}));
  pass(50ms);
  tell(one, cancel_job{job});
  auto status = one.take<job_status>();
  CAF_REQUIRE(status.has_value());
  CAF_CHECK(status->state == job_state::cancelled);
  CAF_CHECK_EQUAL(status->succeeded, 2u);
  auto again = refusal_of<job_status>(cancel_job{job});
  CAF_CHECK_EQUAL(to_string(again.code), "job_ended");
  CAF_CHECK(contains(again.text, "cancelled"));
}

CAF_TEST_FIXTURE_SCOPE_END()
