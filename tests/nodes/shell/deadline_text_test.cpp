#define CAF_SUITE deadline_text

#include "nodes/shell/deadline_text.hpp"

#include <caf/test/unit_test.hpp>

using namespace troupe;
using namespace troupe::shell;

namespace {

/// 2026-03-01T12:00:00Z.
constexpr int64_t now_us = 1'772'366'400'000'000;
constexpr uint64_t now_ms = now_us / 1000;

} // namespace

CAF_TEST(deadlines_that_are_understood) {
  struct row {
    const char* text;
    uint64_t want;
  };
  const row rows[] = {
    {"+90m", now_ms + 90 * 60'000},
    {"2026-03-01T12:00:01Z", now_ms + 1000},
    {"2026-03-01t12:00:01z", now_ms + 1000},
    {"2026-03-01 12:00:01Z", now_ms + 1000},
    {"2026-03-01T14:00:01+02:00", now_ms + 1000},
    {"2026-03-01T06:30:01-05:30", now_ms + 1000},
    {"2026-03-01T12:00:00.25Z", now_ms + 250},
    {"2026-03-01T12:00:00.123456789Z", now_ms + 123},
    {"2026-03-02T12:00:00Z", now_ms + 86'400'000},
    {"2028-02-29T12:00:00Z", now_ms + 730ull * 86'400'000},
    {"2026-03-01T12:00:60Z", now_ms + 59'000},
  };
  for (const auto& [text, want] : rows) {
    CAF_MESSAGE(text);
    auto got = parse_deadline(text, now_us);
    CAF_REQUIRE(got.has_value());
    CAF_CHECK_EQUAL(*got, want);
  }
}

CAF_TEST(deadlines_that_are_not) {
  const char* rows[] = {"",
                        "90m",
                        "+",
                        "+many",
                        "+0s",
                        "2026-03-01",
                        "2026-03-01T12:00:01",
                        "2026-03-01T12:00Z",
                        "2026-02-29T12:00:00Z",
                        "2026-13-01T12:00:00Z",
                        "2026-03-01T24:00:00Z",
                        "2026-03-01T12:00:01.Z",
                        "2026-03-01T12:00:01+2:00",
                        "2026-03-01T12:00:01Zulu",
                        "2026-03-01T11:59:59Z",
                        "1969-12-31T23:59:59Z"};
  for (auto text : rows) {
    CAF_MESSAGE(text);
    auto got = parse_deadline(text, now_us);
    CAF_REQUIRE(!got.has_value());
    CAF_CHECK(got.error().code == errc::bad_usage);
  }
}
