#include "nodes/shell/commands.hpp"
#include "nodes/shell/drain_text.hpp"
#include "nodes/shell/job_text.hpp"
#include "nodes/shell/node_name.hpp"
#include "nodes/shell/session.hpp"

namespace troupe::shell {

outcome<exit_code> cordon_command(session& self) {
  const auto& name = self.call().positional().front();
  if (auto ok = check_node_name(name); !ok)
    return tl::unexpected{std::move(ok.error())};
  auto coordinator = self.connect();
  if (!coordinator)
    return tl::unexpected{std::move(coordinator.error())};
  auto node = coordinator->cordon(name);
  if (!node)
    return refuse(node.error());
  self.out().write((self.json() ? node_json(*node) : cordon_text(*node))
                   + "\n");
  return exit_code::done;
}

} // namespace troupe::shell
