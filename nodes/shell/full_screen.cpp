#include "nodes/shell/full_screen.hpp"

#include "nodes/shell/terminal.hpp"
#include "nodes/shell/text_output.hpp"

#include <poll.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include <atomic>
#include <csignal>
#include <string_view>

namespace troupe::shell {

namespace {

constexpr std::string_view enter = "\033[?1049h\033[?25l\033[2J";
constexpr std::string_view leave = "\033[?25h\033[?1049l";
constexpr int end_signals[] = {SIGTERM, SIGHUP, SIGQUIT};

/// What a signal handler needs to put the terminal back; it can be given
/// nothing.
struct restoring {
  std::atomic<bool> active = false;
  int in = -1;
  int out = -1;
  termios before{};
  struct sigaction actions[std::size(end_signals)]{};
};

restoring& saved() {
  static restoring all;
  return all;
}

extern "C" void end_by_signal(int signal) {
  restore_terminal();
  std::signal(signal, SIG_DFL);
  std::raise(signal);
}

std::string_view start_of(tone meaning) {
  switch (meaning) {
    case tone::plain: return "";
    case tone::good: return "\033[32m";
    case tone::bad: return "\033[31m";
    case tone::dim: return "\033[2m";
  }
  return "";
}

} // namespace

screen_size size_of_terminal(int descriptor) {
  screen_size out;
  winsize size{};
  if (::ioctl(descriptor, TIOCGWINSZ, &size) == 0 && size.ws_col > 0
      && size.ws_row > 0)
    out = {size.ws_col, size.ws_row};
  return out;
}

std::string frame_text(const std::vector<screen_line>& lines, bool color) {
  std::string out = "\033[H";
  for (const auto& line : lines) {
    if (&line != &lines.front())
      out += "\r\n";
    std::string style{color ? start_of(line.meaning) : ""};
    if (line.selected)
      style += "\033[7m";
    out += style;
    out += line.text;
    if (!style.empty())
      out += "\033[0m";
    out += "\033[K";
  }
  return out + "\033[J";
}

outcome<void> full_screen::check(int in, int out) {
  if (is_terminal(in) && is_terminal(out))
    return {};
  return refuse("the keyboard and the screen must be a terminal; --once prints "
                "one screen");
}

full_screen::full_screen(int in, int out)
  : in_(in), out_(out), color_(wants_color(out)) {
  auto& all = saved();
  all.in = in;
  all.out = out;
  static_cast<void>(::tcgetattr(in, &all.before));
  auto raw = all.before;
  // Ctrl-C and Ctrl-Z are keys: a process that ended or stopped by them would
  // leave the terminal as it is.
  ::cfmakeraw(&raw);
  all.active = true;
  struct sigaction action {};
  action.sa_handler = end_by_signal;
  for (size_t i = 0; i < std::size(end_signals); ++i)
    ::sigaction(end_signals[i], &action, &all.actions[i]);
  static_cast<void>(::tcsetattr(in, TCSANOW, &raw));
  static_cast<void>(write_fully(out_, enter));
}

full_screen::~full_screen() {
  restore_terminal();
  auto& all = saved();
  for (size_t i = 0; i < std::size(end_signals); ++i)
    ::sigaction(end_signals[i], &all.actions[i], nullptr);
}

void restore_terminal() {
  // Only calls what a signal handler may call.
  auto& all = saved();
  if (!all.active)
    return;
  static_cast<void>(::tcsetattr(all.in, TCSANOW, &all.before));
  [[maybe_unused]] auto n = ::write(all.out, leave.data(), leave.size());
  // Not before: who ends the process meanwhile must do it once more.
  all.active = false;
}

screen_size full_screen::size() const {
  return size_of_terminal(out_);
}

void full_screen::draw(const std::vector<screen_line>& lines) {
  auto now = size();
  auto text = frame_text(lines, color_);
  if (text == shown_ && now == shown_size_)
    return;
  shown_ = std::move(text);
  shown_size_ = now;
  if (write_fully(out_, shown_) != 0)
    closed_ = true;
}

std::vector<key> full_screen::read(std::chrono::milliseconds time) {
  pollfd wanted{in_, POLLIN, 0};
  if (::poll(&wanted, 1, static_cast<int>(time.count())) <= 0)
    return decoder_.settle();
  char bytes[256];
  auto got = ::read(in_, bytes, sizeof(bytes));
  if (got <= 0) {
    closed_ = true;
    return {};
  }
  return decoder_.take({bytes, static_cast<size_t>(got)});
}

} // namespace troupe::shell
