#define CAF_SUITE blob

#include "runtime/base/blob.hpp"

#include <caf/test/unit_test.hpp>

using troupe::blob;

CAF_TEST(a_copy_shares_the_bytes) {
  blob first{std::string(1000, 'x')};
  auto second = first;
  CAF_CHECK_EQUAL(static_cast<const void*>(first.view().data()),
                  static_cast<const void*>(second.view().data()));
  CAF_CHECK(first == second);
  first = blob{};
  CAF_CHECK_EQUAL(second.size(), 1000u);
}

CAF_TEST(an_empty_blob_is_as_good_as_none) {
  blob none;
  blob empty{std::string{}};
  CAF_CHECK(none == empty);
  CAF_CHECK(none.empty());
  CAF_CHECK_EQUAL(none.view(), "");
  CAF_CHECK_EQUAL(empty.str(), "");
}

CAF_TEST(bytes_are_compared_and_zero_is_one_of_them) {
  blob x{std::string{"a\0b", 3}};
  CAF_CHECK_EQUAL(x.size(), 3u);
  CAF_CHECK(x == blob{std::string("a\0b", 3)});
  CAF_CHECK(!(x == blob{std::string("a\0c", 3)}));
}
