#pragma once

#include "runtime/base/blob.hpp"

#include <cstdint>

namespace troupe {

/// The bytes of a message: inside it when they are few, else announced, and
/// the receiver pulls them as frames from the sender (`wire/frames`).
struct body {
  blob bytes;            ///< The bytes themselves, if `transfer` is 0.
  uint64_t transfer = 0; ///< Names the sender's transfer to pull from.
  uint64_t size = 0;     ///< Total bytes of the transfer.

  bool is_inline() const {
    return transfer == 0;
  }
};

} // namespace troupe
