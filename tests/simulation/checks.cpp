#include "tests/simulation/checks.hpp"

#include "actors/scheduler.hpp"
#include "actors/worker.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace troupe::simulation {

namespace {

/// More messages than any actor of a cluster this size should have waiting.
constexpr size_t mailbox_max = 20'000;
/// What unanswered slices of a worker may be above their limit: each of its
/// slots may have one more in its hands.
constexpr size_t unanswered_slack = 16 * limits::mib;
constexpr uint64_t look_interval = 64;

} // namespace

checks::checks(world& where) : world_(where) {
  // nop
}

void checks::see(const delivery& what) {
  const auto& content = what.what->content();
  if (content.match_elements<store_accept>())
    recorded(content.get_as<store_accept>(0));
  else if (content.match_elements<heartbeat>()) {
    const auto& beat = content.get_as<heartbeat>(0);
    if (beat.unanswered_bytes
        > limits::unacknowledged_bytes_max + unanswered_slack)
      world_.violated(fmt::format("I4: a worker keeps {} bytes of unanswered "
                                  "slices",
                                  beat.unanswered_bytes));
  }
  see_worker(what);
  if (++looks_ % look_interval != 0)
    return;
  if (auto waiting = what.actor->mailbox().size(); waiting > mailbox_max)
    world_.violated(fmt::format("I4: {} messages wait for the {}", waiting,
                                what.actor->name()));
}

/// Results wait for no timer when there is a scheduler again: it is sent all
/// that is unanswered, at once.
void checks::see_worker(const delivery& what) {
  const auto& content = what.what->content();
  if (content.match_elements<attached>()) {
    attached_[what.actor->id()] = {world_.shown_now(), false};
    return;
  }
  if (attached_.empty())
    return;
  auto i = attached_.find(what.actor->id());
  if (i == attached_.end())
    return;
  if (!std::exchange(i->second.flushed,
                     i->second.flushed || content.match_elements<flush_atom>()))
    return;
  auto since = i->second.at;
  attached_.erase(i);
  auto state = state_of<worker_state>(what.actor);
  if (state == nullptr || !state->scheduler)
    return;
  for (const auto& [key, pending] : state->unanswered)
    if (pending.sent_at < since)
      return world_.violated(
        fmt::format("I6: a worker has a scheduler again and keeps slice {} of "
                    "lease {} back",
                    key.second, to_string(key.first)));
}

checks::job& checks::job_of(job_id id, task_index end) {
  auto& result = jobs_[id];
  if (result.accepted.size() < end)
    result.accepted.resize(end);
  return result;
}

void checks::recorded(const store_accept& what) {
  for (const auto& record : what.records) {
    auto& of = job_of(record.job, record.range.end);
    auto failed = record.failed.begin();
    for (auto i = record.range.begin; i < record.range.end; ++i) {
      if (failed != record.failed.end() && *failed == i) {
        ++failed;
      } else if (of.accepted[i] || of.dead.contains(i)) {
        world_.violated(fmt::format("I2: a second result of {}/{} is accepted",
                                    record.job, i));
      } else {
        of.accepted[i] = true;
        ++tasks_;
      }
    }
  }
  for (const auto& letter : what.dead) {
    auto& of = job_of(letter.job, letter.index + 1);
    if (of.accepted[letter.index] || !of.dead.insert(letter.index).second)
      world_.violated(fmt::format("I2: {}/{} is given up, but it has ended",
                                  letter.job, letter.index));
  }
}

void checks::see(const wire_message& what) {
  if (what.content.match_elements<grants>())
    granted(what, what.content.get_as<grants>(0));
}

void checks::granted(const wire_message& where, const grants& what) {
  auto state = state_of<scheduler_state>(where.sender);
  if (state == nullptr)
    return;
  const auto& book = state->core->leases();
  for (const auto& x : what.items) {
    auto& of = job_of(x.job, x.range.end);
    for (auto i = x.range.begin; i < x.range.end; ++i)
      if (of.accepted[i] || of.dead.contains(i))
        return world_.violated(
          fmt::format("I5: {}/{} has ended and is granted again", x.job, i));
    for (const auto& id : book.of_job(x.job)) {
      auto other = book.find(id);
      if (id == x.lease || other == nullptr)
        continue;
      auto begin = std::max(other->received, x.range.begin);
      if (begin < std::min(other->range.end, x.range.end)
          && other->range.begin < x.range.end)
        return world_.violated(
          fmt::format("I3: two current leases cover {}/{}", x.job, begin));
    }
  }
}

void checks::see_calm(const caf::strong_actor_ptr& scheduler) {
  auto state = state_of<scheduler_state>(scheduler);
  if (state == nullptr)
    return world_.violated("I5: no scheduler runs when everything is calm");
  if (auto left = state->core->leases().size(); left > 0)
    world_.violated(
      fmt::format("I5: {} leases are left when all jobs have ended", left));
  if (auto left = state->core->ready_tasks(); left > 0)
    world_.violated(
      fmt::format("I5: {} tasks are ready when all jobs have ended", left));
}

} // namespace troupe::simulation
