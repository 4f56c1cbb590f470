#pragma once

#include "nodes/shell/failure.hpp"

#include <nlohmann/json.hpp>

#include <string>

/// JSON that a node answered with. For .cpp files only: it includes JSON.
namespace troupe::shell {

/// Parses what a node answered, of bounded depth. A document that is no object
/// is refused.
outcome<nlohmann::json> parse_answer(const std::string& document);

/// Returns a member that may be missing or of another type.
std::string text_at(const nlohmann::json& from, const char* key);
uint64_t number_at(const nlohmann::json& from, const char* key);

/// Returns JSON on one line, whatever bytes its texts have.
std::string compact(const nlohmann::json& what);

} // namespace troupe::shell
