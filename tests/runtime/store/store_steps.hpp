#pragma once

#include "runtime/model/packed.hpp"
#include "runtime/store/store.hpp"

#include <caf/test/unit_test.hpp>

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

/// What the tests of stores do with one.
namespace troupe::store_test {

/// Makes an empty store that refuses more than about `bytes_max` bytes.
using store_maker = std::function<std::unique_ptr<store>(size_t bytes_max)>;

constexpr size_t ample = size_t{1} << 30;

inline blob packed(const std::vector<std::string>& items) {
  packed_builder builder;
  for (const auto& item : items)
    builder.add(item);
  return blob{builder.finish()};
}

inline job_spec spec_of(std::string key = {}) {
  job_spec spec;
  spec.function = "echo";
  spec.key = std::move(key);
  return spec;
}

inline job_id put(store& kept, const job_spec& spec) {
  auto reply = kept.put_job(spec, 0);
  CAF_REQUIRE(reply.has_value());
  CAF_CHECK(!reply->existed);
  return reply->id;
}

/// Creates a closed job with `tasks` inputs of `bytes` bytes, one chunk each.
inline job_id put_tasks(store& kept, size_t tasks, size_t bytes = 100) {
  auto job = put(kept, spec_of());
  for (size_t i = 0; i < tasks; ++i)
    CAF_REQUIRE(kept.put_inputs(job, packed({std::string(bytes, 'i')}), 0));
  CAF_REQUIRE(kept.close(job));
  return job;
}

inline accept_record record_of(job_id job, index_range range,
                               std::vector<task_index> failed = {},
                               std::string_view results = "r") {
  return {0, job, range, std::move(failed), blob{std::string{results}}};
}

inline uint64_t accept(store& kept, accept_record what) {
  std::vector<accept_record> records{std::move(what)};
  kept.accept(records);
  return records.front().seq;
}

inline bool finish(store& kept, job_id job, job_state state,
                   std::string_view result = {}) {
  job_status last;
  last.id = job;
  last.state = state;
  auto won = kept.finish(last, blob{std::string{result}});
  CAF_REQUIRE(won.has_value());
  return *won;
}

template <class T>
errc code_of(const result<T>& what) {
  return what ? errc::ok : what.error().code;
}

inline dead_letter letter_of(job_id job, task_index index) {
  return {job, index, 4, errc::bad_input, "odd", "alpha", {}};
}

/// One claim about a store that holds nothing yet.
struct claim {
  const char* what;
  void (*check)(store&);
};

} // namespace troupe::store_test
