#pragma once

#include "nodes/shell/contexts.hpp"
#include <troupe/client.hpp>

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

/// What people want to know of a cluster at one look.
namespace troupe::shell {

/// What a coordinator says when it is asked for everything.
struct cluster_view {
  std::string cluster;
  std::string coordinator; ///< Its address.
  std::vector<node_info> nodes;
  std::vector<job_status> jobs; ///< The newest ones, newest first.
  cluster_load load;
  /// Those of `jobs` that no worker can ever run, and why.
  std::map<job_id, std::string> impossible;
};

/// Jobs of which a view holds the status.
constexpr size_t jobs_viewed_default = 100;

/// Asks for everything; three questions and one for each of the first few jobs
/// that wait for something.
/// @param target What `from` is connected to, as `context_of` says.
/// @param jobs   How many of the newest jobs are looked at.
caf::expected<cluster_view> view_cluster(const client& from,
                                         const context& target,
                                         size_t jobs = jobs_viewed_default);

/// What can be counted in a view.
struct cluster_counts {
  uint64_t nodes = 0;
  std::map<node_state, uint64_t> nodes_in; ///< By state.
  uint64_t cordoned = 0;
  uint64_t workers_up = 0; ///< Those that get work: up and not cordoned.
  uint64_t slots = 0;      ///< Of nodes that are up or suspect.
  uint64_t busy = 0;
  uint64_t queued = 0; ///< Leases that wait for a slot.
  uint64_t zombies = 0;
  std::map<job_state, uint64_t> jobs_in; ///< Of the jobs that were looked at.

  uint64_t in(node_state state) const;
  uint64_t in(job_state state) const;
};

cluster_counts count(const cluster_view& view);

/// Returns sentences about what is wrong, the worst first, without full stops.
std::vector<std::string> warnings_of(const cluster_view& view);

} // namespace troupe::shell
