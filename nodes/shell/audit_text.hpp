#pragma once

#include "runtime/model/job_audit.hpp"

#include <string>

/// What a check of a job found, as JSON (the keys are a promise, docs/shell.md)
/// and as text.
namespace troupe::shell {

std::string audit_json(const job_audit& audit);

/// Returns one line that sums it up, and one for each violation.
std::string describe(const job_audit& audit);

} // namespace troupe::shell
