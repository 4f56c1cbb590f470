#include "nodes/shell/session.hpp"

#include "nodes/shell/printable_text.hpp"
#include "nodes/shell/table.hpp"
#include "nodes/shell/terminal.hpp"

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
  write_sentence(where_.err, text);
}

void session::show(const table& what) {
  auto shown =
    render(what, readable_columns(where_.out), wants_color(where_.out));
  if (out_.has_copy())
    out_.write(shown, render(what, 0, false));
  else
    out_.write(shown);
}

size_t session::text_columns() const {
  auto columns = readable_columns(where_.out);
  return columns == 0 ? columns_default : columns;
}

} // namespace troupe::shell
