#pragma once

#include "nodes/embed/roles.hpp"
#include "tests/simulation/checks.hpp"
#include "tests/simulation/plan.hpp"
#include "tests/simulation/user.hpp"
#include "tests/simulation/world.hpp"

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <ostream>
#include <string>
#include <vector>

namespace troupe::simulation {

/// What a seed came to.
struct outcome {
  uint64_t seed = 0;
  std::vector<violation> violations;
  uint64_t jobs = 0;
  uint64_t tasks = 0; ///< Accepted.
  uint64_t steps = 0; ///< Messages handled.
  double seconds = 0; ///< On the virtual clock.
  std::map<std::string, uint64_t> faults;
};

/// How a run is drawn; by default everything is left to the seed.
struct scenario_options {
  uint64_t seed = 1;
  bool faults = true;
  std::ostream* trace = nullptr;
};

/// The wall clock of the coordinator's host: it must not bring real time into a
/// trace. Somebody may set it.
class virtual_wall final : public wall_clock {
public:
  explicit virtual_wall(const world& of) : of_(of) {
    // nop
  }

  int64_t now_us() const override {
    auto since = std::chrono::duration_cast<std::chrono::microseconds>(
      of_.now().time_since_epoch());
    return (wall_begin + since + set_by_).count();
  }

  /// Sets it forward, or back.
  void set_by(std::chrono::microseconds change) {
    set_by_ += change;
  }

private:
  const world& of_;
  std::chrono::microseconds set_by_{};
};

/// A cluster, its jobs, and what goes wrong, all drawn from a seed.
class scenario {
public:
  explicit scenario(const scenario_options& options);
  ~scenario();

  outcome run();

private:
  struct worker_node {
    std::string name;
    uint32_t slots = 1;
    bool little_room = false;
    node_number node = 0;
    bool up = false;
    worker_role role{};
  };

  /// Something that can go wrong. One more fault is one more row.
  struct fault {
    const char* name;
    std::function<void()> strike;
  };

  void start_lead();
  void start_worker(size_t position);
  std::shared_ptr<logger> watch_restarts();
  void end_worker(size_t position, bool silently);
  void end_worker_for_a_while(size_t position, bool silently);
  void worker_doomed(node_number node);
  void draw_jobs();
  void draw_faults();
  std::vector<fault> known_faults();
  std::vector<fault> faults_of_processes();
  std::vector<fault> faults_of_actors();
  std::vector<fault> faults_of_links();
  void kill(const caf::strong_actor_ptr& victim);
  void keep_killing(uint64_t times,
                    std::function<caf::strong_actor_ptr()> victim);
  caf::strong_actor_ptr some_aggregator();
  caf::strong_actor_ptr some_runner(const caf::strong_actor_ptr& of_worker);
  void strike(const fault& what);
  void heal();
  void keep_acting();
  bool all_ended() const;
  void cancel_hopeless();
  void await_end();
  void check_latency();
  coordinator_directory::handles now() const;
  size_t any_worker();
  user& any_user();
  duration some_time(int from_ms, int to_ms);

  scenario_options options_;
  world world_;
  virtual_wall wall_{world_};
  std::map<uint64_t, std::shared_ptr<const job_plan>> plans_;
  checks checks_;
  std::shared_ptr<const function_registry> functions_;
  node_number lead_node_ = 0;
  coordinator_role lead_;
  std::optional<size_t> small_store_; ///< Bytes.
  std::vector<worker_node> workers_;
  std::vector<std::unique_ptr<user>> users_;
  std::map<std::string, uint64_t> struck_;
  duration chaos_{};
  bool calm_ = false;
};

} // namespace troupe::simulation
