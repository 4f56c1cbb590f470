#include "nodes/shell/printable_text.hpp"

#include "nodes/shell/text_output.hpp"
#include "runtime/base/escape.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace troupe::shell {

std::string printable_text(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    auto end = std::min(text.find_first_of("\n\t\\"), text.size());
    out += escape_text(text.substr(0, end));
    out += text.substr(end, 1);
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return out;
}

void write_sentence(int descriptor, std::string_view sentence) {
  auto line = fmt::format("troupe: {}\n", printable_text(sentence));
  static_cast<void>(write_fully(descriptor, line));
}

} // namespace troupe::shell
