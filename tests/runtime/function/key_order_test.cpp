#define CAF_SUITE key_order

#include "runtime/function/codec.hpp"
#include "runtime/function/key_order.hpp"

#include <caf/test/unit_test.hpp>

#include <cmath>

using namespace troupe;
using namespace std::string_literals;

namespace {

/// The values must be given in ascending order.
template <class T>
void check_ascending(const std::vector<T>& xs) {
  auto type = parse_type(type_of<T>());
  CAF_REQUIRE(type.has_value());
  for (size_t i = 0; i < xs.size(); ++i)
    for (size_t j = 0; j < xs.size(); ++j) {
      std::string x;
      std::string y;
      encode(xs[i], x);
      encode(xs[j], y);
      auto got = compare_keys(*type, x, y);
      CAF_CHECK_EQUAL(got < 0, i < j);
      CAF_CHECK_EQUAL(got > 0, i > j);
    }
}

} // namespace

CAF_TEST(numbers_are_ordered_by_value) {
  check_ascending<int64_t>({INT64_MIN, -300, -1, 0, 1, 2, 300, INT64_MAX});
  check_ascending<uint64_t>({0, 1, 127, 128, 300, UINT64_MAX});
  check_ascending<double>({-INFINITY, -1.5, 0, 2.5, INFINITY, NAN});
}

CAF_TEST(text_is_ordered_by_its_bytes_and_not_by_its_length) {
  check_ascending<std::string>({"", "B", "a", "aa", "b", "\x80"});
  check_ascending<std::vector<char>>({{}, {'a'}, {'a', 'a'}, {'\xFF'}});
}

CAF_TEST(all_else_has_some_order) {
  check_ascending<bool>({false, true});
  check_ascending<std::tuple<bool, bool>>({{false, true}, {true, false}});
}
