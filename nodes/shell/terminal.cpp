#include "nodes/shell/terminal.hpp"

#include <sys/ioctl.h>
#include <unistd.h>

#include <cstdlib>
#include <string_view>

namespace troupe::shell {

namespace {

constexpr size_t columns_default = 80;

std::string_view variable(const char* name) {
  const auto* value = std::getenv(name);
  return value != nullptr ? value : "";
}

} // namespace

bool is_terminal(int descriptor) {
  return ::isatty(descriptor) == 1;
}

size_t terminal_columns(int descriptor) {
  if (!is_terminal(descriptor))
    return 0;
  winsize size{};
  if (::ioctl(descriptor, TIOCGWINSZ, &size) != 0 || size.ws_col == 0)
    return columns_default;
  return size.ws_col;
}

bool wants_color(int descriptor) {
  return is_terminal(descriptor) && variable("NO_COLOR").empty()
         && variable("TERM") != "dumb";
}

} // namespace troupe::shell
