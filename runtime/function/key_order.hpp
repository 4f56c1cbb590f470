#pragma once

#include "runtime/function/type_description.hpp"

#include <string_view>

namespace troupe {

/// Orders two encoded keys of a map: numbers by value (NaN last), `string` and
/// `bytes` by their bytes, all other types by their encoding.
/// @param x Valid encodings of `type`.
/// @returns < 0, 0 or > 0, as `std::string_view::compare`.
int compare_keys(const type_description& type, std::string_view x,
                 std::string_view y);

} // namespace troupe
