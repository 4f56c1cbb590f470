#include "nodes/shell/cluster_view.hpp"

#include "nodes/shell/value_text.hpp"
#include "runtime/base/escape.hpp"
#include "runtime/base/units.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>

namespace troupe::shell {

namespace {

/// Jobs that are asked whether they can ever run.
constexpr size_t explained_jobs_max = 5;

bool has_role(const node_info& node, std::string_view role) {
  return std::find(node.roles.begin(), node.roles.end(), role)
         != node.roles.end();
}

bool is_here(const node_info& node) {
  return node.state != node_state::gone && node.state != node_state::down;
}

/// A job that ought to run and does not: none that waits for its inputs or for
/// a slot, as the coordinator says in other words.
bool is_stuck(const job_status& job) {
  return !is_terminal(job.state) && job.running == 0
         && job.reason.starts_with("waits: ");
}

void find_impossible(const client& from, cluster_view& view) {
  size_t asked = 0;
  for (const auto& job : view.jobs) {
    if (!is_stuck(job))
      continue;
    if (++asked > explained_jobs_max)
      return;
    // A job that is gone meanwhile is no reason to tell nothing at all.
    if (auto why = from.explain(job.id); why && why->impossible)
      view.impossible.emplace(job.id, why->why);
  }
}

std::string node_warning(const node_info& node) {
  auto name = "node " + quote_text(node.name);
  switch (node.state) {
    case node_state::down:
      return fmt::format("{} is down: it was silent for too long", name);
    case node_state::suspect:
      return fmt::format("{} is suspect: silent for {}", name,
                         span(node.silent_us));
    case node_state::draining: return name + " leaves: it ends what it has";
    case node_state::up:
      return node.cordoned ? name
                               + " is cordoned: it gets no work until troupe "
                                 "uncordon"
                           : std::string{};
    case node_state::gone: break;
  }
  return {};
}

std::string zombie_warning(const node_info& node) {
  if (node.zombies == 0 || !is_here(node))
    return {};
  return fmt::format("node {} has {}: attempts that ignored their stop and "
                     "still use a thread; restart it",
                     quote_text(node.name), counted(node.zombies, "zombie"));
}

} // namespace

caf::expected<cluster_view> view_cluster(const client& from,
                                         const context& target, size_t jobs) {
  cluster_view view;
  view.cluster = target.cluster;
  view.coordinator = to_string(target.coordinator);
  auto load = from.load();
  if (!load)
    return std::move(load.error());
  view.load = std::move(*load);
  auto nodes = from.nodes();
  if (!nodes)
    return std::move(nodes.error());
  view.nodes = std::move(*nodes);
  auto newest = from.newest_jobs(jobs);
  if (!newest)
    return std::move(newest.error());
  view.jobs = std::move(*newest);
  find_impossible(from, view);
  return view;
}

uint64_t cluster_counts::in(node_state state) const {
  auto i = nodes_in.find(state);
  return i == nodes_in.end() ? 0 : i->second;
}

uint64_t cluster_counts::in(job_state state) const {
  auto i = jobs_in.find(state);
  return i == jobs_in.end() ? 0 : i->second;
}

cluster_counts count(const cluster_view& view) {
  cluster_counts out;
  for (const auto& node : view.nodes) {
    ++out.nodes;
    ++out.nodes_in[node.state];
    out.cordoned += node.cordoned ? 1 : 0;
    if (!is_here(node))
      continue;
    if (has_role(node, "worker") && node.state == node_state::up
        && !node.cordoned)
      ++out.workers_up;
    out.slots += node.slots;
    out.busy += node.busy;
    out.queued += node.queued;
    out.zombies += node.zombies;
  }
  for (const auto& job : view.jobs)
    ++out.jobs_in[job.state];
  return out;
}

std::vector<std::string> warnings_of(const cluster_view& view) {
  std::vector<std::string> out;
  auto add = [&out](std::string text) {
    if (!text.empty())
      out.push_back(std::move(text));
  };
  if (count(view).workers_up == 0)
    add("no worker takes work: start one, or uncordon one");
  for (const auto& [job, why] : view.impossible)
    add(fmt::format("job {} can never run: {}", job, escape_text(why)));
  for (const auto& node : view.nodes)
    add(node_warning(node));
  for (const auto& node : view.nodes)
    add(zombie_warning(node));
  for (const auto& job : view.jobs)
    if (is_stuck(job) && !view.impossible.contains(job.id))
      add(fmt::format("job {} {}", job.id, escape_text(job.reason)));
  return out;
}

} // namespace troupe::shell
