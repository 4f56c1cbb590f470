#include "nodes/shell/commands.hpp"
#include "nodes/shell/drain_text.hpp"
#include "nodes/shell/job_text.hpp"
#include "nodes/shell/node_name.hpp"
#include "nodes/shell/session.hpp"
#include "runtime/base/escape.hpp"
#include "runtime/base/limits.hpp"

#include <fmt/format.h>
#include <poll.h>

#include <algorithm>
#include <chrono>
#include <optional>
#include <string>

namespace troupe::shell {

namespace {

constexpr int poll_interval_ms = 100;

using clock = std::chrono::steady_clock;

outcome<node_info> look_at(const client& from, const std::string& name) {
  auto nodes = from.nodes();
  if (!nodes)
    return refuse(nodes.error());
  auto found = std::find_if(nodes->begin(), nodes->end(),
                            [&](const auto& x) { return x.name == name; });
  if (found != nodes->end() && found->cordoned)
    return *found;
  return refuse(fmt::format("somebody uncordoned {} meanwhile: it is not "
                            "drained any more",
                            quote_text(name)));
}

/// Waits until the node holds nothing, and says what it still holds.
outcome<node_info> wait_until_empty(session& self, const client& from,
                                    const std::string& name) {
  auto began = clock::now();
  auto timeout = self.call().duration("timeout");
  std::string told;
  self.interrupts().allow_detach(true);
  for (;;) {
    auto node = look_at(from, name);
    auto since = std::chrono::duration_cast<std::chrono::microseconds>(
      clock::now() - began);
    if (!node || is_empty(*node, since))
      return node;
    if (timeout && timeout->count() > 0 && since >= *timeout)
      return refuse(fmt::format("--timeout is over: {} is not empty yet ({}); "
                                "its drain goes on",
                                escape_text(name), holdings(*node)),
                    exit_code::timed_out);
    // One that seems to be empty is asked once more, without a word.
    auto holds = node->busy > 0 || node->queued > 0;
    if (auto text = holdings(*node); holds && text != told)
      self.say(
        fmt::format("waiting for {}: {}", escape_text(name), told = text));
    static_cast<void>(::poll(nullptr, 0, poll_interval_ms));
    if (self.interrupts().flag())
      return refuse(fmt::format("detached; the drain of {} goes on: troupe "
                                "nodes shows it",
                                escape_text(name)),
                    exit_code::detached);
  }
}

} // namespace

outcome<exit_code> drain_command(session& self) {
  const auto& call = self.call();
  const auto& name = call.positional().front();
  if (auto ok = check_node_name(name); !ok)
    return tl::unexpected{std::move(ok.error())};
  auto coordinator = self.connect();
  if (!coordinator)
    return tl::unexpected{std::move(coordinator.error())};
  auto grace = call.duration("grace").value_or(limits::drain_timeout_default);
  auto node = coordinator->drain(name, grace);
  if (!node)
    return refuse(node.error());
  auto text = drain_text(*node, grace);
  if (call.has("wait") || call.has("timeout")) {
    auto empty = wait_until_empty(self, *coordinator, name);
    self.interrupts().allow_detach(false);
    if (!empty)
      return tl::unexpected{std::move(empty.error())};
    *node = std::move(*empty);
    text = drained_text(*node);
  }
  self.out().write((self.json() ? node_json(*node) : text) + "\n");
  return exit_code::done;
}

} // namespace troupe::shell
