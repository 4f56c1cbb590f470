#include "actors/supervisor.hpp"

#include "actors/harden.hpp"
#include "actors/observed.hpp"
#include "runtime/base/limits.hpp"
#include "runtime/wire/caf_error.hpp"

#include <caf/actor_cast.hpp>
#include <caf/exit_reason.hpp>
#include <caf/send.hpp>

#include <algorithm>
#include <utility>

namespace troupe {

namespace {

error ending_error(const std::string& path) {
  return {errc::draining, "the supervisor " + path
                            + " is ending and takes no requests any more"};
}

void refuse(caf::response_promise& promise, const std::string& path) {
  if (promise.pending())
    promise.deliver(to_caf(ending_error(path)));
}

} // namespace

exit_kind exit_kind_of(const caf::error& reason) {
  if (!reason)
    return exit_kind::normal;
  if (reason == caf::exit_reason::user_shutdown)
    return exit_kind::shutdown;
  if (reason == caf::exit_reason::kill)
    return exit_kind::killed;
  // A supervisor whose child did not start gave up in order.
  if (from_caf(reason).code == errc::start_failed)
    return exit_kind::shutdown;
  return exit_kind::abnormal;
}

supervisor_state::supervisor_state(self_pointer self_ptr) : self(self_ptr) {
  // nop
}

supervisor_state::~supervisor_state() {
  for (auto& [who, x] : children)
    if (x.handle)
      caf::anon_send_exit(x.handle, caf::exit_reason::kill);
}

// -- Messages -----------------------------------------------------------------

void supervisor_state::init() {
  has_begun = true;
  if (is_simple()) {
    pattern = std::make_shared<const child_spec>(options.children.front());
  } else {
    for (auto& x : options.children)
      insert(std::make_shared<const child_spec>(std::move(x)), {});
  }
  options.children.clear();
  task all;
  for (const auto& [who, x] : children)
    all.start.insert(all.start.begin(), who);
  all.done = [this](const outcome& how) {
    if (how.failed != 0)
      return end(to_caf(
        {errc::start_failed, "the supervisor " + options.path
                               + " ended, because its child \""
                               + children.at(how.failed).spec->rules.id
                               + "\" did not start: " + to_string(how.why)}));
    is_up = true;
    for (auto& promise : std::exchange(waiting_for_start, {}))
      promise.deliver(caf::unit);
  };
  current = std::move(all);
  advance();
}

caf::result<void> supervisor_state::started() {
  if (is_up && !is_ending)
    return caf::unit;
  auto promise = self->make_response_promise();
  if (is_ending || waiting_for_start.size() >= limits::supervisor_requests_max)
    refuse(promise, options.path);
  else
    waiting_for_start.push_back(promise);
  return promise;
}

void supervisor_state::down(const caf::down_msg& what) {
  auto found = by_address.find(what.source);
  if (found == by_address.end()) {
    auto zombie = zombies.find(what.source);
    if (zombie == zombies.end())
      return;
    child ended;
    ended.spec =
      std::make_shared<const child_spec>(child_spec{zombie->second, nullptr});
    zombies.erase(zombie);
    --zombie_count;
    return report(supervision_event::zombie_ended, ended,
                  "it returned from its handler at last");
  }
  auto who = found->second;
  auto& of = children.at(who);
  if (!of.handle)
    return;
  if (stopping.contains(who)) {
    stopped(who, what.reason);
  } else if (awaited == who) {
    start_ended(who, of.generation, what.reason);
  } else if (!of.ended) {
    of.ended = what.reason;
    incidents.push_back({who, of.generation, false});
  }
  advance();
}

void supervisor_state::exit(const caf::exit_msg& what) {
  // An anonymous exit message has its receiver as source.
  const auto anonymous = !what.source || what.source == self->address();
  if (!what.reason || !(anonymous || what.source == options.parent))
    return;
  end(what.reason);
  advance();
}

void supervisor_state::due(const start_due& what) {
  if (what.child == 0) {
    if (!is_ending)
      init();
    return;
  }
  incidents.push_back({what.child, what.generation, true});
  advance();
}

void supervisor_state::overdue(const stop_overdue& what) {
  if (what.stop != stop_number || stopping.empty())
    return;
  if (stop_is_kill) {
    for (auto who : std::set<serial>{stopping})
      abandon(who);
    return advance();
  }
  stop_is_kill = true;
  for (auto who : stopping) {
    auto& of = children.at(who);
    of.was_killed = true;
    self->send_exit(of.handle, caf::exit_reason::kill);
  }
  self->delayed_send(self, limits::child_kill_grace,
                     stop_overdue{++stop_number});
}

// -- Tasks --------------------------------------------------------------------

void supervisor_state::advance() {
  if (!has_begun && !is_ending)
    return; // What was asked before the first child started waits for that.
  while (step()) {
    // The next one.
  }
}

bool supervisor_state::step() {
  if (!stopping.empty() || awaited)
    return false;
  if (!current)
    return next_task();
  if (!current->stop.empty()) {
    stop_next();
    return true;
  }
  if (!current->start.empty()) {
    auto who = current->start.back();
    current->start.pop_back();
    if (children.contains(who))
      start(who);
    return true;
  }
  auto how = std::exchange(result_so_far, {});
  finish_task(how);
  return true;
}

void supervisor_state::finish_task(const outcome& how) {
  auto done = std::move(current->done);
  current.reset();
  if (done)
    done(how);
}

bool supervisor_state::next_task() {
  if (is_ending)
    return false;
  if (!incidents.empty()) {
    auto next = incidents.front();
    incidents.pop_front();
    deal_with(next);
    return true;
  }
  if (requests.empty())
    return false;
  auto next = std::move(requests.front());
  requests.pop_front();
  next.begin(next.promise);
  return true;
}

void supervisor_state::deal_with(const incident& what) {
  auto found = children.find(what.who);
  if (found == children.end() || found->second.generation != what.generation)
    return;
  auto& of = found->second;
  if (what.is_retry) {
    if (of.state == child_state::restarting)
      begin_restart(what.who);
  } else if (of.ended) {
    auto reason = std::move(*of.ended);
    of.ended.reset();
    after_end(what.who, of, reason);
  }
}

void supervisor_state::after_end(serial who, child& of,
                                 const caf::error& reason) {
  const auto rules = of.spec->rules;
  const auto kind = exit_kind_of(reason);
  const auto verdict = judge_exit(rules.restart, kind, options.flags.strategy);
  if (is_reported_exit(verdict, kind))
    report(supervision_event::child_terminated, of, to_text(reason));
  note_end(of, to_text(reason));
  of.handle = nullptr;
  set(of, child_state::stopped);
  if (verdict == exit_verdict::restart)
    return try_restart(who, of, true);
  by_address.erase(of.address);
  const auto mode = options.flags.shutdown;
  if (ends_supervisor(mode, rules.significant, living_significant())) {
    report(supervision_event::auto_shutdown, of,
           "the significant child ended (" + to_text(reason) + ")");
    end(caf::exit_reason::user_shutdown);
  }
  if (verdict == exit_verdict::forget)
    forget(who);
}

size_t supervisor_state::living_significant() const {
  return static_cast<size_t>(
    std::count_if(children.begin(), children.end(), [](const auto& x) {
      return x.second.spec->rules.significant
             && x.second.state != child_state::stopped;
    }));
}

void supervisor_state::try_restart(serial who, child& of, bool at_once) {
  const auto now = self->clock().now();
  if (!window.add(now)) {
    report(supervision_event::intensity_reached, of,
           "more than " + std::to_string(options.flags.intensity)
             + " restarts in " + std::to_string(options.flags.period.count())
             + " ms");
    return end(caf::exit_reason::user_shutdown);
  }
  const auto pause =
    of.backoff.next(options.flags.backoff, now, random->uniform());
  set(of, child_state::restarting);
  ++of.generation;
  if (at_once && pause.count() == 0)
    return begin_restart(who);
  // Also without a pause it goes through the mailbox, so that requests and
  // orders to stop get their turn.
  self->delayed_send(self, pause, start_due{who, of.generation});
  task siblings;
  siblings.stop = affected_by(who);
  std::erase(siblings.stop, who);
  if (!siblings.stop.empty())
    current = std::move(siblings);
}

std::vector<supervisor_state::serial>
supervisor_state::affected_by(serial who) const {
  const auto scope = scope_of(options.flags.strategy);
  if (scope == restart_scope::only_it)
    return {who};
  std::vector<serial> result;
  auto first =
    scope == restart_scope::all ? children.begin() : children.find(who);
  for (; first != children.end(); ++first)
    result.push_back(first->first);
  return result;
}

void supervisor_state::begin_restart(serial who) {
  task again;
  again.stop = affected_by(who);
  // Temporary ones are forgotten when they are stopped, hence not started.
  again.start.assign(again.stop.rbegin(), again.stop.rend());
  // It is down already, and has to stay known while it is restarted.
  std::erase(again.stop, who);
  again.done = [this, who](const outcome& how) { restart_done(who, how); };
  current = std::move(again);
}

void supervisor_state::restart_done(serial who, const outcome& how) {
  if (how.failed == 0)
    return;
  auto trigger = children.find(who);
  if (trigger != children.end() && who != how.failed
      && trigger->second.state == child_state::restarting)
    set(trigger->second, child_state::stopped);
  try_restart(how.failed, children.at(how.failed), false);
}

void supervisor_state::end(caf::error reason) {
  if (is_ending)
    return;
  is_ending = true;
  if (current)
    refuse(current->promise, options.path);
  for (auto& x : requests)
    refuse(x.promise, options.path);
  for (auto& promise : waiting_for_start)
    refuse(promise, options.path);
  requests.clear();
  waiting_for_start.clear();
  incidents.clear();
  awaited.reset();
  result_so_far = {};
  task all;
  all.parallel = is_simple();
  for (const auto& [who, x] : children)
    all.stop.push_back(who);
  all.done = [this, why = std::move(reason)](const outcome&) {
    self->quit(why);
  };
  current = std::move(all);
}

// -- Creation -----------------------------------------------------------------

supervisor_actor::behavior_type supervisor(supervisor_state::self_pointer self,
                                           supervisor_options options) {
  auto& state = self->state;
  state.options = std::move(options);
  state.window =
    restart_window{state.options.flags.intensity, state.options.flags.period};
  state.random = make_seeded_random(state.options.seed);
  state.started_at = self->clock().now();
  state.pin = caf::actor_cast<caf::strong_actor_ptr>(self);
  harden(self, state.options.log);
  self->set_down_handler([&state](caf::down_msg& x) { state.down(x); });
  self->set_exit_handler([&state](caf::exit_msg& x) { state.exit(x); });
  self->send(self, start_due{});
  return observed<supervisor_actor>(
    self, {
            [&state](const start_child& x) { return state.add(x); },
            [&state](const terminate_child& x) { return state.terminate(x); },
            [&state](const restart_child& x) { return state.restart(x); },
            [&state](const delete_child& x) { return state.remove(x); },
            [&state](const find_child& x) { return state.find(x); },
            [&state](const get_childspec& x) { return state.spec_of(x); },
            [&state](const check_childspecs& x) { return state.check(x); },
            [&state](which_atom) { return state.list(); },
            [&state](count_atom) { return state.count(); },
            [&state](tree_atom) { return state.tree(); },
            [&state](started_atom) { return state.started(); },
            [&state](const start_due& x) { state.due(x); },
            [&state](const stop_overdue& x) { state.overdue(x); },
          });
}

result<supervisor_actor> start_supervisor(caf::actor_system& system,
                                          supervisor_options options) {
  if (auto ok = check_flags(options.flags); !ok)
    return tl::unexpected{ok.error()};
  std::vector<child_rules> rules;
  for (const auto& x : options.children) {
    if (auto ok =
          check_child(x.rules, x.start != nullptr, options.flags.shutdown);
        !ok)
      return tl::unexpected{ok.error()};
    rules.push_back(x.rules);
  }
  if (auto ok = check_siblings(rules, options.flags.strategy); !ok)
    return tl::unexpected{ok.error()};
  return system.spawn(supervisor, std::move(options));
}

child_spec supervisor_child(child_rules rules, supervisor_init init) {
  rules.type = child_type::supervisor;
  auto start = [init = std::move(init)](const start_context& context) {
    auto made = init(context);
    if (!made)
      return start_outcome::failed(made.error());
    if (!*made)
      return start_outcome::ignored();
    auto& options = **made;
    options.path = context.path;
    options.parent = context.supervisor;
    auto handle = start_supervisor(context.system, std::move(options));
    if (!handle)
      return start_outcome::failed(handle.error());
    return start_outcome::starting(*handle);
  };
  return {std::move(rules), start};
}

} // namespace troupe
