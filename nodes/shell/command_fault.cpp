#include "nodes/shell/commands.hpp"
#include "nodes/shell/session.hpp"
#include "nodes/shell/value_text.hpp"
#include "runtime/base/escape.hpp"
#include "runtime/base/nearest.hpp"
#include "runtime/base/units.hpp"

#include <fmt/format.h>

#include <chrono>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace troupe::shell {

namespace {

constexpr std::chrono::milliseconds duration_default{3'000};
constexpr std::chrono::milliseconds delay_default{100};

/// A kind of fault and the options that it takes.
struct fault_row {
  std::string_view action;
  fault_kind what;
  bool lasts; ///< Takes --for.
  bool share;
  bool by;
};

constexpr fault_row rows[] = {
  {"kill", fault_kind::kill_node, false, false, false},
  {"freeze", fault_kind::freeze_node, true, false, false},
  {"cut", fault_kind::cut_link, true, false, false},
  {"drop", fault_kind::drop_slices, true, true, false},
  {"delay", fault_kind::delay_slices, true, true, true},
};

outcome<fault_row> row_of(const std::string& action) {
  std::vector<std::string> names;
  for (const auto& row : rows) {
    if (row.action == action)
      return row;
    names.emplace_back(row.action);
  }
  return refuse_usage(fmt::format("{} is no fault; those are {}{}",
                                  quote_text(action), fmt::join(names, ", "),
                                  did_you_mean(action, names)));
}

outcome<double> share_of(const invocation& call) {
  auto text = call.text("share").value_or("10%");
  auto digits = text.ends_with('%') ? text.substr(0, text.size() - 1) : "";
  auto percent = parse_count(digits, 1, 100);
  if (!percent)
    return refuse_usage(fmt::format("--share is a part of the slices from 1% "
                                    "to 100%, as in --share 10%; not {}",
                                    quote_text(text)));
  return static_cast<double>(*percent) / 100;
}

/// Refuses what would have no effect on such a fault.
outcome<void> check_options(const invocation& call, const fault_row& row) {
  const std::pair<std::string_view, bool> table[] = {
    {"for", row.lasts}, {"share", row.share}, {"by", row.by}};
  for (const auto& [option, taken] : table)
    if (!taken && call.has(option))
      return refuse_usage(
        fmt::format("fault {} takes no --{}", row.action, option));
  if (row.what != fault_kind::kill_node && call.positional().size() > 2)
    return refuse_usage(fmt::format("fault {} takes a node and no path: it is "
                                    "about a process as a whole",
                                    row.action));
  return {};
}

uint64_t milliseconds(const invocation& call, std::string_view option,
                      std::chrono::milliseconds otherwise) {
  return static_cast<uint64_t>(
    call.duration(option).value_or(otherwise).count());
}

outcome<inject_fault> fault_of(const invocation& call) {
  const auto& words = call.positional();
  auto row = row_of(words[0]);
  if (!row)
    return tl::unexpected{std::move(row.error())};
  if (auto ok = check_options(call, *row); !ok)
    return tl::unexpected{std::move(ok.error())};
  inject_fault result;
  result.node = words[1];
  result.what = row->what;
  result.duration_ms = milliseconds(call, "for", duration_default);
  if (row->by)
    result.delay_ms = milliseconds(call, "by", delay_default);
  if (row->share) {
    auto share = share_of(call);
    if (!share)
      return tl::unexpected{std::move(share.error())};
    result.share = *share;
  }
  if (words.size() > 2) {
    result.what = fault_kind::kill_actor;
    result.path = words[2];
  }
  return result;
}

/// A process that was hit cannot say so.
bool is_expected(const inject_fault& what, errc code) {
  return what.what != fault_kind::kill_actor
         && (code == errc::timed_out || code == errc::connection_lost
             || code == errc::node_down);
}

} // namespace

outcome<exit_code> fault_command(session& self) {
  auto fault = fault_of(self.call());
  if (!fault)
    return tl::unexpected{std::move(fault.error())};
  auto coordinator = self.connect();
  if (!coordinator)
    return tl::unexpected{std::move(coordinator.error())};
  auto done = coordinator->inject(*fault);
  auto text = std::string{"the node does not answer any more"};
  if (done) {
    text = done->text;
  } else if (!is_expected(*fault, from_caf(done.error()).code)) {
    return refuse(done.error());
  }
  if (self.json())
    self.out().write(fmt::format("{{\"done\": {}}}\n", quoted(text)));
  else
    self.out().write(text + "\n");
  return exit_code::done;
}

} // namespace troupe::shell
