#define CAF_SUITE client_session

#include "tests/actors/client_session_fixture.hpp"

#include <memory>
#include <string>
#include <vector>

using namespace troupe;
using namespace std::chrono_literals;
using test::contains;
using test::inline_body;
using test::packed_of;
using test::puppet;
using test::refusing_door;

CAF_TEST_FIXTURE_SCOPE(client_session_tests, test::client_session_fixture)

CAF_TEST(shows_on_the_board_that_it_is_connected) {
  CAF_CHECK(board->connected);
  CAF_CHECK_EQUAL(board->handles.coordinator, lead->as<coordinator_actor>());
}

CAF_TEST(shows_on_the_board_why_it_is_not_connected) {
  lose();
  CAF_CHECK(!board->connected);
  CAF_CHECK(contains(board->problem.text, "nobody is there"));
}

CAF_TEST(connects_again_with_growing_waits) {
  lose();
  auto first = dial->attempts;
  pass(1s);
  CAF_CHECK(dial->attempts > first + 1);
  pass(30s);
  auto late = dial->attempts;
  pass(10s);
  CAF_CHECK(dial->attempts - late <= 4u);
  CAF_CHECK(dial->attempts - late >= 2u);
  open();
  pass(5s);
  CAF_CHECK(board->connected);
}

CAF_TEST(a_restarted_event_hub_is_found_and_nothing_else_is_done_again) {
  auto hub = std::make_unique<puppet>(sys);
  auto use = [&](const puppet& events) {
    caf::anon_send(dial->door, front_door_handles{lead->as(), others.as(),
                                                  others.as(), events.as()});
    sched.run();
  };
  lose();
  open();
  use(*hub);
  pass(5s);
  CAF_REQUIRE(board->connected);
  CAF_CHECK_EQUAL(board->handles.events, hub->as<event_hub_actor>());
  auto followed = watch(1);
  CAF_CHECK(lead->take<watch_job>().has_value());
  puppet next{sys};
  use(next);
  hub.reset();
  sched.run();
  CAF_CHECK(board->connected);
  CAF_CHECK(!board->handles.events);
  pass(5s);
  CAF_CHECK_EQUAL(board->handles.events, next.as<event_hub_actor>());
  CAF_CHECK(!lead->take<watch_job>());
  CAF_CHECK(!followed->ended);
}

CAF_TEST(a_refusal_for_good_is_final) {
  lose();
  dial->door = sys.spawn(refusing_door, errc::cluster_mismatch);
  pass(5s);
  CAF_CHECK(board->refused);
  CAF_CHECK_EQUAL(to_string(board->problem.code), "cluster_mismatch");
  auto attempts = dial->attempts;
  pass(30s);
  CAF_CHECK_EQUAL(dial->attempts, attempts);
}

CAF_TEST(jobs_of_a_store_that_is_gone_are_lost_whatever_has_their_ids) {
  auto waiting = watch(1);
  auto reading = fetch(1);
  auto writing = std::make_shared<feed_call>();
  writing->job = 2;
  feed(writing, 1, blob{packed_of({"a"})});
  auto submitted = submit("echo");
  lose();
  store = 2;
  open();
  pass(5s);
  for (const auto& why :
       {waiting->problem, reading->problem, writing->problem}) {
    CAF_CHECK_EQUAL(to_string(why.code), "unknown_job");
    CAF_CHECK(contains(why.text, "coordinator restarted"));
  }
  CAF_CHECK(waiting->ended);
  CAF_CHECK(reading->done);
  CAF_CHECK(writing->unstored.empty());
  CAF_MESSAGE("nothing is asked of the other jobs with these ids");
  feed(writing, 2, blob{packed_of({"b"})});
  CAF_CHECK(!lead->take<watch_job>());
  CAF_CHECK(!lead->take<open_result>());
  CAF_CHECK(!lead->take<append_inputs>());
  tell(ended(1));
  CAF_CHECK(waiting->status.state != job_state::succeeded);
  CAF_MESSAGE("what was not answered is submitted there");
  auto sent = lead->take<submit_jobs>();
  CAF_REQUIRE(sent.has_value());
  answer(*sent, 1);
  CAF_CHECK_EQUAL(submitted->reply.job, 1u);
}

// -- submit -------------------------------------------------------------------

CAF_TEST(submits_that_wait_travel_together) {
  std::vector<std::shared_ptr<submit_call>> calls;
  for (auto name : {"a", "b", "c"}) {
    auto call = calls.emplace_back(std::make_shared<submit_call>());
    call->item.spec.function = name;
    caf::anon_send(subject, client_call{[=](client_session_state& at) {
                     at.submit(call, nullptr);
                   }});
  }
  sched.run();
  auto sent = lead->take<submit_jobs>();
  CAF_REQUIRE(sent.has_value());
  CAF_REQUIRE_EQUAL(sent->items.size(), 3u);
  CAF_CHECK_EQUAL(sent->items[2].spec.function, "c");
  CAF_CHECK(!lead->take<submit_jobs>());
  answer(*sent, 1);
  CAF_CHECK_EQUAL(calls[2]->reply.job, 3u);
}

CAF_TEST(a_submit_does_not_wait_for_the_reply_to_another) {
  auto one = submit("a");
  auto two = submit("b");
  auto first = lead->take<submit_jobs>();
  auto second = lead->take<submit_jobs>();
  CAF_REQUIRE(first.has_value() && second.has_value());
  answer(*second, 2);
  CAF_CHECK(!one->done);
  CAF_CHECK_EQUAL(two->reply.job, 2u);
  answer(*first, 1);
  CAF_CHECK_EQUAL(one->reply.job, 1u);
}

CAF_TEST(replies_to_another_submit_do_not_count) {
  auto one = submit("a");
  auto sent = lead->take<submit_jobs>();
  CAF_REQUIRE(sent.has_value());
  tell(submit_replies{sent->ticket + 1, {{1, {}, false}}});
  tell(submit_replies{sent->ticket, {}});
  CAF_CHECK(!one->done);
  answer(*sent, 4);
  CAF_CHECK_EQUAL(one->reply.job, 4u);
}

CAF_TEST(submits_under_way_are_sent_again_over_the_next_connection) {
  auto one = submit("a");
  auto first = lead->take<submit_jobs>();
  CAF_REQUIRE(first.has_value());
  lose();
  auto two = submit("b");
  CAF_CHECK(!one->done);
  CAF_CHECK(!two->done);
  open();
  pass(5s);
  auto sent = lead->take<submit_jobs>();
  CAF_REQUIRE(sent.has_value());
  CAF_REQUIRE_EQUAL(sent->items.size(), 2u);
  CAF_CHECK_EQUAL(sent->items[0].spec.function, "a");
  CAF_CHECK_EQUAL(sent->items[1].spec.function, "b");
  CAF_MESSAGE("the coordinator knows by its key whether it has it");
  auto key = sent->items[0].spec.key;
  CAF_CHECK_EQUAL(key, first->items[0].spec.key);
  CAF_CHECK(!key.empty());
  CAF_CHECK(key != sent->items[1].spec.key);
  tell(submit_replies{sent->ticket, {{7, {}, true}, {8, {}, false}}});
  CAF_CHECK_EQUAL(one->reply.job, 7u);
  CAF_CHECK(!one->reply.existed); // It was this very submit.
}

CAF_TEST(a_key_that_the_host_gave_is_kept) {
  auto call = std::make_shared<submit_call>();
  call->item.spec.key = "mine";
  this->call([=](client_session_state& at) { at.submit(call, nullptr); });
  auto sent = lead->take<submit_jobs>();
  CAF_REQUIRE(sent.has_value());
  CAF_CHECK_EQUAL(sent->items[0].spec.key, "mine");
  tell(submit_replies{sent->ticket, {{7, {}, true}}});
  CAF_CHECK(call->reply.existed);
}

CAF_TEST(a_watch_may_come_with_the_submit) {
  auto seen = std::make_shared<watch_call>();
  submit("a", seen);
  answer(*lead->take<submit_jobs>(), 7);
  CAF_CHECK_EQUAL(seen->job, 7u);
  tell(ended(7));
  CAF_CHECK(seen->ended);
  CAF_CHECK(!lead->take<watch_job>());
}

CAF_TEST(a_watch_fails_with_the_submit_that_it_came_with) {
  auto refused = std::make_shared<watch_call>();
  submit("a", refused);
  auto sent = lead->take<submit_jobs>();
  CAF_REQUIRE(sent.has_value());
  tell(submit_replies{sent->ticket, {{0, {errc::bad_input, "no"}, false}}});
  CAF_CHECK_EQUAL(refused->problem.text, "no");
}

CAF_TEST(a_job_that_existed_already_is_asked_for) {
  auto seen = std::make_shared<watch_call>();
  submit("a", seen);
  auto sent = lead->take<submit_jobs>();
  CAF_REQUIRE(sent.has_value());
  tell(submit_replies{sent->ticket, {{7, {}, true}}});
  auto asked = lead->take<watch_job>();
  CAF_REQUIRE(asked.has_value());
  CAF_CHECK_EQUAL(asked->job, 7u);
  CAF_CHECK_EQUAL(asked->result_credit, 0u);
}

CAF_TEST(the_results_of_a_job_that_existed_already_are_asked_for) {
  auto seen = std::make_shared<watch_call>();
  seen->stream = true;
  submit("a", seen);
  auto sent = lead->take<submit_jobs>();
  CAF_REQUIRE(sent.has_value());
  tell(submit_replies{sent->ticket, {{7, {}, true}}});
  auto asked = lead->take<watch_job>();
  CAF_REQUIRE(asked.has_value());
  CAF_CHECK_EQUAL(asked->result_credit, limits::client_result_window_bytes);
}

// -- inputs -------------------------------------------------------------------

CAF_TEST(stored_inputs_free_their_room) {
  auto inputs = std::make_shared<feed_call>();
  inputs->job = 1;
  feed(inputs, 1, packed_of({"aaaa"}));
  feed(inputs, 2, packed_of({"b"}));
  CAF_CHECK_EQUAL(lead->take_all<append_inputs>().size(), 2u);
  tell(inputs_stored{1, 1, {}});
  CAF_CHECK_EQUAL(inputs->unstored.size(), 1u);
  CAF_CHECK_EQUAL(inputs->unstored_bytes, packed_of({"b"}).size());
  tell(inputs_stored{1, 1, {}}); // Said twice.
  tell(inputs_stored{1, 2, {}});
  CAF_CHECK_EQUAL(inputs->unstored_bytes, 0u);
}

CAF_TEST(inputs_that_are_not_stored_are_sent_again_with_their_numbers) {
  auto inputs = std::make_shared<feed_call>();
  inputs->job = 1;
  for (uint64_t seq = 1; seq <= 3; ++seq)
    feed(inputs, seq, packed_of({"input " + std::to_string(seq)}));
  tell(inputs_stored{1, 1, {}});
  lose();
  open();
  pass(5s);
  auto again = lead->take_all<append_inputs>();
  CAF_REQUIRE_EQUAL(again.size(), 2u);
  CAF_CHECK_EQUAL(again[0].seq, 2u);
  CAF_CHECK_EQUAL(again[1].seq, 3u);
  CAF_CHECK(again[1].inputs.bytes == packed_of({"input 3"}));
}

CAF_TEST(refused_inputs_end_the_feed_with_the_first_reason) {
  auto inputs = std::make_shared<feed_call>();
  inputs->job = 1;
  feed(inputs, 1, packed_of({"a"}));
  feed(inputs, 2, packed_of({"b"}));
  tell(inputs_stored{1, 1, {errc::job_ended, "first"}});
  tell(inputs_stored{1, 2, {errc::job_ended, "second"}});
  CAF_CHECK_EQUAL(inputs->problem.text, "first");
  CAF_CHECK(inputs->unstored.empty());
}

CAF_TEST(large_inputs_are_served_until_they_are_stored) {
  auto inputs = std::make_shared<feed_call>();
  inputs->job = 1;
  auto bytes = packed_of({std::string(300 * limits::kib, 'i')});
  feed(inputs, 1, bytes);
  auto sent = lead->take<append_inputs>();
  CAF_REQUIRE(sent.has_value());
  auto sink = frame_sink::make(sent->inputs, limits::mib, "the inputs");
  CAF_REQUIRE(sink.has_value());
  while (!sink->complete()) {
    for (const auto& request : sink->requests())
      tell(request);
    while (auto piece = lead->take<frame>())
      CAF_REQUIRE(sink->add(*piece).has_value());
  }
  CAF_CHECK(sink->take() == bytes);
  tell(sink->done());
  tell(inputs_stored{1, 1, {}});
  tell(frame_request{sent->inputs.transfer, 0, 10});
  CAF_CHECK(lead->take<frame>().value().bytes.empty());
}

// -- watching -----------------------------------------------------------------

CAF_TEST(a_watched_job_is_followed_to_its_end) {
  auto seen = watch(3);
  auto asked = lead->take<watch_job>();
  CAF_REQUIRE(asked.has_value());
  CAF_CHECK_EQUAL(asked->job, 3u);
  job_update progress;
  progress.status.id = 3;
  progress.status.state = job_state::running;
  progress.status.succeeded = 5;
  tell(progress);
  CAF_CHECK_EQUAL(seen->version, 1u);
  CAF_CHECK_EQUAL(seen->status.succeeded, 5u);
  CAF_CHECK(!seen->ended);
  auto last = ended(3);
  last.has_result = true;
  last.result = blob{"done"};
  tell(last);
  CAF_CHECK(seen->ended);
  CAF_CHECK(seen->has_result);
  CAF_CHECK_EQUAL(seen->result.str(), "done");
  tell(progress); // Comes too late.
  CAF_CHECK(seen->ended);
  CAF_CHECK_EQUAL(seen->version, 2u);
}

CAF_TEST(the_newest_reader_of_a_stream_has_its_slices) {
  puppet source{sys};
  auto submitted = watch(3, true); // As a submit that watches does.
  auto reader = watch(3, true);
  auto waiting = watch(3);
  source.send(subject,
              result_slice{3, 1, {0, 1}, {}, inline_body(packed_of({"a"}))});
  sched.run();
  CAF_CHECK_EQUAL(reader->slices.size(), 1u);
  CAF_CHECK(submitted->slices.empty());
  tell(ended(3));
  for (const auto& call : {submitted, reader, waiting})
    CAF_CHECK(call->ended);
}

CAF_TEST(whoever_feeds_a_job_that_has_ended_does_not_wait) {
  for (auto state : {job_state::cancelled, job_state::succeeded}) {
    auto feeding = std::make_shared<feed_call>();
    feeding->job = 3;
    auto seen = watch(3);
    feed(feeding, 1, blob{packed_of({"a"})});
    auto last = ended(3);
    last.status.state = state;
    tell(last);
    CAF_CHECK(feeding->unstored.empty());
    CAF_CHECK_EQUAL(feeding->unstored_bytes, 0u);
    CAF_CHECK_EQUAL(to_string(feeding->problem.code),
                    state == job_state::cancelled ? "job_ended" : "ok");
  }
}

CAF_TEST(all_calls_of_a_session_for_one_job_hear_of_its_end) {
  auto one = watch(3);
  auto two = watch(3);
  auto reads = watch(3, true);
  auto posted = std::make_shared<watch_call>();
  auto submitted = submit("echo", posted);
  auto sent = lead->take<submit_jobs>();
  CAF_REQUIRE(sent.has_value());
  tell(submit_replies{sent->ticket, {{3, {}, true}}});
  tell(ended(3));
  for (const auto& call : {one, two, reads, posted}) {
    CAF_CHECK(call->ended);
    CAF_CHECK(call->status.state == job_state::succeeded);
  }
}

CAF_TEST(posts_travel_together_and_are_counted_until_they_end) {
  std::vector<posted_job> posts;
  {
    std::unique_lock guard{board->mutex};
    for (int i = 0; i < 3; ++i) {
      auto& post = posts.emplace_back(posted_job{
        std::make_shared<submit_call>(), std::make_shared<watch_call>()});
      post.watch->posted_bytes = 100;
      ++board->posted;
      board->posted_bytes += 100;
      board->posts.push_back(post);
    }
  }
  call([](client_session_state& at) { at.take_posts(); });
  auto sent = lead->take<submit_jobs>();
  CAF_REQUIRE(sent.has_value());
  CAF_REQUIRE_EQUAL(sent->items.size(), 3u);
  CAF_CHECK(board->posts.empty());
  CAF_MESSAGE("one is refused, one ends, one is lost with its store");
  tell(submit_replies{
    sent->ticket,
    {{1, {}, false}, {0, {errc::store_full, "full"}, false}, {2, {}, false}}});
  CAF_CHECK_EQUAL(board->posted, 2u);
  tell(ended(1));
  CAF_CHECK_EQUAL(board->posted, 1u);
  CAF_CHECK_EQUAL(board->posted_bytes, 100u);
  lose();
  store = 2;
  open();
  pass(5s);
  CAF_CHECK_EQUAL(board->posted, 0u);
  CAF_CHECK_EQUAL(board->posted_bytes, 0u);
  for (const auto& post : posts)
    CAF_CHECK(post.watch->ended);
}

CAF_TEST(a_watch_follows_a_reconnect) {
  auto seen = watch(3);
  lose();
  open();
  pass(5s);
  auto again = lead->take<watch_job>();
  CAF_REQUIRE(again.has_value());
  CAF_CHECK_EQUAL(again->job, 3u);
  CAF_CHECK_EQUAL(again->result_credit, 0u);
  tell(ended(3));
  CAF_CHECK(seen->ended);
}

CAF_TEST(a_job_that_is_no_longer_known_ends_the_watch_with_a_sentence) {
  auto seen = watch(3);
  job_update unknown;
  unknown.status.id = 3;
  unknown.status.state = job_state::cancelled;
  unknown.status.reason = "unknown";
  tell(unknown);
  CAF_CHECK(seen->ended);
  CAF_CHECK_EQUAL(to_string(seen->problem.code), "unknown_job");
  CAF_CHECK(contains(seen->problem.text, "no job 3"));
}

CAF_TEST(a_job_that_is_not_watched_any_more_is_not_followed) {
  auto seen = watch(3);
  call([](client_session_state& at) { at.unwatch(3); });
  tell(ended(3));
  CAF_CHECK(!seen->ended);
}

// -- results ------------------------------------------------------------------

CAF_TEST(a_small_result_comes_with_the_answer) {
  auto wanted = fetch(3);
  lead->answer([](const open_result& x) {
    job_result reply;
    reply.status.id = x.job;
    reply.result = inline_body(blob{"small"});
    return reply;
  });
  sched.run();
  CAF_CHECK(wanted->done);
  CAF_CHECK_EQUAL(to_string(wanted->problem.code), "ok");
  CAF_CHECK_EQUAL(wanted->reply.result.bytes.str(), "small");
}

CAF_TEST(a_large_result_is_pulled) {
  auto wanted = fetch(3);
  std::string whole(700 * limits::kib, 'r');
  lead->answer([&](const open_result&) {
    job_result reply;
    reply.result = {{}, 5, whole.size()};
    return reply;
  });
  sched.run();
  CAF_CHECK(!wanted->done);
  auto done = false;
  while (auto request = lead->take<frame_request>()) {
    done = request->bytes == 0;
    if (!done)
      tell(frame{5, request->offset,
                 blob{whole.substr(request->offset, request->bytes)}});
  }
  CAF_CHECK(done);
  CAF_CHECK(wanted->done);
  CAF_CHECK(wanted->reply.result.bytes.str() == whole);
}

CAF_TEST(a_result_that_cannot_be_fetched_is_an_error) {
  struct row {
    const char* what;
    body announced;
    std::optional<frame> reply;
    errc code;
  };
  const row rows[] = {
    {"too large",
     {{}, 5, limits::job_result_bytes_max + 1},
     {},
     errc::bad_frame},
    {"forgotten", {{}, 5, 1000}, frame{5, 0, {}}, errc::bad_frame},
    {"wrong bytes", {{}, 5, 1000}, frame{5, 7, blob{"x"}}, errc::bad_frame},
  };
  for (const auto& x : rows) {
    CAF_MESSAGE(x.what);
    auto wanted = fetch(3);
    lead->answer([&](const open_result&) {
      job_result answer;
      answer.result = x.announced;
      return answer;
    });
    sched.run();
    if (x.reply)
      tell(*x.reply);
    CAF_CHECK(wanted->done);
    CAF_CHECK_EQUAL(to_string(wanted->problem.code), to_string(x.code));
  }
}

CAF_TEST(a_coordinator_that_does_not_answer_is_an_error_in_time) {
  auto wanted = fetch(3);
  pass(limits::request_timeout + 10ms);
  CAF_CHECK(wanted->done);
  CAF_CHECK_EQUAL(to_string(wanted->problem.code), "timed_out");
}

CAF_TEST(a_fetch_goes_on_with_the_next_coordinator) {
  auto announce = [&](uint64_t transfer, uint64_t size) {
    lead->answer([&](const open_result&) {
      job_result reply;
      reply.result = {{}, transfer, size};
      return reply;
    });
    sched.run();
  };
  auto half_way = fetch(3);
  announce(5, 2 * limits::frame_bytes_max);
  CAF_REQUIRE(lead->take<frame_request>().has_value());
  auto asked = fetch(4);
  lose();
  auto later = fetch(5);
  CAF_CHECK(!half_way->done && !asked->done && !later->done);
  open();
  pass(5s);
  CAF_MESSAGE("transfers are counted anew");
  announce(5, 3);
  CAF_REQUIRE(lead->take<frame_request>().has_value());
  tell(frame{5, 0, blob{"new"}});
  CAF_CHECK(half_way->done);
  CAF_CHECK_EQUAL(half_way->reply.result.bytes.str(), "new");
  for (const auto& call : {asked, later}) {
    lead->answer([](const open_result& x) {
      job_result reply;
      reply.status.id = x.job;
      reply.result = inline_body(blob{"small"});
      return reply;
    });
    sched.run();
    CAF_CHECK(call->done);
    CAF_CHECK_EQUAL(call->reply.status.id, call->job);
    CAF_CHECK_EQUAL(to_string(call->problem.code), "ok");
  }
}

CAF_TEST_FIXTURE_SCOPE_END()
