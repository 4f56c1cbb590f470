#include "runtime/base/units.hpp"

#include "runtime/base/escape.hpp"

#include <fmt/format.h>

#include <array>
#include <charconv>
#include <optional>
#include <span>

namespace troupe {

namespace {

struct unit {
  std::string_view name;
  uint64_t scale;
};

constexpr unit size_units[] = {
  {"", 1},
  {"B", 1},
  {"KiB", uint64_t{1} << 10},
  {"MiB", uint64_t{1} << 20},
  {"GiB", uint64_t{1} << 30},
  {"TiB", uint64_t{1} << 40},
};

constexpr unit duration_units[] = {
  {"ms", 1},
  {"s", 1'000},
  {"m", 60'000},
  {"h", 3'600'000},
};

constexpr size_t decimals_max = 6;

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

/// Takes the digits at the start of `text` off it.
std::string_view take_digits(std::string_view& text) {
  size_t n = 0;
  while (n < text.size() && is_digit(text[n]))
    ++n;
  auto digits = text.substr(0, n);
  text.remove_prefix(n);
  return digits;
}

std::optional<uint64_t> to_number(std::string_view digits) {
  uint64_t value = 0;
  auto end = digits.data() + digits.size();
  auto [stop, ec] = std::from_chars(digits.data(), end, value);
  if (digits.empty() || ec != std::errc{} || stop != end)
    return std::nullopt;
  return value;
}

/// Returns the fraction `0.DIGITS` of `scale`, rounded down. The product fits:
/// six decimals are below 2^20 and the largest scale is 2^40.
uint64_t fraction_of(std::string_view digits, uint64_t scale) {
  uint64_t value = 0;
  uint64_t divisor = 1;
  for (auto c : digits) {
    value = value * 10 + static_cast<uint64_t>(c - '0');
    divisor *= 10;
  }
  return value * scale / divisor;
}

/// Parses `DIGITS[.DIGITS][ ]UNIT`.
std::optional<uint64_t> parse_scaled(std::string_view text,
                                     std::span<const unit> units) {
  auto whole = to_number(take_digits(text));
  if (!whole)
    return std::nullopt;
  std::string_view decimals;
  if (text.starts_with('.')) {
    text.remove_prefix(1);
    decimals = take_digits(text);
    if (decimals.empty() || decimals.size() > decimals_max)
      return std::nullopt;
  }
  const auto spaced = text.starts_with(' ');
  while (text.starts_with(' '))
    text.remove_prefix(1);
  if (spaced && text.empty())
    return std::nullopt;
  for (const auto& [name, scale] : units) {
    if (name != text)
      continue;
    uint64_t product = 0;
    uint64_t sum = 0;
    if (__builtin_mul_overflow(*whole, scale, &product)
        || __builtin_add_overflow(product, fraction_of(decimals, scale), &sum))
      return std::nullopt;
    return sum;
  }
  return std::nullopt;
}

/// Renders `value` with one decimal, without it when it would be zero.
std::string short_decimal(double value, std::string_view unit_name) {
  if (value >= 99.95)
    return fmt::format("{:.0f} {}", value, unit_name);
  auto digits = fmt::format("{:.1f}", value);
  if (digits.ends_with(".0"))
    digits.resize(digits.size() - 2);
  return fmt::format("{} {}", digits, unit_name);
}

} // namespace

result<uint64_t> parse_size(std::string_view text) {
  if (auto bytes = parse_scaled(text, size_units))
    return *bytes;
  return fail(errc::bad_usage,
              fmt::format("{} is not a size; write a number with B, KiB, "
                          "MiB, GiB or TiB, as in 16MiB",
                          quote_text(text)));
}

result<std::chrono::milliseconds> parse_duration(std::string_view text) {
  if (text == "0")
    return std::chrono::milliseconds{0};
  constexpr std::chrono::milliseconds longest = parsed_duration_max;
  auto count = parse_scaled(text, duration_units);
  if (count && *count <= static_cast<uint64_t>(longest.count()))
    return std::chrono::milliseconds{static_cast<int64_t>(*count)};
  return fail(errc::bad_usage,
              fmt::format("{} is not a duration; write a number with ms, "
                          "s, m or h, as in 30s",
                          quote_text(text)));
}

result<uint64_t> parse_count(std::string_view text, uint64_t min,
                             uint64_t max) {
  auto value = to_number(text);
  if (value && *value >= min && *value <= max)
    return *value;
  return fail(errc::bad_usage,
              fmt::format("{} is not a whole number from {} to {}",
                          quote_text(text), min, max));
}

std::string format_bytes(uint64_t bytes) {
  if (bytes < 1024)
    return fmt::format("{} B", bytes);
  constexpr std::string_view names[] = {"KiB", "MiB", "GiB",
                                        "TiB", "PiB", "EiB"};
  auto value = static_cast<double>(bytes) / 1024;
  size_t i = 0;
  // 1023.95 would be shown as 1024 of the smaller unit.
  while (value >= 1023.5 && i + 1 < std::size(names)) {
    value /= 1024;
    ++i;
  }
  return short_decimal(value, names[i]);
}

std::string format_duration(std::chrono::nanoseconds span) {
  const auto negative = span.count() < 0;
  // The magnitude as unsigned, so that the smallest value has one too.
  auto ns = static_cast<uint64_t>(span.count());
  if (negative)
    ns = ~ns + 1;
  const std::string sign = negative ? "-" : "";
  if (ns == 0)
    return "0 s";
  if (ns < 1'000)
    return fmt::format("{}{} ns", sign, ns);
  const auto value = static_cast<double>(ns);
  if (value < 999.5e3)
    return sign + short_decimal(value / 1e3, "us");
  if (value < 999.5e6)
    return sign + short_decimal(value / 1e6, "ms");
  if (value < 9.995e9)
    return fmt::format("{}{:.2f} s", sign, value / 1e9);
  if (value < 59.95e9)
    return fmt::format("{}{:.1f} s", sign, value / 1e9);
  const auto seconds = ns / 1'000'000'000 + (ns / 500'000'000) % 2;
  if (seconds < 3'600)
    return fmt::format("{}{}m{:02}s", sign, seconds / 60, seconds % 60);
  const auto minutes = seconds / 60;
  if (minutes < 24 * 60)
    return fmt::format("{}{}h{:02}m", sign, minutes / 60, minutes % 60);
  const auto hours = minutes / 60;
  return fmt::format("{}{}d{:02}h", sign, hours / 24, hours % 24);
}

std::string format_count(uint64_t count) {
  auto digits = std::to_string(count);
  for (auto i = digits.size(); i > 3;) {
    i -= 3;
    digits.insert(i, 1, ',');
  }
  return digits;
}

} // namespace troupe
