#include "nodes/shell/commands.hpp"
#include "nodes/shell/help_text.hpp"
#include "nodes/shell/reference_text.hpp"
#include "nodes/shell/session.hpp"
#include "runtime/base/escape.hpp"
#include "runtime/base/nearest.hpp"

#include <fmt/format.h>

namespace troupe::shell {

outcome<exit_code> help_command(session& self) {
  const auto& call = self.call();
  if (auto shell = call.text("completion")) {
    if (*shell != "bash")
      return refuse_usage(fmt::format("there is no completion for {}; the "
                                      "shell must be bash",
                                      quote_text(*shell)));
    self.out().write(bash_completion());
    return exit_code::done;
  }
  if (call.has("reference")) {
    self.out().write(reference_text());
    return exit_code::done;
  }
  if (call.positional().empty()) {
    self.out().write(help_text());
    return exit_code::done;
  }
  const auto& name = call.positional().front();
  const auto* command = find_command(name);
  if (command == nullptr) {
    auto meant = did_you_mean(name, command_names());
    return refuse_usage(
      fmt::format("there is no command {}{}", quote_text(name),
                  meant.empty() ? "; see troupe help" : meant));
  }
  self.out().write(help_text(*command));
  return exit_code::done;
}

} // namespace troupe::shell
