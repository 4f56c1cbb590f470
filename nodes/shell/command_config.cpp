#include "nodes/shell/commands.hpp"
#include "nodes/shell/node_question.hpp"
#include "nodes/shell/node_text.hpp"
#include "nodes/shell/session.hpp"
#include "runtime/base/escape.hpp"

#include <fmt/format.h>

#include <vector>

namespace troupe::shell {

outcome<exit_code> config_command(session& self) {
  const auto& name = self.call().positional().front();
  auto coordinator = self.connect();
  if (!coordinator)
    return tl::unexpected{std::move(coordinator.error())};
  if (auto node = find_node(*coordinator, name); !node)
    return tl::unexpected{std::move(node.error())};
  auto answer = ask_about(*coordinator, name, "config");
  if (!answer)
    return refuse(answer.error());
  auto values = parse_config_values(*answer);
  if (!values)
    return refuse(values.error());
  auto has_options = !values->empty();
  if (self.call().has("changed"))
    std::erase_if(*values, [](const auto& x) { return x.origin == "default"; });
  if (self.json())
    self.out().write(config_json(name, *values) + "\n");
  else if (!has_options)
    self.out().write(fmt::format("{} was started by a program, not by trouped: "
                                 "it has no options\n",
                                 escape_text(name)));
  else if (values->empty())
    self.out().write(
      fmt::format("{} has nothing but defaults\n", escape_text(name)));
  else
    self.show(config_table(*values));
  return exit_code::done;
}

} // namespace troupe::shell
