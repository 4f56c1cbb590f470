#include "runtime/model/result_collector.hpp"

#include "runtime/base/limits.hpp"
#include "runtime/model/packed.hpp"

#include <cstdint>
#include <limits>

namespace troupe {

namespace {

class packed_collector final : public result_collector {
public:
  result<void> add(std::string_view encoded) override {
    constexpr auto one_max =
      limits::result_bytes_max + limits::packed_overhead_bytes_max;
    if (encoded.size() > one_max)
      return fail(errc::result_too_large,
                  "a result has " + std::to_string(encoded.size())
                    + " bytes and the limit is "
                    + std::to_string(limits::result_bytes_max)
                    + ": let the function return less");
    if (packed_.bytes() + encoded.size() > std::numeric_limits<uint32_t>::max())
      return fail(errc::job_result_too_large,
                  "the results of one slice exceed 4 GiB: let the function "
                  "return less");
    packed_.add(encoded);
    return {};
  }

  size_t bytes() const override {
    return packed_.bytes();
  }

  bool grows_by_result() const override {
    return true;
  }

  std::string take() override {
    return packed_.finish();
  }

private:
  packed_builder packed_;
};

} // namespace

std::unique_ptr<result_collector> make_packed_collector() {
  return std::make_unique<packed_collector>();
}

} // namespace troupe
