#include "nodes/shell/commands.hpp"
#include "nodes/shell/job_text.hpp"
#include "nodes/shell/session.hpp"

#include <algorithm>

namespace troupe::shell {

outcome<exit_code> nodes_command(session& self) {
  auto coordinator = self.connect();
  if (!coordinator)
    return tl::unexpected{std::move(coordinator.error())};
  auto nodes = coordinator->nodes();
  if (!nodes)
    return refuse(nodes.error());
  std::sort(nodes->begin(), nodes->end(),
            [](const auto& x, const auto& y) { return x.name < y.name; });
  if (self.json()) {
    std::vector<std::string> objects;
    for (const auto& node : *nodes)
      objects.push_back(node_json(node));
    self.out().write(json_array(objects) + "\n");
  } else {
    self.show(node_table(*nodes));
  }
  return exit_code::done;
}

} // namespace troupe::shell
