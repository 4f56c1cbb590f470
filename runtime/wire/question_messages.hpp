#pragma once

#include "runtime/model/cluster_load.hpp"
#include "runtime/model/task_listing.hpp"
#include "runtime/model/task_trace.hpp"
#include "runtime/wire/inspect.hpp"

#include <caf/atom.hpp>

#include <cstdint>
#include <string>
#include <vector>

/// What people ask a cluster, and what it answers; see `messages.hpp`.
namespace troupe {

/// Asks what the scheduler has to do; `cluster_load` is the answer.
using show_load_atom = caf::atom_constant<caf::atom("load")>;

/// Asks for tasks of a job: `task_listing` is the answer.
struct list_tasks {
  job_id job = 0;
  /// Bit `1 << state` for each `task_state` that is wanted; 0: all.
  uint32_t states = 0;
  uint64_t older_us = 0; ///< Leased tasks only if they are as old as this.
  task_index from = 0;   ///< Where the answer begins.
  uint32_t most = 0;     ///< Groups, 1 to `limits::task_groups_max`.
};

/// Asks what each node does for a job; `job_shares` is the answer.
struct list_shares {
  job_id job = 0;
};

struct job_shares {
  std::vector<job_share> items;
};

/// Asks what happened to a task (`one`), or to the leases of a job;
/// `task_trace` is the answer.
struct trace_task {
  job_id job = 0;
  bool one = false;
  task_index index = 0;
};

/// Makes a new job with the function, options and inputs of one that has ended,
/// or with the inputs of its dead letters only. `submit_reply` is the answer.
/// Errors: `unknown_job`, `job_not_ended`, `inputs_not_kept`.
struct rerun_job {
  job_id job = 0;
  bool only_dead = false;
};

/// A question to the agents of a node, whose roles answer each for itself.
struct ask_node {
  std::string node;
  std::string topic; ///< What it is about, see docs/protocol.md.
  std::string path;  ///< Of an actor, for topics about one.
  std::string text;  ///< A JSON object with the rest, or nothing.
};

/// One JSON document for each role that had something to say.
struct node_answer {
  std::vector<std::string> documents;
};

#define TROUPE_WIRE_TYPE(type, wire_name, ...)                                 \
  template <class Inspector>                                                   \
  typename Inspector::result_type inspect(Inspector& f, type& x) {             \
    return f(caf::meta::type_name(wire_name), __VA_ARGS__);                    \
  }

TROUPE_WIRE_TYPE(task_group, "t.tasks", x.range, x.state, x.attempt, x.node,
                 x.lease, x.running, x.age_us, x.retry_in_us)
TROUPE_WIRE_TYPE(task_listing, "t.tasklist", x.items, x.more, x.next)
TROUPE_WIRE_TYPE(list_tasks, "t.ls_tasks", x.job, x.states, x.older_us, x.from,
                 x.most)
TROUPE_WIRE_TYPE(job_share, "t.share", x.node, x.leased, x.succeeded, x.failed,
                 x.busy_us)
TROUPE_WIRE_TYPE(list_shares, "t.ls_shares", x.job)
TROUPE_WIRE_TYPE(job_shares, "t.shares", x.items)
TROUPE_WIRE_TYPE(trace_step, "t.step", x.kind, x.at_us, x.range, x.attempt,
                 x.node, x.lease, x.text)
TROUPE_WIRE_TYPE(task_trace, "t.traced", x.job, x.one, x.index, x.steps,
                 x.incomplete)
TROUPE_WIRE_TYPE(trace_task, "t.trace", x.job, x.one, x.index)
TROUPE_WIRE_TYPE(rerun_job, "t.rerun", x.job, x.only_dead)
TROUPE_WIRE_TYPE(recent_failure, "t.recent", x.job, x.index, x.node, x.code,
                 x.text, x.ago_us)
TROUPE_WIRE_TYPE(cluster_load, "t.load", x.jobs, x.ready, x.leased, x.backoff,
                 x.oldest_ready_us, x.accepted, x.failed, x.accepted_per_s,
                 x.failed_per_s, x.run_ns_p50, x.run_ns_p90, x.run_ns_p99,
                 x.failures)
TROUPE_WIRE_TYPE(ask_node, "t.ask_node", x.node, x.topic, x.path, x.text)
TROUPE_WIRE_TYPE(node_answer, "t.answered", x.documents)

#undef TROUPE_WIRE_TYPE

} // namespace troupe
