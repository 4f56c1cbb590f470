#include "runtime/wire/register.hpp"

#include "runtime/wire/caf_error.hpp"
#include "runtime/wire/messages.hpp"

#include <caf/actor_system_config.hpp>
#include <caf/stream.hpp>
#include <caf/stream_slot.hpp>

namespace troupe {

namespace {

/// Asks an `inspect` overload for the type's wire name, so that a name stands
/// at one place only.
struct name_reader {
  using result_type = const char*;

  template <class... Ts>
  const char* operator()(caf::meta::type_name_t name, Ts&...) const {
    return name.value;
  }
};

template <class T>
void add_type(caf::actor_system_config& config) {
  T any{};
  name_reader reader;
  config.add_message_type<T>(inspect(reader, any));
}

template <class... Ts>
void add_types(caf::actor_system_config& config) {
  (add_type<Ts>(config), ...);
}

std::string render_error(uint8_t code, caf::atom_value category,
                         const caf::message& context) {
  return to_string(from_caf(caf::error{code, category, context}));
}

} // namespace

void register_types(caf::actor_system_config& config) {
  // Nodes and signals.
  add_types<function_info, held_lease, join_request, join_reply, heartbeat,
            node_info, zombie_report, cordon_node>(config);
  // Work.
  add_types<job_header, grant, grants, slice, slices, slice_answer,
            slice_answers, lease_end, trim_leases, trimmed_leases, forget_jobs,
            window_update, frame_request, frame>(config);
  // Clients.
  add_types<job_status, submit_item, submit_jobs, submit_reply, submit_replies,
            append_inputs, inputs_stored, describe_job, cancel_job, list_jobs,
            list_dead, dead_letters, requeue_dead, purge_dead, dead_changed,
            verify_job, job_audit, explain_task, task_explanation, watch_job,
            job_update, job_updates, result_slice, result_credit, open_result,
            job_result, list_tasks, task_listing, list_shares, job_shares,
            trace_task, task_trace, rerun_job, cluster_load>(config);
  // Events and supervision.
  add_types<event, subscribe, more_events, supervision_tree, show_tree,
            inject_fault, fault_done, ask_node, node_answer>(config);
  config.add_error_category(caf_error_category, render_error);
}

} // namespace troupe
