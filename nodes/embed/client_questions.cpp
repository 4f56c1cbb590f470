#include "nodes/embed/client_core.hpp"
#include "nodes/embed/troupe/client.hpp"
#include "runtime/wire/validate.hpp"

#include <caf/actor_cast.hpp>
#include <caf/after.hpp>
#include <caf/scoped_actor.hpp>

#include <algorithm>
#include <chrono>
#include <iterator>
#include <mutex>
#include <utility>

/// The client's part that asks what people want to know of a cluster.
namespace troupe {

namespace {

/// What a coordinator answers is checked, as anything from elsewhere.
template <class T>
caf::expected<T> checked(caf::expected<T> answer) {
  if (answer)
    if (auto ok = check(*answer); !ok)
      return to_caf(ok.error());
  return answer;
}

/// Events that may be under way to one reader, and how many it has read before
/// it gives credit for as many.
constexpr uint32_t credit_first = 256;
constexpr uint32_t credit_step = 64;

/// How often somebody looks whether the reader was interrupted.
constexpr std::chrono::milliseconds poll_interval{100};

using steady = std::chrono::steady_clock;

/// Follows events in the calling thread, over restarts of the EVENT HUB.
class event_reader {
public:
  event_reader(const client_core& core, job_id job,
               const std::function<bool(const event&)>& sink,
               const wait_options& how,
               const std::function<void(const std::string&)>& on_loss)
    : core_(core), job_(job), sink_(sink), how_(how), on_loss_(on_loss),
      self_(core.system) {
    // nop
  }

  caf::expected<void> read() {
    auto connected = core_.wait_connected(core_.options.connect_timeout);
    if (!connected)
      return to_caf(connected.error());
    for (;;) {
      auto hub = await_hub();
      if (!hub)
        return to_caf(hub.error());
      subscribe_to(*hub);
      if (std::exchange(is_lost_, false) && on_loss_)
        on_loss_({});
      auto goes_on = read_from(*hub);
      if (!goes_on)
        return to_caf(goes_on.error());
      if (!*goes_on)
        return caf::unit;
      is_lost_ = true;
      if (on_loss_)
        on_loss_("the coordinator at " + to_string(core_.options.coordinator)
                 + " sends no events any more");
    }
  }

private:
  /// Whether the caller waits no longer.
  result<void> check_patience() const {
    auto waited = steady::now() - begin_;
    if (how_.timeout.count() > 0 && waited >= how_.timeout)
      return fail(errc::timed_out, "the time to follow events is over");
    if (how_.interrupted != nullptr && *how_.interrupted)
      return fail(errc::timed_out, "following events was interrupted");
    return {};
  }

  /// Returns how long to wait until somebody has to look again.
  std::chrono::milliseconds pause() const {
    using std::chrono::milliseconds;
    if (how_.timeout.count() <= 0)
      return poll_interval;
    auto rest =
      std::chrono::ceil<milliseconds>(how_.timeout - (steady::now() - begin_));
    return std::clamp(rest, milliseconds{0}, poll_interval);
  }

  /// Waits until the session has found a hub that is not the one that was
  /// lost. The handle of a coordinator that connected again equals the one
  /// before, but it is another object.
  result<event_hub_actor> await_hub() const {
    auto end = steady::now() + core_.options.connect_timeout;
    auto& board = *core_.board;
    std::unique_lock guard{board.mutex};
    for (;;) {
      if (board.refused)
        return tl::unexpected{board.problem};
      const auto& hub = board.handles.events;
      if (board.connected && hub && address_of(hub) != address_of(last_))
        return hub;
      if (auto ok = check_patience(); !ok)
        return tl::unexpected{std::move(ok.error())};
      if (steady::now() >= end)
        return fail(errc::cannot_connect,
                    "no coordinator came back at "
                      + to_string(core_.options.coordinator)
                      + (board.problem.code == errc::ok
                           ? std::string{}
                           : ": " + to_string(board.problem)));
      board.changed.wait_for(guard, pause());
    }
  }

  static const void* address_of(const event_hub_actor& hub) {
    return hub ? caf::actor_cast<caf::strong_actor_ptr>(hub).get() : nullptr;
  }

  void subscribe_to(const event_hub_actor& hub) {
    last_ = hub; // It stays alive, so no other gets its address.
    read_ = 0;
    self_->monitor(hub);
    self_->send(hub, subscribe{job_, credit_first});
  }

  /// Passes events on. @returns whether the hub was lost; false: the sink has
  /// had enough.
  result<bool> read_from(const event_hub_actor& hub) {
    auto is_down = false;
    auto has_enough = false;
    while (!is_down && !has_enough) {
      if (auto ok = check_patience(); !ok) {
        leave(hub);
        return tl::unexpected{std::move(ok.error())};
      }
      self_->receive([&](const event& what) { has_enough = !take(hub, what); },
                     [&](const caf::down_msg& what) {
                       is_down = what.source.get() == address_of(hub);
                     },
                     caf::after(pause()) >> [] {});
    }
    if (has_enough)
      leave(hub);
    return is_down && !has_enough;
  }

  /// @returns whether the sink wants more.
  bool take(const event_hub_actor& hub, const event& what) {
    if (++read_ % credit_step == 0)
      self_->send(hub, more_events{credit_step});
    return !check(what) || sink_(what);
  }

  void leave(const event_hub_actor& hub) {
    self_->demonitor(hub.address());
    self_->send(hub, unsubscribe_atom::value);
  }

  const client_core& core_;
  job_id job_;
  const std::function<bool(const event&)>& sink_;
  const wait_options& how_;
  const std::function<void(const std::string&)>& on_loss_;
  caf::scoped_actor self_;
  steady::time_point begin_ = steady::now();
  event_hub_actor last_;
  uint64_t read_ = 0;
  bool is_lost_ = false;
};

} // namespace

caf::expected<std::vector<std::string>>
client::ask(const ask_node& question) const {
  if (auto ok = check(question); !ok)
    return to_caf(ok.error());
  auto answer = checked(
    core_->ask_once<node_answer>(&cluster_handles::membership, question));
  if (!answer)
    return std::move(answer.error());
  return std::move(answer->documents);
}

caf::expected<cluster_load> client::load() const {
  return checked(core_->ask<cluster_load>(&cluster_handles::scheduler,
                                          show_load_atom::value));
}

caf::expected<void> client::follow_events(
  job_id job, const std::function<bool(const event&)>& sink,
  const wait_options& options,
  const std::function<void(const std::string&)>& on_loss) const {
  return event_reader{*core_, job, sink, options, on_loss}.read();
}

caf::expected<std::vector<job_status>> client::newest_jobs(size_t most) const {
  std::vector<job_status> all;
  job_id before = 0;
  while (all.size() < most) {
    auto wanted = static_cast<uint32_t>(
      std::min<size_t>(most - all.size(), limits::jobs_per_page));
    auto page = core_->ask<std::vector<job_status>>(
      &cluster_handles::coordinator, list_jobs{before, wanted});
    if (!page)
      return std::move(page.error());
    std::move(page->begin(), page->end(), std::back_inserter(all));
    if (page->size() < wanted)
      break;
    before = all.back().id;
  }
  return all;
}

caf::expected<task_listing> client::tasks(const list_tasks& question) const {
  return checked(
    core_->ask<task_listing>(&cluster_handles::coordinator, question));
}

caf::expected<std::vector<job_share>> client::shares(job_id job) const {
  auto answer = checked(
    core_->ask<job_shares>(&cluster_handles::coordinator, list_shares{job}));
  if (!answer)
    return std::move(answer.error());
  return std::move(answer->items);
}

caf::expected<task_trace> client::trace(job_id job,
                                        std::optional<task_index> index) const {
  return checked(core_->ask<task_trace>(
    &cluster_handles::coordinator,
    trace_task{job, index.has_value(), index.value_or(0)}));
}

caf::expected<job_id> client::rerun(job_id job, bool only_dead) const {
  auto answer = checked(core_->ask_once<submit_reply>(
    &cluster_handles::coordinator, rerun_job{job, only_dead}));
  if (!answer)
    return std::move(answer.error());
  if (answer->why.code != errc::ok)
    return to_caf(answer->why);
  return answer->job;
}

} // namespace troupe
