#pragma once

#include "nodes/shell/failure.hpp"
#include <troupe/client.hpp>

#include <string>
#include <vector>

namespace troupe::shell {

class session;

/// Where an actor is, or what its node answered about it.
struct actor_answer {
  std::string node;
  std::string document; ///< JSON.
};

/// Returns the node of `--node`, or all that are up, sorted.
outcome<std::vector<std::string>> asked_nodes(const session& self,
                                              const client& from);

/// Returns the description of the actor at a path: on the node of `--node`, or
/// on the only one that has it. A path that several nodes have is refused with
/// their names.
outcome<actor_answer> find_actor(const session& self, const client& from,
                                 const std::string& path);

/// Finds the node of an actor and asks it a question about it.
/// @param text A JSON object, or empty.
outcome<actor_answer> ask_about(const session& self, const client& from,
                                const std::string& topic,
                                const std::string& path,
                                const std::string& text = {});

/// Asks one node; a node that answers with nothing is refused.
outcome<std::string> ask_one(const client& from, const ask_node& question);

} // namespace troupe::shell
