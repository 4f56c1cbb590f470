#pragma once

#include "nodes/shell/failure.hpp"
#include "nodes/shell/top_screen.hpp"

#include <chrono>
#include <cstddef>
#include <string>
#include <vector>

namespace troupe::shell {

struct screen_size {
  size_t columns = 80;
  size_t rows = 24;

  friend bool operator==(const screen_size&, const screen_size&) = default;
};

/// Returns the size of a terminal as it is now; 80x24 if it does not say.
screen_size size_of_terminal(int descriptor);

/// Returns what to write so that a terminal shows these lines from its first
/// row on.
std::string frame_text(const std::vector<screen_line>& lines, bool color);

/// A terminal that is ours as a whole: its second screen, keys one by one, no
/// cursor. It is as it was before when this object is gone, and also when the
/// process is ended by a signal.
class full_screen {
public:
  /// Failures: one of the descriptors is no terminal.
  static outcome<void> check(int in, int out);

  full_screen(int in, int out);
  ~full_screen();

  full_screen(const full_screen&) = delete;
  full_screen& operator=(const full_screen&) = delete;

  screen_size size() const;

  /// Shows the lines, unless that is what is shown.
  void draw(const std::vector<screen_line>& lines);

  /// Waits for keys, at most that long.
  std::vector<key> read(std::chrono::milliseconds time);

  /// Returns whether the terminal is gone.
  bool is_closed() const {
    return closed_;
  }

private:
  int in_;
  int out_;
  bool color_ = false;
  bool closed_ = false;
  std::string shown_;
  screen_size shown_size_;
  key_decoder decoder_;
};

/// Puts the terminal back if a `full_screen` has it, for whoever ends the
/// process while that lives: another thread, or the handler of a signal.
void restore_terminal();

} // namespace troupe::shell
