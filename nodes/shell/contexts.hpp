#pragma once

#include "runtime/base/endpoint.hpp"
#include "runtime/base/error.hpp"

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace troupe::shell {

/// A cluster that was given a name.
struct context {
  endpoint coordinator;
  std::string cluster; ///< Empty: "default".

  friend bool operator==(const context&, const context&) = default;
};

/// The clusters that a user has saved, and which one commands go to when they
/// are not told otherwise.
struct contexts {
  std::map<std::string, context, std::less<>> items;
  std::string current; ///< Of `items`, or empty.

  /// Returns the current one.
  std::optional<context> chosen() const;

  friend bool operator==(const contexts&, const contexts&) = default;
};

constexpr size_t contexts_max = 1000;

/// Checks the name of a context: letters, digits, `.`, `_` and `-`, at most 64,
/// the first one no `-`. Errors: `bad_usage`.
result<void> check_context_name(std::string_view name);

/// Reads what `print_contexts` writes. An empty text has none. Errors:
/// `bad_usage` saying what is wrong.
result<contexts> parse_contexts(std::string_view text);

std::string print_contexts(const contexts& what);

/// Returns the path of the file, `contexts.json` among the user's settings.
result<std::string> contexts_path();

/// Reads the file; none if there is no such file. Errors: `file_error` saying
/// what to do.
result<contexts> load_contexts(const std::string& path);

/// Writes the file, all of it or nothing, for its user alone.
result<void> save_contexts(const std::string& path, const contexts& what);

} // namespace troupe::shell
