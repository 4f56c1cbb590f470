#pragma once

#include "actors/client_session.hpp"
#include "tests/simulation/plan.hpp"
#include "tests/simulation/world.hpp"

#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

namespace troupe::simulation {

/// Somebody who submits jobs through a real CLIENT SESSION, reads what comes
/// back, and knows what it should be.
class user {
public:
  /// @param jobs_expire Ended jobs are not kept for long.
  user(world& where, std::string name, bool jobs_expire);

  /// Starts its process, or the next one after a crash: jobs whose id it knows
  /// it watches again, those it submitted with a key it submits again.
  void start();

  /// Its process ends.
  void crash();

  /// Ends its process and forgets everything, at the end of the world.
  void stop();

  /// Submits at a time.
  void submit_at(time_point when, std::shared_ptr<const job_plan> plan);

  /// Does what is due: submits, feeds, reads, checks. Called now and then.
  void act();

  /// Whether every job of which it can know the end has ended.
  bool is_done() const;

  bool is_up() const {
    return up_;
  }

  node_number node() const {
    return node_;
  }

  /// What it waits for, for people.
  std::string describe() const;

  /// Ends the waits for jobs that nobody can run, and for those that are still
  /// open because a small store has no room for their inputs.
  void cancel_hopeless();

  /// How long the last job took from submit to the news of its end.
  duration last_latency() const {
    return last_latency_;
  }

  uint64_t jobs_ended() const {
    return ended_;
  }

private:
  enum class phase : uint8_t { planned, submitted, known, ended, abandoned };

  struct errand {
    std::shared_ptr<const job_plan> plan;
    phase at = phase::planned;
    time_point due{};
    std::shared_ptr<submit_call> call;
    std::shared_ptr<watch_call> watch;
    std::shared_ptr<feed_call> feed;
    std::shared_ptr<fetch_call> fetch;
    job_id id = 0;
    uint64_t fed = 0; ///< Tasks.
    uint64_t seq = 0;
    bool fed_all = false;
    bool asked_cancel = false;
    bool keeps_up = true;     ///< False: its connection was lost in between.
    bool reads_again = false; ///< Its process crashed while it read.
    std::map<task_index, std::string> streamed;
    uint64_t streamed_from = 0;
  };

  void call(std::function<void(client_session_state&)> what);
  void submit(errand& x);
  void take_reply(errand& x);
  void feed(errand& x);
  void read_stream(errand& x);
  void cancel(errand& x);
  void ask_cancel(errand& x);
  void take_end(errand& x);
  void check_end(errand& x, const job_status& status);
  void check_result(errand& x, std::string_view result);
  void check_stream(errand& x);
  void check_watch(errand& x);
  std::string label(const errand& x) const;
  void violated(const errand& x, const std::string& what);

  world& world_;
  std::string name_;
  bool jobs_expire_;
  bool reads_late_;
  node_number node_ = 0;
  bool up_ = false;
  uint64_t starts_ = 0;
  std::shared_ptr<client_board> board_;
  client_actor session_;
  std::vector<std::unique_ptr<errand>> errands_;
  duration last_latency_{};
  uint64_t ended_ = 0;
};

} // namespace troupe::simulation
