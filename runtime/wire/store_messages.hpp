#pragma once

#include "runtime/model/job_snapshot.hpp"
#include "runtime/model/lease_history.hpp"
#include "runtime/model/records.hpp"
#include "runtime/wire/messages.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

/// What the STORE is told and asked, and what it answers: local messages, see
/// `local_messages.hpp`.
namespace troupe {

// -- COORDINATOR and STORE ----------------------------------------------------

/// A COORDINATOR that starts asks for everything; a new term begins.
struct store_load {
  uint64_t ticket = 0; ///< Returned with the reply.
};

struct store_snapshot {
  uint64_t ticket = 0;
  uint64_t term = 0;
  std::vector<job_snapshot> jobs; ///< All that are kept, ascending by id.
  std::vector<std::string> nodes; ///< Names of nodes that are up.
};

struct store_put_jobs {
  struct item {
    job_spec spec;
    blob inputs;
    bool closed = false;
    uint64_t submitted_us = 0; ///< Wall clock.
    std::string function_type; ///< What its function returns; empty: unknown.
    std::string near{};        ///< See `kept_inputs::near`.
    /// Inputs behind those, of a job that is run again; `range` is of the
    /// other.
    std::vector<kept_inputs> more{};
  };
  uint64_t ticket = 0; ///< Returned with the reply.
  std::vector<item> items;
};

struct store_put_jobs_done {
  struct item {
    job_id job = 0;
    bool existed = false;
    index_range added;
    error why;
  };
  uint64_t ticket = 0;
  std::vector<item> items;
};

struct store_put_inputs {
  uint64_t ticket = 0;
  job_id job = 0;
  blob inputs;
  bool last = false;
  uint64_t seq = 0;   ///< The client's number of them; 0: none.
  std::string near{}; ///< See `kept_inputs::near`.
};

struct store_put_inputs_done {
  uint64_t ticket = 0;
  job_id job = 0;
  index_range added;
  error why; ///< `store_full`: try again when something was released.
};

/// What the functions of jobs return, which were submitted before anybody
/// offered those.
struct store_note_functions {
  struct item {
    job_id job = 0;
    std::string function_type;
  };
  std::vector<item> items;
};

struct store_finish {
  struct item {
    job_status status; ///< In a terminal state.
    blob result;
  };
  std::vector<item> items;
};

struct store_finish_done {
  struct item {
    job_id job = 0;
    bool won = false; ///< False: it had ended before.
  };
  std::vector<item> items; ///< In the order of the request.
};

struct store_read_result {
  uint64_t ticket = 0;
  job_id job = 0;
};

struct store_result {
  uint64_t ticket = 0;
  job_id job = 0;
  bool found = false;
  job_status status;
  blob result;
};

struct store_forget {
  std::vector<job_id> jobs;
};

struct store_list_dead {
  uint64_t ticket = 0;
  list_dead what;
};

struct store_dead {
  uint64_t ticket = 0;
  dead_letters found;
};

/// Requeues or purges dead letters of jobs that have ended.
struct store_change_dead {
  uint64_t ticket = 0;
  dead_selector which;
  bool requeue = false; ///< False: purge.
};

struct store_dead_changed {
  /// A job that runs again.
  struct resumed_job {
    job_spec spec;
    job_status last;                ///< The final word of its end.
    std::vector<index_range> ready; ///< Its tasks that were requeued.
    uint64_t dead_left = 0;         ///< Its dead letters that stay dead.
    std::vector<kept_inputs> inputs;
    uint64_t last_seq = 0; ///< Of its accept log.
  };
  /// A job that lost dead letters for good.
  struct purged_job {
    job_id job = 0;
    uint64_t dead_left = 0;
  };
  uint64_t ticket = 0;
  uint64_t letters = 0;
  std::vector<resumed_job> resumed;
  std::vector<purged_job> purged;
};

/// Asks for what happened to the leases of a job.
struct store_read_leases {
  uint64_t ticket = 0;
  job_id job = 0;
  bool one = false; ///< Also for what is known of the task `index`.
  task_index index = 0;
};

struct store_leases {
  uint64_t ticket = 0;
  job_id job = 0;
  bool found = false;
  job_state state = job_state::open;
  uint64_t tasks = 0;
  job_status last;              ///< Of a job that has ended.
  std::vector<task_index> dead; ///< Its dead letters.
  lease_history leases;
  job_options options{};
  bool streamed_inputs = false;        ///< Some came after the submit.
  std::vector<attempt_record> past{};  ///< Failed attempts of the task.
  std::optional<dead_letter> letter{}; ///< Of the task, if it is one.
};

/// Asks an AUDITOR what became of a task or a job, from what the store knows.
struct trace_leases {
  trace_task what;
  store_leases facts;
  uint64_t submitted_us = 0; ///< By the clock of `lease_event::at_us`.
  std::map<worker_id, std::string> nodes; ///< Names, as far as they are known.
};

/// Asks for what is needed to run a job again that has ended.
struct store_read_inputs {
  uint64_t ticket = 0;
  job_id job = 0;
};

struct store_inputs {
  uint64_t ticket = 0;
  job_id job = 0;
  bool found = false;
  job_spec spec;
  uint64_t tasks = 0;
  std::vector<kept_inputs> inputs; ///< By index; what was dropped is missing.
  std::vector<task_index> dead;    ///< Its dead letters, ascending.
};

// -- MEMBERSHIP and STORE -----------------------------------------------------

/// A node was cordoned or uncordoned by people.
struct store_put_cordon {
  std::string node;
  bool cordoned = false;
};

/// Asks which nodes are cordoned.
struct store_read_cordons {};

struct store_cordons {
  std::vector<std::string> nodes;
};

/// A node came up, or is gone or down.
struct store_put_node {
  std::string name;
  bool up = false;
};

// -- SCHEDULER and STORE ------------------------------------------------------

struct store_accept {
  uint64_t ticket = 0;
  std::vector<accept_record> records;
  std::vector<dead_letter> dead;
  std::vector<setback> setbacks; ///< Of these records, and of lost workers.
  std::vector<std::pair<job_id, error>> fatals; ///< Why jobs must fail.
  std::vector<lease_event> leases; ///< In the order in which they happened.
};

struct store_accepted {
  uint64_t ticket = 0;
  std::vector<uint64_t> seqs; ///< Of the records, in their order.
};

// -- AGGREGATOR and STORE -----------------------------------------------------

struct store_read_log {
  job_id job = 0;
  uint64_t after = 0;
  uint64_t bytes = 0;
  bool resume = false; ///< After the checkpoint instead of `after`.
};

struct store_log {
  job_id job = 0;
  std::vector<accept_record> records;
  /// If it was asked for and there is one.
  std::optional<merge_checkpoint> resume_from = std::nullopt;
};

struct store_put_checkpoint {
  job_id job = 0;
  merge_checkpoint checkpoint;
};

} // namespace troupe
