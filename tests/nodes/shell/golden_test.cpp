#define CAF_SUITE golden

#include "nodes/shell/audit_text.hpp"
#include "nodes/shell/dead_text.hpp"
#include "nodes/shell/drain_text.hpp"
#include "nodes/shell/explain_text.hpp"
#include "nodes/shell/job_text.hpp"
#include "nodes/shell/tree_text.hpp"
#include "tests/nodes/shell/golden.hpp"

#include <caf/test/unit_test.hpp>

#include <chrono>
#include <string>
#include <vector>

using namespace troupe;
using namespace troupe::shell;

namespace {

golden file(const std::string& name) {
  return {TROUPE_SOURCE_DIR "/tests/nodes/shell/golden/", name};
}

template <class T, class Function>
std::string array_of(const std::vector<T>& all, Function json) {
  std::vector<std::string> objects;
  for (const auto& x : all)
    objects.push_back(json(x));
  return json_array(objects);
}

job_status job(job_id id, job_state state, uint64_t tasks, uint64_t succeeded) {
  job_status x;
  x.id = id;
  x.function = "wordcount";
  x.reducer = "merge_counts";
  x.state = state;
  x.tasks = tasks;
  x.succeeded = succeeded;
  x.attempts = succeeded;
  x.seconds_us = id * 1'234'567;
  return x;
}

/// One job in each state: short and long, with texts that need escaping.
std::vector<job_status> some_jobs() {
  auto open = job(12'345'678, job_state::open, 1, 0);
  open.name = "still arriving \"\xc3\xa4\n\x1b[31m";
  auto running = job(9, job_state::running, 1'000'000'000, 999'999'999);
  running.running = 4096;
  running.name = "a name that is much longer than what a narrow terminal has";
  auto succeeded = job(7, job_state::succeeded, 100, 100);
  succeeded.result_bytes = 123'456;
  succeeded.result_type = "map<string,uint>";
  auto failed = job(3, job_state::failed, 100, 97);
  failed.dead = 3;
  failed.attempts = 109;
  failed.reason = "3 tasks are dead letters; troupe dead list 3 lists them";
  auto cancelled = job(1, job_state::cancelled, 50, 10);
  cancelled.cancelled = 40;
  cancelled.reason = "cancelled by a client";
  return {open, running, succeeded, failed, cancelled};
}

std::vector<node_info> some_nodes() {
  node_info coordinator;
  coordinator.name = "c";
  coordinator.incarnation_id = 1;
  coordinator.version = "0.1.0";
  coordinator.roles = {"coordinator"};
  coordinator.up_us = 3'600'000'000;
  node_info worker;
  worker.name = "worker-with-a-long-name.example.org:7401";
  worker.incarnation_id = 0xfedcba9876543210;
  worker.version = "0.1.0";
  worker.roles = {"worker"};
  worker.slots = 64;
  worker.labels = {"gpu", "zone=a", "ssd"};
  worker.functions = 12;
  worker.up_us = 61'500'000;
  worker.silent_us = 120'000;
  worker.phi = 0.42;
  worker.busy = 63;
  worker.queued = 128;
  worker.oldest_us = 59'000'000;
  worker.offers.named = {{"gpu", 20'000}, {"licence", 5000}};
  auto drained = worker;
  drained.name = "w2";
  drained.busy = 0;
  drained.queued = 0;
  drained.cordoned = true;
  auto suspect = worker;
  suspect.name = "w3";
  suspect.state = node_state::suspect;
  suspect.phi = 9.5;
  suspect.silent_us = 1'300'000;
  suspect.zombies = 2;
  auto gone = worker;
  gone.name = "w4";
  gone.state = node_state::gone;
  return {coordinator, worker, drained, suspect, gone};
}

dead_letter some_letter() {
  dead_letter x;
  x.job = 3;
  x.index = 41;
  x.attempts = 4;
  x.code = errc::function_failed;
  x.text = "cannot open \"/data/part-41\": No such file or directory; is the "
           "volume mounted on this node?";
  x.node = "w1";
  for (uint32_t i = 1; i <= 4; ++i)
    x.history.push_back({i, i < 4 ? errc::function_failed : errc::timed_out,
                         "No such file\tor directory", "w1", i * 1'000'000,
                         i * 12'500});
  return x;
}

supervised actor(const char* path, child_state state, uint64_t restarts) {
  supervised x;
  x.path = path;
  x.state = state;
  x.state_us = 65'000'000;
  x.restarts = restarts;
  return x;
}

supervised supervisor(const char* path) {
  auto x = actor(path, child_state::running, 0);
  x.type = child_type::supervisor;
  x.answered = true;
  x.strategy = supervision_strategy::rest_for_one;
  x.restarts_used = 1;
  x.restarts_left = 9;
  x.children = 2;
  return x;
}

} // namespace

CAF_TEST(jobs) {
  auto all = some_jobs();
  file("jobs").add(job_table(all)).json(array_of(all, job_json)).check();
  file("jobs_none").add(job_table({})).json(json_array({})).check();
}

CAF_TEST(job) {
  auto kept = file("job");
  for (const auto& x : some_jobs())
    kept.add(std::string{to_string(x.state)}, describe(x))
      .add("on stderr",
           x.state == job_state::succeeded ? summary_line(x) : failure_line(x));
  kept.check();
}

CAF_TEST(nodes) {
  auto all = some_nodes();
  file("nodes").add(node_table(all)).json(array_of(all, node_json)).check();
}

CAF_TEST(cordon_and_drain) {
  auto node = some_nodes()[1];
  file("drain")
    .add("cordon", cordon_text(node))
    .add("uncordon", uncordon_text(node))
    .add("drain", drain_text(node, std::chrono::seconds{30}))
    .add("while it waits", holdings(node))
    .add("drained", drained_text(node))
    .check();
}

CAF_TEST(functions) {
  std::vector<function_info> all = {
    {"count_primes", "tuple<int,int>", "null", "uint",
     "Counts the primes of [begin, end)"},
    {"mandelbrot", "tuple<int,int>",
     "{width:uint,height:uint,iterations:uint,center:tuple<float,float>,"
     "scale:float}",
     "bytes", "Draws rows of a picture"}};
  auto kept = file("functions");
  kept.add(function_table(all)).add("one", describe(all[1]));
  kept.json(array_of(all, function_json)).check();
}

CAF_TEST(dead) {
  auto letter = some_letter();
  auto other = letter;
  other.index = 4'000'000'000;
  other.history.clear();
  std::vector<dead_letter> all = {letter, other};
  file("dead_list").add(dead_table(all)).json(array_of(all, dead_json)).check();
  file("dead_show")
    .add("text", describe(letter))
    .json(dead_json(letter))
    .check();
}

CAF_TEST(explain) {
  task_explanation what;
  what.job = 7;
  what.index = 41;
  what.attempt = 2;
  what.why = "it waits for a worker with gpu:1; see the workers";
  what.tasks_before = 12'000;
  what.jobs_before = 3;
  what.workers = {
    {"w1", false, ""},
    {"w2", false, "cordoned"},
    {"worker-with-a-long-name.example.org", true,
     "it offers no gpu, and the task needs 1; it has the labels ssd, zone=a"}};
  what.workers_unlisted = 5;
  auto text = [&](size_t width) {
    return describe(what, true, width)
           + render(verdict_table(what), width, false);
  };
  file("explain").add(text).json(explanation_json(what)).check();
}

CAF_TEST(verify) {
  job_audit good;
  good.job = 7;
  good.ended = true;
  good.tasks = good.accepted = 5000;
  good.leases = 12;
  auto bad = good;
  bad.ok = false;
  bad.incomplete = true;
  bad.found = 2;
  bad.violations = {"task 7/3 has two accepted results",
                    "task 7/4 has no result"};
  file("verify")
    .add("no violation", describe(good))
    .json(audit_json(good))
    .add("violations", describe(bad))
    .json(audit_json(bad))
    .check();
}

CAF_TEST(tree) {
  supervision_tree tree;
  tree.nodes = {supervisor("root"),
                actor("root/event_hub", child_state::running, 0),
                supervisor("root/cluster"),
                actor("root/cluster/store", child_state::restarting, 12),
                actor("root/cluster/job", child_state::zombie, 1)};
  std::vector<std::string> objects;
  for (const auto& x : tree.nodes)
    objects.push_back(actor_json("w1", x));
  file("tree")
    .add(tree_table({{"w1", tree}}))
    .json(json_array(objects))
    .check();
}
