#pragma once

#include "actors/supervisor.hpp"
#include "runtime/wire/caf_error.hpp"
#include "tests/actors/puppet.hpp"

#include <caf/event_based_actor.hpp>
#include <caf/exit_reason.hpp>

#include <any>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace troupe::test {

/// What is known of the children of a test: who started and who ended, in
/// which order, and whether the next starts fail.
struct journal {
  std::vector<std::string> starts;           ///< Ids, in order.
  std::vector<std::string> ends;             ///< `id reason`, in order.
  std::map<std::string, int> failing_starts; ///< Counted down; -1: always.
  std::map<std::string, caf::actor> latest;
};

using journal_ptr = std::shared_ptr<journal>;

/// Ways in which a child ends by itself.
inline const std::string end_normal = "normal";
inline const std::string end_shutdown = "shutdown";
inline const std::string end_abnormal = "abnormal";
inline const std::string end_killed = "killed";

/// A child that does what it is told, and ends as it is told. With `stubborn`
/// it ignores orders to stop, but not a kill.
inline caf::behavior obedient(caf::event_based_actor* self, journal_ptr book,
                              std::string id, bool stubborn) {
  self->attach_functor([book, id](const caf::error& reason) {
    book->ends.push_back(id + " " + to_text(reason));
  });
  if (stubborn)
    self->set_exit_handler([](caf::exit_msg&) {});
  return {
    [self](const std::string& how) {
      if (how == end_normal)
        self->quit();
      else if (how == end_shutdown)
        self->quit(caf::exit_reason::user_shutdown);
      else
        self->quit(to_caf({errc::function_failed, how}));
    },
  };
}

inline error refused_start() {
  return {errc::file_error, "it does not want to start"};
}

/// A supervisor, and children that keep a journal.
struct supervision_stage : stage {
  ~supervision_stage() override {
    for (auto& x : tops)
      caf::anon_send_exit(x, caf::exit_reason::user_shutdown);
    tops.clear();
    pass(std::chrono::seconds{30});
    book->latest.clear();
  }

  static supervisor_flags
  flags(supervision_strategy strategy = supervision_strategy::one_for_one,
        uint32_t intensity = 2,
        std::chrono::seconds period = std::chrono::hours{1}) {
    supervisor_flags x;
    x.strategy = strategy;
    x.intensity = intensity;
    x.period = period;
    return x;
  }

  start_function starter(const std::string& id, bool stubborn = false) {
    return [book = book, id, stubborn](const start_context& context) {
      if (auto left = book->failing_starts.find(id);
          left != book->failing_starts.end() && left->second != 0) {
        left->second -= left->second > 0 ? 1 : 0;
        return start_outcome::failed(refused_start());
      }
      book->starts.push_back(id);
      auto child = context.system.spawn(obedient, book, id, stubborn);
      book->latest[id] = child;
      return start_outcome::started(child);
    };
  }

  child_spec spec(const std::string& id,
                  restart_type restart = restart_type::permanent,
                  std::optional<shutdown_rule> shutdown =
                    shutdown_rule::within(std::chrono::seconds{1})) {
    return {{id, restart, shutdown, child_type::worker, false}, starter(id)};
  }

  child_spec ignoring(const std::string& id,
                      restart_type restart = restart_type::permanent) {
    auto x = spec(id, restart);
    x.start = [](const start_context&) { return start_outcome::ignored(); };
    return x;
  }

  supervisor_options options(supervisor_flags how,
                             std::vector<child_spec> children = {}) {
    supervisor_options x;
    x.flags = how;
    x.children = std::move(children);
    x.log = log;
    x.on_report = [this](const supervision_report& r, const caf::actor&) {
      reports.push_back(r);
    };
    return x;
  }

  /// Starts a top supervisor; it and its children run when this returns.
  supervisor_actor start_top(supervisor_flags how,
                             std::vector<child_spec> children = {}) {
    auto made = start_supervisor(sys, options(how, std::move(children)));
    CAF_REQUIRE(made.has_value());
    tops.push_back(*made);
    watch(*made);
    sched.run();
    return *made;
  }

  /// Keeps the reason of its end for `end_of`.
  template <class Handle>
  void watch(const Handle& whom) {
    boss.monitor(whom);
  }

  /// Returns how it ended, or `lives`.
  template <class Handle>
  std::string end_of(const Handle& whom) {
    for (auto& x : boss.take_all<caf::down_msg>())
      downs[x.source] = to_text(x.reason);
    auto found = downs.find(whom.address());
    return found == downs.end() ? "lives" : found->second;
  }

  /// Asks a supervisor; `why` has the error.
  template <class T, class... Ts>
  std::optional<T> ask(const supervisor_actor& whom, const Ts&... question) {
    std::optional<T> result;
    why = {};
    auto pending = boss.ask(whom, question...);
    sched.run();
    for (int i = 0; i < patience; ++i)
      pass(std::chrono::milliseconds{100});
    pending.receive([&](const T& x) { result = x; },
                    [&](const caf::error& x) { why = from_caf(x); });
    return result;
  }

  /// Asks for something without an answer; returns the error's name.
  template <class... Ts>
  std::string order(const supervisor_actor& whom, const Ts&... question) {
    std::string result = "ok";
    why = {};
    auto pending = boss.ask(whom, question...);
    sched.run();
    for (int i = 0; i < patience; ++i)
      pass(std::chrono::milliseconds{100});
    pending.receive([] {},
                    [&](const caf::error& x) {
                      why = from_caf(x);
                      result = to_string(why.code);
                    });
    return result;
  }

  /// Adds a child; returns its handle, null if there is none.
  caf::actor add(const supervisor_actor& whom, child_spec what) {
    auto x = ask<child_started>(whom, start_child{std::move(what), {}});
    return x ? x->child : nullptr;
  }

  /// Adds an instance of a template.
  caf::actor add(const supervisor_actor& whom, std::any args = {}) {
    auto x = ask<child_started>(whom, start_child{{}, std::move(args)});
    return x ? x->child : nullptr;
  }

  child_list which(const supervisor_actor& whom) {
    return ask<child_list>(whom, which_atom::value).value();
  }

  /// Returns [specs, active, supervisors, workers] as OTP's suite does.
  std::vector<size_t> counts(const supervisor_actor& whom) {
    auto x = ask<child_counts>(whom, count_atom::value).value();
    return {x.specs, x.active, x.supervisors, x.workers};
  }

  size_t zombies(const supervisor_actor& whom) {
    return ask<child_counts>(whom, count_atom::value).value().zombies;
  }

  /// Returns the handle of the child with that id, null if it does not run.
  caf::actor child_of(const supervisor_actor& whom, const std::string& id) {
    for (auto& x : which(whom).items)
      if (x.id == id)
        return x.child;
    return nullptr;
  }

  /// Returns each child as `id state`.
  std::vector<std::string> states(const supervisor_actor& whom) {
    std::vector<std::string> result;
    for (auto& x : which(whom).items)
      result.push_back(x.id + " " + std::string{to_string(x.state)});
    return result;
  }

  /// Lets a child end by itself. Time passes, for restarts that wait.
  void crash(const caf::actor& child, const std::string& how) {
    if (how == end_killed)
      caf::anon_send_exit(child, caf::exit_reason::kill);
    else
      caf::anon_send(child, how);
    sched.run();
    pass(std::chrono::milliseconds{crash_pause_ms});
  }

  void stop(const supervisor_actor& whom) {
    caf::anon_send_exit(whom, caf::exit_reason::user_shutdown);
    sched.run();
  }

  size_t reported(supervision_event what) const {
    size_t found = 0;
    for (const auto& x : reports)
      found += x.what == what ? 1 : 0;
    return found;
  }

  std::shared_ptr<capturing_logger> log = std::make_shared<capturing_logger>();
  journal_ptr book = std::make_shared<journal>();
  std::vector<supervision_report> reports;
  std::vector<supervisor_actor> tops;
  std::map<caf::actor_addr, std::string> downs;
  error why;
  int patience = 0;         ///< Steps of 100 ms that a question may take.
  int crash_pause_ms = 100; ///< More than the first pauses of the backoff.
  puppet boss{sys};
};

} // namespace troupe::test
