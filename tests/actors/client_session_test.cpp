#define CAF_SUITE client_session

#include "actors/client_session.hpp"
#include "actors/front_door.hpp"
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

/// Leads to the front door that the test names, or nowhere.
class switched_dialer final : public dialer {
public:
  result<connection> dial(std::chrono::milliseconds) override {
    ++attempts;
    if (!door)
      return fail(errc::cannot_connect, "nobody is there");
    return connection{door, make_direct_link()};
  }

  std::string target() const override {
    return "the test";
  }

  caf::actor door;
  size_t attempts = 0;
};

/// The test plays the coordinator; the front door is real.
struct fixture : test::stage {
  fixture() {
    open();
    client_session_options options;
    options.dial = dial;
    options.who.name = "client";
    options.board = board;
    options.connects = threading::scheduled;
    options.log = log;
    subject = sys.spawn(client_session, options);
    sched.run();
  }

  ~fixture() override {
    end(subject);
    if (dial->door)
      end(dial->door);
  }

  /// Opens the front door of a coordinator, which the test plays from now on.
  void open() {
    lead.emplace(sys);
    front_door_options how;
    how.cluster = "default";
    how.handles = {lead->as(), others.as(), others.as(), others.as()};
    dial->door = sys.spawn(front_door, how, logger_ptr{log});
  }

  /// Loses the coordinator; the session finds none until `open`.
  void lose() {
    end(dial->door);
    dial->door = nullptr;
    lead.reset();
    sched.run();
  }

  void call(std::function<void(client_session_state&)> what) {
    caf::anon_send(subject, client_call{std::move(what)});
    sched.run();
  }

  void tell(auto what) {
    lead->send(subject, std::move(what));
    sched.run();
  }

  std::shared_ptr<submit_call>
  submit(const std::string& function,
         std::shared_ptr<watch_call> watch = nullptr) {
    auto result = std::make_shared<submit_call>();
    result->item.spec.function = function;
    call([=](client_session_state& at) { at.submit(result, watch); });
    return result;
  }

  /// Answers a submit with job ids that count up from `first`.
  void answer(const submit_jobs& what, job_id first) {
    submit_replies reply;
    reply.ticket = what.ticket;
    for (size_t i = 0; i < what.items.size(); ++i)
      reply.items.push_back({first + i, {}, false});
    tell(reply);
  }

  std::shared_ptr<watch_call> watch(job_id job, bool stream = false) {
    auto result = std::make_shared<watch_call>();
    result->job = job;
    result->stream = stream;
    call([=](client_session_state& at) { at.watch(result); });
    return result;
  }

  std::shared_ptr<fetch_call> fetch(job_id job) {
    auto result = std::make_shared<fetch_call>();
    result->job = job;
    call([=](client_session_state& at) { at.fetch(result); });
    return result;
  }

  void feed(const std::shared_ptr<feed_call>& to, uint64_t seq, blob bytes) {
    append_inputs inputs;
    inputs.job = to->job;
    inputs.seq = seq;
    inputs.inputs = inline_body(std::move(bytes));
    to->unstored.emplace(seq, inputs);
    to->unstored_bytes += inputs.inputs.size;
    call([=](client_session_state& at) { at.feed(to, inputs); });
  }

  static job_update ended(job_id job) {
    job_update result;
    result.status.id = job;
    result.status.state = job_state::succeeded;
    result.status.tasks = 1;
    return result;
  }

  std::shared_ptr<capturing_logger> log = std::make_shared<capturing_logger>();
  std::shared_ptr<client_board> board = std::make_shared<client_board>();
  std::shared_ptr<switched_dialer> dial = std::make_shared<switched_dialer>();
  std::optional<puppet> lead;
  puppet others{sys};
  client_actor subject;
};

caf::behavior refusing_door(caf::event_based_actor*, errc code) {
  return {
    [code](hello_atom, const std::string&, const std::string&, uint32_t,
           const std::string&, uint64_t) {
      return caf::make_message(refused_atom::value, static_cast<uint8_t>(code),
                               std::string{"because"});
    },
  };
}

} // namespace

CAF_TEST_FIXTURE_SCOPE(client_session_tests, fixture)

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

CAF_TEST(submits_under_way_fail_with_the_connection) {
  auto one = submit("a");
  lose();
  auto two = submit("b");
  CAF_REQUIRE(one->done);
  CAF_CHECK_EQUAL(to_string(one->reply.why.code), "connection_lost");
  CAF_CHECK(contains(one->reply.why.text, "the test"));
  CAF_CHECK(!two->done); // Nobody has seen it: it can wait.
  open();
  pass(5s);
  auto sent = lead->take<submit_jobs>();
  CAF_REQUIRE(sent.has_value());
  CAF_REQUIRE_EQUAL(sent->items.size(), 1u);
  CAF_CHECK_EQUAL(sent->items[0].spec.function, "b");
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
  auto lost = std::make_shared<watch_call>();
  submit("b", lost);
  lose();
  CAF_CHECK_EQUAL(to_string(lost->problem.code), "connection_lost");
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

CAF_TEST(streamed_results_come_once_each) {
  auto seen = watch(3, true);
  auto asked = lead->take<watch_job>();
  CAF_REQUIRE(asked.has_value());
  CAF_CHECK_EQUAL(asked->result_credit, limits::client_result_window_bytes);
  puppet merger{sys};
  result_slice slice;
  slice.job = 3;
  for (auto seq : {1, 2, 2, 1, 3}) {
    slice.seq = static_cast<uint64_t>(seq);
    merger.send(subject, slice);
  }
  sched.run();
  CAF_CHECK_EQUAL(seen->slices.size(), 3u);
  call([=](client_session_state& at) { at.give_credit(seen, 77); });
  auto credit = merger.take<result_credit>();
  CAF_REQUIRE(credit.has_value());
  CAF_CHECK_EQUAL(credit->job, 3u);
  CAF_CHECK_EQUAL(credit->bytes, 77u);
}

/// Serves all open requests for a transfer of `whole`; true at the `done`.
bool serve_frames(puppet& from, const client_actor& to,
                  const std::string& whole) {
  while (auto asked = from.take<frame_request>()) {
    if (asked->bytes == 0)
      return true;
    from.send(to, frame{asked->transfer, asked->offset,
                        blob{whole.substr(asked->offset, asked->bytes)}});
  }
  return false;
}

CAF_TEST(a_large_slice_is_pulled_and_those_behind_it_wait) {
  auto seen = watch(3, true);
  puppet merger{sys};
  std::string whole(700 * limits::kib, 's');
  merger.send(subject, result_slice{3, 1, {0, 1}, {}, {{}, 9, whole.size()}});
  merger.send(subject,
              result_slice{3, 2, {1, 2}, {}, inline_body(blob{"two"})});
  sched.run();
  CAF_CHECK(seen->slices.empty());
  auto done = false;
  for (int i = 0; i < 10 && !done; ++i) {
    done = serve_frames(merger, subject, whole);
    sched.run();
  }
  CAF_CHECK(done);
  CAF_REQUIRE_EQUAL(seen->slices.size(), 2u);
  CAF_CHECK(seen->slices[0].results.bytes.str() == whole);
  CAF_CHECK_EQUAL(seen->slices[1].seq, 2u);
}

CAF_TEST(a_half_pulled_slice_comes_again_from_another_aggregator) {
  auto seen = watch(3, true);
  std::string whole(700 * limits::kib, 's');
  puppet old{sys};
  old.send(subject, result_slice{3, 1, {0, 1}, {}, {{}, 9, whole.size()}});
  sched.run();
  CAF_CHECK(old.take<frame_request>().has_value());
  puppet merger{sys};
  merger.send(subject, result_slice{3, 1, {0, 1}, {}, {{}, 1, whole.size()}});
  sched.run();
  // What the old one still sends is nobody's.
  old.send(subject, frame{9, 0, blob{whole.substr(0, 256 * limits::kib)}});
  sched.run();
  auto done = false;
  for (int i = 0; i < 10 && !done; ++i) {
    done = serve_frames(merger, subject, whole);
    sched.run();
  }
  CAF_CHECK(done);
  CAF_REQUIRE_EQUAL(seen->slices.size(), 1u);
  CAF_CHECK(seen->slices[0].results.bytes.str() == whole);
}

CAF_TEST(a_slice_that_cannot_be_pulled_ends_the_stream_with_a_sentence) {
  auto seen = watch(3, true);
  puppet merger{sys};
  merger.send(subject,
              result_slice{3, 1, {0, 1}, {}, {{}, 9, 700 * limits::kib}});
  sched.run();
  merger.send(subject, frame{9, 0, {}});
  sched.run();
  CAF_CHECK(seen->ended);
  CAF_CHECK_EQUAL(to_string(seen->problem.code), "bad_frame");
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

CAF_TEST(a_fetch_ends_with_the_connection) {
  auto wanted = fetch(3);
  lose();
  CAF_CHECK(wanted->done);
  CAF_CHECK_EQUAL(to_string(wanted->problem.code), "connection_lost");
  auto later = fetch(3);
  CAF_CHECK(later->done);
  CAF_CHECK_EQUAL(to_string(later->problem.code), "connection_lost");
}

CAF_TEST_FIXTURE_SCOPE_END()
