#pragma once

#include "runtime/base/error.hpp"

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

/// The INI files that operators write. Boost's own reader forgets the line
/// numbers and accepts binary files, so this one is strict and remembers.
namespace troupe {

constexpr size_t config_file_bytes_max = 1024 * 1024;
constexpr size_t config_line_bytes_max = 4096;

/// `[name]`; its keys stand in `config_file::entries`.
struct config_section {
  std::string name;
  size_t line = 0; ///< Counts from 1.
};

/// `key = value` under a section, blanks around both removed.
struct config_entry {
  std::string key; ///< `section.key`.
  std::string value;
  size_t line = 0; ///< Counts from 1.
};

struct config_file {
  std::vector<config_section> sections;
  std::vector<config_entry> entries;
};

/// Parses the text of a config file: `[section]`, `key = value`, empty lines.
/// A comment starts with `#` or `;` at the start of a line or after a blank.
/// Whether sections and keys exist is the caller's question.
/// @param name How errors call the file.
/// @returns `bad_config` with file and line for a line that is none of these,
///          a key before the first section, a key that is set twice, bytes
///          that are not UTF-8 text, a line over `config_line_bytes_max`, a
///          text over `config_file_bytes_max`.
result<config_file> parse_config_file(std::string_view text,
                                      std::string_view name);

/// Reads a file of at most `config_file_bytes_max` bytes.
/// @returns `bad_config` when it is missing, a folder, unreadable or longer.
result<std::string> read_config_file(const std::string& path);

} // namespace troupe
