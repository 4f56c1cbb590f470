// How a SUPERVISOR starts and stops one child, and tells about it.

#include "actors/supervisor.hpp"
#include "runtime/base/limits.hpp"
#include "runtime/wire/caf_error.hpp"

#include <caf/actor_cast.hpp>
#include <caf/exit_reason.hpp>
#include <caf/sec.hpp>

#include <exception>
#include <utility>

namespace troupe {

namespace {

struct log_words {
  log_level level;
  const char* sentence;
};

log_words words_of(supervision_event what) {
  switch (what) {
    case supervision_event::progress: return {log_level::debug, "child is up"};
    case supervision_event::child_terminated:
      return {log_level::warn, "child ended"};
    case supervision_event::start_error:
      return {log_level::error, "child did not start"};
    case supervision_event::shutdown_error:
      return {log_level::warn, "child did not stop in order"};
    case supervision_event::intensity_reached:
      return {log_level::error, "gives up after too many restarts"};
    case supervision_event::auto_shutdown:
      return {log_level::info, "ends because a significant child ended"};
    case supervision_event::child_abandoned:
      return {log_level::error, "child ignored a kill and was abandoned"};
    case supervision_event::zombie_ended:
      return {log_level::info, "an abandoned child ended"};
  }
  return {log_level::error, "unknown report"};
}

start_outcome call(const start_function& start, const start_context& context) {
  try {
    return start(context);
  } catch (const std::exception& e) {
    return start_outcome::failed(
      {errc::internal,
       std::string{"its start function threw an exception: "} + e.what()});
  } catch (...) {
    return start_outcome::failed(
      {errc::internal, "its start function threw an exception"});
  }
}

} // namespace

std::string to_text(const caf::error& reason) {
  switch (exit_kind_of(reason)) {
    case exit_kind::normal: return "normal";
    case exit_kind::killed: return "killed";
    case exit_kind::shutdown:
      if (reason == caf::exit_reason::user_shutdown)
        return "shutdown";
      break;
    case exit_kind::abnormal: break;
  }
  return to_string(from_caf(reason));
}

// -- Starting -----------------------------------------------------------------

supervisor_state::serial
supervisor_state::insert(std::shared_ptr<const child_spec> spec,
                         std::any args) {
  const auto who = ++last_serial;
  if (!is_simple())
    by_id.emplace(spec->rules.id, who);
  auto& of = children[who];
  of.spec = std::move(spec);
  of.args = std::move(args);
  set(of, child_state::stopped);
  return who;
}

void supervisor_state::forget(serial who) {
  auto found = children.find(who);
  if (found == children.end())
    return;
  if (!is_simple())
    by_id.erase(found->second.spec->rules.id);
  auto address = by_address.find(found->second.address);
  if (address != by_address.end() && address->second == who)
    by_address.erase(address);
  children.erase(found);
}

start_outcome supervisor_state::call_start(serial who, const child& of) {
  auto sibling = [this](std::string_view id) {
    auto found = by_id.find(std::string{id});
    if (found == by_id.end())
      return caf::actor{};
    const auto& x = children.at(found->second);
    return x.ended ? caf::actor{} : x.handle;
  };
  const start_context context{self->system(), path_of(who, of), self->address(),
                              of.args, sibling};
  return call(of.spec->start, context);
}

void supervisor_state::start(serial who) {
  auto& of = children.at(who);
  auto how = call_start(who, of);
  switch (how.how) {
    case start_outcome::kind::failed: return start_failed(who, how.why);
    case start_outcome::kind::ignored:
      result_so_far.started = {};
      set(of, child_state::stopped);
      if (is_simple() || of.spec->rules.restart == restart_type::temporary)
        forget(who);
      return;
    case start_outcome::kind::started:
    case start_outcome::kind::starting: return adopt(who, of, how);
  }
}

void supervisor_state::adopt(serial who, child& of, start_outcome& how) {
  if (!how.child)
    return start_failed(
      who, {errc::internal, "its start function returned no actor"});
  auto address = how.child.address();
  auto known = by_address.find(address);
  if (known != by_address.end() && known->second != who)
    return start_failed(who, {errc::internal, "its start function returned an "
                                              "actor that is a sibling"});
  by_address.erase(of.address);
  of.handle = std::move(how.child);
  of.address = address;
  of.info = std::move(how.info);
  if (of.generation++ > 0)
    ++of.restarts;
  by_address.emplace(address, who);
  self->monitor(of.handle);
  if (of.spec->rules.restart == restart_type::temporary) {
    // It is never started again: what it was started with may be large.
    of.args.reset();
    if (!is_simple())
      of.spec =
        std::make_shared<const child_spec>(child_spec{of.spec->rules, nullptr});
  }
  result_so_far.started = {of.handle, of.info};
  if (how.how == start_outcome::kind::starting) {
    set(of, child_state::starting);
    await_start(who, of);
  } else {
    set(of, child_state::running);
    report(supervision_event::progress, of, {});
  }
}

void supervisor_state::await_start(serial who, const child& of) {
  awaited = who;
  auto generation = of.generation;
  self
    ->request(caf::actor_cast<starting_actor>(of.handle),
              limits::child_start_timeout, started_atom::value)
    .then(
      [this, who, generation] {
        auto found = children.find(who);
        if (awaited != who || found->second.generation != generation)
          return;
        awaited.reset();
        set(found->second, child_state::running);
        report(supervision_event::progress, found->second, {});
        advance();
      },
      [this, who, generation](caf::error& why) {
        // Whatever else is wrong with it, its end tells better.
        if (why == caf::sec::request_timeout && awaited == who
            && children.at(who).generation == generation) {
          self->send_exit(children.at(who).handle, caf::exit_reason::kill);
          start_ended(who, generation, why);
          advance();
        }
      });
}

void supervisor_state::start_ended(serial who, uint64_t generation,
                                   const caf::error& why) {
  auto& of = children.at(who);
  if (of.generation != generation)
    return;
  awaited.reset();
  by_address.erase(of.address);
  of.handle = nullptr;
  start_failed(who, exit_kind_of(why) == exit_kind::abnormal
                        || from_caf(why).code == errc::start_failed
                      ? from_caf(why)
                      : error{errc::start_failed, "it ended before it was up ("
                                                    + to_text(why) + ")"});
}

void supervisor_state::start_failed(serial who, error why) {
  auto& of = children.at(who);
  set(of, child_state::stopped);
  report(supervision_event::start_error, of, to_string(why));
  result_so_far.started = {};
  result_so_far.failed = who;
  result_so_far.why = std::move(why);
  current->stop.clear();
  current->start.clear();
}

// -- Stopping -----------------------------------------------------------------

void supervisor_state::stop_next() {
  auto& stops = current->stop;
  stop_is_kill = false;
  auto rule = shutdown_rule::brutal_kill();
  do {
    auto who = stops.back();
    stops.pop_back();
    if (auto found = children.find(who); found != children.end())
      rule = shutdown_of(found->second.spec->rules);
    begin_stop(who);
  } while (current->parallel && !stops.empty());
  ++stop_number;
  if (stopping.empty() || rule.how == shutdown_rule::kind::infinity)
    return;
  stop_is_kill = rule.how == shutdown_rule::kind::brutal_kill;
  const auto patience = stop_is_kill
                          ? std::chrono::milliseconds{limits::child_kill_grace}
                          : rule.after;
  self->delayed_send(self, patience, stop_overdue{stop_number});
}

void supervisor_state::begin_stop(serial who) {
  auto found = children.find(who);
  if (found == children.end())
    return;
  auto& of = found->second;
  if (of.ended)
    return stopped(who, caf::error{*of.ended});
  if (!of.handle) {
    set(of, child_state::stopped);
    if (is_simple() || of.spec->rules.restart == restart_type::temporary)
      forget(who);
    return;
  }
  const auto rule = shutdown_of(of.spec->rules);
  of.was_killed = rule.how == shutdown_rule::kind::brutal_kill;
  set(of, child_state::stopping);
  stopping.insert(who);
  self->send_exit(of.handle, of.was_killed ? caf::exit_reason::kill
                                           : caf::exit_reason::user_shutdown);
}

void supervisor_state::stopped(serial who, const caf::error& reason) {
  auto& of = children.at(who);
  const auto& rules = of.spec->rules;
  if (is_shutdown_error(shutdown_of(rules), exit_kind_of(reason), of.was_killed,
                        rules.restart))
    report(supervision_event::shutdown_error, of, to_text(reason));
  note_end(of, to_text(reason));
  by_address.erase(of.address);
  of.handle = nullptr;
  of.ended.reset();
  of.was_killed = false;
  stopping.erase(who);
  set(of, child_state::stopped);
  if (is_simple() || rules.restart == restart_type::temporary)
    forget(who);
}

void supervisor_state::abandon(serial who) {
  auto& of = children.at(who);
  auto rules = of.spec->rules;
  rules.id = id_of(who, of);
  ++zombie_count;
  if (zombies.size() < limits::zombies_listed_max)
    zombies.emplace(of.address, rules);
  report(supervision_event::child_abandoned, of,
         "it did not end within "
           + std::to_string(
             std::chrono::milliseconds{limits::child_kill_grace}.count())
           + " ms after a kill");
  note_end(of, "abandoned, because it ignored a kill");
  by_address.erase(of.address);
  of.handle = nullptr;
  of.was_killed = false;
  stopping.erase(who);
  set(of, child_state::stopped);
  if (is_simple() || rules.restart == restart_type::temporary)
    forget(who);
}

// -- Telling ------------------------------------------------------------------

void supervisor_state::note_end(child& of, std::string reason) const {
  ++of.ends;
  if (of.last_ends.size() >= kept_ends_max)
    of.last_ends.pop_front();
  of.last_ends.push_back({self->clock().now(), std::move(reason)});
}

void supervisor_state::set(child& of, child_state state) {
  of.state = state;
  of.since = self->clock().now();
}

std::string supervisor_state::id_of(serial who, const child& of) const {
  return is_simple() ? std::to_string(who) : of.spec->rules.id;
}

std::string supervisor_state::path_of(serial who, const child& of) const {
  return options.path + "/" + id_of(who, of);
}

void supervisor_state::report(supervision_event what, const child& of,
                              std::string reason) {
  supervision_report x;
  x.what = what;
  x.supervisor = options.path;
  x.child = of.spec->rules;
  if (of.handle)
    x.child_name = std::to_string(of.handle.id());
  x.reason = std::move(reason);
  const auto words = words_of(what);
  options.log->log(words.level, "supervisor", words.sentence,
                   {{"supervisor", x.supervisor},
                    {"child", x.child.id},
                    {"actor", x.child_name},
                    {"restart", to_string(x.child.restart)},
                    {"shutdown", to_string(shutdown_of(x.child))},
                    {"type", to_string(x.child.type)},
                    {"reason", x.reason}});
  if (options.on_report)
    options.on_report(x, of.handle);
}

} // namespace troupe
