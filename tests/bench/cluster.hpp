#pragma once

#include "tests/bench/measure.hpp"
#include "tests/bench/process.hpp"
#include "tests/bench/settings.hpp"
#include <troupe/client.hpp>
#include <troupe/configure.hpp>

#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace troupe::bench {

/// Waits without an event: for what can only be asked again and again.
inline void pause(std::chrono::milliseconds length) {
  ::poll(nullptr, 0, static_cast<int>(length.count()));
}

/// Returns the value of `expected`; dies with the error's text otherwise.
template <class T>
T check(caf::expected<T> expected, std::string_view what) {
  if (!expected)
    die(fmt::format("{}: {}", what, to_string(from_caf(expected.error()))));
  return std::move(*expected);
}

inline void check(caf::expected<void> expected, std::string_view what) {
  if (!expected)
    die(fmt::format("{}: {}", what, to_string(from_caf(expected.error()))));
}

/// Real `trouped` processes on loopback: one coordinator on a free port and
/// workers of one slot each. They end with this object.
class cluster {
public:
  /// @param options More flags of the coordinator.
  explicit cluster(const settings& how,
                   const std::vector<std::string>& options = {})
    : daemon_(how.bin + "/trouped") {
    if (how.bin.empty() || ::access(daemon_.c_str(), X_OK) != 0)
      die("there is no program trouped: set TROUPE_BIN or --bin to its folder");
    std::vector<std::string> command{
      daemon_, "--node.roles=coordinator", "--node.name=coordinator",
      "--node.listen=127.0.0.1:0", "--log.level=error"};
    command.insert(command.end(), options.begin(), options.end());
    processes_.emplace_back(command);
    auto ready = processes_.back().read_line();
    auto found = ready.find(" listen=");
    if (found == std::string::npos)
      die("trouped did not say where it listens: " + ready);
    auto text = ready.substr(found + 8);
    auto where = parse_endpoint(text.substr(0, text.find(' ')));
    if (!where)
      die("trouped printed an address that does not parse: " + ready);
    address_ = *where;
  }

  /// Starts one more worker; it joins by itself.
  void add_worker() {
    auto number = std::to_string(processes_.size());
    processes_.push_back(
      process{{daemon_, "--node.roles=worker", "--node.name=worker-" + number,
               "--node.join=" + to_string(address_), "--worker.slots=1",
               "--log.level=error"}});
    processes_.back().read_line();
  }

  const endpoint& address() const {
    return address_;
  }

  /// The coordinator, then the workers.
  const std::vector<process>& processes() const {
    return processes_;
  }

private:
  std::string daemon_;
  endpoint address_;
  std::vector<process> processes_;
};

/// A host program of the public API: an actor system and a connected client.
/// Made after all processes were started, since it has threads.
class host {
public:
  explicit host(const cluster& where) {
    configure(config_);
    system_ = std::make_unique<caf::actor_system>(config_);
    client_options options;
    options.coordinator = where.address();
    options.name = "bench";
    api_ = std::make_unique<client>(
      check(client::connect(*system_, options), "cannot connect"));
  }

  const client& api() const {
    return *api_;
  }

  /// Waits until the coordinator knows `count` workers that are up.
  void await_workers(size_t count) const {
    for (auto begin = bench_clock::now(); seconds_since(begin) < 20;
         pause(std::chrono::milliseconds{10})) {
      size_t up = 0;
      for (const auto& node : check(api_->nodes(), "cannot list the nodes"))
        if (node.state == node_state::up && node.slots > 0)
          ++up;
      if (up >= count)
        return;
    }
    die("the workers did not join the coordinator");
  }

private:
  caf::actor_system_config config_; // Outlives the system, this the client.
  std::unique_ptr<caf::actor_system> system_;
  std::unique_ptr<client> api_;
};

/// Returns the id of the job with this name, which somebody else is just
/// submitting.
inline job_id await_job(const client& api, const std::string& name) {
  for (auto begin = bench_clock::now(); seconds_since(begin) < 20;
       pause(std::chrono::milliseconds{1}))
    for (const auto& job : check(api.jobs(), "cannot list the jobs"))
      if (job.name == name)
        return job.id;
  die("the job " + name + " was not submitted");
}

/// Appends input `index` of `echo` to `out`: a string of 64 bytes, wrapped as
/// what `echo` takes.
inline void encode_input(uint64_t index, std::string& out) {
  char payload[payload_bytes];
  fill_payload(index, payload);
  encode(std::string_view{payload, payload_bytes}, out);
}

} // namespace troupe::bench
