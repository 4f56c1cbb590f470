#include "nodes/shell/commands.hpp"
#include "nodes/shell/job_text.hpp"
#include "nodes/shell/session.hpp"
#include "runtime/base/escape.hpp"
#include "runtime/base/nearest.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace troupe::shell {

namespace {

outcome<exit_code> show_one(session& self, const std::string& name,
                            const std::vector<function_info>& functions) {
  std::vector<std::string> names;
  for (const auto& function : functions) {
    if (function.name == name) {
      self.out().write(self.json() ? function_json(function) + "\n"
                                   : describe(function));
      return exit_code::done;
    }
    names.push_back(function.name);
  }
  auto meant = did_you_mean(name, names);
  return refuse(
    fmt::format("no worker offers the function {}{}", quote_text(name),
                meant.empty() ? "; troupe functions lists them" : meant));
}

} // namespace

outcome<exit_code> functions_command(session& self) {
  auto coordinator = self.connect();
  if (!coordinator)
    return tl::unexpected{std::move(coordinator.error())};
  auto functions = coordinator->functions();
  if (!functions)
    return refuse(functions.error());
  std::sort(functions->begin(), functions->end(),
            [](const auto& x, const auto& y) { return x.name < y.name; });
  if (!self.call().positional().empty())
    return show_one(self, self.call().positional().front(), *functions);
  if (self.json()) {
    std::vector<std::string> objects;
    for (const auto& function : *functions)
      objects.push_back(function_json(function));
    self.out().write(json_array(objects) + "\n");
    return exit_code::done;
  }
  self.show(function_table(*functions));
  if (functions->empty())
    self.say("no worker has joined yet");
  return exit_code::done;
}

} // namespace troupe::shell
