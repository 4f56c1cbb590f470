#include "nodes/embed/client_core.hpp"
#include "nodes/embed/troupe/client.hpp"
#include "runtime/model/packed.hpp"

#include <caf/scoped_actor.hpp>

#include <chrono>
#include <future>
#include <memory>
#include <optional>
#include <utility>

/// The client's part that hands out the results of streamed jobs.
namespace troupe {

namespace {

/// How long a reader that leaves waits until the coordinator knows what it
/// read.
constexpr std::chrono::seconds settle_timeout{2};

} // namespace

caf::expected<job_status>
client::stream(job_id job,
               const std::function<void(task_index, std::string_view)>& sink,
               const wait_options& options) const {
  auto is_subscribed = false;
  auto is_free = true;
  {
    std::unique_lock guard{core_->board->mutex};
    auto known = core_->watches.find(job);
    is_subscribed = known != core_->watches.end() && known->second->stream;
    if (is_subscribed)
      is_free = !std::exchange(known->second->reading, true);
    else
      is_free = core_->read_jobs.insert(job).second;
  }
  if (!is_free)
    return to_caf(error{errc::bad_usage, "another thread of this client reads "
                                         "the results of job "
                                           + std::to_string(job) + " already"});
  if (is_subscribed)
    return to_caf(core_->read(job, sink, options));
  auto status = core_->read_apart(job, sink, options);
  std::unique_lock guard{core_->board->mutex};
  core_->read_jobs.erase(job);
  return to_caf(std::move(status));
}

result<job_status>
client_core::read(job_id job,
                  const std::function<void(task_index, std::string_view)>& sink,
                  const wait_options& how) const {
  auto watch = watch_of(job, true);
  auto begin = std::chrono::steady_clock::now();
  auto is_over = [&] {
    return (how.interrupted != nullptr && *how.interrupted)
           || (how.timeout.count() > 0
               && std::chrono::steady_clock::now() - begin >= how.timeout);
  };
  auto deliver_all = [&](std::unique_lock<std::mutex>& guard) {
    // A slice is read as a whole or not at all.
    while (!watch->slices.empty() && !is_over()) {
      auto next = std::move(watch->slices.front());
      watch->slices.pop_front();
      guard.unlock();
      deliver(next, sink);
      next.results.bytes = {}; // Only its size is needed now.
      call([watch, next](client_session_state& at) {
        at.give_credit(watch, next);
      });
      guard.lock();
    }
  };
  auto status = follow(watch, how, deliver_all);
  {
    std::unique_lock guard{board->mutex};
    watch->reading = false;
  }
  if (status || status.error().code == errc::unknown_job)
    note_ended(watch);
  else
    settle(job);
  return status;
}

result<job_status> client_core::read_apart(
  job_id job, const std::function<void(task_index, std::string_view)>& sink,
  const wait_options& how) const {
  auto here = wait_connected(options.connect_timeout);
  if (!here)
    return tl::unexpected{std::move(here.error())};
  auto apart = connect(system, options, dial);
  if (!apart)
    return tl::unexpected{from_caf(apart.error())};
  auto there = apart->core_->wait_connected(options.connect_timeout);
  if (there && there->store != here->store)
    return fail(errc::unknown_job,
                "job " + std::to_string(job)
                  + " was lost when the coordinator restarted without it: "
                    "submit it again");
  return apart->core_->read(job, sink, how);
}

void client_core::settle(job_id job) const {
  auto told = std::make_shared<std::promise<void>>();
  auto is_told = told->get_future();
  call([told](client_session_state&) { told->set_value(); });
  if (is_told.wait_for(settle_timeout) != std::future_status::ready)
    return;
  std::optional<cluster_handles> handles;
  {
    std::unique_lock guard{board->mutex};
    if (board->connected)
      handles = board->handles;
  }
  if (!handles)
    return; // What was lost with the connection comes again.
  // The way is the same, and nothing overtakes on it.
  caf::scoped_actor self{system};
  self->request(handles->coordinator, settle_timeout, describe_job{job})
    .receive([](const job_status&) {}, [](caf::error&) {});
}

void client_core::deliver(
  const result_slice& what,
  const std::function<void(task_index, std::string_view)>& sink) {
  auto view = packed_view::parse(what.results.bytes.view());
  if (!view)
    return; // The coordinator checked it.
  uint32_t position = 0;
  auto failed = what.failed.begin();
  for (auto index = what.range.begin; index < what.range.end; ++index) {
    if (failed != what.failed.end() && *failed == index) {
      ++failed;
      continue;
    }
    if (position < view->size())
      sink(index, (*view)[position++]);
  }
}

} // namespace troupe
