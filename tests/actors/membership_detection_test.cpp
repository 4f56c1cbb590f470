#define CAF_SUITE membership_detection

#include "actors/membership.hpp"
#include "runtime/base/version.hpp"
#include "runtime/wire/caf_error.hpp"
#include "tests/actors/puppet.hpp"

#include <memory>
#include <optional>
#include <string>
#include <vector>

using namespace troupe;
using namespace std::chrono_literals;
using test::puppet;

namespace {

constexpr incarnation own_incarnation = 7;

/// A worker named `w` as MEMBERSHIP sees it; the test lets time pass, with its
/// heartbeats or without them.
struct fixture : test::stage {
  fixture() {
    membership_options options;
    options.events = hub.as<event_hub_actor>();
    options.own_node.name = "lead";
    options.own_node.incarnation_id = own_incarnation;
    options.log = log;
    nodes = sys.spawn(membership, options);
    follower.send(nodes, follow_atom::value);
    scheduler.send(nodes, follow_health_atom::value);
    sched.run();
  }

  ~fixture() override {
    end(nodes);
  }

  join_request terms_of(incarnation id) {
    join_request terms;
    terms.name = "w";
    terms.incarnation_id = id;
    terms.version = product_version;
    terms.worker = worker.as();
    return terms;
  }

  error join(const puppet& who, incarnation id, const std::string& name = "w") {
    auto terms = terms_of(id);
    terms.name = name;
    terms.worker = who.as();
    error result;
    auto pending = uplink.ask(nodes, terms);
    sched.run();
    pending.receive([&](const join_reply& x) { last_worker = x.worker; },
                    [&](const caf::error& x) { result = from_caf(x); });
    return result;
  }

  void beat(incarnation id = 1) {
    heartbeat what;
    what.incarnation_id = id;
    uplink.send(nodes, what);
    sched.run();
  }

  void pass_beating(std::chrono::milliseconds time) {
    for (auto left = time; left.count() > 0; left -= 200ms) {
      pass(200ms);
      beat();
    }
  }

  node_info info_of(const std::string& name = "w") {
    node_info result;
    auto pending = follower.ask(nodes, list_nodes_atom::value);
    sched.run();
    pending.receive(
      [&](const std::vector<node_info>& all) {
        for (const auto& x : all)
          if (x.name == name)
            result = x;
      },
      [](const caf::error&) { CAF_FAIL("no list"); });
    return result;
  }

  /// Takes the incarnation that the uplink was told is down.
  std::optional<uint64_t> told_down() {
    std::optional<uint64_t> result;
    uplink.answer([&](down_atom, uint64_t id) { result = id; });
    return result;
  }

  std::shared_ptr<capturing_logger> log = std::make_shared<capturing_logger>();
  puppet hub{sys};
  puppet follower{sys};
  puppet scheduler{sys};
  puppet uplink{sys};
  puppet worker{sys};
  membership_actor nodes;
  worker_id last_worker = 0;
};

} // namespace

CAF_TEST_FIXTURE_SCOPE(membership_detection_tests, fixture)

CAF_TEST(a_worker_that_sends_heartbeats_stays_up) {
  join(worker, 1);
  pass_beating(60s);
  CAF_CHECK(info_of().state == node_state::up);
  CAF_CHECK(!scheduler.take<worker_health>());
  CAF_CHECK(!follower.take<worker_gone>());
}

CAF_TEST(a_silent_worker_is_suspect_first_and_then_down) {
  join(worker, 1);
  pass_beating(4s);
  pass(1000ms);
  CAF_CHECK(!scheduler.take<worker_health>());
  pass(120ms);
  auto health = scheduler.take<worker_health>();
  CAF_REQUIRE(health.has_value());
  CAF_CHECK(health->suspect);
  CAF_CHECK_EQUAL(health->worker, last_worker);
  CAF_CHECK(info_of().state == node_state::suspect);
  CAF_CHECK(!follower.take<worker_gone>());
  pass(200ms);
  CAF_CHECK(!follower.take<worker_gone>());
  pass(100ms); // After 1.42 s in all.
  auto gone = follower.take<worker_gone>();
  CAF_REQUIRE(gone.has_value());
  CAF_CHECK_EQUAL(gone->worker, last_worker);
  CAF_CHECK(info_of().state == node_state::down);
}

CAF_TEST(a_worker_that_never_sends_a_heartbeat_is_down_as_soon) {
  join(worker, 1);
  pass(1420ms);
  CAF_CHECK(follower.take<worker_gone>().has_value());
}

CAF_TEST(a_suspect_that_sends_again_is_up) {
  join(worker, 1);
  pass(1200ms);
  CAF_REQUIRE(scheduler.take<worker_health>().has_value());
  beat();
  auto health = scheduler.take<worker_health>();
  CAF_REQUIRE(health.has_value());
  CAF_CHECK(!health->suspect);
  CAF_CHECK(info_of().state == node_state::up);
  pass_beating(5s);
  CAF_CHECK(!follower.take<worker_gone>());
}

CAF_TEST(each_worker_is_judged_by_its_own_interval) {
  auto terms = terms_of(2);
  terms.name = "slow";
  terms.heartbeat_ms = 1000;
  uplink.send(nodes, terms);
  pass(2600ms);
  CAF_CHECK(info_of("slow").state == node_state::up);
  pass(600ms);
  CAF_CHECK(info_of("slow").state == node_state::down);
}

CAF_TEST(a_pause_of_the_judge_itself_accuses_nobody) {
  join(worker, 1);
  pass_beating(2s);
  for (auto pause : {600ms, 2000ms, 60'000ms}) {
    CAF_MESSAGE(pause.count());
    sched.advance_time(pause); // In one step: its timer fires that late.
    sched.run();
    CAF_CHECK(!scheduler.take<worker_health>());
    pass(500ms); // What waited in its queues may take a moment.
    beat();
    pass_beating(1s);
  }
  CAF_CHECK(!scheduler.take<worker_health>());
  CAF_CHECK(info_of().state == node_state::up);
}

CAF_TEST(a_worker_of_the_same_process_is_not_judged) {
  join(worker, own_incarnation, "lead");
  pass(10s);
  CAF_CHECK(info_of("lead").state == node_state::up);
  CAF_CHECK(!follower.take<worker_gone>());
}

CAF_TEST(who_is_down_is_told_when_it_sends_again) {
  join(worker, 1);
  beat();
  CAF_CHECK(!told_down());
  pass(2s);
  CAF_CHECK(!told_down());
  beat();
  CAF_CHECK(told_down() == std::optional<uint64_t>{1});
  CAF_CHECK(info_of().state == node_state::down);
  beat(99);
  CAF_CHECK(told_down() == std::optional<uint64_t>{99});
  beat(own_incarnation);
  CAF_CHECK(!told_down());
}

CAF_TEST(who_is_down_comes_back_as_a_new_incarnation_only) {
  join(worker, 1);
  pass(2s);
  auto refused = join(worker, 1);
  CAF_CHECK_EQUAL(to_string(refused.code), "node_down");
  CAF_CHECK(test::contains(refused.text, "\"w\""));
  CAF_CHECK(info_of().state == node_state::down);
  follower.take_all<worker_up>();
  CAF_CHECK(join(worker, 2).code == errc::ok);
  CAF_CHECK(info_of().state == node_state::up);
  CAF_CHECK_EQUAL(follower.take_all<worker_up>().size(), 1u);
  CAF_CHECK(!worker.take<ping_atom>());
}

CAF_TEST(a_newcomer_replaces_a_suspect_of_its_name_at_once) {
  join(worker, 1);
  pass(1200ms);
  puppet newcomer{sys};
  CAF_CHECK(join(newcomer, 2).code == errc::ok);
  CAF_CHECK(follower.take<worker_gone>().has_value());
  CAF_CHECK(!worker.take<ping_atom>());
  beat(1);
  CAF_CHECK(told_down() == std::optional<uint64_t>{1});
}

CAF_TEST(a_closed_connection_acts_at_once_whatever_the_state) {
  std::optional<puppet> lost{sys};
  join(*lost, 1);
  pass(1200ms);
  lost.reset();
  sched.run();
  CAF_CHECK(follower.take<worker_gone>().has_value());
  CAF_CHECK(info_of().state == node_state::gone);
  pass(2s);
  CAF_CHECK(!follower.take<worker_gone>());
}

CAF_TEST(the_scheduler_is_told_what_heartbeats_list) {
  join(worker, 1);
  heartbeat what;
  what.incarnation_id = 1;
  what.through = 9;
  what.held = {{1, 8}, {1, 9}};
  uplink.send(nodes, what);
  sched.run();
  auto told = scheduler.take<worker_leases>();
  CAF_REQUIRE(told.has_value());
  CAF_CHECK_EQUAL(told->worker, last_worker);
  CAF_CHECK_EQUAL(told->through, 9u);
  CAF_CHECK(told->held == what.held);
  CAF_CHECK(!follower.take<worker_leases>());
  what.complete = false;
  uplink.send(nodes, what);
  sched.run();
  CAF_CHECK(!scheduler.take<worker_leases>());
}

CAF_TEST(a_heartbeat_that_makes_no_sense_is_no_sign_of_life) {
  join(worker, 1);
  pass(1200ms);
  heartbeat bad;
  bad.incarnation_id = 1;
  bad.held = {{1, 0}};
  uplink.send(nodes, bad);
  sched.run();
  CAF_CHECK(info_of().state == node_state::suspect);
}

CAF_TEST(a_scheduler_that_comes_late_is_told_of_suspects) {
  join(worker, 1);
  pass(1200ms);
  puppet late{sys};
  late.send(nodes, follow_health_atom::value);
  sched.run();
  auto told = late.take<worker_health>();
  CAF_REQUIRE(told.has_value());
  CAF_CHECK(told->suspect);
}

CAF_TEST(nodes_show_what_their_heartbeats_say) {
  join(worker, 1);
  heartbeat what;
  what.incarnation_id = 1;
  what.busy = 2;
  what.queued = 3;
  what.oldest_us = 4;
  uplink.send(nodes, what);
  pass(400ms);
  auto shown = info_of();
  CAF_CHECK_EQUAL(shown.silent_us, 400'000u);
  CAF_CHECK_EQUAL(shown.busy, 2u);
  CAF_CHECK_EQUAL(shown.queued, 3u);
  CAF_CHECK_EQUAL(shown.oldest_us, 4u);
  auto early = shown.phi;
  pass(600ms);
  CAF_CHECK(info_of().phi > early);
  pass(1s);
  CAF_CHECK_EQUAL(info_of().busy, 0u);
}

CAF_TEST(suspicion_and_recovery_are_events) {
  join(worker, 1);
  pass(1200ms);
  beat();
  pass(1500ms);
  std::vector<event_kind> kinds;
  for (const auto& x : hub.take_items<events>())
    kinds.push_back(x.kind);
  CAF_CHECK(kinds
            == std::vector<event_kind>(
              {event_kind::node_joined, event_kind::node_suspected,
               event_kind::node_recovered, event_kind::node_suspected,
               event_kind::node_left}));
}

CAF_TEST(without_nodes_to_judge_no_timer_runs) {
  CAF_CHECK(!sched.has_pending_timeout());
  uplink.send(nodes, terms_of(1)); // A request would have a timeout, too.
  sched.run();
  CAF_CHECK(sched.has_pending_timeout());
  worker.send(nodes, leave_atom::value, uint64_t{1});
  pass(300ms);
  CAF_CHECK(!sched.has_pending_timeout());
}

CAF_TEST_FIXTURE_SCOPE_END()
