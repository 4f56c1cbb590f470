#include "nodes/shell/range_text.hpp"

#include "runtime/base/escape.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <optional>
#include <system_error>

namespace troupe::shell {

namespace {

template <class T>
std::optional<T> parse_integer(std::string_view text) {
  T x{};
  const auto* end = text.data() + text.size();
  auto [at, problem] = std::from_chars(text.data(), end, x);
  if (problem != std::errc{} || at != end)
    return std::nullopt;
  return x;
}

tl::unexpected<error> bad_range(std::string_view text, std::string_view why) {
  return fail(errc::bad_usage,
              fmt::format("{} is no range: {}", quote_text(text), why));
}

} // namespace

result<range_argument> parse_range(std::string_view text) {
  auto dots = text.find("..");
  if (dots == std::string_view::npos)
    return bad_range(text, "write A..B or A..B/STEP, as in 0..100");
  auto slash = text.find('/', dots);
  auto last_text = text.substr(dots + 2, slash == std::string_view::npos
                                           ? std::string_view::npos
                                           : slash - dots - 2);
  auto first = parse_integer<int64_t>(text.substr(0, dots));
  auto last = parse_integer<int64_t>(last_text);
  if (!first || !last)
    return bad_range(text, "both ends must be 64-bit integers");
  if (*first > *last)
    return bad_range(text, "it ends before it begins");
  range_argument out;
  out.range = {*first, *last, 1};
  if (slash != std::string_view::npos) {
    auto step = parse_integer<uint64_t>(text.substr(slash + 1));
    if (!step || *step == 0)
      return bad_range(text, "the step must be a whole number from 1");
    out.kind = input_kind::pairs;
    out.range.step = *step;
  }
  return out;
}

std::string indices_text(index_range range) {
  return range.size() == 1 ? std::to_string(range.begin)
                           : fmt::format("{}..{}", range.begin, range.end);
}

std::string first_input_json(const range_argument& what) {
  const auto& range = what.range;
  if (what.kind == input_kind::integers)
    return fmt::format("{}", range.first);
  // The distance of two signed numbers fits an unsigned one.
  auto distance =
    static_cast<uint64_t>(range.last) - static_cast<uint64_t>(range.first);
  auto end =
    static_cast<uint64_t>(range.first) + std::min(range.step, distance);
  return fmt::format("[{},{}]", range.first, static_cast<int64_t>(end));
}

} // namespace troupe::shell
