#define CAF_SUITE watch_feed

#include "nodes/shell/watch_feed.hpp"
#include "tests/nodes/embed/embed_fixture.hpp"

#include <thread>

using namespace troupe;
using namespace troupe::shell;

namespace {

struct fixture : test::embed_fixture {
  /// Looks until there is what the test waits for.
  template <class F>
  bool comes(watch_feed& feed, F is_there) {
    auto end = std::chrono::steady_clock::now() + std::chrono::seconds{30};
    while (std::chrono::steady_clock::now() < end) {
      feed.take(view);
      if (is_there())
        return true;
      std::this_thread::yield();
    }
    return false;
  }

  job_status status_of(job_id job) {
    auto status = user->describe(job);
    CAF_REQUIRE(status.engaged());
    return *status;
  }

  watch_view view;
};

} // namespace

CAF_TEST_FIXTURE_SCOPE(watch_feed_tests, fixture)

CAF_TEST(it_ends_while_the_job_runs) {
  auto job = submit_gate();
  watch_feed feed{*user, status_of(job)};
  feed.take(view);
  CAF_CHECK(view.failures.empty());
}

CAF_TEST(failures_are_heard) {
  auto spec = range_of("refuse", 0, 3, "collect");
  spec.options.backoff_base_ms = 20;
  spec.options.retries = 1'000'000; // Until the test has seen some.
  auto job = user->submit(spec);
  CAF_REQUIRE(job.engaged());
  watch_feed feed{*user, status_of(*job)};
  CAF_REQUIRE(comes(feed, [this] { return !view.failures.empty(); }));
  CAF_CHECK(!view.failures.front().dead);
  CAF_CHECK(view.failures.front().index < 3u);
  CAF_CHECK(contains(view.failures.front().text, "will not do"));
  CAF_CHECK(user->cancel(*job).engaged());
}

CAF_TEST(what_the_nodes_do_is_asked) {
  auto job = submit_gate();
  watch_feed feed{*user, status_of(job)};
  CAF_REQUIRE(comes(feed, [this] {
    return !view.nodes.empty() && view.nodes.front().share.leased == 1;
  }));
  open_gate();
  CAF_CHECK(user->wait(job).engaged());
}

CAF_TEST(when_the_job_has_ended_nothing_is_leased) {
  auto job = submit_gate();
  watch_feed feed{*user, status_of(job)};
  CAF_REQUIRE(comes(feed, [this] {
    return !view.nodes.empty() && view.nodes.front().share.leased == 1;
  }));
  view.job.state = job_state::succeeded;
  view.job.seconds_us = 2'000'000;
  feed.take(view);
  CAF_CHECK_EQUAL(view.nodes.front().share.leased, 0u);
  CAF_CHECK_EQUAL(view.nodes.front().per_second,
                  static_cast<double>(view.nodes.front().share.succeeded) / 2);
  open_gate();
  CAF_CHECK(user->wait(job).engaged());
}

CAF_TEST(a_job_that_does_not_exist_has_no_nodes) {
  job_status none;
  none.id = 77;
  watch_feed feed{*user, none};
  feed.take(view);
  CAF_CHECK(view.nodes.empty());
}

CAF_TEST_FIXTURE_SCOPE_END()
