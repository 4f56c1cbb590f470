#include "runtime/function/builtin.hpp"
#include "runtime/function/builtin_parts.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <ctime>
#include <optional>

namespace troupe::builtin {

namespace {

/// Shorter tasks are counted in rounds alone: to read the clock of a thread is
/// a system call, which would be a good part of them.
constexpr uint64_t timed_ns_min = 100'000;

/// Between two looks at the clock and the stop flag.
constexpr uint64_t ns_per_check_max = 1'000'000;

/// Less than this is not cut further.
constexpr uint64_t ns_per_check_min = 10'000;

/// Returns the CPU time of this thread in nanoseconds: time in which another
/// one had the core is no work.
uint64_t thread_ns() {
  timespec now{};
  ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<uint64_t>(now.tv_sec) * 1'000'000'000
         + static_cast<uint64_t>(now.tv_nsec);
}

/// Runs a chain of multiplications, each of which needs the one before it, so
/// that neither the compiler nor the processor can shorten it (the generator of
/// D. Knuth's MMIX).
void run_rounds(uint64_t rounds) {
  uint64_t x = rounds;
  for (uint64_t i = 0; i < rounds; ++i)
    x = x * 6364136223846793005u + 1442695040888963407u;
  volatile uint64_t used = x;
  static_cast<void>(used);
}

/// Returns how many rounds a nanosecond has: the median of some attempts. On a
/// virtual machine some take far longer, and the clock may jump in others.
double measure_rounds_per_ns() {
  constexpr uint64_t rounds = 20'000;
  std::array<uint64_t, 15> attempts{};
  for (auto& ns : attempts) {
    auto begin = thread_ns();
    run_rounds(rounds);
    ns = thread_ns() - begin;
  }
  auto median = attempts.begin() + attempts.size() / 2;
  std::nth_element(attempts.begin(), median, attempts.end());
  return static_cast<double>(rounds)
         / static_cast<double>(std::max<uint64_t>(*median, 1));
}

class spinner {
public:
  result<uint64_t> operator()(const task_context& context,
                              uint64_t microseconds,
                              const std::optional<spin_args>& args) {
    auto ns = args ? args->nanoseconds : microseconds * 1'000;
    if (ns > spin_us_max * 1'000 || (!args && microseconds > spin_us_max))
      return fail(errc::bad_input,
                  fmt::format("spin takes at most {} us a task, got {}",
                              spin_us_max, args ? ns / 1'000 : microseconds));
    if (!work(context, ns))
      return stopped();
    return microseconds;
  }

private:
  bool work(const task_context& context, uint64_t ns) const {
    if (context.stop_requested())
      return false;
    if (ns < timed_ns_min) {
      run_rounds(rounds_in(ns));
      return true;
    }
    auto end = thread_ns() + ns;
    for (auto now = end - ns; now < end; now = thread_ns()) {
      if (context.stop_requested())
        return false;
      run_rounds(rounds_in(next_check(end - now)));
    }
    return true;
  }

  /// The core may be slower than when it was measured, so it goes half of the
  /// way again and again instead of too far.
  static uint64_t next_check(uint64_t ns_left) {
    if (ns_left <= 2 * ns_per_check_min)
      return ns_left;
    return std::min(ns_left / 2, ns_per_check_max);
  }

  uint64_t rounds_in(uint64_t ns) const {
    return static_cast<uint64_t>(static_cast<double>(ns) * rounds_per_ns());
  }

  static double rounds_per_ns() {
    static const double measured = measure_rounds_per_ns();
    return measured;
  }
};

} // namespace

result<void> add_spin(function_registry& registry) {
  return registry.add("spin", spinner{},
                      "keeps a core busy for a number of microseconds and "
                      "returns it");
}

} // namespace troupe::builtin
