#pragma once

#include "runtime/base/error.hpp"

#include <caf/atom.hpp>
#include <caf/error.hpp>
#include <caf/expected.hpp>

#include <utility>

namespace troupe {

/// What marks our errors among those of CAF; part of the protocol.
constexpr caf::atom_value caf_error_category = caf::atom("troupe");

/// Returns the same error in CAF's form: category `troupe`, the text as
/// context, so that it travels in replies.
caf::error to_caf(const error& what);

/// Returns the error in ours; one that CAF made (a timeout, a dead receiver)
/// gets the code that fits best.
error from_caf(const caf::error& what);

template <class T>
caf::expected<T> to_caf(result<T> what) {
  if (what)
    return std::move(*what);
  return to_caf(what.error());
}

} // namespace troupe
