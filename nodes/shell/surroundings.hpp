#pragma once

#include "nodes/shell/failure.hpp"
#include "nodes/shell/invocation.hpp"
#include <troupe/client.hpp>

#include <functional>

namespace troupe::shell {

/// Connects as a command line says.
using connector = std::function<outcome<client>(const invocation&)>;

/// What a command line runs in; tests put their own in place.
struct surroundings {
  int out = 1; ///< Descriptor for what a command prints.
  int err = 2; ///< Descriptor for everything that is said about it.
  invocation::variables variable;
  connector connect;
  int in = 0;    ///< Descriptor of a script that was not named.
  int copy = -1; ///< Descriptor for a copy of what a command prints.
};

/// The variable by which a process that runs a command on its own terminal
/// says where it wants a copy of the output: a descriptor number.
constexpr const char* output_copy_variable = "TROUPE_OUTPUT_COPY";

/// The process's own environment, and connections from an actor system that
/// is made for the first one. The process must end without taking it down: see
/// the definition.
surroundings process_surroundings();

} // namespace troupe::shell
