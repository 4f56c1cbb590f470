#pragma once

#include <cstdint>
#include <string>

namespace troupe::shell {

/// What the prompt says of the cluster.
struct cluster_state {
  enum class reach : uint8_t {
    unknown,   ///< Nobody has answered yet.
    connected, ///< The last answer is fresh.
    lost,      ///< The coordinator does not answer.
  };
  reach at = reach::unknown;
  std::string cluster = "default";
  std::string where;    ///< HOST:PORT of its coordinator.
  std::string problem;  ///< Why it is not connected.
  uint64_t jobs = 0;    ///< That have not ended.
  uint64_t nodes = 0;   ///< That take part.
  uint64_t suspect = 0; ///< Nodes that are silent.
  uint64_t lost = 0;    ///< Nodes that are down.

  friend bool operator==(const cluster_state&, const cluster_state&) = default;
};

/// Returns the prompt, as in `default (2 jobs, 1 node down)> `, for the line
/// editor: what moves no cursor is between two `\1`.
std::string prompt_text(const cluster_state& state, bool color);

/// Returns the prompt of a line that goes on, as wide as `prompt_text`.
std::string continued_prompt(const cluster_state& state);

/// Returns what the shell says first, a line.
std::string opening_text(const cluster_state& state);

/// Returns the line when the prompt has gone to another cluster.
std::string switch_text(const cluster_state& state);

} // namespace troupe::shell
