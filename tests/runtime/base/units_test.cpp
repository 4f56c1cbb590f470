#define CAF_SUITE units

#include "runtime/base/random.hpp"
#include "runtime/base/units.hpp"

#include <caf/test/unit_test.hpp>

#include <optional>

using namespace troupe;
using namespace std::chrono_literals;

namespace {

constexpr uint64_t kib = 1024;
constexpr uint64_t mib = 1024 * kib;
constexpr uint64_t gib = 1024 * mib;

template <class T>
std::optional<T> to_optional(const result<T>& x) {
  return x ? std::optional<T>{*x} : std::nullopt;
}

} // namespace

CAF_TEST(sizes_are_parsed_or_refused) {
  struct row {
    const char* what;
    std::string_view text;
    std::optional<uint64_t> want;
  };
  const row rows[] = {
    {"bytes without a unit", "4096", 4096},
    {"bytes with a unit", "10B", 10},
    {"zero", "0", 0},
    {"kibibytes", "64KiB", 64 * kib},
    {"mebibytes after a blank", "16 MiB", 16 * mib},
    {"gibibytes", "2GiB", 2 * gib},
    {"tebibytes", "1TiB", 1024 * gib},
    {"decimals", "1.5GiB", gib + gib / 2},
    {"decimals are rounded down", "0.0001KiB", 0},
    {"the largest number", "18446744073709551615", UINT64_MAX},
    {"one more than that", "18446744073709551616", {}},
    {"a product that overflows", "16777216TiB", {}},
    {"the largest product", "16777215TiB", uint64_t{16777215} << 40},
    {"a sum that overflows", "18446744073709551615.9B", UINT64_MAX},
    {"too many digits", "999999999999999999999999999999KiB", {}},
    {"nothing", "", {}},
    {"a unit alone", "MiB", {}},
    {"a power of 1000", "5MB", {}},
    {"a unit in small letters", "5mib", {}},
    {"a sign", "-5", {}},
    {"a plus", "+5", {}},
    {"blanks around", " 5", {}},
    {"a blank behind", "5 ", {}},
    {"no decimals", "5.KiB", {}},
    {"too many decimals", "1.0000001KiB", {}},
    {"no whole part", ".5KiB", {}},
    {"a second unit", "1GiB5MiB", {}},
    {"hexadecimal", "0x10", {}},
    {"an exponent", "1e3", {}},
    {"a NUL byte", std::string_view{"5\0B", 3}, {}},
  };
  for (const auto& [what, text, want] : rows) {
    CAF_MESSAGE(what);
    CAF_CHECK(to_optional(parse_size(text)) == want);
  }
}

CAF_TEST(durations_are_parsed_or_refused) {
  struct row {
    const char* what;
    std::string_view text;
    std::optional<std::chrono::milliseconds> want;
  };
  const row rows[] = {
    {"milliseconds", "500ms", 500ms},
    {"seconds", "30s", 30s},
    {"minutes", "5m", 5min},
    {"hours after a blank", "2 h", 2h},
    {"zero", "0", 0ms},
    {"zero with a unit", "0h", 0ms},
    {"decimals", "1.5s", 1500ms},
    {"decimals are rounded down", "1.0009s", 1000ms},
    {"the longest", "876000h", parsed_duration_max},
    {"longer", "876001h", {}},
    {"far longer", "18446744073709551615h", {}},
    {"no unit", "30", {}},
    {"an unknown unit", "3d", {}},
    {"a wrong letter", "30S", {}},
    {"a sign", "-1s", {}},
    {"nothing", "", {}},
    {"a unit alone", "s", {}},
    {"two parts", "1h30m", {}},
  };
  for (const auto& [what, text, want] : rows) {
    CAF_MESSAGE(what);
    CAF_CHECK(to_optional(parse_duration(text)) == want);
  }
}

CAF_TEST(the_longest_duration_fits_into_nanoseconds) {
  using std::chrono::nanoseconds;
  CAF_CHECK(parsed_duration_max < nanoseconds::max() / 2);
}

CAF_TEST(counts_are_parsed_or_refused) {
  struct row {
    const char* what;
    std::string_view text;
    uint64_t min;
    uint64_t max;
    std::optional<uint64_t> want;
  };
  const row rows[] = {
    {"a number", "42", 0, 100, 42},
    {"the least", "7", 7, 9, 7},
    {"the most", "9", 7, 9, 9},
    {"too small", "6", 7, 9, {}},
    {"too large", "10", 7, 9, {}},
    {"leading zeros", "007", 7, 9, 7},
    {"beyond 64 bits", "18446744073709551616", 0, UINT64_MAX, {}},
    {"nothing", "", 0, 9, {}},
    {"a sign", "-1", 0, 9, {}},
    {"a fraction", "1.0", 0, 9, {}},
    {"a blank", "1 ", 0, 9, {}},
    {"letters", "one", 0, 9, {}},
  };
  for (const auto& [what, text, min, max, want] : rows) {
    CAF_MESSAGE(what);
    CAF_CHECK(to_optional(parse_count(text, min, max)) == want);
  }
}

CAF_TEST(errors_name_the_text_without_its_control_characters) {
  const auto size = parse_size("5\nMB");
  CAF_REQUIRE(!size);
  CAF_CHECK(size.error().code == errc::bad_usage);
  CAF_CHECK_EQUAL(size.error().text,
                  "\"5\\nMB\" is not a size; write a number with B, KiB, MiB, "
                  "GiB or TiB, as in 16MiB");
  const auto duration = parse_duration("x");
  CAF_REQUIRE(!duration);
  CAF_CHECK_EQUAL(duration.error().text,
                  "\"x\" is not a duration; write a number with ms, s, m or h, "
                  "as in 30s");
  const auto count = parse_count("x", 1, 5);
  CAF_REQUIRE(!count);
  CAF_CHECK_EQUAL(count.error().text,
                  "\"x\" is not a whole number from 1 to 5");
}

CAF_TEST(bytes_are_rendered_short) {
  struct row {
    uint64_t bytes;
    std::string want;
  };
  const row rows[] = {
    {0, "0 B"},
    {1023, "1023 B"},
    {kib, "1 KiB"},
    {kib + kib / 2, "1.5 KiB"},
    {1023 * kib, "1023 KiB"},
    {mib - 1, "1 MiB"},
    {16 * mib, "16 MiB"},
    {gib + gib / 10, "1.1 GiB"},
    {1024 * gib, "1 TiB"},
    {UINT64_MAX, "16 EiB"},
  };
  for (const auto& [bytes, want] : rows)
    CAF_CHECK_EQUAL(format_bytes(bytes), want);
}

CAF_TEST(durations_are_rendered_short) {
  struct row {
    std::chrono::nanoseconds span;
    std::string want;
  };
  const row rows[] = {
    {0ns, "0 s"},         {999ns, "999 ns"},
    {12us, "12 us"},      {1500ns, "1.5 us"},
    {999999ns, "1 ms"},   {850ms, "850 ms"},
    {999999us, "1.00 s"}, {1250ms, "1.25 s"},
    {12340ms, "12.3 s"},  {59999ms, "1m00s"},
    {125s, "2m05s"},      {3599999ms, "1h00m"},
    {3720s, "1h02m"},     {76h, "3d04h"},
    {-250ms, "-250 ms"},  {std::chrono::nanoseconds::min(), "-106751d23h"},
  };
  for (const auto& [span, want] : rows)
    CAF_CHECK_EQUAL(format_duration(span), want);
}

CAF_TEST(counts_are_rendered_in_groups) {
  struct row {
    uint64_t count;
    std::string want;
  };
  const row rows[] = {
    {0, "0"},
    {999, "999"},
    {1000, "1,000"},
    {1234567, "1,234,567"},
    {UINT64_MAX, "18,446,744,073,709,551,615"},
  };
  for (const auto& [count, want] : rows)
    CAF_CHECK_EQUAL(format_count(count), want);
}

CAF_TEST(random_texts_are_parsed_or_refused) {
  constexpr std::string_view alphabet = "0123456789.. KMGTiBmsh";
  auto random = make_seeded_random(7400);
  size_t sizes = 0;
  for (int i = 0; i < 20'000; ++i) {
    std::string text;
    for (auto n = random->next() % 8; n > 0; --n)
      text += alphabet[random->next() % alphabet.size()];
    sizes += parse_size(text).has_value() ? 1 : 0;
    if (auto span = parse_duration(text))
      CAF_CHECK(*span >= 0ms && *span <= parsed_duration_max);
  }
  CAF_CHECK(sizes > 100); // The alphabet does hit valid ones.
}
