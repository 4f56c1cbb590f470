#pragma once

#include "nodes/shell/cluster_view.hpp"

#include <string>
#include <utility>

/// Clusters as a coordinator might tell of them.
namespace troupe::shell::samples {

inline node_info node_of(std::string name, node_state state = node_state::up) {
  node_info x;
  x.name = std::move(name);
  x.state = state;
  x.version = "0.1.0";
  x.roles = {"worker"};
  x.slots = 4;
  x.up_us = 90'000'000;
  x.functions = 17;
  return x;
}

inline job_status job_of(job_id id, job_state state, uint64_t succeeded = 0,
                         uint64_t tasks = 100) {
  job_status x;
  x.id = id;
  x.function = "spin";
  x.state = state;
  x.tasks = tasks;
  x.succeeded = succeeded;
  x.seconds_us = 2'500'000;
  return x;
}

/// Three nodes, of which one is suspect; three jobs.
inline cluster_view busy_view() {
  cluster_view view;
  view.cluster = "default";
  view.coordinator = "127.0.0.1:7400";
  view.nodes = {node_of("alpha"), node_of("w1"),
                node_of("w2", node_state::suspect)};
  view.nodes[0].roles = {"coordinator", "worker"};
  view.nodes[0].busy = 3;
  view.nodes[1].busy = 4;
  view.nodes[1].queued = 6;
  view.nodes[1].oldest_us = 30'000'000;
  view.nodes[2].silent_us = 1'200'000;
  view.jobs = {job_of(9, job_state::running, 40),
               job_of(8, job_state::succeeded, 100),
               job_of(7, job_state::failed, 99)};
  view.jobs[0].running = 7;
  view.jobs[2].dead = 1;
  view.jobs[2].reason = "task 7/3 is dead";
  auto& load = view.load;
  load.jobs = 1;
  load.ready = 1204;
  load.leased = 13;
  load.backoff = 2;
  load.oldest_ready_us = 12'000'000;
  load.accepted = 1'000'239;
  load.failed = 12;
  load.accepted_per_s = 1024.4;
  load.failed_per_s = 0.25;
  load.run_ns_p50 = 1'200'000;
  load.run_ns_p90 = 3'000'000;
  load.run_ns_p99 = 9'000'000;
  load.failures = {
    {7, 3, "w1", errc::function_failed, "no such file", 3'000'000}};
  return view;
}

/// Nothing wrong, nothing to do.
inline cluster_view idle_view() {
  cluster_view view;
  view.cluster = "default";
  view.coordinator = "127.0.0.1:7400";
  view.nodes = {node_of("alpha")};
  view.nodes[0].roles = {"coordinator", "worker"};
  return view;
}

} // namespace troupe::shell::samples
