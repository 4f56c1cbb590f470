#pragma once

#include "runtime/base/error.hpp"
#include "runtime/function/struct_fields.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace troupe {

/// What a reducer knows so far. It takes encoded results at the worker and
/// partials of other states at the aggregator; both come over the network and
/// are refused with `errc::bad_input` if they do not decode. After an error
/// the state is of no use any more.
class reducer_state {
public:
  virtual ~reducer_state() = default;

  /// Takes one result, encoded as the function's result type.
  virtual result<void> add(std::string_view encoded_result) = 0;

  /// Takes what `write_partial` of another state wrote. For an ordered
  /// reducer that state covers the tasks right behind this one's.
  virtual result<void> merge(std::string_view partial) = 0;

  /// Appends everything that `merge` needs.
  virtual void write_partial(std::string& out) const = 0;

  /// Returns the approximate size of the partial.
  virtual size_t bytes() const = 0;

  /// Forgets everything, keeps the memory.
  virtual void clear() = 0;

  /// Appends the final value, encoded as `reducer::result_type`.
  virtual result<void> finish(std::string& out) const = 0;
};

/// An associative merge of results.
struct reducer {
  std::string spec;           ///< As it was given, `top:10`.
  bool ordered = false;       ///< Merges adjacent index ranges only.
  bool keeps_results = false; ///< `collect`: slices travel unreduced.
  std::string result_type;    ///< Of the job; a list is varint(count) and the
                              ///< encodings of the elements.
  /// Makes an empty state; empty itself if `keeps_results`.
  std::function<std::unique_ptr<reducer_state>()> init;
};

/// Makes one of the built-in reducers.
///
/// | spec           | results                 | value of the job             |
/// | -------------- | ----------------------- | ---------------------------- |
/// | `collect`      | T                       | list<T> in input order       |
/// | `none`         | any type                | null                         |
/// | `count`        | any type                | uint                         |
/// | `sum`          | int, uint, float        | the same; 0 of nothing       |
/// | `min`, `max`   | int, uint, float,       | optional of the same; none   |
/// |                | string                  | of nothing; NaN is ignored   |
/// | `stats`        | int, uint, float        | `stats_summary`              |
/// | `merge_counts` | map<K,int/uint/float>   | the same, values added up    |
/// | `top:N`        | map<K,int/uint/float>   | list<tuple<K,V>>, the N (at  |
/// |                |                         | most `top_max`) largest sums,|
/// |                |                         | equal ones by ascending key  |
/// | `concat`       | string, bytes, list<T>  | the same, in input order     |
///
/// A sum of integers that leaves 64 bits is `errc::integer_overflow`; sums of
/// floats depend on the order of merging in their last digits.
/// @param spec `name` or `name:argument`.
/// @returns `errc::unknown_reducer` with the nearest names, or
///          `errc::bad_reducer` saying what it needs and what it got.
result<reducer> make_reducer(std::string_view spec,
                             std::string_view function_result_type);

/// Returns the names of the built-in reducers, sorted; those with an argument
/// as `top:N`.
std::vector<std::string> reducer_names();

constexpr uint64_t top_max = 1'000'000;

/// The value of a job with the reducer `stats`.
struct stats_summary {
  uint64_t count = 0;
  double sum = 0;
  std::optional<double> min; ///< None of nothing, as the following.
  std::optional<double> max; ///< NaN is ignored here, but not in the mean.
  std::optional<double> mean;
  std::optional<double> stddev; ///< Of the population: divided by `count`.
};

TROUPE_STRUCT(stats_summary, count, sum, min, max, mean, stddev)

} // namespace troupe
