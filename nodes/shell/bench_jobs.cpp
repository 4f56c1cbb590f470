#include "nodes/shell/bench_jobs.hpp"

#include "runtime/function/builtin.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <string>

namespace troupe::shell {

namespace {

using bench_clock = std::chrono::steady_clock;

constexpr size_t payload_bytes = 64;
constexpr uint64_t warm_up_round_trips = 50;
constexpr uint64_t echo_tasks_first = 10'000;
/// Their results are compared in this process: about 100 MB of them.
constexpr uint64_t echo_tasks_max = 1'000'000;
constexpr uint64_t range_tasks_first = 100'000;
constexpr uint64_t range_tasks_max = 10'000'000'000;

double seconds_since(bench_clock::time_point begin) {
  return std::chrono::duration<double>(bench_clock::now() - begin).count();
}

double in_seconds(std::chrono::milliseconds x) {
  return std::chrono::duration<double>(x).count();
}

std::string payload_of(uint64_t index) {
  auto text = fmt::format("{:020}", index);
  text.resize(payload_bytes, 'x');
  return text;
}

/// Runs `echo` over the payloads [0, tasks).
/// @returns the seconds from the first input to the compared results.
outcome<double> run_echo(const client& coordinator, uint64_t tasks) {
  std::vector<std::string> inputs;
  inputs.reserve(tasks);
  for (uint64_t i = 0; i < tasks; ++i)
    inputs.push_back(payload_of(i));
  auto begin = bench_clock::now();
  auto results = coordinator.run<std::vector<value>>("echo", inputs);
  if (!results)
    return refuse(results.error());
  if (results->size() != tasks)
    return refuse(
      fmt::format("{} results came of {} tasks", results->size(), tasks));
  for (uint64_t i = 0; i < tasks; ++i) {
    const auto& got = (*results)[i];
    auto text = decode_as<std::string_view>(got.bytes, got.type);
    if (!text || *text != inputs[i])
      return refuse(fmt::format("task {} came back with another payload", i));
  }
  return seconds_since(begin);
}

/// Waits for a job with the reducer `count`.
outcome<void> expect_count(const client& coordinator,
                           const caf::expected<job_id>& job, uint64_t tasks) {
  if (!job)
    return refuse(job.error());
  auto counted = coordinator.finish<uint64_t>(*job);
  if (!counted)
    return refuse(counted.error());
  if (*counted != tasks)
    return refuse(fmt::format("counted {} of {} tasks", *counted, tasks));
  return {};
}

job_spec range_of(std::string function, uint64_t tasks) {
  job_spec spec;
  spec.name = "bench";
  spec.function = std::move(function);
  spec.reducer = "count";
  spec.inputs = input_kind::integers;
  spec.range = {0, static_cast<int64_t>(tasks), 1};
  return spec;
}

outcome<double> run_range(const client& coordinator, uint64_t tasks) {
  auto begin = bench_clock::now();
  auto job = coordinator.submit(range_of("noop", tasks));
  if (auto ok = expect_count(coordinator, job, tasks); !ok)
    return tl::unexpected{std::move(ok.error())};
  return seconds_since(begin);
}

/// Calls `run(tasks)` with twice as many tasks each time, until it takes `time`
/// or there are `most`. @returns tasks per second of the last time.
template <class Run>
outcome<double> rate_of(uint64_t first, uint64_t most, double time, Run run) {
  for (auto tasks = first;; tasks = std::min(2 * tasks, most)) {
    outcome<double> spent = run(tasks);
    if (!spent)
      return spent;
    if (*spent >= time || tasks == most)
      return static_cast<double>(tasks) / *spent;
  }
}

/// Submits the tasks [0, tasks) of `spec` as payloads.
caf::expected<job_id> submit_payloads(const client& coordinator, job_spec spec,
                                      uint64_t tasks) {
  spec.inputs = input_kind::chunks;
  spec.range = {};
  spec.input_type = type_of<uint64_t>();
  auto writer = coordinator.open(std::move(spec));
  if (!writer)
    return std::move(writer.error());
  std::string input;
  for (uint64_t i = 0; i < tasks; ++i) {
    input.clear();
    encode(i, input);
    if (auto ok = writer->add(input); !ok)
      return std::move(ok.error());
  }
  return writer->close();
}

} // namespace

outcome<uint64_t> slots_of(const client& coordinator) {
  auto nodes = coordinator.nodes();
  if (!nodes)
    return refuse(nodes.error());
  uint64_t slots = 0;
  for (const auto& node : *nodes)
    slots += node.state == node_state::up ? node.slots : 0;
  if (slots == 0)
    return refuse("no worker is up; troupe nodes lists the nodes");
  return slots;
}

outcome<measured_throughput>
measure_throughput(const client& coordinator, std::chrono::milliseconds time) {
  measured_throughput out;
  auto echo = [&](uint64_t tasks) { return run_echo(coordinator, tasks); };
  auto range = [&](uint64_t tasks) { return run_range(coordinator, tasks); };
  auto rate = rate_of(echo_tasks_first, echo_tasks_max, in_seconds(time), echo);
  if (!rate)
    return tl::unexpected{std::move(rate.error())};
  out.echo_per_s = *rate;
  rate = rate_of(range_tasks_first, range_tasks_max, in_seconds(time), range);
  if (!rate)
    return tl::unexpected{std::move(rate.error())};
  out.range_per_s = *rate;
  return out;
}

outcome<measured_latency> measure_latency(const client& coordinator,
                                          std::chrono::milliseconds time) {
  std::vector<double> us;
  std::optional<bench_clock::time_point> begin;
  for (uint64_t i = 0; us.empty() || seconds_since(*begin) < in_seconds(time);
       ++i) {
    if (i == warm_up_round_trips)
      begin = bench_clock::now();
    auto spent = run_echo(coordinator, 1);
    if (!spent)
      return tl::unexpected{std::move(spent.error())};
    if (begin)
      us.push_back(*spent * 1e6);
  }
  std::sort(us.begin(), us.end());
  return measured_latency{us.size(), us[us.size() / 2],
                          us[us.size() * 99 / 100]};
}

outcome<granularity_point> measure_granularity(const client& coordinator,
                                               bool payload,
                                               std::chrono::nanoseconds length,
                                               std::chrono::milliseconds time,
                                               uint64_t slots) {
  granularity_point out;
  out.length = length;
  out.tasks = granularity_tasks(length, time, slots);
  auto spec = range_of("spin", out.tasks);
  client::set_args(spec, std::optional<spin_args>{
                           spin_args{static_cast<uint64_t>(length.count())}});
  auto begin = bench_clock::now();
  auto job = payload ? submit_payloads(coordinator, spec, out.tasks)
                     : coordinator.submit(spec);
  if (auto ok = expect_count(coordinator, job, out.tasks); !ok)
    return tl::unexpected{std::move(ok.error())};
  out.seconds = seconds_since(begin);
  out.efficiency = efficiency_of(length, out.tasks, out.seconds, slots);
  return out;
}

} // namespace troupe::shell
