#include "nodes/shell/value_text.hpp"

#include "runtime/base/units.hpp"
#include "runtime/function/json.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cmath>

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

std::string counted(uint64_t count, std::string_view what) {
  return fmt::format("{} {}{}", format_count(count), what,
                     count == 1 ? "" : "s");
}

std::string per_second(double rate) {
  if (rate >= 99.95)
    return format_count(static_cast<uint64_t>(std::llround(rate))) + "/s";
  if (rate >= 0.95 || rate <= 0)
    return fmt::format("{:.1f}/s", std::max(rate, 0.0));
  return rate < 0.01 ? "<0.01/s" : fmt::format("{:.2f}/s", rate);
}

std::string share_text(uint64_t done, uint64_t whole) {
  if (done >= whole)
    return "100 %";
  auto percent = 100 * static_cast<double>(done) / static_cast<double>(whole);
  return fmt::format("{} %", std::min(99, static_cast<int>(percent)));
}

} // namespace troupe::shell
