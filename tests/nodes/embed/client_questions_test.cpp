#define CAF_SUITE client_questions

#include "nodes/embed/client_core.hpp"
#include "nodes/embed/roles.hpp"
#include "tests/nodes/embed/embed_fixture.hpp"

#include <caf/actor_cast.hpp>
#include <caf/send.hpp>

#include <algorithm>
#include <atomic>
#include <thread>
#include <vector>

using namespace troupe;
using namespace std::chrono_literals;

namespace {

constexpr uint32_t bit(task_state state) {
  return uint32_t{1} << static_cast<uint32_t>(state);
}

struct fixture : test::embed_fixture {
  job_id submit(job_spec spec) {
    auto job = user->submit(spec);
    CAF_REQUIRE(job.engaged());
    return *job;
  }

  /// A job of three tasks that all fail at once.
  job_id submit_failing() {
    auto spec = range_of("refuse", 0, 3, "collect");
    spec.options.retries = 0;
    return submit(spec);
  }

  /// Repeats a question until its answer is as it should be.
  template <class Question>
  bool eventually(Question is_so) {
    for (auto end = std::chrono::steady_clock::now() + 20s;
         std::chrono::steady_clock::now() < end; std::this_thread::yield())
      if (is_so())
        return true;
    return false;
  }
};

/// The actors of a coordinator alone, of which the test kills some.
struct lead_fixture : test::embed_fixture {
  lead_fixture() {
    coordinator_role_options how;
    how.own_node.name = "lead";
    how.log = make_null_logger();
    lead = start_coordinator(system, how);
    CAF_REQUIRE(await_start(system, lead.root).has_value());
    auto made = client_core::connect(system, {},
                                     make_local_dialer([now = lead.directory] {
                                       return now->current().front_door;
                                     }));
    CAF_REQUIRE(made.engaged());
    asking.emplace(std::move(*made));
  }

  ~lead_fixture() {
    stop();
  }

  void stop() {
    if (lead.root) {
      lead.stop();
      await_end(system, lead.root);
      lead.root = nullptr;
    }
  }

  /// Makes an event that everybody hears, and waits a little: the answer to a
  /// question takes its time.
  void make_noise(const client& pace) {
    if (auto hub = lead.directory->current().events) {
      event what;
      what.kind = event_kind::node_joined;
      what.node = "noise";
      caf::anon_send(hub, events{{what}});
    }
    (void)pace.nodes();
  }

  coordinator_role lead;
  std::optional<client> asking;
};

} // namespace

CAF_TEST_FIXTURE_SCOPE(client_questions_tests, fixture)

CAF_TEST(the_newest_jobs_come_first) {
  std::vector<job_id> ids;
  for (int i = 0; i < 5; ++i)
    ids.push_back(submit_gate());
  auto found = user->newest_jobs(3);
  CAF_REQUIRE(found.engaged());
  CAF_REQUIRE_EQUAL(found->size(), 3u);
  CAF_CHECK_EQUAL(found->at(0).id, ids[4]);
  CAF_CHECK_EQUAL(found->at(2).id, ids[2]);
  auto all = user->newest_jobs(1000);
  CAF_REQUIRE(all.engaged());
  CAF_CHECK_EQUAL(all->size(), 5u);
  auto none = user->newest_jobs(0);
  CAF_REQUIRE(none.engaged());
  CAF_CHECK(none->empty());
}

CAF_TEST(the_tasks_of_a_job_that_runs_are_listed) {
  auto job = submit(range_of("gate", 0, 10, "collect"));
  list_tasks question{job, bit(task_state::leased), 0, 0, 100};
  auto is_running = eventually([&] {
    auto found = user->tasks(question);
    return found && !found->items.empty() && found->items[0].running
           && found->items[0].node == "local";
  });
  CAF_CHECK(is_running);
  question.states = 0;
  auto all = user->tasks(question);
  CAF_REQUIRE(all.engaged());
  CAF_REQUIRE(!all->items.empty());
  CAF_CHECK_EQUAL(all->items.back().range.end, 10u);
  auto shares = user->shares(job);
  CAF_REQUIRE(shares.engaged());
  CAF_REQUIRE_EQUAL(shares->size(), 1u);
  CAF_CHECK_EQUAL(shares->at(0).node, "local");
  CAF_CHECK(shares->at(0).leased > 0);
  open_gate();
}

CAF_TEST(the_tasks_of_a_job_that_has_ended_are_known_by_its_counts) {
  auto good = submit(range_of("double", 0, 10, "collect"));
  auto bad = submit_failing();
  CAF_REQUIRE(user->wait(good).engaged());
  CAF_REQUIRE(user->wait(bad).engaged());
  auto found = user->tasks({good, 0, 0, 2, 100});
  CAF_REQUIRE(found.engaged());
  CAF_REQUIRE_EQUAL(found->items.size(), 1u);
  CAF_CHECK(found->items[0].range == (index_range{2, 10}));
  CAF_CHECK(found->items[0].state == task_state::succeeded);
  found = user->tasks({bad, 0, 0, 0, 100});
  CAF_REQUIRE(found.engaged());
  CAF_REQUIRE_EQUAL(found->items.size(), 1u);
  CAF_CHECK(found->items[0].range == (index_range{0, 3}));
  CAF_CHECK(found->items[0].state == task_state::dead);
  CAF_CHECK_EQUAL(found->items[0].attempt, 1u);
  found = user->tasks({bad, 0, 0, 99, 100});
  CAF_REQUIRE(found.engaged());
  CAF_CHECK(found->items.empty());
  dead_selector one;
  one.job = bad;
  one.one = true;
  one.index = 1;
  CAF_REQUIRE(user->purge(one).engaged());
  auto unknown = user->tasks({bad, 0, 0, 0, 100});
  CAF_CHECK_EQUAL(code(unknown), "job_ended");
  CAF_CHECK(contains(why(unknown).text, "which ones is not kept"));
  found = user->tasks({bad, bit(task_state::dead), 0, 0, 100});
  CAF_REQUIRE(found.engaged());
  CAF_CHECK_EQUAL(found->items.size(), 2u);
  auto shares = user->shares(bad);
  CAF_CHECK_EQUAL(code(shares), "job_ended");
}

CAF_TEST(questions_that_cannot_be_answered_are_refused) {
  auto no_job = user->tasks({77, 0, 0, 0, 1});
  CAF_CHECK_EQUAL(code(no_job), "unknown_job");
  auto no_share = user->shares(77);
  CAF_CHECK_EQUAL(code(no_share), "unknown_job");
  auto no_room = user->tasks({77, 0, 0, 0, 0});
  CAF_CHECK_EQUAL(code(no_room), "protocol_violation");
  auto nobody = user->ask({"nobody", "config", "", ""});
  CAF_CHECK_EQUAL(code(nobody), "unknown_node");
  auto nothing = user->ask({"local", "", "", ""});
  CAF_CHECK(!nothing.engaged());
}

CAF_TEST(the_load_counts_what_was_done) {
  auto bad = submit_failing();
  CAF_REQUIRE(user->wait(bad).engaged());
  CAF_REQUIRE(user->run_range<std::vector<int64_t>>("double", 0, 50).engaged());
  auto load = user->load();
  CAF_REQUIRE(load.engaged());
  CAF_CHECK_EQUAL(load->accepted, 50u);
  CAF_CHECK_EQUAL(load->failed, 3u);
  CAF_CHECK_EQUAL(load->ready, 0u);
  CAF_REQUIRE_EQUAL(load->failures.size(), 3u);
  CAF_CHECK_EQUAL(load->failures[0].node, "local");
  CAF_CHECK(contains(load->failures[0].text, "will not do"));
}

CAF_TEST(the_events_of_a_job_are_told_and_of_no_other) {
  auto endless = [] {
    auto spec = range_of("refuse", 0, 1, "collect");
    spec.options.retries = limits::retries_max;
    spec.options.backoff_base_ms = 1;
    spec.options.backoff_cap_ms = 1;
    return spec;
  };
  auto job = submit(endless());
  auto other = submit(endless());
  auto fails = 0;
  wait_options how;
  how.timeout = 30s;
  auto followed = user->follow_events(
    job,
    [&](const event& x) {
      CAF_CHECK_EQUAL(x.job, job);
      if (x.kind == event_kind::task_failed && ++fails == 3)
        (void)user->cancel(job);
      return x.kind != event_kind::job_state
             || x.status.state != job_state::cancelled;
    },
    how);
  CAF_CHECK(!followed.error());
  CAF_CHECK(fails >= 3);
  CAF_CHECK(user->cancel(other).engaged());
}

CAF_TEST(following_ends_with_its_time_or_when_interrupted) {
  auto sink = [](const event&) { return true; };
  wait_options how;
  how.timeout = 20ms;
  auto late = user->follow_events(0, sink, how);
  CAF_CHECK_EQUAL(code(late), "timed_out");
  std::atomic<bool> interrupted{true};
  how = {};
  how.interrupted = &interrupted;
  auto broken = user->follow_events(0, sink, how);
  CAF_CHECK_EQUAL(code(broken), "timed_out");
}

CAF_TEST(failures_and_cordons_are_events) {
  std::vector<event> seen;
  std::atomic<bool> stop{false};
  std::thread maker{[&] {
    // Until the follower is there and has seen one of each.
    while (!stop) {
      auto bad = user->submit([] {
        auto spec = range_of("refuse", 0, 1, "collect");
        spec.options.retries = 1;
        spec.options.backoff_base_ms = 1;
        spec.options.backoff_cap_ms = 1;
        return spec;
      }());
      if (bad)
        (void)user->wait(*bad);
      (void)user->cordon("local");
      (void)user->uncordon("local");
    }
  }};
  auto has = [&](event_kind kind) {
    return std::any_of(seen.begin(), seen.end(),
                       [&](const event& x) { return x.kind == kind; });
  };
  wait_options how;
  how.timeout = 20s;
  auto followed = user->follow_events(
    0,
    [&](const event& x) {
      seen.push_back(x);
      return !has(event_kind::task_failed) || !has(event_kind::task_dead)
             || !has(event_kind::node_cordoned)
             || !has(event_kind::node_uncordoned);
    },
    how);
  stop = true;
  maker.join();
  CAF_CHECK(!followed.error());
  uint64_t seq = 0;
  for (const auto& x : seen) {
    CAF_CHECK_EQUAL(x.seq, ++seq);
    CAF_CHECK(x.at_us > 1'000'000'000'000'000u);
    CAF_CHECK(!x.text.empty());
    if (x.kind == event_kind::task_failed) {
      CAF_CHECK(x.job != 0);
      CAF_CHECK_EQUAL(x.node, "local");
      CAF_CHECK(contains(x.text, "will not do 0"));
    }
  }
}

CAF_TEST_FIXTURE_SCOPE_END()

CAF_TEST_FIXTURE_SCOPE(event_reader_tests, lead_fixture)

CAF_TEST(a_follower_gets_more_events_than_its_first_credit) {
  std::atomic<bool> stop{false};
  std::thread maker{[&] {
    while (!stop)
      make_noise(*asking);
  }};
  uint64_t count = 0;
  auto followed =
    asking->follow_events(0, [&](const event&) { return ++count < 2000; });
  stop = true;
  maker.join();
  CAF_CHECK(!followed.error());
  CAF_CHECK_EQUAL(count, 2000u);
}

CAF_TEST(a_follower_goes_on_when_the_event_hub_was_restarted) {
  std::atomic<bool> stop{false};
  std::thread maker{[&] {
    while (!stop)
      make_noise(*asking);
  }};
  std::vector<std::string> losses;
  auto back = false;
  auto kills = 0;
  wait_options how;
  how.timeout = 30s;
  auto followed = asking->follow_events(
    0,
    [&](const event&) {
      if (back && kills == 2)
        return false;
      if (kills == 0 || back) {
        back = false;
        ++kills;
        caf::anon_send_exit(lead.directory->current().events,
                            caf::exit_reason::kill);
      }
      return true;
    },
    how,
    [&](const std::string& text) {
      losses.push_back(text);
      back = text.empty();
    });
  stop = true;
  maker.join();
  CAF_CHECK(!followed.error());
  CAF_REQUIRE_EQUAL(losses.size(), 4u);
  CAF_CHECK(contains(losses[0], "sends no events any more"));
  CAF_CHECK_EQUAL(losses[1], "");
  CAF_CHECK_EQUAL(losses[3], "");
}

CAF_TEST(a_restarted_actor_is_an_event) {
  std::string text;
  std::atomic<bool> killed{false};
  std::atomic<bool> stop{false};
  std::thread maker{[&] {
    while (!stop)
      make_noise(*asking);
  }};
  wait_options how;
  how.timeout = 30s;
  auto followed = asking->follow_events(
    0,
    [&](const event& x) {
      if (!killed.exchange(true))
        caf::anon_send_exit(lead.directory->current().membership,
                            caf::exit_reason::kill);
      if (x.kind != event_kind::actor_restarted)
        return true;
      text = x.text;
      return false;
    },
    how);
  stop = true;
  maker.join();
  CAF_CHECK(!followed.error());
  CAF_CHECK(contains(text, "the actor coordinator/cluster/membership was "
                           "restarted: membership ended: "));
}

CAF_TEST(a_coordinator_that_stays_away_is_an_error) {
  std::string loss;
  client_options how;
  how.connect_timeout = 300ms;
  auto made =
    client_core::connect(system, how, make_local_dialer([now = lead.directory] {
                           return now->current().front_door;
                         }));
  CAF_REQUIRE(made.engaged());
  std::atomic<bool> stop{false};
  std::thread maker{[&] {
    while (!stop)
      make_noise(*made);
  }};
  auto followed = made->follow_events(
    0,
    [&](const event&) {
      if (!stop.exchange(true))
        lead.stop();
      return true;
    },
    {}, [&](const std::string& text) { loss = text; });
  maker.join();
  CAF_CHECK_EQUAL(code(followed), "cannot_connect");
  CAF_CHECK(contains(loss, "sends no events any more"));
}

CAF_TEST_FIXTURE_SCOPE_END()
