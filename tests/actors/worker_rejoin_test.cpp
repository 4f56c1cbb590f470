#define CAF_SUITE worker_rejoin

#include "tests/actors/worker_fixture.hpp"

#include <algorithm>
#include <vector>

using namespace troupe;
using namespace std::chrono_literals;
using test::puppet;

namespace {

struct fixture : test::worker_fixture {
  void detach() {
    caf::anon_send(subject, detached_from_cluster{});
    run_worker();
  }

  const held_lease* find(const join_request& in, uint64_t counter) {
    auto i = std::find_if(in.held.begin(), in.held.end(),
                          [&](auto& x) { return x.lease.counter == counter; });
    return i == in.held.end() ? nullptr : &*i;
  }

  std::vector<slice> sent_to(puppet& to) {
    std::vector<slice> result;
    for (const auto& message : to.take_all<slices>())
      result.insert(result.end(), message.items.begin(), message.items.end());
    return result;
  }

  /// What the worker counts as waiting to be sent.
  size_t outbox_bytes() {
    using impl = caf::stateful_actor<worker_state, worker_actor::base>;
    return deref<impl>(subject).state.outbox_bytes;
  }
};

} // namespace

CAF_TEST_FIXTURE_SCOPE(worker_rejoin_tests, fixture)

CAF_TEST(lists_what_it_holds_when_it_joins_again) {
  start();
  auto later = lease(2, 4, 9);
  later.attempt = 3;
  lead.send(subject, work({header_of(1)}, {lease(1, 0, 4), later}));
  run_worker();
  auto held = described().held;
  CAF_REQUIRE_EQUAL(held.size(), 2u);
  CAF_CHECK(held[0].lease == (lease_id{1, 1}));
  CAF_CHECK(held[0].rest == (index_range{0, 4}));
  CAF_CHECK_EQUAL(held[0].attempt, 1u);
  CAF_CHECK(held[1].lease == (lease_id{1, 2}));
  CAF_CHECK(held[1].rest == (index_range{4, 9}));
  CAF_CHECK_EQUAL(held[1].job, 1u);
  CAF_CHECK_EQUAL(held[1].attempt, 3u);
}

CAF_TEST(a_rest_begins_with_the_first_slice_without_an_answer) {
  start();
  std::optional<held_lease> before;
  std::optional<held_lease> after;
  during = [&](int64_t x) {
    if (x != 3)
      return;
    caf::anon_send(subject, tick_atom::value); // Three results: a slice.
    run_worker();
    before = *find(described(), 1);
    lead.send(subject, slice_answers{{{{1, 1}, 0, true}}});
    run_worker();
    after = *find(described(), 1);
  };
  sched.clock().current_time += 1s;
  tell(work({header_of(1)}, {lease(1, 0, 10)}));
  CAF_REQUIRE(before && after);
  CAF_CHECK_EQUAL(before->next_seq, 0u);
  CAF_CHECK(before->rest == (index_range{0, 10}));
  CAF_CHECK(after->next_seq >= 1u);
  CAF_CHECK(after->rest.begin > 0 && after->rest.begin <= 3);
  CAF_CHECK_EQUAL(after->rest.end, 10u);
}

CAF_TEST(a_lease_that_has_ended_is_held_until_its_slices_are_answered) {
  start();
  auto work_of_it = lease(1, 0, 4);
  work_of_it.attempt = 2;
  tell(work({header_of(1)}, {work_of_it}));
  auto sent = made();
  CAF_REQUIRE(!sent.empty());
  auto held = described().held;
  CAF_REQUIRE_EQUAL(held.size(), 1u);
  CAF_CHECK(held[0].rest == (index_range{0, 4}));
  CAF_CHECK_EQUAL(held[0].next_seq, 0u);
  CAF_CHECK_EQUAL(held[0].attempt, 2u);
  for (const auto& x : sent)
    accept(x);
  CAF_CHECK(described().held.empty());
}

CAF_TEST(everything_goes_on_under_the_next_scheduler) {
  start();
  lead.send(subject, work({header_of(1)}, {lease(1, 0, 1), lease(2, 1, 2), //
                                           lease(3, 2, 3)}));
  run_worker(); // One is with the runner, two are queued, none has run.
  detach();
  puppet next{sys};
  attach(next);
  CAF_CHECK(ran == std::vector<int64_t>({0, 1, 2}));
  CAF_CHECK_EQUAL(sent_to(next).size(), 3u);
  CAF_CHECK(made().empty());
}

CAF_TEST(runs_on_while_it_has_no_scheduler) {
  start();
  detach();
  CAF_CHECK(described().held.empty());
  attach(lead);
  lead.send(subject, work({header_of(1)}, {lease(1, 0, 4)}));
  run_worker();
  detach();
  sched.run();
  CAF_CHECK_EQUAL(ran.size(), 4u);
  CAF_CHECK(made().empty());
  CAF_CHECK_EQUAL(outbox_bytes(), 0u); // It will be sent as unanswered.
  CAF_CHECK_EQUAL(described().held.size(), 1u);
  attach(lead);
  CAF_CHECK(!made().empty());
}

CAF_TEST(slices_that_are_dropped_before_they_were_sent_do_not_count) {
  start();
  size_t before = 0;
  size_t after = 99;
  during = [&](int64_t x) {
    if (x != 3)
      return;
    run_worker();
    before = outbox_bytes();
    caf::anon_send(subject, renew_worker{12});
    run_worker();
    after = outbox_bytes();
  };
  // The first leaves at once, the second waits while the third runs.
  tell(work({header_of(1)}, {lease(1, 1, 2), lease(2, 2, 3), lease(3, 3, 4)}));
  CAF_CHECK(before > 0);
  CAF_CHECK_EQUAL(after, 0u);
}

CAF_TEST(grants_of_a_scheduler_that_is_lost_are_dropped) {
  start();
  detach();
  tell(work({header_of(1)}, {lease(1, 0, 1)}));
  CAF_CHECK(ran.empty());
  attach(lead);
  CAF_CHECK(described().held.empty());
}

CAF_TEST(inputs_that_had_not_arrived_never_will) {
  start();
  auto waits = bytes_lease(1, 3);
  waits.inputs = {{}, 9, limits::inline_body_bytes_max + 1};
  tell(work({bytes_header()}, {waits, bytes_lease(2, 4)}));
  CAF_CHECK(ran.empty()); // The second waits behind the first.
  detach();
  CAF_CHECK(find(described(), 1) == nullptr);
  CAF_CHECK(find(described(), 2) != nullptr);
  sched.run();
  CAF_CHECK(ran == std::vector<int64_t>({4}));
}

CAF_TEST(what_is_refused_is_dropped_with_the_rest_of_its_lease) {
  start();
  during = [&](int64_t x) {
    if (x != 3)
      return;
    caf::anon_send(subject, tick_atom::value);
    run_worker();
    lead.send(subject, slice_answers{{{{1, 1}, 0, false}}});
    run_worker();
  };
  sched.clock().current_time += 1s;
  tell(work({header_of(1)}, {lease(1, 0, 900), lease(2, 900, 901)}));
  CAF_CHECK(ran.size() < 100u); // Asked to stop.
  CAF_CHECK_EQUAL(ran.back(), 900);
  CAF_CHECK(find(described(), 1) == nullptr);
}

CAF_TEST(what_cannot_be_listed_is_dropped_the_youngest_first) {
  start();
  auto message = work({header_of(1)}, {});
  for (uint64_t i = 0; i < limits::held_leases_max + 5; ++i)
    message.items.push_back(lease(i + 1, i, i + 1));
  lead.send(subject, message);
  run_worker();
  detach();
  auto held = described().held;
  CAF_REQUIRE_EQUAL(held.size(), limits::held_leases_max);
  CAF_CHECK_EQUAL(held[0].lease.counter, 1u);
  CAF_CHECK_EQUAL(held.back().lease.counter, limits::held_leases_max);
  sched.run();
  CAF_CHECK_EQUAL(ran.size(), limits::held_leases_max);
}

CAF_TEST_FIXTURE_SCOPE_END()
