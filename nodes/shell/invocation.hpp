#pragma once

#include "nodes/shell/command_table.hpp"
#include "nodes/shell/failure.hpp"
#include "runtime/base/endpoint.hpp"
#include "runtime/base/ids.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace troupe::shell {

/// Checks one argument of an option by its kind.
result<void> check_argument(const option_spec& option, const std::string& text);

/// A command line that was understood: all names are known, all counts, sizes,
/// durations and endpoints are well-formed.
class invocation {
public:
  /// Returns the value of an environment variable.
  using variables =
    std::function<std::optional<std::string>(std::string_view name)>;

  /// Parses what follows the program's name.
  /// @returns A failure with `exit_code::usage` whose sentence names the
  ///          argument, with the nearest valid names.
  static outcome<invocation> parse(std::span<const std::string> args,
                                   const variables& environment);

  /// The arguments of options by their names.
  using option_texts =
    std::map<std::string, std::vector<std::string>, std::less<>>;

  /// Returns this command line with what it does not say taken from there: a
  /// positional argument if it has none, and options.
  invocation completed(std::optional<std::string> positional,
                       option_texts options) const;

  /// The command; nullptr if none was given.
  const command_spec* command() const {
    return command_;
  }

  /// The arguments of the command, or of the script if there is none.
  const std::vector<std::string>& positional() const {
    return positional_;
  }

  bool has(std::string_view option) const;

  /// Returns all arguments of an option in their order.
  std::vector<std::string> texts(std::string_view option) const;

  /// Returns the argument of an option.
  std::optional<std::string> text(std::string_view option) const;
  std::optional<uint64_t> count(std::string_view option) const;
  std::optional<uint64_t> size_bytes(std::string_view option) const;
  std::optional<std::chrono::milliseconds>
  duration(std::string_view option) const;
  std::optional<endpoint> address(std::string_view option) const;

  /// Returns the first positional argument as the number of a job.
  outcome<job_id> job() const;

private:
  outcome<void> parse_options(const std::vector<std::string>& tokens,
                              const command_spec* command);
  outcome<void> add(const option_spec& option,
                    const std::vector<std::string>& values);
  outcome<void> check_positional() const;

  const command_spec* command_ = nullptr;
  std::vector<std::string> positional_;
  option_texts options_;
};

} // namespace troupe::shell
