#include "nodes/shell/commands.hpp"
#include "nodes/shell/session.hpp"
#include "nodes/shell/value_text.hpp"
#include "runtime/base/escape.hpp"
#include "runtime/base/nearest.hpp"

#include <fmt/format.h>

#include <chrono>

namespace troupe::shell {

namespace {

constexpr std::chrono::milliseconds duration_default{3'000};

outcome<inject_fault> fault_of(const invocation& call) {
  const auto& words = call.positional();
  const auto& action = words[0];
  inject_fault result;
  result.node = words[1];
  auto duration = call.duration("for").value_or(duration_default);
  result.duration_ms = static_cast<uint64_t>(duration.count());
  if (action == "kill") {
    result.what =
      words.size() > 2 ? fault_kind::kill_actor : fault_kind::kill_node;
    if (words.size() > 2)
      result.path = words[2];
    return result;
  }
  if (action != "freeze")
    return refuse_usage(fmt::format("{} is no fault{}", quote_text(action),
                                    did_you_mean(action, {"kill", "freeze"})));
  if (words.size() > 2)
    return refuse_usage("fault freeze takes a node and no path: a process "
                        "stands still as a whole");
  result.what = fault_kind::freeze_node;
  return result;
}

/// A process that was hit cannot say so.
bool is_expected(const inject_fault& what, errc code) {
  return what.what != fault_kind::kill_actor
         && (code == errc::timed_out || code == errc::connection_lost);
}

} // namespace

outcome<exit_code> fault_command(session& self) {
  auto fault = fault_of(self.call());
  if (!fault)
    return tl::unexpected{std::move(fault.error())};
  auto coordinator = self.connect();
  if (!coordinator)
    return tl::unexpected{std::move(coordinator.error())};
  auto done = coordinator->inject(*fault);
  auto text = std::string{"the node does not answer any more"};
  if (done) {
    text = done->text;
  } else if (!is_expected(*fault, from_caf(done.error()).code)) {
    return refuse(done.error());
  }
  if (self.json())
    self.out().write(fmt::format("{{\"done\": {}}}\n", quoted(text)));
  else
    self.out().write(text + "\n");
  return exit_code::done;
}

} // namespace troupe::shell
