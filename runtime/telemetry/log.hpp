#pragma once

#include "runtime/base/clock.hpp"

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace troupe {

/// Texts and values of fields are cut to this many bytes, with a visible mark.
constexpr size_t log_text_bytes_max = 8 * 1024;

/// How much a record matters. As a logger's level: what is below is dropped.
enum class log_level : uint8_t { trace, debug, info, warn, error, off };

/// Returns the level's name as written in config files.
std::string_view to_string(log_level level);

/// Returns the level of that name, or nothing.
std::optional<log_level> parse_log_level(std::string_view name);

/// How a record becomes a line.
enum class log_format : uint8_t {
  automatic, ///< `human` when stderr is a terminal, else `json`.
  human,     ///< `TIME LEVEL NODE COMPONENT: TEXT KEY=VALUE ...`
  json,      ///< One JSON object a line.
};

/// Returns the format's name as written in config files (`auto` for
/// `automatic`).
std::string_view to_string(log_format format);

/// Returns the format of that name, or nothing.
std::optional<log_format> parse_log_format(std::string_view name);

/// One key with its value, both of them text.
struct log_field {
  std::string_view key;
  std::string_view value;
};

/// One record, valid only while it is being written.
struct log_record {
  log_level level = log_level::info;
  std::string_view component; ///< Which part of the node speaks.
  std::string_view text;      ///< One sentence; what varies goes into fields.
  std::span<const log_field> fields;
};

/// Where a node's log records go. Given to whoever has something to say, never
/// global. All member functions may be called from any thread.
class logger {
public:
  using fields = std::initializer_list<log_field>;

  /// Drops what is below `lowest`.
  explicit logger(log_level lowest) : lowest_(lowest) {
    // nop
  }

  logger(const logger&) = delete;
  logger& operator=(const logger&) = delete;

  virtual ~logger() = default;

  /// Returns whether a record of that level is written; ask before building
  /// an expensive one.
  bool enabled(log_level level) const {
    return level >= lowest_ && level < log_level::off;
  }

  void log(log_level level, std::string_view component, std::string_view text,
           fields with = {}) {
    if (enabled(level))
      write({level, component, text, {with.begin(), with.size()}});
  }

  void trace(std::string_view component, std::string_view text,
             fields with = {}) {
    log(log_level::trace, component, text, with);
  }

  void debug(std::string_view component, std::string_view text,
             fields with = {}) {
    log(log_level::debug, component, text, with);
  }

  void info(std::string_view component, std::string_view text,
            fields with = {}) {
    log(log_level::info, component, text, with);
  }

  void warn(std::string_view component, std::string_view text,
            fields with = {}) {
    log(log_level::warn, component, text, with);
  }

  void error(std::string_view component, std::string_view text,
             fields with = {}) {
    log(log_level::error, component, text, with);
  }

private:
  virtual void write(const log_record& record) = 0;

  const log_level lowest_;
};

using logger_ptr = std::shared_ptr<logger>;

/// Renders a record as one line without its newline. What came from outside is
/// escaped: a record never becomes two lines and never steers a terminal.
/// @param format  `automatic` renders as `human`.
/// @param time_us Microseconds since 1970-01-01 UTC; shown in UTC.
std::string render_log_line(log_format format, int64_t time_us,
                            std::string_view node, const log_record& record);

/// Returns a logger that writes one line a record to stderr, in one piece. A
/// stderr that cannot be written to loses the line and nothing else.
/// @param clock Stamps the records; must outlive the logger.
logger_ptr make_stderr_logger(std::string node, log_level lowest,
                              log_format format,
                              const wall_clock& clock = system_wall_clock());

/// Returns a logger that drops everything: for tests and for programs that
/// embed Troupe and want silence.
logger_ptr make_null_logger();

/// Keeps every record in memory: for tests, which ask what was said.
class capturing_logger final : public logger {
public:
  struct record {
    log_level level;
    std::string component;
    std::string text;
    std::vector<std::pair<std::string, std::string>> fields;

    friend bool operator==(const record&, const record&) = default;
  };

  explicit capturing_logger(log_level lowest = log_level::trace)
    : logger(lowest) {
    // nop
  }

  /// Returns a copy of all records so far, oldest first.
  std::vector<record> records() const;

  /// Returns whether some record's text contains `part`.
  bool contains(std::string_view part) const;

private:
  void write(const log_record& what) override;

  mutable std::mutex mutex_;
  std::vector<record> records_;
};

} // namespace troupe
