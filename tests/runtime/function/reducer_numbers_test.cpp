#define CAF_SUITE reducer_numbers

#include "tests/runtime/function/reduce_results.hpp"

#include <caf/test/unit_test.hpp>

#include <cmath>
#include <limits>

using namespace troupe;
using test::check_reduces;
using test::check_robust;
using test::encoded;

namespace {

constexpr auto int_min = std::numeric_limits<int64_t>::min();
constexpr auto int_max = std::numeric_limits<int64_t>::max();
constexpr auto uint_max = std::numeric_limits<uint64_t>::max();

} // namespace

CAF_TEST(sums_are_exact_whatever_the_order) {
  check_reduces("sum", "int", {}, "0");
  check_reduces("sum", "int", encoded<int64_t>({1, -2, 300}), "299");
  check_reduces("sum", "int",
                encoded<int64_t>({int_max, int_max, int_min, int_min, 2, -7}),
                "-7");
  check_reduces("sum", "int", encoded<int64_t>({int_min, -1, 1}),
                "-9223372036854775808");
  check_reduces("sum", "uint", encoded<uint64_t>({uint_max - 5, 3, 2}),
                "18446744073709551615");
  check_reduces("sum", "float", encoded<double>({0.5, 0.25, -1}), "-0.25");
}

CAF_TEST(a_sum_out_of_range_is_an_error) {
  struct row {
    const char* type;
    test::results xs;
  };
  const row rows[] = {{"int", encoded<int64_t>({int_max, 1})},
                      {"int", encoded<int64_t>({int_min, -1})},
                      {"uint", encoded<uint64_t>({uint_max, 1})}};
  for (const auto& [type, xs] : rows) {
    auto got = test::reduced(*make_reducer("sum", type), xs);
    CAF_REQUIRE(!got.has_value());
    CAF_CHECK(got.error().code == errc::integer_overflow);
  }
  // The largest partial of a hostile peer, twice.
  std::string huge;
  encode(std::tuple{int_max, uint_max}, huge);
  auto state = make_reducer("sum", "int")->init();
  CAF_CHECK(state->merge(huge).has_value());
  CAF_CHECK(!state->merge(huge).has_value());
}

CAF_TEST(the_smallest_and_the_largest_are_kept) {
  struct row {
    const char* spec;
    const char* type;
    test::results xs;
    const char* want;
  };
  const row rows[] = {
    {"min", "int", {}, "null"},
    {"min", "int", encoded<int64_t>({3, int_min, 5}), "-9223372036854775808"},
    {"max", "int", encoded<int64_t>({-3, -1, -5}), "-1"},
    {"max", "uint", encoded<uint64_t>({3, uint_max, 5}),
     "18446744073709551615"},
    {"min", "float", encoded<double>({2, NAN, -1.5}), "-1.5"},
    {"max", "float", encoded<double>({NAN}), "null"},
    {"max", "float", encoded<double>({1, INFINITY}), "\"Infinity\""},
    {"min", "string", encoded<std::string>({"b", "a", "B"}), "\"B\""},
    {"max", "string", encoded<std::string>({"b", "\xFF", ""}), R"("\udcff")"},
  };
  for (const auto& [spec, type, xs, want] : rows)
    check_reduces(spec, type, xs, want);
}

CAF_TEST(stats_of_exact_numbers_are_exact) {
  check_reduces("stats", "int", {},
                R"({"count":0,"sum":0.0,"min":null,"max":null,"mean":null,)"
                R"("stddev":null})");
  check_reduces("stats", "uint", encoded<uint64_t>({7}),
                R"({"count":1,"sum":7.0,"min":7.0,"max":7.0,"mean":7.0,)"
                R"("stddev":0.0})");
  auto how = make_reducer("stats", "int");
  auto got = test::reduced(*how, encoded<int64_t>({2, 4, 4, 4, 5, 5, 7, 9}));
  CAF_REQUIRE(got.has_value());
  CAF_CHECK_EQUAL(*got, R"({"count":8,"sum":40.0,"min":2.0,"max":9.0,)"
                        R"("mean":5.0,"stddev":2.0})");
}

CAF_TEST(stats_stay_accurate_far_from_zero_and_over_splits) {
  constexpr double offset = 1e9;
  constexpr size_t count = 4'000;
  auto random = make_seeded_random(17);
  std::vector<double> xs;
  for (size_t i = 0; i < count; ++i)
    xs.push_back(offset + static_cast<double>(i % 10));
  auto how = make_reducer("stats", "float");
  for (int round = 0; round < 10; ++round) {
    auto partial = test::partial_of(*how, encoded(xs), 0, count, random.get());
    auto state = how->init();
    std::string bytes;
    CAF_REQUIRE(state->merge(*partial).has_value());
    CAF_REQUIRE(state->finish(bytes).has_value());
    auto got = decode<stats_summary>(bytes);
    CAF_REQUIRE(got.has_value());
    CAF_CHECK_EQUAL(got->count, count);
    CAF_CHECK(std::abs(*got->mean - (offset + 4.5)) < 1e-5);
    CAF_CHECK(std::abs(*got->stddev - std::sqrt(8.25)) < 1e-6);
    CAF_CHECK(got->min == offset && got->max == offset + 9);
  }
}

CAF_TEST(partials_from_elsewhere_do_no_harm) {
  check_robust("sum", "int", encoded<int64_t>({5, int_min}));
  check_robust("sum", "float", encoded<double>({5, 0.5}));
  check_robust("min", "string", encoded<std::string>({"abc"}));
  check_robust("max", "uint", encoded<uint64_t>({300}));
  check_robust("stats", "float", encoded<double>({1, 2}));
  auto state = make_reducer("sum", "int")->init();
  auto wrong = state->add("");
  CAF_REQUIRE(!wrong.has_value());
  CAF_CHECK(wrong.error().code == errc::bad_input);
}
