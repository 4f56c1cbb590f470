#define CAF_SUITE configure

#include "nodes/embed/troupe/configure.hpp"

#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>
#include <caf/io/middleman.hpp>
#include <caf/settings.hpp>
#include <caf/string_view.hpp>
#include <caf/test/unit_test.hpp>
#include <caf/timespan.hpp>

#include <chrono>
#include <cstddef>

using namespace troupe;
using namespace std::chrono_literals;

CAF_TEST(sets_what_every_node_must_have) {
  caf::actor_system_config config;
  configure(config, 3);
  auto number = [&](caf::string_view key) {
    return caf::get_or(config, key, size_t{999});
  };
  auto time = [&](caf::string_view key) {
    return caf::get_or(config, key, caf::timespan{0});
  };
  auto none = caf::atom("none");
  CAF_CHECK_EQUAL(caf::get_or(config, "scheduler.policy", none),
                  caf::atom("sharing"));
  CAF_CHECK_EQUAL(number("scheduler.max-threads"), 3u);
  CAF_CHECK_EQUAL(number("scheduler.max-throughput"), 50u);
  CAF_CHECK_EQUAL(number("middleman.workers"), 0u);
  CAF_CHECK(time("middleman.heartbeat-interval") == 500ms);
  CAF_CHECK(time("middleman.connection-timeout") == 3s);
  CAF_CHECK(
    !caf::get_or(config, "middleman.enable-automatic-connections", true));
  CAF_CHECK_EQUAL(config.value_factories_by_name.count("t.join"), 1u);
}

CAF_TEST(zero_threads_means_half_of_the_cores) {
  caf::actor_system_config config;
  configure(config);
  CAF_CHECK(caf::get_or(config, "scheduler.max-threads", size_t{0}) >= 1u);
}

CAF_TEST(a_system_knows_whether_it_was_configured) {
  caf::actor_system_config with;
  configure(with, 1);
  caf::actor_system configured{with};
  CAF_CHECK(is_configured(configured));
  CAF_CHECK(configured.has_middleman());
  caf::actor_system_config without;
  caf::actor_system plain{without};
  CAF_CHECK(!is_configured(plain));
}
