#include "nodes/shell/program.hpp"

#include "nodes/shell/command_process.hpp"
#include "nodes/shell/help_text.hpp"
#include "nodes/shell/interactive_shell.hpp"
#include "nodes/shell/interrupt.hpp"
#include "nodes/shell/invocation.hpp"
#include "nodes/shell/printable_text.hpp"
#include "nodes/shell/script_program.hpp"
#include "nodes/shell/session.hpp"
#include "nodes/shell/table_json.hpp"
#include "nodes/shell/terminal.hpp"
#include "runtime/base/version.hpp"

#include <fmt/format.h>

namespace troupe::shell {

namespace {

exit_code report(const failure& what, const surroundings& where) {
  write_sentence(where.err, what.text);
  return what.code;
}

/// Answers `--help` and `--version`.
std::string about(const invocation& call) {
  if (call.has("version") && call.has("json"))
    return fmt::format("{{\"version\": \"{}\", \"protocol\": {}}}\n",
                       product_version, protocol_version);
  if (call.has("version"))
    return fmt::format("troupe {} (protocol {})\n", product_version,
                       protocol_version);
  const auto* command = call.command();
  if (call.has("json"))
    return (command != nullptr ? command_json(*command) : table_json()) + "\n";
  return command != nullptr ? help_text(*command) : help_text();
}

outcome<exit_code> run_call(session& self) {
  const auto& call = self.call();
  if (!call.has("help") && !call.has("version"))
    return call.command()->run(self);
  self.out().write(about(call));
  return exit_code::done;
}

/// Runs the prompt, or says that a command is missing.
exit_code without_command(const invocation& call, const surroundings& where) {
  if (is_terminal(where.out))
    return run_interactive(call, where);
  return report({exit_code::usage, "a command is missing; see troupe help"},
                where);
}

} // namespace

exit_code run_program(std::span<const std::string> args,
                      const surroundings& where) {
  auto call = invocation::parse(args, where.variable);
  if (!call)
    return report(call.error(), where);
  auto about_only = call->has("help") || call->has("version");
  if (call->command() == nullptr && !about_only) {
    auto script = call->has("file") || call->has("command");
    if (!script && is_terminal(where.in))
      return without_command(*call, where);
    command_process commands{{}, where.out};
    auto ended = run_script(*call, where, commands);
    return ended ? *ended : report(ended.error(), where);
  }
  interrupt_watch interrupts;
  session self{*call, where, interrupts};
  auto ended = run_call(self);
  // What is on stdout comes before the sentence, also on a terminal.
  auto written = self.out().flush();
  if (!ended)
    return report(ended.error(), where);
  if (!written)
    return report({exit_code::failed, to_string(written.error())}, where);
  return *ended;
}

} // namespace troupe::shell
