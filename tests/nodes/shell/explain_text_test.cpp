#define CAF_SUITE explain_text

#include "nodes/shell/explain_text.hpp"

#include <caf/test/unit_test.hpp>

#include <sstream>
#include <string>

using namespace troupe;
using namespace troupe::shell;

namespace {

task_explanation ready_task() {
  task_explanation x;
  x.job = 7;
  x.index = 12;
  x.state = task_state::ready;
  x.why = "it waits for a worker with room for it";
  x.tasks_before = 12;
  x.jobs_before = 1;
  x.workers = {{"w1", true, "does not offer the function \"f\""},
               {"w2", false, "is cordoned"},
               {"w3", false, ""}};
  return x;
}

} // namespace

CAF_TEST(an_explanation_has_the_promised_keys) {
  auto x = ready_task();
  CAF_CHECK_EQUAL(
    explanation_json(x),
    R"({"job": 7, "index": 12, "state": "ready", "attempt": 1, )"
    R"("why": "it waits for a worker with room for it", "impossible": false, )"
    R"("node": "", "lease": "", "running": false, "retry_in_seconds": 0, )"
    R"("tasks_before": 12, "jobs_before": 1, "workers": [)"
    R"({"node": "w1", "runs_it": "never", )"
    R"("why": "does not offer the function \"f\""}, )"
    R"({"node": "w2", "runs_it": "not now", "why": "is cordoned"}, )"
    R"({"node": "w3", "runs_it": "yes", "why": ""}], "workers_unlisted": 0})");
  x = {};
  x.state = task_state::leased;
  x.node = "w1";
  x.lease = {5, 17};
  x.running = true;
  auto json = explanation_json(x);
  CAF_CHECK(json.find(R"("node": "w1", "lease": ")" + to_string(x.lease)
                      + R"(", "running": true)")
            != std::string::npos);
  CAF_CHECK(json.ends_with(R"("workers": [], "workers_unlisted": 0})"));
}

CAF_TEST(each_state_has_a_headline) {
  struct row {
    const char* what;
    bool one;
    const char* want; ///< The beginning of the text.
    void (*change)(task_explanation&);
  };
  const row rows[] = {
    {"ready", true, "task 7/12 is ready, attempt 1\n",
     [](task_explanation&) {}},
    {"no input yet", true, "task 7/12 waits\n",
     [](task_explanation& x) { x.state = task_state::waiting; }},
    {"runs", true, "task 7/12 runs on w1, attempt 2\n",
     [](task_explanation& x) {
       x.state = task_state::leased;
       x.node = "w1";
       x.attempt = 2;
       x.running = true;
     }},
    {"leased", false, "task 7/12 is leased to w1, attempt 1\n",
     [](task_explanation& x) {
       x.state = task_state::leased;
       x.node = "w1";
     }},
    {"backoff", true, "task 7/12 has failed: attempt 3 comes in 2.50 s\n",
     [](task_explanation& x) {
       x.state = task_state::backoff;
       x.attempt = 3;
       x.retry_in_us = 2'500'000;
     }},
    {"succeeded", true, "task 7/12 has succeeded\n",
     [](task_explanation& x) { x.state = task_state::succeeded; }},
    {"dead", true, "task 7/12 is dead\n",
     [](task_explanation& x) { x.state = task_state::dead; }},
    {"cancelled", true, "task 7/12 was cancelled\n",
     [](task_explanation& x) { x.state = task_state::cancelled; }},
    {"a whole job", false, "job 7\n",
     [](task_explanation& x) { x.state = task_state::cancelled; }},
  };
  for (const auto& [what, one, want, change] : rows) {
    CAF_MESSAGE(what);
    auto x = ready_task();
    change(x);
    CAF_CHECK(describe(x, one, 80).starts_with(want));
  }
}

CAF_TEST(a_ready_task_shows_its_place) {
  auto x = ready_task();
  CAF_CHECK_EQUAL(describe(x, true, 80),
                  "task 7/12 is ready, attempt 1\n"
                  "  why    it waits for a worker with room for it\n"
                  "  place  behind 12 tasks of its job; 1 job comes before its "
                  "own\n");
  x.tasks_before = 0;
  x.jobs_before = 0;
  CAF_CHECK(
    describe(x, true, 80)
      .ends_with("  place  the next of its job; no other job waits before "
                 "it\n"));
  x.workers = {{"w1", false, "its slots are busy: 4 tasks in 1 leases"}};
  CAF_CHECK(describe(x, true, 200)
              .ends_with("waits before it; slots are busy with tasks that run: "
                         "troupe jobs --state running\n"));
}

CAF_TEST(what_is_impossible_says_what_to_do) {
  auto x = ready_task();
  x.impossible = true;
  auto text = describe(x, true, 200);
  CAF_CHECK(text.find("no worker that is known can ever run it: ")
            != std::string::npos);
  CAF_CHECK(text.find("troupe cancel 7\n") != std::string::npos);
  CAF_CHECK(text.find("place") == std::string::npos);
}

CAF_TEST(lines_fit_a_narrow_terminal) {
  auto x = ready_task();
  x.impossible = true;
  x.why = "no worker that is up offers the function \"a_long_name\"\n\033[1m";
  std::istringstream text{describe(x, true, 40)};
  std::string line;
  std::getline(text, line);
  auto lines = 0;
  for (; std::getline(text, line); ++lines) {
    CAF_MESSAGE(line);
    CAF_CHECK(display_columns(line) <= 40);
    CAF_CHECK(line.starts_with(lines == 0 ? "  why    " : "  "));
    CAF_CHECK(line.find('\033') == std::string::npos);
  }
  CAF_CHECK(lines > 4);
  CAF_CHECK(!describe(x, true, 0).empty()); // However narrow.
}

CAF_TEST(verdicts_are_a_table) {
  auto x = ready_task();
  CAF_CHECK(has_verdicts(x));
  x.workers_unlisted = 1234;
  auto text = render(verdict_table(x), 0, false);
  CAF_CHECK_EQUAL(text, "NODE            RUNS IT  WHY NOT\n"
                        "w1              never    does not offer the function "
                        "\"f\"\n"
                        "w2              not now  is cordoned\n"
                        "w3              yes\n"
                        "and 1,234 more\n");
  std::istringstream narrow{render(verdict_table(x), 40, false)};
  std::string line;
  while (std::getline(narrow, line))
    CAF_CHECK(display_columns(line) <= 40);
  for (auto state : {task_state::leased, task_state::succeeded,
                     task_state::dead, task_state::cancelled}) {
    x.state = state;
    CAF_CHECK(!has_verdicts(x));
  }
  x.state = task_state::backoff;
  CAF_CHECK(has_verdicts(x));
  x.workers.clear();
  CAF_CHECK(!has_verdicts(x));
}
