#define CAF_SUITE drain_text

#include "nodes/shell/drain_text.hpp"

#include <caf/test/unit_test.hpp>

#include <string>

using namespace troupe;
using namespace troupe::shell;
using namespace std::chrono_literals;

namespace {

node_info node_with(uint32_t busy, uint32_t queued,
                    node_state state = node_state::up) {
  node_info x;
  x.name = "w1";
  x.state = state;
  x.busy = busy;
  x.queued = queued;
  x.cordoned = true;
  return x;
}

} // namespace

CAF_TEST(a_node_is_empty_when_it_said_so_after_the_drain) {
  struct row {
    const char* what;
    node_info node;
    std::chrono::milliseconds silent;
    std::chrono::milliseconds since;
    bool want;
  };
  const row rows[] = {
    {"it said so before", node_with(0, 0), 150ms, 100ms, false},
    {"it said so right after", node_with(0, 0), 150ms, 300ms, false},
    {"it said so a while after", node_with(0, 0), 150ms, 650ms, true},
    {"a slot is busy", node_with(1, 0), 150ms, 9s, false},
    {"a lease waits", node_with(0, 1), 150ms, 9s, false},
    {"it is silent", node_with(0, 0, node_state::suspect), 1200ms, 1s, false},
    {"it is gone", node_with(0, 0, node_state::gone), 0ms, 0ms, true},
    {"it is down", node_with(2, 3, node_state::down), 0ms, 0ms, true},
  };
  for (auto [what, node, silent, since, want] : rows) {
    CAF_MESSAGE(what);
    node.silent_us = static_cast<uint64_t>(
      std::chrono::duration_cast<std::chrono::microseconds>(silent).count());
    CAF_CHECK_EQUAL(is_empty(node, since), want);
  }
}

CAF_TEST(what_a_node_holds_is_told) {
  struct row {
    node_info node;
    const char* want;
  };
  const row rows[] = {
    {node_with(1, 0), "1 slot runs a task"},
    {node_with(2, 1), "2 slots run tasks, 1 lease waits"},
    {node_with(0, 1234), "1,234 leases wait"},
    {node_with(0, 0), "its next word"},
    {node_with(1, 0, node_state::suspect), "it is silent; 1 slot runs a task"},
  };
  for (const auto& [node, want] : rows)
    CAF_CHECK_EQUAL(holdings(node), want);
}

CAF_TEST(each_command_says_what_it_did) {
  auto contains = [](const std::string& text, std::string_view part) {
    return text.find(part) != std::string::npos;
  };
  auto up = node_with(1, 0);
  auto gone = node_with(0, 0, node_state::gone);
  for (const auto& text :
       {cordon_text(up), cordon_text(gone), drain_text(up, 30s),
        drain_text(gone, 30s), drained_text(up), drained_text(gone)}) {
    CAF_MESSAGE(text);
    CAF_CHECK(text.starts_with("w1 is "));
    CAF_CHECK(text.ends_with("until troupe uncordon w1"));
  }
  CAF_CHECK(contains(cordon_text(gone), "not there now"));
  CAF_CHECK(contains(drain_text(up, 1500ms), "may go on for 1.50 s"));
  CAF_CHECK(contains(drain_text(up, 0s), "what it runs is run elsewhere at "
                                         "once; it gets nothing new"));
  CAF_CHECK_EQUAL(uncordon_text(up), "w1 is no longer cordoned");
  CAF_CHECK(contains(uncordon_text(gone), "not there now"));
}
