#pragma once

#include "nodes/shell/command_runner.hpp"
#include "nodes/shell/failure.hpp"
#include "nodes/shell/script_parser.hpp"
#include "nodes/shell/script_value.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace troupe::shell {

constexpr size_t script_sources_max = 16; ///< Files within each other.

/// What a script does besides running commands; what is missing does nothing.
struct interpreter_options {
  /// Takes a sentence for people, without `troupe: `.
  std::function<void(std::string_view)> say;
  /// Takes what `print` writes.
  std::function<outcome<void>(std::string_view)> print;
  /// Waits for `sleep`. @returns false after Ctrl-C. Without it `sleep` is
  /// refused.
  std::function<bool(std::chrono::milliseconds)> pause;
  /// Returns whether there was a Ctrl-C between two commands.
  std::function<bool()> interrupted;
  /// Reads a file for `source`. Without it: from the disk.
  std::function<outcome<std::string>(const std::string& path)> read;
  /// Takes `set events VALUE`, which only a prompt understands.
  std::function<outcome<void>(std::string_view value)> set_events;
  bool keep_going = false;
  bool interactive = false; ///< A command that fails has said enough.
};

/// Runs scripts; keeps variables and settings from one to the next.
class interpreter {
public:
  interpreter(command_runner& runner, interpreter_options options);

  /// Runs a text.
  /// @param name Of its file, for sentences; `source` looks for files beside
  ///             it.
  /// @returns The exit code, or the first failure as `NAME:LINE: ...`.
  ///          While it keeps going, failures are said, and the code is that of
  ///          the first one. Ctrl-C is exit code 130.
  outcome<exit_code> run(std::string_view text, std::string_view name);

  /// Returns whether nothing is open at the end of a text: no quote, no block.
  static bool is_complete(std::string_view text);

  const std::map<std::string, std::string>& variables() const {
    return variables_;
  }

  void set_variable(const std::string& name, std::string value) {
    variables_[name] = std::move(value);
  }

  /// Returns whether `exit` was the end of the last text.
  bool left() const {
    return left_;
  }

private:
  /// How the next statement is found.
  enum class flow : uint8_t { next, broken, left };

  outcome<exit_code> run_text(std::string_view text, std::string_view name);
  outcome<flow> run_block(const std::vector<statement>& all);
  outcome<flow> run_one(const statement& what);
  outcome<flow> run_simple(const statement& what);
  outcome<void> ended(const statement& what, const command_end& end) const;
  outcome<void> print(const statement& what) const;
  outcome<void> assign(const statement& what);
  outcome<void> check(const statement& what);
  outcome<flow> repeat(const statement& what);
  outcome<flow> for_each(const statement& what);
  outcome<flow> visit_word(const statement& what, const script_word& word);
  outcome<flow> visit_range(const statement& what, const integer_range& range);
  outcome<flow> visit(const statement& what, std::string value);
  outcome<flow> run_body(const statement& what);
  outcome<flow> choose(const statement& what);
  outcome<flow> source(const statement& what);
  outcome<void> set(const statement& what);
  outcome<flow> leave(const statement& what);
  outcome<void> pause(const statement& what);

  command_end call(std::vector<std::string> args, bool show);
  outcome<bool> holds(const script_condition& what);
  outcome<std::string> expand(const script_word& word) const;
  outcome<std::string> expand(const word_part& part) const;
  outcome<std::vector<std::string>>
  expand(const std::vector<script_word>& words) const;
  outcome<std::string> joined(const std::vector<script_word>& words) const;
  outcome<std::string> variable(const std::string& name) const;
  failure at(const statement& what, failure why) const;
  bool is_looked_at(const std::vector<statement>& all, size_t at) const;
  outcome<void> look_for_interrupt(const statement& what) const;
  outcome<void> go_on_after(failure why);
  void say(std::string_view text) const;

  command_runner& runner_;
  interpreter_options options_;
  std::map<std::string, std::string> variables_;
  std::string name_;     ///< Of the text that runs.
  std::string compared_; ///< What did not hold.
  size_t sources_ = 0;
  int last_code_ = 0;
  int first_failure_ = 0;  ///< The exit code while it keeps going.
  int exit_code_ = 0;      ///< Of `exit`.
  bool looked_at_ = false; ///< The next statement asks how this one ended.
  bool left_ = false;
  bool json_ = false;
  bool echo_ = false;
};

} // namespace troupe::shell
