#define CAF_SUITE submission

#include "nodes/shell/submission.hpp"
#include "runtime/base/limits.hpp"
#include "runtime/function/json.hpp"
#include "tests/nodes/shell/temporary_folder.hpp"

#include <caf/test/unit_test.hpp>

#include <string>
#include <vector>

using namespace troupe;
using namespace troupe::shell;

namespace {

using words = std::vector<std::string>;

outcome<submission> read(words args) {
  args.insert(args.begin(), "submit");
  auto call = invocation::parse(args, [](auto) { return std::nullopt; });
  if (!call)
    return tl::unexpected{call.error()};
  return read_submission(*call, nullptr);
}

const std::vector<function_info> offered = {
  {"square", "int", "null", "int", ""},
  {"scale", "float", "{by:float}", "float", ""},
  {"tune", "string", "optional<int>", "string", ""},
  {"primes", "tuple<uint,uint>", "null", "uint", ""},
};

/// Reads and fits a command line; returns the refusal's text.
std::string refusal(const words& args) {
  auto what = read(args);
  if (!what)
    return what.error().text;
  auto ok = fit_function(*what, offered);
  return ok ? "" : ok.error().text;
}

} // namespace

CAF_TEST(options_go_into_the_spec) {
  auto what = read({"square", "--range", "1..5", "--name", "n", "--key", "k",
                    "--retries", "0", "--reduce", "sum", "--args", "1"});
  CAF_REQUIRE(what);
  CAF_CHECK_EQUAL(what->spec.function, "square");
  CAF_CHECK_EQUAL(what->spec.name, "n");
  CAF_CHECK_EQUAL(what->spec.key, "k");
  CAF_CHECK_EQUAL(what->spec.options.retries, 0u);
  CAF_CHECK_EQUAL(what->spec.reducer, "sum");
  CAF_CHECK_EQUAL(*what->args_json, "1");
  CAF_CHECK(what->spec.inputs == input_kind::integers);
  CAF_CHECK(what->spec.range == (range_input{1, 5, 1}));
  CAF_CHECK(what->source == nullptr);
}

CAF_TEST(limits_go_into_the_options_of_the_job) {
  auto what =
    read({"square", "--range", "1..5", "--backoff", "2s", "--backoff-cap", "1m",
          "--max-dead", "7", "--max-crashes", "0", "--task-timeout", "1500ms",
          "--deadline", "2199-01-01T00:00:00Z"});
  CAF_REQUIRE(what);
  const auto& options = what->spec.options;
  CAF_CHECK_EQUAL(options.backoff_base_ms, 2000u);
  CAF_CHECK_EQUAL(options.backoff_cap_ms, 60'000u);
  CAF_CHECK_EQUAL(options.max_dead, 7u);
  CAF_CHECK_EQUAL(options.max_crashes, 0u);
  CAF_CHECK_EQUAL(options.task_timeout_ms, 1500u);
  CAF_CHECK_EQUAL(options.deadline_unix_ms, 7'226'582'400'000u);
  for (auto text : {"-7", "2147483647", "-2147483648"}) {
    auto ranked = read(
      {"square", "--range", "1..5", "--priority", text, "--weight", "1000"});
    CAF_REQUIRE(ranked);
    CAF_CHECK_EQUAL(std::to_string(ranked->spec.options.priority), text);
    CAF_CHECK_EQUAL(ranked->spec.options.weight, 1000u);
  }
  for (auto text : {"", "high", "1.5", "2147483648", "+1", " 1"}) {
    auto wrong = read({"square", "--range", "1..5", "--priority", text});
    CAF_REQUIRE(!wrong);
    CAF_CHECK(wrong.error().code == exit_code::usage);
  }
  auto late = read({"square", "--range", "1..5", "--deadline", "yesterday"});
  CAF_REQUIRE(!late);
  CAF_CHECK(late.error().code == exit_code::usage);
}

CAF_TEST(what_tasks_need_goes_into_the_options_of_the_job) {
  auto what =
    read({"square",     "--input", "1",           "--cpus",   "0.5",
          "--memory",   "1.5GiB",  "--resource",  "gpu:1",    "--resource",
          "disk:2,a:1", "--label", "zone=a",      "--label",  "ssd",
          "--prefer",   "fast",    "--placement", "locality", "--near",
          "w1"});
  CAF_REQUIRE(what);
  const auto& options = what->spec.options;
  CAF_CHECK(
    options.needs
    == (resource_set{5'000,
                     3 * limits::gib / 2,
                     {{"a", 10'000}, {"disk", 20'000}, {"gpu", 10'000}}}));
  CAF_CHECK(options.labels == words({"zone=a", "ssd"}));
  CAF_CHECK(options.prefers == words({"fast"}));
  CAF_CHECK_EQUAL(options.placement, "locality");
  CAF_CHECK_EQUAL(what->near, "w1");
  struct row {
    words args;
    const char* text;
  };
  const row rows[] = {
    {{"--cpus", "0"}, "--cpus is a number above 0"},
    {{"--cpus", "-1"}, "--cpus is a number above 0"},
    {{"--cpus", "many"}, "--cpus is a number above 0"},
    {{"--resource", "gpu:0"}, "--resource: "},
    {{"--resource", "gpu", "--resource", "gpu"}, "named twice"},
    {{"--resource", "cpus:2"}, "option of its own"},
    {{"--placement", "adaptiv"}, "did you mean \"adaptive\"?"},
    {{"--near", std::string(limits::name_bytes_max + 1, 'x')}, "--near has"},
  };
  for (const auto& [args, text] : rows) {
    CAF_MESSAGE(args.back());
    words all{"square", "--input", "1"};
    all.insert(all.end(), args.begin(), args.end());
    auto wrong = read(all);
    CAF_REQUIRE(!wrong);
    CAF_CHECK(wrong.error().code == exit_code::usage);
    CAF_CHECK(wrong.error().text.find(text) != std::string::npos);
  }
  auto range = read({"square", "--range", "1..5", "--near", "w1"});
  CAF_REQUIRE(!range);
  CAF_CHECK(range.error().text.find("--prefer") != std::string::npos);
}

CAF_TEST(without_options_the_defaults_hold) {
  auto what = read({"square", "--input", "1"});
  CAF_REQUIRE(what);
  CAF_CHECK_EQUAL(what->spec.reducer, "collect");
  CAF_CHECK_EQUAL(what->spec.options.retries, 3u);
  CAF_CHECK_EQUAL(what->spec.options.priority, 0);
  CAF_CHECK_EQUAL(what->spec.options.weight, 1u);
  CAF_CHECK(what->spec.options.needs == resource_set{});
  CAF_CHECK(what->spec.options.labels.empty());
  CAF_CHECK(what->spec.options.prefers.empty());
  CAF_CHECK_EQUAL(what->spec.options.placement, "");
  CAF_CHECK_EQUAL(what->near, "");
  CAF_CHECK(what->spec.inputs == input_kind::chunks);
  CAF_CHECK(what->source != nullptr);
}

CAF_TEST(wrong_inputs_are_refused) {
  temporary_folder folder;
  auto file = folder.file("x", "a\n");
  struct row {
    const char* what;
    words args;
    exit_code code;
    const char* text;
  };
  const row rows[] = {
    {"none", {"f"}, exit_code::usage, "the inputs are missing"},
    {"no JSON",
     {"f", "--input", "1", "--input", "{bad"},
     exit_code::usage,
     "--input: input 1: the text is not valid JSON"},
    {"no reducer",
     {"f", "--range", "0..1", "--reduce", "x"},
     exit_code::usage,
     "--reduce: \"x\" is none of collect, concat, count, "},
    {"empty label",
     {"f", "--range", "0..1", "--label", ""},
     exit_code::usage,
     "a label has 1 to "},
    {"two kinds",
     {"f", "--range", "1..2", "--input", "1"},
     exit_code::usage,
     "--range and --input"},
    {"bad range", {"f", "--range", "x"}, exit_code::usage, "--range: "},
    {"chunk alone",
     {"f", "--lines", file, "--chunk", "1KiB"},
     exit_code::usage,
     "--chunk belongs to --split"},
    {"no chunk", {"f", "--split", file, "--chunk", "0"}, exit_code::usage, "0"},
    {"large chunk",
     {"f", "--split", file, "--chunk", "17MiB"},
     exit_code::usage,
     "16 MiB"},
    {"missing file",
     {"f", "--split", file, folder.path("y")},
     exit_code::failed,
     "No such file"},
    {"no match",
     {"f", "--glob", folder.path("*.y")},
     exit_code::failed,
     "no path matches"},
  };
  for (const auto& [what, args, code, text] : rows) {
    CAF_MESSAGE(what);
    auto got = read(args);
    CAF_REQUIRE(!got);
    CAF_CHECK(got.error().code == code);
    CAF_MESSAGE(got.error().text);
    CAF_CHECK(got.error().text.find(text) != std::string::npos);
  }
}

CAF_TEST(a_known_function_decides_the_types) {
  auto what = read({"scale", "--input", "1", "--args", R"({"by": 2})"});
  CAF_REQUIRE(what);
  CAF_REQUIRE(fit_function(*what, offered));
  CAF_CHECK_EQUAL(what->spec.input_type, "float");
  CAF_CHECK_EQUAL(what->spec.args_type, "{by:float}");
  CAF_CHECK_EQUAL(
    bytes_to_json(what->spec.args_type, what->spec.args.view()).value_or(""),
    R"({"by":2.0})");
  CAF_CHECK_EQUAL(what->result_type, "list<float>");
}

CAF_TEST(optional_arguments_may_be_missing) {
  auto what = read({"tune", "--input", "\"x\""});
  CAF_REQUIRE(what);
  CAF_REQUIRE(fit_function(*what, offered));
  CAF_CHECK_EQUAL(what->spec.args_type, "optional<int>");
}

CAF_TEST(for_an_unknown_function_everything_is_any) {
  auto what = read({"new", "--input", "1", "--args", "[1]"});
  CAF_REQUIRE(what);
  CAF_REQUIRE(fit_function(*what, offered));
  CAF_CHECK_EQUAL(what->spec.input_type, "any");
  CAF_CHECK_EQUAL(what->spec.args_type, "any");
  CAF_CHECK_EQUAL(what->result_type, "");
}

CAF_TEST(what_does_not_fit_is_refused_with_a_sentence) {
  struct row {
    const char* what;
    words args;
    const char* text;
  };
  const row rows[] = {
    {"arguments are missing", {"scale", "--input", "1"}, "scale needs --args"},
    {"arguments of another type",
     {"scale", "--input", "1", "--args", "7"},
     "--args: "},
    {"arguments for none", {"square", "--input", "1", "--args", "7"}, "--args"},
    {"arguments are no JSON", {"new", "--input", "1", "--args", "{"}, "--args"},
    {"negative range", {"primes", "--range", "-9..9/3"}, "input 0: "},
    {"integers for pairs", {"primes", "--range", "0..9"}, "input 0: "},
    {"pairs for integers", {"square", "--range", "0..9/2"}, "input 0: "},
    {"a range fits", {"square", "--range", "0..9"}, ""},
    {"pairs fit", {"primes", "--range", "0..9/2"}, ""},
    {"an empty range fits all", {"tune", "--range", "9..9"}, ""},
  };
  for (const auto& [what, args, text] : rows) {
    CAF_MESSAGE(what);
    auto got = refusal(args);
    CAF_MESSAGE(got);
    CAF_CHECK(got.find(text) != std::string::npos);
    CAF_CHECK_EQUAL(got.empty(), *text == '\0');
  }
}

namespace {

outcome<submission> read_with_file(const temporary_folder& folder,
                                   std::string_view text, words args) {
  auto file = folder.file("job.json", text);
  words all{"submit", "-f", file};
  all.insert(all.end(), args.begin(), args.end());
  auto call = invocation::parse(all, [](auto) { return std::nullopt; });
  if (!call)
    return tl::unexpected{call.error()};
  auto whole = with_job_file(*call, nullptr);
  if (!whole)
    return tl::unexpected{whole.error()};
  return read_submission(*whole, nullptr);
}

} // namespace

CAF_TEST(a_file_says_what_the_command_line_does_not) {
  temporary_folder folder;
  constexpr auto text = R"({"function": "f", "range": "0..9", "retries": 5,
                            "name": "n"})";
  auto what = read_with_file(folder, text, {});
  CAF_REQUIRE(what);
  CAF_CHECK_EQUAL(what->spec.function, "f");
  CAF_CHECK_EQUAL(what->spec.options.retries, 5u);
  CAF_CHECK_EQUAL(what->spec.range.last, 9);
  auto other =
    read_with_file(folder, text, {"g", "--retries", "1", "--input", "7"});
  CAF_REQUIRE(other);
  CAF_CHECK_EQUAL(other->spec.function, "g");
  CAF_CHECK_EQUAL(other->spec.options.retries, 1u);
  CAF_CHECK_EQUAL(other->spec.name, "n");
  CAF_CHECK(other->spec.inputs == input_kind::chunks);
}

CAF_TEST(inputs_of_the_command_line_replace_all_of_the_file) {
  temporary_folder folder;
  auto lines = folder.file("lines", "a\n");
  constexpr auto text = R"({"function": "f", "split": ["x", "y"],
                            "chunk": "1KiB"})";
  CAF_CHECK(read_with_file(folder, text, {"--lines", lines}));
  CAF_CHECK(read_with_file(folder, text, {"--split", lines}));
  auto missing = read_with_file(folder, text, {});
  CAF_REQUIRE(!missing);
  CAF_CHECK(missing.error().text.find("cannot read \"x\"")
            != std::string::npos);
}

CAF_TEST(no_inputs_in_a_file_are_a_job_without_tasks) {
  temporary_folder folder;
  auto what = read_with_file(folder, R"({"function": "f", "inputs": []})", {});
  CAF_REQUIRE(what);
  auto next = what->source->next();
  CAF_CHECK(next && !*next);
}

CAF_TEST(a_file_that_says_too_little_or_too_much_is_refused) {
  temporary_folder folder;
  struct row {
    const char* text;
    words args;
    const char* refusal;
  };
  const row rows[] = {
    {"{}", {}, "names no function"},
    {R"({"function": "f"})", {}, "the inputs are missing"},
    {R"({"function": "f", "range": "0..1", "inputs": [1]})",
     {},
     "--range and --input"},
    {R"({"function": "f", "range": "0..x"})", {}, "--range: "},
    {R"({"retries": "x"})",
     {"f"},
     "job.json: /retries: expected a whole number from 0 to 1000000"},
    {R"({"function": "f", "range": "0..1", "stream": true})",
     {"--reduce", "sum"},
     "--reduce has no use with --stream"},
  };
  for (const auto& [text, args, refusal] : rows) {
    auto what = read_with_file(folder, text, args);
    CAF_REQUIRE(!what);
    CAF_MESSAGE(what.error().text);
    CAF_CHECK(what.error().code == exit_code::usage);
    CAF_CHECK(what.error().text.find(refusal) != std::string::npos);
  }
  auto none = invocation::parse(words{"submit", "--file", folder.path("none")},
                                [](auto) { return std::nullopt; });
  CAF_REQUIRE(none);
  auto missing = with_job_file(*none, nullptr);
  CAF_REQUIRE(!missing);
  CAF_CHECK(missing.error().text.find("cannot read") != std::string::npos);
}

CAF_TEST(stdin_cannot_be_two_things) {
  auto call = invocation::parse(words{"submit", "f", "-f", "-", "--lines", "-"},
                                [](auto) { return std::nullopt; });
  CAF_REQUIRE(call);
  CAF_CHECK_EQUAL(call->text("file").value_or(""), "-");
}
