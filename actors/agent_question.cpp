#include "actors/agent_question.hpp"

#include "runtime/base/escape.hpp"
#include "runtime/base/limits.hpp"

#include <fmt/format.h>

namespace troupe {

using nlohmann::json;

result<json> parse_question(const std::string& text) {
  if (text.empty())
    return json::object();
  auto deep = false;
  auto shallow = [&](int depth, json::parse_event_t, json&) {
    deep = deep || depth > static_cast<int>(limits::json_depth_max);
    return !deep;
  };
  auto out = json::parse(text, shallow, false);
  if (deep || !out.is_object())
    return fail(errc::bad_usage, "the question to the node is no JSON object "
                                 "that it can read: "
                                   + quote_text(text));
  return out;
}

result<uint64_t> number_in(const json& question, const char* key,
                           uint64_t otherwise, uint64_t most) {
  auto found = question.find(key);
  if (found == question.end())
    return otherwise;
  if (!found->is_number_unsigned() || found->get<uint64_t>() > most)
    return fail(
      errc::bad_usage,
      fmt::format("\"{}\" is a whole number from 0 to {}", key, most));
  return found->get<uint64_t>();
}

std::string text_in(const json& question, const char* key) {
  auto found = question.find(key);
  if (found == question.end() || !found->is_string())
    return {};
  return found->get<std::string>();
}

} // namespace troupe
