#pragma once

#include "nodes/shell/exit_code.hpp"
#include "runtime/base/error.hpp"

#include <caf/fwd.hpp>

#include <tl/expected.hpp>

#include <string>

namespace troupe::shell {

/// Why a command cannot go on: the sentence for stderr and the exit code.
struct failure {
  exit_code code = exit_code::failed;
  std::string text; ///< Without a full stop.

  friend bool operator==(const failure&, const failure&) = default;
};

template <class T>
using outcome = tl::expected<T, failure>;

/// Shorthand for `return refuse("sentence")`.
tl::unexpected<failure> refuse(std::string text,
                               exit_code code = exit_code::failed);

/// A wrong command line.
tl::unexpected<failure> refuse_usage(std::string text);

/// An error of our own; `bad_usage` means a wrong command line.
tl::unexpected<failure> refuse(const error& what);

/// An error that the client library reports. Exit code 3 if the coordinator
/// is out of reach, else 1: it was reached and refused.
tl::unexpected<failure> refuse(const caf::error& what);

} // namespace troupe::shell
