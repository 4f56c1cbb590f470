#pragma once

#include "nodes/daemon/options.hpp"

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace boost::program_options {
class value_semantic;
} // namespace boost::program_options

namespace troupe {

/// One option: everything that flags, variables, config files, help, docs and
/// tests have to know about it.
struct option_row {
  std::string_view key;          ///< `section.name`.
  std::string_view type;         ///< What stands for a value in the help.
  std::string_view default_text; ///< As it would stand in a config file.
  std::string_view example;
  std::string_view help; ///< One sentence or two.
  /// Returns Boost's typed storage for this option, which writes into `out`.
  /// Boost's `options_description` takes ownership.
  boost::program_options::value_semantic* (*bind)(node_options& out,
                                                  const option_row& row);
};

/// All options, grouped by section.
std::span<const option_row> option_table();

/// Returns the row of `key`, or null.
const option_row* find_option(std::string_view key);

/// Returns the sections in the table's order.
std::vector<std::string> option_sections();

/// Returns `section` of `section.name`.
std::string_view section_of(std::string_view key);

/// Returns `name` of `section.name`.
std::string_view name_of(std::string_view key);

/// Returns `--section.name`.
std::string flag_name(std::string_view key);

/// Returns `TROUPE_SECTION_NAME`.
std::string variable_name(std::string_view key);

} // namespace troupe
