#define CAF_SUITE reducer_counts

#include "tests/runtime/function/reduce_results.hpp"

#include <caf/test/unit_test.hpp>

#include <cmath>

using namespace troupe;
using test::check_reduces;
using test::check_robust;
using test::encoded;

namespace {

using counts = std::map<std::string, uint64_t>;

const std::vector<counts> words{
  {{"a", 3}, {"b", 1}}, {}, {{"b", 2}, {"c", 300}, {"", 7}}, {{"a", 1}}};

} // namespace

CAF_TEST(maps_are_added_up_by_key) {
  check_reduces("merge_counts", "map<string,uint>", {}, "{}");
  check_reduces("merge_counts", "map<string,uint>", encoded(words),
                R"({"":7,"a":4,"b":3,"c":300})");
  check_reduces("merge_counts", "map<int,int>",
                encoded<std::map<int, int>>({{{1, -5}, {-1, 2}}, {{1, 4}}}),
                "[[-1,2],[1,-1]]");
  check_reduces("merge_counts", "map<tuple<bool,bytes>,float>",
                encoded<std::map<std::tuple<bool, std::vector<char>>, double>>(
                  {{{{true, {'x'}}, 0.5}}, {{{true, {'x'}}, 0.25}}}),
                R"([[[true,"x"],0.75]])");
}

CAF_TEST(the_largest_are_chosen_at_the_end_only) {
  check_reduces("top:2", "map<string,uint>", encoded(words),
                R"([["c",300],["",7]])");
  check_reduces("top:100", "map<string,uint>", encoded(words),
                R"([["c",300],["",7],["a",4],["b",3]])");
  check_reduces("top:3", "map<string,uint>", {}, "[]");
  // Never first in any part, but first in the whole.
  check_reduces(
    "top:1", "map<string,uint>",
    encoded<counts>({{{"x", 5}, {"both", 4}}, {{"y", 5}, {"both", 4}}}),
    R"([["both",8]])");
}

CAF_TEST(equal_values_are_ordered_by_key) {
  check_reduces("top:3", "map<string,uint>",
                encoded<counts>({{{"b", 1}, {"aa", 1}, {"B", 1}, {"c", 1}}}),
                R"([["B",1],["aa",1],["b",1]])");
  check_reduces("top:3", "map<int,int>",
                encoded<std::map<int, int>>(
                  {{{-1, 1}, {300, 1}, {2, 1}, {-200, 1}, {5, -1}}}),
                "[[-200,1],[-1,1],[2,1]]");
  check_reduces("top:3", "map<string,float>",
                encoded<std::map<std::string, double>>(
                  {{{"nan", NAN}, {"a", -1}, {"b", INFINITY}}}),
                R"([["b","Infinity"],["a",-1.0],["nan","NaN"]])");
}

CAF_TEST(a_sum_out_of_range_is_an_error) {
  struct row {
    const char* type;
    test::results xs;
  };
  const row rows[] = {
    {"map<string,uint>", encoded<counts>({{{"a", UINT64_MAX}}, {{"a", 1}}})},
    {"map<string,int>", encoded<std::map<std::string, int64_t>>(
                          {{{"a", INT64_MIN}}, {{"a", -1}}})},
  };
  for (const auto& [type, xs] : rows)
    for (auto spec : {"merge_counts", "top:1"}) {
      auto got = test::reduced(*make_reducer(spec, type), xs);
      CAF_REQUIRE(!got.has_value());
      CAF_MESSAGE(got.error().text);
      CAF_CHECK(got.error().code == errc::integer_overflow);
    }
}

CAF_TEST(many_words_are_merged_as_a_map_would) {
  auto random = make_seeded_random(23);
  std::vector<counts> parts(20);
  counts want;
  for (auto& part : parts)
    for (int i = 0; i < 2'000; ++i) {
      auto word = std::to_string(random->next() % 5'000);
      ++part[word];
      ++want[word];
    }
  auto state = make_reducer("merge_counts", "map<string,uint>")->init();
  for (const auto& part : encoded(parts))
    CAF_REQUIRE(state->add(part).has_value());
  std::string bytes;
  CAF_REQUIRE(state->finish(bytes).has_value());
  auto got = decode<counts>(bytes);
  CAF_REQUIRE(got.has_value());
  CAF_CHECK(*got == want);
  CAF_CHECK(state->bytes() >= bytes.size() / 2);
  CAF_CHECK(state->bytes() <= bytes.size() * 2);
}

CAF_TEST(partials_from_elsewhere_do_no_harm) {
  check_robust("merge_counts", "map<string,uint>", encoded(words));
  check_robust("merge_counts", "map<any,float>",
               encoded<std::map<std::string, double>>({}));
  check_robust("top:2", "map<int,int>",
               encoded<std::map<int, int>>({{{1, 2}}, {{1, 3}}}));
}
