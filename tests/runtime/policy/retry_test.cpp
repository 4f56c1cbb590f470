#define CAF_SUITE retry

#include "runtime/base/random.hpp"
#include "runtime/policy/retry.hpp"

#include <caf/test/unit_test.hpp>

#include <limits>

using namespace troupe;
using namespace std::chrono_literals;
using std::chrono::milliseconds;

namespace {

constexpr auto nothing = milliseconds{-1};
constexpr auto longest = milliseconds::max();
constexpr auto almost_one = 1.0 - 0x1.0p-53;

} // namespace

CAF_TEST(the_delay_doubles_up_to_the_cap_and_then_the_task_is_given_up) {
  struct row {
    const char* what;
    retry_policy policy;
    uint32_t failed;
    double uniform;
    milliseconds want;
  };
  const retry_policy usual{100ms, 350ms, 5};
  const auto endless = std::numeric_limits<uint32_t>::max();
  const row rows[] = {
    {"the first ceiling is the base", usual, 1, 0.5, 50ms},
    {"it doubles", usual, 2, 0.5, 100ms},
    {"it is capped", usual, 3, 0.5, 175ms},
    {"and stays there", usual, 4, 0.5, 175ms},
    {"a draw of zero retries at once", usual, 3, 0.0, 0ms},
    {"the ceiling itself is never reached", usual, 1, almost_one, 99ms},
    {"rounded down", usual, 1, 0.999, 99ms},
    {"attempts used up", usual, 5, 0.5, nothing},
    {"more than used up", usual, 6, 0.5, nothing},
    {"no retries", {100ms, 350ms, 1}, 1, 0.5, nothing},
    {"a base over the cap", {900ms, 350ms, 5}, 1, 0.5, 175ms},
    {"the base is the cap", {350ms, 350ms, 5}, 1, 0.5, 175ms},
    {"no base", {0ms, 350ms, 5}, 4, 0.5, 0ms},
    {"no cap", {100ms, 0ms, 5}, 4, 0.5, 0ms},
    {"negative ones", {-5ms, -7ms, 5}, 1, 0.5, 0ms},
    {"many failures", {100ms, 350ms, endless}, 1000, 0.5, 175ms},
    {"the most failures", {1ms, longest, endless}, endless - 1, 0.0, 0ms},
    {"62 doublings",
     {1ms, longest, endless},
     63,
     0.5,
     milliseconds{int64_t{1} << 61}},
    {"63 doublings",
     {1ms, longest, endless},
     64,
     0.5,
     milliseconds{int64_t{1} << 62}},
    {"64 doublings", {100ms, 350ms, endless}, 65, 0.5, 175ms},
    {"no failure counts as one", usual, 0, 0.5, 50ms},
  };
  for (const auto& [what, policy, failed, uniform, want] : rows) {
    CAF_MESSAGE(what);
    const auto got = next_delay(policy, failed, uniform);
    CAF_CHECK_EQUAL(got.value_or(nothing).count(), want.count());
  }
}

CAF_TEST(delays_stay_below_the_ceiling_for_every_draw) {
  const auto random = make_seeded_random(5);
  const retry_policy policy{100ms, 10s, 1000};
  for (uint32_t failed = 1; failed < 200; ++failed) {
    const auto got = next_delay(policy, failed, random->uniform());
    CAF_REQUIRE(got);
    const auto ceiling = failed < 8 ? 100ms * (1 << (failed - 1)) : 10s;
    CAF_CHECK(0ms <= *got && *got < ceiling);
  }
}

CAF_TEST(reconnecting_doubles_from_min_to_max) {
  struct row {
    const char* what;
    double uniform;
    milliseconds want;
  };
  // One after another; a step is jittered to [1/2, 1].
  const row rows[] = {
    {"the smallest wait", 0.0, 50ms}, {"twice that", 0.0, 100ms},
    {"half-way", 0.5, 300ms},         {"nearly all", 0.999, 799ms},
    {"the maximum", 0.0, 500ms},      {"stays", almost_one, 1000ms},
    {"stays again", 0.5, 750ms},
  };
  reconnect_backoff backoff{100ms, 1000ms};
  for (const auto& [what, uniform, want] : rows) {
    CAF_MESSAGE(what);
    CAF_CHECK_EQUAL(backoff.next(uniform).count(), want.count());
  }
  backoff.reset();
  CAF_CHECK_EQUAL(backoff.next(0.0).count(), 50);
}

CAF_TEST(extreme_reconnect_bounds_do_not_overflow) {
  reconnect_backoff backoff{1ms, longest};
  for (int i = 0; i < 100; ++i)
    CAF_CHECK(backoff.next(0.5) >= 0ms);
  CAF_CHECK(backoff.next(0.0) >= longest / 2 - 1s);
  reconnect_backoff same{7ms, 7ms};
  CAF_CHECK_EQUAL(same.next(0.0).count(), 3);
  CAF_CHECK_EQUAL(same.next(almost_one).count(), 7);
}
