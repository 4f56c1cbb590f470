#include "runtime/base/clock.hpp"

namespace troupe {

namespace {

class os_wall_clock final : public wall_clock {
public:
  int64_t now_us() const override {
    using namespace std::chrono;
    return duration_cast<microseconds>(system_clock::now().time_since_epoch())
      .count();
  }
};

} // namespace

const wall_clock& system_wall_clock() {
  static const os_wall_clock instance;
  return instance;
}

} // namespace troupe
