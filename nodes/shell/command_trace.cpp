#include "nodes/shell/commands.hpp"
#include "nodes/shell/dead_text.hpp"
#include "nodes/shell/session.hpp"
#include "nodes/shell/trace_text.hpp"

#include <optional>

namespace troupe::shell {

outcome<exit_code> trace_command(session& self) {
  auto which = parse_dead(self.call().positional().front());
  if (!which)
    return tl::unexpected{std::move(which.error())};
  auto coordinator = self.connect();
  if (!coordinator)
    return tl::unexpected{std::move(coordinator.error())};
  std::optional<task_index> index;
  if (which->one)
    index = which->index;
  auto found = coordinator->trace(which->job, index);
  if (!found)
    return refuse(found.error());
  if (self.json()) {
    self.out().write(trace_json(*found) + "\n");
    return exit_code::done;
  }
  self.show(trace_table(*found));
  self.out().write(footnote(*found));
  return exit_code::done;
}

} // namespace troupe::shell
