#define CAF_SUITE result_collector

#include "runtime/base/limits.hpp"
#include "runtime/model/packed.hpp"
#include "runtime/model/result_collector.hpp"

#include <caf/test/unit_test.hpp>

using namespace troupe;

CAF_TEST(results_are_packed_in_order) {
  const auto collector = make_packed_collector();
  CAF_CHECK(collector->grows_by_result());
  CAF_CHECK_EQUAL(collector->bytes(), 4u);
  CAF_CHECK(collector->add("a"));
  CAF_CHECK(collector->add(""));
  CAF_CHECK(collector->add("bc"));
  CAF_CHECK_EQUAL(collector->bytes(), 19u);
  const auto taken = collector->take();
  CAF_CHECK_EQUAL(taken.size(), 19u);
  const auto view = packed_view::parse(taken);
  CAF_REQUIRE(view);
  CAF_REQUIRE_EQUAL(view->size(), 3u);
  CAF_CHECK_EQUAL((*view)[0], "a");
  CAF_CHECK_EQUAL((*view)[1], "");
  CAF_CHECK_EQUAL((*view)[2], "bc");
}

CAF_TEST(take_leaves_it_empty) {
  const auto collector = make_packed_collector();
  CAF_CHECK(collector->add("a"));
  collector->take();
  const auto view = packed_view::parse(collector->take());
  CAF_REQUIRE(view);
  CAF_CHECK(view->empty());
}

CAF_TEST(a_result_over_the_limit_is_refused) {
  const auto collector = make_packed_collector();
  constexpr auto most =
    limits::result_bytes_max + limits::packed_overhead_bytes_max;
  CAF_CHECK(collector->add(std::string(most, 'x')));
  const auto refused = collector->add(std::string(most + 1, 'x'));
  CAF_REQUIRE(!refused);
  CAF_CHECK(refused.error().code == errc::result_too_large);
  CAF_CHECK_EQUAL(collector->bytes(), most + 8);
}
