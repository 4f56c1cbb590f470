// The dynamic interface of a SUPERVISOR. What changes children waits for its
// turn; questions are answered at once, also in the middle of a task.

#include "actors/supervisor.hpp"
#include "runtime/base/limits.hpp"
#include "runtime/wire/caf_error.hpp"

#include <caf/actor_cast.hpp>

#include <chrono>
#include <utility>

namespace troupe {

namespace {

error wrong_state(const std::string& id, const char* why) {
  return {errc::bad_transition, "the child \"" + id + "\" " + why};
}

uint64_t microseconds(duration x) {
  return static_cast<uint64_t>(
    std::chrono::duration_cast<std::chrono::microseconds>(x).count());
}

/// Collects what the supervisors below one answer.
struct tree_collector {
  std::vector<supervision_tree> parts; ///< One for each child.
  size_t missing = 0;
  supervision_tree::node own;
  caf::response_promise promise;

  void finish_one() {
    if (--missing > 0)
      return;
    supervision_tree all;
    all.nodes.push_back(std::move(own));
    for (auto& part : parts)
      for (auto& x : part.nodes)
        all.nodes.push_back(std::move(x));
    promise.deliver(std::move(all));
  }

  /// The child's supervisor knows its state, the child the rest.
  void put(size_t at, const supervision_tree& answer) {
    if (answer.nodes.empty())
      return;
    auto seen = parts[at].nodes.front();
    parts[at] = answer;
    auto& merged = parts[at].nodes.front();
    merged.state = seen.state;
    merged.state_us = seen.state_us;
    merged.restarts = seen.restarts;
  }
};

} // namespace

bool supervisor_state::is_simple() const {
  return options.flags.strategy == supervision_strategy::simple_one_for_one;
}

template <class T>
caf::result<T>
supervisor_state::later(std::function<void(caf::response_promise&)> begin) {
  auto promise = self->make_response_promise();
  if (is_ending)
    promise.deliver(
      to_caf({errc::draining, "the supervisor " + options.path
                                + " is ending and takes no requests any "
                                  "more"}));
  else if (requests.size() >= limits::supervisor_requests_max)
    promise.deliver(
      to_caf({errc::bad_transition,
              "the supervisor " + options.path + " has "
                + std::to_string(requests.size())
                + " requests waiting, which is its limit; ask again later"}));
  else
    requests.push_back({promise, std::move(begin)});
  advance();
  return promise;
}

// -- Changes ------------------------------------------------------------------

caf::result<child_started> supervisor_state::add(const start_child& what) {
  return later<child_started>(
    [this, what](caf::response_promise& promise) { begin_add(what, promise); });
}

caf::result<void> supervisor_state::terminate(const terminate_child& what) {
  return later<void>([this, what](caf::response_promise& promise) {
    begin_terminate(what, promise);
  });
}

caf::result<child_started>
supervisor_state::restart(const restart_child& what) {
  return later<child_started>([this, what](caf::response_promise& promise) {
    begin_again(what, promise);
  });
}

caf::result<void> supervisor_state::remove(const delete_child& what) {
  return later<void>([this, what](caf::response_promise& promise) {
    begin_remove(what, promise);
  });
}

void supervisor_state::begin_add(const start_child& what,
                                 caf::response_promise& promise) {
  if (children.size() >= limits::supervised_children_max)
    return promise.deliver(
      to_caf({errc::bad_transition, "the supervisor " + options.path + " has "
                                      + std::to_string(children.size())
                                      + " children, which is its limit"}));
  if (is_simple())
    return begin_start(insert(pattern, what.args), true, promise);
  const auto& rules = what.spec.rules;
  auto ok =
    check_child(rules, what.spec.start != nullptr, options.flags.shutdown);
  if (!ok)
    return promise.deliver(to_caf(ok.error()));
  if (auto found = by_id.find(rules.id); found != by_id.end()) {
    auto runs = children.at(found->second).handle != nullptr;
    return promise.deliver(
      to_caf({errc::child_exists,
              "the child \"" + rules.id + "\" is already "
                + (runs ? "started" : "present, but does not run")}));
  }
  begin_start(insert(std::make_shared<const child_spec>(what.spec), {}), true,
              promise);
}

void supervisor_state::begin_start(serial who, bool is_new,
                                   caf::response_promise& promise) {
  task one;
  one.start.push_back(who);
  one.promise = promise;
  one.done = [this, who, is_new, promise](const outcome& how) mutable {
    if (how.failed == 0)
      return promise.deliver(how.started);
    if (is_new)
      forget(who);
    promise.deliver(to_caf(how.why));
  };
  current = std::move(one);
}

void supervisor_state::begin_terminate(const terminate_child& what,
                                       caf::response_promise& promise) {
  auto who = serial_of(what.id, what.child);
  if (!who)
    return promise.deliver(to_caf(who.error()));
  task one;
  one.stop.push_back(*who);
  one.promise = promise;
  one.done = [promise](const outcome&) mutable { promise.deliver(caf::unit); };
  current = std::move(one);
}

void supervisor_state::begin_again(const restart_child& what,
                                   caf::response_promise& promise) {
  auto who = stopped_child(what.id);
  if (!who)
    return promise.deliver(to_caf(who.error()));
  begin_start(*who, false, promise);
}

void supervisor_state::begin_remove(const delete_child& what,
                                    caf::response_promise& promise) {
  auto who = stopped_child(what.id);
  if (!who)
    return promise.deliver(to_caf(who.error()));
  forget(*who);
  promise.deliver(caf::unit);
}

/// Returns a child that is neither running nor about to.
result<supervisor_state::serial>
supervisor_state::stopped_child(const std::string& id) {
  auto who = serial_of(id, nullptr);
  if (!who)
    return who;
  const auto& of = children.at(*who);
  if (of.handle)
    return tl::unexpected{wrong_state(id, "is running")};
  if (of.state == child_state::restarting)
    return tl::unexpected{wrong_state(id, "is restarting")};
  return who;
}

result<supervisor_state::serial>
supervisor_state::serial_of(const std::string& id, const caf::actor& handle) {
  if (is_simple()) {
    if (!handle)
      return fail(errc::bad_transition,
                  "the supervisor " + options.path
                    + " is simple_one_for_one: its children have no ids, are "
                      "addressed by handle, and are neither restarted nor "
                      "deleted by hand");
    if (auto found = by_address.find(handle.address());
        found != by_address.end())
      return found->second;
  } else if (auto found = by_id.find(id); found != by_id.end()) {
    return found->second;
  }
  return fail(errc::unknown_child, "the supervisor " + options.path
                                     + " has no child \"" + id + "\"");
}

// -- Questions ----------------------------------------------------------------

caf::result<caf::actor> supervisor_state::find(const find_child& what) {
  auto who = serial_of(what.id, nullptr);
  if (!who)
    return to_caf(who.error());
  const auto& of = children.at(*who);
  if (of.state != child_state::running || of.ended)
    return to_caf(wrong_state(what.id, "is not running"));
  return of.handle;
}

caf::result<child_spec> supervisor_state::spec_of(const get_childspec& what) {
  auto who = serial_of(what.id, what.child);
  if (!who)
    return to_caf(who.error());
  auto result = *children.at(*who).spec;
  result.rules.shutdown = shutdown_of(result.rules);
  return result;
}

caf::result<void> supervisor_state::check(const check_childspecs& what) const {
  std::vector<child_rules> rules;
  for (const auto& x : what.specs) {
    if (auto ok = check_child(x.rules, x.start != nullptr, what.mode); !ok)
      return to_caf(ok.error());
    rules.push_back(x.rules);
  }
  if (auto ok = check_siblings(rules, supervision_strategy::one_for_one); !ok)
    return to_caf(ok.error());
  return caf::unit;
}

child_list supervisor_state::list() const {
  child_list result;
  for (const auto& [who, of] : children)
    result.items.push_back(
      {id_of(who, of), of.handle, of.state, of.spec->rules.type});
  return result;
}

child_counts supervisor_state::count() const {
  child_counts result;
  result.specs = is_simple() ? 1 : children.size();
  result.zombies = zombie_count;
  for (const auto& [who, of] : children) {
    result.active += of.handle && !of.ended ? 1 : 0;
    if (of.spec->rules.type == child_type::supervisor)
      ++result.supervisors;
    else
      ++result.workers;
  }
  return result;
}

supervision_tree::node supervisor_state::node_of(serial who,
                                                 const child& of) const {
  supervision_tree::node x;
  x.path = path_of(who, of);
  x.type = of.spec->rules.type;
  x.state = of.state;
  x.state_us = microseconds(self->clock().now() - of.since);
  x.restarts = of.restarts;
  return x;
}

caf::result<supervision_tree> supervisor_state::tree() {
  const auto now = self->clock().now();
  auto all = std::make_shared<tree_collector>();
  auto promise = self->make_response_promise();
  all->promise = promise;
  all->missing = 1;
  auto& own = all->own;
  own.path = options.path;
  own.type = child_type::supervisor;
  own.state = is_ending ? child_state::stopping
              : is_up   ? child_state::running
                        : child_state::starting;
  own.state_us = microseconds(now - started_at);
  own.answered = true;
  own.strategy = options.flags.strategy;
  own.restarts_used = window.used(now);
  own.restarts_left = window.left(now);
  own.children = children.size();
  own.zombies = zombie_count;
  for (const auto& [who, of] : children) {
    if (all->parts.size() >= limits::tree_children_max)
      break;
    all->parts.push_back({{node_of(who, of)}});
    if (!of.handle || of.spec->rules.type != child_type::supervisor)
      continue;
    ++all->missing;
    self
      ->request(caf::actor_cast<supervisor_actor>(of.handle),
                limits::describe_tree_timeout, tree_atom::value)
      .then(
        [all, at = all->parts.size() - 1](const supervision_tree& answer) {
          all->put(at, answer);
          all->finish_one();
        },
        [all](caf::error&) { all->finish_one(); });
  }
  for (const auto& [address, rules] : zombies) {
    supervision_tree::node x;
    x.path = options.path + "/" + rules.id;
    x.type = rules.type;
    x.state = child_state::zombie;
    all->parts.push_back({{x}});
  }
  all->finish_one();
  return promise;
}

} // namespace troupe
