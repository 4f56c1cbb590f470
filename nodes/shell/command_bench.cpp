#include "nodes/shell/bench_jobs.hpp"
#include "nodes/shell/commands.hpp"
#include "nodes/shell/granularity.hpp"
#include "nodes/shell/session.hpp"
#include "nodes/shell/table.hpp"
#include "nodes/shell/value_text.hpp"
#include "runtime/base/limits.hpp"
#include "runtime/base/nearest.hpp"
#include "runtime/base/units.hpp"

#include <fmt/format.h>

#include <string>
#include <vector>

namespace troupe::shell {

namespace {

using namespace std::chrono_literals;

constexpr auto time_default = 500ms;
constexpr std::chrono::nanoseconds shortest_length = 100ns;
constexpr auto longest_length_default = 1s;

struct measurement {
  const char* name;
  outcome<exit_code> (*run)(session&, const client&, uint64_t slots,
                            std::chrono::milliseconds time);
};

outcome<exit_code> bench_throughput(session& self, const client& coordinator,
                                    uint64_t slots,
                                    std::chrono::milliseconds time) {
  auto got = measure_throughput(coordinator, time);
  if (!got)
    return tl::unexpected{std::move(got.error())};
  if (self.json())
    self.out().write(fmt::format(
      R"({{"bench": "throughput", "slots": {}, "echo_per_s": {:.6g}, )"
      R"("range_per_s": {:.6g}}})"
      "\n",
      slots, got->echo_per_s, got->range_per_s));
  else
    self.out().write(
      fmt::format("{}: {} echo tasks of 64 B per second, {} range tasks per "
                  "second\n",
                  counted(slots, "slot"),
                  format_count(static_cast<uint64_t>(got->echo_per_s)),
                  format_count(static_cast<uint64_t>(got->range_per_s))));
  return exit_code::done;
}

outcome<exit_code> bench_latency(session& self, const client& coordinator,
                                 uint64_t slots,
                                 std::chrono::milliseconds time) {
  auto got = measure_latency(coordinator, time);
  if (!got)
    return tl::unexpected{std::move(got.error())};
  if (self.json())
    self.out().write(
      fmt::format(R"({{"bench": "latency", "slots": {}, "samples": {}, )"
                  R"("p50_us": {:.6g}, "p99_us": {:.6g}}})"
                  "\n",
                  slots, got->samples, got->p50_us, got->p99_us));
  else
    self.out().write(
      fmt::format("{}: one task at a time takes {:.0f} us at p50, {:.0f} us at "
                  "p99 ({} tasks)\n",
                  counted(slots, "slot"), got->p50_us, got->p99_us,
                  format_count(got->samples)));
  return exit_code::done;
}

std::string metg_json(std::span<const granularity_point> points) {
  auto us = metg_us(points);
  return us ? fmt::format("{:.4g}", *us) : "null";
}

std::string metg_text(std::span<const granularity_point> points) {
  auto us = metg_us(points);
  if (!us)
    return "longer than all of these";
  auto at_most = points.front().efficiency >= 0.5 ? "at most " : "";
  return fmt::format("{}{:.3g} us", at_most, *us);
}

std::string points_json(std::span<const granularity_point> points) {
  std::string out = "[";
  for (const auto& x : points)
    out +=
      fmt::format(R"({}{{"length_us": {:g}, "tasks": {}, "seconds": {:.6g}, )"
                  R"("efficiency": {:.4g}}})",
                  out.size() > 1 ? ", " : "",
                  std::chrono::duration<double, std::micro>{x.length}.count(),
                  x.tasks, x.seconds, x.efficiency);
  return out + "]";
}

table points_table(std::span<const granularity_point> payload,
                   std::span<const granularity_point> range) {
  table out{{{"TASK", true}, {"PAYLOAD TASKS", true}, {"RANGE TASKS", true}},
            {}};
  for (size_t i = 0; i < payload.size(); ++i)
    out.rows.push_back({{format_length(payload[i].length)},
                        {fmt::format("{:.1f} %", payload[i].efficiency * 100)},
                        {fmt::format("{:.1f} %", range[i].efficiency * 100)}});
  return out;
}

outcome<exit_code> bench_granularity(session& self, const client& coordinator,
                                     uint64_t slots,
                                     std::chrono::milliseconds time) {
  std::vector<granularity_point> points[2];
  auto longest =
    self.call().duration("longest").value_or(longest_length_default);
  for (auto payload : {true, false}) {
    for (auto length : granularity_lengths(shortest_length, longest)) {
      auto got = measure_granularity(coordinator, payload, length, time, slots);
      if (!got)
        return tl::unexpected{std::move(got.error())};
      points[payload ? 0 : 1].push_back(*got);
    }
  }
  const auto& [payload, range] = points;
  if (self.json()) {
    self.out().write(fmt::format(
      R"({{"bench": "granularity", "slots": {}, "metg_payload_us": {}, )"
      R"("metg_range_us": {}, "payload": {}, "range": {}}})"
      "\n",
      slots, metg_json(payload), metg_json(range), points_json(payload),
      points_json(range)));
    return exit_code::done;
  }
  self.show(points_table(payload, range));
  self.out().write(
    fmt::format("{}; METG(50 %): payload tasks {}, range tasks {}\n",
                counted(slots, "slot"), metg_text(payload), metg_text(range)));
  return exit_code::done;
}

constexpr measurement measurements[] = {
  {"throughput", bench_throughput},
  {"latency", bench_latency},
  {"granularity", bench_granularity},
};

outcome<const measurement*> find_measurement(const std::string& name) {
  std::vector<std::string> names;
  for (const auto& x : measurements) {
    if (x.name == name)
      return &x;
    names.emplace_back(x.name);
  }
  auto meant = did_you_mean(name, names);
  return refuse_usage(fmt::format(
    "there is nothing to measure called {}{}", name,
    meant.empty() ? "; use throughput, latency or granularity" : meant));
}

} // namespace

outcome<exit_code> bench_command(session& self) {
  auto what = find_measurement(self.call().positional().front());
  if (!what)
    return tl::unexpected{std::move(what.error())};
  auto time = self.call().duration("time").value_or(time_default);
  if (time < 1ms)
    return refuse_usage("--time must be at least 1ms");
  auto coordinator = self.connect();
  if (!coordinator)
    return tl::unexpected{std::move(coordinator.error())};
  auto slots = slots_of(*coordinator);
  if (!slots)
    return tl::unexpected{std::move(slots.error())};
  return (*what)->run(self, *coordinator, *slots, time);
}

} // namespace troupe::shell
