#include "runtime/wire/event_json.hpp"

#include "runtime/base/escape.hpp"
#include "runtime/base/limits.hpp"
#include "runtime/wire/validate.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <iterator>

namespace troupe {

namespace {

using json = nlohmann::json;

constexpr std::string_view kind_names[] = {
  "job_progress",   "job_state",       "node_joined",    "node_left",
  "node_suspected", "node_recovered",  "task_failed",    "task_dead",
  "node_cordoned",  "node_uncordoned", "actor_restarted"};
static_assert(std::size(kind_names) == event_kind_count);

std::string status_json(const job_status& x) {
  return fmt::format(
    R"(, "state": "{}", "name": {}, "function": {}, "tasks": {}, )"
    R"("succeeded": {}, "dead": {}, "cancelled": {}, "running": {}, )"
    R"("attempts": {}, "elapsed_us": {}, "reason": {})",
    to_string(x.state), quote_json(x.name), quote_json(x.function), x.tasks,
    x.succeeded, x.dead, x.cancelled, x.running, x.attempts, x.seconds_us,
    quote_json(x.reason));
}

job_state state_named(const std::string& name) {
  for (size_t i = 0; i < job_state_count; ++i)
    if (name == to_string(static_cast<job_state>(i)))
      return static_cast<job_state>(i);
  return job_state::open;
}

/// Throws if a value is there and of another type.
template <class T>
T field(const json& from, const char* key) {
  return from.value(key, T{});
}

/// Throws for what is no event.
event parse_event(const json& from) {
  event out;
  out.kind =
    parse_event_kind(from.at("kind").get<std::string>()).value_or(out.kind);
  out.seq = field<uint64_t>(from, "seq");
  out.at_us = field<uint64_t>(from, "at_us");
  out.job = field<uint64_t>(from, "job");
  out.index = field<uint64_t>(from, "index");
  out.node = field<std::string>(from, "node");
  out.text = field<std::string>(from, "text");
  out.dropped = field<uint64_t>(from, "dropped");
  auto& job = out.status;
  job.id = out.job;
  job.state = state_named(field<std::string>(from, "state"));
  job.name = field<std::string>(from, "name");
  job.function = field<std::string>(from, "function");
  job.tasks = field<uint64_t>(from, "tasks");
  job.succeeded = field<uint64_t>(from, "succeeded");
  job.dead = field<uint64_t>(from, "dead");
  job.cancelled = field<uint64_t>(from, "cancelled");
  job.running = field<uint64_t>(from, "running");
  job.attempts = field<uint64_t>(from, "attempts");
  job.seconds_us = field<uint64_t>(from, "elapsed_us");
  job.reason = field<std::string>(from, "reason");
  return out;
}

} // namespace

std::string_view to_string(event_kind kind) {
  auto i = static_cast<size_t>(kind);
  return i < event_kind_count ? kind_names[i] : "unknown";
}

std::optional<event_kind> parse_event_kind(std::string_view name) {
  auto i = std::find(std::begin(kind_names), std::end(kind_names), name);
  if (i == std::end(kind_names))
    return std::nullopt;
  return static_cast<event_kind>(i - std::begin(kind_names));
}

std::vector<std::string> event_kind_names() {
  return {std::begin(kind_names), std::end(kind_names)};
}

bool is_of_task(event_kind kind) {
  return kind == event_kind::task_failed || kind == event_kind::task_dead;
}

bool is_of_job(event_kind kind) {
  return is_of_task(kind) || kind == event_kind::job_progress
         || kind == event_kind::job_state;
}

std::string event_json(const event& what) {
  auto out = fmt::format(R"({{"seq": {}, "kind": "{}", "at_us": {})", what.seq,
                         to_string(what.kind), what.at_us);
  if (is_of_job(what.kind))
    out += fmt::format(R"(, "job": {})", what.job);
  if (is_of_task(what.kind))
    out += fmt::format(R"(, "index": {})", what.index);
  else if (is_of_job(what.kind))
    out += status_json(what.status);
  if (!what.node.empty())
    out += fmt::format(R"(, "node": {})", quote_json(what.node));
  if (!what.text.empty())
    out += fmt::format(R"(, "text": {})", quote_json(what.text));
  if (what.dropped > 0)
    out += fmt::format(R"(, "dropped": {})", what.dropped);
  return out + "}";
}

std::string kept_events_json(const kept_events& what) {
  auto out = fmt::format(R"({{"id": {}, "last": {}, "next": {}, "lost": {}, )"
                         R"("more": {}, "events": [)",
                         what.id, what.last, what.next, what.lost, what.more);
  for (const auto& x : what.events)
    out += (&x == &what.events.front() ? "" : ", ") + event_json(x);
  return out + "]}";
}

result<kept_events> parse_kept_events(std::string_view text) {
  auto shallow = [](int depth, auto, auto&) {
    return depth <= static_cast<int>(limits::json_depth_max);
  };
  try {
    auto from = json::parse(text, shallow);
    kept_events out;
    out.id = from.at("id").get<uint64_t>();
    out.last = from.at("last").get<uint64_t>();
    out.next = from.at("next").get<uint64_t>();
    out.lost = from.at("lost").get<uint64_t>();
    out.more = from.at("more").get<bool>();
    for (const auto& x : from.at("events")) {
      out.events.push_back(parse_event(x));
      if (auto ok = check(out.events.back()); !ok)
        return tl::unexpected{ok.error()};
    }
    return out;
  } catch (const json::exception& why) {
    return fail(errc::protocol_violation,
                fmt::format("a node answered with events that cannot be read: "
                            "{}",
                            escape_text(why.what())));
  }
}

} // namespace troupe
