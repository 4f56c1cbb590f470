#define CAF_SUITE validate_questions

#include "tests/runtime/wire/validate_rows.hpp"

#include <limits>

using namespace troupe;
using namespace troupe::validate_test;

CAF_TEST(what_is_asked_about_tasks_keeps_its_limits) {
  list_tasks tasks{1, 0, 0, 0, 1};
  task_group group;
  group.range = {0, 1};
  check_rows({
    {"as it should be", check(tasks), ok},
    {"all states",
     changed(tasks, [](auto& x) { x.states = (1u << task_state_count) - 1; }),
     ok},
    {"an unknown state",
     changed(tasks, [](auto& x) { x.states = 1u << task_state_count; }), bad},
    {"no group", changed(tasks, [](auto& x) { x.most = 0; }), bad},
    {"too many groups",
     changed(tasks, [](auto& x) { x.most = limits::task_groups_max + 1; }),
     bad},
    {"a group", check(group), ok},
    {"an empty group",
     changed(group,
             [](auto& x) {
               x.range = {3, 3};
             }),
     bad},
    {"a group beyond all jobs",
     changed(group,
             [](auto& x) {
               x.range = {0, limits::job_tasks_max + 1};
             }),
     bad},
    {"a group in an unknown state",
     changed(
       group,
       [](auto& x) { x.state = static_cast<task_state>(task_state_count); }),
     bad},
    {"a group of a node with a long name",
     changed(group,
             [](auto& x) { x.node = long_text(limits::name_bytes_max); }),
     bad},
    {"a listing", check(task_listing{{group}, false, 0}), ok},
    {"a long listing",
     changed(
       task_listing{},
       [&](auto& x) { x.items.assign(limits::task_groups_max + 1, group); }),
     bad},
    {"a listing with a bad group",
     changed(task_listing{}, [](auto& x) { x.items.emplace_back(); }), bad},
    {"who works for a job", check(list_shares{1}), ok},
    {"a share", changed(job_shares{}, [](auto& x) { x.items.resize(1); }), ok},
    {"a share of a long name",
     changed(
       job_shares{{job_share{}}},
       [](auto& x) { x.items[0].node = long_text(limits::name_bytes_max); }),
     bad},
    {"too many shares",
     changed(job_shares{},
             [](auto& x) { x.items.resize(limits::job_shares_max + 1); }),
     bad},
    {"a rerun", check(rerun_job{1, true}), ok},
  });
}

CAF_TEST(traces_keep_their_limits) {
  task_trace trace;
  trace.steps.emplace_back();
  check_rows({
    {"a question", check(trace_task{1, true, 2}), ok},
    {"as it should be", check(trace), ok},
    {"an unknown step",
     changed(trace,
             [](auto& x) {
               x.steps[0].kind = static_cast<trace_kind>(trace_kind_count);
             }),
     bad},
    {"a long node",
     changed(
       trace,
       [](auto& x) { x.steps[0].node = long_text(limits::name_bytes_max); }),
     bad},
    {"a long text",
     changed(trace,
             [](auto& x) {
               x.steps[0].text = long_text(limits::error_text_bytes_max);
             }),
     bad},
    {"too many steps",
     changed(trace,
             [](auto& x) { x.steps.resize(limits::trace_steps_max + 1); }),
     bad},
  });
}

CAF_TEST(the_load_of_a_cluster_keeps_its_limits) {
  cluster_load load;
  load.failures.emplace_back();
  check_rows({
    {"as it should be", check(load), ok},
    {"a rate that is no number",
     changed(load,
             [](auto& x) {
               x.accepted_per_s = std::numeric_limits<double>::quiet_NaN();
             }),
     bad},
    {"another one",
     changed(load,
             [](auto& x) {
               x.failed_per_s = std::numeric_limits<double>::infinity();
             }),
     bad},
    {"an unknown error",
     changed(
       load,
       [](auto& x) { x.failures[0].code = static_cast<errc>(errc_count); }),
     bad},
    {"a long node",
     changed(
       load,
       [](auto& x) { x.failures[0].node = long_text(limits::name_bytes_max); }),
     bad},
    {"a long text",
     changed(load,
             [](auto& x) {
               x.failures[0].text = long_text(limits::error_text_bytes_max);
             }),
     bad},
    {"too many failures",
     changed(
       load,
       [](auto& x) { x.failures.resize(limits::recent_failures_max + 1); }),
     bad},
  });
}

CAF_TEST(questions_to_nodes_keep_their_limits) {
  ask_node question{"a", "actors", "", ""};
  node_answer answer{{"{}"}};
  check_rows({
    {"as it should be", check(question), ok},
    {"no node", changed(question, [](auto& x) { x.node.clear(); }), bad},
    {"no topic", changed(question, [](auto& x) { x.topic.clear(); }), bad},
    {"a topic of two lines",
     changed(question, [](auto& x) { x.topic = "a\nb"; }), bad},
    {"a long path",
     changed(question,
             [](auto& x) { x.path = long_text(limits::actor_path_bytes_max); }),
     bad},
    {"a long text",
     changed(
       question,
       [](auto& x) { x.text = long_text(limits::node_question_bytes_max); }),
     bad},
    {"an answer", check(answer), ok},
    {"too many answers",
     changed(answer,
             [](auto& x) { x.documents.resize(limits::node_answers_max + 1); }),
     bad},
    {"a long answer",
     changed(answer,
             [](auto& x) {
               x.documents[0] = long_text(limits::node_answer_bytes_max);
             }),
     bad},
  });
}
