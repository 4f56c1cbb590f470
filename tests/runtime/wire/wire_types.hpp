#pragma once

#include "runtime/wire/messages.hpp"

#include <caf/actor.hpp>
#include <caf/deep_to_string.hpp>

#include <cstddef>
#include <cstdint>
#include <set>
#include <string>
#include <type_traits>
#include <vector>

/// Everything that the wire tests know about all wire types at once.
namespace troupe::wire_test {

template <class... Ts>
struct type_list {};

/// The types that are registered, in the order of `register.cpp`.
using registered_types =
  type_list<function_info, held_lease, join_request, join_reply, heartbeat,
            node_info, zombie_report, cordon_node, job_header, grant, grants,
            slice, slices, slice_answer, slice_answers, lease_end, trim_leases,
            trimmed_leases, forget_jobs, window_update, frame_request, frame,
            job_status, submit_item, submit_jobs, submit_reply, submit_replies,
            append_inputs, inputs_stored, describe_job, cancel_job, list_jobs,
            list_dead, dead_letters, requeue_dead, purge_dead, dead_changed,
            verify_job, job_audit, explain_task, task_explanation, watch_job,
            job_update, job_updates, result_slice, result_credit, open_result,
            job_result, list_tasks, task_listing, list_shares, job_shares,
            trace_task, task_trace, rerun_job, cluster_load, event, subscribe,
            more_events, supervision_tree, show_tree, inject_fault, fault_done,
            ask_node, node_answer>;

/// The types that appear only inside of those.
using nested_types =
  type_list<error, lease_id, index_range, body, failed_task, range_input,
            job_options, job_spec, attempt_record, dead_letter, dead_selector,
            supervised, named_amount, resource_set, worker_verdict, task_group,
            job_share, trace_step, recent_failure>;

/// Calls `f.template operator()<T>()` for each type.
template <class... Ts, class F>
void for_each_type(type_list<Ts...>, F f) {
  (f.template operator()<Ts>(), ...);
}

template <class T>
struct is_vector : std::false_type {};

template <class T>
struct is_vector<std::vector<T>> : std::true_type {};

/// Gives every field a value that is not its default, and a different one.
struct filler {
  using result_type = void;
  static constexpr bool reads_state = false;
  static constexpr bool writes_state = true;

  caf::actor handle; ///< For fields that are handles.
  uint32_t last = 1;

  template <class... Ts>
  void operator()(caf::meta::type_name_t, Ts&... xs) {
    (fill(xs), ...);
  }

  template <class T>
  void fill(T& x) {
    if constexpr (std::is_same_v<T, bool>)
      x = true;
    else if constexpr (std::is_arithmetic_v<T>)
      x = static_cast<T>(++last);
    else if constexpr (std::is_enum_v<T>)
      x = static_cast<T>(1);
    else if constexpr (std::is_same_v<T, std::string>)
      x = "text " + std::to_string(++last);
    else if constexpr (std::is_same_v<T, blob>)
      x = blob{std::string{"\0bytes ", 7} + std::to_string(++last)};
    else if constexpr (std::is_same_v<T, caf::actor>)
      x = handle;
    else if constexpr (is_vector<T>::value) {
      x.resize(2);
      for (auto& item : x)
        fill(item);
    } else
      inspect(*this, x);
  }
};

/// Renders every field, without CAF's serialization.
struct flattener {
  using result_type = void;
  static constexpr bool reads_state = true;
  static constexpr bool writes_state = false;

  std::string text;

  template <class... Ts>
  void operator()(caf::meta::type_name_t name, Ts&... xs) {
    (text += name.value) += '{';
    (flatten(xs), ...);
    text += '}';
  }

  template <class T>
  void flatten(T& x) {
    if constexpr (std::is_arithmetic_v<T>)
      text += std::to_string(x);
    else if constexpr (std::is_enum_v<T>)
      text += std::to_string(static_cast<unsigned>(x));
    else if constexpr (std::is_same_v<T, std::string>)
      text += x;
    else if constexpr (std::is_same_v<T, blob>)
      text += x.view();
    else if constexpr (std::is_same_v<T, caf::actor>)
      text += caf::deep_to_string(x);
    else if constexpr (is_vector<T>::value) {
      for (auto& item : x)
        flatten(item);
    } else
      inspect(*this, x);
    text += ';';
  }
};

template <class T>
T filled(const caf::actor& handle) {
  T x{};
  filler f{handle};
  f.fill(x);
  return x;
}

/// Returns all fields of `x` as text: equal texts, equal values.
template <class T>
std::string flat(T x) {
  flattener f;
  f.flatten(x);
  return f.text;
}

/// Notes what `inspect` visits.
struct field_reader {
  using result_type = void;
  static constexpr bool reads_state = true;
  static constexpr bool writes_state = false;

  std::string name;
  std::set<const void*> addresses;
  size_t count = 0;

  template <class... Ts>
  void operator()(caf::meta::type_name_t type_name, Ts&... xs) {
    name = type_name.value;
    (addresses.insert(static_cast<const void*>(&xs)), ...);
    count = sizeof...(xs);
  }
};

template <class T>
field_reader read_fields() {
  T x{};
  field_reader f;
  inspect(f, x);
  return f;
}

template <class T>
std::string wire_name() {
  return read_fields<T>().name;
}

/// Converts to anything: only for counting.
struct anything {
  template <class T>
  operator T() const;
};

/// Returns how many fields the struct has, by how many initializers it takes
/// (after A. Polukhin's Boost.PFR).
template <class T, class... Before>
constexpr size_t field_count() {
  if constexpr (requires { T{Before{}..., anything{}}; })
    return field_count<T, Before..., anything>();
  else
    return sizeof...(Before);
}

} // namespace troupe::wire_test
