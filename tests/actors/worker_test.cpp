#define CAF_SUITE worker

#include "actors/worker.hpp"
#include "runtime/function/builtin.hpp"
#include "runtime/function/codec.hpp"
#include "tests/actors/puppet.hpp"

#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

using namespace troupe;
using namespace std::chrono_literals;
using test::inline_body;
using test::packed_of;
using test::puppet;
using test::strings_of;

namespace {

template <class T>
std::string encoded(const T& x) {
  std::string out;
  encode(x, out);
  return out;
}

/// The test plays the scheduler. Functions run on the scheduler of the test;
/// `during` is called in the middle of a task, which is how the rest of the
/// world goes on while one runs.
struct fixture : test::stage {
  fixture() {
    auto known = std::make_shared<function_registry>();
    auto add = [&](const char* name, auto callable) {
      CAF_REQUIRE(known->add(name, callable).has_value());
    };
    add("echo", [this](int64_t x) {
      ran.push_back(x);
      if (during)
        during(x);
      return x;
    });
    add("bytes", [this](uint64_t size) {
      ran.push_back(static_cast<int64_t>(size));
      return std::string(size, 'b');
    });
    functions = known;
  }

  ~fixture() override {
    end(subject);
  }

  void start(uint32_t slots = 1) {
    worker_options options;
    options.name = "w";
    options.incarnation_id = 11;
    options.slots = slots;
    options.functions = functions;
    options.permissions = permissions;
    options.runners = threading::scheduled;
    options.log = log;
    subject = sys.spawn(worker, options);
    attach(lead);
  }

  void attach(const puppet& to, std::vector<lease_id> keep = {}) {
    caf::anon_send(subject, attached{to.as(), std::move(keep)});
    run_worker(); // Before its runners do anything.
    sched.run();
  }

  void tell(auto what) {
    lead.send(subject, std::move(what));
    sched.run();
  }

  /// Lets the worker handle what it was sent, and nobody else anything.
  void run_worker() {
    while (sched.prioritize(subject))
      sched.run_once();
  }

  job_header header_of(job_id id, const std::string& function = "echo") {
    job_header header;
    header.job = id;
    header.function = function;
    header.reducer = "collect";
    header.args_type = "null";
    header.inputs = input_kind::integers;
    header.range = {0, 1'000'000, 1};
    return header;
  }

  static grants work(std::vector<job_header> jobs, std::vector<grant> items) {
    return {{}, {}, std::move(jobs), std::move(items)};
  }

  static grant lease(uint64_t counter, task_index begin, task_index end,
                     job_id job = 1) {
    grant result;
    result.lease = {1, counter};
    result.job = job;
    result.range = {begin, end};
    return result;
  }

  /// A lease whose tasks return as many bytes as they are told.
  static grant bytes_lease(uint64_t counter, uint64_t size) {
    auto result = lease(counter, 0, 1);
    result.inputs = inline_body(packed_of({encoded(size)}));
    return result;
  }

  job_header bytes_header() {
    auto header = header_of(1, "bytes");
    header.inputs = input_kind::chunks;
    header.input_type = "uint";
    return header;
  }

  std::vector<slice> made() {
    std::vector<slice> result;
    for (auto& message : lead.take_all<slices>())
      for (auto& x : message.items)
        result.push_back(std::move(x));
    return result;
  }

  void accept(const slice& what) {
    tell(slice_answers{{{what.lease, what.seq, true}}});
  }

  std::vector<lease_end> handed_back() {
    std::vector<lease_end> result;
    for (const auto& message : lead.take_all<trimmed_leases>())
      for (const auto& x : message.items)
        result.push_back(x);
    return result;
  }

  join_request described() {
    join_request result;
    auto pending = lead.ask(subject, describe_worker{});
    run_worker();
    pending.receive([&](const join_request& x) { result = x; },
                    [](const caf::error&) { CAF_FAIL("no description"); });
    return result;
  }

  std::shared_ptr<capturing_logger> log = std::make_shared<capturing_logger>();
  std::shared_ptr<const function_registry> functions;
  worker_permissions permissions;
  std::vector<int64_t> ran;
  std::function<void(int64_t)> during;
  puppet lead{sys};
  worker_actor subject;
};

} // namespace

CAF_TEST_FIXTURE_SCOPE(worker_tests, fixture)

CAF_TEST(gives_credit_once_it_is_attached) {
  start(3);
  auto window = lead.take<window_update>();
  CAF_REQUIRE(window.has_value());
  CAF_CHECK_EQUAL(window->tasks, 3 * limits::credit_range_tasks_max);
  CAF_CHECK_EQUAL(window->bytes, limits::worker_input_window_bytes);
}

CAF_TEST(a_lease_becomes_one_slice_at_its_end) {
  start();
  tell(work({header_of(1)}, {lease(1, 4, 7)}));
  auto slices_made = made();
  CAF_REQUIRE_EQUAL(slices_made.size(), 1u);
  const auto& x = slices_made[0];
  CAF_CHECK(x.lease == (lease_id{1, 1}));
  CAF_CHECK_EQUAL(x.job, 1u);
  CAF_CHECK_EQUAL(x.seq, 0u);
  CAF_CHECK(x.range == (index_range{4, 7}));
  CAF_CHECK(x.failed.empty());
  CAF_CHECK(strings_of(x.results.bytes)
            == std::vector<std::string>(
              {encoded(int64_t{4}), encoded(int64_t{5}), encoded(int64_t{6})}));
}

CAF_TEST(leases_of_one_slot_run_in_the_order_they_came) {
  start();
  tell(work({header_of(1)}, {lease(1, 5, 6), lease(2, 0, 1), lease(3, 2, 3)}));
  CAF_CHECK(ran == std::vector<int64_t>({5, 0, 2}));
  CAF_CHECK_EQUAL(made().size(), 3u);
}

CAF_TEST(each_slot_gets_a_lease_of_its_own) {
  start(2);
  lead.send(subject, work({header_of(1)}, {lease(1, 0, 1), lease(2, 1, 2), //
                                           lease(3, 2, 3)}));
  run_worker();
  CAF_CHECK_EQUAL(sched.jobs.size(), 2u); // The two runners.
  sched.run();
  CAF_CHECK_EQUAL(made().size(), 3u);
}

CAF_TEST(results_do_not_wait_longer_than_a_millisecond_behind_a_long_task) {
  start();
  size_t at_once = 99;
  size_t after_a_millisecond = 99;
  during = [&](int64_t x) {
    if (x != 1)
      return;
    run_worker();
    at_once = made().size();
    sched.advance_time(limits::slice_age_max);
    run_worker();
    auto early = made();
    after_a_millisecond = early.size();
    if (early.size() == 1)
      CAF_CHECK(early[0].range == (index_range{0, 1}));
  };
  tell(work({header_of(1)}, {lease(1, 0, 2)}));
  CAF_CHECK_EQUAL(at_once, 0u);
  CAF_CHECK_EQUAL(after_a_millisecond, 1u);
  auto rest = made();
  CAF_REQUIRE_EQUAL(rest.size(), 1u);
  CAF_CHECK_EQUAL(rest[0].seq, 1u);
  CAF_CHECK(rest[0].range == (index_range{1, 2}));
}

CAF_TEST(a_slice_is_full_at_1024_results) {
  start();
  during = [&](int64_t) {
    // Tasks of 1 ms: blocks of one task; but no timer fires.
    sched.clock().current_time += 1ms;
    run_worker();
  };
  tell(work({header_of(1)}, {lease(1, 0, 2500)}));
  std::vector<uint64_t> sizes;
  for (const auto& x : made())
    sizes.push_back(x.range.size());
  CAF_CHECK(sizes == std::vector<uint64_t>({1024, 1024, 452}));
}

CAF_TEST(unanswered_slices_are_sent_again_every_second_as_they_were) {
  start();
  tell(work({header_of(1)}, {lease(1, 0, 3)}));
  auto first = made();
  CAF_REQUIRE_EQUAL(first.size(), 1u);
  pass(990ms);
  CAF_CHECK(made().empty());
  for (int i = 0; i < 2; ++i) {
    pass(i == 0 ? 10ms : 1000ms);
    auto again = made();
    CAF_REQUIRE_EQUAL(again.size(), 1u);
    CAF_CHECK(again[0].lease == first[0].lease);
    CAF_CHECK_EQUAL(again[0].seq, first[0].seq);
    CAF_CHECK(again[0].range == first[0].range);
    CAF_CHECK(again[0].results.bytes == first[0].results.bytes);
    CAF_CHECK_EQUAL(again[0].busy_ns, first[0].busy_ns);
  }
  accept(first[0]);
  pass(3000ms);
  CAF_CHECK(made().empty());
}

CAF_TEST(a_refused_slice_is_forgotten_too) {
  start();
  tell(work({header_of(1)}, {lease(1, 0, 1)}));
  auto x = made().at(0);
  tell(slice_answers{{{x.lease, x.seq, false}}});
  pass(3000ms);
  CAF_CHECK(made().empty());
}

CAF_TEST(an_answer_to_another_slice_does_not_count) {
  start();
  tell(work({header_of(1)}, {lease(1, 0, 1)}));
  auto x = made().at(0);
  tell(slice_answers{{{x.lease, x.seq + 1, true}, {{1, 99}, 0, true}}});
  pass(1000ms);
  CAF_CHECK_EQUAL(made().size(), 1u);
}

CAF_TEST(another_scheduler_gets_what_is_unanswered_at_once) {
  start();
  tell(work({header_of(1)}, {lease(1, 0, 1)}));
  auto x = made().at(0);
  caf::anon_send(subject, detached_from_cluster{});
  pass(2000ms);
  CAF_CHECK(made().empty()); // Nobody to send to.
  puppet next{sys};
  attach(next);
  auto again = next.take<slices>();
  CAF_REQUIRE(again.has_value());
  CAF_REQUIRE_EQUAL(again->items.size(), 1u);
  CAF_CHECK(again->items[0].lease == x.lease);
  CAF_CHECK(made().empty());
}

CAF_TEST(leases_that_the_scheduler_does_not_keep_are_dropped) {
  start();
  lead.send(subject, work({header_of(1)}, {lease(1, 0, 1), lease(2, 1, 2), //
                                           lease(3, 2, 3)}));
  run_worker(); // One is with the runner, two are queued, none has run.
  puppet next{sys};
  attach(next, {lease_id{1, 3}});
  CAF_CHECK(ran == std::vector<int64_t>({2}));
  auto sent = next.take_all<slices>();
  CAF_REQUIRE_EQUAL(sent.size(), 1u);
  CAF_CHECK(sent[0].items.at(0).lease == (lease_id{1, 3}));
}

CAF_TEST(lists_what_it_holds_when_it_joins_again) {
  start();
  lead.send(subject, work({header_of(1)}, {lease(1, 0, 4), lease(2, 4, 9)}));
  run_worker();
  auto held = described().held;
  CAF_REQUIRE_EQUAL(held.size(), 2u);
  CAF_CHECK(held[0].lease == (lease_id{1, 1}));
  CAF_CHECK(held[0].rest == (index_range{0, 4}));
  CAF_CHECK(held[1].lease == (lease_id{1, 2}));
  CAF_CHECK(held[1].rest == (index_range{4, 9}));
  CAF_CHECK_EQUAL(held[1].job, 1u);
}

CAF_TEST(trims_queued_leases_to_any_end) {
  start();
  lead.send(subject, work({header_of(1)},
                          {lease(1, 0, 1), lease(2, 10, 20), lease(3, 20, 30),
                           lease(4, 30, 40), lease(5, 40, 50)}));
  run_worker();
  lead.send(subject, trim_leases{{{{1, 2}, 15},
                                  {{1, 3}, 3},
                                  {{1, 4}, 99}, //
                                  {{1, 5}, 0},
                                  {{1, 77}, 0}}});
  run_worker();
  auto back = handed_back();
  CAF_REQUIRE_EQUAL(back.size(), 4u);
  CAF_CHECK_EQUAL(back[0].end, 15u);
  CAF_CHECK_EQUAL(back[1].end, 20u); // Nothing of it is left.
  CAF_CHECK_EQUAL(back[3].end, 40u);
  sched.run();
  std::vector<index_range> ranges;
  for (const auto& x : made())
    ranges.push_back(x.range);
  CAF_CHECK(ranges == std::vector<index_range>({{0, 1}, {10, 15}, {30, 40}}));
}

CAF_TEST(a_running_lease_keeps_the_task_that_runs) {
  start();
  during = [&](int64_t x) {
    if (x != 2)
      return;
    lead.send(subject, trim_leases{{{{1, 1}, 1}}});
    run_worker();
  };
  sched.clock().current_time += 1s;
  tell(work({header_of(1)}, {lease(1, 2, 10)}));
  auto back = handed_back();
  CAF_REQUIRE_EQUAL(back.size(), 1u);
  CAF_CHECK_EQUAL(back[0].end, 3u);
  CAF_CHECK(ran == std::vector<int64_t>({2}));
  CAF_CHECK(made().at(0).range == (index_range{2, 3}));
}

CAF_TEST(a_lease_that_is_stopped_sends_nothing_more) {
  start();
  during = [&](int64_t) {
    lead.send(subject, trim_leases{{{{1, 1}, 0}}});
    run_worker();
  };
  tell(work({header_of(1)}, {lease(1, 2, 10)}));
  CAF_CHECK(ran == std::vector<int64_t>({2}));
  CAF_CHECK(made().empty());
  during = nullptr;
  tell(work({}, {lease(2, 20, 21)})); // The slot is free again.
  CAF_CHECK_EQUAL(made().size(), 1u);
}

CAF_TEST(runners_pause_while_4_MiB_are_unanswered) {
  start();
  std::vector<grant> leases;
  for (uint64_t i = 1; i <= 8; ++i)
    leases.push_back(bytes_lease(i, limits::mib));
  tell(work({bytes_header()}, leases));
  auto first = made();
  CAF_CHECK_EQUAL(ran.size(), 4u);
  pass(5s);
  CAF_CHECK_EQUAL(ran.size(), 4u);
  accept(first.at(0));
  CAF_CHECK_EQUAL(ran.size(), 5u);
  std::set<uint64_t> seen;
  for (int i = 0; i < 20; ++i) {
    for (const auto& x : made()) {
      seen.insert(x.lease.counter);
      accept(x);
    }
    pass(1s);
  }
  CAF_CHECK_EQUAL(ran.size(), 8u);
}

CAF_TEST(large_results_are_served_until_they_are_answered) {
  start();
  tell(work({bytes_header()}, {bytes_lease(1, 300 * limits::kib)}));
  auto x = made().at(0);
  CAF_REQUIRE(!x.results.is_inline());
  auto sink = frame_sink::make(x.results, limits::mib, "a slice");
  CAF_REQUIRE(sink.has_value());
  while (!sink->complete()) {
    for (const auto& request : sink->requests())
      tell(request);
    while (auto piece = lead.take<frame>())
      CAF_REQUIRE(sink->add(*piece).has_value());
  }
  CAF_CHECK(strings_of(sink->take()).at(0)
            == encoded(std::string(300 * limits::kib, 'b')));
  auto asked_again = frame_request{x.results.transfer, 0, 10};
  tell(sink->done());
  tell(asked_again); // The slice may have to be sent again: it is still there.
  CAF_CHECK_EQUAL(lead.take<frame>().value().bytes.size(), 10u);
  accept(x);
  tell(asked_again);
  CAF_CHECK(lead.take<frame>().value().bytes.empty());
}

CAF_TEST(large_inputs_are_pulled_before_they_run) {
  start();
  auto header = header_of(1, "bytes");
  header.inputs = input_kind::chunks;
  header.input_type = "any";
  std::vector<std::string> inputs(30'000);
  for (auto& x : inputs)
    encode_any(uint64_t{1}, x);
  auto whole = packed_of(inputs);
  CAF_REQUIRE(whole.size() > limits::inline_body_bytes_max);
  auto large = lease(1, 0, inputs.size());
  large.inputs = {{}, 3, whole.size()};
  tell(work({header}, {large}));
  CAF_CHECK(ran.empty());
  auto done = false;
  while (auto request = lead.take<frame_request>()) {
    done = request->bytes == 0;
    if (!done)
      tell(frame{3, request->offset,
                 blob{whole.str().substr(request->offset, request->bytes)}});
  }
  CAF_CHECK(done);
  CAF_CHECK_EQUAL(ran.size(), inputs.size());
}

CAF_TEST(leases_behind_a_large_one_wait_for_it) {
  start();
  auto whole = packed_of({encoded(uint64_t{1})});
  auto large = bytes_lease(1, 1);
  large.inputs = {{}, 3, whole.size()};
  tell(work({bytes_header()}, {large, bytes_lease(2, 2)}));
  CAF_CHECK(ran.empty());
  tell(frame{3, 0, whole});
  CAF_CHECK(ran == std::vector<int64_t>({1, 2}));
}

CAF_TEST(inputs_that_cannot_be_pulled_are_handed_back) {
  struct row {
    const char* what;
    uint64_t size;
    std::optional<frame> reply;
  };
  const row rows[] = {
    {"more than any input may have", 2 * limits::input_bytes_max, {}},
    {"nothing", 0, {}},
    {"forgotten by the scheduler", 100, frame{3, 0, {}}},
    {"shorter than announced", 100, frame{3, 0, blob{"x"}}},
  };
  start();
  uint64_t counter = 0;
  for (const auto& [what, size, reply] : rows) {
    CAF_MESSAGE(what);
    auto large = bytes_lease(++counter, 1);
    large.range = {7, 8};
    large.inputs = {{}, 3, size};
    tell(work({bytes_header()}, {large}));
    if (reply)
      tell(*reply);
    auto back = handed_back();
    CAF_REQUIRE_EQUAL(back.size(), 1u);
    CAF_CHECK(back[0].lease == large.lease);
    CAF_CHECK_EQUAL(back[0].end, 7u);
    tell(work({}, {bytes_lease(++counter, 5)})); // What follows still runs.
    CAF_CHECK_EQUAL(made().size(), 1u);
  }
}

CAF_TEST(a_lease_of_an_unknown_job_is_handed_back) {
  start();
  tell(work({}, {lease(1, 3, 9)}));
  auto back = handed_back();
  CAF_REQUIRE_EQUAL(back.size(), 1u);
  CAF_CHECK_EQUAL(back[0].end, 3u);
}

CAF_TEST(a_forgotten_job_is_unknown) {
  start();
  tell(work({header_of(1)}, {lease(1, 0, 1)}));
  tell(forget_jobs{{1}});
  tell(work({}, {lease(2, 1, 2)}));
  CAF_CHECK_EQUAL(handed_back().size(), 1u);
}

CAF_TEST(answers_and_ended_jobs_ride_on_grants) {
  start();
  tell(work({header_of(1)}, {lease(1, 0, 1)}));
  auto x = made().at(0);
  tell(grants{{{x.lease, x.seq, true}}, {1}, {}, {lease(2, 1, 2)}});
  CAF_CHECK_EQUAL(handed_back().size(), 1u); // The job is forgotten.
  pass(3000ms);
  CAF_CHECK(made().empty());
}

CAF_TEST(a_job_that_cannot_be_reduced_is_handed_back_and_blocks_nobody) {
  start();
  auto header = header_of(1);
  header.reducer = "no_such";
  tell(work({header, header_of(2)}, {lease(1, 0, 1), lease(2, 0, 1, 2)}));
  CAF_CHECK_EQUAL(handed_back().size(), 1u);
  CAF_CHECK_EQUAL(made().size(), 1u);
}

CAF_TEST(exec_is_listed_only_where_it_is_allowed) {
  auto builtin = std::make_shared<function_registry>();
  CAF_REQUIRE(add_builtin_functions(*builtin).has_value());
  functions = builtin;
  auto offers_exec = [this] {
    for (const auto& x : described().functions)
      if (x.name == "exec")
        return true;
    return false;
  };
  start();
  CAF_CHECK(!offers_exec());
  end(subject);
  permissions.exec = true;
  start();
  CAF_CHECK(offers_exec());
}

CAF_TEST(a_ping_is_answered_with_the_incarnation) {
  start();
  auto pending = lead.ask(subject, ping_atom::value);
  sched.run();
  pending.receive([](uint64_t x) { CAF_CHECK_EQUAL(x, 11u); },
                  [](const caf::error&) { CAF_FAIL("no answer"); });
}

CAF_TEST(an_idle_worker_drains_at_once) {
  start();
  auto pending = lead.ask(subject, drain_atom::value, uint64_t{1000});
  sched.run();
  pending.receive([](bool clean) { CAF_CHECK(clean); },
                  [](const caf::error&) { CAF_FAIL("no answer"); });
  lead.take<window_update>(); // That of the start.
  auto window = lead.take<window_update>();
  CAF_REQUIRE(window.has_value());
  CAF_CHECK_EQUAL(window->tasks, 0u);
}

CAF_TEST(a_draining_worker_hands_back_what_has_not_begun) {
  start();
  lead.send(subject, work({header_of(1)}, {lease(1, 0, 4), lease(2, 4, 9)}));
  run_worker();
  sched.clock().current_time += 1s;
  puppet node{sys};
  during = [&](int64_t x) {
    if (x != 0)
      return;
    node.send(subject, drain_atom::value, uint64_t{1000});
    run_worker();
  };
  sched.run();
  auto back = handed_back();
  CAF_REQUIRE_EQUAL(back.size(), 2u);
  CAF_CHECK(back[0].lease == (lease_id{1, 2}));
  CAF_CHECK_EQUAL(back[0].end, 4u);
  CAF_CHECK(back[1].lease == (lease_id{1, 1}));
  CAF_CHECK_EQUAL(back[1].end, 1u);
  auto slices_made = made();
  CAF_REQUIRE_EQUAL(slices_made.size(), 1u);
  CAF_CHECK(slices_made[0].range == (index_range{0, 1}));
  CAF_CHECK(!node.take<bool>()); // Its result is not answered yet.
  accept(slices_made[0]);
  CAF_CHECK(node.take<bool>() == std::optional<bool>{true});
}

CAF_TEST(a_draining_worker_takes_nothing_new) {
  start();
  lead.send(subject, drain_atom::value, uint64_t{1000});
  tell(work({header_of(1)}, {lease(1, 0, 1)}));
  CAF_CHECK_EQUAL(handed_back().size(), 1u);
  CAF_CHECK(ran.empty());
}

CAF_TEST(a_drain_gives_up_on_a_long_task_when_its_time_is_over) {
  start();
  puppet node{sys};
  std::optional<bool> during_the_task;
  during = [&](int64_t x) {
    if (x != 5)
      return;
    node.send(subject, drain_atom::value, uint64_t{500});
    run_worker();
    sched.advance_time(490ms);
    run_worker();
    CAF_CHECK(!node.take<bool>());
    handed_back();
    sched.advance_time(10ms);
    run_worker();
    during_the_task = node.take<bool>();
  };
  tell(work({header_of(1)}, {lease(1, 5, 6)}));
  CAF_CHECK(during_the_task == std::optional<bool>{false});
  auto back = handed_back();
  CAF_REQUIRE_EQUAL(back.size(), 1u);
  CAF_CHECK_EQUAL(back[0].end, 5u);
  CAF_CHECK(made().empty());
}

CAF_TEST(a_drain_gives_up_on_answers_when_its_time_is_over) {
  start();
  tell(work({header_of(1)}, {lease(1, 0, 1)}));
  puppet node{sys};
  node.send(subject, drain_atom::value, uint64_t{500});
  pass(490ms);
  CAF_CHECK(!node.take<bool>());
  pass(20ms);
  CAF_CHECK(node.take<bool>() == std::optional<bool>{false});
}

CAF_TEST(a_report_of_a_slot_or_lease_that_is_not_there_is_ignored) {
  start();
  tell(runner_report{7, {1, 1}, runner_event::stopped});
  tell(runner_report{0, {1, 1}, runner_event::stopped});
  tell(work({header_of(1)}, {lease(1, 0, 1)}));
  CAF_CHECK_EQUAL(made().size(), 1u);
}

CAF_TEST_FIXTURE_SCOPE_END()
