#pragma once

#include "actors/client_session.hpp"
#include "nodes/embed/troupe/client.hpp"

#include <caf/actor_system.hpp>
#include <caf/scoped_actor.hpp>

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <type_traits>

namespace troupe {

/// What all copies of a client share. Its maps are guarded by the board's
/// mutex.
struct client_core {
  client_core(caf::actor_system& where, client_options how);
  ~client_core();

  static caf::expected<client> connect(caf::actor_system& system,
                                       const client_options& options,
                                       std::shared_ptr<dialer> dial);

  result<cluster_handles>
  wait_connected(std::chrono::milliseconds timeout) const;

  /// Waits until the session has found another coordinator than that one.
  /// Errors: as `wait_connected`, after the same time.
  result<cluster_handles> wait_reconnected(const cluster_handles& lost) const;

  /// Runs something inside the session.
  void call(std::function<void(client_session_state&)> run) const;

  /// Asks an actor of the coordinator. When that is lost meanwhile, asks the
  /// next one the same, so the question must change nothing, or nothing more
  /// when it comes twice. What is asked about jobs is not asked of another
  /// store: their ids mean other jobs there.
  template <class Reply, class Handle, class... Ts>
  caf::expected<Reply> ask(Handle cluster_handles::*which,
                           const Ts&... question) const;

  /// Asks for what is not to happen twice.
  template <class Reply, class Handle, class... Ts>
  caf::expected<Reply> ask_once(Handle cluster_handles::*which,
                                const Ts&... question) const;

  template <class Reply, class Handle, class... Ts>
  caf::expected<Reply> ask_actor(const Handle& whom,
                                 const Ts&... question) const;

  result<job_id> submit(submit_item item) const;

  /// Submits a closed job and waits for its end: one wake-up of the caller.
  /// A job that did not succeed is an error.
  result<encoded_result> run(submit_item item) const;

  /// Makes a submit whose reply nobody waits for, only for the job's end.
  static posted_job prepare(submit_item item);

  /// Submits a closed job; waits for room only.
  posted_job post(submit_item item) const;

  /// Waits for a job that was posted.
  result<encoded_result> collect(const posted_job& from,
                                 const wait_options& how) const;
  troupe::result<encoded_result> fetch(job_id job) const;

  /// Hands the results of a streamed job to `sink`; see `client::stream`.
  result<job_status>
  read(job_id job,
       const std::function<void(task_index, std::string_view)>& sink,
       const wait_options& how) const;

  /// The same in a session of its own, which ends with the reading: what was
  /// not read goes to whoever reads next.
  result<job_status>
  read_apart(job_id job,
             const std::function<void(task_index, std::string_view)>& sink,
             const wait_options& how) const;

  /// Returns when the coordinator knows what the session told it, or cannot
  /// know it.
  void settle(job_id job) const;

  std::shared_ptr<watch_call> watch_of(job_id job, bool stream) const;

  /// Waits until the watched job ends; calls `on_change` with the lock held
  /// after every change.
  result<job_status> follow(
    const std::shared_ptr<watch_call>& watch, const wait_options& how,
    const std::function<void(std::unique_lock<std::mutex>&)>& on_change) const;

  /// Turns an end that is not a success into an error.
  static result<void> check_success(const job_status& status);

  /// Keeps a small result that came with the end, forgets the watch.
  void note_ended(const std::shared_ptr<watch_call>& watch) const;

  /// Calls `sink` for each result of a streamed slice.
  static void
  deliver(const result_slice& what,
          const std::function<void(task_index, std::string_view)>& sink);

  caf::actor_system& system;
  client_options options;
  std::shared_ptr<client_board> board;
  client_actor session;
  mutable std::map<job_id, std::shared_ptr<watch_call>> watches;
  mutable std::map<job_id, std::shared_ptr<watch_call>> results;
  mutable std::set<job_id> read_jobs; ///< By sessions of their own.
  std::shared_ptr<dialer> dial;
};

template <class Reply, class Handle, class... Ts>
caf::expected<Reply> client_core::ask(Handle cluster_handles::*which,
                                      const Ts&... question) const {
  constexpr int asks_max = 5;
  auto handles = wait_connected(options.connect_timeout);
  for (int asks = 1; handles; ++asks) {
    auto reply = ask_actor<Reply>((*handles).*which, question...);
    if (reply || asks == asks_max
        || from_caf(reply.error()).code != errc::connection_lost)
      return reply;
    auto before = handles->store;
    handles = wait_reconnected(*handles);
    if (std::is_same_v<Handle, coordinator_actor> && handles
        && handles->store != before)
      return to_caf({errc::unknown_job, "the coordinator restarted without the "
                                        "jobs it had: look at what is there "
                                        "and ask again"});
  }
  return to_caf(handles.error());
}

template <class Reply, class Handle, class... Ts>
caf::expected<Reply> client_core::ask_once(Handle cluster_handles::*which,
                                           const Ts&... question) const {
  auto handles = wait_connected(options.connect_timeout);
  if (!handles)
    return to_caf(handles.error());
  return ask_actor<Reply>((*handles).*which, question...);
}

template <class Reply, class Handle, class... Ts>
caf::expected<Reply> client_core::ask_actor(const Handle& whom,
                                            const Ts&... question) const {
  caf::scoped_actor self{system};
  caf::expected<Reply> result{caf::error{}};
  self->request(whom, options.request_timeout, question...)
    .receive([&](Reply& reply) { result = std::move(reply); },
             [&](caf::error& why) { result = to_caf(from_caf(why)); });
  return result;
}

} // namespace troupe
