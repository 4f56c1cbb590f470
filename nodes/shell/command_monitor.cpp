#include "nodes/shell/actor_question.hpp"
#include "nodes/shell/background_call.hpp"
#include "nodes/shell/commands.hpp"
#include "nodes/shell/follow_watch.hpp"
#include "nodes/shell/json_stream.hpp"
#include "nodes/shell/node_json.hpp"
#include "nodes/shell/session.hpp"
#include "runtime/base/escape.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <chrono>
#include <optional>

namespace troupe::shell {

namespace {

using nlohmann::json;

constexpr std::chrono::milliseconds poll_interval{250};
/// Looks that find nothing, one after the other, until it is gone for good.
constexpr int failures_max = 20;

/// What is seen of an actor at one look.
struct sight {
  uint64_t ends = 0;
  std::string state;
  std::string reason; ///< Of the last end.
};

outcome<sight> look_at(const client& from, const std::string& node,
                       const std::string& path) {
  auto document = ask_one(from, {node, "describe", path, {}});
  if (!document)
    return tl::unexpected{std::move(document.error())};
  auto what = parse_answer<nlohmann::json>(*document);
  if (!what)
    return tl::unexpected{std::move(what.error())};
  auto child = what->value("child", json(nullptr));
  if (!child.is_object())
    return refuse_usage("a root has no supervisor that would see its end: "
                        "monitor an actor below it");
  auto ends = child.value("last_ends", json::array());
  return sight{number_at(child, "ends"), text_at(child, "state"),
               ends.empty() ? "" : text_at(ends.back(), "reason")};
}

/// Tells what happened, as a line or as an element of an array.
class teller {
public:
  teller(session& self, std::string node, std::string path)
    : self_(self), node_(std::move(node)), path_(std::move(path)) {
    if (self_.json())
      stream_.emplace(self_.out());
  }

  void tell(const char* what, const sight& now) {
    json out{
      {"node", node_}, {"path", path_}, {"what", what}, {"ends", now.ends}};
    if (std::string_view{what} == "ended")
      out["reason"] = now.reason;
    if (stream_)
      return stream_->write(compact(out));
    self_.out().write(fmt::format(
      "{} on {} {}{}\n", escape_text(path_), escape_text(node_), what,
      out.contains("reason") ? ": " + escape_text(now.reason) : ""));
    static_cast<void>(self_.out().flush());
  }

  /// @returns whether that was all that is wanted.
  bool tell_change(const sight& last, const sight& now) {
    auto ended = now.ends != last.ends;
    if (ended)
      tell("ended", now);
    if (ended && self_.call().has("once"))
      return true;
    if (now.state == "running" && (last.state != "running" || ended))
      tell("running", now);
    return false;
  }

private:
  session& self_;
  std::string node_;
  std::string path_;
  std::optional<json_stream> stream_;
};

} // namespace

outcome<exit_code> monitor_command(session& self) {
  const auto& path = self.call().positional().front();
  auto coordinator = self.connect();
  if (!coordinator)
    return tl::unexpected{std::move(coordinator.error())};
  auto place = find_actor(self, *coordinator, path);
  if (!place)
    return tl::unexpected{std::move(place.error())};
  auto last = look_at(*coordinator, place->node, path);
  if (!last)
    return tl::unexpected{std::move(last.error())};
  follow_watch watch{self}; // Ctrl-C closes what `out` opens.
  teller out{self, place->node, path};
  out.tell(last->state == "running" ? "running" : "not running", *last);
  auto failures = 0;
  while (watch.pause(poll_interval)) {
    // Its agent may be restarted with it: the next look finds the new one.
    auto now = call_unless([&watch] { return watch.is_over(); },
                           [from = *coordinator, node = place->node, path] {
                             return look_at(from, node, path);
                           });
    if (!now)
      break;
    if (!*now) {
      if (++failures < failures_max)
        continue;
      return tl::unexpected{std::move(now->error())};
    }
    failures = 0;
    if (out.tell_change(*last, **now))
      return exit_code::done;
    last = std::move(*now);
  }
  return watch.ending();
}

} // namespace troupe::shell
