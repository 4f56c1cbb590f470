#define CAF_SUITE slot_block

#include "runtime/base/limits.hpp"
#include "runtime/base/random.hpp"
#include "runtime/model/slot_block.hpp"

#include <caf/test/unit_test.hpp>

#include <thread>

using namespace troupe;
using namespace std::chrono_literals;

namespace {

using advice = slot_block::advice;

constexpr time_point now{5s};
constexpr lease_id some_lease{3, 4};

/// Sums one-digit results; anything else is fatal.
class digit_sum final : public result_collector {
public:
  result<void> add(std::string_view encoded) override {
    if (encoded.size() != 1 || encoded[0] < '0' || encoded[0] > '9')
      return fail(errc::integer_overflow, "'" + std::string{encoded} + "'");
    sum_ += encoded[0] - '0';
    return {};
  }

  size_t bytes() const override {
    return 8;
  }

  bool grows_by_result() const override {
    return false;
  }

  std::string take() override {
    return std::to_string(std::exchange(sum_, 0));
  }

private:
  int sum_ = 0;
};

std::string name_of(advice what) {
  switch (what) {
    case advice::go_on: return "go_on";
    case advice::announce: return "announce";
    case advice::flush: return "flush";
    case advice::ended: return "ended";
  }
  return "unknown";
}

void begin(slot_block& block, index_range range) {
  block.begin(some_lease, range, make_packed_collector());
}

// Claims up to `most` tasks and publishes `text` as the result of each.
std::string run(slot_block& block, uint64_t most, std::string_view text) {
  const auto claimed = block.claim(most, now);
  if (!claimed)
    return "none";
  slot_block::block_output out;
  out.range = *claimed;
  out.busy_ns = 10;
  for (auto i = claimed->begin; i < claimed->end; ++i)
    out.results.add(text);
  const auto told = block.publish(out);
  CAF_CHECK(out.range.empty() && out.results.empty() && out.busy_ns == 0);
  return name_of(told);
}

// By value: CAF's checks keep references to what they compare.
slot_block::output take(slot_block& block) {
  auto taken = block.take();
  CAF_REQUIRE(taken);
  return *std::move(taken);
}

uint32_t results_in(const slot_block::output& out) {
  const auto view = packed_view::parse(out.results);
  CAF_REQUIRE(view);
  return view->size();
}

} // namespace

CAF_TEST(an_attempt_that_timed_out_is_fenced_and_the_lease_goes_on) {
  slot_block block;
  begin(block, {10, 13});
  CAF_REQUIRE(block.claim(1, now).has_value());
  CAF_CHECK(!block.time_out(now - 1ms, now));
  CAF_CHECK(block.time_out(now, now + 2s));
  CAF_CHECK(!block.time_out(now, now + 2s)); // Only once.
  CAF_CHECK(block.fenced());
  CAF_CHECK(block.stop_flag());
  CAF_CHECK(!block.finished());
  CAF_CHECK(block.remaining() == (index_range{11, 13}));
  auto failed = take(block);
  CAF_CHECK(failed.range == (index_range{10, 11}));
  CAF_REQUIRE_EQUAL(failed.failed.size(), 1u);
  CAF_CHECK(failed.failed[0].code == errc::timed_out);
  CAF_CHECK_EQUAL(failed.failed[0].duration_us, 2'000'000u);
  CAF_MESSAGE("what the function returns then is dropped");
  slot_block::block_output late;
  late.range = {10, 11};
  late.results.add("late");
  CAF_CHECK_EQUAL(name_of(block.publish(late)), "go_on");
  CAF_CHECK(!block.take());
  CAF_CHECK(!block.fenced());
  CAF_CHECK(!block.stop_flag());
  CAF_CHECK_EQUAL(run(block, 1, "x"), "announce");
  CAF_CHECK_EQUAL(run(block, 1, "y"), "ended");
  auto rest = take(block);
  CAF_CHECK_EQUAL(rest.seq, 1u);
  CAF_CHECK(rest.range == (index_range{11, 13}));
  CAF_CHECK_EQUAL(results_in(rest), 2u);
}

CAF_TEST(the_last_attempt_of_a_lease_may_time_out) {
  slot_block block;
  begin(block, {0, 1});
  CAF_REQUIRE(block.claim(1, now).has_value());
  CAF_REQUIRE(block.time_out(now, now));
  CAF_CHECK(!block.finished()); // Its runner is still busy.
  slot_block::block_output late;
  late.range = {0, 1};
  CAF_CHECK_EQUAL(name_of(block.publish(late)), "ended");
  CAF_CHECK(block.finished());
}

CAF_TEST(what_is_stopped_does_not_time_out) {
  slot_block block;
  begin(block, {0, 2});
  CAF_CHECK(!block.time_out(now, now)); // Nothing runs.
  CAF_REQUIRE(block.claim(2, now).has_value());
  CAF_CHECK(!block.time_out(now, now)); // Nobody knows which of the two.
  block.unclaim();
  CAF_REQUIRE(block.claim(1, now).has_value());
  block.stop();
  CAF_CHECK(!block.time_out(now, now));
}

CAF_TEST(the_rest_of_a_stuck_lease_moves_to_another_block) {
  slot_block stuck;
  begin(stuck, {0, 3});
  CAF_REQUIRE(stuck.claim(1, now).has_value());
  CAF_REQUIRE(stuck.time_out(now, now));
  take(stuck);
  slot_block next;
  stuck.move_rest_to(next);
  CAF_CHECK(next.lease() == some_lease);
  CAF_CHECK_EQUAL(run(next, 2, "x"), "ended");
  CAF_CHECK_EQUAL(take(next).seq, 1u);
  CAF_MESSAGE("the stuck runner finds nothing more to do");
  slot_block::block_output late;
  late.range = {0, 1};
  CAF_CHECK_EQUAL(name_of(stuck.publish(late)), "ended");
  CAF_CHECK(!stuck.claim(1, now).has_value());
}

CAF_TEST(the_rest_of_a_lost_runner_s_lease_moves_with_what_it_published) {
  slot_block lost;
  begin(lost, {0, 4});
  CAF_CHECK_EQUAL(run(lost, 1, "a"), "announce");
  slot_block::block_output late;
  late.range = *lost.claim(2, now);
  slot_block next;
  lost.move_rest_to(next);
  CAF_CHECK(lost.stop_flag());
  CAF_CHECK(take(next).range == (index_range{0, 1}));
  CAF_CHECK(next.remaining() == (index_range{1, 4}));
  CAF_CHECK_EQUAL(run(next, 3, "b"), "ended");
  CAF_CHECK_EQUAL(take(next).seq, 1u);
  CAF_MESSAGE("the runner was not lost after all");
  CAF_CHECK_EQUAL(name_of(lost.publish(late)), "ended");
  CAF_CHECK(!lost.take());
  CAF_CHECK(!lost.claim(1, now).has_value());
}

CAF_TEST(a_lost_runner_that_ran_nothing_claims_nothing_more) {
  slot_block lost;
  begin(lost, {0, 4});
  slot_block next;
  lost.move_rest_to(next);
  CAF_CHECK(!lost.claim(1, now).has_value());
  CAF_CHECK_EQUAL(run(next, 4, "b"), "ended");
}

CAF_TEST(an_idle_block_has_nothing) {
  slot_block block;
  CAF_CHECK(block.finished());
  CAF_CHECK(!block.claim(1, now));
  CAF_CHECK(!block.take());
  CAF_CHECK(block.remaining().empty());
  CAF_CHECK(!block.started_at());
  CAF_CHECK(!block.stop_flag());
  CAF_CHECK_EQUAL(block.trim(5), 0u);
  CAF_CHECK(!block.resume());
}

CAF_TEST(a_lease_runs_block_by_block) {
  slot_block block;
  begin(block, {10, 20});
  CAF_CHECK(block.lease() == some_lease);
  CAF_CHECK(!block.finished());
  CAF_CHECK(!block.claim(0, now));
  CAF_CHECK(block.claim(4, now) == (index_range{10, 14}));
  CAF_CHECK(block.started_at() == now);
  CAF_CHECK(block.remaining() == (index_range{10, 20}));
  CAF_CHECK(!block.take());
  slot_block::block_output out;
  out.range = {10, 14};
  for (const auto* x : {"a", "b", "c"})
    out.results.add(x);
  out.failed = {{12, errc::function_failed, "no"}};
  out.busy_ns = 40;
  CAF_CHECK_EQUAL(name_of(block.publish(out)), "announce");
  CAF_CHECK(out.failed.empty());
  CAF_CHECK(!block.started_at());
  CAF_CHECK(block.remaining() == (index_range{14, 20}));
  CAF_CHECK_EQUAL(run(block, 4, "d"), "go_on");
  const auto taken = block.take();
  CAF_REQUIRE(taken);
  CAF_CHECK(taken->range == (index_range{10, 18}));
  CAF_CHECK_EQUAL(results_in(*taken), 7u);
  CAF_REQUIRE_EQUAL(taken->failed.size(), 1u);
  CAF_CHECK_EQUAL(taken->failed[0].index, 12u);
  CAF_CHECK_EQUAL(taken->failed[0].text, "no");
  CAF_CHECK_EQUAL(taken->busy_ns, 50u);
  CAF_CHECK_EQUAL(taken->seq, 0u);
  CAF_CHECK(!block.take());
  CAF_CHECK_EQUAL(run(block, 99, "e"), "ended");
  CAF_CHECK(block.finished());
  CAF_CHECK(!block.claim(1, now));
  const auto last = block.take();
  CAF_REQUIRE(last);
  CAF_CHECK(last->range == (index_range{18, 20}));
  CAF_CHECK_EQUAL(last->seq, 1u);
  begin(block, {0, 1});
  CAF_CHECK_EQUAL(run(block, 1, "f"), "ended");
  CAF_CHECK_EQUAL(take(block).seq, 0u);
}

CAF_TEST(a_full_output_is_flushed_once) {
  const std::string kib(limits::kib, 'x');
  struct row {
    const char* what;
    uint64_t block;
    std::string text;
    std::vector<std::string> want;
  };
  const row rows[] = {
    {"by results", 512, "x", {"announce", "flush", "go_on"}},
    {"by results at once", 1024, "x", {"flush", "go_on"}},
    {"by bytes", 32, kib, {"announce", "flush", "go_on"}},
    {"neither", 10, "x", {"announce", "go_on", "go_on"}},
  };
  for (const auto& [what, size, text, want] : rows) {
    CAF_MESSAGE(what);
    slot_block block;
    begin(block, {0, 1 << 20});
    for (int round = 0; round < 2; ++round) {
      for (const auto& told : want)
        CAF_CHECK_EQUAL(run(block, size, text), told);
      CAF_CHECK(take(block).range.size() == size * want.size());
    }
  }
}

CAF_TEST(merged_results_are_flushed_by_bytes_only_and_failures_by_number) {
  slot_block block;
  block.begin(some_lease, {0, 1 << 20}, std::make_unique<digit_sum>());
  CAF_CHECK_EQUAL(run(block, 5000, "1"), "announce");
  CAF_CHECK_EQUAL(run(block, 5000, "2"), "go_on");
  slot_block::block_output out;
  out.range = *block.claim(limits::slice_results_max, now);
  for (auto i = out.range.begin; i < out.range.end; ++i)
    out.failed.push_back({i, errc::function_failed, ""});
  CAF_CHECK_EQUAL(name_of(block.publish(out)), "flush");
  CAF_CHECK_EQUAL(take(block).results, "15000");
  out.range = *block.claim(20, now);
  for (auto i = out.range.begin; i < out.range.end; ++i)
    out.failed.push_back({i, errc::function_failed, std::string(4000, 'x')});
  CAF_CHECK_EQUAL(name_of(block.publish(out)), "flush");
  CAF_CHECK_EQUAL(take(block).results, "0");
  CAF_CHECK_EQUAL(run(block, 1, "7"), "announce");
}

CAF_TEST(trim_leaves_what_was_claimed) {
  struct row {
    const char* what;
    uint64_t claimed;
    task_index end;
    task_index want;
  };
  const row rows[] = {
    {"a part of the rest", 4, 17, 17},   {"all of the rest", 4, 14, 14},
    {"into what is claimed", 4, 11, 14}, {"before the lease", 4, 0, 14},
    {"beyond the end", 4, 25, 20},       {"nothing was claimed", 0, 10, 10},
  };
  for (const auto& [what, claimed, end, want] : rows) {
    CAF_MESSAGE(what);
    slot_block block;
    begin(block, {10, 20});
    slot_block::block_output out;
    if (claimed > 0)
      out.range = *block.claim(claimed, now);
    CAF_CHECK_EQUAL(block.trim(end), want);
    if (claimed > 0)
      CAF_CHECK_EQUAL(name_of(block.publish(out)),
                      want == 14 ? "ended" : "announce");
    CAF_CHECK_EQUAL(block.finished(), want == 10 + claimed);
    CAF_CHECK_EQUAL(block.remaining().size(), want - 10 - claimed);
  }
}

CAF_TEST(stop_ends_the_lease_behind_the_running_block) {
  slot_block block;
  begin(block, {0, 10});
  slot_block::block_output out;
  out.range = *block.claim(4, now);
  block.stop();
  CAF_CHECK(block.stop_flag());
  CAF_CHECK(!block.finished());
  CAF_CHECK_EQUAL(name_of(block.publish(out)), "ended");
  CAF_CHECK(block.finished());
  CAF_CHECK(!block.claim(1, now));
  CAF_CHECK(take(block).range == (index_range{0, 4}));
  begin(block, {4, 5});
  CAF_CHECK(!block.stop_flag());
  CAF_CHECK_EQUAL(run(block, 1, "x"), "ended");
}

CAF_TEST(a_lease_can_be_stopped_before_it_ran) {
  slot_block block;
  begin(block, {0, 10});
  block.stop();
  CAF_CHECK(block.finished());
  CAF_CHECK(!block.take());
  begin(block, {0, 1});
  CAF_CHECK(!block.finished());
}

CAF_TEST(a_pause_refuses_claims_until_it_is_over) {
  slot_block block;
  begin(block, {0, 10});
  block.pause();
  CAF_CHECK(!block.resume()); // Nobody asked meanwhile.
  slot_block::block_output out;
  out.range = *block.claim(2, now);
  block.pause();
  CAF_CHECK_EQUAL(name_of(block.publish(out)), "announce");
  CAF_CHECK(!block.claim(2, now));
  CAF_CHECK(!block.finished());
  CAF_CHECK(block.take().has_value());
  CAF_CHECK(block.resume());
  CAF_CHECK(!block.resume());
  CAF_CHECK_EQUAL(run(block, 99, "x"), "ended");
  block.pause();
  CAF_CHECK(!block.claim(1, now)); // At its end, not starved.
  CAF_CHECK(!block.resume());
}

CAF_TEST(a_runner_waits_while_nobody_takes_its_output) {
  slot_block block;
  begin(block, {0, 100});
  const std::string large(limits::slice_bytes_flush, 'x');
  size_t published = 0;
  slot_block::block_output out;
  while (auto claimed = block.claim(1, now)) {
    out.range = *claimed;
    out.results.add(large);
    block.publish(out);
    ++published;
  }
  CAF_CHECK_EQUAL(published, 4u);
  CAF_CHECK(!block.finished());
  const auto taken = block.take();
  CAF_REQUIRE(taken);
  CAF_CHECK_LESS(taken->results.size(),
                 limits::packed_results_bytes_max - limits::result_bytes_max);
  CAF_CHECK(block.resume()); // It must be told to go on.
  CAF_CHECK(block.claim(1, now).has_value());
}

CAF_TEST(a_pause_outlives_the_lease) {
  slot_block block;
  block.pause();
  begin(block, {0, 1});
  CAF_CHECK(!block.claim(1, now));
  CAF_CHECK(block.resume());
  CAF_CHECK_EQUAL(run(block, 1, "x"), "ended");
}

CAF_TEST(the_first_fatal_result_ends_the_lease) {
  slot_block block;
  block.begin(some_lease, {0, 100}, std::make_unique<digit_sum>());
  slot_block::block_output out;
  out.range = *block.claim(4, now);
  for (const auto* x : {"5", "bad", "worse", "3"})
    out.results.add(x);
  CAF_CHECK_EQUAL(name_of(block.publish(out)), "ended");
  CAF_CHECK(block.finished());
  CAF_CHECK(!block.claim(1, now));
  const auto taken = block.take();
  CAF_REQUIRE(taken);
  CAF_CHECK(taken->fatal == (error{errc::integer_overflow, "'bad'"}));
  CAF_CHECK_EQUAL(taken->results, "5");
  CAF_CHECK(taken->range == (index_range{0, 4}));
  CAF_CHECK(!block.claim(1, now)); // Also when it was taken.
  block.begin(some_lease, {4, 5}, std::make_unique<digit_sum>());
  CAF_CHECK_EQUAL(run(block, 1, "5"), "ended");
  CAF_CHECK(take(block).fatal.code == errc::ok);
}

CAF_TEST(a_block_can_be_published_in_parts) {
  slot_block block;
  begin(block, {0, 10});
  CAF_REQUIRE(block.claim(10, now));
  slot_block::block_output out;
  out.range = {0, 4};
  CAF_CHECK_EQUAL(name_of(block.publish(out)), "announce");
  CAF_CHECK(block.started_at() == now);
  CAF_CHECK(!block.finished());
  CAF_CHECK(block.remaining() == (index_range{4, 10}));
  CAF_CHECK_EQUAL(block.trim(0), 10u);
  CAF_CHECK(take(block).range == (index_range{0, 4}));
  out.range = {4, 10};
  CAF_CHECK_EQUAL(name_of(block.publish(out)), "ended");
  CAF_CHECK(!block.started_at());
  CAF_CHECK(take(block).range == (index_range{4, 10}));
}

namespace {

// Runs leases until it is told to end; what a RUNNER does without its mailbox.
// It asks again where a runner would wait for a message.
void run_until(slot_block& block, const std::atomic<bool>& ended) {
  slot_block::block_output out;
  uint64_t most = 1;
  while (!ended) {
    const auto claimed = block.claim(most, now);
    if (!claimed) {
      std::this_thread::yield();
      continue;
    }
    most = most % 7 + 1;
    out.range = *claimed;
    for (auto i = claimed->begin; i < claimed->end; ++i) {
      if (i % 5 == 0)
        out.failed.push_back({i, errc::function_failed, "five"});
      else
        out.results.add(std::to_string(i));
    }
    block.publish(out);
  }
}

// Checks one output against what must come next; returns whether it fits.
bool fits(const slot_block::output& out, task_index& next, uint32_t& seq) {
  if (out.range.begin != next || out.seq != seq++)
    return false;
  const auto view = packed_view::parse(out.results);
  if (!view)
    return false;
  uint32_t result = 0;
  size_t failure = 0;
  for (; next < out.range.end; ++next) {
    if (next % 5 == 0) {
      if (failure == out.failed.size() || out.failed[failure++].index != next)
        return false;
    } else if (result == view->size()
               || (*view)[result++] != std::to_string(next)) {
      return false;
    }
  }
  return result == view->size() && failure == out.failed.size();
}

// Trims, pauses and takes at random until the lease is finished; returns
// whether every index up to the final end came exactly once and in order.
bool play_lease(slot_block& block, random_source& random, task_index begin) {
  task_index next = begin;
  task_index end = begin + 400;
  uint32_t seq = 0;
  block.begin({1, begin + 1}, {begin, end}, make_packed_collector());
  for (;;) {
    const auto draw = random.next() % 64;
    if (draw == 0)
      end = block.trim(end - random.next() % 50);
    else if (draw < 4)
      block.pause();
    else if (draw < 16)
      block.resume();
    const auto is_last = block.finished();
    if (auto out = block.take(); out && !fits(*out, next, seq))
      return false;
    if (is_last)
      break;
    std::this_thread::yield();
  }
  block.resume();
  return next == end && block.remaining().empty();
}

} // namespace

CAF_TEST(two_threads_deliver_every_index_once_and_in_order) {
  slot_block block;
  std::atomic<bool> ended{false};
  std::thread runner{[&] { run_until(block, ended); }};
  const auto random = make_seeded_random(11);
  size_t good = 0;
  for (task_index lease = 0; lease < 200; ++lease)
    good += play_lease(block, *random, lease * 1000);
  ended = true;
  runner.join();
  CAF_CHECK_EQUAL(good, 200u);
}

CAF_TEST(an_output_tells_how_long_it_waited_and_took) {
  slot_block block;
  begin(block, {0, 2});
  for (auto at : {now, now + 3ms}) {
    auto claimed = block.claim(1, at);
    CAF_REQUIRE(claimed);
    slot_block::block_output out;
    out.range = *claimed;
    out.busy_ns = 2'000'000;
    out.results.add("x");
    block.publish(out);
  }
  const auto taken = take(block);
  CAF_CHECK_EQUAL(taken.waited_us(now - 1ms), 1000u);
  CAF_CHECK_EQUAL(taken.took_us(), 5000u);
  CAF_CHECK_EQUAL(taken.waited_us(now + 1ms), 0u); // Clocks that go back.
}
