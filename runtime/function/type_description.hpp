#pragma once

#include "runtime/base/error.hpp"
#include "runtime/function/byte_reader.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace troupe {

enum class type_kind : uint8_t {
  null,
  boolean,
  integer,
  unsigned_integer,
  floating,
  string,
  bytes,
  any,
  list,
  map,
  optional,
  tuple,
  structure,
};

/// A descriptor (see `codec.hpp`) as a tree, for whoever handles values whose
/// types are known at run time only.
struct type_description {
  type_kind kind = type_kind::null;
  /// What the type is made of: one part of a list or optional, key and value
  /// of a map, elements of a tuple, fields of a struct.
  std::vector<type_description> parts;
  /// The names of a struct's fields; empty for all others.
  std::vector<std::string> names;
  /// The size of the shortest encoding.
  size_t bytes_min = 1;
};

/// Parses a descriptor of at most `descriptor_bytes_max` bytes that nests at
/// most `nesting_max` deep.
/// @returns `errc::type_mismatch` saying what is wrong with the text.
result<type_description> parse_type(std::string_view text);

/// Renders the descriptor; the inverse of `parse_type`.
std::string to_string(const type_description& type);

/// Reads past one value of `type`. Values of type `any` may hold further ones;
/// all together nest at most `nesting_max` deep, `depth` of it used already.
/// @returns false with the problem in `in`.
bool skip_value(byte_reader& in, const type_description& type,
                size_t depth = 0);

/// Checks that `bytes` are exactly one value of `type`. Keys of a map are not
/// compared with each other.
/// @returns `errc::bad_input`, or `errc::type_mismatch` if `type` is none.
result<void> validate(std::string_view type, std::string_view bytes);

} // namespace troupe
