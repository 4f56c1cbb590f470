#define CAF_SUITE dispatcher_workers

#include "tests/runtime/policy/dispatcher_stage.hpp"

#include <caf/test/unit_test.hpp>

#include <chrono>
#include <map>
#include <string>
#include <vector>

using namespace std::chrono_literals;
using namespace troupe;
using troupe::test::dispatcher_stage;
using troupe::test::packed_inputs;
using troupe::test::verdict;

namespace {

struct stage : dispatcher_stage {
  /// A worker with labels and resources.
  void add_offer(worker_id id, std::vector<std::string> labels,
                 resource_set offers = {0, 0, {}}, uint32_t slots = 1) {
    core.add_worker({id,
                     "node" + std::to_string(id),
                     slots,
                     1'000'000,
                     1'000'000,
                     {"f"},
                     std::move(labels),
                     std::move(offers)});
  }

  dispatcher::job_terms job(job_id id, uint64_t tasks) {
    dispatcher::job_terms terms;
    terms.id = id;
    terms.function = "f";
    terms.payload = tasks == 0;
    terms.tasks = tasks;
    return terms;
  }

  /// Returns how many leases each worker gets; they are all run at once.
  std::map<worker_id, int> run(int leases) {
    std::map<worker_id, int> result;
    std::vector<dispatcher::granted> held;
    while (leases > 0) {
      auto more = dispatch();
      if (more.empty() && held.empty())
        break;
      for (auto& x : more) {
        ++result[x.worker];
        held.push_back(x);
        --leases;
      }
      auto what = whole(held.back());
      what.busy_ns = what.range.size() * 50'000'000;
      accept(what);
      held.pop_back();
    }
    return result;
  }
};

resource_set need(uint64_t cpus, uint64_t memory = 0,
                  std::vector<named_amount> named = {}) {
  return {cpus * resource_unit, memory, std::move(named)};
}

} // namespace

// -- labels -------------------------------------------------------------------

CAF_TEST(only_workers_with_all_required_labels_get_the_tasks) {
  stage at;
  at.teach("f", 50ms);
  at.add_offer(1, {"gpu"});
  at.add_offer(2, {"gpu", "zone=a"});
  at.add_offer(3, {"zone=a"});
  auto terms = at.job(1, 100);
  terms.labels = {"zone=a", "gpu"};
  at.core.add_job(terms);
  auto got = at.run(10);
  CAF_CHECK_EQUAL(got.size(), 1u);
  CAF_CHECK_EQUAL(got[2], 10);
}

CAF_TEST(preferred_workers_come_first_and_others_help) {
  stage at;
  at.teach("f", 50ms);
  at.add_offer(1, {});
  at.add_offer(2, {"ssd"});
  auto terms = at.job(1, 3);
  terms.prefers = {"ssd"};
  at.core.add_job(terms);
  auto got = at.dispatch();
  CAF_REQUIRE_EQUAL(got.size(), 2u);
  CAF_CHECK_EQUAL(got[0].worker, 2u);
  CAF_CHECK_EQUAL(got[1].worker, 1u);
}

CAF_TEST(a_task_that_no_worker_can_ever_run_is_reported) {
  stage at;
  auto terms = at.job(1, 3);
  terms.labels = {"gpu"};
  at.core.add_job(terms);
  CAF_CHECK_EQUAL(at.report_of(1).stuck, ""); // Nobody is there to judge by.
  at.add_offer(1, {});
  CAF_CHECK(at.report_of(1).stuck.find("labels: gpu") != std::string::npos);
  CAF_CHECK(at.core.explain(1, 2, at.now).impossible);
  at.add_offer(2, {"gpu"});
  CAF_CHECK_EQUAL(at.report_of(1).job, 1u);
  CAF_CHECK_EQUAL(at.core.explain(1, 2, at.now).impossible, false);
  at.core.remove_worker(2, at.now);
  CAF_CHECK(at.report_of(1).stuck.find("labels: gpu") != std::string::npos);
}

// -- resources ----------------------------------------------------------------

CAF_TEST(named_resources_are_never_over_committed) {
  stage at;
  at.teach("f", 1ms); // Short: else one would wait behind each that runs.
  at.add_offer(1, {}, {0, 0, {{"gpu", resource_unit}}}, 4);
  auto terms = at.job(1, 1000);
  terms.needs = need(1, 0, {{"gpu", resource_unit / 2}});
  at.core.add_job(terms);
  auto held = at.dispatch();
  CAF_CHECK_EQUAL(held.size(), 2u); // Of half a gpu each.
  at.accept(at.whole(held[0]));
  CAF_CHECK_EQUAL(at.dispatch().size(), 1u);
  CAF_CHECK_EQUAL(at.dispatch().size(), 0u);
}

CAF_TEST(memory_is_never_over_committed) {
  stage at;
  at.teach("f", 1ms);
  at.add_offer(1, {}, {0, 1000, {}}, 4);
  auto terms = at.job(1, 1000);
  terms.needs = need(1, 400);
  at.core.add_job(terms);
  CAF_CHECK_EQUAL(at.dispatch().size(), 2u);
  CAF_CHECK_EQUAL(verdict(at.core.explain(1, 999, at.now), "node1"),
                  "too much of its memory is in use");
}

CAF_TEST(a_worker_runs_as_many_tasks_as_its_processors_allow) {
  struct row {
    const char* what;
    uint32_t slots;
    uint64_t offered;
    uint64_t needed;
    size_t want;
  };
  // In ten-thousandths; tasks of 50 ms wait behind nothing.
  const row rows[] = {
    {"one each", 4, 0, 10'000, 4},
    {"two each", 4, 0, 20'000, 2},
    {"three each", 4, 0, 30'000, 1},
    {"all of it", 4, 0, 40'000, 1},
    {"halves, but no more than slots", 4, 0, 5'000, 4},
    {"halves of fewer processors", 8, 20'000, 5'000, 4},
    {"more processors than slots", 2, 80'000, 10'000, 2},
    {"too much", 4, 0, 50'000, 0},
  };
  for (const auto& [what, slots, offered, needed, want] : rows) {
    CAF_MESSAGE(what);
    stage at;
    at.teach("f", 50ms);
    at.add_offer(1, {}, {offered, 0, {}}, slots);
    auto terms = at.job(1, 100);
    terms.needs.cpus = needed;
    at.core.add_job(terms);
    CAF_CHECK_EQUAL(at.dispatch().size(), want);
  }
}

CAF_TEST(a_task_that_needs_more_than_anybody_offers_is_reported) {
  stage at;
  at.add_offer(1, {}, {0, 0, {{"gpu", resource_unit}}});
  auto terms = at.job(1, 3);
  terms.needs = need(1, 0, {{"gpu", 2 * resource_unit}});
  at.core.add_job(terms);
  CAF_CHECK(at.dispatch().empty());
  CAF_CHECK(at.report_of(1).stuck.find("gpu=2") != std::string::npos);
  auto why = at.core.explain(1, {}, at.now);
  CAF_CHECK(why.impossible);
  CAF_CHECK_EQUAL(verdict(why, "node1"),
                  "never: a task needs 2 gpu and it offers 1");
}

CAF_TEST(resources_come_back_however_a_lease_ends) {
  for (auto end : {0, 1, 2, 3, 4}) {
    CAF_MESSAGE(end);
    stage at;
    at.teach("f", 1ms);
    at.add_offer(1, {}, {0, 0, {{"gpu", resource_unit}}}, 4);
    auto terms = at.job(1, 1000);
    terms.needs = need(1, 0, {{"gpu", resource_unit}});
    at.core.add_job(terms);
    auto held = at.dispatch().at(0);
    switch (end) {
      case 0: at.accept(at.whole(held)); break;
      case 1: at.core.revoke(held.lease); break;
      case 2: at.core.trimmed(1, held.lease, held.range.begin); break;
      case 3: CAF_CHECK_EQUAL(at.core.hand_back(1).size(), 1u); break;
      default:
        at.core.remove_job(1);
        terms.id = 2;
        at.core.add_job(terms);
    }
    CAF_CHECK_EQUAL(at.dispatch().size(), 1u);
  }
}

// -- policies -----------------------------------------------------------------

CAF_TEST(round_robin_is_blind_to_load) {
  for (auto name : {"round_robin", "least_loaded"}) {
    stage at;
    at.teach("f", 2ms);
    at.add_offer(1, {});
    at.add_offer(2, {}, {0, 0, {}}, 8);
    auto terms = at.job(1, 1'000'000);
    terms.placement = find_placement(name);
    at.core.add_job(terms);
    std::vector<worker_id> order;
    for (const auto& x : at.dispatch())
      order.push_back(x.worker);
    CAF_REQUIRE(order.size() > 4);
    order.resize(4);
    auto turns = std::vector<worker_id>{1, 2, 1, 2};
    auto by_load = std::vector<worker_id>{1, 2, 2, 2};
    CAF_CHECK(order == (name == std::string{"round_robin"} ? turns : by_load));
  }
}

CAF_TEST(inputs_go_to_the_node_that_they_name) {
  stage at;
  at.teach("f", 1ms);
  for (worker_id id = 1; id <= 3; ++id)
    at.add_offer(id, {});
  auto terms = at.job(1, 0);
  terms.placement = find_placement("locality");
  at.core.add_job(terms);
  // Ten chunks of ten tasks, each for one of the nodes.
  for (task_index i = 0; i < 30; ++i)
    at.core.add_inputs(1, {10 * i, 10 * i + 10},
                       packed_inputs({10 * i, 10 * i + 10}), false,
                       "node" + std::to_string(i / 10 + 1));
  auto held = at.dispatch();
  CAF_CHECK_GREATER_OR_EQUAL(held.size(), 6u);
  uint64_t done = 0;
  while (!held.empty()) {
    auto x = held.front();
    held.erase(held.begin());
    CAF_CHECK_EQUAL(x.worker, x.range.begin / 100 + 1);
    at.accept(at.whole(x));
    done += x.range.size();
    for (auto& more : at.dispatch())
      held.push_back(more);
    if (done > 200)
      return; // Towards the end, slots that idle take what there is.
  }
  CAF_FAIL("it ended too soon");
}

CAF_TEST(inputs_of_a_node_that_is_not_there_go_anywhere) {
  stage at;
  at.teach("f", 50ms);
  at.add_offer(1, {});
  at.add_offer(2, {});
  auto terms = at.job(1, 0);
  terms.placement = find_placement("locality");
  at.core.add_job(terms);
  for (task_index i = 0; i < 4; ++i)
    at.core.add_inputs(1, {i, i + 1}, packed_inputs({i, i + 1}), false,
                       i % 2 == 0 ? "elsewhere" : "");
  CAF_CHECK_EQUAL(at.dispatch().size(), 2u);
}

CAF_TEST(a_slot_that_idles_takes_inputs_of_a_busy_node) {
  stage at;
  at.teach("f", 50ms);
  at.add_offer(1, {});
  at.add_offer(2, {});
  auto terms = at.job(1, 0);
  terms.placement = find_placement("locality");
  at.core.add_job(terms);
  for (task_index i = 0; i < 4; ++i)
    at.core.add_inputs(1, {i, i + 1}, packed_inputs({i, i + 1}), false,
                       "node1");
  auto got = at.dispatch();
  CAF_REQUIRE_EQUAL(got.size(), 2u);
  CAF_CHECK_EQUAL(got[0].worker, 1u);
  CAF_CHECK_EQUAL(got[1].worker, 2u);
}

// -- people -------------------------------------------------------------------

CAF_TEST(a_cordoned_worker_gets_nothing_new) {
  stage at;
  at.teach("f", 50ms);
  at.add_offer(1, {}, {0, 0, {}}, 2);
  at.core.add_job(at.job(1, 10));
  auto held = at.dispatch();
  CAF_CHECK_EQUAL(held.size(), 2u);
  at.core.cordon(1, true);
  at.accept(at.whole(held[0]));
  CAF_CHECK(at.dispatch().empty());
  CAF_CHECK_EQUAL(verdict(at.core.explain(1, {}, at.now), "node1"),
                  "it is cordoned");
  at.core.cordon(1, false);
  CAF_CHECK_EQUAL(at.dispatch().size(), 1u);
}

CAF_TEST(what_a_worker_has_not_begun_can_be_asked_back) {
  stage at;
  at.teach("f", 1ms);
  at.add_offer(1, {});
  at.core.add_job(at.job(1, 100));
  auto held = at.dispatch();
  CAF_REQUIRE_EQUAL(held.size(), 2u);
  auto [from, to] = held[0].range;
  at.accept(at.part(held[0], 0, {from, from + 2}));
  auto asked = at.core.unstarted(1);
  CAF_REQUIRE_EQUAL(asked.size(), 2u);
  CAF_CHECK(asked[0].lease == held[0].lease);
  CAF_CHECK_EQUAL(asked[0].end, from + 2);
  CAF_CHECK(asked[1].lease == held[1].lease);
  CAF_CHECK_EQUAL(asked[1].end, held[1].range.begin);
}

CAF_TEST(what_is_handed_back_is_nobodys_fault) {
  stage at;
  at.teach("f", 50ms);
  at.add_offer(1, {});
  auto terms = at.job(1, 1);
  terms.max_crashes = 1;
  at.core.add_job(terms);
  for (int i = 0; i < 5; ++i) {
    CAF_REQUIRE_EQUAL(at.dispatch().size(), 1u);
    CAF_CHECK_EQUAL(at.core.hand_back(1).size(), 1u);
    CAF_CHECK_EQUAL(at.core.suspects(), 0u);
  }
}
