#define CAF_SUITE validate_supervision

#include "runtime/base/limits.hpp"
#include "runtime/wire/validate.hpp"

#include <caf/test/unit_test.hpp>

#include <limits>

using namespace troupe;

namespace {

/// How many of all byte values are valid for an enumeration.
template <class Enumeration>
int valid_values() {
  int valid = 0;
  for (int i = 0; i < 256; ++i)
    valid += is_valid(static_cast<Enumeration>(i));
  return valid;
}

inject_fault fault(void (*change)(inject_fault&)) {
  inject_fault result;
  result.node = "w1";
  result.path = "worker/worker_tree";
  change(result);
  return result;
}

} // namespace

CAF_TEST(enumerations_of_supervision_have_exactly_their_values) {
  CAF_CHECK_EQUAL(valid_values<child_type>(), 2);
  CAF_CHECK_EQUAL(valid_values<child_state>(), 6);
  CAF_CHECK_EQUAL(valid_values<supervision_strategy>(), 4);
  CAF_CHECK_EQUAL(valid_values<fault_kind>(), 6);
}

CAF_TEST(faults_are_bounded) {
  struct row {
    bool good;
    void (*change)(inject_fault&);
  };
  const row rows[] = {
    {true, [](inject_fault&) {}},
    {true, [](inject_fault& x) { x.share = 1; }},
    {false, [](inject_fault& x) { x.share = 1.01; }},
    {false, [](inject_fault& x) { x.share = -0.1; }},
    {false,
     [](inject_fault& x) {
       x.share = std::numeric_limits<double>::quiet_NaN();
     }},
    {true, [](inject_fault& x) { x.duration_ms = 600'000; }},
    {false, [](inject_fault& x) { x.duration_ms = 600'001; }},
    {false, [](inject_fault& x) { x.delay_ms = 600'001; }},
    {false, [](inject_fault& x) { x.what = static_cast<fault_kind>(6); }},
    {false,
     [](inject_fault& x) {
       x.node = std::string(limits::name_bytes_max + 1, 'n');
     }},
    {false,
     [](inject_fault& x) {
       x.path = std::string(limits::actor_path_bytes_max + 1, 'p');
     }},
  };
  for (const auto& [good, change] : rows)
    CAF_CHECK_EQUAL(check(fault(change)).has_value(), good);
}

CAF_TEST(trees_are_bounded) {
  supervision_tree tree;
  tree.nodes.resize(limits::tree_actors_max);
  CAF_CHECK(check(tree).has_value());
  tree.nodes.emplace_back();
  CAF_CHECK(!check(tree).has_value());
  tree.nodes.resize(1);
  tree.nodes[0].state = static_cast<child_state>(6);
  CAF_CHECK(!check(tree).has_value());
  CAF_CHECK(!check(show_tree{std::string(limits::name_bytes_max + 1, 'n')})
               .has_value());
  CAF_CHECK(
    !check(fault_done{std::string(limits::error_text_bytes_max + 1, 't')})
       .has_value());
}
