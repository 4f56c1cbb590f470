#define CAF_SUITE top_feed

#include "nodes/shell/top_feed.hpp"
#include "tests/nodes/shell/node_fixture.hpp"

#include <caf/test/unit_test.hpp>

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <thread>
#include <vector>

using namespace troupe;
using namespace troupe::shell;
using namespace std::chrono_literals;

namespace {

const context lab{{"127.0.0.1", 7400}, "default"};

/// Takes news until they are as wanted, at most some seconds.
bool eventually(top_feed& from,
                const std::function<bool(const top_feed::news&)>& wanted) {
  auto until = std::chrono::steady_clock::now() + 20s;
  while (std::chrono::steady_clock::now() < until) {
    if (wanted(from.take()))
      return true;
    std::this_thread::yield();
  }
  return false;
}

} // namespace

CAF_TEST_FIXTURE_SCOPE(top_feed_tests, node_fixture)

CAF_TEST(tells_what_is_asked_again_and_again) {
  CAF_REQUIRE(started());
  top_feed feed{connect(), lab, 10ms};
  for (int i = 0; i < 2; ++i)
    CAF_CHECK(eventually(
      feed, [](const auto& x) { return x.view && x.view->nodes.size() == 1; }));
  top_subject about{top_view::nodes, "alpha", 0};
  feed.look_into(about, 80);
  CAF_CHECK(eventually(feed, [&](const auto& x) {
    return x.about == about && x.details.size() > 10;
  }));
  feed.finish();
}

CAF_TEST(a_loss_is_told_and_its_end) {
  CAF_REQUIRE(started());
  top_feed feed{connect(), lab, 10ms};
  CAF_CHECK(eventually(feed, [](const auto& x) { return x.view.has_value(); }));
  stop();
  CAF_CHECK(eventually(feed, [](const auto& x) { return x.waited >= 50ms; }));
  CAF_CHECK(
    eventually(feed, [](const auto& x) { return x.lost && !x.lost->empty(); }));
  start();
  CAF_CHECK(
    eventually(feed, [](const auto& x) { return x.lost && x.lost->empty(); }));
  feed.finish();
}

CAF_TEST_FIXTURE_SCOPE_END()
