#define CAF_SUITE node_name

#include "nodes/shell/node_name.hpp"
#include "runtime/base/limits.hpp"

#include <caf/test/unit_test.hpp>

#include <string>

using namespace troupe;
using namespace troupe::shell;

CAF_TEST(names_of_nodes_are_short_and_visible) {
  const std::string longest(limits::name_bytes_max, 'x');
  for (const auto& name : {std::string{"w1"}, std::string{"a b"}, longest})
    CAF_CHECK(check_node_name(name));
  for (const auto& name : {std::string{}, std::string{"a\nb"},
                           std::string{"\x7F"}, longest + "x"}) {
    auto got = check_node_name(name);
    CAF_REQUIRE(!got);
    CAF_CHECK(got.error().code == exit_code::usage);
    CAF_CHECK(got.error().text.find("cannot be the name of a node")
              != std::string::npos);
  }
}
