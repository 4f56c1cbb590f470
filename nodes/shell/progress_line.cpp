#include "nodes/shell/progress_line.hpp"

#include "nodes/shell/terminal.hpp"
#include "nodes/shell/text_output.hpp"
#include "runtime/base/units.hpp"

#include <fmt/format.h>

#include <string>

namespace troupe::shell {

namespace {

constexpr auto redraw_interval = std::chrono::milliseconds{100};

} // namespace

progress_line::progress_line(int descriptor)
  : descriptor_(descriptor), terminal_(is_terminal(descriptor)) {
  // nop
}

progress_line::~progress_line() {
  erase();
}

void progress_line::update(const job_status& job, time_point now) {
  if (!terminal_)
    return;
  rate_.update(job, now);
  if (is_due(now))
    draw(render(progress_of(job, rate_.per_second(), rate_.left()),
                terminal_columns(descriptor_)));
}

void progress_line::sending(uint64_t inputs, time_point now) {
  if (terminal_ && is_due(now))
    draw(fmt::format("sending inputs: {}", format_count(inputs)));
}

void progress_line::erase() {
  if (drawn_)
    write("\r\033[K");
  drawn_ = false;
}

bool progress_line::is_due(time_point now) {
  if (drawn_at_ && now - *drawn_at_ < redraw_interval)
    return false;
  drawn_at_ = now;
  return true;
}

void progress_line::draw(std::string_view text) {
  write(fmt::format("\r{}\033[K", text));
  drawn_ = true;
}

void progress_line::write(std::string_view text) const {
  // A terminal that went away misses nothing.
  static_cast<void>(write_fully(descriptor_, text));
}

} // namespace troupe::shell
