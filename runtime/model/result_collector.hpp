#pragma once

#include "runtime/base/error.hpp"

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

namespace troupe {

/// Where a runner's results gather until they are flushed as a slice: packed
/// one by one, or merged by a reducer.
class result_collector {
public:
  virtual ~result_collector() = default;

  /// Takes one encoded result. Errors fail the whole job.
  virtual result<void> add(std::string_view encoded) = 0;

  /// Returns the approximate size of what `take` would return, in bytes.
  virtual size_t bytes() const = 0;

  /// Returns whether a slice should end after `slice_results_max` results:
  /// true for packed results, false for merged ones.
  virtual bool grows_by_result() const = 0;

  /// Returns the slice's body and leaves the collector empty.
  virtual std::string take() = 0;
};

/// Packs results (`packed_view` reads them). Errors of `add`:
/// `result_too_large` and `job_result_too_large` with size and limit.
std::unique_ptr<result_collector> make_packed_collector();

} // namespace troupe
