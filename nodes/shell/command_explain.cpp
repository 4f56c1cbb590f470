#include "nodes/shell/commands.hpp"
#include "nodes/shell/dead_text.hpp"
#include "nodes/shell/explain_text.hpp"
#include "nodes/shell/session.hpp"

namespace troupe::shell {

outcome<exit_code> explain_command(session& self) {
  auto which = parse_dead(self.call().positional().front());
  if (!which)
    return tl::unexpected{std::move(which.error())};
  auto coordinator = self.connect();
  if (!coordinator)
    return tl::unexpected{std::move(coordinator.error())};
  std::optional<task_index> index;
  if (which->one)
    index = which->index;
  auto found = coordinator->explain(which->job, index);
  if (!found)
    return refuse(found.error());
  if (self.json()) {
    self.out().write(explanation_json(*found) + "\n");
    return exit_code::done;
  }
  self.out().write(describe(*found, which->one, self.text_columns()));
  if (has_verdicts(*found)) {
    self.out().write("\n");
    self.show(verdict_table(*found));
  }
  return exit_code::done;
}

} // namespace troupe::shell
