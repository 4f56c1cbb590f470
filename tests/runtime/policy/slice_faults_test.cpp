#define CAF_SUITE slice_faults

#include "runtime/policy/slice_faults.hpp"

#include <caf/test/unit_test.hpp>

using namespace troupe;
using namespace std::chrono_literals;

namespace {

constexpr time_point begin{};

/// Returns how many of 10 000 messages are lost, and how many are late.
std::pair<int, int> hits(slice_faults& subject, time_point now) {
  int lost = 0;
  int late = 0;
  for (int i = 0; i < 10'000; ++i) {
    auto fate = subject.next(now);
    lost += fate.lost;
    late += fate.delay > 0ms;
  }
  return {lost, late};
}

} // namespace

CAF_TEST(nothing_happens_unless_it_is_asked_for) {
  slice_faults subject;
  CAF_CHECK((hits(subject, begin) == std::pair{0, 0}));
}

CAF_TEST(about_the_share_is_lost_or_late_until_the_time_is_up) {
  struct row {
    double share;
    std::chrono::milliseconds delay;
    int least;
    int most;
  };
  const row rows[] = {{0, 0ms, 0, 0},
                      {0.1, 0ms, 800, 1'200},
                      {0.1, 5ms, 800, 1'200},
                      {1, 0ms, 10'000, 10'000}};
  slice_faults subject;
  for (const auto& [share, delay, least, most] : rows) {
    CAF_MESSAGE(share << " by " << delay.count() << " ms");
    subject.begin({share, delay}, begin + 1s);
    auto [lost, late] = hits(subject, begin);
    auto hit = delay > 0ms ? late : lost;
    auto other = delay > 0ms ? lost : late;
    CAF_CHECK_EQUAL(other, 0);
    CAF_CHECK(hit >= least && hit <= most);
    CAF_CHECK((hits(subject, begin + 1s) == std::pair{0, 0}));
  }
}

CAF_TEST(a_late_message_is_late_by_the_delay) {
  slice_faults subject;
  subject.begin({1, 70ms}, begin + 1s);
  CAF_CHECK(subject.next(begin).delay == 70ms);
  CAF_CHECK(!subject.next(begin).lost);
}
