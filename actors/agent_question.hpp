#pragma once

#include "runtime/base/error.hpp"
#include "runtime/base/escape.hpp"
#include "runtime/base/limits.hpp"

#include <fmt/format.h>

#include <cstddef>
#include <cstdint>
#include <string>

/// What the topics of an agent share. Templates, so that the header needs no
/// JSON: `Json` is `nlohmann::json`.
namespace troupe {

/// What one answer takes: both roles of a node answer in one message.
constexpr size_t document_bytes_max = 96 * limits::kib;

/// Parses the `text` of a question: a JSON object, or nothing for an empty one.
/// Errors: `bad_usage`.
template <class Json>
result<Json> parse_question(const std::string& text) {
  if (text.empty())
    return Json::object();
  auto deep = false;
  auto shallow = [&](int depth, auto, auto&) {
    deep = deep || depth > static_cast<int>(limits::json_depth_max);
    return !deep;
  };
  auto out = Json::parse(text, shallow, false);
  if (deep || !out.is_object())
    return fail(errc::bad_usage, "the question to the node is no JSON object "
                                 "that it can read: "
                                   + quote_text(text));
  return out;
}

/// Returns a whole number of a question. Errors: `bad_usage` if it is something
/// else or beyond `most`.
template <class Json>
result<uint64_t> number_in(const Json& question, const char* key,
                           uint64_t otherwise, uint64_t most) {
  auto found = question.find(key);
  if (found == question.end())
    return otherwise;
  if (!found->is_number_unsigned() || found->template get<uint64_t>() > most)
    return fail(
      errc::bad_usage,
      fmt::format("\"{}\" is a whole number from 0 to {}", key, most));
  return found->template get<uint64_t>();
}

/// Returns a text of a question, empty if it is not there.
template <class Json>
std::string text_in(const Json& question, const char* key) {
  auto found = question.find(key);
  if (found == question.end() || !found->is_string())
    return {};
  return found->template get<std::string>();
}

} // namespace troupe
