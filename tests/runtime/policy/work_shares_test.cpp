#define CAF_SUITE work_shares

#include "runtime/policy/work_shares.hpp"

#include <caf/test/unit_test.hpp>

using namespace troupe;

CAF_TEST(each_node_has_its_count) {
  work_shares shares;
  shares.of(2, "b").succeeded += 5;
  shares.of(1, "a").failed += 1;
  shares.of(2, "b").succeeded += 1;
  CAF_REQUIRE_EQUAL(shares.all().size(), 2u);
  CAF_CHECK_EQUAL(shares.all()[0].node, "a");
  CAF_CHECK_EQUAL(shares.all()[0].failed, 1u);
  CAF_CHECK_EQUAL(shares.all()[1].node, "b");
  CAF_CHECK_EQUAL(shares.all()[1].succeeded, 6u);
}

CAF_TEST(a_node_that_comes_back_goes_on) {
  work_shares shares;
  shares.of(1, "a").succeeded = 3;
  shares.of(2, "b").succeeded = 4;
  shares.of(3, "a").succeeded += 2;
  CAF_REQUIRE_EQUAL(shares.all().size(), 2u);
  CAF_CHECK_EQUAL(shares.all()[1].node, "a");
  CAF_CHECK_EQUAL(shares.all()[1].succeeded, 5u);
  CAF_CHECK_EQUAL(shares.of(2, "b").succeeded, 4u);
}

CAF_TEST(nodes_beyond_the_limit_share_a_count) {
  work_shares shares{2};
  for (worker_id id = 9; id > 0; --id)
    shares.of(id, "n" + std::to_string(id)).succeeded += id;
  CAF_REQUIRE_EQUAL(shares.all().size(), 3u);
  CAF_CHECK_EQUAL(shares.all()[0].node, "");
  CAF_CHECK_EQUAL(shares.all()[0].succeeded, 28u); // 1 to 7.
  CAF_CHECK_EQUAL(shares.of(8, "n8").succeeded, 8u);
  CAF_CHECK_EQUAL(shares.of(9, "n9").succeeded, 9u);
  shares.of(10, "n9").succeeded += 1; // One of the named comes back.
  CAF_CHECK_EQUAL(shares.of(10, "n9").succeeded, 10u);
  CAF_CHECK_EQUAL(shares.all().size(), 3u);
}
