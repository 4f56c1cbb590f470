#define CAF_SUITE worker_pool

#include "runtime/policy/worker_pool.hpp"

#include <caf/test/unit_test.hpp>

#include <vector>

using namespace troupe;

namespace {

std::vector<worker_id> order_of(const worker_pool& pool) {
  std::vector<worker_id> result;
  for (const auto& rank : pool.ranked())
    result.push_back(rank.worker);
  return result;
}

using ids = std::vector<worker_id>;

} // namespace

CAF_TEST(workers_stand_in_the_order_of_their_ranks) {
  worker_pool pool;
  CAF_CHECK(pool.empty());
  pool.put({3, 0, 0, 1}, 2);
  pool.put({1, 0, 0, 2}, 0);
  pool.put({2, 0, 0, 3}, 1);
  CAF_CHECK(order_of(pool) == (ids{2, 3, 1}));
  CAF_CHECK_EQUAL(pool.size(), 3u);
  CAF_CHECK(pool.contains(3));
  CAF_CHECK(!pool.contains(4));
  CAF_CHECK_EQUAL(pool.free_slots(), 3u);
}

CAF_TEST(a_worker_is_moved_and_stands_in_it_once) {
  worker_pool pool;
  pool.put({3, 0, 0, 1}, 2);
  pool.put({1, 0, 0, 2}, 0);
  pool.put({0, 0, 0, 1}, 5);
  CAF_CHECK(order_of(pool) == (ids{1, 2}));
  CAF_CHECK_EQUAL(pool.free_slots(), 5u);
  pool.put({0, 0, 0, 1}, 1); // The same rank, but less room.
  CAF_CHECK(order_of(pool) == (ids{1, 2}));
  CAF_CHECK_EQUAL(pool.free_slots(), 1u);
  pool.put({0, 0, 9, 1}, 1);
  pool.put({0, 0, 8, 2}, 1);
  CAF_CHECK(order_of(pool) == (ids{2, 1}));
}

CAF_TEST(a_worker_that_is_taken_out_leaves_nothing_behind) {
  worker_pool pool;
  pool.put({3, 0, 0, 1}, 2);
  pool.put({1, 0, 0, 2}, 1);
  pool.remove(1);
  pool.remove(1); // It is not there.
  CAF_CHECK(order_of(pool) == (ids{2}));
  CAF_CHECK_EQUAL(pool.free_slots(), 1u);
  pool.remove(2);
  CAF_CHECK(pool.empty());
  CAF_CHECK_EQUAL(pool.free_slots(), 0u);
}
