#define CAF_SUITE result_merger

#include "runtime/base/limits.hpp"
#include "runtime/function/codec.hpp"
#include "runtime/model/packed.hpp"
#include "runtime/wire/result_merger.hpp"

#include <caf/test/unit_test.hpp>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <limits>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

using namespace troupe;

namespace {

constexpr size_t plenty = size_t{1} << 30;

using indices = std::vector<task_index>;
using optionals = std::vector<std::optional<int64_t>>;

/// The result of task i is 10 * i.
accept_record numbers(index_range range, indices failed = {}) {
  packed_builder packed;
  for (auto i = range.begin; i < range.end; ++i) {
    if (std::find(failed.begin(), failed.end(), i) != failed.end())
      continue;
    encode(static_cast<int64_t>(10 * i), packed.buffer());
    packed.commit();
  }
  auto results = packed.empty() ? blob{} : blob{packed.finish()};
  return {0, 1, range, std::move(failed), std::move(results)};
}

/// What a worker's reducer makes of some results.
template <class T>
accept_record reduced(index_range range, std::string_view spec,
                      const std::vector<T>& results) {
  auto made = make_reducer(spec, type_of<T>());
  CAF_REQUIRE(made.has_value());
  auto state = made->init();
  for (const auto& x : results) {
    std::string bytes;
    encode(x, bytes);
    CAF_CHECK(state->add(bytes).has_value());
  }
  std::string partial;
  state->write_partial(partial);
  return {0, 1, range, {}, blob{std::move(partial)}};
}

accept_record sum_of(index_range range, std::vector<int64_t> results) {
  return reduced(range, "sum", results);
}

result_merger collector(size_t bytes_max = plenty) {
  return result_merger{{"collect", "int", bytes_max}};
}

template <class T>
T value_of(const merged_result& what) {
  auto decoded = decode<T>(what.bytes.view());
  CAF_REQUIRE(decoded.has_value());
  return decoded.value_or(T{});
}

/// Reads a list with or without gaps.
optionals values_of(const merged_result& what) {
  if (what.type == "list<optional<int>>")
    return value_of<optionals>(what);
  CAF_REQUIRE_EQUAL(what.type, "list<int>");
  auto values = value_of<std::vector<int64_t>>(what);
  return {values.begin(), values.end()};
}

} // namespace

// -- collect ------------------------------------------------------------------

CAF_TEST(results_are_listed_in_the_order_of_their_tasks) {
  struct row {
    const char* what;
    uint64_t tasks;
    std::vector<accept_record> records;
    indices missing;
  };
  const row rows[] = {
    {"an empty job", 0, {}, {}},
    {"one slice", 3, {numbers({0, 3})}, {}},
    {"two in order", 5, {numbers({0, 2}), numbers({2, 5})}, {}},
    {"two in the other order", 5, {numbers({2, 5}), numbers({0, 2})}, {}},
    {"a retry in the middle", 10, {numbers({0, 10}, {5}), numbers({5, 6})}, {}},
    {"a retry that was merged first",
     10,
     {numbers({5, 6}), numbers({0, 10}, {5})},
     {}},
    {"a retry that half failed",
     6,
     {numbers({0, 6}, {1, 2, 3}), numbers({1, 4}, {1, 3}), numbers({3, 4}),
      numbers({1, 2})},
     {}},
    {"the first and the last again",
     3,
     {numbers({0, 3}, {0, 2}), numbers({2, 3}), numbers({0, 1})},
     {}},
    {"a dead one", 4, {numbers({0, 4}, {2})}, {2}},
    {"dead ones at both ends", 4, {numbers({0, 4}, {0, 3})}, {0, 3}},
    {"all dead", 3, {numbers({0, 2}, {0, 1}), numbers({2, 3}, {2})}, {0, 1, 2}},
    {"never run", 3, {}, {0, 1, 2}},
    {"cancelled tasks", 5, {numbers({1, 2}), numbers({3, 4})}, {0, 2, 4}},
  };
  for (const auto& [what, tasks, records, missing] : rows) {
    CAF_MESSAGE(what);
    auto merger = collector();
    for (const auto& record : records)
      CAF_CHECK(merger.add(record).has_value());
    CAF_CHECK(!merger.partial());
    auto merged = merger.finish(tasks);
    CAF_REQUIRE(merged.has_value());
    CAF_CHECK_EQUAL(merged->type,
                    missing.empty() ? "list<int>" : "list<optional<int>>");
    optionals want;
    for (task_index i = 0; i < tasks; ++i) {
      auto is_missing =
        std::find(missing.begin(), missing.end(), i) != missing.end();
      want.push_back(is_missing ? std::nullopt
                                : std::optional{static_cast<int64_t>(10 * i)});
    }
    CAF_CHECK(values_of(*merged) == want);
  }
}

CAF_TEST(the_order_of_the_records_does_not_matter) {
  std::vector<accept_record> records{numbers({0, 4}, {1, 2}),
                                     numbers({4, 9}, {8}), numbers({1, 3}, {1}),
                                     numbers({1, 2}), numbers({9, 10})};
  std::vector<size_t> order{0, 1, 2, 3, 4};
  std::optional<merged_result> first;
  do {
    auto merger = collector();
    for (auto i : order)
      CAF_REQUIRE(merger.add(records[i]).has_value());
    auto merged = merger.finish(10);
    CAF_REQUIRE(merged.has_value());
    if (!first)
      first = *merged;
    CAF_REQUIRE(merged->bytes == first->bytes);
  } while (std::next_permutation(order.begin(), order.end()));
  CAF_CHECK_EQUAL(values_of(*first).size(), 10u);
  CAF_CHECK(!values_of(*first)[8]);
}

CAF_TEST(records_that_cannot_be_are_refused) {
  struct row {
    const char* what;
    accept_record record;
    const char* want; ///< Part of the sentence.
  };
  auto without_results = numbers({10, 12});
  without_results.results = {};
  auto too_few = numbers({10, 12});
  too_few.range.end = 13;
  auto too_many = numbers({10, 12});
  too_many.failed = {10};
  auto garbage = numbers({10, 12});
  garbage.results = blob{"garbage"};
  auto outside = numbers({10, 12}, {11});
  outside.failed = {12};
  auto reversed = numbers({10, 14}, {11, 13});
  reversed.failed = {13, 11};
  auto doubled = numbers({10, 14}, {11, 13});
  doubled.failed = {11, 11};
  const row rows[] = {
    {"no results", without_results, "packed buffer"},
    {"too few", too_few, "[10, 13) of job 1 has 2 results for 3 tasks"},
    {"too many", too_many, "has 2 results for 1 tasks"},
    {"garbage", garbage, "packed buffer"},
    {"a failed task outside", outside, "not in order"},
    {"failed tasks in the other order", reversed, "not in order"},
    {"a failed task twice", doubled, "not in order"},
    {"all of it twice", numbers({0, 4}), "[0, 4) of job 1 came twice"},
    {"its front twice", numbers({3, 6}), "came twice"},
    {"its middle twice", numbers({1, 2}), "came twice"},
  };
  for (const auto& [what, record, want] : rows) {
    CAF_MESSAGE(what);
    auto merger = collector();
    CAF_REQUIRE(merger.add(numbers({0, 4})).has_value());
    auto ok = merger.add(record);
    CAF_REQUIRE(!ok);
    CAF_CHECK(ok.error().code == errc::protocol_violation);
    CAF_CHECK(ok.error().text.find(want) != std::string::npos);
  }
}

CAF_TEST(a_result_over_its_limit_is_refused) {
  auto first = numbers({0, 4});
  auto second = numbers({4, 8});
  auto size = first.results.size() + second.results.size();
  auto merger = collector(size);
  CAF_CHECK(merger.add(second).has_value());
  CAF_CHECK_EQUAL(merger.bytes(), second.results.size());
  CAF_CHECK(merger.add(first).has_value());
  CAF_CHECK_EQUAL(merger.bytes(), size);
  auto ok = merger.add(numbers({8, 9}));
  CAF_REQUIRE(!ok);
  CAF_CHECK(ok.error().code == errc::job_result_too_large);
  CAF_CHECK(ok.error().text.find("limit of " + std::to_string(size))
            != std::string::npos);
}

CAF_TEST(gaps_count_toward_the_limit_before_they_are_written) {
  struct row {
    const char* what;
    uint64_t tasks;
    bool want;
  };
  const row rows[] = {
    {"a mark for each", 90, true},
    {"just too many", 200, false},
    {"far too many", limits::job_tasks_max, false},
    {"no sum overflows", ~uint64_t{0}, false},
  };
  for (const auto& [what, tasks, want] : rows) {
    CAF_MESSAGE(what);
    auto merger = collector(100);
    CAF_REQUIRE(merger.add(numbers({0, 3})).has_value());
    auto merged = merger.finish(tasks);
    CAF_CHECK_EQUAL(merged.has_value(), want);
    if (!want)
      CAF_CHECK(merged.error().code == errc::job_result_too_large);
  }
}

CAF_TEST(a_million_small_slices_are_merged_quickly) {
  constexpr task_index tasks = 1'000'000;
  auto clock = [] { return std::chrono::steady_clock::now(); };
  auto ms = [](auto x) {
    return std::chrono::duration_cast<std::chrono::milliseconds>(x).count();
  };
  auto merger = collector();
  bool all_added = true;
  for (task_index i = 0; i < tasks; ++i)
    all_added &= merger.add(numbers({i, i + 1})).has_value();
  CAF_CHECK(all_added);
  auto begin = clock();
  auto merged = merger.finish(tasks);
  auto without = clock() - begin;
  CAF_REQUIRE(merged.has_value());
  begin = clock();
  auto gaps = merger.finish(tasks + 1);
  auto with = clock() - begin;
  CAF_REQUIRE(gaps.has_value());
  CAF_MESSAGE(ms(without) << " ms, with gaps " << ms(with) << " ms");
  CAF_CHECK_EQUAL(merged->type, "list<int>");
  CAF_CHECK_EQUAL(gaps->type, "list<optional<int>>");
  auto values = values_of(*gaps);
  CAF_CHECK_EQUAL(values.size(), tasks + 1);
  CAF_CHECK(values[tasks - 1] == static_cast<int64_t>(10 * (tasks - 1)));
  CAF_CHECK(!values[tasks]);
}

// -- other reducers -----------------------------------------------------------

CAF_TEST(partials_are_merged_at_once) {
  result_merger merger{{"sum", "int", plenty}};
  CAF_CHECK(merger.partial().has_value());
  CAF_CHECK(merger.add(sum_of({5, 9}, {30, 40})).has_value());
  CAF_CHECK(merger.add(sum_of({0, 5}, {-30})).has_value());
  auto without = sum_of({9, 10}, {});
  without.results = {}; // Every task of it failed.
  CAF_CHECK(merger.add(without).has_value());
  auto partial = merger.partial();
  CAF_REQUIRE(partial.has_value());
  result_merger resumed{{"sum", "int", plenty}};
  CAF_CHECK(resumed.add({0, 1, {0, 9}, {}, *partial}).has_value());
  CAF_CHECK(resumed.add(sum_of({9, 10}, {2})).has_value());
  auto merged = resumed.finish(10);
  CAF_REQUIRE(merged.has_value());
  CAF_CHECK_EQUAL(merged->type, "int");
  CAF_CHECK_EQUAL(value_of<int64_t>(*merged), 42);
}

CAF_TEST(a_partial_may_be_wrong) {
  struct row {
    const char* what;
    const char* reducer;
    std::string partial;
  };
  const row rows[] = {
    {"cut off", "sum", "\xff"},
    {"more than one", "count", "12"},
    {"of another reducer", "stats", "1"},
  };
  for (const auto& [what, reducer, partial] : rows) {
    CAF_MESSAGE(what);
    result_merger merger{{reducer, "int", plenty}};
    auto ok = merger.add({0, 1, {1, 2}, {}, blob{partial}});
    CAF_REQUIRE(!ok);
    CAF_CHECK(ok.error().code == errc::bad_input);
  }
}

CAF_TEST(a_sum_that_overflows_fails_the_job) {
  constexpr auto largest = std::numeric_limits<int64_t>::max();
  result_merger merger{{"sum", "int", plenty}};
  CAF_CHECK(merger.add(sum_of({0, 1}, {largest})).has_value());
  CAF_CHECK(merger.finish(2).has_value());
  CAF_CHECK(merger.add(sum_of({1, 2}, {1})).has_value());
  auto merged = merger.finish(2);
  CAF_REQUIRE(!merged);
  CAF_CHECK(merged.error().code == errc::integer_overflow);
}

CAF_TEST(partials_have_a_limit_too) {
  result_merger merger{{"merge_counts", "map<string,int>", 100}};
  using counts = std::map<std::string, int64_t>;
  auto add = [&](index_range range, counts x) {
    return merger.add(reduced<counts>(range, "merge_counts", {std::move(x)}));
  };
  CAF_CHECK(add({0, 1}, {{"a", 1}}).has_value());
  auto ok = add({1, 2}, {{std::string(200, 'b'), 1}});
  CAF_REQUIRE(!ok);
  CAF_CHECK(ok.error().code == errc::job_result_too_large);
}

CAF_TEST(ordered_reducers_wait_for_the_order) {
  auto texts = [](index_range range, const std::vector<std::string>& strings) {
    packed_builder packed;
    for (const auto& x : strings) {
      encode(x, packed.buffer());
      packed.commit();
    }
    return accept_record{0, 1, range, {}, blob{packed.finish()}};
  };
  result_merger merger{{"concat", "string", plenty}};
  CAF_CHECK(merger.add(texts({3, 5}, {"d", "e"})).has_value());
  auto first = texts({0, 3}, {"a", "c"});
  first.failed = {1};
  CAF_CHECK(merger.add(first).has_value());
  CAF_CHECK(!merger.partial());
  CAF_MESSAGE("a dead task is left out");
  auto merged = merger.finish(6);
  CAF_REQUIRE(merged.has_value());
  CAF_CHECK_EQUAL(merged->type, "string");
  CAF_CHECK_EQUAL(value_of<std::string>(*merged), "acde");
  CAF_MESSAGE("a retry comes between its neighbours");
  CAF_CHECK(merger.add(texts({1, 2}, {"b"})).has_value());
  merged = merger.finish(5);
  CAF_REQUIRE(merged.has_value());
  CAF_CHECK_EQUAL(value_of<std::string>(*merged), "abcde");
  CAF_MESSAGE("a result that does not decode fails the job");
  CAF_CHECK(
    merger.add({0, 1, {5, 6}, {}, texts({5, 6}, {"f"}).results}).has_value());
  packed_builder broken;
  broken.add("\xff");
  CAF_CHECK(merger.add({0, 1, {6, 7}, {}, blob{broken.finish()}}).has_value());
  auto failed = merger.finish(7);
  CAF_REQUIRE(!failed);
  CAF_CHECK(failed.error().code == errc::bad_input);
}

CAF_TEST(a_job_without_results_has_the_value_of_nothing) {
  struct row {
    const char* reducer;
    const char* type;
    const char* want_type;
    std::string want;
  };
  const row rows[] = {
    {"collect", "int", "list<int>", std::string(1, '\0')},
    {"count", "string", "uint", std::string(1, '\0')},
    {"sum", "int", "int", std::string(1, '\0')},
    {"min", "int", "optional<int>", std::string(1, '\0')},
    {"concat", "string", "string", std::string(1, '\0')},
    {"none", "float", "null", std::string(1, '\0')},
    {"collect", "", "", ""}, // Nobody offered the function: no type.
    {"sum", "", "", ""},
  };
  for (const auto& [reducer, type, want_type, want] : rows) {
    CAF_MESSAGE(reducer << " of <" << type << ">");
    auto merged = result_merger{{reducer, type, plenty}}.finish(0);
    CAF_REQUIRE(merged.has_value());
    CAF_CHECK_EQUAL(merged->type, want_type);
    CAF_CHECK_EQUAL(merged->bytes.str(), want);
  }
}

CAF_TEST(a_reducer_that_cannot_be_is_an_error) {
  struct row {
    const char* reducer;
    const char* type;
    errc want;
  };
  const row rows[] = {
    {"sums", "int", errc::unknown_reducer},
    {"sum", "string", errc::bad_reducer},
    {"collect", "lost<int>", errc::type_mismatch},
  };
  for (const auto& [reducer, type, want] : rows) {
    CAF_MESSAGE(reducer);
    result_merger merger{{reducer, type, plenty}};
    auto ok = merger.add(numbers({0, 1}));
    CAF_REQUIRE(!ok);
    CAF_CHECK(ok.error().code == want);
    auto merged = merger.finish(1);
    CAF_REQUIRE(!merged);
    CAF_CHECK(merged.error().code == want);
    CAF_CHECK(!merger.partial());
  }
}
