#define CAF_SUITE reducer_sequence

#include "tests/runtime/function/reduce_results.hpp"

#include <caf/test/unit_test.hpp>

using namespace troupe;
using namespace std::string_literals;
using test::check_reduces;
using test::check_robust;
using test::encoded;

CAF_TEST(results_are_counted_or_dropped) {
  test::results three{"anything", "", "\xFF"};
  check_reduces("count", "any", three, "3");
  check_reduces("count", "any", {}, "0");
  check_reduces("none", "any", three, "null");
  check_robust("count", "any", three);
  check_robust("none", "any", {});
}

CAF_TEST(sequences_are_put_together_in_order) {
  check_reduces("concat", "string", encoded<std::string>({"a", "", "bc", "d"}),
                "\"abcd\"");
  check_reduces("concat", "bytes",
                encoded<std::vector<char>>({{'x'}, {'\xFF'}, {'y'}}),
                R"("x\udcffy")");
  check_reduces("concat", "list<string>",
                encoded<std::vector<std::string>>({{"a", "b"}, {}, {"c"}}),
                R"(["a","b","c"])");
  check_reduces("concat", "list<null>",
                encoded<std::vector<null>>({{{}, {}}, {{}}}),
                "[null,null,null]");
  for (auto type : {"string", "bytes", "list<int>"})
    check_reduces("concat", type, {}, type == "list<int>"s ? "[]" : "\"\"");
  check_robust("concat", "string", encoded<std::string>({"a", "bc"}));
  check_robust("concat", "list<float>",
               encoded<std::vector<double>>({{1, 2}, {3}}));
}

CAF_TEST(a_counter_does_not_wrap) {
  auto how = make_reducer("count", "any");
  auto state = how->init();
  std::string most;
  encode(UINT64_MAX, most);
  CAF_CHECK(state->merge(most).has_value());
  auto over = state->add("");
  CAF_REQUIRE(!over.has_value());
  CAF_CHECK(over.error().code == errc::integer_overflow);
}
