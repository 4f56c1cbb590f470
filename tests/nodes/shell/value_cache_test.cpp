#define CAF_SUITE value_cache

#include "nodes/shell/value_cache.hpp"

#include <caf/test/unit_test.hpp>

#include <atomic>
#include <future>

using namespace troupe::shell;

namespace {

using texts = std::vector<std::string>;

constexpr std::chrono::seconds patient{60};
constexpr std::chrono::hours always{1};
constexpr std::chrono::milliseconds never{0};

} // namespace

CAF_TEST(an_answer_is_kept_while_it_is_fresh) {
  std::atomic<int> asked = 0;
  value_cache cache{[&](value_kind) { return texts{std::to_string(++asked)}; },
                    patient, always};
  CAF_CHECK(cache.get(value_kind::job) == texts{"1"});
  CAF_CHECK(cache.get(value_kind::job) == texts{"1"});
  CAF_CHECK(cache.get(value_kind::node) == texts{"2"});
  cache.forget();
  CAF_CHECK(cache.get(value_kind::job) == texts{"3"});
}

CAF_TEST(an_answer_that_is_not_fresh_is_asked_for_again) {
  std::atomic<int> asked = 0;
  value_cache cache{[&](value_kind) { return texts{std::to_string(++asked)}; },
                    patient, never};
  CAF_CHECK(cache.get(value_kind::job) == texts{"1"});
  CAF_CHECK(cache.get(value_kind::job) == texts{"2"});
}

CAF_TEST(nobody_waits_for_a_cluster_that_hangs) {
  // What a thread that outlives the cache needs must outlive it, too.
  auto open = std::make_shared<std::promise<void>>();
  auto gate = open->get_future().share();
  value_cache cache{[gate](value_kind) {
                      gate.wait();
                      return texts{"7"};
                    },
                    std::chrono::milliseconds{10}, always};
  CAF_CHECK(cache.get(value_kind::job).empty());
  CAF_CHECK(cache.get(value_kind::node).empty());
  open->set_value();
  texts got;
  for (int tries = 0; tries < 6'000 && got.empty(); ++tries)
    got = cache.get(value_kind::job);
  CAF_CHECK(got == texts{"7"});
}
