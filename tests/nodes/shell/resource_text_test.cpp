#define CAF_SUITE resource_text

#include "nodes/shell/resource_text.hpp"
#include "runtime/base/limits.hpp"

#include <caf/test/unit_test.hpp>

#include <string>

using namespace troupe;
using namespace troupe::shell;

CAF_TEST(offers_are_shown) {
  struct row {
    const char* what;
    uint32_t slots;
    resource_set offers;
    const char* json;
    const char* text;
  };
  const row rows[] = {
    {"a coordinator alone", 0, {0, 0, {}}, R"({"cpus": 0, "memory": 0})", ""},
    {"one cpu a slot", 4, {0, 0, {}}, R"({"cpus": 4, "memory": 0})", ""},
    {"the same in numbers",
     4,
     {40'000, 0, {}},
     R"({"cpus": 4, "memory": 0})",
     ""},
    {"fewer cpus than slots",
     4,
     {15'000, 0, {}},
     R"({"cpus": 1.5, "memory": 0})",
     "cpus=1.5"},
    {"everything",
     2,
     {0, limits::gib, {{"gpu", 10'000}, {"licence", 5'000}}},
     R"({"cpus": 2, "memory": 1073741824, "gpu": 1, "licence": 0.5})",
     "memory=1GiB gpu=1 licence=0.5"},
    {"a peer that breaks the rules",
     1,
     {0, 0, {{"a\"b", 10'000}}},
     R"({"cpus": 1, "memory": 0, "a\"b": 1})",
     "a\"b=1"},
  };
  for (const auto& [what, slots, offers, json, text] : rows) {
    CAF_MESSAGE(what);
    node_info node;
    node.slots = slots;
    node.offers = offers;
    CAF_CHECK_EQUAL(offers_json(node), json);
    CAF_CHECK_EQUAL(offers_text(node), text);
  }
}
