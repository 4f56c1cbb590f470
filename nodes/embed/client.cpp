#include "nodes/embed/troupe/client.hpp"

#include "actors/client_session.hpp"
#include "actors/io_thread.hpp"
#include "nodes/embed/client_core.hpp"
#include "nodes/embed/troupe/configure.hpp"
#include "runtime/base/random.hpp"
#include "runtime/model/packed.hpp"

#include <caf/actor_system.hpp>
#include <caf/scoped_actor.hpp>
#include <caf/send.hpp>

#include <algorithm>

namespace troupe {

namespace {

constexpr std::chrono::milliseconds poll_interval{100};
/// Small results that are kept for `result` after `wait`.
constexpr size_t recent_results_max = 16;

} // namespace

// -- connection ---------------------------------------------------------------

client_core::client_core(caf::actor_system& where, client_options how)
  : system(where), options(std::move(how)),
    board(std::make_shared<client_board>()) {
  // nop
}

client_core::~client_core() {
  caf::anon_send_exit(session, caf::exit_reason::user_shutdown);
}

client::client(std::shared_ptr<client_core> core) : core_(std::move(core)) {
  // nop
}

caf::expected<client> client::connect(caf::actor_system& system,
                                      const client_options& options) {
  if (!is_configured(system))
    return to_caf(
      {errc::not_configured, std::string{to_sentence(errc::not_configured)}});
  return client_core::connect(system, options,
                              make_tcp_dialer(system, {options.coordinator}));
}

caf::expected<client> client_core::connect(caf::actor_system& system,
                                           const client_options& options,
                                           std::shared_ptr<dialer> dial) {
  auto state = std::make_shared<client_core>(system, options);
  state->dial = dial;
  client_session_options terms;
  terms.dial = std::move(dial);
  terms.who = {options.cluster, options.name, system_entropy()};
  terms.board = state->board;
  terms.seed = system_entropy();
  terms.log = make_null_logger();
  state->session = spawn_on_io_thread(system, client_session, terms);
  if (auto ok = state->wait_connected(options.connect_timeout); !ok)
    return to_caf(ok.error());
  return client{std::move(state)};
}

result<cluster_handles>
client_core::wait_connected(std::chrono::milliseconds timeout) const {
  std::unique_lock guard{board->mutex};
  auto ready = [this] { return board->connected || board->refused; };
  if (!board->changed.wait_for(guard, timeout, ready)) {
    auto why = to_string(board->problem);
    return fail(errc::cannot_connect, board->problem.code == errc::ok
                                        ? "no coordinator answered at "
                                            + to_string(options.coordinator)
                                        : why);
  }
  if (board->refused)
    return tl::unexpected{board->problem};
  return board->handles;
}

result<cluster_handles>
client_core::wait_reconnected(const cluster_handles& lost) const {
  {
    // Its actors end one after the other: the session may not know yet.
    std::unique_lock guard{board->mutex};
    board->changed.wait_for(guard, options.connect_timeout, [&] {
      return board->refused || board->handles.coordinator != lost.coordinator
             || !board->connected;
    });
    if (board->connected && board->handles.coordinator == lost.coordinator)
      return fail(errc::connection_lost, "an actor of the coordinator at "
                                           + to_string(options.coordinator)
                                           + " is gone: try again");
  }
  return wait_connected(options.connect_timeout);
}

void client_core::call(std::function<void(client_session_state&)> run) const {
  send_on_io_thread(system, nullptr,
                    caf::actor_cast<caf::strong_actor_ptr>(session),
                    caf::make_message(client_call{std::move(run)}));
}

// -- questions ----------------------------------------------------------------

caf::expected<std::vector<function_info>> client::functions() const {
  return core_->ask<std::vector<function_info>>(&cluster_handles::membership,
                                                list_functions_atom::value);
}

caf::expected<std::vector<node_info>> client::nodes() const {
  return core_->ask<std::vector<node_info>>(&cluster_handles::membership,
                                            list_nodes_atom::value);
}

caf::expected<supervision_tree> client::tree(const std::string& node) const {
  return core_->ask<supervision_tree>(&cluster_handles::membership,
                                      show_tree{node});
}

caf::expected<node_info> client::cordon(const std::string& node) const {
  return core_->ask<node_info>(&cluster_handles::membership,
                               cordon_node{node, cordon_kind::cordon, 0});
}

caf::expected<node_info> client::uncordon(const std::string& node) const {
  return core_->ask<node_info>(&cluster_handles::membership,
                               cordon_node{node, cordon_kind::uncordon, 0});
}

caf::expected<node_info>
client::drain(const std::string& node,
              std::chrono::milliseconds timeout) const {
  auto ms = static_cast<uint64_t>(std::max<int64_t>(timeout.count(), 0));
  return core_->ask<node_info>(&cluster_handles::membership,
                               cordon_node{node, cordon_kind::drain, ms});
}

caf::expected<fault_done> client::inject(const inject_fault& what) const {
  return core_->ask_once<fault_done>(&cluster_handles::membership, what);
}

caf::expected<std::vector<job_status>> client::jobs() const {
  std::vector<job_status> all;
  for (job_id before = 0;;) {
    auto page = core_->ask<std::vector<job_status>>(
      &cluster_handles::coordinator, list_jobs{before, limits::jobs_per_page});
    if (!page)
      return std::move(page.error());
    all.insert(all.end(), page->begin(), page->end());
    if (page->size() < limits::jobs_per_page)
      break;
    before = page->back().id;
  }
  std::reverse(all.begin(), all.end());
  return all;
}

caf::expected<job_status> client::describe(job_id job) const {
  return core_->ask<job_status>(&cluster_handles::coordinator,
                                describe_job{job});
}

caf::expected<job_status> client::cancel(job_id job) const {
  return core_->ask<job_status>(&cluster_handles::coordinator, cancel_job{job});
}

// -- dead letters -------------------------------------------------------------

caf::expected<std::vector<dead_letter>>
client::dead(const dead_selector& which) const {
  std::vector<dead_letter> all;
  list_dead question{which, 0, 0, limits::dead_per_page};
  for (;;) {
    auto page =
      core_->ask<dead_letters>(&cluster_handles::coordinator, question);
    if (!page)
      return std::move(page.error());
    auto& items = page->items;
    std::move(items.begin(), items.end(), std::back_inserter(all));
    if (items.size() < limits::dead_per_page)
      return all;
    question.after_job = all.back().job;
    question.after_index = all.back().index;
  }
}

caf::expected<dead_changed> client::requeue(const dead_selector& which) const {
  {
    // Results that are kept here are not the last word any more.
    std::unique_lock guard{core_->board->mutex};
    core_->results.clear();
  }
  return core_->ask_once<dead_changed>(&cluster_handles::coordinator,
                                       requeue_dead{which});
}

caf::expected<dead_changed> client::purge(const dead_selector& which) const {
  return core_->ask_once<dead_changed>(&cluster_handles::coordinator,
                                       purge_dead{which});
}

caf::expected<job_audit> client::verify(job_id job) const {
  return core_->ask<job_audit>(&cluster_handles::coordinator, verify_job{job});
}

caf::expected<task_explanation>
client::explain(job_id job, std::optional<task_index> index) const {
  return core_->ask<task_explanation>(
    &cluster_handles::coordinator,
    explain_task{job, index.has_value(), index.value_or(0)});
}

// -- submit -------------------------------------------------------------------

result<job_id> client_core::submit(submit_item item) const {
  auto call = std::make_shared<submit_call>();
  auto watch = std::make_shared<watch_call>();
  watch->stream = item.spec.options.stream;
  auto watching = item.watch;
  call->item = std::move(item);
  this->call([call, watch = watching ? watch : nullptr](
               client_session_state& at) { at.submit(call, watch); });
  std::unique_lock guard{board->mutex};
  if (!board->changed.wait_for(guard, options.request_timeout,
                               [&] { return call->done; }))
    return fail(errc::timed_out, "the coordinator did not answer a submit in "
                                 "time");
  if (call->reply.why.code != errc::ok)
    return tl::unexpected{call->reply.why};
  auto job = call->reply.job;
  if (watching && !call->reply.existed) {
    auto& known = watches[job];
    if (!known || known->ended) // An older one is of a lost store.
      known = watch;
  }
  return job;
}

posted_job client_core::prepare(submit_item item) {
  posted_job result{std::make_shared<submit_call>(),
                    std::make_shared<watch_call>()};
  item.watch = true;
  item.quiet = true;
  result.submit->item = std::move(item);
  result.submit->quiet = true;
  return result;
}

result<encoded_result> client_core::run(submit_item item) const {
  auto job = prepare(std::move(item));
  call([job](client_session_state& at) { at.submit(job.submit, job.watch); });
  return collect(job, {});
}

posted_job client_core::post(submit_item item) const {
  auto job = prepare(std::move(item));
  auto bytes = job.submit->item.inputs.size + sizeof(submit_item);
  auto is_first = false;
  {
    std::unique_lock guard{board->mutex};
    board->changed.wait(guard, [&] {
      return board->refused
             || (board->posted < limits::posts_max
                 && board->posted_bytes < limits::posted_bytes_max);
    });
    job.watch->posted_bytes = bytes;
    ++board->posted;
    board->posted_bytes += bytes;
    is_first = board->posts.empty();
    board->posts.push_back(job);
  }
  if (is_first) // Else the session was told, and will find this one, too.
    call([](client_session_state& at) { at.take_posts(); });
  return job;
}

result<encoded_result> client_core::collect(const posted_job& from,
                                            const wait_options& how) const {
  auto status = follow(from.watch, how, nullptr);
  if (!status)
    return tl::unexpected{std::move(status.error())};
  if (auto ok = check_success(*status); !ok)
    return tl::unexpected{std::move(ok.error())};
  if (from.watch->has_result)
    return encoded_result{*status, status->result_type, from.watch->result};
  return fetch(status->id);
}

result<void> client_core::check_success(const job_status& status) {
  auto job = "job " + std::to_string(status.id);
  if (status.state == job_state::failed)
    return fail(errc::job_failed, job + " failed: " + status.reason);
  if (status.state == job_state::cancelled)
    return fail(errc::job_was_cancelled,
                job + " was cancelled: " + status.reason);
  return {};
}

caf::expected<job_id> client::submit(const job_spec& spec, bool watch) const {
  return to_caf(core_->submit({spec, {}, true, watch}));
}

// -- posted jobs --------------------------------------------------------------

struct pending_result::impl {
  std::shared_ptr<client_core> core;
  posted_job job;
  error refusal; ///< It was never submitted.
};

pending_result::pending_result(std::unique_ptr<impl> state)
  : impl_(std::move(state)) {
  // nop
}

pending_result::pending_result(pending_result&&) noexcept = default;
pending_result& pending_result::operator=(pending_result&&) noexcept = default;
pending_result::~pending_result() = default;

pending_result client::post(job_spec spec, std::string packed) const {
  auto state = std::make_unique<pending_result::impl>();
  state->core = core_;
  if (packed.size() > limits::inline_body_bytes_max) {
    state->refusal = {errc::input_too_large,
                      "the inputs of a posted job have "
                        + std::to_string(packed.size())
                        + " bytes, the limit is "
                        + std::to_string(limits::inline_body_bytes_max)
                        + ": open the job and write them instead"};
    return pending_result{std::move(state)};
  }
  submit_item item;
  item.spec = std::move(spec);
  item.inputs.size = packed.size();
  item.inputs.bytes = blob{std::move(packed)};
  item.closed = true;
  state->job = core_->post(std::move(item));
  return pending_result{std::move(state)};
}

bool pending_result::ready() const {
  if (impl_->refusal.code != errc::ok)
    return true;
  std::unique_lock guard{impl_->core->board->mutex};
  return impl_->job.watch->ended;
}

caf::expected<encoded_result> pending_result::get(const wait_options& how) {
  if (impl_->refusal.code != errc::ok)
    return to_caf(impl_->refusal);
  return to_caf(impl_->core->collect(impl_->job, how));
}

// -- waiting ------------------------------------------------------------------

std::shared_ptr<watch_call> client_core::watch_of(job_id job,
                                                  bool stream) const {
  auto watch = std::make_shared<watch_call>();
  watch->job = job;
  watch->stream = stream;
  {
    // Before the session hears of it: all who ask meanwhile get this one.
    std::unique_lock guard{board->mutex};
    auto& known = watches[job];
    if (known && (known->stream || !stream))
      return known;
    known = watch;
  }
  call([watch](client_session_state& at) { at.watch(watch); });
  return watch;
}

result<job_status> client_core::follow(
  const std::shared_ptr<watch_call>& watch, const wait_options& how,
  const std::function<void(std::unique_lock<std::mutex>&)>& on_change) const {
  auto begin = std::chrono::steady_clock::now();
  uint64_t seen = 0;
  auto was_connected = true;
  std::unique_lock guard{board->mutex};
  for (;;) {
    if (on_change)
      on_change(guard);
    if (how.on_loss && board->connected != was_connected) {
      was_connected = board->connected;
      auto what = was_connected ? std::string{} : board->problem.text;
      guard.unlock();
      how.on_loss(what);
      guard.lock();
      continue;
    }
    if (watch->problem.code != errc::ok)
      return tl::unexpected{watch->problem};
    if (watch->version != seen && how.on_progress) {
      seen = watch->version;
      auto status = watch->status;
      guard.unlock();
      how.on_progress(status);
      guard.lock();
      continue;
    }
    if (watch->ended && (!on_change || watch->slices.empty()))
      return watch->status;
    if (board->refused)
      return tl::unexpected{board->problem};
    auto waited = std::chrono::steady_clock::now() - begin;
    if (how.timeout.count() > 0 && waited >= how.timeout)
      return fail(errc::timed_out,
                  "job " + std::to_string(watch->job)
                    + " did not end within the time that was given");
    if (how.interrupted != nullptr && *how.interrupted)
      return fail(errc::timed_out, "the wait was interrupted");
    auto rest = how.timeout.count() > 0 ? how.timeout - waited
                                        : std::chrono::nanoseconds::max();
    board->changed.wait_for(
      guard, std::min<std::chrono::nanoseconds>(poll_interval, rest));
  }
}

caf::expected<job_status> client::wait(job_id job,
                                       const wait_options& options) const {
  auto watch = core_->watch_of(job, false);
  auto is_read = false;
  {
    std::unique_lock guard{core_->board->mutex};
    is_read = watch->reading || !watch->stream;
  }
  if (!is_read)
    core_->call(
      [watch](client_session_state& at) { at.count_arrivals(watch); });
  auto status = core_->follow(watch, options, nullptr);
  if (status || status.error().code == errc::unknown_job)
    core_->note_ended(watch);
  return to_caf(std::move(status));
}

void client_core::note_ended(const std::shared_ptr<watch_call>& watch) const {
  {
    std::unique_lock guard{board->mutex};
    watches.erase(watch->job);
    // Only the newest few: a host may run millions of jobs.
    if (watch->has_result && watch->problem.code == errc::ok) {
      results.insert_or_assign(watch->job, watch);
      if (results.size() > recent_results_max)
        results.erase(results.begin());
    }
  }
}

// -- results ------------------------------------------------------------------

caf::expected<encoded_result> client::result(job_id job) const {
  {
    // A small result came with the news of the end.
    std::unique_lock guard{core_->board->mutex};
    auto i = core_->results.find(job);
    if (i != core_->results.end()
        && i->second->store == core_->board->handles.store) {
      auto known = i->second;
      return encoded_result{known->status, known->status.result_type,
                            known->result};
    }
  }
  return to_caf(core_->fetch(job));
}

result<encoded_result> client_core::fetch(job_id job) const {
  if (auto ok = wait_connected(options.connect_timeout); !ok)
    return tl::unexpected{std::move(ok.error())};
  auto call = std::make_shared<fetch_call>();
  call->job = job;
  this->call([call](client_session_state& at) { at.fetch(call); });
  std::unique_lock guard{board->mutex};
  while (!call->done) {
    if (board->connected)
      board->changed.wait(guard,
                          [&] { return call->done || !board->connected; });
    else if (!board->changed.wait_for(guard, options.connect_timeout, [&] {
               return call->done || board->connected;
             }))
      return tl::unexpected{board->problem};
  }
  if (call->problem.code != errc::ok)
    return tl::unexpected{call->problem};
  return encoded_result{call->reply.status, call->reply.status.result_type,
                        call->reply.result.bytes};
}

caf::expected<encoded_result> client::finished_result(job_id job) const {
  auto status = wait(job);
  if (!status)
    return std::move(status.error());
  if (auto ok = client_core::check_success(*status); !ok)
    return to_caf(ok.error());
  return result(job);
}

} // namespace troupe
