#pragma once

#include "runtime/base/blob.hpp"
#include "runtime/base/error.hpp"
#include "runtime/base/ids.hpp"
#include "runtime/model/job.hpp"
#include "runtime/model/records.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace troupe {

/// What the store knows of a job.
struct job_record {
  job_id id = 0;
  job_spec spec;
  std::string function_type; ///< What its function returns; empty: unknown.
  job_state state = job_state::open;
  uint64_t tasks = 0;
  job_status last; ///< Of ended jobs: the final word.
  blob result;     ///< Of ended jobs.
};

/// All that is needed to go on with a job, or to speak of an ended one.
struct job_snapshot {
  job_record record;               ///< Its `result` is left out.
  uint64_t submitted_us = 0;       ///< Wall clock, as `put_job` was told.
  uint64_t input_seq = 0;          ///< The client's number of the last inputs.
  std::vector<index_range> ready;  ///< Not ended jobs: what is left to run.
  std::vector<kept_inputs> inputs; ///< Chunks that `ready` needs.
  std::vector<task_past> pasts;    ///< Of tasks of `ready` with one, ascending.
  uint64_t succeeded = 0;
  uint64_t dead = 0;      ///< Dead letters that are kept.
  uint64_t attempts = 0;  ///< Executions that were accepted.
  std::string first_dead; ///< The first dead letter's sentence.
  error fatal;            ///< Not `ok`: the job must fail.
  uint64_t last_seq = 0;  ///< Of the accept log.
  merge_checkpoint merged;
};

} // namespace troupe
