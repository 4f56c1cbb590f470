#define CAF_SUITE job

#include "runtime/model/job.hpp"

#include <caf/test/unit_test.hpp>

#include <functional>
#include <limits>
#include <string>
#include <vector>

using namespace troupe;

namespace {

constexpr auto lowest = std::numeric_limits<int64_t>::min();
constexpr auto highest = std::numeric_limits<int64_t>::max();
constexpr auto all_bits = std::numeric_limits<uint64_t>::max();

} // namespace

CAF_TEST(task_counts) {
  struct row {
    const char* what;
    input_kind kind;
    range_input range;
    uint64_t want;
  };
  const row rows[] = {
    {"chunks are counted elsewhere", input_kind::chunks, {0, 10, 1}, 0},
    {"integers", input_kind::integers, {-3, 7, 1}, 10},
    {"integers have no step", input_kind::integers, {0, 10, 4}, 10},
    {"an empty range", input_kind::integers, {5, 5, 1}, 0},
    {"a reversed range", input_kind::integers, {6, 5, 1}, 0},
    {"all integers", input_kind::integers, {lowest, highest, 1}, all_bits},
    {"reversed extremes", input_kind::integers, {highest, lowest, 1}, 0},
    {"pairs", input_kind::pairs, {0, 12, 4}, 3},
    {"the last pair is short", input_kind::pairs, {0, 13, 4}, 4},
    {"a step beyond the range", input_kind::pairs, {0, 13, all_bits}, 1},
    {"an empty range of pairs", input_kind::pairs, {4, 4, 3}, 0},
    {"step 0", input_kind::pairs, {0, 13, 0}, 0},
    {"extreme pairs",
     input_kind::pairs,
     {lowest, highest, 2},
     uint64_t{1} << 63},
    {"extreme pairs by one", input_kind::pairs, {lowest, highest, 1}, all_bits},
    {"the largest step", input_kind::pairs, {lowest, highest, all_bits}, 1},
    {"the step before", input_kind::pairs, {lowest, highest, all_bits - 1}, 2},
  };
  for (const auto& [what, kind, range, want] : rows) {
    CAF_MESSAGE(what);
    CAF_CHECK_EQUAL(task_count(kind, range), want);
  }
}

CAF_TEST(inputs_by_index) {
  struct row {
    const char* what;
    input_kind kind;
    range_input range;
    task_index index;
    int64_t first;
    int64_t second;
  };
  const row rows[] = {
    {"an integer", input_kind::integers, {-3, 7, 1}, 4, 1, 2},
    {"an integer ignores the step", input_kind::integers, {0, 7, 5}, 3, 3, 4},
    {"the first pair", input_kind::pairs, {-8, 7, 4}, 0, -8, -4},
    {"the last pair", input_kind::pairs, {-8, 7, 4}, 3, 4, 7},
    {"the lowest",
     input_kind::integers,
     {lowest, highest, 1},
     0,
     lowest,
     lowest + 1},
    {"the highest",
     input_kind::integers,
     {lowest, highest, 1},
     all_bits - 1,
     highest - 1,
     highest},
    {"across zero",
     input_kind::pairs,
     {lowest, highest, 1ull << 62},
     2,
     0,
     int64_t{1} << 62},
    {"ends at the highest",
     input_kind::pairs,
     {lowest, highest, 1ull << 62},
     3,
     int64_t{1} << 62,
     highest},
    {"one huge pair",
     input_kind::pairs,
     {lowest, highest, all_bits},
     0,
     lowest,
     highest},
  };
  for (const auto& [what, kind, range, index, first, second] : rows) {
    CAF_MESSAGE(what);
    const auto input = input_at(kind, range, index);
    CAF_CHECK_EQUAL(input.first, first);
    CAF_CHECK_EQUAL(input.second, second);
  }
}

CAF_TEST(pairs_cover_the_range_without_gaps) {
  for (uint64_t step = 1; step <= 30; ++step) {
    const range_input range{-7, 20, step};
    int64_t at = range.first;
    for (task_index i = 0; i < task_count(input_kind::pairs, range); ++i) {
      const auto input = input_at(input_kind::pairs, range, i);
      CAF_CHECK_EQUAL(input.first, at);
      CAF_CHECK_LESS(input.first, input.second);
      at = input.second;
    }
    CAF_CHECK_EQUAL(at, range.last);
  }
}

namespace {

struct spec_row {
  const char* what;
  std::function<void(job_spec&)> change;
  errc code;
  std::string names;
};

void check_specs(const std::vector<spec_row>& rows) {
  for (const auto& [what, change, code, names] : rows) {
    CAF_MESSAGE(what);
    job_spec spec;
    spec.function = "echo";
    change(spec);
    const auto checked = validate(spec);
    const auto got = checked ? error{} : checked.error();
    CAF_CHECK_EQUAL(to_string(got.code), to_string(code));
    CAF_CHECK(got.text.find(names) != std::string::npos);
  }
}

std::string over(size_t limit) {
  return " " + std::to_string(limit + 1) + " bytes and the limit is "
         + std::to_string(limit);
}

} // namespace

CAF_TEST(the_texts_of_a_spec_are_checked) {
  const std::string long_name(limits::name_bytes_max, 'x');
  check_specs({
    {"as it is", [](job_spec&) {}, errc::ok, ""},
    {"no function", [](job_spec& x) { x.function = ""; }, errc::bad_usage,
     "function"},
    {"no reducer", [](job_spec& x) { x.reducer = ""; }, errc::bad_usage,
     "reducer"},
    {"long names are fine",
     [&](job_spec& x) { x.name = x.function = x.reducer = x.key = long_name; },
     errc::ok, ""},
    {"name too long", [&](job_spec& x) { x.name = long_name + "x"; },
     errc::bad_usage, "name of the job has" + over(limits::name_bytes_max)},
    {"function too long", [&](job_spec& x) { x.function = long_name + "x"; },
     errc::bad_usage, "function"},
    {"reducer too long", [&](job_spec& x) { x.reducer = long_name + "x"; },
     errc::bad_usage, "reducer"},
    {"key too long", [&](job_spec& x) { x.key = long_name + "x"; },
     errc::bad_usage, "idempotency key"},
    {"input type too long",
     [](job_spec& x) { x.input_type = std::string(5000, 'x'); },
     errc::bad_usage, "input type"},
    {"argument type too long",
     [](job_spec& x) { x.args_type = std::string(5000, 'x'); }, errc::bad_usage,
     "argument type"},
    {"a newline in the name", [](job_spec& x) { x.name = "a\nb"; },
     errc::bad_usage, "name of the job has a control character at byte 1"},
    {"a zero in the key", [](job_spec& x) { x.key = std::string(1, '\0'); },
     errc::bad_usage, "key"},
    {"DEL in the function", [](job_spec& x) { x.function = "a\x7F"; },
     errc::bad_usage, "function"},
    {"umlauts", [](job_spec& x) { x.name = "M\xC3\xBCnchen"; }, errc::ok, ""},
  });
}

CAF_TEST(the_options_and_arguments_of_a_spec_are_checked) {
  check_specs({
    {"the most retries",
     [](job_spec& x) { x.options.retries = limits::retries_max; }, errc::ok,
     ""},
    {"too many retries",
     [](job_spec& x) { x.options.retries = limits::retries_max + 1; },
     errc::bad_usage, "1000001 retries"},
    {"a cap beyond time", [](job_spec& x) { x.options.backoff_cap_ms = ~0ull; },
     errc::bad_usage, "backoff"},
    {"a base beyond time",
     [](job_spec& x) { x.options.backoff_base_ms = ~0ull; }, errc::bad_usage,
     "backoff"},
    {"a timeout beyond time",
     [](job_spec& x) { x.options.task_timeout_ms = ~0ull; }, errc::bad_usage,
     "each attempt"},
    {"a deadline beyond time",
     [](job_spec& x) { x.options.deadline_unix_ms = ~0ull; }, errc::bad_usage,
     "deadline"},
    {"no weight", [](job_spec& x) { x.options.weight = 0; }, errc::bad_usage,
     "weight 0"},
    {"too much weight",
     [](job_spec& x) { x.options.weight = limits::job_weight_max + 1; },
     errc::bad_usage, "weight 1001"},
    {"the largest weight",
     [](job_spec& x) { x.options.weight = limits::job_weight_max; }, errc::ok,
     ""},
    {"the largest arguments",
     [](job_spec& x) {
       x.args = blob{std::string(limits::args_bytes_max, 'x')};
     },
     errc::ok, ""},
    {"arguments too large",
     [](job_spec& x) {
       x.args = blob{std::string(limits::args_bytes_max + 1, 'x')};
     },
     errc::bad_args, over(limits::args_bytes_max)},
    {"an unknown kind",
     [](job_spec& x) { x.inputs = static_cast<input_kind>(3); },
     errc::bad_usage, "kind 3"},
  });
}

CAF_TEST(where_a_job_runs_is_checked) {
  const std::string long_name(limits::name_bytes_max, 'x');
  auto needs = [](auto change) {
    return [change](job_spec& x) { change(x.options.needs); };
  };
  auto labels = [](std::vector<std::string> names) {
    return [names](job_spec& x) { x.options.labels = names; };
  };
  auto prefers = [](std::vector<std::string> names) {
    return [names](job_spec& x) { x.options.prefers = names; };
  };
  auto placed = [](std::string name) {
    return [name](job_spec& x) { x.options.placement = name; };
  };
  check_specs({
    {"adaptive", placed("adaptive"), errc::ok, ""},
    {"least_loaded", placed("least_loaded"), errc::ok, ""},
    {"round_robin", placed("round_robin"), errc::ok, ""},
    {"locality", placed("locality"), errc::ok, ""},
    {"work_stealing", placed("work_stealing"), errc::ok, ""},
    {"no such policy", placed("adaptiv"), errc::bad_usage,
     "\"adaptiv\": choose one of adaptive, least_loaded, round_robin, "
     "locality, work_stealing"},
    {"a policy without end", placed(long_name + "x"), errc::bad_usage,
     "placement"},
    {"half a cpu", needs([](resource_set& x) { x.cpus = 5'000; }), errc::ok,
     ""},
    {"no cpu", needs([](resource_set& x) { x.cpus = 0; }), errc::bad_args,
     "0 of cpus"},
    {"a gpu", needs([](resource_set& x) {
       x.named = {{"gpu", 10'000}};
     }),
     errc::ok, ""},
    {"memory beyond all hosts",
     needs([](resource_set& x) { x.memory_bytes = ~0ull; }), errc::bad_args,
     "memory"},
    {"all labels",
     labels(std::vector<std::string>(limits::task_labels_max, "zone=a")),
     errc::ok, ""},
    {"the longest label", labels({long_name}), errc::ok, ""},
    {"a label too many",
     labels(std::vector<std::string>(limits::task_labels_max + 1, "zone=a")),
     errc::bad_usage, "requires 17 labels and the limit is 16"},
    {"an empty label", labels({"zone=a", ""}), errc::bad_usage,
     "requires the label \"\""},
    {"a label too long", labels({long_name + "x"}), errc::bad_usage,
     "1 to 256 visible"},
    {"a label of two words", labels({"zone a"}), errc::bad_usage, "\"zone a\""},
    {"a label with an umlaut", labels({"M\xC3\xBCnchen"}), errc::bad_usage,
     "visible ASCII"},
    {"a preferred label", prefers({"zone=a"}), errc::ok, ""},
    {"an empty one", prefers({""}), errc::bad_usage, "prefers the label"},
    {"one too many",
     prefers(std::vector<std::string>(limits::task_labels_max + 1, "zone=a")),
     errc::bad_usage, "prefers 17 labels"},
  });
}

CAF_TEST(ranges_are_checked) {
  struct row {
    const char* what;
    input_kind kind;
    range_input range;
    bool ok;
  };
  constexpr auto most = static_cast<int64_t>(limits::job_tasks_max);
  const row rows[] = {
    {"an empty range", input_kind::integers, {5, 5, 1}, true},
    {"a reversed range", input_kind::integers, {6, 5, 1}, false},
    {"reversed pairs", input_kind::pairs, {6, 5, 1}, false},
    {"step 0", input_kind::pairs, {0, 5, 0}, false},
    {"the most tasks", input_kind::integers, {0, most, 1}, true},
    {"one more", input_kind::integers, {-1, most, 1}, false},
    {"all integers", input_kind::integers, {lowest, highest, 1}, false},
    {"all integers in large steps",
     input_kind::pairs,
     {lowest, highest, 4},
     true},
    {"chunks ignore the range", input_kind::chunks, {6, 5, 0}, true},
  };
  for (const auto& [what, kind, range, ok] : rows) {
    CAF_MESSAGE(what);
    job_spec spec;
    spec.function = "echo";
    spec.inputs = kind;
    spec.range = range;
    const auto checked = validate(spec);
    CAF_CHECK_EQUAL(checked.has_value(), ok);
    if (!checked)
      CAF_CHECK(checked.error().code == errc::bad_usage);
  }
}
