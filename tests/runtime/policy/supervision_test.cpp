#define CAF_SUITE supervision

#include "runtime/base/limits.hpp"
#include "runtime/base/random.hpp"
#include "runtime/policy/supervision.hpp"

#include <caf/test/unit_test.hpp>

#include <string>
#include <vector>

using namespace troupe;
using namespace std::chrono_literals;
using strategy = supervision_strategy;

namespace {

const time_point start = time_point{} + 1h;

child_rules child(std::string id) {
  return {std::move(id)};
}

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

} // namespace

CAF_TEST(a_wrong_spec_names_the_field) {
  struct row {
    const char* field;
    child_rules rules;
    bool has_start = true;
    auto_shutdown mode = auto_shutdown::any_significant;
  };
  auto odd = [](auto change) {
    auto x = child("c");
    change(x);
    return x;
  };
  const row rows[] = {
    {"", child("c")},
    {"", odd([](auto& x) { x.shutdown = shutdown_rule::brutal_kill(); })},
    {"", odd([](auto& x) { x.shutdown = shutdown_rule::infinity(); })},
    {"", odd([](auto& x) { x.shutdown = shutdown_rule::within(0ms); })},
    {"", odd([](auto& x) { x.shutdown = shutdown_rule::within(1h); })},
    {"", odd([](auto& x) {
       x.significant = true;
       x.restart = restart_type::transient;
     })},
    {"id is missing", child("")},
    {"id has more", child(std::string(limits::name_bytes_max + 1, 'x'))},
    {"id has a '/'", child("a/b")},
    {"start is missing", child("c"), false},
    {"restart", odd([](auto& x) { x.restart = restart_type{3}; })},
    {"type", odd([](auto& x) { x.type = child_type{2}; })},
    {"shutdown", odd([](auto& x) {
       x.shutdown = shutdown_rule{shutdown_rule::kind{3}, 0ms};
     })},
    {"shutdown is -1 ms",
     odd([](auto& x) { x.shutdown = shutdown_rule::within(-1ms); })},
    {"shutdown is 3600001 ms",
     odd([](auto& x) { x.shutdown = shutdown_rule::within(1h + 1ms); })},
    {"significant does not go with restart permanent",
     odd([](auto& x) { x.significant = true; })},
    {"significant does not go with auto_shutdown never", odd([](auto& x) {
       x.significant = true;
       x.restart = restart_type::temporary;
     }),
     true, auto_shutdown::never},
  };
  for (const auto& [field, rules, has_start, mode] : rows) {
    CAF_MESSAGE(field);
    auto ok = check_child(rules, has_start, mode);
    CAF_CHECK_EQUAL(ok.has_value(), std::string{field}.empty());
    if (!ok) {
      CAF_CHECK(errc::bad_child_spec == ok.error().code);
      CAF_CHECK(contains(ok.error().text, field));
    }
  }
}

CAF_TEST(sup_flags) {
  struct row {
    const char* field;
    supervisor_flags flags;
  };
  auto odd = [](auto change) {
    supervisor_flags x;
    change(x);
    return x;
  };
  const row rows[] = {
    {"", {}},
    {"", odd([](auto& x) { x.intensity = 0; })},
    {"", odd([](auto& x) { x.backoff.min = x.backoff.cap = 0ms; })},
    {"strategy", odd([](auto& x) { x.strategy = strategy{4}; })},
    {"intensity",
     odd([](auto& x) { x.intensity = limits::restart_intensity_max + 1; })},
    {"period is 0 ms", odd([](auto& x) { x.period = 0ms; })},
    {"period is -1 ms", odd([](auto& x) { x.period = -1ms; })},
    {"period", odd([](auto& x) { x.period = 24h + 1ms; })},
    {"auto_shutdown", odd([](auto& x) { x.shutdown = auto_shutdown{3}; })},
    {"backoff", odd([](auto& x) { x.backoff.min = -1ms; })},
    {"backoff", odd([](auto& x) { x.backoff.cap = x.backoff.min - 1ms; })},
    {"reset_after", odd([](auto& x) { x.backoff.reset_after = -1ms; })},
  };
  for (const auto& [field, flags] : rows) {
    CAF_MESSAGE(field);
    auto ok = check_flags(flags);
    CAF_CHECK_EQUAL(ok.has_value(), std::string{field}.empty());
    if (!ok)
      CAF_CHECK(contains(ok.error().text, field));
  }
}

CAF_TEST(siblings_have_different_ids_and_a_simple_one_has_one_template) {
  const std::vector<child_rules> two{child("a"), child("b")};
  const std::vector<child_rules> same{child("a"), child("b"), child("a")};
  const std::vector<child_rules> one{child("a")};
  CAF_CHECK(check_siblings(two, strategy::one_for_one).has_value());
  CAF_CHECK(check_siblings(one, strategy::simple_one_for_one).has_value());
  auto twice = check_siblings(same, strategy::one_for_all);
  CAF_REQUIRE(!twice);
  CAF_CHECK(contains(twice.error().text, "\"a\""));
  CAF_CHECK(!check_siblings(two, strategy::simple_one_for_one));
  CAF_CHECK(!check_siblings({}, strategy::simple_one_for_one));
}

CAF_TEST(every_restart_type_meets_every_exit) {
  using enum exit_verdict;
  struct row {
    restart_type type;
    exit_kind how;
    exit_verdict usual;
    exit_verdict simple;
  };
  using enum restart_type;
  const row rows[] = {
    {permanent, exit_kind::normal, restart, restart},
    {permanent, exit_kind::shutdown, restart, restart},
    {permanent, exit_kind::killed, restart, restart},
    {permanent, exit_kind::abnormal, restart, restart},
    {transient, exit_kind::normal, keep, forget},
    {transient, exit_kind::shutdown, keep, forget},
    {transient, exit_kind::killed, restart, restart},
    {transient, exit_kind::abnormal, restart, restart},
    {temporary, exit_kind::normal, forget, forget},
    {temporary, exit_kind::shutdown, forget, forget},
    {temporary, exit_kind::killed, forget, forget},
    {temporary, exit_kind::abnormal, forget, forget},
  };
  for (const auto& [type, how, usual, simple] : rows) {
    CAF_MESSAGE(to_string(type) << " " << static_cast<int>(how));
    CAF_CHECK(judge_exit(type, how, strategy::one_for_one) == usual);
    CAF_CHECK(judge_exit(type, how, strategy::one_for_all) == usual);
    CAF_CHECK(judge_exit(type, how, strategy::rest_for_one) == usual);
    CAF_CHECK(judge_exit(type, how, strategy::simple_one_for_one) == simple);
  }
}

CAF_TEST(what_is_worth_a_report) {
  using enum exit_kind;
  CAF_CHECK(is_reported_exit(exit_verdict::restart, normal));
  CAF_CHECK(!is_reported_exit(exit_verdict::keep, normal));
  CAF_CHECK(!is_reported_exit(exit_verdict::forget, shutdown));
  CAF_CHECK(is_reported_exit(exit_verdict::forget, abnormal));
  CAF_CHECK(is_reported_exit(exit_verdict::forget, killed));
  const auto in_time = shutdown_rule::within(1s);
  const auto brutal = shutdown_rule::brutal_kill();
  struct row {
    shutdown_rule rule;
    exit_kind how;
    bool was_killed;
    restart_type type;
    bool want;
  };
  const row rows[] = {
    {in_time, shutdown, false, restart_type::permanent, false},
    {in_time, normal, false, restart_type::permanent, true},
    {in_time, normal, false, restart_type::transient, false},
    {in_time, normal, false, restart_type::temporary, false},
    {in_time, abnormal, false, restart_type::temporary, true},
    {in_time, killed, true, restart_type::permanent, true},
    {brutal, killed, true, restart_type::permanent, false},
    {brutal, killed, false, restart_type::permanent, true},
    {brutal, abnormal, true, restart_type::permanent, true},
  };
  for (const auto& x : rows)
    CAF_CHECK_EQUAL(is_shutdown_error(x.rule, x.how, x.was_killed, x.type),
                    x.want);
}

CAF_TEST(a_supervisor_ends_with_any_or_all_of_its_significant_children) {
  using enum auto_shutdown;
  struct row {
    auto_shutdown mode;
    bool significant;
    size_t others;
    bool want;
  };
  const row rows[] = {
    {never, true, 0, false},           {any_significant, true, 0, true},
    {any_significant, true, 3, true},  {any_significant, false, 0, false},
    {all_significant, true, 0, true},  {all_significant, true, 1, false},
    {all_significant, false, 0, false}};
  for (const auto& [mode, significant, others, want] : rows)
    CAF_CHECK_EQUAL(ends_supervisor(mode, significant, others), want);
}

CAF_TEST(each_strategy_has_its_scope) {
  CAF_CHECK(scope_of(strategy::one_for_one) == restart_scope::only_it);
  CAF_CHECK(scope_of(strategy::simple_one_for_one) == restart_scope::only_it);
  CAF_CHECK(scope_of(strategy::rest_for_one) == restart_scope::it_and_later);
  CAF_CHECK(scope_of(strategy::one_for_all) == restart_scope::all);
}

CAF_TEST(the_window_slides_and_includes_its_edge) {
  restart_window window{2, 5000ms};
  CAF_CHECK_EQUAL(window.left(start), 2u);
  CAF_CHECK(window.add(start));
  CAF_CHECK(window.add(start + 3s));
  CAF_CHECK_EQUAL(window.used(start + 3s), 2u);
  CAF_CHECK_EQUAL(window.left(start + 3s), 0u);
  CAF_CHECK_EQUAL(window.used(start + 5s), 2u);
  CAF_CHECK_EQUAL(window.used(start + 5s + 1ms), 1u);
  auto tight = window;
  CAF_CHECK(!tight.add(start + 5s));
  CAF_CHECK(window.add(start + 5s + 1ms));
  // A window that starts anew every 5 s would tolerate this one.
  CAF_CHECK(!window.add(start + 7s));
}

CAF_TEST(no_intensity_tolerates_nothing) {
  restart_window window{0, 1ms};
  CAF_CHECK(!window.add(start));
  CAF_CHECK(!window.add(start + 1h));
  CAF_CHECK_EQUAL(window.left(start), 0u);
}

CAF_TEST(restarts_pause_longer_and_longer_until_a_quiet_time) {
  const restart_backoff_rules rules{20ms, 100ms, 10s};
  struct row {
    const char* what;
    std::chrono::milliseconds later;
    double uniform;
    std::chrono::milliseconds want;
  };
  const row rows[] = {
    {"the first one is immediate", 0ms, 0.9, 0ms},
    {"the minimum, jittered to a half", 1s, 0.0, 10ms},
    {"doubled", 1s, 1.0 - 0x1.0p-53, 40ms},
    {"doubled again", 1s, 0.5, 60ms},
    {"capped", 1s, 0.0, 50ms},
    {"almost quiet: the pause does not count", 10s, 0.0, 50ms},
    {"quiet: from the beginning", 10s + 50ms, 0.5, 0ms},
    {"the minimum again", 9s, 0.0, 10ms},
  };
  restart_backoff backoff;
  auto now = start;
  for (const auto& [what, later, uniform, want] : rows) {
    CAF_MESSAGE(what);
    now += later;
    CAF_CHECK_EQUAL(backoff.next(rules, now, uniform).count(), want.count());
  }
}

CAF_TEST(extreme_pauses_do_not_overflow) {
  const restart_backoff_rules rules{1ms, 24h, 1h};
  const auto random = make_seeded_random(3);
  restart_backoff backoff;
  for (int i = 0; i < 200; ++i) {
    auto pause = backoff.next(rules, start, random->uniform());
    CAF_CHECK(0ms <= pause && pause <= 24h);
  }
  CAF_CHECK(backoff.next(rules, start, 0.0) == 12h);
  const restart_backoff_rules none{0ms, 0ms, 1h};
  for (int i = 0; i < 100; ++i)
    CAF_CHECK(backoff.next(none, start, 0.5) == 0ms);
}

CAF_TEST(every_value_has_a_name) {
  for (int i = 0; i < 3; ++i) {
    CAF_CHECK(to_string(static_cast<restart_type>(i)) != "unknown");
    CAF_CHECK(to_string(static_cast<auto_shutdown>(i)) != "unknown");
  }
  for (int i = 0; i < 8; ++i)
    CAF_CHECK(to_string(static_cast<supervision_event>(i)) != "unknown");
  for (int i = 0; i < 6; ++i)
    CAF_CHECK(to_string(static_cast<child_state>(i)) != "unknown");
  CAF_CHECK_EQUAL(to_string(child_state{6}), "unknown");
}

// -- Reports: the cases of OTP's supervisor_SUITE -----------------------------

namespace {

supervision_report failure() {
  supervision_report x;
  x.what = supervision_event::shutdown_error;
  x.supervisor = "my_supervisor";
  x.child = {"any_id", restart_type::temporary, shutdown_rule::brutal_kill()};
  x.child_name = "17";
  x.reason = "1 2 3 4 5 6 7 8 9 10 11 12 13 14 15";
  return x;
}

} // namespace

CAF_TEST(format_log_1) {
  auto x = failure();
  CAF_CHECK_EQUAL(render_lines(x),
                  "    supervisor: my_supervisor\n"
                  "    context: shutdown_error\n"
                  "    reason: 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15\n"
                  "    offender: id=any_id,actor=17\n"
                  "      restart: temporary\n"
                  "      shutdown: brutal_kill\n"
                  "      type: worker\n"
                  "      significant: no\n");
  x.what = supervision_event::progress;
  x.child.shutdown.reset();
  CAF_CHECK_EQUAL(render_lines(x), "    supervisor: my_supervisor\n"
                                   "    started: id=any_id,actor=17\n"
                                   "      restart: temporary\n"
                                   "      shutdown: 5000 ms\n"
                                   "      type: worker\n"
                                   "      significant: no\n");
}

CAF_TEST(format_log_2) {
  auto x = failure();
  const std::string whole =
    "Supervisor: my_supervisor. Context: shutdown_error. Reason: 1 2 3 4 5 6 "
    "7 8 9 10 11 12 13 14 15. Offender: id=any_id,actor=17.";
  CAF_CHECK_EQUAL(render(x, 1024), whole);
  CAF_CHECK_EQUAL(render(x, whole.size()), whole);
  CAF_CHECK_EQUAL(render(x, 60), whole.substr(0, 57) + "...");
  CAF_CHECK_EQUAL(render(x, 2), "..");
  x.reason = "a \xc3\xa9";
  auto text = render(x, 1024);
  auto inside = text.find("\xc3") + 1;
  CAF_CHECK_EQUAL(render(x, inside + 3), text.substr(0, inside - 1) + "...");
  x.child.id.clear();
  CAF_CHECK_EQUAL(render(x, 1024), "Supervisor: my_supervisor. Context: "
                                   "shutdown_error. Reason: a \xc3\xa9.");
  x = failure();
  x.what = supervision_event::progress;
  CAF_CHECK_EQUAL(render(x, 1024),
                  "Supervisor: my_supervisor. Started: id=any_id,actor=17.");
}
