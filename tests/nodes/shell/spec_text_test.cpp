#define CAF_SUITE spec_text

#include "nodes/shell/job_file.hpp"
#include "nodes/shell/spec_text.hpp"
#include "nodes/shell/submission.hpp"

#include <caf/test/unit_test.hpp>

using namespace troupe;
using namespace troupe::shell;

namespace {

struct read_job {
  invocation call;
  job_spec spec;
};

read_job read(std::vector<std::string> args) {
  args.insert(args.begin(), "submit");
  auto call = invocation::parse(args, [](auto) { return std::nullopt; });
  CAF_REQUIRE(call);
  auto what = read_submission(*call, nullptr);
  CAF_REQUIRE(what);
  return {std::move(*call), std::move(what->spec)};
}

} // namespace

CAF_TEST(the_defaults_are_shown) {
  auto job = read({"echo", "--range", "0..9"});
  CAF_CHECK_EQUAL(job_file_json(job.spec, job.call),
                  R"({"function": "echo", "range": "0..9", )"
                  R"("reduce": "collect", "retries": 3, "backoff": "100ms", )"
                  R"("backoff-cap": "10000ms", "max-crashes": 3, )"
                  R"("priority": 0, "weight": 1, "cpus": 1})");
}

/// What is shown is a job file of the same job.
CAF_TEST(what_is_shown_can_be_read) {
  auto job = read({"f",
                   "--input",
                   "[1, \"x\"]",
                   "--input",
                   "null",
                   "--args",
                   "{\"a\":\n1}",
                   "--name",
                   "n\"",
                   "--key",
                   "k",
                   "--max-dead",
                   "5",
                   "--deadline",
                   "2199-01-01T00:00:00Z",
                   "--cpus",
                   "0.5",
                   "--memory",
                   "1KiB",
                   "--resource",
                   "gpu:1",
                   "--label",
                   "a",
                   "--label",
                   "b",
                   "--prefer",
                   "c",
                   "--placement",
                   "locality",
                   "--near",
                   "n",
                   "--priority",
                   "-4",
                   "--stream",
                   "--task-timeout",
                   "2s"});
  auto text = job_file_json(job.spec, job.call);
  CAF_MESSAGE(text);
  CAF_CHECK(text.find('\n') == std::string::npos);
  auto file = parse_job_file("x", text, find_command("submit")->options);
  CAF_REQUIRE(file);
  std::vector<std::string> bare{"submit", "f"};
  auto empty = invocation::parse(bare, [](auto) { return std::nullopt; });
  CAF_REQUIRE(empty);
  auto again = empty->completed(file->function, file->options);
  auto what = read_submission(again, nullptr);
  CAF_REQUIRE(what);
  auto second = job_file_json(what->spec, again);
  CAF_CHECK_EQUAL(second, text);
  CAF_CHECK(what->spec.options.stream);
  CAF_CHECK_EQUAL(what->spec.options.task_timeout_ms, 2000u);
}

CAF_TEST(people_get_a_line_for_each_thing) {
  auto job = read({"echo", "--input", "1", "--name", "n\"n"});
  checked_job checked;
  checked.spec = job.spec;
  checked.tasks = 1;
  checked.input_bytes = 9;
  checked.result_type = "list<any>";
  auto text = describe(checked, job.call);
  CAF_CHECK(text.starts_with("tasks         1\n"
                             "input bytes   9 B\n"
                             "signature     no node offers the function yet\n"
                             "result        list<any>\n"
                             "function      \"echo\"\n"));
  CAF_CHECK(text.find("\nname          \"n\\\\\"n\"\n") != std::string::npos);
}

CAF_TEST(programs_get_one_object) {
  auto job = read({"echo", "--range", "0..9"});
  checked_job checked;
  checked.spec = job.spec;
  checked.tasks = 9;
  checked.signature = "echo(any) -> any";
  auto json = checked_json(checked, job.call);
  CAF_CHECK(json.starts_with(R"({"job": {"function": "echo", )"));
  CAF_CHECK(json.ends_with(R"(}, "tasks": 9, "input_bytes": 0, )"
                           R"("input_type": null, "args_type": "null", )"
                           R"("result_type": null, "offered": true})"));
}
