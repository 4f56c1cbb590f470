#include "nodes/shell/node_json.hpp"

#include "runtime/base/limits.hpp"

namespace troupe::shell {

using nlohmann::json;

outcome<json> parse_answer(const std::string& document) {
  auto deep = false;
  auto shallow = [&](int depth, json::parse_event_t, json&) {
    deep = deep || depth > static_cast<int>(limits::json_depth_max);
    return !deep;
  };
  auto out = json::parse(document, shallow, false);
  if (deep || !out.is_object())
    return refuse("the node answered with what is no JSON object: all nodes "
                  "must run the same version of Troupe");
  return out;
}

std::string text_at(const json& from, const char* key) {
  if (!from.is_object())
    return {};
  auto found = from.find(key);
  return found != from.end() && found->is_string() ? found->get<std::string>()
                                                   : std::string{};
}

uint64_t number_at(const json& from, const char* key) {
  if (!from.is_object())
    return 0;
  auto found = from.find(key);
  return found != from.end() && found->is_number_unsigned()
           ? found->get<uint64_t>()
           : 0;
}

std::string compact(const json& what) {
  return what.dump(-1, ' ', false, json::error_handler_t::replace);
}

} // namespace troupe::shell
