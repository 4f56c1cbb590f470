#pragma once

#include "runtime/wire/local_messages.hpp"
#include "runtime/wire/messages.hpp"

#include <caf/actor.hpp>
#include <caf/typed_actor.hpp>

/// The typed interface of every actor, with its protocol as a table. The same
/// tables stand in docs/protocol.md; a test compares them. Messages marked
/// `local` never cross a node. The FRONT DOOR alone has no typed interface:
/// its hello consists of built-in types (see `messages.hpp`).
namespace troupe {

/// The STORE owns the truth.
///
/// | Message                | Sender      | Reply                 | Scope |
/// | ---------------------- | ----------- | --------------------- | ----- |
/// | `store_load`           | COORDINATOR | store_snapshot        | local |
/// | `store_put_jobs`       | COORDINATOR | store_put_jobs_done   | local |
/// | `store_put_inputs`     | COORDINATOR | store_put_inputs_done | local |
/// | `store_note_functions` | COORDINATOR | -                     | local |
/// | `store_finish`         | COORDINATOR | store_finish_done     | local |
/// | `store_read_result`    | COORDINATOR | store_result          | local |
/// | `store_forget`         | COORDINATOR | -                     | local |
/// | `store_list_dead`      | COORDINATOR | store_dead            | local |
/// | `store_change_dead`    | COORDINATOR | store_dead_changed    | local |
/// | `store_read_leases`    | COORDINATOR | store_leases          | local |
/// | `store_read_inputs`    | COORDINATOR | store_inputs          | local |
/// | `store_put_node`       | MEMBERSHIP  | -                     | local |
/// | `store_put_cordon`     | MEMBERSHIP  | -                     | local |
/// | `store_read_cordons`   | MEMBERSHIP  | store_cordons         | local |
/// | `store_accept`         | SCHEDULER   | store_accepted        | local |
/// | `store_read_log`       | AGGREGATOR  | store_log             | local |
/// | `store_put_checkpoint` | AGGREGATOR  | -                     | local |
using store_actor = caf::typed_actor<
  caf::reacts_to<store_load>, caf::reacts_to<store_put_jobs>,
  caf::reacts_to<store_put_inputs>, caf::reacts_to<store_note_functions>,
  caf::reacts_to<store_finish>, caf::reacts_to<store_read_result>,
  caf::reacts_to<store_forget>, caf::reacts_to<store_list_dead>,
  caf::reacts_to<store_change_dead>, caf::reacts_to<store_read_leases>,
  caf::reacts_to<store_read_inputs>, caf::reacts_to<store_put_node>,
  caf::reacts_to<store_put_cordon>, caf::reacts_to<store_read_cordons>,
  caf::reacts_to<store_accept>, caf::reacts_to<store_read_log>,
  caf::reacts_to<store_put_checkpoint>>;

/// Whoever gets events.
using event_subscriber_actor = caf::typed_actor<caf::reacts_to<event>>;

/// The EVENT HUB passes job and node events to subscribers.
///
/// | Message            | Sender                  | Reply | Scope |
/// | ------------------ | ----------------------- | ----- | ----- |
/// | `events`           | COORDINATOR, MEMBERSHIP | -     | local |
/// | `subscribe`        | any                     | event | wire  |
/// | `more_events`      | subscriber              | -     | wire  |
/// | `unsubscribe_atom` | subscriber              | -     | wire  |
/// | `tick_atom`        | itself                  | -     | local |
using event_hub_actor =
  caf::typed_actor<caf::reacts_to<events>, caf::reacts_to<subscribe>,
                   caf::reacts_to<more_events>,
                   caf::reacts_to<unsubscribe_atom>, caf::reacts_to<tick_atom>>;

/// The SCHEDULER decides who runs what.
///
/// | Message          | Sender      | Reply           | Scope |
/// | ---------------- | ----------- | --------------- | ----- |
/// | `worker_up`      | MEMBERSHIP  | -               | local |
/// | `worker_gone`    | MEMBERSHIP  | -               | local |
/// | `worker_health`  | MEMBERSHIP  | -               | local |
/// | `worker_leases`  | MEMBERSHIP  | -               | local |
/// | `worker_cordon`  | MEMBERSHIP  | -               | local |
/// | `explain_task`   | COORDINATOR | task_explanation | wire  |
/// | `list_tasks`     | COORDINATOR | task_listing    | wire  |
/// | `list_shares`    | COORDINATOR | job_shares      | wire  |
/// | `show_load_atom` | any         | cluster_load    | wire  |
/// | `schedule`       | COORDINATOR | progress_report | local |
/// | `unschedule`     | COORDINATOR | -               | local |
/// | `pause_job`      | AGGREGATOR  | -               | local |
/// | `store_accepted` | STORE       | -               | local |
/// | `slices`         | WORKER      | slice_answers   | wire  |
/// | `trimmed_leases` | WORKER      | -               | wire  |
/// | `window_update`  | WORKER      | -               | wire  |
/// | `frame_request`  | WORKER      | frame           | wire  |
/// | `frame`          | WORKER      | -               | wire  |
/// | `flush_atom`     | itself      | -               | local |
/// | `tick_atom`      | itself      | -               | local |
using scheduler_actor =
  caf::typed_actor<caf::reacts_to<worker_up>, caf::reacts_to<worker_gone>,
                   caf::reacts_to<worker_health>, caf::reacts_to<worker_leases>,
                   caf::reacts_to<worker_cordon>,
                   caf::replies_to<explain_task>::with<task_explanation>,
                   caf::replies_to<list_tasks>::with<task_listing>,
                   caf::replies_to<list_shares>::with<job_shares>,
                   caf::replies_to<show_load_atom>::with<cluster_load>,
                   caf::reacts_to<schedule>, caf::reacts_to<unschedule>,
                   caf::reacts_to<pause_job>, caf::reacts_to<store_accepted>,
                   caf::reacts_to<slices>, caf::reacts_to<trimmed_leases>,
                   caf::reacts_to<window_update>, caf::reacts_to<frame_request>,
                   caf::reacts_to<frame>, caf::reacts_to<flush_atom>,
                   caf::reacts_to<tick_atom>>;

/// MEMBERSHIP knows the nodes.
///
/// | Message               | Sender                 | Reply         | Scope |
/// | --------------------- | ---------------------- | ------------- | ----- |
/// | `join_request`        | UPLINK                 | join_reply    | wire  |
/// | `leave_atom, uint64_t` | UPLINK                 | -             | wire  |
/// | `heartbeat`           | UPLINK                 | down_atom     | wire  |
/// | `zombie_report`       | WORKER                 | -             | wire  |
/// | `list_nodes_atom`     | any                    | node_info     | wire  |
/// | `list_functions_atom` | any                    | function_info | wire  |
/// | `show_tree`           | client                 | supervision_tree | wire |
/// | `inject_fault`        | client                 | fault_done    | wire  |
/// | `ask_node`            | client                 | node_answer   | wire  |
/// | `cordon_node`         | client                 | node_info     | wire  |
/// | `store_cordons`       | STORE                  | -             | local |
/// | `follow_atom`         | SCHEDULER, COORDINATOR | worker_up     | local |
/// | `follow_health_atom`  | SCHEDULER              | worker_health | local |
/// | `use_event_hub`       | SUPERVISOR             | -             | local |
/// | `use_agent`           | SUPERVISOR             | -             | local |
/// | `tick_atom`           | itself                 | -             | local |
using membership_actor = caf::typed_actor<
  caf::replies_to<join_request>::with<join_reply>,
  caf::reacts_to<leave_atom, uint64_t>, caf::reacts_to<heartbeat>,
  caf::reacts_to<zombie_report>,
  caf::replies_to<list_nodes_atom>::with<std::vector<node_info>>,
  caf::replies_to<list_functions_atom>::with<std::vector<function_info>>,
  caf::reacts_to<follow_atom>, caf::reacts_to<follow_health_atom>,
  caf::replies_to<show_tree>::with<supervision_tree>,
  caf::replies_to<inject_fault>::with<fault_done>,
  caf::replies_to<ask_node>::with<node_answer>,
  caf::replies_to<cordon_node>::with<node_info>, caf::reacts_to<store_cordons>,
  caf::reacts_to<use_event_hub>, caf::reacts_to<use_agent>,
  caf::reacts_to<tick_atom>>;

/// What MEMBERSHIP tells whoever follows it.
using membership_follower_actor =
  caf::typed_actor<caf::reacts_to<worker_up>, caf::reacts_to<worker_gone>>;

/// What MEMBERSHIP tells whoever follows the health of workers.
using health_follower_actor =
  caf::typed_actor<caf::reacts_to<worker_health>, caf::reacts_to<worker_leases>,
                   caf::reacts_to<worker_cordon>>;

/// The COORDINATOR leads jobs through their life and serves clients.
///
/// | Message                 | Sender     | Reply          | Scope |
/// | ----------------------- | ---------- | -------------- | ----- |
/// | `submit_jobs`           | client     | submit_replies | wire  |
/// | `append_inputs`         | client     | inputs_stored  | wire  |
/// | `watch_job`             | client     | job_updates    | wire  |
/// | `describe_job`          | client     | job_status     | wire  |
/// | `list_jobs`             | client     | job_status     | wire  |
/// | `cancel_job`            | client     | job_status     | wire  |
/// | `open_result`           | client     | job_result     | wire  |
/// | `list_dead`             | client     | dead_letters   | wire  |
/// | `requeue_dead`          | client     | dead_changed   | wire  |
/// | `purge_dead`            | client     | dead_changed   | wire  |
/// | `verify_job`            | client     | job_audit      | wire  |
/// | `explain_task`          | client     | task_explanation | wire |
/// | `list_tasks`            | client     | task_listing   | wire  |
/// | `list_shares`           | client     | job_shares     | wire  |
/// | `trace_task`            | client     | task_trace     | wire  |
/// | `rerun_job`             | client     | submit_reply   | wire  |
/// | `frame_request`         | client     | frame          | wire  |
/// | `frame`                 | client     | -              | wire  |
/// | `store_put_jobs_done`   | STORE      | -              | local |
/// | `store_put_inputs_done` | STORE      | -              | local |
/// | `store_finish_done`     | STORE      | -              | local |
/// | `store_result`          | STORE      | -              | local |
/// | `store_dead`            | STORE      | -              | local |
/// | `store_dead_changed`    | STORE      | -              | local |
/// | `store_leases`          | STORE      | -              | local |
/// | `store_inputs`          | STORE      | -              | local |
/// | `store_snapshot`        | STORE      | -              | local |
/// | `progress_report`       | SCHEDULER  | -              | local |
/// | `job_merged`            | AGGREGATOR | -              | local |
/// | `worker_up`             | MEMBERSHIP | -              | local |
/// | `worker_gone`           | MEMBERSHIP | -              | local |
/// | `drain_atom, uint64_t`  | node       | job_status     | local |
/// | `started_atom`          | SUPERVISOR | -              | local |
/// | `use_event_hub`         | SUPERVISOR | -              | local |
/// | `use_jobs`              | SUPERVISOR | -              | local |
/// | `flush_atom`            | itself     | -              | local |
/// | `tick_atom`             | itself     | -              | local |
using coordinator_actor = caf::typed_actor<
  caf::reacts_to<submit_jobs>, caf::reacts_to<append_inputs>,
  caf::reacts_to<watch_job>, caf::replies_to<describe_job>::with<job_status>,
  caf::replies_to<list_jobs>::with<std::vector<job_status>>,
  caf::replies_to<cancel_job>::with<job_status>,
  caf::replies_to<open_result>::with<job_result>,
  caf::replies_to<list_dead>::with<dead_letters>,
  caf::replies_to<requeue_dead>::with<dead_changed>,
  caf::replies_to<purge_dead>::with<dead_changed>,
  caf::replies_to<verify_job>::with<job_audit>,
  caf::replies_to<explain_task>::with<task_explanation>,
  caf::replies_to<list_tasks>::with<task_listing>,
  caf::replies_to<list_shares>::with<job_shares>,
  caf::replies_to<trace_task>::with<task_trace>,
  caf::replies_to<rerun_job>::with<submit_reply>, caf::reacts_to<frame_request>,
  caf::reacts_to<frame>, caf::reacts_to<store_put_jobs_done>,
  caf::reacts_to<store_put_inputs_done>, caf::reacts_to<store_finish_done>,
  caf::reacts_to<store_result>, caf::reacts_to<store_dead>,
  caf::reacts_to<store_dead_changed>, caf::reacts_to<store_leases>,
  caf::reacts_to<store_inputs>, caf::reacts_to<store_snapshot>,
  caf::reacts_to<progress_report>, caf::reacts_to<job_merged>,
  caf::reacts_to<worker_up>, caf::reacts_to<worker_gone>,
  caf::replies_to<drain_atom, uint64_t>::with<std::vector<job_status>>,
  caf::reacts_to<started_atom>, caf::reacts_to<use_event_hub>,
  caf::reacts_to<use_jobs>, caf::reacts_to<flush_atom>,
  caf::reacts_to<tick_atom>>;

/// An AUDITOR reads the history of one job, away from the actors that tasks
/// pass, and ends.
///
/// | Message        | Sender      | Reply      | Scope |
/// | -------------- | ----------- | ---------- | ----- |
/// | `store_leases` | COORDINATOR | job_audit  | local |
/// | `trace_leases` | COORDINATOR | task_trace | local |
using auditor_actor =
  caf::typed_actor<caf::replies_to<store_leases>::with<job_audit>,
                   caf::replies_to<trace_leases>::with<task_trace>>;

/// An AGGREGATOR merges the results of one job.
///
/// | Message         | Sender      | Reply        | Scope |
/// | --------------- | ----------- | ------------ | ----- |
/// | `merge_log`     | COORDINATOR | job_merged   | local |
/// | `store_log`     | STORE       | -            | local |
/// | `stream_to`     | COORDINATOR | result_slice | local |
/// | `result_credit` | client      | -            | wire  |
/// | `frame_request` | client      | frame        | wire  |
using aggregator_actor =
  caf::typed_actor<caf::reacts_to<merge_log>, caf::reacts_to<store_log>,
                   caf::reacts_to<stream_to>, caf::reacts_to<result_credit>,
                   caf::reacts_to<frame_request>>;

/// A CLIENT SESSION is the client's end of its connection.
///
/// | Message          | Sender      | Reply | Scope |
/// | ---------------- | ----------- | ----- | ----- |
/// | `submit_replies` | COORDINATOR | -     | wire  |
/// | `inputs_stored`  | COORDINATOR | -     | wire  |
/// | `job_updates`    | COORDINATOR | -     | wire  |
/// | `frame_request`  | COORDINATOR | frame | wire  |
/// | `frame`          | COORDINATOR | -     | wire  |
/// | `result_slice`   | AGGREGATOR  | -     | wire  |
/// | `client_call`    | host        | -     | local |
/// | `dialed`         | CONNECTOR   | -     | local |
/// | `connect_atom`   | itself      | -     | local |
/// | `flush_atom`     | itself      | -     | local |
using client_actor =
  caf::typed_actor<caf::reacts_to<submit_replies>,
                   caf::reacts_to<inputs_stored>, caf::reacts_to<job_updates>,
                   caf::reacts_to<frame_request>, caf::reacts_to<frame>,
                   caf::reacts_to<result_slice>, caf::reacts_to<client_call>,
                   caf::reacts_to<dialed>, caf::reacts_to<connect_atom>,
                   caf::reacts_to<flush_atom>>;

/// A WORKER holds the slots of its node.
///
/// | Message                 | Sender    | Reply          | Scope |
/// | ----------------------- | --------- | -------------- | ----- |
/// | `grants`                | SCHEDULER | -              | wire  |
/// | `slice_answers`         | SCHEDULER | -              | wire  |
/// | `trim_leases`           | SCHEDULER | trimmed_leases | wire  |
/// | `forget_jobs`           | SCHEDULER | -              | wire  |
/// | `frame_request`         | SCHEDULER | frame          | wire  |
/// | `frame`                 | SCHEDULER | -              | wire  |
/// | `ping_atom`             | MEMBERSHIP | uint64_t       | wire  |
/// | `describe_worker`       | UPLINK    | join_request   | local |
/// | `measure_worker`        | UPLINK    | heartbeat      | local |
/// | `renew_worker`          | UPLINK    | -              | local |
/// | `disturb_slices`        | AGENT     | -              | local |
/// | `attached`              | UPLINK    | -              | local |
/// | `detached_from_cluster` | UPLINK    | -              | local |
/// | `runner_report`         | RUNNER    | -              | local |
/// | `runner_up`             | SUPERVISOR | -              | local |
/// | `use_runners`           | SUPERVISOR | -              | local |
/// | `zombies_changed`       | SUPERVISOR | -              | local |
/// | `drain_atom, uint64_t`  | UPLINK    | bool           | local |
/// | `flush_atom`            | itself    | -              | local |
/// | `tick_atom`             | itself    | -              | local |
/// | `retry_atom`            | itself    | -              | local |
/// | `timeout_atom`          | itself    | -              | local |
using worker_actor =
  caf::typed_actor<caf::reacts_to<grants>, caf::reacts_to<slice_answers>,
                   caf::reacts_to<trim_leases>, caf::reacts_to<forget_jobs>,
                   caf::reacts_to<frame_request>, caf::reacts_to<frame>,
                   caf::replies_to<ping_atom>::with<uint64_t>,
                   caf::replies_to<describe_worker>::with<join_request>,
                   caf::replies_to<measure_worker>::with<heartbeat>,
                   caf::reacts_to<renew_worker>, caf::reacts_to<disturb_slices>,
                   caf::reacts_to<attached>,
                   caf::reacts_to<detached_from_cluster>,
                   caf::reacts_to<runner_report>, caf::reacts_to<runner_up>,
                   caf::reacts_to<use_runners>, caf::reacts_to<zombies_changed>,
                   caf::replies_to<drain_atom, uint64_t>::with<bool>,
                   caf::reacts_to<flush_atom>, caf::reacts_to<tick_atom>,
                   caf::reacts_to<retry_atom>, caf::reacts_to<timeout_atom>>;

/// A RUNNER executes leases of one slot.
///
/// | Message     | Sender | Reply         | Scope |
/// | ----------- | ------ | ------------- | ----- |
/// | `run_lease` | WORKER | runner_report | local |
using runner_actor = caf::typed_actor<caf::reacts_to<run_lease>>;

/// The UPLINK keeps a worker connected to its coordinator.
///
/// | Message                | Sender     | Reply | Scope |
/// | ---------------------- | ---------- | ----- | ----- |
/// | `connect_atom`         | itself     | -     | local |
/// | `dialed`               | CONNECTOR  | -     | local |
/// | `heartbeat`            | WORKER     | -     | wire  |
/// | `down_atom, uint64_t`  | MEMBERSHIP | -     | wire  |
/// | `tick_atom`            | itself     | -     | local |
/// | `drain_atom, uint64_t` | node       | bool  | local |
using uplink_actor = caf::typed_actor<
  caf::reacts_to<connect_atom>, caf::reacts_to<dialed>,
  caf::reacts_to<heartbeat>, caf::reacts_to<down_atom, uint64_t>,
  caf::reacts_to<tick_atom>, caf::replies_to<drain_atom, uint64_t>::with<bool>>;

/// An AGENT answers questions about its node and breaks things there when it is
/// allowed to.
///
/// | Message        | Sender     | Reply            | Scope |
/// | -------------- | ---------- | ---------------- | ----- |
/// | `show_tree`    | MEMBERSHIP | supervision_tree | wire  |
/// | `inject_fault` | MEMBERSHIP | fault_done       | wire  |
/// | `ask_node`     | MEMBERSHIP | node_answer      | wire  |
using agent_actor =
  caf::typed_actor<caf::replies_to<show_tree>::with<supervision_tree>,
                   caf::replies_to<inject_fault>::with<fault_done>,
                   caf::replies_to<ask_node>::with<node_answer>>;

/// A child that starts asynchronously: it answers when it is up, and ends with
/// an error when it cannot.
using starting_actor = caf::typed_actor<caf::reacts_to<started_atom>>;

/// A SUPERVISOR starts, restarts and stops its children.
///
/// | Message            | Sender     | Reply            | Scope |
/// | ------------------ | ---------- | ---------------- | ----- |
/// | `start_child`      | any        | child_started    | local |
/// | `terminate_child`  | any        | -                | local |
/// | `restart_child`    | any        | child_started    | local |
/// | `delete_child`     | any        | -                | local |
/// | `find_child`       | any        | caf::actor       | local |
/// | `get_childspec`    | any        | child_spec       | local |
/// | `check_childspecs` | any        | -                | local |
/// | `which_atom`       | any        | child_list       | local |
/// | `count_atom`       | any        | child_counts     | local |
/// | `tree_atom`        | any        | supervision_tree | local |
/// | `started_atom`     | SUPERVISOR | -                | local |
/// | `start_due`        | itself     | -                | local |
/// | `stop_overdue`     | itself     | -                | local |
using supervisor_actor =
  caf::typed_actor<caf::replies_to<start_child>::with<child_started>,
                   caf::reacts_to<terminate_child>,
                   caf::replies_to<restart_child>::with<child_started>,
                   caf::reacts_to<delete_child>,
                   caf::replies_to<find_child>::with<caf::actor>,
                   caf::replies_to<get_childspec>::with<child_spec>,
                   caf::reacts_to<check_childspecs>,
                   caf::replies_to<which_atom>::with<child_list>,
                   caf::replies_to<count_atom>::with<child_counts>,
                   caf::replies_to<tree_atom>::with<supervision_tree>,
                   caf::reacts_to<started_atom>, caf::reacts_to<start_due>,
                   caf::reacts_to<stop_overdue>>;

} // namespace troupe
