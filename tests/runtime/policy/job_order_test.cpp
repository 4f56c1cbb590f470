#define CAF_SUITE job_order

#include "runtime/policy/job_order.hpp"

#include <caf/test/unit_test.hpp>

#include <map>
#include <string>
#include <vector>

using namespace troupe;
using namespace std::chrono_literals;

namespace {

constexpr time_point begin{};
constexpr uint64_t ms = 1'000'000;

struct fixture {
  void add(job_id job, int32_t priority, uint32_t weight) {
    order.add(job, {priority, weight});
    order.enter(job, waiting, begin);
  }

  /// Serves `leases` leases of `ns` each; returns how many each job got.
  std::map<job_id, int> serve(int leases, uint64_t ns) {
    std::map<job_id, int> result;
    for (int i = 0; i < leases; ++i) {
      auto job = waiting.front().job;
      ++result[job];
      order.charge(job, ns, waiting, begin);
    }
    return result;
  }

  job_order order;
  job_order::queue waiting;
};

using shares = std::map<job_id, int>;

} // namespace

CAF_TEST_FIXTURE_SCOPE(job_order_tests, fixture)

CAF_TEST(a_higher_priority_has_everything_until_it_waits_no_more) {
  add(1, 0, 1);
  add(2, 7, 1);
  add(3, -2'000'000'000, 1);
  add(4, 2'000'000'000, 1);
  for (job_id next : {4, 2, 1, 3}) {
    CAF_CHECK_EQUAL(serve(10, ms), shares({{next, 10}}));
    order.leave(next, waiting);
  }
  CAF_CHECK(waiting.empty());
}

CAF_TEST(jobs_of_equal_priority_share_by_weight) {
  add(1, 0, 1);
  add(2, 0, 3);
  add(3, 0, 4);
  CAF_CHECK_EQUAL(serve(800, ms), shares({{1, 100}, {2, 300}, {3, 400}}));
}

CAF_TEST(jobs_that_were_served_alike_come_in_their_order) {
  for (job_id job : {3, 1, 2})
    add(job, 0, 1);
  std::vector<job_id> served;
  for (int i = 0; i < 6; ++i) {
    served.push_back(waiting.front().job);
    order.charge(served.back(), ms, waiting, begin);
  }
  CAF_CHECK_EQUAL(served, std::vector<job_id>({1, 2, 3, 1, 2, 3}));
}

CAF_TEST(a_late_job_is_served_at_once_and_earns_nothing_by_coming_late) {
  add(1, 0, 1);
  serve(10'000, ms);
  add(2, 0, 1);
  auto got = serve(100, ms);
  CAF_CHECK(got[2] >= 50 && got[2] <= 51);
}

CAF_TEST(a_job_that_comes_back_earned_nothing_meanwhile) {
  add(1, 0, 1);
  add(2, 0, 1);
  serve(10, ms);
  order.leave(2, waiting);
  serve(1'000, ms);
  order.enter(2, waiting, begin);
  auto got = serve(100, ms);
  CAF_CHECK(got[2] >= 50 && got[2] <= 51);
}

CAF_TEST(unequal_leases_are_paid_for) {
  add(1, 0, 1);
  add(2, 0, 1);
  uint64_t spent[3] = {};
  for (int i = 0; i < 1'000; ++i) {
    auto job = waiting.front().job;
    auto ns = job == 1 ? 10 * ms : ms;
    spent[job] += ns;
    order.charge(job, ns, waiting, begin);
  }
  CAF_CHECK(spent[1] > spent[2] ? spent[1] - spent[2] <= 10 * ms
                                : spent[2] - spent[1] <= 10 * ms);
}

CAF_TEST(the_longest_unserved_job_is_known) {
  order.add(1, {});
  order.add(2, {});
  order.enter(1, waiting, begin + 1s);
  order.enter(2, waiting, begin + 2s);
  CAF_CHECK((waiting.oldest() == std::pair{begin + 1s, job_id{1}}));
  order.charge(1, ms, waiting, begin + 3s);
  CAF_CHECK((waiting.oldest() == std::pair{begin + 2s, job_id{2}}));
  CAF_MESSAGE("to enter again changes nothing");
  order.enter(2, waiting, begin + 9s);
  CAF_CHECK((waiting.oldest() == std::pair{begin + 2s, job_id{2}}));
  CAF_CHECK_EQUAL(waiting.size(), 2u);
}

CAF_TEST(a_removed_job_is_nowhere) {
  add(1, 5, 2);
  order.charge(1, ms, waiting, begin);
  order.remove(1, waiting);
  order.remove(1, waiting);
  CAF_CHECK(waiting.empty());
  CAF_CHECK(!waiting.contains(1));
  CAF_MESSAGE("its priority begins anew");
  add(2, 5, 2);
  CAF_CHECK_EQUAL(waiting.front().virtual_ns, 0u);
}

CAF_TEST_FIXTURE_SCOPE_END()
