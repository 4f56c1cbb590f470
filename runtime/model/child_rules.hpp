#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

/// What a supervisor is told about its children and about itself, without the
/// start functions. Terms and defaults follow Erlang/OTP `supervisor`.
namespace troupe {

/// Whether a child that ended by itself is started again.
enum class restart_type : uint8_t {
  permanent, ///< Always.
  transient, ///< Only after an abnormal end.
  temporary, ///< Never; its spec is forgotten.
};

enum class child_type : uint8_t { worker, supervisor };

/// How a child is stopped: asked, then killed when the time is over.
struct shutdown_rule {
  enum class kind : uint8_t {
    brutal_kill, ///< Killed at once.
    timeout,     ///< Asked, killed after `after`.
    infinity,    ///< Asked; for supervisors, whose own children have limits.
  };

  kind how = kind::timeout;
  std::chrono::milliseconds after{0}; ///< With `timeout` only; at least 0.

  static shutdown_rule brutal_kill() {
    return {kind::brutal_kill, std::chrono::milliseconds{0}};
  }

  static shutdown_rule within(std::chrono::milliseconds time) {
    return {kind::timeout, time};
  }

  static shutdown_rule infinity() {
    return {kind::infinity, std::chrono::milliseconds{0}};
  }

  friend bool operator==(const shutdown_rule&, const shutdown_rule&) = default;
};

/// The part of a child's spec that is data.
struct child_rules {
  std::string id; ///< Unique among siblings; a part of paths, so without '/'.
  restart_type restart = restart_type::permanent;
  /// Empty: 5 s for a worker, infinity for a supervisor.
  std::optional<shutdown_rule> shutdown = std::nullopt;
  child_type type = child_type::worker;
  /// Its own end may end the supervisor (`auto_shutdown`).
  bool significant = false;
};

/// Which siblings share the fate of a child.
enum class supervision_strategy : uint8_t {
  one_for_one,        ///< None.
  one_for_all,        ///< All.
  rest_for_one,       ///< Those that were started after it.
  simple_one_for_one, ///< None; all children are instances of one template.
};

/// When a supervisor ends because of the end of significant children.
enum class auto_shutdown : uint8_t { never, any_significant, all_significant };

/// The pause before a restart. The first restart is immediate; the next ones
/// wait `min`, doubling up to `cap`, with jitter.
struct restart_backoff_rules {
  std::chrono::milliseconds min{20};   ///< At least 0; 0: no pauses.
  std::chrono::milliseconds cap{2000}; ///< At least `min`.
  /// A child that ran this long starts with an immediate restart again.
  std::chrono::milliseconds reset_after{10'000};
};

struct supervisor_flags {
  supervision_strategy strategy = supervision_strategy::one_for_one;
  uint32_t intensity = 1; ///< Restarts tolerated within `period`.
  std::chrono::milliseconds period{5000}; ///< More than 0.
  auto_shutdown shutdown = auto_shutdown::never;
  restart_backoff_rules backoff;
};

struct child_counts {
  size_t specs = 0;
  size_t active = 0; ///< Children that run.
  size_t supervisors = 0;
  size_t workers = 0;
  size_t zombies = 0; ///< Abandoned: they ignored even a kill.

  friend bool operator==(const child_counts&, const child_counts&) = default;
};

enum class child_state : uint8_t {
  stopped,    ///< Not running; can be started by hand.
  starting,   ///< Started, and has not said yet that it is up.
  running,    ///< Up.
  stopping,   ///< Asked to stop, and has not ended yet.
  restarting, ///< A restart failed, or waits for its time.
  zombie,     ///< Abandoned: it ignored even a kill.
};

/// What a supervisor tells the log and whoever wants events.
enum class supervision_event : uint8_t {
  progress,          ///< A child is up.
  child_terminated,  ///< A child ended by itself.
  start_error,       ///< A child could not be started.
  shutdown_error,    ///< A child that was stopped ended for another reason.
  intensity_reached, ///< Too many restarts: the supervisor gives up.
  auto_shutdown,     ///< A significant child ended: so does the supervisor.
  child_abandoned,   ///< A child ignored even a kill: now it is a zombie.
  zombie_ended,      ///< A zombie ended at last.
};

/// One report of a supervisor.
struct supervision_report {
  supervision_event what = supervision_event::progress;
  std::string supervisor; ///< Path of the supervisor.
  child_rules child;      ///< Without an id: of no child.
  std::string child_name; ///< The actor, or empty if there is none.
  std::string reason;     ///< Empty with `progress`.
};

} // namespace troupe
