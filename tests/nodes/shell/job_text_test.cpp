#define CAF_SUITE job_text

#include "nodes/shell/job_text.hpp"

#include <caf/test/unit_test.hpp>

#include <string>

using namespace troupe;
using namespace troupe::shell;

namespace {

job_status sample() {
  job_status job;
  job.id = 7;
  job.name = "n\"";
  job.function = "f";
  job.reducer = "collect";
  job.state = job_state::succeeded;
  job.tasks = 100;
  job.succeeded = 100;
  job.attempts = 101;
  job.seconds_us = 1'250'000;
  return job;
}

std::string laid_out(std::string_view json, size_t columns) {
  std::string out;
  write_result_text(json, columns,
                    [&out](std::string_view text) { out += text; });
  return out;
}

} // namespace

CAF_TEST(a_job_has_the_promised_keys) {
  CAF_CHECK_EQUAL(job_json(sample()),
                  R"({"job": 7, "name": "n\"", "function": "f", )"
                  R"("state": "succeeded", "tasks": 100, "succeeded": 100, )"
                  R"("dead": 0, "cancelled": 0, "attempts": 101, )"
                  R"("seconds": 1.25})");
  std::string out;
  write_job_json(sample(), "[1.50]",
                 [&out](std::string_view text) { out += text; });
  CAF_CHECK(out.ends_with(R"("seconds": 1.25, "result": [1.50]})"));
  auto failed = sample();
  failed.reason = "why\n";
  CAF_CHECK(job_json(failed).ends_with(R"(, "reason": "why\n"})"));
}

CAF_TEST(seconds_are_exact) {
  struct row {
    uint64_t us;
    const char* want;
  };
  for (auto [us, want] : {row{0, "0"}, row{1, "0.000001"}, row{1'000'000, "1"},
                          row{10'000'000, "10"}, row{100'100'000, "100.1"},
                          row{UINT64_MAX, "18446744073709.551615"}}) {
    auto job = sample();
    job.seconds_us = us;
    CAF_CHECK(
      job_json(job).ends_with("\"seconds\": " + std::string{want} + "}"));
  }
}

CAF_TEST(nodes_and_functions_as_json) {
  node_info node;
  node.name = "alpha";
  node.incarnation_id = 255;
  node.version = "1.0";
  node.roles = {"coordinator", "worker"};
  node.slots = 2;
  node.labels = {"gpu"};
  node.functions = 9;
  node.up_us = 1'500'000;
  node.silent_us = 250'000;
  node.phi = 0.126;
  node.busy = 1;
  node.queued = 3;
  node.oldest_us = 2'000'000;
  node.offers.named = {{"gpu", 10'000}};
  CAF_CHECK_EQUAL(node_json(node),
                  R"({"name": "alpha", "roles": ["coordinator", "worker"], )"
                  R"("state": "up", "slots": 2, "labels": ["gpu"], )"
                  R"("functions": 9, "version": "1.0", )"
                  R"("incarnation": "00000000000000ff", "up_seconds": 1.5, )"
                  R"("silent_seconds": 0.25, "phi": 0.13, "busy": 1, )"
                  R"("queued": 3, "oldest_attempt_seconds": 2, )"
                  R"("zombies": 0, "cordoned": false, "resources": )"
                  R"({"cpus": 2, "memory": 0, "gpu": 1}})");
  CAF_CHECK_EQUAL(function_json({"f", "int", "null", "any", "Does x"}),
                  R"({"name": "f", "input": "int", "args": "null", )"
                  R"("result": "any", "summary": "Does x"})");
  CAF_CHECK_EQUAL(json_array({}), "[]");
  CAF_CHECK_EQUAL(json_array({"{}", "{}"}), "[{},\n {}]");
}

CAF_TEST(the_state_of_a_node_shows_what_people_did_to_it) {
  struct row {
    node_state state;
    bool cordoned;
    uint32_t busy;
    uint32_t queued;
    const char* want;
  };
  const row rows[] = {
    {node_state::up, false, 0, 0, "up"},
    {node_state::up, true, 1, 0, "up, cordoned"},
    {node_state::up, true, 0, 1, "up, cordoned"},
    {node_state::up, true, 0, 0, "up, drained"},
    {node_state::suspect, true, 0, 0, "suspect, cordoned"},
    {node_state::gone, true, 0, 0, "gone, cordoned"},
    {node_state::gone, false, 0, 0, "gone"},
  };
  for (const auto& [state, cordoned, busy, queued, want] : rows) {
    CAF_MESSAGE(want);
    node_info node;
    node.state = state;
    node.cordoned = cordoned;
    node.busy = busy;
    node.queued = queued;
    auto shown = node_table({node});
    CAF_CHECK_EQUAL(shown.rows.at(0).at(1).text, want);
    auto json = node_json(node);
    CAF_CHECK_EQUAL(json.find("\"cordoned\": true") != std::string::npos,
                    cordoned);
  }
}

CAF_TEST(results_are_complete_and_readable) {
  struct row {
    const char* what;
    const char* json;
    size_t columns;
    const char* want;
  };
  const row rows[] = {
    {"a number", "42", 1, "42\n"},
    {"a long string", R"("a,b,c,d,e,f")", 5, "\"a,b,c,d,e,f\"\n"},
    {"a list that fits", "[1,2,3]", 7, "[1,2,3]\n"},
    {"a list that does not", "[1,2,3]", 6, "[\n  1,\n  2,\n  3\n]\n"},
    {"an object", R"({"a":1,"b":2})", 5, "{\n  \"a\":1,\n  \"b\":2\n}\n"},
    {"nested", "[[1,2],{\"a\":[3,4]}]", 5, "[\n  [1,2],\n  {\"a\":[3,4]}\n]\n"},
    {"brackets in strings", R"(["],\"[","b\\",3])", 5,
     "[\n  \"],\\\"[\",\n  \"b\\\\\",\n  3\n]\n"},
    {"empty list", "[]", 1, "[\n]\n"},
  };
  for (const auto& [what, json, columns, want] : rows) {
    CAF_MESSAGE(what);
    CAF_CHECK_EQUAL(laid_out(json, columns), want);
  }
}

CAF_TEST(one_line_says_how_a_job_ended) {
  auto job = sample();
  CAF_CHECK_EQUAL(summary_line(job),
                  "job 7 succeeded: 100 tasks, 101 attempts, 1.25 s");
  job.running = 2;
  CAF_CHECK_EQUAL(summary_line(job), "job 7 succeeded: 100 tasks, 101 "
                                     "attempts, 2 running, 1.25 s");
  job.running = 0;
  job.tasks = 1;
  job.dead = 1;
  job.state = job_state::failed;
  job.reason = "task 7/0: no\nluck";
  CAF_CHECK_EQUAL(failure_line(job), "job 7 failed: task 7/0: no\\nluck");
  job.state = job_state::cancelled;
  job.dead = 0;
  job.reason.clear();
  CAF_CHECK_EQUAL(failure_line(job), "job 7 was cancelled");
}

CAF_TEST(a_description_shows_everything) {
  auto job = sample();
  job.reason = "no worker is up";
  job.result_type = "list<int>";
  job.result_bytes = 2048;
  job.running = 5;
  auto text = describe(job);
  for (const auto* part :
       {"job         7\n", "function    f\n", "reducer     collect\n",
        "state       succeeded\n", "reason      no worker is up\n",
        "tasks       100\n", "running     5\n",
        "attempts    101 ended, 5 running\n", "time        1.25 s\n",
        "result      list<int>, 2 KiB\n"}) {
    CAF_MESSAGE(part);
    CAF_CHECK(text.find(part) != std::string::npos);
  }
}

CAF_TEST(a_signature_shows_arguments_only_if_there_are_some) {
  CAF_CHECK_EQUAL(signature({"f", "int", "null", "any", ""}), "f(int) -> any");
  CAF_CHECK_EQUAL(signature({"f", "int", "{x:int}", "any", ""}),
                  "f(int, {x:int}) -> any");
  auto text = describe(function_info{"f", "int", "null", "any", "Does x"});
  CAF_CHECK(text.starts_with("f(int) -> any\n\nDoes x\n"));
}

CAF_TEST(tables_have_a_cell_for_each_column) {
  auto check = [](const table& what) {
    CAF_REQUIRE_EQUAL(what.rows.size(), 1u);
    CAF_CHECK_EQUAL(what.rows[0].size(), what.columns.size());
    for (size_t width = 40; width < 140; ++width)
      CAF_CHECK(!render(what, width, false).empty());
  };
  check(job_table({sample()}));
  check(node_table({node_info{}}));
  check(function_table({function_info{}}));
  CAF_CHECK(render(job_table({sample()}), 40, false).find("succeeded")
            != std::string::npos);
}

CAF_TEST(done_is_what_succeeded) {
  job_status job;
  job.tasks = 40;
  job.succeeded = 2;
  job.cancelled = 38;
  auto shown = job_table({job});
  CAF_CHECK_EQUAL(shown.rows.at(0).at(2).text, "2");
}
