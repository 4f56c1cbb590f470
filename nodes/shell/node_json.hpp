#pragma once

#include "nodes/shell/failure.hpp"
#include "nodes/shell/lone_surrogates.hpp"
#include "runtime/base/escape_controls.hpp"
#include "runtime/base/limits.hpp"

#include <cstdint>
#include <string>
#include <vector>

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
  auto out = Json::parse(replace_lone_surrogates(document), shallow, false);
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

/// Returns whether a key is true. What is missing or no boolean is refused.
template <class Json>
outcome<bool> flag_at(const Json& from, const char* key) {
  auto found = from.find(key);
  if (found == from.end() || !found->is_boolean())
    return refuse(std::string{"the node did not say whether it has "} + key
                  + ": all nodes must run the same version of Troupe");
  return found->template get<bool>();
}

/// Returns a list of objects, empty if it is missing. What is something else is
/// refused.
template <class Json>
outcome<std::vector<Json>> objects_at(const Json& from, const char* key) {
  std::vector<Json> out;
  auto found = from.find(key);
  if (found == from.end())
    return out;
  auto fits = found->is_array();
  for (const auto& x : *found) {
    fits = fits && x.is_object();
    out.push_back(x);
  }
  if (!fits)
    return refuse(std::string{"the node answered with "} + key
                  + " that are no JSON objects: all nodes must run the same "
                    "version of Troupe");
  return out;
}

/// Returns JSON on one line, whatever bytes its texts have; none of them can
/// drive a terminal.
template <class Json>
std::string compact(const Json& what) {
  return escape_controls_of_json(
    what.dump(-1, ' ', false, Json::error_handler_t::replace));
}

} // namespace troupe::shell
