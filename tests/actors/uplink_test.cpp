#define CAF_SUITE uplink

#include "actors/front_door.hpp"
#include "actors/membership.hpp"
#include "actors/uplink.hpp"
#include "actors/worker.hpp"
#include "tests/actors/puppet.hpp"

#include <algorithm>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

using namespace troupe;
using namespace std::chrono_literals;
using test::contains;
using test::puppet;

namespace {

/// Counts the handles that pass it.
class counting_link final : public link {
public:
  caf::actor outbound(const caf::actor& ours) override {
    sent.push_back(ours);
    return ours;
  }
  caf::actor inbound(const caf::actor& theirs) override {
    received.push_back(theirs);
    return theirs;
  }

  std::vector<caf::actor> sent;
  std::vector<caf::actor> received;
};

/// Leads to whatever the test says, or nowhere, and notes when it was asked.
class switched_dialer final : public dialer {
public:
  explicit switched_dialer(std::function<time_point()> now)
    : now_(std::move(now)) {
    // nop
  }

  result<connection> dial(std::chrono::milliseconds) override {
    dialed_at.push_back(now_());
    if (!door)
      return fail(errc::cannot_connect, "nobody is there");
    return connection{door, via};
  }

  std::string target() const override {
    return "the test";
  }

  caf::actor door;
  std::shared_ptr<counting_link> via = std::make_shared<counting_link>();
  std::vector<time_point> dialed_at;

private:
  std::function<time_point()> now_;
};

caf::behavior refusing_door(caf::event_based_actor*, errc code) {
  return {
    [code](hello_atom, const std::string&, const std::string&, uint32_t,
           const std::string&, uint64_t) {
      return caf::make_message(refused_atom::value, static_cast<uint8_t>(code),
                               std::string{"because"});
    },
  };
}

/// The worker, the front door and membership are real.
struct fixture : test::stage {
  ~fixture() override {
    end(subject);
    end(work);
    close(lead);
  }

  /// A coordinator as an uplink sees it.
  struct house {
    membership_actor nodes;
    caf::actor door;
  };

  house open(const puppet& behind, const std::string& name = "lead") {
    membership_options who;
    who.events = hub.as<event_hub_actor>();
    who.own_node.name = name;
    who.own_node.incarnation_id = 99;
    who.log = log;
    house result;
    result.nodes = sys.spawn(membership, who);
    front_door_options how;
    how.cluster = "red";
    how.handles = {hub.as(), behind.as(),
                   caf::actor_cast<caf::actor>(result.nodes), hub.as()};
    result.door = sys.spawn(front_door, how, logger_ptr{log});
    return result;
  }

  void close(const house& what) {
    if (what.door)
      end(what.door);
    if (what.nodes)
      end(what.nodes);
  }

  void start(const std::string& cluster = "red") {
    worker_options own;
    own.name = "w";
    own.incarnation_id = 5;
    own.functions = std::make_shared<function_registry>();
    own.runners = threading::scheduled;
    own.log = log;
    work = sys.spawn(worker, own);
    uplink_options options;
    options.dial = dial;
    options.who = {cluster, "w", 5};
    options.worker = work;
    options.log = log;
    options.connects = threading::scheduled;
    options.on_refused = [this](const error& why) { refusals.push_back(why); };
    subject = sys.spawn(uplink, options);
    sched.run();
  }

  /// The uplink finds a membership that the test plays, and asks it.
  void play_membership() {
    front_door_options how;
    how.cluster = "red";
    how.handles = {hub.as(), scheduler.as(), membership_played.as(), hub.as()};
    lead.door = sys.spawn(front_door, how, logger_ptr{log});
    dial->door = lead.door;
    start();
  }

  /// Lets it in; returns how it asked, nothing if it did not.
  std::optional<join_request> answer_join() {
    std::optional<join_request> result;
    membership_played.answer([&](const join_request& x) {
      result = x;
      return join_reply{1, 1};
    });
    sched.run();
    return result;
  }

  node_state state_of_worker() {
    auto result = node_state::draining;
    auto pending = hub.ask(lead.nodes, list_nodes_atom::value);
    sched.run();
    pending.receive(
      [&](const std::vector<node_info>& all) {
        for (const auto& x : all)
          if (x.name == "w")
            result = x.state;
      },
      [](const caf::error&) { CAF_FAIL("no list"); });
    return result;
  }

  bool has_joined(puppet& at) {
    return at.take<window_update>().has_value();
  }

  std::shared_ptr<capturing_logger> log = std::make_shared<capturing_logger>();
  std::shared_ptr<switched_dialer> dial =
    std::make_shared<switched_dialer>([this] { return sched.clock().now(); });
  puppet hub{sys};
  puppet scheduler{sys};
  puppet membership_played{sys};
  house lead;
  worker_actor work;
  uplink_actor subject;
  std::vector<error> refusals;
};

} // namespace

CAF_TEST_FIXTURE_SCOPE(uplink_tests, fixture)

CAF_TEST(joins_a_coordinator_that_is_there) {
  lead = open(scheduler);
  dial->door = lead.door;
  start();
  CAF_CHECK(has_joined(scheduler));
  CAF_CHECK_EQUAL(dial->dialed_at.size(), 1u);
  pass(60s);
  CAF_CHECK_EQUAL(dial->dialed_at.size(), 1u);
}

CAF_TEST(the_wait_between_attempts_doubles_from_a_tenth_to_five_seconds) {
  start();
  pass(60s);
  const auto& times = dial->dialed_at;
  CAF_REQUIRE(times.size() > 10);
  auto step = std::chrono::milliseconds{100};
  for (size_t i = 1; i < times.size(); ++i) {
    CAF_MESSAGE("wait " << i);
    auto wait = times[i] - times[i - 1];
    CAF_CHECK(wait >= step / 2);
    CAF_CHECK(wait <= step + 10ms); // Time passes in steps of 10 ms.
    step = std::min<std::chrono::milliseconds>(step * 2, 5s);
  }
}

CAF_TEST(a_long_outage_is_logged_once) {
  start();
  pass(60s);
  size_t warnings = 0;
  for (const auto& x : log->records())
    if (contains(x.text, "cannot join"))
      ++warnings;
  CAF_CHECK_EQUAL(warnings, 1u);
}

CAF_TEST(joins_when_the_coordinator_comes_later) {
  start();
  pass(30s);
  lead = open(scheduler);
  dial->door = lead.door;
  CAF_CHECK(!has_joined(scheduler));
  pass(5s);
  CAF_CHECK(has_joined(scheduler));
}

CAF_TEST(joins_again_when_the_coordinator_was_lost) {
  lead = open(scheduler);
  dial->door = lead.door;
  start();
  has_joined(scheduler);
  puppet next_scheduler{sys};
  auto next = open(next_scheduler);
  dial->door = next.door;
  close(lead);
  lead = next;
  pass(100ms);
  CAF_CHECK(has_joined(next_scheduler));
  CAF_CHECK(!has_joined(scheduler));
}

CAF_TEST(joins_again_when_only_the_scheduler_was_lost) {
  auto old = std::make_unique<puppet>(sys);
  lead = open(*old);
  dial->door = lead.door;
  start();
  CAF_REQUIRE(has_joined(*old));
  pass(1s);
  end(lead.door);
  puppet next{sys};
  front_door_options how;
  how.cluster = "red";
  how.handles = {hub.as(), next.as(), caf::actor_cast<caf::actor>(lead.nodes),
                 hub.as()};
  lead.door = sys.spawn(front_door, how, logger_ptr{log});
  dial->door = lead.door;
  old.reset();
  sched.run();
  CAF_CHECK(has_joined(next));
  CAF_CHECK(state_of_worker() == node_state::up);
}

CAF_TEST(heartbeats_go_on_while_there_is_no_scheduler) {
  auto old = std::make_unique<puppet>(sys);
  lead = open(*old);
  dial->door = lead.door;
  start();
  pass(1s);
  dial->door = nullptr;
  old.reset();
  pass(10s);
  CAF_CHECK(state_of_worker() == node_state::up);
  CAF_CHECK(!log->contains("took this node for dead"));
}

CAF_TEST(a_scheduler_that_ends_at_once_is_not_tried_in_a_loop) {
  {
    puppet gone{sys};
    lead = open(gone);
  }
  dial->door = lead.door;
  start();
  pass(1s);
  CAF_CHECK(dial->dialed_at.size() >= 2u);
  CAF_CHECK(dial->dialed_at.size() <= 12u);
}

CAF_TEST(the_backoff_begins_anew_after_a_join) {
  start();
  pass(30s);
  lead = open(scheduler);
  dial->door = lead.door;
  pass(5s);
  CAF_REQUIRE(has_joined(scheduler));
  dial->door = nullptr;
  close(lead);
  lead = {};
  auto attempts = dial->dialed_at.size();
  pass(200ms);
  CAF_CHECK(dial->dialed_at.size() >= attempts + 1);
  CAF_CHECK(dial->dialed_at.back() - dial->dialed_at[attempts - 1] <= 120ms);
}

CAF_TEST(gives_up_when_it_is_refused_for_good) {
  struct row {
    const char* what;
    errc code;
    bool for_good;
  };
  const row rows[] = {
    {"another version", errc::version_mismatch, true},
    {"another cluster", errc::cluster_mismatch, true},
    {"its name is taken", errc::name_taken, true},
    {"the coordinator is starting", errc::cannot_connect, false},
    {"the coordinator is shutting down", errc::draining, false},
  };
  for (const auto& [what, code, for_good] : rows) {
    CAF_MESSAGE(what);
    refusals.clear();
    dial->dialed_at.clear();
    dial->door = sys.spawn(refusing_door, code);
    start();
    pass(20s);
    CAF_CHECK_EQUAL(refusals.size(), for_good ? 1u : 0u);
    CAF_CHECK_EQUAL(dial->dialed_at.size() == 1, for_good);
    end(dial->door);
    end(subject);
    end(work);
  }
}

CAF_TEST(a_real_front_door_refuses_another_cluster) {
  lead = open(scheduler);
  dial->door = lead.door;
  start("blue");
  CAF_REQUIRE_EQUAL(refusals.size(), 1u);
  CAF_CHECK_EQUAL(to_string(refusals[0].code), "cluster_mismatch");
  CAF_CHECK(contains(refusals[0].text, "\"blue\""));
}

CAF_TEST(membership_refuses_a_name_that_is_taken) {
  lead = open(scheduler, "w");
  dial->door = lead.door;
  start();
  CAF_REQUIRE_EQUAL(refusals.size(), 1u);
  CAF_CHECK_EQUAL(to_string(refusals[0].code), "name_taken");
  pass(20s);
  CAF_CHECK_EQUAL(dial->dialed_at.size(), 1u);
}

CAF_TEST(a_front_door_that_does_not_answer_is_tried_again) {
  puppet silent{sys};
  dial->door = silent.as();
  start();
  pass(10s);
  lead = open(scheduler);
  dial->door = lead.door;
  pass(1s);
  CAF_CHECK(has_joined(scheduler));
}

CAF_TEST(every_handle_passes_the_link) {
  lead = open(scheduler);
  dial->door = lead.door;
  start();
  CAF_REQUIRE(has_joined(scheduler));
  CAF_CHECK_EQUAL(dial->via->received.size(), 4u);
  CAF_REQUIRE_EQUAL(dial->via->sent.size(), 1u);
  CAF_CHECK_EQUAL(dial->via->sent[0], work);
}

CAF_TEST(a_drain_leaves_the_cluster_and_stays_away) {
  lead = open(scheduler);
  dial->door = lead.door;
  start();
  puppet node{sys};
  node.send(subject, drain_atom::value, uint64_t{1000});
  sched.run();
  CAF_CHECK(node.take<bool>() == std::optional<bool>{true});
  auto pending = node.ask(lead.nodes, list_nodes_atom::value);
  sched.run();
  pending.receive(
    [](const std::vector<node_info>& all) {
      for (const auto& x : all)
        if (x.name == "w")
          CAF_CHECK(x.state == node_state::gone);
    },
    [](const caf::error&) { CAF_FAIL("no list"); });
  close(lead);
  lead = {};
  pass(20s);
  CAF_CHECK_EQUAL(dial->dialed_at.size(), 1u);
}

CAF_TEST(a_drain_without_a_coordinator_ends_too) {
  start();
  puppet node{sys};
  node.send(subject, drain_atom::value, uint64_t{1000});
  sched.run();
  CAF_CHECK(node.take<bool>() == std::optional<bool>{true});
  auto attempts = dial->dialed_at.size();
  pass(20s);
  CAF_CHECK_EQUAL(dial->dialed_at.size(), attempts);
}

CAF_TEST(a_drain_of_a_crashed_worker_is_not_clean) {
  start();
  end(work);
  puppet node{sys};
  node.send(subject, drain_atom::value, uint64_t{1000});
  pass(12s);
  CAF_CHECK(node.take<bool>() == std::optional<bool>{false});
}

// -- heartbeats ---------------------------------------------------------------

CAF_TEST(heartbeats_come_at_their_interval_while_joined) {
  play_membership();
  CAF_REQUIRE(answer_join().has_value());
  auto first = membership_played.take_all<heartbeat>();
  CAF_REQUIRE_EQUAL(first.size(), 1u);
  CAF_CHECK_EQUAL(first[0].incarnation_id, 5u);
  pass(10s);
  CAF_CHECK_EQUAL(membership_played.take_all<heartbeat>().size(), 50u);
}

CAF_TEST(no_heartbeat_before_a_join_is_answered) {
  play_membership();
  pass(2s);
  CAF_CHECK(membership_played.take_all<heartbeat>().empty());
}

CAF_TEST(a_late_timer_does_not_shift_the_rhythm) {
  play_membership();
  CAF_REQUIRE(answer_join().has_value());
  membership_played.take_all<heartbeat>();
  sched.advance_time(290ms);
  sched.run();
  CAF_CHECK_EQUAL(membership_played.take_all<heartbeat>().size(), 1u);
  pass(110ms); // At 400 ms, and not at 490.
  CAF_CHECK_EQUAL(membership_played.take_all<heartbeat>().size(), 1u);
}

CAF_TEST(a_real_membership_keeps_it_up) {
  lead = open(scheduler);
  dial->door = lead.door;
  start();
  pass(30s);
  CAF_CHECK(state_of_worker() == node_state::up);
  end(subject);
  pass(1200ms);
  CAF_CHECK(state_of_worker() == node_state::suspect);
  pass(400ms);
  CAF_CHECK(state_of_worker() == node_state::down);
}

CAF_TEST(who_is_told_that_it_is_down_comes_back_as_another) {
  play_membership();
  auto old = answer_join();
  CAF_REQUIRE(old.has_value());
  membership_played.send(subject, down_atom::value, uint64_t{4711});
  pass(1s);
  CAF_CHECK(!answer_join()); // That was somebody else.
  membership_played.send(subject, down_atom::value,
                         uint64_t{old->incarnation_id});
  sched.run();
  membership_played.take_all<heartbeat>();
  pass(1s);
  CAF_CHECK(membership_played.take_all<heartbeat>().empty());
  auto fresh = answer_join();
  CAF_REQUIRE(fresh.has_value());
  CAF_CHECK(fresh->incarnation_id != old->incarnation_id);
  pass(1s);
  auto beats = membership_played.take_all<heartbeat>();
  CAF_REQUIRE(!beats.empty());
  CAF_CHECK_EQUAL(beats[0].incarnation_id, fresh->incarnation_id);
  CAF_CHECK(refusals.empty());
}

CAF_TEST(who_may_not_join_because_it_is_down_comes_back_as_another) {
  play_membership();
  incarnation old = 0;
  membership_played.answer([&](const join_request& x) {
    old = x.incarnation_id;
    return to_caf(error{errc::node_down, "down"});
  });
  pass(1s);
  auto fresh = answer_join();
  CAF_REQUIRE(fresh.has_value());
  CAF_CHECK(old != 0);
  CAF_CHECK(fresh->incarnation_id != old);
  CAF_CHECK(refusals.empty());
}

CAF_TEST_FIXTURE_SCOPE_END()
