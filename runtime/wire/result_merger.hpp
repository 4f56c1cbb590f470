#pragma once

#include "runtime/base/blob.hpp"
#include "runtime/base/error.hpp"
#include "runtime/function/reducer.hpp"
#include "runtime/model/packed.hpp"
#include "runtime/model/records.hpp"

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>

namespace troupe {

/// A job's result and how to read it.
struct merged_result {
  std::string type; ///< Type descriptor; empty: the job has no result.
  blob bytes;
};

/// Merges the accept log of one job into its result. Pure; an AGGREGATOR owns
/// one, the COORDINATOR uses one for a job that fits into one slice.
///
/// Unordered reducers merge each record's partial at once. The results of
/// `collect` and of ordered reducers come one by one and are put into index
/// order here: a reassembly window bounded by the limit of the job's result.
class result_merger {
public:
  struct terms {
    std::string reducer;
    std::string function_result_type; ///< Empty: nobody offered it yet.
    size_t bytes_max = 0;             ///< Of the result, or of the window.
  };

  explicit result_merger(terms what);

  /// Takes the next record. Errors: `job_result_too_large` naming the limit,
  /// `integer_overflow`, `bad_input` for a partial that does not decode,
  /// `protocol_violation` for a record that came twice or whose results are
  /// not one for each task that did not fail. After an error the merger is of
  /// no use any more.
  result<void> add(const accept_record& record);

  /// Returns the result of a job of `tasks` tasks. Where tasks have none (they
  /// are dead or were cancelled), a list of T is one of `optional<T>`, and
  /// other reducers leave them out. Errors: as `add`.
  result<merged_result> finish(uint64_t tasks) const;

  /// Returns the approximate bytes held.
  size_t bytes() const;

  /// Returns a partial that stands for all records so far; nothing for
  /// results that are kept one by one (they are their own partial).
  std::optional<blob> partial() const;

  /// Takes in a partial of an earlier merger, in place of all records up to
  /// its checkpoint. Errors: as `add`.
  result<void> resume(const blob& partial);

private:
  /// Consecutive results inside one record.
  struct piece {
    task_index end = 0; ///< It begins at its key.
    blob packed;
    packed_view results; ///< Of `packed`.
    uint32_t first = 0;  ///< Position of the first one in `results`.
  };

  result<void> keep(const accept_record& record);
  result<void> check_size(uint64_t bytes) const;
  result<merged_result> finish_list(uint64_t tasks) const;
  result<merged_result> finish_ordered() const;

  terms terms_;
  result<reducer> reducer_;
  std::unique_ptr<reducer_state> state_; ///< Of unordered reducers.
  std::map<task_index, piece> pieces_;   ///< Of all others.
  size_t piece_bytes_ = 0;               ///< Of all packed buffers.
  uint64_t result_bytes_ = 0;            ///< Of the results in them.
  uint64_t piece_tasks_ = 0;
};

} // namespace troupe
