#pragma once

#include "nodes/shell/exit_code.hpp"
#include "nodes/shell/failure.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace troupe::shell {

class session;

/// What follows an option; the parser checks it, the completion offers it.
enum class argument_kind : uint8_t {
  none,     ///< A flag.
  text,     ///< Anything.
  count,    ///< A whole number.
  size,     ///< Bytes, as in `1MiB`.
  duration, ///< A time span, as in `30s`.
  endpoint, ///< HOST:PORT.
  file,     ///< One path.
  files,    ///< One or more paths, up to the next option.
  reducer,  ///< What `--reduce` takes.
  shell,    ///< The name of a shell with completion.
};

/// What a positional argument is, for the completion.
enum class value_kind : uint8_t {
  none,
  job,      ///< The number of a job.
  task,     ///< JOB or JOB/INDEX.
  node,     ///< The name of a node.
  function, ///< The name of a function.
  actor,    ///< The path of an actor, behind its node where there are several.
  command,  ///< The name of a command.
  context,  ///< The name of a saved context.
  file,     ///< A path.
  choice,   ///< One of `command_spec::choices`.
};

struct option_spec {
  std::string_view name; ///< Without the two dashes.
  argument_kind argument = argument_kind::none;
  std::string_view placeholder; ///< What help calls the argument.
  std::string_view help;        ///< One sentence without a full stop.
  bool repeatable = false;
  uint64_t count_max = UINT64_MAX; ///< Of kind `count`.
};

struct example {
  std::string_view line;
  std::string_view what;
};

/// Everything about one command. Dispatch, help, completion and the test of
/// docs/shell.md read the same table.
struct command_spec {
  std::string_view name;
  std::string_view summary;    ///< One line for the list of commands.
  std::string_view positional; ///< Placeholder, `[X]` if it may be missing.
  size_t positional_min = 0;
  size_t positional_max = 0;
  std::span<const option_spec> options;
  std::string_view details; ///< Paragraphs for `help COMMAND`.
  std::span<const example> examples;
  outcome<exit_code> (*run)(session&) = nullptr;
  std::string_view json = {}; ///< What `--json` prints, for the reference.
  std::array<value_kind, 3> takes{}; ///< The positional arguments.
  std::string_view choices = {};     ///< Of kind `choice`, between blanks.
};

/// Commands that belong together.
struct command_group {
  std::string_view title;
  std::span<const command_spec> commands;
};

/// The groups in the order in which help lists them.
std::vector<command_group> command_groups();

/// All commands, in the order in which help lists them.
std::span<const command_spec> command_table();

/// The options that every command takes, before or behind its name.
std::span<const option_spec> global_options();

/// Returns the command, or nullptr.
const command_spec* find_command(std::string_view name);

/// Returns the names of all commands.
std::vector<std::string> command_names();

/// Returns the option of that name (without dashes) among the command's and
/// the global ones, or nullptr. Without a command: among those for scripts and
/// the global ones.
const option_spec* find_option(const command_spec* command,
                               std::string_view name);

} // namespace troupe::shell
