#define CAF_SUITE random

#include "runtime/base/random.hpp"

#include <caf/test/unit_test.hpp>

using namespace troupe;

CAF_TEST(a_seed_repeats_the_published_sequence) {
  // The reference values of SplitMix64 for the seed 1234567.
  const uint64_t want[] = {6457827717110365317ull, 3203168211198807973ull,
                           9817491932198370423ull, 4593380528125082431ull,
                           16408922859458223821ull};
  auto source = make_seeded_random(1234567);
  for (auto x : want)
    CAF_CHECK_EQUAL(source->next(), x);
}

CAF_TEST(two_seeds_differ) {
  CAF_CHECK_NOT_EQUAL(make_seeded_random(1)->next(),
                      make_seeded_random(2)->next());
}

CAF_TEST(uniform_draws_fill_the_unit_interval) {
  constexpr int draws = 10'000;
  auto source = make_seeded_random(7);
  double sum = 0;
  for (int i = 0; i < draws; ++i) {
    auto x = source->uniform();
    CAF_REQUIRE(x >= 0 && x < 1);
    sum += x;
  }
  CAF_CHECK(sum / draws > 0.49 && sum / draws < 0.51);
}

namespace {

class constant final : public random_source {
public:
  explicit constant(uint64_t x) : x_(x) {}
  uint64_t next() override {
    return x_;
  }

private:
  uint64_t x_;
};

} // namespace

CAF_TEST(the_largest_draw_is_below_one) {
  CAF_CHECK(constant{~uint64_t{0}}.uniform() < 1.0);
  CAF_CHECK_EQUAL(constant{0}.uniform(), 0.0);
}
