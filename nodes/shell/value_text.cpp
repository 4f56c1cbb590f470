#include "nodes/shell/value_text.hpp"

#include "runtime/base/units.hpp"
#include "runtime/function/json.hpp"

#include <fmt/format.h>

#include <chrono>

namespace troupe::shell {

std::string quoted(std::string_view text) {
  std::string out;
  append_json_string(text, out);
  return out;
}

std::string quoted(const std::vector<std::string>& texts) {
  std::string out = "[";
  for (const auto& text : texts) {
    out += out.size() > 1 ? ", " : "";
    append_json_string(text, out);
  }
  return out + "]";
}

std::string seconds(uint64_t us) {
  auto text = fmt::format("{}.{:06}", us / 1'000'000, us % 1'000'000);
  auto end = text.find_last_not_of('0');
  return text.substr(0, text[end] == '.' ? end : end + 1);
}

std::string span(uint64_t us) {
  return format_duration(std::chrono::microseconds{us});
}

} // namespace troupe::shell
