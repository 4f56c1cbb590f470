#pragma once

#include "runtime/base/ids.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace troupe {

/// What a check of the recorded history of a job found.
struct job_audit {
  job_id job = 0;
  bool ok = true;
  bool ended = false;      ///< If not, only what can be judged was.
  bool incomplete = false; ///< The oldest events are not kept any more.
  uint64_t tasks = 0;
  uint64_t accepted = 0; ///< Tasks of which a result was accepted.
  uint64_t failed = 0;   ///< Attempts that were accepted as failed.
  uint64_t leases = 0;   ///< That were granted or adopted.
  uint64_t found = 0;    ///< Violations, listed or not.
  /// A sentence each; the first `limits::violations_listed_max`.
  std::vector<std::string> violations;
};

} // namespace troupe
