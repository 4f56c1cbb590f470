#pragma once

#include "runtime/base/error.hpp"

#include <nlohmann/json.hpp>

#include <string>

/// What the topics of an agent share. For .cpp files only: it includes JSON.
namespace troupe {

/// Parses the `text` of a question: a JSON object, or nothing for an empty one.
/// Errors: `bad_usage`.
result<nlohmann::json> parse_question(const std::string& text);

/// Returns a whole number of a question. Errors: `bad_usage` if it is something
/// else or beyond `most`.
result<uint64_t> number_in(const nlohmann::json& question, const char* key,
                           uint64_t otherwise, uint64_t most);

/// Returns a text of a question, empty if it is not there.
std::string text_in(const nlohmann::json& question, const char* key);

} // namespace troupe
