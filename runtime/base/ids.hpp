#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>

namespace troupe {

/// Names a job within one store; counts up from 1.
using job_id = uint64_t;

/// The position of a task in its job; counts up from 0.
using task_index = uint64_t;

/// Names a node's worker within one coordinator process; counts up from 1.
using worker_id = uint64_t;

/// Random per process start; 0 means "none".
using incarnation = uint64_t;

/// The right of one worker to run an index range of a job. Never reused:
/// the term grows whenever the lease book is built anew.
struct lease_id {
  uint64_t term = 0;
  uint64_t counter = 0;

  friend auto operator<=>(const lease_id&, const lease_id&) = default;
};

/// Renders `term.counter`.
inline std::string to_string(const lease_id& id) {
  return std::to_string(id.term) + "." + std::to_string(id.counter);
}

/// Half-open range [begin, end) of task indices.
struct index_range {
  task_index begin = 0;
  task_index end = 0;

  constexpr uint64_t size() const {
    return end - begin;
  }
  constexpr bool empty() const {
    return begin >= end;
  }
  constexpr bool contains(task_index index) const {
    return begin <= index && index < end;
  }
  constexpr bool covers(const index_range& other) const {
    return begin <= other.begin && other.end <= end;
  }
  friend auto operator<=>(const index_range&, const index_range&) = default;
};

/// Renders `[begin, end)`.
inline std::string to_string(const index_range& range) {
  return "[" + std::to_string(range.begin) + ", " + std::to_string(range.end)
         + ")";
}

} // namespace troupe

template <>
struct std::hash<troupe::lease_id> {
  size_t operator()(const troupe::lease_id& id) const noexcept {
    return std::hash<uint64_t>{}(id.counter * 0x9E3779B97F4A7C15ull ^ id.term);
  }
};
