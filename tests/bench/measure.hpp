#pragma once

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

/// What every benchmark measures with: the same payload, the same clock and
/// the same way to print, so that their numbers can be compared.
namespace troupe::bench {

using bench_clock = std::chrono::steady_clock;

/// Size of one input and of its result.
constexpr size_t payload_bytes = 64;

/// Round trips before the first one that is measured.
constexpr size_t warm_up_round_trips = 200;

/// Ends the program: a benchmark that cannot measure must not print a number.
[[noreturn]] inline void die(std::string_view why) {
  fmt::print(stderr, "{}\n", why);
  std::exit(1);
}

/// Writes the payload of task `index` to `out` (64 bytes): the index, then
/// bytes that are pseudo-random by index. Cheap on purpose (one SplitMix64
/// round, then a Weyl sequence): it runs inside the timed region.
inline void fill_payload(uint64_t index, char* out) {
  auto z = index + 0x9E3779B97F4A7C15ull;
  z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ull;
  z = (z ^ (z >> 27)) * 0x94D049BB133111EBull;
  uint64_t words[payload_bytes / sizeof(uint64_t)];
  words[0] = index;
  for (size_t i = 1; i < std::size(words); ++i)
    words[i] = z += 0xD1B54A32D192ED03ull;
  std::memcpy(out, words, payload_bytes);
}

/// Returns whether `bytes` is the payload of task `index`.
inline bool is_payload(uint64_t index, std::string_view bytes) {
  char expected[payload_bytes];
  fill_payload(index, expected);
  return bytes == std::string_view{expected, payload_bytes};
}

/// Returns the index that a payload begins with. Precondition: 64 bytes.
inline uint64_t index_of(const char* payload) {
  uint64_t index = 0;
  std::memcpy(&index, payload, sizeof(index));
  return index;
}

/// Checks at the client that each of the indices 0, 1, .. comes back once and
/// with its payload: by comparing, counting and adding up.
class result_check {
public:
  void add(uint64_t index, std::string_view bytes) {
    if (!is_payload(index, bytes))
      die(fmt::format("task {} came back with another payload", index));
    ++count_;
    sum_ += index;
  }

  uint64_t count() const {
    return count_;
  }

  /// Dies unless exactly the tasks [0, sent) came back.
  void expect_all(uint64_t sent) const {
    auto sum = sent % 2 == 0 ? sent / 2 * (sent - 1) : (sent - 1) / 2 * sent;
    if (count_ != sent || sum_ != (sent == 0 ? 0 : sum))
      die(fmt::format("sent {} tasks, got {} results", sent, count_));
  }

private:
  uint64_t count_ = 0;
  uint64_t sum_ = 0; // Modulo 2^64, as is what it is compared with.
};

inline double seconds_between(bench_clock::time_point begin,
                              bench_clock::time_point end) {
  return std::chrono::duration<double>(end - begin).count();
}

inline double seconds_since(bench_clock::time_point begin) {
  return seconds_between(begin, bench_clock::now());
}

/// Prints one line `NAME VALUE`; run.sh collects them.
inline void print_metric(std::string_view name, double value) {
  fmt::print("{} {:.6g}\n", name, value);
  std::fflush(stdout);
}

/// Prints `NAME.p50_us` and `NAME.p99_us` of round trips in seconds.
inline void print_latency(std::string_view name, std::vector<double> seconds) {
  if (seconds.empty())
    die(fmt::format("no round trip was measured for {}", name));
  std::sort(seconds.begin(), seconds.end());
  auto quantile = [&](double q) {
    auto position = static_cast<size_t>(q * double(seconds.size()));
    return seconds[std::min(position, seconds.size() - 1)] * 1e6;
  };
  print_metric(fmt::format("{}.p50_us", name), quantile(0.50));
  print_metric(fmt::format("{}.p99_us", name), quantile(0.99));
}

} // namespace troupe::bench
