#include "nodes/shell/commands.hpp"
#include "nodes/shell/completion.hpp"
#include "nodes/shell/help_text.hpp"
#include "nodes/shell/json_help.hpp"
#include "nodes/shell/reference_text.hpp"
#include "nodes/shell/script_help.hpp"
#include "nodes/shell/script_parser.hpp"
#include "nodes/shell/session.hpp"
#include "nodes/shell/table_json.hpp"
#include "nodes/shell/value_text.hpp"
#include "runtime/base/escape.hpp"
#include "runtime/base/nearest.hpp"

#include <fmt/format.h>

namespace troupe::shell {

namespace {

/// What help has besides commands.
constexpr std::string_view scripts_topic = "scripts";
constexpr std::string_view json_topic = "json";

/// Returns what help knows of a word that is no command; empty: nothing.
std::string topic_text(std::string_view name) {
  if (name == scripts_topic)
    return std::string{script_help()};
  if (name == json_topic)
    return std::string{json_help()};
  return word_help(name);
}

failure unknown_topic(const std::string& name) {
  auto known = command_names();
  known.emplace_back(scripts_topic);
  known.emplace_back(json_topic);
  for (const auto* words : {&script_keywords(), &prompt_words()})
    known.insert(known.end(), words->begin(), words->end());
  auto meant = did_you_mean(name, known);
  return {exit_code::usage,
          fmt::format("there is no command {}{}", quote_text(name),
                      meant.empty() ? "; see troupe help" : meant)};
}

/// Returns a completion script or the reference; nothing if neither is asked
/// for.
outcome<std::string> generated(const invocation& call) {
  auto name = call.text("completion");
  if (!name)
    return call.has("reference") ? reference_text() : std::string{};
  for (const auto& shell : completed_shells())
    if (shell.name == *name)
      return shell.script();
  return refuse_usage(fmt::format(
    "there is no completion for {}; the shell must be bash, zsh or fish",
    quote_text(*name)));
}

} // namespace

outcome<exit_code> help_command(session& self) {
  const auto& call = self.call();
  if (self.json() && (call.has("completion") || call.has("reference")))
    return refuse_usage("--completion and --reference print no JSON: leave out "
                        "--json");
  auto text = generated(call);
  if (!text)
    return tl::unexpected{std::move(text.error())};
  if (!text->empty()) {
    self.out().write(*text);
    return exit_code::done;
  }
  if (call.positional().empty()) {
    self.out().write(self.json() ? table_json() + "\n" : help_text());
    return exit_code::done;
  }
  const auto& name = call.positional().front();
  if (auto topic = topic_text(name); !topic.empty()) {
    self.out().write(self.json()
                       ? fmt::format("{{\"topic\": {}, \"text\": {}}}\n",
                                     quoted(name), quoted(topic))
                       : topic);
    return exit_code::done;
  }
  const auto* command = find_command(name);
  if (command == nullptr)
    return tl::unexpected{unknown_topic(name)};
  self.out().write(self.json() ? command_json(*command) + "\n"
                               : help_text(*command));
  return exit_code::done;
}

} // namespace troupe::shell
