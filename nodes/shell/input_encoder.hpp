#pragma once

#include "runtime/base/error.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace troupe::shell {

/// Encodes inputs from files and the command line as a function's input type.
class input_encoder {
public:
  /// @param type A type descriptor, see `runtime/function/codec.hpp`.
  explicit input_encoder(std::string type);

  /// Appends one input to `out`.
  /// @param index Names the input in errors.
  /// @param json  Whether `text` is JSON; else it is a string of any bytes.
  /// Errors: `bad_input`, `bad_json`, naming the index and what was expected.
  result<void> encode(uint64_t index, std::string_view text, bool json,
                      std::string& out) const;

  const std::string& type() const {
    return type_;
  }

private:
  std::string type_;
};

} // namespace troupe::shell
