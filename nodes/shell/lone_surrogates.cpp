#include "nodes/shell/lone_surrogates.hpp"

#include <charconv>
#include <cstddef>
#include <cstdint>

namespace troupe::shell {

namespace {

constexpr size_t escape_bytes = 6; ///< Of `\uNNNN`.

/// Returns the code unit of a `\uNNNN` at the beginning, 0 if there is none.
uint32_t code_unit(std::string_view text) {
  if (text.size() < escape_bytes || !text.starts_with("\\u"))
    return 0;
  uint32_t unit = 0;
  auto end = text.data() + escape_bytes;
  auto [rest, problem] = std::from_chars(text.data() + 2, end, unit, 16);
  return problem == std::errc{} && rest == end ? unit : 0;
}

bool is_high(uint32_t unit) {
  return unit >= 0xD800 && unit <= 0xDBFF;
}

bool is_low(uint32_t unit) {
  return unit >= 0xDC00 && unit <= 0xDFFF;
}

} // namespace

std::string replace_lone_surrogates(std::string_view json) {
  std::string out;
  out.reserve(json.size());
  while (!json.empty()) {
    // Outside of strings there is no backslash that anybody would accept.
    auto plain = json.substr(0, json.find('\\'));
    out += plain;
    json.remove_prefix(plain.size());
    auto unit = code_unit(json);
    auto taken = json.substr(0, unit == 0 ? 2 : escape_bytes);
    if (is_high(unit) && is_low(code_unit(json.substr(taken.size()))))
      taken = json.substr(0, 2 * escape_bytes);
    auto lone = taken.size() == escape_bytes && (is_high(unit) || is_low(unit));
    out += lone ? "\\ufffd" : taken;
    json.remove_prefix(taken.size());
  }
  return out;
}

} // namespace troupe::shell
