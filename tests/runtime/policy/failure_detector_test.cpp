#define CAF_SUITE failure_detector

#include "runtime/base/random.hpp"
#include "runtime/policy/failure_detector.hpp"

#include <caf/test/unit_test.hpp>

#include <algorithm>
#include <cmath>
#include <deque>
#include <optional>
#include <vector>

using namespace troupe;
using namespace std::chrono_literals;
using std::chrono::milliseconds;

namespace {

constexpr auto interval = milliseconds{limits::heartbeat_interval_default};
constexpr time_point start{};

/// Returns the first silence, in whole milliseconds, at which phi reaches the
/// limit.
milliseconds suspected_after(duration mean, duration deviation) {
  auto silence = milliseconds{0};
  while (phi(silence, mean, deviation) < limits::suspicion_phi)
    silence += 1ms;
  return silence;
}

/// Returns how long a node must be silent to be judged at least like that.
milliseconds silence_until(const failure_detector& subject, time_point last,
                           suspicion what) {
  auto silence = milliseconds{0};
  while (subject.judge(last + silence) < what)
    silence += 1ms;
  return silence;
}

/// Feeds heartbeats with these times between them; returns the last.
time_point feed(failure_detector& subject,
                const std::vector<milliseconds>& gaps, size_t rounds) {
  auto now = start;
  for (size_t i = 0; i < rounds; ++i)
    for (auto gap : gaps)
      subject.heartbeat(now += gap);
  return now;
}

} // namespace

CAF_TEST(phi_is_that_of_the_reference) {
  // AccrualFailureDetectorSpec of Akka and Pekko.
  struct row {
    milliseconds silence;
    double want;
  };
  const row rows[] = {{500ms, 0.1},  {1000ms, 0.3},  {1200ms, 1.6},
                      {1400ms, 4.7}, {1600ms, 10.8}, {1700ms, 15.3}};
  for (const auto& [silence, want] : rows) {
    CAF_MESSAGE(silence.count());
    auto is = phi(silence, 1000ms, 100ms);
    CAF_CHECK(std::abs(is - want) <= 0.1);
  }
}

CAF_TEST(phi_grows_with_silence_and_is_always_a_number) {
  auto last = -1.0;
  for (auto silence : {0ms, 100ms, 200ms, 5000ms, 100'000ms, 86'400'000ms}) {
    auto is = phi(silence, 200ms, 50ms);
    CAF_CHECK(std::isfinite(is));
    CAF_CHECK(is > last || (is == 0.0 && last == 0.0));
    last = is;
  }
}

CAF_TEST(settings_give_the_silences_of_the_reference) {
  struct row {
    const char* what;
    duration mean;
    duration pause;
    duration deviation;
    double want; ///< Seconds.
  };
  const row rows[] = {
    {"Pekko's defaults", 1000ms, 3000ms, 100ms, 4.5},
    {"and with its first deviation", 1000ms, 3000ms, 250ms, 5.3},
    {"half of that", 500ms, 1500ms, 50ms, 2.26},
    {"ours", interval, limits::heartbeat_pause_default, interval / 4, 1.06},
    {"twice as fast", 100ms, 300ms, 30ms, 0.56},
  };
  for (const auto& [what, mean, pause, deviation, want] : rows) {
    CAF_MESSAGE(what);
    auto is =
      std::chrono::duration<double>{suspected_after(mean + pause, deviation)};
    CAF_CHECK(std::abs(is.count() - want) <= 0.05 * want / 4);
  }
}

CAF_TEST(a_silent_node_is_suspect_first_and_then_down) {
  failure_detector subject{{}, interval, start};
  auto last = feed(subject, {interval}, 50);
  auto suspect = silence_until(subject, last, suspicion::suspect);
  auto down = silence_until(subject, last, suspicion::down);
  CAF_CHECK(suspect > 1050ms);
  CAF_CHECK(suspect < 1075ms);
  CAF_CHECK_EQUAL(down.count(), 1350);
  subject.heartbeat(last + 1200ms);
  CAF_CHECK(subject.judge(last + 1200ms) == suspicion::none);
}

CAF_TEST(the_silence_before_suspicion_stays_within_bounds) {
  struct row {
    const char* what;
    std::vector<milliseconds> gaps;
    milliseconds least;
    milliseconds most;
  };
  const row rows[] = {
    {"none came yet", {}, 1055ms, 1070ms},
    {"regular ones", {200ms}, 1055ms, 1070ms},
    {"a little jitter", {180ms, 220ms}, 1055ms, 1070ms},
    {"bursts do not make it impatient", {0ms, 0ms, 0ms, 200ms}, 1055ms, 1400ms},
    {"slow ones are waited for", {300ms}, 1150ms, 1170ms},
    {"restless ones are, too", {100ms, 500ms}, 1200ms, 1450ms},
    {"but not for ever", {10ms, 900ms}, 1200ms, 1525ms},
  };
  for (const auto& [what, gaps, least, most] : rows) {
    CAF_MESSAGE(what);
    failure_detector subject{{}, interval, start};
    auto last = feed(subject, gaps, 200);
    auto is = silence_until(subject, last, suspicion::suspect);
    CAF_CHECK(is >= least);
    CAF_CHECK(is <= most);
  }
}

CAF_TEST(the_silence_of_a_suspect_does_not_change_its_rhythm) {
  failure_detector subject{{}, interval, start};
  auto last = feed(subject, {interval}, 10);
  for (int i = 0; i < 50; ++i)
    subject.heartbeat(last += 1300ms);
  auto suspect = silence_until(subject, last, suspicion::suspect);
  CAF_CHECK(suspect < 1075ms);
}

CAF_TEST(a_node_with_a_longer_interval_is_waited_for_longer) {
  failure_detector subject{{}, 1s, start};
  auto suspect = silence_until(subject, start, suspicion::suspect);
  CAF_CHECK(suspect > 2800ms);
  CAF_CHECK(suspect < 3000ms);
  auto down = silence_until(subject, start, suspicion::down);
  CAF_CHECK_EQUAL(down.count(), suspect.count());
}

CAF_TEST(a_heartbeat_is_late_after_one_and_a_half_intervals) {
  failure_detector subject{{}, interval, start};
  CAF_CHECK(!subject.is_late(start + 300ms));
  CAF_CHECK(subject.is_late(start + 301ms));
}

CAF_TEST(time_that_the_judge_missed_does_not_count) {
  struct row {
    const char* what;
    std::vector<milliseconds> ticks; ///< When each was handled, after 50 asked.
    milliseconds now;
    milliseconds want; ///< The part of it that was attended.
  };
  const row rows[] = {
    {"nothing was asked yet", {}, 5000ms, 5000ms},
    {"punctual", {50ms, 100ms, 150ms}, 170ms, 170ms},
    {"a little late is ordinary", {70ms, 140ms}, 150ms, 150ms},
    {"a pause of 600 ms", {50ms, 700ms}, 710ms, 135ms},
    {"one that is not over", {50ms}, 700ms, 125ms},
    {"two of them", {50ms, 700ms, 1350ms}, 1350ms, 200ms},
  };
  for (const auto& [what, ticks, now, want] : rows) {
    CAF_MESSAGE(what);
    local_health subject;
    if (!ticks.empty())
      subject.tick(start, 50ms);
    for (auto at : ticks)
      subject.tick(start + at, 50ms);
    auto is = subject.attended(start + now) - start;
    CAF_CHECK_EQUAL(is.count(), duration{want}.count());
  }
}

CAF_TEST(attended_time_never_goes_back) {
  local_health subject;
  auto last = start;
  subject.tick(start, 50ms);
  for (auto now = start; now < start + 3s; now += 1ms) {
    auto is = subject.attended(now);
    CAF_REQUIRE(is >= last);
    last = is;
    if ((now - start) % 430ms == 0ms)
      subject.tick(now, 50ms);
  }
}

CAF_TEST(a_judge_that_rests_misses_nothing) {
  local_health subject;
  subject.tick(start, 50ms);
  subject.rest(start + 50ms);
  CAF_CHECK(subject.attended(start + 10s) == start + 10s);
  subject.tick(start + 10s, 50ms);
  CAF_CHECK(subject.attended(start + 10s) == start + 10s);
}

// -- simulation ---------------------------------------------------------------

namespace {

/// A judge that is frozen for 600 ms now and then and looks after loaded nodes,
/// in steps of 1 ms. What arrives while it is frozen waits, and its timer fires
/// before it reads.
class simulation {
public:
  struct finding {
    size_t false_suspicions = 0;
    std::optional<milliseconds> found_after; ///< Of the frozen node: down.
    milliseconds judge_missed{0};            ///< Between freeze and `down`.
  };

  simulation(uint64_t seed, bool corrected)
    : random_(make_seeded_random(seed)), corrected_(corrected) {
    for (size_t i = 0; i < 8; ++i)
      peers_.push_back({failure_detector{{}, interval, start}, below(200ms)});
    health_.tick(start, tick_at_);
  }

  /// The first peer freezes for good at `frozen_at`.
  finding run(milliseconds time, milliseconds frozen_at) {
    for (auto now = 0ms; now < time; now += 1ms) {
      for (size_t i = 0; i < peers_.size(); ++i)
        if (i > 0 || now < frozen_at)
          live(peers_[i], now);
      if (now >= judge_frozen_until_ && below(2000ms) == 0ms)
        judge_frozen_until_ = now + 600ms;
      if (now < judge_frozen_until_) {
        if (now >= frozen_at && !result_.found_after)
          result_.judge_missed += 1ms;
        continue;
      }
      if (now >= tick_at_)
        judge(now, frozen_at);
      read(now);
    }
    return result_;
  }

private:
  struct peer {
    failure_detector detector;
    milliseconds next_beat;
    milliseconds paused_until{0};
    std::deque<milliseconds> on_the_way{};
  };

  milliseconds below(milliseconds most) {
    return milliseconds{static_cast<int64_t>(
      random_->uniform() * static_cast<double>(most.count()))};
  }

  /// Loaded: its timers are late, what it sends is under way for a while, and
  /// it stops for up to 600 ms now and then.
  void live(peer& x, milliseconds now) {
    if (now >= x.paused_until && below(6000ms) == 0ms)
      x.paused_until = now + 400ms + below(200ms);
    if (now < x.next_beat || now < x.paused_until)
      return;
    auto arrives = now + below(50ms);
    if (!x.on_the_way.empty())
      arrives = std::max(arrives, x.on_the_way.back());
    x.on_the_way.push_back(arrives);
    x.next_beat = std::max(x.next_beat + interval, now) + below(20ms);
  }

  time_point seen(milliseconds now) const {
    return corrected_ ? health_.attended(start + now) : start + now;
  }

  void judge(milliseconds now, milliseconds frozen_at) {
    auto any_late = false;
    for (size_t i = 0; i < peers_.size(); ++i) {
      auto verdict = peers_[i].detector.judge(seen(now));
      auto frozen = i == 0 && now >= frozen_at;
      any_late = any_late || peers_[i].detector.is_late(seen(now));
      if (verdict != suspicion::none && !frozen)
        ++result_.false_suspicions;
      if (verdict == suspicion::down && frozen && !result_.found_after)
        result_.found_after = now - frozen_at;
    }
    auto asked =
      any_late ? milliseconds{limits::judge_interval} : calm_judge_interval;
    health_.tick(start + now, asked);
    tick_at_ = now + asked + below(3ms);
  }

  void read(milliseconds now) {
    for (auto& x : peers_)
      while (!x.on_the_way.empty() && x.on_the_way.front() <= now) {
        x.on_the_way.pop_front();
        x.detector.heartbeat(seen(now));
      }
  }

  std::unique_ptr<random_source> random_;
  bool corrected_;
  local_health health_;
  std::vector<peer> peers_;
  milliseconds judge_frozen_until_{0};
  milliseconds tick_at_{calm_judge_interval};
  finding result_;
};

} // namespace

CAF_TEST(no_seed_accuses_a_healthy_node_and_each_finds_the_frozen_one) {
  for (uint64_t seed = 1; seed <= 100; ++seed) {
    auto result = simulation{seed, true}.run(64s, 60s);
    CAF_MESSAGE("seed " << seed);
    CAF_REQUIRE_EQUAL(result.false_suspicions, 0u);
    CAF_REQUIRE(result.found_after.has_value());
    CAF_CHECK(*result.found_after - result.judge_missed <= 1500ms);
  }
}

CAF_TEST(without_the_correction_healthy_nodes_would_be_accused) {
  size_t accused = 0;
  for (uint64_t seed = 1; seed <= 20; ++seed)
    if (simulation{seed, false}.run(60s, 60s).false_suspicions > 0)
      ++accused;
  CAF_CHECK(accused > 0);
}
