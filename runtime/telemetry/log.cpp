#include "runtime/telemetry/log.hpp"

#include "runtime/base/escape.hpp"
#include "runtime/telemetry/log_ring.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>
#include <spdlog/logger.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <unistd.h>

#include <chrono>
#include <ctime>

namespace troupe {

namespace {

constexpr std::string_view level_names[] = {"trace", "debug", "info",
                                            "warn",  "error", "off"};

constexpr std::string_view format_names[] = {"auto", "human", "json"};

template <class Enum, size_t N>
std::optional<Enum> find_name(const std::string_view (&names)[N],
                              std::string_view name) {
  for (size_t i = 0; i < N; ++i)
    if (names[i] == name)
      return static_cast<Enum>(i);
  return std::nullopt;
}

/// Cuts a text between two characters and says how much is missing.
std::string shorten(std::string_view text) {
  if (text.size() <= log_text_bytes_max)
    return std::string{text};
  auto end = log_text_bytes_max;
  for (int back = 0; back < 3 && (text[end] & 0xC0) == 0x80; ++back)
    --end;
  return fmt::format("{}... ({} bytes cut)", text.substr(0, end),
                     text.size() - end);
}

/// Renders ISO 8601 in UTC with `digits` (3 or 6) digits of a second.
std::string render_time(int64_t time_us, int digits) {
  using namespace std::chrono;
  const microseconds since_epoch{time_us};
  const auto whole = floor<seconds>(since_epoch);
  const auto rest = (since_epoch - whole).count();
  const auto time = static_cast<std::time_t>(whole.count());
  return fmt::format("{:%Y-%m-%dT%H:%M:%S}.{:0{}}Z", fmt::gmtime(time),
                     digits == 3 ? rest / 1000 : rest, digits);
}

/// Quotes a value that would not read as one word.
std::string render_value(std::string_view value) {
  auto text = escape_text(shorten(value));
  if (!text.empty() && text.find_first_of(" \"=") == std::string::npos)
    return text;
  std::string quoted = "\"";
  for (auto c : text) {
    if (c == '"')
      quoted += '\\';
    quoted += c;
  }
  return quoted + '"';
}

std::string render_human(int64_t time_us, std::string_view node,
                         const log_record& record) {
  auto line = fmt::format("{} {:<5} {} {}: {}", render_time(time_us, 3),
                          to_string(record.level), escape_text(node),
                          escape_text(record.component),
                          escape_text(shorten(record.text)));
  for (const auto& [key, value] : record.fields)
    fmt::format_to(std::back_inserter(line), " {}={}", escape_text(key),
                   render_value(value));
  return line;
}

std::string render_json(int64_t time_us, std::string_view node,
                        const log_record& record) {
  auto line = fmt::format(
    R"({{"time":"{}","level":"{}","node":{},"component":{},"text":{})",
    render_time(time_us, 6), to_string(record.level), quote_json(node),
    quote_json(record.component), quote_json(shorten(record.text)));
  auto separator = std::string_view{R"(,"fields":{)"};
  for (const auto& [key, value] : record.fields) {
    fmt::format_to(std::back_inserter(line), "{}{}:{}", separator,
                   quote_json(key), quote_json(shorten(value)));
    separator = ",";
  }
  return line + (record.fields.empty() ? "}" : "}}");
}

spdlog::level::level_enum to_spdlog(log_level level) {
  switch (level) {
    case log_level::trace: return spdlog::level::trace;
    case log_level::debug: return spdlog::level::debug;
    case log_level::info: return spdlog::level::info;
    case log_level::warn: return spdlog::level::warn;
    case log_level::error: return spdlog::level::err;
    case log_level::off: break;
  }
  return spdlog::level::off;
}

log_format resolve(log_format format) {
  if (format != log_format::automatic)
    return format;
  return isatty(STDERR_FILENO) == 1 ? log_format::human : log_format::json;
}

/// spdlog serves as the locked sink; the lines are ours, since its patterns
/// escape nothing.
class stderr_logger final : public logger {
public:
  stderr_logger(std::string node, log_level lowest, log_format format,
                std::shared_ptr<log_ring> ring, const wall_clock& clock)
    : logger(lowest), node_(std::move(node)), format_(resolve(format)),
      ring_(std::move(ring)), clock_(clock),
      out_("troupe", std::make_shared<spdlog::sinks::stderr_sink_mt>()) {
    out_.set_pattern("%v");
    out_.set_level(spdlog::level::trace);
    // There is no other place to complain about a broken stderr.
    out_.set_error_handler([](const std::string&) {});
  }

private:
  void write(const log_record& record) override {
    auto now_us = clock_.now_us();
    if (ring_)
      ring_->push(now_us, record);
    auto line = render_log_line(format_, now_us, node_, record);
    out_.log(to_spdlog(record.level), spdlog::string_view_t{line});
  }

  const std::string node_;
  const log_format format_;
  const std::shared_ptr<log_ring> ring_;
  const wall_clock& clock_;
  spdlog::logger out_;
};

class null_logger final : public logger {
public:
  null_logger() : logger(log_level::off) {
    // nop
  }

private:
  void write(const log_record&) override {
    // nop
  }
};

} // namespace

std::string_view to_string(log_level level) {
  return level_names[static_cast<size_t>(level)];
}

std::optional<log_level> parse_log_level(std::string_view name) {
  return find_name<log_level>(level_names, name);
}

std::string_view to_string(log_format format) {
  return format_names[static_cast<size_t>(format)];
}

std::optional<log_format> parse_log_format(std::string_view name) {
  return find_name<log_format>(format_names, name);
}

std::string render_log_line(log_format format, int64_t time_us,
                            std::string_view node, const log_record& record) {
  return format == log_format::json ? render_json(time_us, node, record)
                                    : render_human(time_us, node, record);
}

logger_ptr make_stderr_logger(std::string node, log_level lowest,
                              log_format format, const wall_clock& clock) {
  return make_stderr_logger(std::move(node), lowest, format, nullptr, clock);
}

logger_ptr make_stderr_logger(std::string node, log_level lowest,
                              log_format format, std::shared_ptr<log_ring> ring,
                              const wall_clock& clock) {
  return std::make_shared<stderr_logger>(std::move(node), lowest, format,
                                         std::move(ring), clock);
}

logger_ptr make_null_logger() {
  return std::make_shared<null_logger>();
}

std::vector<capturing_logger::record> capturing_logger::records() const {
  std::lock_guard guard{mutex_};
  return records_;
}

bool capturing_logger::contains(std::string_view part) const {
  std::lock_guard guard{mutex_};
  for (const auto& what : records_)
    if (what.text.find(part) != std::string::npos)
      return true;
  return false;
}

void capturing_logger::write(const log_record& what) {
  record copy{
    what.level, std::string{what.component}, std::string{what.text}, {}};
  for (const auto& [key, value] : what.fields)
    copy.fields.emplace_back(key, value);
  std::lock_guard guard{mutex_};
  records_.push_back(std::move(copy));
}

} // namespace troupe
