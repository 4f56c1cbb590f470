#include "nodes/shell/prompt_text.hpp"

#include "nodes/shell/table.hpp"
#include "nodes/shell/value_text.hpp"
#include "runtime/base/escape.hpp"
#include "runtime/base/units.hpp"
#include "runtime/base/version.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>
#include <vector>

namespace troupe::shell {

namespace {

using reach = cluster_state::reach;

constexpr std::string_view good = "\033[32m";
constexpr std::string_view bad = "\033[31m";

/// Returns what is in parentheses, or nothing.
std::string remark(const cluster_state& state) {
  switch (state.at) {
    case reach::unknown: return "connecting";
    case reach::lost: return "not connected";
    case reach::connected: break;
  }
  std::vector<std::string> parts;
  if (state.jobs > 0)
    parts.push_back(counted(state.jobs, "job"));
  if (state.suspect > 0)
    parts.push_back(counted(state.suspect, "node") + " silent");
  if (state.lost > 0)
    parts.push_back(counted(state.lost, "node") + " down");
  return fmt::format("{}", fmt::join(parts, ", "));
}

bool is_fine(const cluster_state& state) {
  return state.at == reach::connected && state.suspect == 0 && state.lost == 0;
}

/// Returns where the cluster is and what is there.
std::string reached_text(const cluster_state& state) {
  auto begin = fmt::format("cluster {} at {}", escape_text(state.cluster),
                           escape_text(state.where));
  switch (state.at) {
    case reach::unknown: return begin + ", which has not answered yet";
    case reach::lost:
      return fmt::format("{}: {}", begin, escape_text(state.problem));
    case reach::connected: break;
  }
  auto text = fmt::format("{}: {}, {}", begin, counted(state.nodes, "node"),
                          counted(state.jobs, "active job"));
  if (state.suspect > 0)
    text += fmt::format(", {} silent", counted(state.suspect, "node"));
  if (state.lost > 0)
    text += fmt::format(", {} down", counted(state.lost, "node"));
  return text;
}

std::string colored(std::string_view text, std::string_view code, bool color) {
  return color ? fmt::format("\1{}\1{}\1\033[0m\1", code, text)
               : std::string{text};
}

} // namespace

std::string prompt_text(const cluster_state& state, bool color) {
  auto name = escape_text(state.cluster);
  auto what = remark(state);
  auto out = colored(name, good, color && is_fine(state));
  if (!what.empty())
    out += fmt::format(
      " ({})", colored(what, bad,
                       color && state.at != reach::unknown && !is_fine(state)));
  // Not at its end: libedit loses what no character follows.
  return out + "> ";
}

std::string continued_prompt(const cluster_state& state) {
  auto columns = display_columns(prompt_text(state, false));
  return std::string(columns - std::min<size_t>(columns, 4), ' ') + "... ";
}

std::string opening_text(const cluster_state& state) {
  return fmt::format("Troupe {}, {}; \"help\" lists the commands",
                     product_version, reached_text(state));
}

std::string switch_text(const cluster_state& state) {
  return fmt::format("commands go to {}", reached_text(state));
}

} // namespace troupe::shell
