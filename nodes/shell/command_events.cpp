#include "nodes/shell/background_call.hpp"
#include "nodes/shell/commands.hpp"
#include "nodes/shell/event_text.hpp"
#include "nodes/shell/follow_watch.hpp"
#include "nodes/shell/json_stream.hpp"
#include "nodes/shell/node_question.hpp"
#include "nodes/shell/session.hpp"
#include "runtime/base/units.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <utility>

namespace troupe::shell {

namespace {

constexpr uint64_t limit_default = 50;
constexpr std::chrono::milliseconds poll_interval{100};

/// Returns what a node, the coordinator's, keeps behind an event.
caf::expected<kept_events>
ask_for_events(const client& from, const std::string& node, uint64_t after) {
  auto answer =
    ask_about(from, node, "events", fmt::format(R"({{"after": {}}})", after));
  if (!answer)
    return std::move(answer.error());
  auto page = parse_kept_events(*answer);
  if (!page)
    return to_caf(page.error());
  return std::move(*page);
}

/// The same when the coordinator may have become another one.
caf::expected<kept_events> ask_for_events(const client& from, uint64_t after) {
  auto nodes = from.nodes();
  if (!nodes)
    return std::move(nodes.error());
  return ask_for_events(from, coordinator_node(*nodes), after);
}

/// Shows events as they are wanted.
class event_printer {
public:
  event_printer(session& self, event_filter filter)
    : self_(self), filter_(std::move(filter)) {
    if (self.json())
      stream_.emplace(self.out());
  }

  const event_filter& filter() const {
    return filter_;
  }

  void show(const event& what) {
    if (stream_)
      stream_->write(event_json(what));
    else
      self_.out().write(event_line(what));
    ++shown;
  }

  void close() {
    if (stream_)
      stream_->close();
    static_cast<void>(self_.out().flush());
  }

  uint64_t shown = 0;

private:
  session& self_;
  event_filter filter_;
  std::optional<json_stream> stream_;
};

/// Shows the last events that are kept.
outcome<void> show_last(event_printer& printer, const client& from,
                        uint64_t limit) {
  auto nodes = from.nodes();
  if (!nodes)
    return refuse(nodes.error());
  auto node = coordinator_node(*nodes);
  auto newest = ask_for_events(from, node, UINT64_MAX);
  if (!newest)
    return refuse(newest.error());
  std::deque<event> last;
  // The last ones are found at once, unless they must be looked for.
  auto found_at_once = limit > 0 && printer.filter().wants_all();
  auto after =
    found_at_once ? newest->last - std::min(newest->last, limit) : uint64_t{0};
  // What comes meanwhile has no end, perhaps.
  while (after < newest->last) {
    auto page = ask_for_events(from, node, after);
    if (!page)
      return refuse(page.error());
    if (page->next == after)
      break;
    for (auto& x : page->events) {
      if (!printer.filter().wants(x))
        continue;
      last.push_back(std::move(x));
      if (limit > 0 && last.size() > limit)
        last.pop_front();
    }
    after = page->next;
  }
  for (const auto& x : last)
    printer.show(x);
  return {};
}

/// Follows events until the watch is over or the limit is reached.
class event_follower {
public:
  event_follower(session& self, client from)
    : self_(self), from_(std::move(from)) {
    // nop
  }

  /// Finds out what was last before now.
  outcome<void> begin() {
    auto page = ask_for_events(from_, UINT64_MAX);
    if (!page)
      return refuse(page.error());
    id_ = page->id;
    next_ = page->last;
    return {};
  }

  /// @returns whether the limit was reached.
  bool run(follow_watch& watch, event_printer& printer, uint64_t limit) {
    auto more = false;
    while (more ? !watch.is_over() : watch.pause(poll_interval)) {
      more = false;
      auto page = call_unless(
        [&watch] { return watch.is_over(); },
        [from = from_, after = next_] { return ask_for_events(from, after); });
      if (!page || watch.is_over())
        return false;
      if (!*page) {
        watch.lost(to_string(from_caf(page->error())));
        continue;
      }
      watch.found();
      if (is_other(**page)) {
        more = true; // Ask anew, from its first event on.
        continue;
      }
      if (show(**page, printer, limit))
        return true;
      more = (*page)->more;
    }
    return false;
  }

private:
  bool is_other(const kept_events& page) {
    if (page.id == id_)
      return false;
    self_.say("the coordinator was started anew: what happened last before "
              "that is not known");
    id_ = page.id;
    next_ = 0;
    return true;
  }

  bool show(const kept_events& page, event_printer& printer, uint64_t limit) {
    if (page.lost > 0)
      self_.say(fmt::format("{} events are lost: they came too fast",
                            format_count(page.lost)));
    for (const auto& x : page.events) {
      if (!printer.filter().wants(x))
        continue;
      printer.show(x);
      if (limit > 0 && printer.shown == limit)
        return true;
    }
    next_ = page.next;
    static_cast<void>(self_.out().flush());
    return false;
  }

  session& self_;
  client from_;
  uint64_t id_ = 0;
  uint64_t next_ = 0;
};

} // namespace

outcome<exit_code> events_command(session& self) {
  const auto& call = self.call();
  auto filter = event_filter::read(call);
  if (!filter)
    return tl::unexpected{std::move(filter.error())};
  if (call.has("timeout") && !call.has("follow"))
    return refuse_usage("--timeout goes with --follow");
  auto coordinator = self.connect();
  if (!coordinator)
    return tl::unexpected{std::move(coordinator.error())};
  if (!call.has("follow")) {
    event_printer printer{self, std::move(*filter)};
    auto limit = call.count("limit").value_or(limit_default);
    if (auto ok = show_last(printer, *coordinator, limit); !ok)
      return tl::unexpected{std::move(ok.error())};
    printer.close();
    if (printer.shown == 0 && !printer.filter().wants_all())
      self.say(fmt::format("no event {} is kept", printer.filter().text()));
    return exit_code::done;
  }
  follow_watch watch{self};
  event_follower follower{self, std::move(*coordinator)};
  if (auto ok = follower.begin(); !ok)
    return tl::unexpected{std::move(ok.error())};
  // Whoever reads the start of the array knows that nothing is missed now.
  event_printer printer{self, std::move(*filter)};
  auto reached = follower.run(watch, printer, call.count("limit").value_or(0));
  printer.close();
  if (reached)
    return exit_code::done;
  return watch.ending();
}

} // namespace troupe::shell
