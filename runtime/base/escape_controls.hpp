#pragma once

#include <string>
#include <string_view>

/// The invisible controls beyond ASCII, for writers of JSON: they mean the same
/// when they are escaped, and cannot drive the terminal of who reads it.
/// Defined in escape.cpp.
namespace troupe {

/// Returns whether the well-formed UTF-8 sequence is an invisible control of
/// more than one byte (C1, a line separator, a direction mark): it can steer a
/// terminal, or make a line read as another. `escape_unit` writes it.
bool is_control_sequence(std::string_view sequence);

/// Returns a control of U+0000 to U+FFFF as `\uNNNN`.
std::string escape_unit(std::string_view sequence);

/// Returns a JSON document with delete and the invisible controls in its
/// strings written as `\uNNNN`; it means the same.
std::string escape_controls_of_json(std::string_view document);

} // namespace troupe
