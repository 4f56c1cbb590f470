#include "nodes/shell/session.hpp"

#include "nodes/shell/table.hpp"
#include "nodes/shell/terminal.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace troupe::shell {

namespace {

constexpr size_t columns_default = 80;
/// What is written once is rather wrapped by the terminal than cut to nothing.
constexpr size_t columns_min = 40;

size_t readable_columns(int descriptor) {
  auto columns = terminal_columns(descriptor);
  return columns == 0 ? 0 : std::max(columns, columns_min);
}

} // namespace

session::session(const invocation& call, const surroundings& where,
                 interrupt_watch& interrupts)
  : call_(call), where_(where), interrupts_(interrupts),
    out_(where.out, where.copy) {
  // nop
}

void session::say(std::string_view text) const {
  auto line = fmt::format("troupe: {}\n", text);
  // Nobody is left to be told when this fails.
  static_cast<void>(write_fully(where_.err, line));
}

void session::show(const table& what) {
  out_.write(
    render(what, readable_columns(where_.out), wants_color(where_.out)));
}

size_t session::text_columns() const {
  auto columns = readable_columns(where_.out);
  return columns == 0 ? columns_default : columns;
}

} // namespace troupe::shell
