#pragma once

#include "runtime/model/job.hpp"

#include <string>

namespace troupe {

/// Says for people what has become of a job; the sentence is cut to
/// `limits::error_text_bytes_max`.
std::string state_news(const job_status& of);

/// Says for people how far a job is.
std::string progress_news(const job_status& of);

} // namespace troupe
