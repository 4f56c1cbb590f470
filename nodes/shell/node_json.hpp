#pragma once

#include "nodes/shell/failure.hpp"
#include "runtime/base/escape_controls.hpp"
#include "runtime/base/limits.hpp"

#include <cstdint>
#include <string>

/// JSON that a node answered with. Templates, so that the header needs no JSON:
/// `Json` is `nlohmann::json`.
namespace troupe::shell {

/// Parses what a node answered, of bounded depth. A document that is no object
/// is refused.
template <class Json>
outcome<Json> parse_answer(const std::string& document) {
  auto deep = false;
  auto shallow = [&](int depth, auto, auto&) {
    deep = deep || depth > static_cast<int>(limits::json_depth_max);
    return !deep;
  };
  auto out = Json::parse(document, shallow, false);
  if (deep || !out.is_object())
    return refuse("the node answered with what is no JSON object: all nodes "
                  "must run the same version of Troupe");
  return out;
}

/// Returns a text, empty if it is missing or something else.
template <class Json>
std::string text_at(const Json& from, const char* key) {
  if (!from.is_object())
    return {};
  auto found = from.find(key);
  if (found == from.end() || !found->is_string())
    return {};
  return found->template get<std::string>();
}

/// Returns a whole number, 0 if it is missing or something else.
template <class Json>
uint64_t number_at(const Json& from, const char* key) {
  if (!from.is_object())
    return 0;
  auto found = from.find(key);
  if (found == from.end() || !found->is_number_unsigned())
    return 0;
  return found->template get<uint64_t>();
}

/// Returns JSON on one line, whatever bytes its texts have; none of them can
/// drive a terminal.
template <class Json>
std::string compact(const Json& what) {
  return escape_controls_of_json(
    what.dump(-1, ' ', false, Json::error_handler_t::replace));
}

} // namespace troupe::shell
