#define CAF_SUITE cluster_watch

#include "nodes/shell/cluster_watch.hpp"
#include "runtime/wire/caf_error.hpp"
#include <troupe/configure.hpp>
#include <troupe/local_cluster.hpp>

#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>
#include <caf/test/unit_test.hpp>

#include <atomic>
#include <condition_variable>
#include <functional>
#include <future>
#include <mutex>

using namespace troupe;
using namespace troupe::shell;

namespace {

using reach = cluster_state::reach;

constexpr std::chrono::seconds patience{60};
constexpr std::chrono::milliseconds look_again{50};

/// A cluster in this process, and whether one gets to it.
class fixture {
public:
  fixture() {
    local_cluster_options options;
    options.slots = 1;
    if (auto started = local_cluster::start(system_, options))
      cluster.emplace(std::move(*started));
  }

  cluster_watch::options options() {
    cluster_watch::options out;
    out.connect = [this]() -> outcome<client> {
      if (!open)
        return refuse("nobody listens", exit_code::cannot_connect);
      auto made = cluster->connect();
      if (!made)
        return refuse(made.error());
      return std::move(*made);
    };
    out.changed = [this] {
      std::unique_lock guard{mutex_};
      ++changes_;
      changed_.notify_all();
    };
    out.begin.where = "127.0.0.1:7400";
    out.interval = std::chrono::milliseconds{20};
    return out;
  }

  /// Waits until something holds; looks again after every change.
  bool eventually(const std::function<bool()>& holds) {
    auto end = std::chrono::steady_clock::now() + patience;
    std::unique_lock guard{mutex_};
    for (;;) {
      auto seen = changes_;
      guard.unlock();
      if (holds())
        return true;
      guard.lock();
      if (std::chrono::steady_clock::now() >= end)
        return false;
      changed_.wait_for(guard, look_again, [&] { return changes_ != seen; });
    }
  }

private:
  static caf::actor_system_config& configured(caf::actor_system_config& x) {
    configure(x, 2);
    return x;
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  uint64_t changes_ = 0;
  caf::actor_system_config config_;
  caf::actor_system system_{configured(config_)};

public:
  std::atomic<bool> open = true;
  std::optional<local_cluster> cluster; ///< Ends before its actor system.
};

} // namespace

CAF_TEST_FIXTURE_SCOPE(cluster_watch_tests, fixture)

CAF_TEST(sees_a_cluster) {
  CAF_REQUIRE(cluster);
  cluster_watch watch{options()};
  CAF_CHECK(watch.wait_for_answer(patience).at == reach::connected);
  CAF_CHECK(eventually([&] { return watch.state().nodes == 1; }));
  CAF_CHECK(watch.connection());
  watch.stop_and_wait();
}

CAF_TEST(who_waited_in_vain_is_told_why_nobody_answers) {
  CAF_REQUIRE(cluster);
  open = false;
  auto how = options();
  std::promise<void> go;
  auto gone = go.get_future().share();
  how.connect = [gone, connect = how.connect] {
    gone.wait();
    return connect();
  };
  cluster_watch watch{std::move(how)};
  CAF_CHECK(watch.wait_for_answer(std::chrono::milliseconds{0}).at
            == reach::unknown);
  go.set_value();
  CAF_CHECK(watch.wait_for_answer(patience).at == reach::lost);
  auto told = watch.take_notices();
  CAF_REQUIRE_EQUAL(told.size(), 1u);
  CAF_CHECK_EQUAL(told.front(), "nobody listens; trying again");
  watch.stop_and_wait();
}

CAF_TEST(comes_back_when_the_coordinator_does) {
  CAF_REQUIRE(cluster);
  open = false;
  cluster_watch watch{options()};
  auto state = watch.wait_for_answer(patience);
  CAF_CHECK(state.at == reach::lost);
  CAF_CHECK_EQUAL(state.problem, "nobody listens");
  CAF_CHECK(!watch.connection());
  open = true;
  CAF_CHECK(eventually([&] { return watch.state().at == reach::connected; }));
  auto told = watch.take_notices();
  CAF_REQUIRE_EQUAL(told.size(), 1u);
  CAF_CHECK_EQUAL(told.front(), "connected to the coordinator at "
                                "127.0.0.1:7400");
  watch.stop_and_wait();
}

CAF_TEST(tells_of_jobs_that_end) {
  CAF_REQUIRE(cluster);
  cluster_watch watch{options()};
  CAF_REQUIRE(watch.wait_for_answer(patience).at == reach::connected);
  auto coordinator = watch.connection();
  CAF_REQUIRE(coordinator);
  std::vector<std::string> told;
  // The first job may be over before the events are followed.
  CAF_CHECK(eventually([&] {
    auto job = coordinator->run_range<uint64_t>("noop", 0, 3, [] {
      job_spec spec;
      spec.reducer = "count";
      return spec;
    }());
    CAF_CHECK(job);
    watch.look();
    auto more = watch.take_notices();
    told.insert(told.end(), more.begin(), more.end());
    return !told.empty();
  }));
  CAF_CHECK(!told.empty()
            && told.front().find("(noop) has succeeded") != std::string::npos);
  watch.stop_and_wait();
}

CAF_TEST_FIXTURE_SCOPE_END()
