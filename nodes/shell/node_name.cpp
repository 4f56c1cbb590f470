#include "nodes/shell/node_name.hpp"

#include "runtime/base/escape.hpp"
#include "runtime/base/limits.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace troupe::shell {

outcome<void> check_node_name(std::string_view name) {
  auto is_control = [](unsigned char c) { return c < 0x20 || c == 0x7F; };
  if (!name.empty() && name.size() <= limits::name_bytes_max
      && std::none_of(name.begin(), name.end(), is_control))
    return {};
  return refuse_usage(fmt::format("{} cannot be the name of a node: names have "
                                  "1 to {} bytes and no control characters; "
                                  "troupe nodes lists them",
                                  quote_text(name), limits::name_bytes_max));
}

} // namespace troupe::shell
