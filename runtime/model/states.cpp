#include "runtime/model/states.hpp"

#include <array>
#include <cstddef>

namespace troupe {

namespace {

constexpr task_transition task_table[] = {
  {task_state::waiting, task_event::unblocked, task_state::ready},
  {task_state::waiting, task_event::cancelled, task_state::cancelled},
  {task_state::ready, task_event::granted, task_state::leased},
  {task_state::ready, task_event::cancelled, task_state::cancelled},
  {task_state::leased, task_event::returned, task_state::ready},
  {task_state::leased, task_event::accepted, task_state::succeeded},
  {task_state::leased, task_event::failed, task_state::backoff},
  {task_state::leased, task_event::gave_up, task_state::dead},
  {task_state::leased, task_event::cancelled, task_state::cancelled},
  {task_state::backoff, task_event::retry_due, task_state::ready},
  {task_state::backoff, task_event::cancelled, task_state::cancelled},
  {task_state::dead, task_event::requeued, task_state::ready},
};

constexpr job_transition job_table[] = {
  {job_state::open, job_event::closed, job_state::running},
  {job_state::open, job_event::failed, job_state::failed},
  {job_state::open, job_event::cancelled, job_state::cancelled},
  {job_state::running, job_event::succeeded, job_state::succeeded},
  {job_state::running, job_event::failed, job_state::failed},
  {job_state::running, job_event::cancelled, job_state::cancelled},
  {job_state::failed, job_event::requeued, job_state::running},
};

// `task_set` writes one state over a whole range and relies on this.
constexpr bool each_event_has_one_target() {
  for (const auto& x : task_table)
    for (const auto& y : task_table)
      if (x.event == y.event && x.to != y.to)
        return false;
  return true;
}
static_assert(each_event_has_one_target());

template <class Transition, size_t Rows>
constexpr bool has_no_pair_twice(const Transition (&table)[Rows]) {
  for (size_t i = 0; i < Rows; ++i)
    for (size_t j = i + 1; j < Rows; ++j)
      if (table[i].from == table[j].from && table[i].event == table[j].event)
        return false;
  return true;
}
static_assert(has_no_pair_twice(task_table));
static_assert(has_no_pair_twice(job_table));

/// The rows spread out for lookup by (state, event).
template <class State, size_t States, size_t Events>
struct lookup {
  std::array<std::optional<State>, States * Events> cells{};

  template <class Transition, size_t Rows>
  explicit constexpr lookup(const Transition (&table)[Rows]) {
    for (const auto& row : table)
      cells[position(row.from, row.event)] = row.to;
  }

  template <class Event>
  static constexpr size_t position(State from, Event event) {
    return static_cast<size_t>(from) * Events + static_cast<size_t>(event);
  }

  // States and events may come from a peer: out of range is refused as well.
  template <class Event>
  constexpr std::optional<State> operator()(State from, Event event) const {
    if (static_cast<size_t>(from) >= States
        || static_cast<size_t>(event) >= Events)
      return std::nullopt;
    return cells[position(from, event)];
  }
};

constexpr lookup<task_state, task_state_count, task_event_count> task_lookup{
  task_table};
constexpr lookup<job_state, job_state_count, job_event_count> job_lookup{
  job_table};

} // namespace

std::span<const task_transition> task_transitions() {
  return task_table;
}

std::span<const job_transition> job_transitions() {
  return job_table;
}

std::optional<task_state> next_state(task_state from, task_event event) {
  return task_lookup(from, event);
}

std::optional<job_state> next_state(job_state from, job_event event) {
  return job_lookup(from, event);
}

bool is_terminal(task_state state) {
  return state == task_state::succeeded || state == task_state::dead
         || state == task_state::cancelled;
}

bool is_terminal(job_state state) {
  return state == job_state::succeeded || state == job_state::failed
         || state == job_state::cancelled;
}

std::string_view to_string(task_state state) {
  switch (state) { // No default: -Wswitch reports a state without a name.
    case task_state::waiting: return "waiting";
    case task_state::ready: return "ready";
    case task_state::leased: return "leased";
    case task_state::backoff: return "backoff";
    case task_state::succeeded: return "succeeded";
    case task_state::dead: return "dead";
    case task_state::cancelled: return "cancelled";
  }
  return "unknown";
}

std::string_view to_string(task_event event) {
  switch (event) {
    case task_event::unblocked: return "unblocked";
    case task_event::granted: return "granted";
    case task_event::returned: return "returned";
    case task_event::accepted: return "accepted";
    case task_event::failed: return "failed";
    case task_event::gave_up: return "gave_up";
    case task_event::retry_due: return "retry_due";
    case task_event::requeued: return "requeued";
    case task_event::cancelled: return "cancelled";
  }
  return "unknown";
}

std::string_view to_string(job_state state) {
  switch (state) {
    case job_state::open: return "open";
    case job_state::running: return "running";
    case job_state::succeeded: return "succeeded";
    case job_state::failed: return "failed";
    case job_state::cancelled: return "cancelled";
  }
  return "unknown";
}

std::string_view to_string(job_event event) {
  switch (event) {
    case job_event::closed: return "closed";
    case job_event::succeeded: return "succeeded";
    case job_event::failed: return "failed";
    case job_event::cancelled: return "cancelled";
    case job_event::requeued: return "requeued";
  }
  return "unknown";
}

} // namespace troupe
