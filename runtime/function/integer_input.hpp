#pragma once

#include "runtime/base/error.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace troupe {

/// Encodes the inputs of range jobs, integers or pairs of integers, as a
/// function's input type: `int`, `uint`, `float` or `any` for integers;
/// `tuple<A,B>` of these, `list<A>` of two, or `any` for pairs.
class integer_input_encoder {
public:
  /// Errors: `bad_input` saying what the function takes and which form of
  /// range gives it.
  static result<integer_input_encoder>
  make(std::string_view function, std::string_view input_type, bool pairs);

  /// Append one input. Errors: `bad_input` for a negative number as `uint`.
  result<void> encode(int64_t x, std::string& out) const;
  result<void> encode(int64_t first, int64_t last, std::string& out) const;

private:
  enum class kind : uint8_t { signed_integer, unsigned_integer, number };

  static bool parse_kind(std::string_view type, kind& out);
  static result<void> write(kind as, int64_t x, std::string& out);

  std::string prefix_; ///< What precedes the numbers in every encoding.
  kind first_ = kind::signed_integer;
  kind second_ = kind::signed_integer;
};

} // namespace troupe
