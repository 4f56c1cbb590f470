#define CAF_SUITE range_text

#include "nodes/shell/range_text.hpp"

#include <caf/test/unit_test.hpp>

#include <cstdint>

using namespace troupe;
using namespace troupe::shell;

CAF_TEST(reads_integers_and_pairs) {
  struct row {
    const char* what;
    const char* text;
    range_argument want;
    const char* first; ///< Nothing for empty ranges.
  };
  const row rows[] = {
    {"integers", "0..10", {input_kind::integers, {0, 10, 1}}, "0"},
    {"negative", "-5..-2", {input_kind::integers, {-5, -2, 1}}, "-5"},
    {"empty", "7..7", {input_kind::integers, {7, 7, 1}}, nullptr},
    {"pairs", "0..10/3", {input_kind::pairs, {0, 10, 3}}, "[0,3]"},
    {"one pair", "2..10/100", {input_kind::pairs, {2, 10, 100}}, "[2,10]"},
    {"all integers",
     "-9223372036854775808..9223372036854775807",
     {input_kind::integers, {INT64_MIN, INT64_MAX, 1}},
     "-9223372036854775808"},
    {"widest pair",
     "-9223372036854775808..9223372036854775807/18446744073709551615",
     {input_kind::pairs, {INT64_MIN, INT64_MAX, UINT64_MAX}},
     "[-9223372036854775808,9223372036854775807]"},
  };
  for (const auto& [what, text, want, first] : rows) {
    CAF_MESSAGE(what);
    auto got = parse_range(text);
    CAF_REQUIRE(got);
    CAF_CHECK(*got == want);
    if (first != nullptr)
      CAF_CHECK_EQUAL(first_input_json(*got), first);
  }
}

CAF_TEST(refuses_everything_else) {
  for (const auto* text :
       {"", "..", "1..", "..1", "1", "a..b", "1..2/", "1..2/0", "1..2/-1",
        "1..2/x", "5..1", " 1..2", "1..2 ", "1...2", "1..9223372036854775808",
        "+1..2", "1.5..2", "1..2/3/4", "0x1..2"}) {
    CAF_MESSAGE(text);
    auto got = parse_range(text);
    CAF_REQUIRE(!got);
    CAF_CHECK(got.error().code == errc::bad_usage);
  }
}
