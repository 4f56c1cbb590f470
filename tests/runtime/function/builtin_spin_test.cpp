#define CAF_SUITE builtin_spin

#include "tests/runtime/function/call_function.hpp"

#include <caf/test/unit_test.hpp>

#include <algorithm>
#include <array>
#include <ctime>

using namespace troupe;
using test::json_caller;
using test::shown;

namespace {

uint64_t thread_us() {
  timespec now{};
  ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<uint64_t>(now.tv_sec) * 1'000'000
         + static_cast<uint64_t>(now.tv_nsec) / 1'000;
}

/// CPU time of `times` calls with this input, after one that does not count.
uint64_t calls_us(json_caller& call, const char* input, int times) {
  call(input);
  auto begin = thread_us();
  for (int i = 0; i < times; ++i)
    CAF_REQUIRE_EQUAL(shown(call(input)), input);
  return thread_us() - begin;
}

/// Median CPU time of five attempts at `times` tasks, without what the calls
/// themselves cost: under the sanitizers, far more than a short task. Each
/// attempt is calibrated anew, and one may fall into a slow moment.
int64_t spent_us(const function_registry& registry, const char* args,
                 const char* input, int times) {
  std::array<int64_t, 5> attempts{};
  for (auto& us : attempts) {
    json_caller idle{registry, "spin", R"({"nanoseconds":0})"};
    json_caller call{registry, "spin", args};
    auto overhead = static_cast<int64_t>(calls_us(idle, input, times));
    auto all = static_cast<int64_t>(calls_us(call, input, times));
    us = std::max<int64_t>(all - overhead, 0);
  }
  std::sort(attempts.begin(), attempts.end());
  return attempts[attempts.size() / 2];
}

} // namespace

CAF_TEST(it_returns_its_input_or_says_what_is_wrong) {
  struct row {
    const char* args;
    const char* input;
    const char* want;
  };
  const row rows[] = {
    {"null", "0", "0"},
    {"null", "20", "20"},
    {R"({"nanoseconds":0})", "18446744073709551615", "18446744073709551615"},
    {"null", "3600000001",
     "!spin takes at most 3600000000 us a task, got 3600000001"},
    {"null", "18446744073709551615",
     "!spin takes at most 3600000000 us a task, got 18446744073709551615"},
    {R"({"nanoseconds":3600000001000})", "1",
     "!spin takes at most 3600000000 us a task, got 3600000001"},
    {"null", "-1", "!expected uint, got -1"},
  };
  auto registry = test::builtins();
  for (const auto& [args, input, want] : rows) {
    CAF_MESSAGE(input);
    json_caller call{registry, "spin", args};
    CAF_CHECK_EQUAL(shown(call(input)), want);
  }
}

// Generous bounds above: whoever else is on the machine makes it slower.
CAF_TEST(it_takes_the_cpu_time_that_was_asked_for) {
  struct row {
    const char* args;
    const char* input;
    int times;
    int64_t want_us;
  };
  const row rows[] = {
    {"null", "20000", 1, 20'000},
    {"null", "5", 4'000, 20'000},
    {R"({"nanoseconds":20000000})", "1", 1, 20'000},
    {R"({"nanoseconds":0})", "20000", 1, 0},
  };
  auto registry = test::builtins();
  for (const auto& [args, input, times, want_us] : rows) {
    CAF_MESSAGE(input << " with " << args);
    auto got_us = spent_us(registry, args, input, times);
    CAF_MESSAGE("took " << got_us << " us");
    CAF_CHECK(got_us >= want_us / 2);
    CAF_CHECK(got_us < 3 * want_us + 5'000);
  }
}

CAF_TEST(a_spinner_that_is_asked_to_stop_does_not_spin_on) {
  std::atomic<bool> stop{true};
  auto registry = test::builtins();
  json_caller call{registry, "spin"};
  call.context.stop = &stop;
  CAF_CHECK_EQUAL(shown(call("3600000000")), "!the attempt was stopped");
}
