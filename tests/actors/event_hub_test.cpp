#define CAF_SUITE event_hub

#include "actors/event_hub.hpp"
#include "runtime/base/limits.hpp"
#include "runtime/wire/register.hpp"

#include <caf/test/dsl.hpp>

#include <memory>
#include <string>
#include <vector>

using namespace troupe;
using namespace std::chrono_literals;

namespace {

struct config : caf::actor_system_config {
  config() {
    register_types(*this);
  }
};

const time_point start = time_point{} + 1h;

event progress(job_id job, uint64_t succeeded = 0) {
  event x;
  x.kind = event_kind::job_progress;
  x.job = job;
  x.status.id = job;
  x.status.state = job_state::running;
  x.status.succeeded = succeeded;
  return x;
}

event change(job_id job, job_state state = job_state::running) {
  event x;
  x.kind = event_kind::job_state;
  x.job = job;
  x.status.id = job;
  x.status.state = state;
  return x;
}

event joined(const std::string& node) {
  event x;
  x.kind = event_kind::node_joined;
  x.node = node;
  return x;
}

/// Names an event for comparison: kind, job or node, and progress.
std::string brief(const event& x) {
  switch (x.kind) {
    case event_kind::job_progress:
      return "p" + std::to_string(x.job) + "="
             + std::to_string(x.status.succeeded);
    case event_kind::job_state: return "s" + std::to_string(x.job);
    default: return x.node;
  }
}

std::string pop_all(event_queue& queue, time_point now) {
  std::string all;
  while (auto x = queue.pop(now))
    all += (all.empty() ? "" : " ") + brief(*x);
  return all;
}

event_queue open_queue(job_id job, uint32_t credit = 1000) {
  event_queue queue{job};
  queue.add_credit(credit);
  return queue;
}

struct fixed_clock : wall_clock {
  int64_t now_us() const override {
    return 77;
  }
};

struct fixture : test_coordinator_fixture<config> {
  fixed_clock wall;
  std::shared_ptr<event_ring> kept = std::make_shared<event_ring>(1);
  event_hub_actor hub = sys.spawn(event_hub, make_null_logger(), kept, &wall);

  ~fixture() override {
    self->send_exit(hub, caf::exit_reason::user_shutdown);
  }

  void publish(const event& x) {
    caf::anon_send(hub, events{{x}});
    sched.run();
  }

  std::vector<event> received() {
    std::vector<event> all;
    while (self->has_next_message())
      self->receive([&](const event& x) { all.push_back(x); });
    return all;
  }

  std::string briefs() {
    std::string all;
    for (const auto& x : received())
      all += (all.empty() ? "" : " ") + brief(x);
    return all;
  }

  template <class Message>
  void tell(const Message& x) {
    self->send(hub, x);
    sched.run();
  }
};

} // namespace

CAF_TEST(a_follower_of_a_job_gets_its_task_events) {
  event failed;
  failed.kind = event_kind::task_failed;
  failed.job = 7;
  failed.node = "w1";
  auto queue = open_queue(7);
  queue.push(failed, start);
  failed.job = 8;
  failed.node = "w2";
  queue.push(failed, start);
  failed.job = 0; // Of several jobs.
  queue.push(failed, start);
  queue.push(joined("alpha"), start);
  auto all = pop_all(queue, start);
  CAF_CHECK_EQUAL(all, "w1");
}

CAF_TEST(events_leave_in_order_with_numbers) {
  auto queue = open_queue(0);
  queue.push(change(1), start);
  queue.push(joined("alpha"), start);
  queue.push(change(2), start);
  for (uint64_t i = 1; i <= 3; ++i) {
    auto x = queue.pop(start);
    CAF_REQUIRE(x.has_value());
    CAF_CHECK_EQUAL(x->seq, i);
    CAF_CHECK_EQUAL(x->dropped, 0u);
  }
  CAF_CHECK(!queue.pop(start));
}

CAF_TEST(nothing_leaves_without_credit) {
  auto queue = open_queue(0, 0);
  queue.push(change(1), start);
  queue.push(change(2), start);
  queue.push(progress(3), start);
  CAF_CHECK(!queue.pop(start));
  CAF_CHECK(!queue.due()); // Time alone would change nothing.
  queue.add_credit(1);
  CAF_CHECK_EQUAL(pop_all(queue, start), "s1");
  queue.add_credit(2);
  CAF_CHECK_EQUAL(pop_all(queue, start), "s2 p3=0");
}

CAF_TEST(credit_has_a_limit) {
  auto queue = open_queue(0, UINT32_MAX);
  size_t left = 0;
  for (size_t i = 0; i < limits::subscriber_events_max + 5; ++i) {
    queue.push(change(1), start);
    left += queue.pop(start).has_value();
  }
  CAF_CHECK_EQUAL(left, limits::subscriber_events_max);
}

CAF_TEST(a_filter_lets_one_job_through) {
  auto queue = open_queue(2);
  for (job_id job : {1, 2, 3}) {
    queue.push(change(job), start);
    queue.push(progress(job), start);
  }
  queue.push(joined("alpha"), start);
  CAF_CHECK_EQUAL(pop_all(queue, start), "s2 p2=0");
}

CAF_TEST(progress_is_coalesced_and_spaced) {
  constexpr auto interval = limits::progress_interval;
  auto queue = open_queue(0);
  queue.push(progress(1, 10), start);
  CAF_CHECK_EQUAL(pop_all(queue, start), "p1=10"); // The first at once.
  queue.push(progress(1, 20), start + 1ms);
  queue.push(progress(1, 30), start + 2ms);
  queue.push(progress(2, 5), start + 2ms);
  CAF_CHECK_EQUAL(pop_all(queue, start + 2ms), "p2=5"); // Jobs do not wait
  CAF_CHECK(queue.due() == start + interval);           // for each other.
  CAF_CHECK_EQUAL(pop_all(queue, start + interval - 1ns), "");
  CAF_CHECK_EQUAL(pop_all(queue, start + interval), "p1=30");
  CAF_CHECK(!queue.due());
  auto x = queue.pop(start + 1h);
  CAF_CHECK(!x);
}

CAF_TEST(a_state_change_supersedes_progress) {
  auto queue = open_queue(0, 0);
  queue.push(progress(1, 10), start);
  queue.push(progress(2, 10), start);
  queue.push(change(1, job_state::succeeded), start);
  CAF_CHECK_EQUAL(queue.size(), 2u);
  queue.add_credit(10);
  auto first = queue.pop(start);
  CAF_REQUIRE(first.has_value());
  CAF_CHECK_EQUAL(brief(*first), "s1");
  CAF_CHECK_EQUAL(first->dropped, 0u); // Nothing was lost that matters.
  CAF_CHECK_EQUAL(pop_all(queue, start), "p2=10");
}

CAF_TEST(a_reader_that_is_too_slow_loses_the_oldest_and_is_told) {
  constexpr auto max = limits::subscriber_events_max;
  auto queue = open_queue(0, 0);
  for (size_t i = 0; i < max + 3; ++i)
    queue.push(change(i + 1), start);
  CAF_CHECK_EQUAL(queue.size(), max);
  queue.add_credit(2);
  auto first = queue.pop(start);
  auto second = queue.pop(start);
  CAF_REQUIRE(first && second);
  CAF_CHECK_EQUAL(brief(*first), "s4");
  CAF_CHECK_EQUAL(first->dropped, 3u);
  CAF_CHECK_EQUAL(second->dropped, 0u);
}

CAF_TEST(progress_of_many_jobs_has_a_bound) {
  constexpr auto max = limits::subscriber_events_max;
  auto queue = open_queue(0, 0);
  for (size_t i = 0; i < max + 5; ++i)
    queue.push(progress(i + 1), start);
  CAF_CHECK_EQUAL(queue.size(), max);
  queue.push(progress(1, 7), start); // Known jobs still change.
  queue.add_credit(max);
  auto first = queue.pop(start);
  CAF_REQUIRE(first.has_value());
  CAF_CHECK_EQUAL(brief(*first), "p1=7");
  CAF_CHECK_EQUAL(first->dropped, 5u);
  pop_all(queue, start);
  // Jobs whose interval is over make room for new ones.
  queue.add_credit(1);
  queue.push(progress(9999), start + limits::progress_interval);
  CAF_CHECK_EQUAL(pop_all(queue, start + limits::progress_interval), "p9999=0");
}

CAF_TEST_FIXTURE_SCOPE(event_hub_tests, fixture)

CAF_TEST(a_subscriber_gets_events_under_credit) {
  tell(subscribe{0, 2});
  publish(change(1));
  publish(joined("alpha"));
  publish(change(2));
  CAF_CHECK_EQUAL(briefs(), "s1 alpha");
  tell(more_events{5});
  CAF_CHECK_EQUAL(briefs(), "s2");
  publish(change(3, job_state::failed));
  auto last = received();
  CAF_REQUIRE_EQUAL(last.size(), 1u);
  CAF_CHECK_EQUAL(last[0].seq, 4u);
  CAF_CHECK(last[0].status.state == job_state::failed);
}

CAF_TEST(the_last_progress_arrives_when_its_time_has_come) {
  tell(subscribe{0, 10});
  publish(progress(1, 10));
  publish(progress(1, 20));
  publish(progress(1, 30));
  CAF_CHECK_EQUAL(briefs(), "p1=10");
  advance_time(limits::progress_interval - 1ms);
  sched.run();
  CAF_CHECK_EQUAL(briefs(), "");
  advance_time(1ms);
  sched.run();
  CAF_CHECK_EQUAL(briefs(), "p1=30");
  CAF_CHECK(!sched.has_pending_timeout()); // An idle hub has no timer.
}

CAF_TEST(subscribing_again_changes_the_filter) {
  tell(subscribe{1, 10});
  publish(change(2));
  CAF_CHECK_EQUAL(briefs(), "");
  tell(subscribe{2, 10});
  publish(change(1));
  publish(change(2));
  CAF_CHECK_EQUAL(briefs(), "s2"); // Once, not twice.
}

CAF_TEST(who_unsubscribes_or_never_subscribed_gets_nothing) {
  tell(more_events{10});
  publish(change(1));
  CAF_CHECK_EQUAL(briefs(), "");
  tell(subscribe{0, 10});
  tell(unsubscribe_atom::value);
  tell(unsubscribe_atom::value);
  publish(change(2));
  CAF_CHECK_EQUAL(briefs(), "");
}

CAF_TEST(a_subscriber_that_died_is_forgotten) {
  auto state = [this]() -> event_hub_state& {
    using impl = caf::stateful_actor<event_hub_state, event_hub_actor::base>;
    return deref<impl>(hub).state;
  };
  auto reader = sys.spawn([](caf::event_based_actor*) -> caf::behavior {
    return {[](const event&) {}};
  });
  caf::send_as(reader, hub, subscribe{0, 10});
  sched.run();
  CAF_CHECK_EQUAL(state().subscribers.size(), 1u);
  caf::anon_send_exit(reader, caf::exit_reason::kill);
  sched.run();
  CAF_CHECK_EQUAL(state().subscribers.size(), 0u);
}

CAF_TEST(an_event_of_unknown_kind_is_dropped) {
  tell(subscribe{0, 10});
  auto strange = change(1);
  strange.kind = static_cast<event_kind>(77);
  publish(strange);
  publish(change(2));
  CAF_CHECK_EQUAL(briefs(), "s2");
}

CAF_TEST(what_was_published_is_kept_for_those_who_come_later) {
  publish(change(1));
  auto strange = change(2);
  strange.kind = static_cast<event_kind>(77);
  publish(strange);
  publish(change(3));
  auto got = kept->read(0, 10, limits::mib);
  CAF_REQUIRE_EQUAL(got.events.size(), 2u);
  CAF_CHECK_EQUAL(got.events.at(0).job, 1u);
  CAF_CHECK_EQUAL(got.events.at(1).job, 3u);
}

CAF_TEST(an_event_without_a_time_gets_it) {
  tell(subscribe{0, 10});
  auto timed = change(2);
  timed.at_us = 5;
  publish(change(1));
  publish(timed);
  auto got = received();
  CAF_REQUIRE_EQUAL(got.size(), 2u);
  CAF_CHECK_EQUAL(got.at(0).at_us, 77u);
  CAF_CHECK_EQUAL(got.at(1).at_us, 5u);
}

CAF_TEST_FIXTURE_SCOPE_END()
