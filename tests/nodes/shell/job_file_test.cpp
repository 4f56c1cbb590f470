#define CAF_SUITE job_file

#include "nodes/shell/job_file.hpp"

#include <caf/test/unit_test.hpp>

#include <string>
#include <vector>

using namespace troupe::shell;

namespace {

using words = std::vector<std::string>;

outcome<job_file> parse(std::string_view text) {
  return parse_job_file("job.json", text, find_command("submit")->options);
}

std::string refusal(std::string_view text) {
  auto read = parse(text);
  if (read)
    return "";
  CAF_CHECK(read.error().code == exit_code::usage);
  return read.error().text;
}

} // namespace

CAF_TEST(a_file_says_what_a_command_line_would) {
  auto read = parse(R"({
    "function": "echo",
    "inputs": [1, "x", {"a": [1, {}, []]}, null, 1e400, "\udc80"],
    "args": {"deep": [true, -1.50]},
    "reduce": "collect",
    "name": "n\u00e4me",
    "retries": 5,
    "backoff": "2s",
    "priority": -3,
    "cpus": 0.5,
    "memory": 1024,
    "label": ["a", "b"],
    "prefer": "c",
    "stream": true
  })");
  CAF_REQUIRE(read);
  CAF_CHECK_EQUAL(*read->function, "echo");
  auto& options = read->options;
  CAF_CHECK(options.at("input")
            == words({"1", "\"x\"", "{\"a\": [1, {}, []]}", "null", "1e400",
                      "\"\\udc80\""}));
  CAF_CHECK(options.at("args") == words({"{\"deep\": [true, -1.50]}"}));
  CAF_CHECK(options.at("name") == words({"n\xC3\xA4me"}));
  CAF_CHECK(options.at("retries") == words({"5"}));
  CAF_CHECK(options.at("priority") == words({"-3"}));
  CAF_CHECK(options.at("cpus") == words({"0.5"}));
  CAF_CHECK(options.at("memory") == words({"1024"}));
  CAF_CHECK(options.at("label") == words({"a", "b"}));
  CAF_CHECK(options.at("prefer") == words({"c"}));
  CAF_CHECK(options.at("stream").empty());
}

CAF_TEST(a_flag_that_is_false_is_not_given) {
  auto read = parse(R"({"stream": false})");
  CAF_REQUIRE(read);
  CAF_CHECK(read->options.empty());
  CAF_CHECK(!read->function);
}

CAF_TEST(no_inputs_are_inputs) {
  auto read = parse(R"({"inputs": []})");
  CAF_REQUIRE(read);
  CAF_CHECK(read->options.contains("input"));
  CAF_CHECK(read->options.at("input").empty());
}

CAF_TEST(what_is_wrong_is_named_with_its_place) {
  struct row {
    const char* text;
    const char* refusal;
  };
  const row rows[] = {
    {R"({"retries": "x"})",
     R"(job.json: /retries: expected a whole number from 0 to 1000000, got "x")"},
    {R"({"retries": 1.5})",
     "job.json: /retries: expected a whole number from 0 to 1000000, got 1.5"},
    {R"({"retries": -1})",
     "job.json: /retries: expected a whole number from 0 to 1000000, got -1"},
    {R"({"retries": null})",
     "job.json: /retries: expected a whole number from 0 to 1000000, got null"},
    {R"({"priority": 1.5})",
     "job.json: /priority: expected a whole number from -2147483648 to "
     "2147483647, got 1.5"},
    {R"({"memory": -1})",
     "job.json: /memory: expected a whole number of bytes or a string such as "
     "\"1MiB\", got -1"},
    {R"({"cpus": true})",
     "job.json: /cpus: expected a number above 0, got true"},
    {R"({"name": 7})", "job.json: /name: expected a string, got 7"},
    {R"({"name": ["x"]})", "job.json: /name: expected a string, got an array"},
    {R"({"function": {}})",
     "job.json: /function: expected a string, got an object"},
    {R"({"inputs": 7})",
     "job.json: /inputs: expected an array of inputs, got 7"},
    {R"({"label": ["a", 1]})", "job.json: /label/1: expected a string, got 1"},
    {R"({"split": 1})", "job.json: /split: expected a string or an array of "
                        "strings, got 1"},
    {R"({"stream": 1})", "job.json: /stream: expected true or false, got 1"},
    {R"({"retrys": 1})",
     R"(job.json: /retrys: is no key of a job file; did you mean "retries"?)"},
    {R"({"input": [1]})",
     R"(job.json: /input: is no key of a job file; did you mean "inputs"?)"},
    {R"({"a/b~\n": 1})", R"(job.json: /a~1b~0\n: is no key of a job file)"},
    {R"({"retries": 1, "retries": 2})", "job.json: /retries: is there twice"},
    {R"([])", "job.json: expected an object, got an array"},
    {R"(7)", "job.json: expected an object, got 7"},
  };
  for (const auto& [text, wanted] : rows) {
    auto got = refusal(text);
    CAF_CHECK_EQUAL(got, std::string{wanted});
  }
  // The same checks as on the command line.
  for (const auto* text :
       {R"({"retries": 1000001})", R"({"backoff": "soon"})",
        R"({"memory": "much"})", R"({"memory": 1.5})", R"({"cpus": true})"})
    CAF_CHECK(refusal(text).starts_with("job.json: /"));
}

CAF_TEST(what_is_no_json_is_named_with_its_line) {
  for (const auto* text :
       {"", "{", "{\n\"retries\"", "{\n\"retries\": }", "{\n\"retries\": 1,}",
        "{\n\"inputs\": [1,]}", "{} {}", "{\"args\": {\"a\" 1}}",
        "{\"name\": \"\xFF\"}"}) {
    auto got = refusal(text);
    CAF_MESSAGE(text << " -> " << got);
    CAF_CHECK(got.starts_with("job.json: line "));
    CAF_CHECK(got.find("not valid JSON") != std::string::npos);
  }
  CAF_CHECK(refusal("{\n\n\"retries\": }").starts_with("job.json: line 3: "));
}

CAF_TEST(deep_values_do_not_overflow_the_stack) {
  std::string deep = "{\"args\": ";
  deep += std::string(1'000'000, '[');
  CAF_CHECK(refusal(deep).find("nest too deeply") != std::string::npos);
}

CAF_TEST(what_only_a_command_line_says_is_no_key) {
  auto keys = job_file_keys(find_command("submit")->options);
  auto has = [&](const char* key) {
    return std::find(keys.begin(), keys.end(), key) != keys.end();
  };
  CAF_CHECK(has("function") && has("inputs") && has("range") && has("retries"));
  CAF_CHECK(!has("input") && !has("file") && !has("dry-run"));
}
