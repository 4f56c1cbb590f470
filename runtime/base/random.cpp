#include "runtime/base/random.hpp"

#include <random>

namespace troupe {

namespace {

class split_mix final : public random_source {
public:
  explicit split_mix(uint64_t seed) : state_(seed) {
    // nop
  }

  uint64_t next() override {
    auto z = (state_ += 0x9E3779B97F4A7C15ull);
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ull;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBull;
    return z ^ (z >> 31);
  }

private:
  uint64_t state_;
};

} // namespace

double random_source::uniform() {
  return static_cast<double>(next() >> 11) * 0x1.0p-53;
}

std::unique_ptr<random_source> make_seeded_random(uint64_t seed) {
  return std::make_unique<split_mix>(seed);
}

uint64_t system_entropy() {
  std::random_device device;
  return uint64_t{device()} << 32 | device();
}

} // namespace troupe
