#pragma once

#include "runtime/base/ids.hpp"
#include "runtime/model/states.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace troupe {

/// Why a worker does not run a task.
struct worker_verdict {
  std::string node;
  bool never = false; ///< Unless it changes what it offers.
  std::string why;    ///< Empty: it may run it.
};

struct task_explanation {
  job_id job = 0;
  task_index index = 0;
  task_state state = task_state::ready;
  uint32_t attempt = 1;
  std::string why;           ///< One sentence: what it waits for.
  std::string node;          ///< Of a leased task: who has it.
  lease_id lease;            ///< Of a leased task.
  bool running = false;      ///< It is the first of its lease without result.
  uint64_t retry_in_us = 0;  ///< Of a task in backoff.
  uint64_t tasks_before = 0; ///< Ready tasks of its job that come first.
  uint64_t jobs_before = 0;  ///< Jobs that are served before its own.
  bool impossible = false;   ///< No worker that is known can ever run it.
  std::vector<worker_verdict> workers; ///< At most `explained_workers_max`.
  uint64_t workers_unlisted = 0;
};

} // namespace troupe
