#pragma once

#include "runtime/base/blob.hpp"
#include "runtime/base/error.hpp"
#include "runtime/base/ids.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace troupe {

/// One accepted slice in a job's accept log.
struct accept_record {
  uint64_t seq = 0; ///< Position in the log, from 1; set by the store.
  job_id job = 0;
  index_range range;
  std::vector<task_index> failed; ///< Indices of `range` without a result.
  blob results; ///< Packed results of the others, or a merged partial.
};

/// An attempt that did not succeed, or a crash that it is suspected of.
struct attempt_record {
  uint32_t attempt = 1;
  errc code = errc::function_failed;
  std::string text; ///< The function's own words, clipped.
  std::string node; ///< Where it ran.
  /// Since the scheduler took the job in, by the coordinator's clock: when its
  /// failure arrived less its duration.
  uint64_t started_us = 0;
  uint64_t duration_us = 0;

  friend bool operator==(const attempt_record&,
                         const attempt_record&) = default;
};

/// A task that was given up, with what is known of its last attempt.
struct dead_letter {
  job_id job = 0;
  task_index index = 0;
  uint32_t attempts = 0;
  errc code = errc::function_failed;
  std::string text;
  std::string node;                    ///< Where the last attempt ran.
  std::vector<attempt_record> history; ///< Oldest first; see `attempt_history`.
};

/// What failed attempts and lost workers left behind of a task that has not
/// ended.
struct task_past {
  task_index index = 0;
  uint32_t failed = 0;                 ///< Attempts that failed.
  uint32_t blamed = 0;                 ///< Crashes that it is suspected of.
  std::vector<attempt_record> history; ///< Oldest first; may know less.
};

/// An attempt that failed (it counts by the accept record's `failed`), or a
/// crash that a task is blamed for (which counts by this).
struct setback {
  job_id job = 0;
  task_index index = 0;
  bool blamed = false;
  attempt_record what;
};

/// Which dead letters are meant: all that fit every field that is set.
struct dead_selector {
  job_id job = 0;   ///< 0: of all jobs.
  bool one = false; ///< Only `index` of `job`.
  task_index index = 0;
  std::string text; ///< A part of the error text; empty: any.

  bool operator()(const dead_letter& letter) const {
    return (job == 0 || letter.job == job) && (!one || letter.index == index)
           && letter.text.find(text) != std::string::npos;
  }
};

/// Packed inputs as they were stored.
struct kept_inputs {
  index_range range;
  blob packed;
  std::string near{}; ///< The node or label where they are best run; or empty.
};

/// How far a job's merge has come; records up to `seq` are in `merged`.
struct merge_checkpoint {
  uint64_t seq = 0;
  std::vector<index_range> covered;
  blob merged;
};

} // namespace troupe
