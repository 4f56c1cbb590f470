#define CAF_SUITE effective_values

#include "nodes/daemon/effective_values.hpp"
#include "nodes/daemon/option_table.hpp"

#include <caf/test/unit_test.hpp>

#include <algorithm>
#include <string>
#include <string_view>

using namespace troupe;

namespace {

/// Returns what a value came to on a host with 8 cores and 4 GiB.
std::string means(const std::string& key, const std::string& value,
                  const node_options& options) {
  auto all =
    effective_values({{key, value, "default"}}, options, 8, 4 * limits::gib);
  CAF_REQUIRE_EQUAL(all.size(), 1u);
  CAF_CHECK_EQUAL(all.front().value, value);
  CAF_CHECK_EQUAL(all.front().origin, "default");
  return all.front().means;
}

} // namespace

CAF_TEST(each_value_says_where_it_came_from) {
  option_sources sources;
  sources.args = {"--config=f.conf", "--worker.slots=4"};
  sources.environment = {{"TROUPE_LOG_LEVEL", "warn"},
                         {"TROUPE_WORKER_SLOTS", "3"}};
  sources.read_file = [](const std::string&) -> result<std::string> {
    return "[node]\nname = alpha\n\n[log]\nlevel = debug\n";
  };
  sources.is_folder = [](const std::string&) { return true; };
  auto parsed = parse_options(sources);
  CAF_REQUIRE(parsed.has_value());
  const auto& values = parsed->values;
  CAF_REQUIRE_EQUAL(values.size(), option_table().size());
  auto check = [&](std::string_view key, const std::string& value,
                   const std::string& origin) {
    auto i = std::find_if(values.begin(), values.end(),
                          [&](const auto& x) { return x.key == key; });
    CAF_REQUIRE(i != values.end());
    CAF_CHECK_EQUAL(i->value, value);
    CAF_CHECK_EQUAL(i->origin, origin);
  };
  check("worker.slots", "4", "flag --worker.slots");
  check("log.level", "warn", "variable TROUPE_LOG_LEVEL");
  check("node.name", "alpha", "f.conf:2");
  check("node.listen", "127.0.0.1:7400", "default");
  check("worker.labels", "", "default");
}

CAF_TEST(what_is_left_to_the_host_is_told) {
  node_options options;
  options.node.name = "box-1234";
  struct row {
    const char* key;
    const char* value;
    const char* want;
  };
  const row rows[] = {
    {"node.name", "", "box-1234"},   {"node.join", "127.0.0.1:7400", "itself"},
    {"node.threads", "0", "4"},      {"coordinator.memory", "50%", "2 GiB"},
    {"worker.slots", "0", "8"},      {"worker.cpus", "0", "8"},
    {"worker.memory", "0", "4 GiB"}, {"log.level", "info", ""}};
  for (const auto& [key, value, want] : rows) {
    CAF_MESSAGE(key);
    CAF_CHECK_EQUAL(means(key, value, options), want);
  }
}

CAF_TEST(what_says_itself_is_not_told_twice) {
  node_options options;
  options.node.name = "alpha";
  options.node.threads = 3;
  options.node.join = {{"127.0.0.1", 1}};
  options.coordinator.memory = {limits::gib, 0};
  options.worker.slots = 2;
  options.worker.cpus = 70'000;
  options.worker.memory = limits::gib;
  CAF_CHECK_EQUAL(means("node.name", "alpha", options), "");
  CAF_CHECK_EQUAL(means("node.join", "127.0.0.1:1", options), "");
  CAF_CHECK_EQUAL(means("node.threads", "3", options), "");
  CAF_CHECK_EQUAL(means("coordinator.memory", "1GiB", options), "");
  CAF_CHECK_EQUAL(means("worker.slots", "2", options), "");
  CAF_CHECK_EQUAL(means("worker.cpus", "7", options), "");
  CAF_CHECK_EQUAL(means("worker.memory", "1GiB", options), "");
}
