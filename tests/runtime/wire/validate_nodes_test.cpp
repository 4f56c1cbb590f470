#define CAF_SUITE validate_nodes

#include "runtime/base/limits.hpp"
#include "runtime/wire/validate.hpp"

#include <caf/test/unit_test.hpp>

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

std::string long_text(size_t bytes) {
  return std::string(bytes, 'x');
}

} // namespace

CAF_TEST(enumerations_have_exactly_their_values) {
  CAF_CHECK_EQUAL(valid_values<cordon_kind>(), 3);
  CAF_CHECK_EQUAL(static_cast<size_t>(valid_values<task_state>()),
                  task_state_count);
}

CAF_TEST(what_shall_be_done_with_a_node_is_bounded) {
  struct row {
    const char* what;
    bool good;
    cordon_node message;
  };
  auto most = limits::drain_timeout_max_ms;
  const row rows[] = {
    {"a cordon", true, {"w", cordon_kind::cordon, 0}},
    {"a long drain", true, {"w", cordon_kind::drain, most}},
    {"an endless drain", false, {"w", cordon_kind::drain, most + 1}},
    {"no such kind", false, {"w", static_cast<cordon_kind>(3), 0}},
    {"no name", false, {"", cordon_kind::cordon, 0}},
    {"a name", true, {long_text(limits::name_bytes_max), {}, 0}},
    {"a long name", false, {long_text(limits::name_bytes_max + 1), {}, 0}},
  };
  for (const auto& [what, good, message] : rows) {
    CAF_MESSAGE(what);
    auto ok = check(message);
    CAF_CHECK_EQUAL(ok.has_value(), good);
    if (!ok)
      CAF_CHECK(ok.error().code == errc::protocol_violation);
  }
}

CAF_TEST(a_question_about_a_task_is_bounded) {
  CAF_CHECK(check(explain_task{7, true, limits::job_tasks_max}).has_value());
  CAF_CHECK(!check(explain_task{7, true, limits::job_tasks_max + 1}));
}

CAF_TEST(explanations_are_bounded) {
  struct row {
    const char* what;
    bool good;
    void (*change)(task_explanation&);
  };
  const row rows[] = {
    {"none", true, [](task_explanation&) {}},
    {"workers", true,
     [](task_explanation& x) {
       x.workers.resize(limits::explained_workers_max);
     }},
    {"more workers", false,
     [](task_explanation& x) {
       x.workers.resize(limits::explained_workers_max + 1);
     }},
    {"a state", false,
     [](task_explanation& x) { x.state = static_cast<task_state>(7); }},
    {"a node", false,
     [](task_explanation& x) {
       x.node = long_text(limits::name_bytes_max + 1);
     }},
    {"a sentence", false,
     [](task_explanation& x) {
       x.why = long_text(limits::error_text_bytes_max + 1);
     }},
    {"a worker's name", false,
     [](task_explanation& x) {
       x.workers.push_back({long_text(limits::name_bytes_max + 1), false, ""});
     }},
    {"a worker's sentence", false,
     [](task_explanation& x) {
       x.workers.push_back(
         {"w", false, long_text(limits::error_text_bytes_max + 1)});
     }},
  };
  for (const auto& [what, good, change] : rows) {
    CAF_MESSAGE(what);
    task_explanation x;
    change(x);
    CAF_CHECK_EQUAL(check(x).has_value(), good);
  }
}
