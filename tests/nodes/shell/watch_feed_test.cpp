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

  watch_view view;
};

} // namespace

CAF_TEST_FIXTURE_SCOPE(watch_feed_tests, fixture)

CAF_TEST(it_ends_while_the_job_runs) {
  auto job = submit_gate();
  watch_feed feed{*user, job};
  feed.take(view);
  CAF_CHECK(view.failures.empty());
}

CAF_TEST(a_job_that_does_not_exist_has_no_nodes) {
  watch_feed feed{*user, 77};
  feed.refresh();
  feed.take(view);
  CAF_CHECK(view.nodes.empty());
}

CAF_TEST_FIXTURE_SCOPE_END()
