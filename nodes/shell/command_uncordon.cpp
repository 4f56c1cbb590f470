#include "nodes/shell/commands.hpp"
#include "nodes/shell/drain_text.hpp"
#include "nodes/shell/job_text.hpp"
#include "nodes/shell/session.hpp"

namespace troupe::shell {

outcome<exit_code> uncordon_command(session& self) {
  auto coordinator = self.connect();
  if (!coordinator)
    return tl::unexpected{std::move(coordinator.error())};
  auto node = coordinator->uncordon(self.call().positional().front());
  if (!node)
    return refuse(node.error());
  self.out().write((self.json() ? node_json(*node) : uncordon_text(*node))
                   + "\n");
  return exit_code::done;
}

} // namespace troupe::shell
