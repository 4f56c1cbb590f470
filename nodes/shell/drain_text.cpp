#include "nodes/shell/drain_text.hpp"

#include "runtime/base/escape.hpp"
#include "runtime/base/units.hpp"

#include <fmt/format.h>

namespace troupe::shell {

namespace {

/// After this a heartbeat knows of all that was granted before the drain.
constexpr std::chrono::milliseconds settled_after{500};

bool is_away(const node_info& node) {
  return node.state == node_state::gone || node.state == node_state::down;
}

std::string count_of(uint64_t n, const char* one, const char* many) {
  return fmt::format("{} {}", format_count(n), n == 1 ? one : many);
}

} // namespace

bool is_empty(const node_info& node, std::chrono::microseconds since) {
  if (is_away(node))
    return true; // Whatever it had runs elsewhere.
  auto heard = since - std::chrono::microseconds{node.silent_us};
  return node.busy == 0 && node.queued == 0 && heard >= settled_after;
}

std::string holdings(const node_info& node) {
  std::string out;
  if (node.state == node_state::suspect)
    out = "it is silent; ";
  if (node.busy == 0 && node.queued == 0)
    return out + "its next word";
  if (node.busy > 0)
    out += count_of(node.busy, "slot runs a task", "slots run tasks");
  if (node.queued > 0)
    out += (node.busy > 0 ? ", " : "")
           + count_of(node.queued, "lease waits", "leases wait");
  return out;
}

std::string cordon_text(const node_info& node) {
  auto name = escape_text(node.name);
  if (is_away(node))
    return fmt::format("{} is cordoned and not there now; it gets nothing when "
                       "it comes back, until troupe uncordon {}",
                       name, name);
  return fmt::format("{} is cordoned: what it has goes on, it gets nothing new "
                     "until troupe uncordon {}",
                     name, name);
}

std::string uncordon_text(const node_info& node) {
  return fmt::format("{} is no longer cordoned{}", escape_text(node.name),
                     is_away(node) ? "; it is not there now" : "");
}

std::string drain_text(const node_info& node, std::chrono::milliseconds grace) {
  if (is_away(node))
    return cordon_text(node);
  auto until = grace.count() == 0
                 ? std::string{"what it runs is run elsewhere at once"}
                 : fmt::format("what it runs may go on for {} and then runs "
                               "elsewhere",
                               format_duration(grace));
  return fmt::format(
    "{} is being drained: {}; it gets nothing new until troupe "
    "uncordon {}",
    escape_text(node.name), until, escape_text(node.name));
}

std::string drained_text(const node_info& node) {
  if (is_away(node))
    return cordon_text(node);
  return fmt::format("{} is drained: it holds nothing, and gets nothing until "
                     "troupe uncordon {}",
                     escape_text(node.name), escape_text(node.name));
}

} // namespace troupe::shell
