#include "nodes/shell/session.hpp"

#include "nodes/shell/table.hpp"
#include "nodes/shell/terminal.hpp"

#include <fmt/format.h>

namespace troupe::shell {

namespace {

constexpr size_t columns_default = 80;

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
    render(what, terminal_columns(where_.out), wants_color(where_.out)));
}

size_t session::text_columns() const {
  auto columns = terminal_columns(where_.out);
  return columns == 0 ? columns_default : columns;
}

} // namespace troupe::shell
