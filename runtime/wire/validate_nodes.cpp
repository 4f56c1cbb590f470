#include "runtime/base/limits.hpp"
#include "runtime/wire/validate.hpp"
#include "runtime/wire/validate_parts.hpp"

#include <chrono>
#include <cmath>
#include <utility>

/// Checks of messages about nodes.
namespace troupe {

using namespace validation;

namespace {

/// A worker may leave its cpus open: 0 stands for one a slot.
result<void> check_offers(const resource_set& what, std::string_view field) {
  if (what.cpus != 0)
    return check_resources(what, field);
  if (auto ok =
        check_size(what.named.size(), limits::named_resources_max, field);
      !ok)
    return ok;
  return check_resources({resource_unit, what.memory_bytes, what.named}, field);
}

} // namespace

bool is_valid(node_state state) {
  return state <= node_state::down;
}

bool is_valid(cordon_kind kind) {
  return kind <= cordon_kind::drain;
}

result<void> check(const function_info& what) {
  const std::pair<std::string_view, std::string_view> types[] = {
    {what.input_type, "the input type of a function"},
    {what.args_type, "the arguments type of a function"},
    {what.result_type, "the result type of a function"},
    {what.summary, "the summary of a function"},
  };
  for (const auto& [text, field] : types)
    if (auto ok = check_size(text.size(), limits::type_bytes_max, field); !ok)
      return ok;
  return check_name(what.name, "the name of a function");
}

result<void> check(const held_lease& what) {
  return all_of([&] { return check_lease_id(what.lease, "a held lease"); },
                [&] { return check_job_id(what.job, "a held lease"); },
                [&] { return check_range(what.rest, "a held lease"); },
                [&]() -> result<void> {
                  if (what.attempt == 0)
                    return violation("a held lease is of attempt 0, they count "
                                     "from 1");
                  return {};
                });
}

result<void> check(const join_request& what) {
  if (what.incarnation_id == 0)
    return violation("the join request of node {} has no incarnation",
                     quote_text(what.name));
  if (what.slots < 1 || what.slots > limits::slots_max)
    return violation("the join request of node {} offers {} slots, it must be "
                     "1 to {}",
                     quote_text(what.name), what.slots, limits::slots_max);
  if (!what.worker)
    return violation("the join request of node {} has no worker",
                     quote_text(what.name));
  if (what.heartbeat_ms < limits::heartbeat_interval_min.count()
      || std::chrono::milliseconds{what.heartbeat_ms}
           > limits::heartbeat_interval_max)
    return violation("the join request of node {} promises a heartbeat each {} "
                     "ms",
                     quote_text(what.name), what.heartbeat_ms);
  return all_of(
    [&] { return check_name(what.name, "the name of a joining node"); },
    [&] { return check_name(what.version, "the version of a joining node"); },
    [&] {
      return check_names(what.roles, limits::node_roles_max,
                         "the roles of a joining node");
    },
    [&] {
      return check_names(what.labels, limits::node_labels_max,
                         "the labels of a joining node");
    },
    [&] {
      return check_size(what.functions.size(), limits::node_functions_max,
                        "the function list of a joining node");
    },
    [&] { return check_each(what.functions); },
    [&] {
      return check_size(what.held.size(), limits::held_leases_max,
                        "the lease list of a joining node");
    },
    [&] { return check_each(what.held); },
    [&] {
      return check_credit(what.window_tasks, "the credit of a joining node");
    },
    [&] {
      return check_credit(what.window_bytes, "the credit of a joining node");
    },
    [&] { return check_offers(what.offers, "the offer of a joining node"); });
}

result<void> check(const join_reply& what) {
  if (what.worker == 0 || what.term > limits::term_max)
    return violation("a join was answered with worker {} and term {}",
                     what.worker, what.term);
  return {};
}

result<void> check(const heartbeat& what) {
  if (what.incarnation_id == 0)
    return violation("a heartbeat has no incarnation");
  return all_of(
    [&] {
      return check_size(what.held.size(), limits::heartbeat_leases_max,
                        "the lease list of a heartbeat");
    },
    [&] {
      for (const auto& id : what.held)
        if (auto ok = check_lease_id(id, "a heartbeat"); !ok)
          return ok;
      return result<void>{};
    });
}

result<void> check(const node_info& what) {
  if (!is_valid(what.state))
    return violation("node {} has the unknown state {}", quote_text(what.name),
                     static_cast<unsigned>(what.state));
  if (!std::isfinite(what.phi))
    return violation("node {} has a phi that is no number",
                     quote_text(what.name));
  if (auto ok = check_offers(what.offers, "the offer of a node"); !ok)
    return ok;
  return check_size(what.name.size(), limits::name_bytes_max,
                    "the name of a node");
}

result<void> check(const zombie_report& what) {
  if (what.incarnation_id == 0)
    return violation("a report of zombies has no incarnation");
  return {};
}

result<void> check(const cordon_node& what) {
  if (!is_valid(what.what))
    return violation("node {} is to be cordoned in the unknown way {}",
                     quote_text(what.node), static_cast<unsigned>(what.what));
  if (what.timeout_ms > limits::drain_timeout_max_ms)
    return violation("node {} is to be drained within {} ms, at most {} are "
                     "possible",
                     quote_text(what.node), what.timeout_ms,
                     limits::drain_timeout_max_ms);
  return check_name(what.node, "the name of a node to cordon");
}

} // namespace troupe
