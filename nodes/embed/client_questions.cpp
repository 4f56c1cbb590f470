#include "nodes/embed/client_core.hpp"
#include "nodes/embed/troupe/client.hpp"
#include "runtime/wire/validate.hpp"

#include <caf/scoped_actor.hpp>

#include <algorithm>
#include <chrono>
#include <iterator>

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

namespace {

/// Events that a hub may send before the reader has seen them.
constexpr uint32_t events_under_way = 64;
/// How often a reader looks whether it shall stop, or is lost.
constexpr std::chrono::milliseconds look_interval{100};

bool is_refused(const client_core& core) {
  std::unique_lock guard{core.board->mutex};
  return core.board->refused;
}

/// Reads events in the calling thread: one hub after the other.
class event_reader {
public:
  event_reader(const client_core& core, job_id job,
               const std::function<bool(const event&)>& sink,
               const wait_options& how)
    : core_(core), job_(job), sink_(sink), how_(how) {
    // nop
  }

  /// Reads from one hub until it is lost. @returns whether the reader is done.
  result<bool> read(const cluster_handles& from) {
    caf::scoped_actor self{core_.system};
    self->monitor(from.events);
    self->send(from.events, subscribe{job_, events_under_way});
    auto is_lost = false;
    auto is_done = false;
    result<void> over;
    while (!is_lost && !is_done && (over = check_end()).has_value()) {
      self->receive(
        [&](const event& what) {
          self->send(from.events, more_events{1});
          is_done = check(what).has_value() && !sink_(what);
        },
        [&](const caf::down_msg&) { is_lost = true; },
        caf::after(look_interval) >> [&] { is_lost = !is_current(from); });
    }
    if (!is_lost)
      self->send(from.events, unsubscribe_atom::value);
    if (!over)
      return tl::unexpected{std::move(over.error())};
    return is_done;
  }

  /// Errors: `timed_out` when the reader shall not go on.
  result<void> check_end() const {
    if (how_.interrupted != nullptr && *how_.interrupted)
      return fail(errc::timed_out, "interrupted");
    if (how_.timeout.count() > 0
        && std::chrono::steady_clock::now() - begin_ >= how_.timeout)
      return fail(errc::timed_out, "the time is over");
    return {};
  }

private:
  bool is_current(const cluster_handles& from) const {
    std::unique_lock guard{core_.board->mutex};
    return core_.board->connected && core_.board->handles.events == from.events;
  }

  const client_core& core_;
  job_id job_;
  const std::function<bool(const event&)>& sink_;
  const wait_options& how_;
  std::chrono::steady_clock::time_point begin_ =
    std::chrono::steady_clock::now();
};

} // namespace

caf::expected<void> client::follow_events(
  job_id job, const std::function<bool(const event&)>& sink,
  const wait_options& options,
  const std::function<void(const std::string&)>& on_loss) const {
  event_reader reader{*core_, job, sink, options};
  auto is_told = false;
  auto tell = [&](const std::string& what) {
    if (on_loss && is_told == what.empty())
      on_loss(what);
    is_told = !what.empty();
  };
  auto lost_at = std::chrono::steady_clock::now();
  for (;;) {
    if (auto ok = reader.check_end(); !ok)
      return to_caf(ok.error());
    // Short, so that an interrupt is seen while nobody answers.
    auto handles = core_->wait_connected(look_interval);
    if (!handles) {
      tell(to_string(handles.error()));
      if (is_refused(*core_)
          || std::chrono::steady_clock::now() - lost_at
               >= core_->options.connect_timeout)
        return to_caf(handles.error());
      continue;
    }
    tell({});
    auto done = reader.read(*handles);
    if (!done)
      return to_caf(done.error());
    if (*done)
      return caf::unit;
    lost_at = std::chrono::steady_clock::now();
  }
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
