#define CAF_SUITE validate

#include "runtime/base/limits.hpp"
#include "tests/runtime/wire/validate_rows.hpp"

#include <string>
#include <utility>
#include <vector>

using namespace troupe;
using namespace troupe::validate_test;

namespace {

slice good_slice() {
  slice x;
  x.lease = {1, 2};
  x.job = 3;
  x.seq = 4;
  x.range = {10, 20};
  x.failed = {{10, errc::function_failed, "one"}, {19, errc::bad_input, ""}};
  x.results.bytes = blob{std::string{"packed"}};
  return x;
}

grant good_grant() {
  grant x;
  x.lease = {1, 2};
  x.job = 3;
  x.range = {0, 4};
  return x;
}

job_audit audit_of(size_t violations, const std::string& text) {
  job_audit x;
  x.job = 3;
  x.violations.assign(violations, text);
  return x;
}

job_header good_header() {
  job_header x;
  x.job = 3;
  x.function = "echo";
  x.reducer = "collect";
  return x;
}

job_spec good_spec() {
  job_spec x;
  x.function = "echo";
  return x;
}

result_slice good_results() {
  result_slice x;
  x.job = 3;
  x.seq = 1;
  x.range = {0, 4};
  x.failed = {1, 3};
  return x;
}

body announced(uint64_t size) {
  return {{}, 1, size};
}

body inlined(size_t size) {
  return {blob{std::string(size, 'x')}, 0, size};
}

} // namespace

CAF_TEST(enumerations_have_exactly_their_values) {
  struct counts {
    const char* what;
    int valid;
    int want;
  };
  auto count = [](auto first) {
    using enumeration = decltype(first);
    int valid = 0;
    for (int i = 0; i < 256; ++i)
      valid += is_valid(static_cast<enumeration>(i));
    return valid;
  };
  const counts rows[] = {
    {"errc", count(errc{}), errc_count},
    {"job_state", count(job_state{}), static_cast<int>(job_state_count)},
    {"input_kind", count(input_kind{}), 3},
    {"task_state", count(task_state{}), static_cast<int>(task_state_count)},
    {"event_kind", count(event_kind{}), event_kind_count},
  };
  for (const auto& [what, valid, want] : rows) {
    CAF_MESSAGE(what);
    CAF_CHECK_EQUAL(valid, want);
  }
}

CAF_TEST(bodies_are_inline_or_announced) {
  auto body_check = [](const body& x) {
    return check_body(x, 1000'000, "the field", errc::input_too_large);
  };
  check_rows({
    {"empty", body_check({}), ok},
    {"inline", body_check(inlined(10)), ok},
    {"inline without a size", body_check({blob{std::string{"x"}}, 0, 0}), ok},
    {"inline at the limit", body_check(inlined(limits::inline_body_bytes_max)),
     ok},
    {"inline over the limit",
     body_check(inlined(limits::inline_body_bytes_max + 1)), bad},
    {"inline with a lie", body_check({blob{std::string{"x"}}, 0, 2}), bad},
    {"announced", body_check(announced(1000'000)), ok},
    {"announced nothing", body_check(announced(0)), bad},
    {"announced too much", body_check(announced(1000'001)),
     errc::input_too_large},
    {"announced absurdly much", body_check(announced(UINT64_MAX)),
     errc::input_too_large},
    {"both", body_check({blob{std::string{"x"}}, 1, 1}), bad},
  });
}

CAF_TEST(slices) {
  auto with = [](auto change) { return changed(good_slice(), change); };
  using x = slice;
  check_rows({
    {"good", check(good_slice()), ok},
    {"nothing failed", with([](x& s) { s.failed.clear(); }), ok},
    {"no lease", with([](x& s) { s.lease = {}; }), bad},
    {"impossible term", with([](x& s) { s.lease.term = UINT64_MAX; }), bad},
    {"no job", with([](x& s) { s.job = 0; }), bad},
    {"empty range", with([](x& s) {
       s.range = {10, 10};
     }),
     bad},
    {"reversed range", with([](x& s) {
       s.range = {20, 10};
     }),
     bad},
    {"range without end", with([](x& s) {
       s.range = {0, UINT64_MAX};
     }),
     bad},
    {"failed before the range", with([](x& s) { s.failed.front().index = 9; }),
     bad},
    {"failed after the range", with([](x& s) { s.failed.back().index = 20; }),
     bad},
    {"failed twice", with([](x& s) { s.failed.back().index = 10; }), bad},
    {"failed in reverse",
     with([](x& s) { std::swap(s.failed.front(), s.failed.back()); }), bad},
    {"failed with ok", with([](x& s) { s.failed.front().code = ok; }), bad},
    {"failed with an unknown code",
     with([](x& s) { s.failed.front().code = static_cast<errc>(200); }), bad},
    {"failed with a novel", with([](x& s) {
       s.failed.front().text = long_text(limits::error_text_bytes_max);
     }),
     bad},
    {"results too large to be inline",
     with([](x& s) { s.results = inlined(limits::frame_bytes_max); }), bad},
    {"large results",
     with([](x& s) { s.results = announced(limits::result_bytes_max * 2); }),
     ok},
    {"results without end",
     with([](x& s) { s.results = announced(UINT64_MAX); }),
     errc::result_too_large},
    {"fatal", with([](x& s) { s.fatal.code = errc::integer_overflow; }), ok},
    {"unknown fatal", with([](x& s) { s.fatal.code = static_cast<errc>(99); }),
     bad},
  });
}

CAF_TEST(grants_and_their_headers) {
  auto grant_with = [](auto f) { return changed(good_grant(), f); };
  auto header_with = [](auto f) { return changed(good_header(), f); };
  grants both{{}, {}, {good_header()}, {good_grant()}};
  check_rows({
    {"good", check(both), ok},
    {"empty", check(grants{}), ok},
    {"bad header", changed(both, [](grants& x) { x.jobs.front().job = 0; }),
     bad},
    {"bad grant", changed(both, [](grants& x) { x.items.front().job = 0; }),
     bad},
    {"attempt 0", grant_with([](grant& x) { x.attempt = 0; }), bad},
    {"no lease", grant_with([](grant& x) { x.lease.counter = 0; }), bad},
    {"empty range", grant_with([](grant& x) {
       x.range = {4, 4};
     }),
     bad},
    {"an input at the limit", grant_with([](grant& x) {
       x.inputs = announced(limits::input_bytes_max);
     }),
     ok},
    {"an input over the limit", grant_with([](grant& x) {
       x.inputs = announced(limits::input_bytes_max * 2);
     }),
     errc::input_too_large},
    {"no function", header_with([](job_header& x) { x.function = ""; }), bad},
    {"no reducer", header_with([](job_header& x) { x.reducer = ""; }), bad},
    {"unknown kind",
     header_with([](job_header& x) { x.inputs = static_cast<input_kind>(3); }),
     bad},
    {"pairs of step 0", header_with([](job_header& x) {
       x.inputs = input_kind::pairs;
       x.range.step = 0;
     }),
     bad},
    {"large arguments", header_with([](job_header& x) {
       x.args = announced(limits::args_bytes_max + 1);
     }),
     errc::bad_args},
    {"half a gpu", header_with([](job_header& x) {
       x.needs = {5'000, 0, {{"gpu", 5'000}}};
     }),
     ok},
    {"no cpu", header_with([](job_header& x) { x.needs.cpus = 0; }), bad},
    {"a resource twice", header_with([](job_header& x) {
       x.needs.named = {{"gpu", 1}, {"gpu", 1}};
     }),
     bad},
  });
}

CAF_TEST(leases_windows_and_frames) {
  constexpr auto frame_max = limits::frame_bytes_max;
  check_rows({
    {"lease end", check(lease_end{{1, 1}, 7}), ok},
    {"stop", check(lease_end{{1, 1}, 0}), ok},
    {"end of no lease", check(lease_end{{1, 0}, 7}), bad},
    {"end after all tasks", check(lease_end{{1, 1}, UINT64_MAX}), bad},
    {"window", check(window_update{0, 0}), ok},
    {"endless tasks", check(window_update{UINT64_MAX, 0}), bad},
    {"endless bytes", check(window_update{0, UINT64_MAX}), bad},
    {"frame request", check(frame_request{1, 0, frame_max}), ok},
    {"done", check(frame_request{1, 0, 0}), ok},
    {"greedy", check(frame_request{1, 0, frame_max + 1}), bad},
    {"no transfer", check(frame_request{0, 0, 1}), bad},
    {"frame", check(frame{1, 0, blob{std::string(frame_max, 'x')}}), ok},
    {"long frame", check(frame{1, 0, blob{std::string(frame_max + 1, 'x')}}),
     bad},
    {"frame of nothing", check(frame{}), bad},
  });
}

CAF_TEST(what_clients_send) {
  submit_item item;
  item.spec = good_spec();
  append_inputs inputs{3, 1, inlined(10), true};
  check_rows({
    {"submit", check(item), ok},
    {"unknown kind",
     changed(
       item,
       [](submit_item& x) { x.spec.inputs = static_cast<input_kind>(3); }),
     errc::bad_usage},
    {"no function", changed(item, [](submit_item& x) { x.spec.function = ""; }),
     errc::bad_usage},
    {"huge first input",
     changed(item,
             [](submit_item& x) {
               x.inputs = announced(limits::input_bytes_max * 2);
             }),
     errc::input_too_large},
    {"no such placement",
     changed(item, [](submit_item& x) { x.spec.options.placement = "best"; }),
     errc::bad_usage},
    {"needs nothing",
     changed(item, [](submit_item& x) { x.spec.options.needs.cpus = 0; }),
     errc::bad_args},
    {"near a node",
     changed(item,
             [](submit_item& x) {
               x.near = std::string(limits::name_bytes_max, 'x');
             }),
     ok},
    {"near a novel",
     changed(
       item,
       [](submit_item& x) { x.near = long_text(limits::name_bytes_max); }),
     bad},
    {"inputs", check(inputs), ok},
    {"inputs near a novel",
     changed(
       inputs,
       [](append_inputs& x) { x.near = long_text(limits::name_bytes_max); }),
     bad},
    {"inputs without a number",
     changed(inputs, [](append_inputs& x) { x.seq = 0; }), bad},
    {"huge input",
     changed(inputs,
             [](append_inputs& x) {
               x.inputs = announced(limits::input_bytes_max * 2);
             }),
     errc::input_too_large},
  });
}

CAF_TEST(what_clients_ask_and_are_told_of_jobs) {
  check_rows({
    {"an audit", check(audit_of(limits::violations_listed_max, "x")), ok},
    {"an audit with too many violations",
     check(audit_of(limits::violations_listed_max + 1, "x")), bad},
    {"an audit with a long violation",
     check(audit_of(1, std::string(limits::error_text_bytes_max + 1, 'x'))),
     bad},
    {"watch", check(watch_job{3, 1 << 20}), ok},
    {"watch without end", check(watch_job{3, UINT64_MAX}), bad},
    {"more results", check(result_credit{3, 10}), ok},
    {"more than there is", check(result_credit{3, UINT64_MAX}), bad},
    {"dead letters", check(list_dead{{3, true, 7, "x"}, 3, 6, 1}), ok},
    {"dead letters of all jobs",
     check(list_dead{{}, 0, 0, limits::dead_per_page}), ok},
    {"no dead letters", check(list_dead{{}, 0, 0, 0}), bad},
    {"too many dead letters",
     check(list_dead{{}, 0, 0, limits::dead_per_page + 1}), bad},
    {"one dead letter of no job", check(requeue_dead{{0, true, 7, ""}}), bad},
    {"purge by a text without end",
     check(purge_dead{
       {0, false, 0, std::string(limits::error_text_bytes_max + 1, 'x')}}),
     bad},
    {"list", check(list_jobs{0, limits::jobs_per_page}), ok},
    {"list of none", check(list_jobs{0, 0}), bad},
    {"list of all", check(list_jobs{0, UINT32_MAX}), bad},
  });
}

CAF_TEST(what_clients_get_of_dead_letters) {
  constexpr auto bad = errc::protocol_violation;
  attempt_record attempt{1, errc::timed_out, "slow", "alpha", 3, 4};
  dead_letter letter{3, 7, 4, errc::bad_input, "odd", "alpha", {attempt}};
  CAF_CHECK(check(dead_letters{{letter}}).has_value());
  auto code_of_changed = [&](auto change) {
    auto x = letter;
    change(x);
    auto ok = check(dead_letters{{x}});
    return ok ? errc::ok : ok.error().code;
  };
  CAF_CHECK(code_of_changed([](dead_letter& x) { x.job = 0; }) == bad);
  CAF_CHECK(code_of_changed([](dead_letter& x) { x.code = errc::ok; }) == bad);
  CAF_CHECK(code_of_changed([](dead_letter& x) {
              x.history[0].code = static_cast<errc>(errc_count);
            })
            == bad);
  CAF_CHECK(code_of_changed([](dead_letter& x) {
              x.history.resize(limits::history_attempts_max + 1);
            })
            == bad);
  CAF_CHECK(code_of_changed([](dead_letter& x) {
              x.node.resize(limits::name_bytes_max + 1, 'x');
            })
            == bad);
}

CAF_TEST(explanations_of_tasks) {
  task_explanation good;
  good.job = 3;
  good.why = "it waits for a gpu";
  good.workers = {{"w1", true, "it has no gpu"}, {"w2", false, ""}};
  auto with = [&](auto change) { return changed(good, change); };
  using x = task_explanation;
  const std::string novel = long_text(limits::error_text_bytes_max);
  const std::string long_name = long_text(limits::name_bytes_max);
  check_rows({
    {"question", check(explain_task{3, true, 7}), ok},
    {"question for the next task", check(explain_task{3, false, 0}), ok},
    {"question for the last task",
     check(explain_task{3, true, limits::job_tasks_max - 1}), ok},
    {"question for one that cannot be",
     check(explain_task{3, true, limits::job_tasks_max}), bad},
    {"good", check(good), ok},
    {"of no job", with([](x& e) { e.job = 0; }), bad},
    {"unknown state",
     with([](x& e) { e.state = static_cast<task_state>(task_state_count); }),
     bad},
    {"a novel", with([&](x& e) { e.why = novel; }), bad},
    {"a long node", with([&](x& e) { e.node = long_name; }), bad},
    {"all workers", with([](x& e) {
       e.workers.assign(limits::explained_workers_max, e.workers.front());
     }),
     ok},
    {"too many workers", with([](x& e) {
       e.workers.assign(limits::explained_workers_max + 1, e.workers.front());
     }),
     bad},
    {"a worker with a long name",
     with([&](x& e) { e.workers.back().node = long_name; }), bad},
    {"a worker with a novel", with([&](x& e) { e.workers.back().why = novel; }),
     bad},
  });
}

CAF_TEST(what_clients_get) {
  job_update update;
  job_result whole;
  auto results_with = [](auto f) { return changed(good_results(), f); };
  check_rows({
    {"reply", check(submit_reply{3, {}, false}), ok},
    {"refusal", check(submit_reply{0, {errc::store_full, "x"}, false}), ok},
    {"neither", check(submit_reply{}), bad},
    {"both", check(submit_reply{3, {errc::store_full, "x"}, false}), bad},
    {"stored", check(inputs_stored{3, 1, {}}), ok},
    {"unknown error", check(inputs_stored{3, 1, {static_cast<errc>(99), ""}}),
     bad},
    {"update", check(update), ok},
    {"update with an unknown state",
     changed(update,
             [](job_update& x) { x.status.state = static_cast<job_state>(5); }),
     bad},
    {"update with a novel",
     changed(update,
             [](job_update& x) {
               x.status.reason = long_text(limits::error_text_bytes_max);
             }),
     bad},
    {"update with a large result",
     changed(update,
             [](job_update& x) {
               x.result = blob{std::string(limits::frame_bytes_max, 'x')};
             }),
     bad},
    {"result", check(whole), ok},
    {"result at the limit",
     changed(whole,
             [](job_result& x) {
               x.result = announced(limits::job_result_bytes_max);
             }),
     ok},
    {"result over the limit",
     changed(whole,
             [](job_result& x) {
               x.result = announced(limits::job_result_bytes_max + 1);
             }),
     errc::job_result_too_large},
    {"results", check(good_results()), ok},
    {"results of nothing", results_with([](result_slice& x) { x.range = {}; }),
     bad},
    {"results with a failure outside",
     results_with([](result_slice& x) { x.failed = {4}; }), bad},
    {"results with a failure twice", results_with([](result_slice& x) {
       x.failed = {1, 1};
     }),
     bad},
    {"results without end",
     results_with([](result_slice& x) { x.results = announced(UINT64_MAX); }),
     errc::result_too_large},
  });
}

CAF_TEST(events_for_people) {
  event happened;
  check_rows({
    {"event", check(happened), ok},
    {"event of unknown kind",
     changed(
       happened,
       [](event& x) { x.kind = static_cast<event_kind>(event_kind_count); }),
     bad},
    {"event of a job of unknown state",
     changed(happened,
             [](event& x) { x.status.state = static_cast<job_state>(9); }),
     bad},
    {"event of a long node",
     changed(happened,
             [](event& x) { x.node = long_text(limits::name_bytes_max); }),
     bad},
  });
}
