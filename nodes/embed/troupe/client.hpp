#pragma once

#include "runtime/base/endpoint.hpp"
#include "runtime/function/codec.hpp"
#include "runtime/model/job.hpp"
#include "runtime/model/packed.hpp"
#include "runtime/wire/caf_error.hpp"
#include "runtime/wire/messages.hpp"

#include <caf/expected.hpp>
#include <caf/fwd.hpp>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace troupe {

struct client_options {
  endpoint coordinator{"127.0.0.1", 7400};
  std::string cluster = "default";
  std::string name = "client";
  std::chrono::milliseconds connect_timeout = limits::connect_timeout_default;
  /// For every request; waiting for a job has a timeout of its own.
  std::chrono::milliseconds request_timeout = limits::request_timeout;
};

/// How to wait for a job.
struct wait_options {
  /// 0: as long as it takes.
  std::chrono::milliseconds timeout{0};
  /// Called in the waiting thread with progress, about ten times a second at
  /// most, and with the final status.
  std::function<void(const job_status&)> on_progress;
  /// Polled ten times a second; true ends the wait with `errc::timed_out`.
  const std::atomic<bool>* interrupted = nullptr;
  /// Called in the waiting thread with what is wrong when the coordinator is
  /// lost, and with an empty text when it is back.
  std::function<void(const std::string&)> on_loss = {};
};

/// A result and how to read it.
struct encoded_result {
  job_status status;
  std::string type; ///< Type descriptor of `bytes`; empty: no result.
  blob bytes;
};

class client;
struct client_core;

/// The result of a job that `client::post` submitted and that may still run.
/// Belongs to one thread. Destroying it lets the job go on, unwatched.
class pending_result {
public:
  pending_result(pending_result&&) noexcept;
  pending_result& operator=(pending_result&&) noexcept;
  ~pending_result();

  /// Returns whether `get` would return at once.
  bool ready() const;

  /// Waits for the job and fetches its result, if that is large. Errors: those
  /// of a submit, `job_failed` and `job_was_cancelled` with the reason,
  /// `timed_out` (then it may be called again), `unknown_job` (it was lost).
  caf::expected<encoded_result> get(const wait_options& how = {});

  /// The same, decoded. Errors: also `type_mismatch`.
  template <class Result>
  caf::expected<Result> get_as(const wait_options& how = {}) {
    auto done = get(how);
    if (!done)
      return std::move(done.error());
    auto value = decode_as<Result>(done->bytes.view(), done->type);
    if (!value)
      return to_caf(value.error());
    return std::move(*value);
  }

private:
  friend class client;
  struct impl;
  explicit pending_result(std::unique_ptr<impl> state);
  std::unique_ptr<impl> impl_;
};

/// Feeds the inputs of one job. Small jobs travel in a single message; larger
/// ones are streamed, and `add` blocks while the coordinator has no room.
/// Belongs to one thread. Destroying it without `close` leaves the job open;
/// the coordinator cancels it when the client is gone for a minute.
class job_writer {
public:
  job_writer(job_writer&&) noexcept;
  job_writer& operator=(job_writer&&) noexcept;
  ~job_writer();

  /// Appends one input, encoded as the spec's `input_type`.
  /// Blocks while the coordinator gives no credit: its memory is full.
  /// @param near The node, or the label of workers, where it is best run; the
  ///             placement `locality` heeds it. Inputs travel in chunks of one
  ///             label, so add those of one label one after the other.
  /// Errors: `input_too_large` naming the index, `bad_usage` for a label over
  /// `limits::name_bytes_max`, `store_full` for the first inputs of a job,
  /// `job_ended`.
  caf::expected<void> add(std::string_view encoded, std::string_view near = {});

  /// Sends what is left and closes the job.
  /// @returns its id. After an error the job does not run to its end.
  caf::expected<job_id> close();

  /// Sends what is left, closes the job and waits for its end.
  /// Errors: also `job_failed` and `job_was_cancelled` with the reason.
  caf::expected<encoded_result> finish();

  /// Gives the job up: cancels what was submitted of it. Nothing may be added
  /// afterwards.
  void abandon();

  /// Inputs added so far.
  uint64_t size() const;

  /// The job's id once a part of it was submitted, else 0.
  job_id job() const;

private:
  friend class client;
  struct impl;
  explicit job_writer(std::unique_ptr<impl> state);
  std::unique_ptr<impl> impl_;
};

/// A blocking client inside a host's own actor system. Copies share one
/// connection; all methods may be called from any thread that is not an actor
/// of the system. Reconnects by itself (0.1 to 5 s) while somebody waits.
class client {
public:
  /// Connects to a coordinator. Errors: `not_configured`, `cannot_connect`,
  /// `version_mismatch`, `cluster_mismatch`.
  static caf::expected<client> connect(caf::actor_system& system,
                                       const client_options& options = {});

  // -- cluster ----------------------------------------------------------------

  caf::expected<std::vector<function_info>> functions() const;
  caf::expected<std::vector<node_info>> nodes() const;

  /// Returns the supervision trees of a node, parents before children. Errors:
  /// `unknown_node`.
  caf::expected<supervision_tree> tree(const std::string& node) const;

  /// Lets a node, which may be gone, get nothing new until it is uncordoned;
  /// what it runs goes on. Errors: `unknown_node`.
  caf::expected<node_info> cordon(const std::string& node) const;

  /// Takes a node back into work. Errors: `unknown_node`.
  caf::expected<node_info> uncordon(const std::string& node) const;

  /// Cordons a node and lets others run what it has not begun. What it still
  /// runs after `timeout` is stopped and runs elsewhere, without blame.
  /// Returns at once; the node is empty when `nodes` shows no busy slot and no
  /// queued lease. Errors: `unknown_node`.
  caf::expected<node_info> drain(
    const std::string& node,
    std::chrono::milliseconds timeout = limits::drain_timeout_default) const;

  /// Breaks something on a node that allows it. Errors: `unknown_node`,
  /// `faults_not_allowed`, `unknown_child`; `connection_lost` and `timed_out`
  /// when the coordinator itself was hit.
  caf::expected<fault_done> inject(const inject_fault& what) const;

  /// Asks the roles of a node a question of `topic`, about the actor at `path`
  /// where it is about one; `text` is a JSON object with the rest, or empty.
  /// Returns a JSON document for each role that had something to say. What is
  /// asked may change something and is not asked twice.
  /// Errors: `unknown_node`, `unknown_child`, `bad_usage`.
  caf::expected<std::vector<std::string>> ask(const ask_node& question) const;

  /// Returns what the scheduler has to do and how fast it gets done.
  caf::expected<cluster_load> load() const;

  /// Calls `sink` in this thread with each event from now on, of one job or,
  /// for 0, of all and of nodes, until it returns false. Goes on when the
  /// coordinator is back after a loss; `on_loss` is called with what is wrong,
  /// and with an empty text when it is back.
  /// Errors: `timed_out` as in `wait_options`, `cannot_connect` when the
  /// coordinator stayed away for the connect timeout.
  caf::expected<void> follow_events(
    job_id job, const std::function<bool(const event&)>& sink,
    const wait_options& options = {},
    const std::function<void(const std::string&)>& on_loss = {}) const;

  // -- jobs, encoded ----------------------------------------------------------

  /// Begins a job whose inputs come as chunks (`spec.inputs` is `chunks`).
  /// @param watch Whether a `wait` follows (saves a round trip).
  caf::expected<job_writer> open(job_spec spec, bool watch = true) const;

  /// Submits a range job. Errors: as the coordinator's refusal.
  caf::expected<job_id> submit(const job_spec& spec, bool watch = true) const;

  /// Submits a small job and returns at once: many of them share messages, so a
  /// program with many small jobs posts some thousand before it takes their
  /// results. Blocks only while `limits::posts_max` jobs that this client
  /// posted have not ended, or `limits::posted_bytes_max` of their inputs.
  /// @param packed The job's inputs, packed, at most
  ///               `limits::inline_body_bytes_max`; empty for a range job.
  pending_result post(job_spec spec, std::string packed) const;

  caf::expected<std::vector<job_status>> jobs() const;
  /// Returns at most `most` jobs, the newest first.
  caf::expected<std::vector<job_status>> newest_jobs(size_t most) const;
  caf::expected<job_status> describe(job_id job) const;

  /// Returns groups of tasks from `question.from` on; the answer says where the
  /// next ones begin. Errors: `unknown_job`.
  caf::expected<task_listing> tasks(const list_tasks& question) const;

  /// Returns what each node does for a job that runs. Errors: `unknown_job`.
  caf::expected<std::vector<job_share>> shares(job_id job) const;

  /// Returns what happened to a task or, without an index, to the leases of a
  /// job. Errors: `unknown_job`, `bad_usage` when there is no such task.
  caf::expected<task_trace> trace(job_id job,
                                  std::optional<task_index> index = {}) const;

  /// Makes a new job with the function, options and inputs of one that has
  /// ended, or with the inputs of its dead letters only.
  /// Errors: `unknown_job`, `job_not_ended`, `inputs_not_kept`.
  caf::expected<job_id> rerun(job_id job, bool only_dead = false) const;

  /// Cancels a job. Errors: `unknown_job`, `job_ended` naming the state.
  caf::expected<job_status> cancel(job_id job) const;

  /// Returns dead letters in the order of job and index; with `which.one` with
  /// the history of its attempts. Errors: `unknown_job`.
  caf::expected<std::vector<dead_letter>>
  dead(const dead_selector& which = {}) const;

  /// Makes dead letters of jobs that have ended ready again; those jobs run on
  /// and keep what they had. Errors: `unknown_job`, `job_not_ended`.
  caf::expected<dead_changed> requeue(const dead_selector& which) const;

  /// Drops dead letters of jobs that have ended for good. Errors: as `requeue`.
  caf::expected<dead_changed> purge(const dead_selector& which) const;

  /// Has what is recorded of a job checked: each task accepted exactly once,
  /// nothing from a stale lease. Violations are no error here.
  /// Errors: `unknown_job`.
  caf::expected<job_audit> verify(job_id job) const;

  /// Says why a task is where it is; without an index, the one of the job that
  /// is served next. Errors: `unknown_job`, `bad_usage` when the job has no
  /// such task.
  caf::expected<task_explanation>
  explain(job_id job, std::optional<task_index> index = {}) const;

  /// Waits until the job is in a terminal state; a job that failed is no error
  /// here. Errors: `timed_out`, `unknown_job`, `connection_lost` (when the
  /// coordinator came back without the job).
  caf::expected<job_status> wait(job_id job,
                                 const wait_options& options = {}) const;

  /// Fetches the result of a job that has ended.
  caf::expected<encoded_result> result(job_id job) const;

  /// Receives the results of a job submitted with `options.stream`, in the
  /// order in which they were accepted. Blocks until the job ends, which it
  /// does when all of them were read. After a timeout or an interruption,
  /// whoever reads next, here or elsewhere, gets what the sink did not; a
  /// process that was killed may have the last few read twice.
  /// @param sink Called in this thread with each index and encoded result.
  caf::expected<job_status>
  stream(job_id job,
         const std::function<void(task_index, std::string_view)>& sink,
         const wait_options& options = {}) const;

  // -- jobs, typed ------------------------------------------------------------

  /// Runs `function` over `inputs` and returns the merged result as `Result`
  /// (`std::vector<R>` with the default reducer `collect`).
  /// Errors: also `job_failed` with the first dead letter's text,
  /// `type_mismatch`.
  template <class Result, class Input>
  caf::expected<Result> run(const std::string& function,
                            const std::vector<Input>& inputs,
                            job_spec spec = {}) const {
    spec.function = function;
    spec.input_type = type_of<Input>();
    auto writer = open(std::move(spec));
    if (!writer)
      return std::move(writer.error());
    std::string bytes;
    for (const auto& input : inputs) {
      bytes.clear();
      encode(input, bytes);
      if (auto ok = writer->add(bytes); !ok)
        return std::move(ok.error());
    }
    auto done = writer->finish();
    if (!done)
      return std::move(done.error());
    return decoded<Result>(*done);
  }

  /// The same without waiting, for few inputs: see the encoded `post`.
  template <class Input>
  pending_result post(const std::string& function,
                      const std::vector<Input>& inputs,
                      job_spec spec = {}) const {
    spec.function = function;
    spec.input_type = type_of<Input>();
    packed_builder packed;
    std::string bytes;
    for (const auto& input : inputs) {
      bytes.clear();
      encode(input, bytes);
      packed.add(bytes);
    }
    return post(std::move(spec), packed.finish());
  }

  /// As `run`, over the integers [first, last).
  template <class Result>
  caf::expected<Result> run_range(const std::string& function, int64_t first,
                                  int64_t last, job_spec spec = {}) const {
    spec.function = function;
    spec.inputs = input_kind::integers;
    spec.range = {first, last, 1};
    auto job = submit(spec);
    if (!job)
      return std::move(job.error());
    return finish<Result>(*job);
  }

  /// The same over pairs [i, i + step) that cover [first, last).
  template <class Result>
  caf::expected<Result> run_pairs(const std::string& function, int64_t first,
                                  int64_t last, uint64_t step,
                                  job_spec spec = {}) const {
    spec.function = function;
    spec.inputs = input_kind::pairs;
    spec.range = {first, last, step};
    auto job = submit(spec);
    if (!job)
      return std::move(job.error());
    return finish<Result>(*job);
  }

  /// Waits for a job and decodes its result.
  template <class Result>
  caf::expected<Result> finish(job_id job) const {
    auto done = finished_result(job);
    if (!done)
      return std::move(done.error());
    return decoded<Result>(*done);
  }

  /// Sets the shared arguments of a job from a C++ value.
  template <class Args>
  static void set_args(job_spec& spec, const Args& args) {
    std::string bytes;
    encode(args, bytes);
    spec.args = blob{std::move(bytes)};
    spec.args_type = type_of<Args>();
  }

private:
  friend class job_writer;
  friend class local_cluster;
  friend struct client_core;
  explicit client(std::shared_ptr<client_core> core);

  template <class Result>
  static caf::expected<Result> decoded(const encoded_result& what) {
    auto value = decode_as<Result>(what.bytes.view(), what.type);
    if (!value)
      return to_caf(value.error());
    return std::move(*value);
  }

  /// Waits, then fetches; a job that did not succeed is an error.
  caf::expected<encoded_result> finished_result(job_id job) const;

  std::shared_ptr<client_core> core_;
};

} // namespace troupe
