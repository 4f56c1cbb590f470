#pragma once

#include <string>

namespace troupe {

/// One option of a node as it is in effect, for people who ask.
struct config_value {
  std::string key;
  std::string value; ///< As it would stand in a config file.
  /// `flag --KEY`, `variable NAME`, `FILE:LINE` or `default`.
  std::string origin;
  /// What the value came to on this host, if it does not say so itself.
  std::string means{};

  friend bool operator==(const config_value&, const config_value&) = default;
};

} // namespace troupe
