#include "nodes/shell/commands.hpp"
#include "nodes/shell/node_question.hpp"
#include "nodes/shell/node_text.hpp"
#include "nodes/shell/session.hpp"

#include <optional>
#include <string>

namespace troupe::shell {

outcome<exit_code> node_command(session& self) {
  const auto& name = self.call().positional().front();
  auto coordinator = self.connect();
  if (!coordinator)
    return tl::unexpected{std::move(coordinator.error())};
  auto node = find_node(*coordinator, name);
  if (!node)
    return tl::unexpected{std::move(node.error())};
  std::optional<node_process> process;
  std::string silent;
  auto answer = ask_about(*coordinator, name, "node");
  if (answer) {
    auto parsed = parse_node_process(*answer);
    if (!parsed)
      return refuse(parsed.error());
    process = std::move(*parsed);
  } else {
    // What the coordinator knows of a node is worth showing without it.
    silent = "does not answer: " + from_caf(answer.error()).text;
  }
  self.out().write(self.json() ? node_json(*node, process) + "\n"
                               : describe(*node, process, silent));
  return exit_code::done;
}

} // namespace troupe::shell
