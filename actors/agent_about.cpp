#include "actors/agent_about.hpp"

#include "runtime/base/escape.hpp"
#include "runtime/base/limits.hpp"
#include "runtime/base/version.hpp"
#include "runtime/telemetry/process_usage.hpp"
#include "runtime/wire/event_json.hpp"

#include <caf/actor_registry.hpp>
#include <caf/actor_system.hpp>
#include <caf/config.hpp>

#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <unistd.h>

#include <algorithm>

namespace troupe {

namespace {

using json = nlohmann::json;

/// Two roles of a node answer in one message, and JSON may take six bytes for
/// one.
constexpr size_t log_bytes_max = 12 * limits::kib;
constexpr size_t events_bytes_max = 24 * limits::kib;
constexpr uint64_t items_max = 1000;
/// Of one value, of which there are some dozens.
constexpr size_t value_bytes_max = 512;

std::string shortened(const std::string& text) {
  if (text.size() <= value_bytes_max)
    return quote_json(text);
  auto end = value_bytes_max;
  for (int back = 0; back < 3 && (text[end] & 0xC0) == 0x80; ++back)
    --end;
  return quote_json(fmt::format("{}... ({} bytes cut)", text.substr(0, end),
                                text.size() - end));
}

std::string host_name() {
  char name[256] = {};
  return ::gethostname(name, sizeof(name) - 1) == 0 ? name : "";
}

std::string node_document(const agent_about& about, caf::actor_system& system) {
  auto now = read_process_usage();
  return fmt::format(
    R"({{"role": {}, "host": {}, "pid": {}, "listen": {}, "version": {}, )"
    R"("protocol": {}, "caf": "{}.{}.{}", "up_us": {}, "memory_bytes": {}, )"
    R"("cpu_us": {}, "threads": {}, "open_files": {}, "open_files_max": {}, )"
    R"("actors": {}}})",
    quote_json(about.role), quote_json(host_name()), now.pid,
    quote_json(about.listen ? about.listen() : "-"),
    quote_json(product_version), protocol_version, CAF_MAJOR_VERSION,
    CAF_MINOR_VERSION, CAF_PATCH_VERSION, now.age_us, now.memory_bytes,
    now.cpu_us, now.threads, now.open_files, now.open_files_max,
    system.registry().running());
}

std::string config_document(const agent_about& about) {
  auto out =
    fmt::format(R"({{"role": {}, "values": [)", quote_json(about.role));
  for (const auto& x : about.config)
    out +=
      fmt::format(R"({}{{"key": {}, "value": {}, "origin": {}, )"
                  R"("means": {}}})",
                  &x == &about.config.front() ? "" : ", ", quote_json(x.key),
                  shortened(x.value), shortened(x.origin), shortened(x.means));
  return out + "]}";
}

// -- questions with a text ----------------------------------------------------

/// What pages are asked for with.
struct page_question {
  uint64_t after = 0;
  uint64_t most = items_max;
  std::optional<uint64_t> last; ///< Behind the last but so many.
  log_level level = log_level::trace;
};

tl::unexpected<error> bad_question(std::string_view why) {
  return fail(errc::bad_usage,
              fmt::format("the question to the node cannot be read: {}", why));
}

/// Returns a number of a question; the library would take -1 for a large one.
std::optional<uint64_t> number(const json& from, const char* key) {
  auto i = from.find(key);
  if (i == from.end() || !i->is_number_unsigned())
    return std::nullopt;
  return i->get<uint64_t>();
}

result<page_question> parse_page(const std::string& text) {
  page_question out;
  if (text.empty())
    return out;
  auto shallow = [](int depth, auto, auto&) {
    return depth <= static_cast<int>(limits::json_depth_max);
  };
  try {
    auto from = json::parse(text, shallow);
    for (const auto* key : {"after", "most", "last"})
      if (from.contains(key) && !number(from, key))
        return bad_question(fmt::format("\"{}\" is no whole number", key));
    out.after = number(from, "after").value_or(out.after);
    out.most = number(from, "most").value_or(out.most);
    out.last = number(from, "last");
    auto level = from.value("level", std::string{to_string(out.level)});
    auto known = parse_log_level(level);
    if (!known || *known == log_level::off)
      return bad_question("there is no level " + quote_text(level));
    out.level = *known;
  } catch (const json::exception& why) {
    return bad_question(escape_text(why.what()));
  }
  if (out.most == 0 || out.most > items_max)
    return bad_question(
      fmt::format("\"most\" is {}, 1 to {} are possible", out.most, items_max));
  return out;
}

std::string record_json(const kept_record& x) {
  auto out = fmt::format(
    R"({{"seq": {}, "time_us": {}, "level": "{}", "component": {}, "text": {}, )"
    R"("fields": {{)",
    x.seq, x.time_us, to_string(x.level), quote_json(x.component),
    quote_json(x.text));
  for (const auto& field : x.fields)
    out += fmt::format("{}{}: {}", &field == &x.fields.front() ? "" : ", ",
                       quote_json(field.first), quote_json(field.second));
  return out + "}}";
}

result<std::string> log_document(const agent_about& about,
                                 const std::string& text) {
  auto question = parse_page(text);
  if (!question)
    return tl::unexpected{std::move(question.error())};
  if (!about.log)
    return fmt::format(R"({{"role": {}, "kept": false}})",
                       quote_json(about.role));
  auto after = question->after;
  if (question->last)
    after = about.log->before_last(*question->last, question->level);
  auto found =
    about.log->read(after, question->most, question->level, log_bytes_max);
  // A process that came later has a ring of its own.
  auto out =
    fmt::format(R"({{"role": {}, "kept": true, "pid": {}, "next": {}, )"
                R"("lost": {}, "more": {}, "records": [)",
                quote_json(about.role), ::getpid(), found.next,
                question->last ? 0 : found.lost, found.more);
  for (const auto& x : found.records)
    out += (&x == &found.records.front() ? "" : ", ") + record_json(x);
  return out + "]}";
}

result<std::string> events_document(const agent_about& about,
                                    const std::string& text) {
  if (!about.events)
    return fail(errc::unknown_child,
                "only the coordinator's node keeps the last events");
  auto question = parse_page(text);
  if (!question)
    return tl::unexpected{std::move(question.error())};
  auto found =
    about.events->read(question->after, question->most, events_bytes_max);
  return kept_events_json({about.events->id(), about.events->last(), found.next,
                           found.lost, found.more, std::move(found.events)});
}

} // namespace

std::optional<result<std::string>> answer_about(const agent_about& about,
                                                caf::actor_system& system,
                                                const ask_node& what) {
  if (what.topic == "node")
    return node_document(about, system);
  if (what.topic == "config")
    return config_document(about);
  if (what.topic == "log")
    return log_document(about, what.text);
  if (what.topic == "events")
    return events_document(about, what.text);
  return std::nullopt;
}

} // namespace troupe
