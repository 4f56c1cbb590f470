#include "nodes/shell/deadline_text.hpp"

#include "runtime/base/escape.hpp"
#include "runtime/base/units.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <optional>

namespace troupe::shell {

namespace {

using std::chrono::milliseconds;

/// Takes fixed pieces off the front of a text.
class text_reader {
public:
  explicit text_reader(std::string_view text) : rest_(text) {
    // nop
  }

  /// Reads exactly `digits` digits of a number in [min, max].
  std::optional<int> number(size_t digits, int min, int max) {
    int value = 0;
    for (size_t i = 0; i < digits; ++i) {
      auto c = take();
      if (c < '0' || c > '9')
        return std::nullopt;
      value = value * 10 + (c - '0');
    }
    if (value < min || value > max)
      return std::nullopt;
    return value;
  }

  /// Reads one of two characters; returns it, or 0.
  char either(char x, char y) {
    if (rest_.empty() || (rest_.front() != x && rest_.front() != y))
      return 0;
    return take();
  }

  /// Reads a fraction of a second, if there is one, rounded down.
  std::optional<milliseconds> fraction() {
    if (!either('.', '.'))
      return milliseconds{0};
    int64_t ms = 0;
    size_t digits = 0;
    for (; !rest_.empty() && rest_.front() >= '0' && rest_.front() <= '9';
         ++digits) {
      auto c = take();
      if (digits < 3)
        ms = ms * 10 + (c - '0');
    }
    if (digits == 0)
      return std::nullopt;
    for (; digits < 3; ++digits)
      ms *= 10;
    return milliseconds{ms};
  }

  bool empty() const {
    return rest_.empty();
  }

private:
  char take() {
    if (rest_.empty())
      return 0;
    auto c = rest_.front();
    rest_.remove_prefix(1);
    return c;
  }

  std::string_view rest_;
};

std::optional<std::chrono::sys_days> read_date(text_reader& in) {
  auto year = in.number(4, 1970, 9999);
  if (!year || !in.either('-', '-'))
    return std::nullopt;
  auto month = in.number(2, 1, 12);
  if (!month || !in.either('-', '-'))
    return std::nullopt;
  auto day = in.number(2, 1, 31);
  if (!day)
    return std::nullopt;
  std::chrono::year_month_day date{
    std::chrono::year{*year}, std::chrono::month{static_cast<unsigned>(*month)},
    std::chrono::day{static_cast<unsigned>(*day)}};
  if (!date.ok())
    return std::nullopt;
  return std::chrono::sys_days{date};
}

/// Reads `Z`, or how far a zone is ahead of UTC.
std::optional<std::chrono::minutes> read_zone(text_reader& in) {
  if (in.either('Z', 'z'))
    return std::chrono::minutes{0};
  auto sign = in.either('+', '-');
  auto hours = in.number(2, 0, 23);
  if (sign == 0 || !hours || !in.either(':', ':'))
    return std::nullopt;
  auto minutes = in.number(2, 0, 59);
  if (!minutes)
    return std::nullopt;
  auto ahead = std::chrono::minutes{*hours * 60 + *minutes};
  return sign == '-' ? -ahead : ahead;
}

/// Source: RFC 3339, section 5.6; a leap second counts as the one before.
std::optional<milliseconds> read_time(std::string_view text) {
  text_reader in{text};
  auto date = read_date(in);
  if (!date || (!in.either('T', 't') && !in.either(' ', ' ')))
    return std::nullopt;
  auto hour = in.number(2, 0, 23);
  if (!hour || !in.either(':', ':'))
    return std::nullopt;
  auto minute = in.number(2, 0, 59);
  if (!minute || !in.either(':', ':'))
    return std::nullopt;
  auto second = in.number(2, 0, 60);
  if (!second)
    return std::nullopt;
  auto fraction = in.fraction();
  auto zone = fraction ? read_zone(in) : std::nullopt;
  if (!zone || !in.empty())
    return std::nullopt;
  return milliseconds{date->time_since_epoch()} + std::chrono::hours{*hour}
         + std::chrono::minutes{*minute}
         + std::chrono::seconds{std::min(*second, 59)} + *fraction - *zone;
}

} // namespace

result<uint64_t> parse_deadline(std::string_view text, int64_t now_us) {
  if (text.starts_with('+')) {
    auto wait = parse_duration(text.substr(1));
    if (!wait)
      return tl::unexpected{std::move(wait.error())};
    if (wait->count() == 0)
      return fail(errc::bad_usage,
                  fmt::format("the deadline {} is over at once; leave it out "
                              "for none",
                              quote_text(text)));
    return static_cast<uint64_t>(now_us / 1000 + wait->count());
  }
  auto time = read_time(text);
  if (!time)
    return fail(errc::bad_usage,
                fmt::format("{} is no deadline; write +DURATION as in +90m, or "
                            "a time as in 2026-07-01T18:00:00Z",
                            quote_text(text)));
  if (time->count() < now_us / 1000)
    return fail(errc::bad_usage,
                fmt::format("the deadline {} has passed", quote_text(text)));
  return static_cast<uint64_t>(time->count());
}

} // namespace troupe::shell
