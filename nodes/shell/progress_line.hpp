#pragma once

#include "nodes/shell/progress_bar.hpp"
#include "runtime/base/clock.hpp"
#include "runtime/model/job.hpp"

#include <optional>
#include <string_view>

namespace troupe::shell {

/// The line of stderr that shows progress; nothing if that is no terminal.
/// Drawn at most ten times a second, as wide as the terminal is then.
class progress_line {
public:
  /// @param descriptor Of stderr.
  explicit progress_line(int descriptor);

  /// Erases what is drawn.
  ~progress_line();

  progress_line(const progress_line&) = delete;
  progress_line& operator=(const progress_line&) = delete;

  /// Shows how far a job is.
  void update(const job_status& job, time_point now);

  /// Shows that inputs are on their way.
  void sending(uint64_t inputs, time_point now);

  /// Makes room for other output.
  void erase();

private:
  bool is_due(time_point now);
  void draw(std::string_view text);
  void write(std::string_view text) const;

  int descriptor_ = -1;
  bool terminal_ = false;
  bool drawn_ = false;
  std::optional<time_point> drawn_at_;
  job_rate rate_;
};

} // namespace troupe::shell
