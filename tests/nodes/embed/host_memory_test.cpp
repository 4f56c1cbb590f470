#define CAF_SUITE host_memory

#include "nodes/embed/host_memory.hpp"
#include "runtime/base/limits.hpp"

#include <caf/test/unit_test.hpp>

#include <map>
#include <string>

using namespace troupe;

CAF_TEST(the_lowest_limit_around_the_process_counts) {
  using files = std::map<std::string, std::string>;
  struct row {
    const char* what;
    files there;
    uint64_t want;
  };
  const row rows[] = {
    {"no groups at all", {}, 1000},
    {"a group without a limit",
     {{"/proc/self/cgroup", "0::/a/b\n"},
      {"/sys/fs/cgroup/a/b/memory.max", "max\n"}},
     1000},
    {"its own limit",
     {{"/proc/self/cgroup", "0::/a/b\n"},
      {"/sys/fs/cgroup/a/b/memory.max", "500\n"},
      {"/sys/fs/cgroup/a/memory.max", "max\n"}},
     500},
    {"that of a group around it",
     {{"/proc/self/cgroup", "0::/a/b\n"},
      {"/sys/fs/cgroup/a/b/memory.max", "500\n"},
      {"/sys/fs/cgroup/a/memory.max", "400\n"}},
     400},
    {"a container, which sees only its own",
     {{"/proc/self/cgroup", "0::/\n"}, {"/sys/fs/cgroup/memory.max", "300\n"}},
     300},
    {"a limit above the RAM",
     {{"/proc/self/cgroup", "0::/\n"}, {"/sys/fs/cgroup/memory.max", "5000\n"}},
     1000},
    {"the first version",
     {{"/proc/self/cgroup", "5:cpu,cpuacct:/x\n4:memory:/x\n"},
      {"/sys/fs/cgroup/memory/x/memory.limit_in_bytes", "200\n"}},
     200},
    {"the first version in a container that sees the host's names",
     {{"/proc/self/cgroup", "4:hugetlb,memory:/docker/1234\n"},
      {"/sys/fs/cgroup/memory/memory.limit_in_bytes", "150\n"}},
     150},
    {"the first version without a limit",
     {{"/proc/self/cgroup", "4:memory:/\n"},
      {"/sys/fs/cgroup/memory/memory.limit_in_bytes", "9223372036854771712\n"}},
     1000},
    {"nonsense",
     {{"/proc/self/cgroup", "\n:\n0\n0::x\n"},
      {"/sys/fs/cgroup/memory.max", "-5"}},
     1000},
  };
  for (const auto& [what, there, want] : rows) {
    CAF_MESSAGE(what);
    auto read = [&, &there = there](const std::string& path) {
      auto i = there.find(path);
      return i == there.end() ? std::nullopt : std::optional{i->second};
    };
    CAF_CHECK_EQUAL(host_memory_bytes(1000, read), want);
  }
  CAF_CHECK(host_memory_bytes() > 0u);
}

CAF_TEST(offers_are_completed_and_checked) {
  auto whole = complete_offers({0, 0, {{"gpu", 10'000}}});
  CAF_REQUIRE(whole.has_value());
  CAF_CHECK_EQUAL(whole->cpus, 0u);
  CAF_CHECK_EQUAL(whole->memory_bytes, host_memory_bytes());
  CAF_CHECK_EQUAL(whole->named.size(), 1u);
  auto given = complete_offers({20'000, limits::gib, {}});
  CAF_REQUIRE(given.has_value());
  CAF_CHECK(*given == (resource_set{20'000, limits::gib, {}}));
  auto bad = complete_offers({0, 0, {{"two words", 1}}});
  CAF_REQUIRE(!bad.has_value());
  CAF_CHECK(bad.error().code == errc::bad_usage);
  CAF_CHECK(bad.error().text.find("two words") != std::string::npos);
}
