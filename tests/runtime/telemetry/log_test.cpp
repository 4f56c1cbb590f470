#define CAF_SUITE log

#include "runtime/base/random.hpp"
#include "runtime/telemetry/log.hpp"
#include "runtime/telemetry/log_ring.hpp"

#include <caf/test/unit_test.hpp>

#include <nlohmann/json.hpp>
#include <unistd.h>

#include <cstdio>
#include <sstream>
#include <thread>

using namespace troupe;

namespace {

/// 2026-08-18 12:34:56.789012 UTC
constexpr int64_t noon_us = 1'787'056'496'789'012;

class fixed_clock final : public wall_clock {
public:
  int64_t now_us() const override {
    return noon_us;
  }
};

/// Replaces stderr by a file while it lives.
class stderr_capture {
public:
  stderr_capture() : file_(std::tmpfile()), saved_(dup(STDERR_FILENO)) {
    std::fflush(stderr);
    dup2(fileno(file_), STDERR_FILENO);
  }

  ~stderr_capture() {
    restore();
    std::fclose(file_);
  }

  std::vector<std::string> lines() {
    restore();
    std::rewind(file_);
    std::vector<std::string> result;
    std::string line;
    for (int c = 0; (c = std::fgetc(file_)) != EOF;) {
      if (c == '\n')
        result.push_back(std::exchange(line, {}));
      else
        line += static_cast<char>(c);
    }
    if (!line.empty())
      result.push_back(line + " (no newline)");
    return result;
  }

private:
  void restore() {
    if (saved_ < 0)
      return;
    dup2(saved_, STDERR_FILENO);
    close(saved_);
    saved_ = -1;
  }

  std::FILE* file_;
  int saved_;
};

std::string render(log_format format, std::string_view text,
                   logger::fields fields = {}) {
  const log_record record{
    log_level::info, "worker", text, {fields.begin(), fields.size()}};
  return render_log_line(format, noon_us, "alpha", record);
}

} // namespace

CAF_TEST(levels_and_formats_have_names) {
  for (auto level : {log_level::trace, log_level::debug, log_level::info,
                     log_level::warn, log_level::error, log_level::off})
    CAF_CHECK(parse_log_level(to_string(level)) == level);
  CAF_CHECK(!parse_log_level("warning"));
  CAF_CHECK(!parse_log_level(""));
  for (auto format :
       {log_format::automatic, log_format::human, log_format::json})
    CAF_CHECK(parse_log_format(to_string(format)) == format);
  CAF_CHECK_EQUAL(to_string(log_format::automatic), "auto");
  CAF_CHECK(!parse_log_format("xml"));
}

CAF_TEST(a_record_becomes_a_line_for_people) {
  const std::string head = "2026-08-18T12:34:56.789Z info  alpha worker: ";
  struct row {
    const char* what;
    std::string text;
    log_field field;
    std::string want;
  };
  const row rows[] = {
    {"a word", "joined", {"node", "beta"}, "joined node=beta"},
    {"an empty value", "x", {"k", ""}, "x k=\"\""},
    {"a blank", "x", {"k", "a b"}, "x k=\"a b\""},
    {"an equals sign", "x", {"k", "a=b"}, "x k=\"a=b\""},
    {"a quote", "x", {"k", "a\"b"}, "x k=\"a\\\"b\""},
    {"a second line", "x\nfaked", {"k", "a\nb"}, "x\\nfaked k=a\\nb"},
    {"an escape code", "\x1B[31m", {"k\n", "v"}, "\\x1b[31m k\\n=v"},
    {"not UTF-8", "\xFF", {"k", "\xC3"}, "\\xff k=\\xc3"},
  };
  for (const auto& [what, text, field, want] : rows) {
    CAF_MESSAGE(what);
    CAF_CHECK_EQUAL(render(log_format::human, text, {field}), head + want);
  }
  CAF_CHECK_EQUAL(render(log_format::human, "up"), head + "up");
  CAF_CHECK_EQUAL(render(log_format::automatic, "up"), head + "up");
}

CAF_TEST(a_record_becomes_a_json_object) {
  CAF_CHECK_EQUAL(render(log_format::json, "up"),
                  R"({"time":"2026-08-18T12:34:56.789012Z","level":"info",)"
                  R"("node":"alpha","component":"worker","text":"up"})");
  auto line = render(log_format::json, "a\n\"b\"\xFF",
                     {{"node", "x"}, {"slots\"", "\x01"}});
  CAF_CHECK(line.find('\n') == std::string::npos);
  auto json = nlohmann::json::parse(line, nullptr, false);
  CAF_REQUIRE(json.is_object());
  CAF_CHECK_EQUAL(json["node"].get<std::string>(), "alpha");
  CAF_CHECK_EQUAL(json["text"].get<std::string>(), "a\n\"b\"\\xff");
  CAF_CHECK_EQUAL(json["fields"]["node"].get<std::string>(), "x");
  CAF_CHECK_EQUAL(json["fields"]["slots\""].get<std::string>(), "\x01");
}

CAF_TEST(times_before_1970_and_at_full_seconds_are_rendered) {
  const log_record record{log_level::warn, "x", "y", {}};
  CAF_CHECK_EQUAL(render_log_line(log_format::human, -1, "n", record),
                  "1969-12-31T23:59:59.999Z warn  n x: y");
  CAF_CHECK_EQUAL(render_log_line(log_format::human, 0, "n", record),
                  "1970-01-01T00:00:00.000Z warn  n x: y");
}

CAF_TEST(long_texts_are_cut_with_a_mark) {
  std::string text(log_text_bytes_max - 1, 'x');
  text += "\xE2\x82\xAC and more";
  auto line = render(log_format::human, text);
  CAF_CHECK(line.ends_with("x... (12 bytes cut)"));
  CAF_CHECK(line.size() < log_text_bytes_max + 100);
}

CAF_TEST(random_records_are_one_line_and_valid_json) {
  auto random = make_seeded_random(7403);
  for (int i = 0; i < 2'000; ++i) {
    std::string text;
    for (auto n = random->next() % 50; n > 0; --n)
      text += static_cast<char>(random->next());
    for (auto format : {log_format::human, log_format::json}) {
      auto line = render(format, text, {{text, text}});
      CAF_CHECK(line.find_first_of("\n\r\x1B") == std::string::npos);
      if (format == log_format::json)
        CAF_CHECK(nlohmann::json::accept(line));
    }
  }
}

CAF_TEST(records_below_the_level_are_dropped) {
  const log_level levels[] = {log_level::trace, log_level::debug,
                              log_level::info,  log_level::warn,
                              log_level::error, log_level::off};
  for (size_t lowest = 0; lowest < std::size(levels); ++lowest) {
    capturing_logger log{levels[lowest]};
    log.trace("c", "t");
    log.debug("c", "t");
    log.info("c", "t");
    log.warn("c", "t");
    log.error("c", "t");
    log.log(log_level::off, "c", "never");
    CAF_CHECK_EQUAL(log.records().size(), 5 - lowest);
    for (size_t level = 0; level < std::size(levels); ++level)
      CAF_CHECK_EQUAL(log.enabled(levels[level]), level >= lowest && level < 5);
  }
  CAF_CHECK(!make_null_logger()->enabled(log_level::error));
}

CAF_TEST(the_capturing_logger_keeps_everything) {
  capturing_logger log;
  log.info("worker", "joined", {{"node", "alpha"}, {"slots", "2"}});
  const capturing_logger::record want{
    log_level::info, "worker", "joined", {{"node", "alpha"}, {"slots", "2"}}};
  CAF_REQUIRE_EQUAL(log.records().size(), 1u);
  CAF_CHECK(log.records().front() == want);
  CAF_CHECK(log.contains("join"));
  CAF_CHECK(!log.contains("left"));
}

CAF_TEST(stderr_gets_whole_lines_from_many_threads) {
  constexpr int threads = 4;
  constexpr int records = 250;
  const fixed_clock clock;
  const std::string filler(300, 'x');
  stderr_capture capture;
  auto log =
    make_stderr_logger("alpha", log_level::info, log_format::json, clock);
  std::vector<std::thread> writers;
  for (int i = 0; i < threads; ++i)
    writers.emplace_back([&] {
      for (int j = 0; j < records; ++j) {
        log->info("test", filler, {{"j", "{} %s %v"}});
        log->debug("test", "dropped");
      }
    });
  for (auto& writer : writers)
    writer.join();
  const auto lines = capture.lines();
  CAF_CHECK_EQUAL(lines.size(), static_cast<size_t>(threads * records));
  const log_field field{"j", "{} %s %v"};
  const auto want =
    render_log_line(log_format::json, noon_us, "alpha",
                    {log_level::info, "test", filler, {&field, 1}});
  size_t whole = 0;
  for (const auto& line : lines)
    whole += line == want ? 1 : 0;
  CAF_CHECK_EQUAL(whole, lines.size());
}

CAF_TEST(what_goes_to_stderr_may_be_kept_besides) {
  const fixed_clock clock;
  auto ring = std::make_shared<log_ring>();
  stderr_capture capture;
  auto log =
    make_stderr_logger("alpha", log_level::info, log_format::json, ring, clock);
  log->info("test", "said", {{"key", "value"}});
  log->debug("test", "dropped");
  CAF_CHECK_EQUAL(capture.lines().size(), 1u);
  auto kept = ring->read(0, 10, log_level::trace, 1000);
  CAF_REQUIRE_EQUAL(kept.records.size(), 1u);
  CAF_CHECK_EQUAL(kept.records.front().text, "said");
  CAF_CHECK_EQUAL(kept.records.front().time_us, noon_us);
  CAF_CHECK_EQUAL(kept.records.front().fields.size(), 1u);
}

CAF_TEST(a_stderr_that_is_no_terminal_gets_json_by_default) {
  const fixed_clock clock;
  stderr_capture capture;
  auto log =
    make_stderr_logger("alpha", log_level::info, log_format::automatic, clock);
  log->error("test", "text");
  auto lines = capture.lines();
  CAF_REQUIRE_EQUAL(lines.size(), 1u);
  CAF_CHECK(lines.front().starts_with("{"));
}
