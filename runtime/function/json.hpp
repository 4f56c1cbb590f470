#pragma once

#include "runtime/base/error.hpp"

#include <cstddef>
#include <string>
#include <string_view>

/// JSON at the edges: values of the byte codec (`codec.hpp`) from and to text.
///
/// | descriptor      | JSON                                                  |
/// | --------------- | ----------------------------------------------------- |
/// | `null` `bool`   | `null`, `true`, `false`                               |
/// | `int` `uint`    | an integer, exact over the whole 64 bits              |
/// | `float`         | a number; `"NaN"`, `"Infinity"`, `"-Infinity"`        |
/// | `string` `bytes`| a string; a byte that is not part of valid UTF-8 is   |
/// |                 | the lone surrogate `\udcNN` (PEP 383), both ways      |
/// | `list` `tuple`  | an array                                              |
/// | `map<string,V>` | an object, keys sorted by bytes in output             |
/// | other maps      | an array of pairs in the order of `compare_keys`      |
/// | `optional`      | `null` or the value                                   |
/// | struct          | an object; fields in any order; optional fields may   |
/// |                 | be missing and are none then; unknown ones refused    |
/// | `any`           | out: as its type. In: by shape, see below             |
///
/// `any` from JSON: an integer is `int`, above its range `uint`, any other
/// number `float`; text is `string`, an array always `list<any>`, an object
/// `map<string,any>`. So the type never depends on what a list holds.
///
/// JSON nests at most `nesting_max` deep.
namespace troupe {

/// The longest JSON text that is read, in bytes.
constexpr size_t json_text_bytes_max = size_t{128} * 1024 * 1024;

/// The longest JSON text that is written, in bytes.
constexpr size_t json_output_bytes_max = size_t{4} * 1024 * 1024 * 1024;

/// Encodes a JSON text as one value of `type`.
/// @returns `errc::bad_json` if the text is not JSON (with its offset),
///          `errc::bad_input` if the value is of another type: `at [2].name:
///          expected int, got string "x"`; `errc::type_mismatch` if `type` is
///          no descriptor.
result<std::string> json_to_bytes(std::string_view type,
                                  std::string_view json_text);

/// Writes one value of `type` as JSON without any white space.
/// @returns `errc::bad_input` if the bytes are no such value,
///          `errc::result_too_large` beyond `json_output_bytes_max`.
result<std::string> bytes_to_json(std::string_view type,
                                  std::string_view bytes);

/// Appends `bytes` as a JSON string literal with its quotes; bytes that are
/// not UTF-8 become `\udcNN`.
void append_json_string(std::string_view bytes, std::string& out);

} // namespace troupe
