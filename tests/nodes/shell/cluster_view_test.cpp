#define CAF_SUITE cluster_view

#include "nodes/shell/cluster_view.hpp"
#include "tests/nodes/shell/cluster_samples.hpp"

#include <caf/test/unit_test.hpp>

#include <string>
#include <vector>

using namespace troupe;
using namespace troupe::shell;
using namespace troupe::shell::samples;

namespace {

using texts = std::vector<std::string>;

} // namespace

CAF_TEST(counts_nodes_slots_and_jobs) {
  auto n = count(busy_view());
  CAF_CHECK_EQUAL(n.nodes, 3u);
  CAF_CHECK_EQUAL(n.in(node_state::up), 2u);
  CAF_CHECK_EQUAL(n.in(node_state::suspect), 1u);
  CAF_CHECK_EQUAL(n.in(node_state::down), 0u);
  CAF_CHECK_EQUAL(n.workers_up, 2u);
  CAF_CHECK_EQUAL(n.slots, 12u);
  CAF_CHECK_EQUAL(n.busy, 7u);
  CAF_CHECK_EQUAL(n.queued, 6u);
  CAF_CHECK_EQUAL(n.in(job_state::running), 1u);
  CAF_CHECK_EQUAL(n.in(job_state::cancelled), 0u);
}

CAF_TEST(what_nodes_that_are_gone_had_does_not_count) {
  auto view = busy_view();
  view.nodes[0].state = node_state::gone;
  view.nodes[1].state = node_state::down;
  view.nodes[0].zombies = 5;
  auto n = count(view);
  CAF_CHECK_EQUAL(n.slots, 4u);
  CAF_CHECK_EQUAL(n.busy, 0u);
  CAF_CHECK_EQUAL(n.zombies, 0u);
  CAF_CHECK_EQUAL(n.workers_up, 0u);
}

CAF_TEST(all_is_well_without_a_warning) {
  CAF_CHECK(warnings_of(idle_view()).empty());
}

CAF_TEST(each_thing_that_is_wrong_has_a_sentence) {
  auto view = idle_view();
  view.nodes.front().cordoned = true;
  CAF_CHECK(warnings_of(view)
            == texts({"no worker takes work: start one, or uncordon one",
                      "node \"alpha\" is cordoned: it gets no work until "
                      "troupe uncordon"}));
  view = idle_view();
  view.nodes.push_back(node_of("a", node_state::down));
  view.nodes.push_back(node_of("b", node_state::suspect));
  view.nodes.back().silent_us = 1'200'000;
  view.nodes.back().zombies = 2;
  view.nodes.push_back(node_of("c", node_state::draining));
  view.nodes.push_back(node_of("d", node_state::gone));
  CAF_CHECK(
    warnings_of(view)
    == texts({"node \"a\" is down: it was silent for too long",
              "node \"b\" is suspect: silent for 1.20 s",
              "node \"c\" leaves: it ends what it has",
              "node \"b\" has 2 zombies: attempts that ignored their stop and "
              "still use a thread; restart it"}));
}

CAF_TEST(jobs_that_wait_are_told_and_those_that_can_never_run_first) {
  auto view = idle_view();
  view.jobs = {job_of(3, job_state::running), job_of(2, job_state::running),
               job_of(1, job_state::failed)};
  view.jobs[0].reason = "waits: no worker that is up has a gpu";
  view.jobs[1].reason = "waits: no worker has a gpu";
  view.jobs[2].reason = "waits: over";
  view.impossible = {{2, "no worker has a gpu"}};
  CAF_CHECK(warnings_of(view)
            == texts({"job 2 can never run: no worker has a gpu",
                      "job 3 waits: no worker that is up has a gpu"}));
  CAF_MESSAGE("waiting for a turn is nothing wrong");
  view.jobs[0].reason = "waits for a free slot or for the next attempt";
  CAF_CHECK_EQUAL(warnings_of(view).size(), 1u);
  view.jobs[0].reason = "waits: no worker that is up has a gpu";
  CAF_MESSAGE("one that runs does not wait, whatever its reason is");
  view.jobs[0].running = 1;
  CAF_CHECK_EQUAL(warnings_of(view).size(), 1u);
}
