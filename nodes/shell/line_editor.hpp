#pragma once

#include "nodes/shell/line_completion.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace troupe::shell {

/// What the editor asks while it reads a line; all in the thread that reads.
struct editor_questions {
  /// Returns the prompt. What moves no cursor (colors) is between two `\1`, but
  /// not at its end. Asked again whenever it may have changed.
  std::function<std::string()> prompt;
  /// Returns what the word before the cursor may become.
  std::function<line_completion(std::string_view line, size_t cursor)> complete;
  /// Returns what is to be printed above the prompt, line by line. Asked after
  /// `wake`.
  std::function<std::vector<std::string>()> notices;
};

struct edited_line {
  enum class ending : uint8_t {
    line,      ///< Enter.
    cancelled, ///< Ctrl-C: forget it, read the next one.
    leave,     ///< Ctrl-D, the terminal is gone, or somebody ended us.
  };
  ending end = ending::line;
  std::string text; ///< Without its newline.
};

/// Lets a person edit a line on a terminal: libedit, with what it lacks. While
/// it reads, nobody else writes to the terminal. Belongs to one thread.
class line_editor {
public:
  /// The descriptors are those of a terminal and stay the caller's.
  line_editor(int in, int out, editor_questions questions);
  ~line_editor();

  line_editor(const line_editor&) = delete;
  line_editor& operator=(const line_editor&) = delete;

  /// Reads a line. The terminal is as it was when this returns.
  edited_line read();

  /// Makes `read` ask for notices and the prompt. From any thread.
  void wake();

  /// Adds a line that the arrow keys and Ctrl-R find.
  void remember(std::string_view line);

private:
  struct impl;
  std::unique_ptr<impl> impl_;
};

/// Returns texts in columns for a terminal of that width, in rows of `\n`.
/// More than `most` are counted only.
std::string in_columns(const std::vector<std::string>& texts, size_t width,
                       size_t most);

} // namespace troupe::shell
