#define CAF_SUITE states

#include "runtime/model/states.hpp"

#include <caf/test/unit_test.hpp>

#include <fstream>
#include <set>
#include <string>
#include <vector>

using namespace troupe;

namespace {

// Written down a second time on purpose: a row that changes by accident shows.
struct task_row {
  const char* from;
  const char* event;
  const char* to;
};
constexpr task_row task_rows[] = {
  {"waiting", "unblocked", "ready"},     {"ready", "granted", "leased"},
  {"leased", "returned", "ready"},       {"leased", "accepted", "succeeded"},
  {"leased", "failed", "backoff"},       {"leased", "gave_up", "dead"},
  {"backoff", "retry_due", "ready"},     {"dead", "requeued", "ready"},
  {"waiting", "cancelled", "cancelled"}, {"ready", "cancelled", "cancelled"},
  {"leased", "cancelled", "cancelled"},  {"backoff", "cancelled", "cancelled"},
};
constexpr task_row job_rows[] = {
  {"open", "closed", "running"},      {"running", "succeeded", "succeeded"},
  {"open", "failed", "failed"},       {"running", "failed", "failed"},
  {"open", "cancelled", "cancelled"}, {"running", "cancelled", "cancelled"},
  {"failed", "requeued", "running"},
};

template <class State, class Event, size_t Rows>
void check_all_pairs(const task_row (&rows)[Rows], size_t states,
                     size_t events) {
  for (size_t s = 0; s < states; ++s) {
    for (size_t e = 0; e < events; ++e) {
      const auto from = static_cast<State>(s);
      const auto event = static_cast<Event>(e);
      std::string want = "refused";
      for (const auto& row : rows)
        if (to_string(from) == row.from && to_string(event) == row.event)
          want = row.to;
      const auto to = next_state(from, event);
      CAF_MESSAGE(to_string(from) << " + " << to_string(event));
      CAF_CHECK_EQUAL(to ? std::string{to_string(*to)} : "refused", want);
    }
  }
}

} // namespace

CAF_TEST(every_pair_of_task_state_and_event) {
  check_all_pairs<task_state, task_event>(task_rows, task_state_count,
                                          task_event_count);
  CAF_CHECK_EQUAL(task_transitions().size(), std::size(task_rows));
}

CAF_TEST(every_pair_of_job_state_and_event) {
  check_all_pairs<job_state, job_event>(job_rows, job_state_count,
                                        job_event_count);
  CAF_CHECK_EQUAL(job_transitions().size(), std::size(job_rows));
}

CAF_TEST(the_lookup_agrees_with_the_tables) {
  for (const auto& row : task_transitions())
    CAF_CHECK(next_state(row.from, row.event) == row.to);
  for (const auto& row : job_transitions())
    CAF_CHECK(next_state(row.from, row.event) == row.to);
}

CAF_TEST(values_outside_of_the_enumerations_are_refused) {
  CAF_CHECK(!next_state(static_cast<task_state>(7), task_event::granted));
  CAF_CHECK(!next_state(static_cast<task_state>(255), task_event::granted));
  CAF_CHECK(!next_state(task_state::ready, static_cast<task_event>(9)));
  CAF_CHECK(!next_state(task_state::ready, static_cast<task_event>(255)));
  CAF_CHECK(!next_state(static_cast<job_state>(5), job_event::closed));
  CAF_CHECK(!next_state(job_state::open, static_cast<job_event>(5)));
  CAF_CHECK_EQUAL(to_string(static_cast<task_state>(7)), "unknown");
  CAF_CHECK_EQUAL(to_string(static_cast<task_event>(9)), "unknown");
  CAF_CHECK_EQUAL(to_string(static_cast<job_state>(5)), "unknown");
  CAF_CHECK_EQUAL(to_string(static_cast<job_event>(5)), "unknown");
}

CAF_TEST(terminal_states_are_left_by_requeueing_only) {
  for (const auto& row : task_transitions())
    if (is_terminal(row.from))
      CAF_CHECK(row.event == task_event::requeued);
  for (const auto& row : job_transitions())
    if (is_terminal(row.from))
      CAF_CHECK(row.event == job_event::requeued);
  size_t tasks = 0;
  for (size_t i = 0; i < task_state_count; ++i)
    tasks += is_terminal(static_cast<task_state>(i));
  CAF_CHECK_EQUAL(tasks, 3u);
  size_t jobs = 0;
  for (size_t i = 0; i < job_state_count; ++i)
    jobs += is_terminal(static_cast<job_state>(i));
  CAF_CHECK_EQUAL(jobs, 3u);
}

CAF_TEST(names_are_unique) {
  std::set<std::string_view> states;
  for (size_t i = 0; i < task_state_count; ++i)
    states.insert(to_string(static_cast<task_state>(i)));
  CAF_CHECK_EQUAL(states.size(), task_state_count);
  std::set<std::string_view> events;
  for (size_t i = 0; i < task_event_count; ++i)
    events.insert(to_string(static_cast<task_event>(i)));
  CAF_CHECK_EQUAL(events.size(), task_event_count);
}

namespace {

/// Returns the rows `| from | event | to |` below a heading of a document.
std::vector<std::string> rows_below(const std::string& heading) {
  std::ifstream file{std::string{TROUPE_SOURCE_DIR} + "/docs/concepts.md"};
  std::vector<std::string> rows;
  auto inside = false;
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with("## "))
      inside = line == "## " + heading;
    else if (inside && line.starts_with("| ") && !line.starts_with("| from")
             && !line.starts_with("| ---"))
      rows.push_back(line);
  }
  return rows;
}

template <class Transitions>
std::vector<std::string> rows_of(const Transitions& transitions) {
  std::vector<std::string> rows;
  for (const auto& x : transitions)
    rows.push_back("| " + std::string{to_string(x.from)} + " | "
                   + std::string{to_string(x.event)} + " | "
                   + std::string{to_string(x.to)} + " |");
  return rows;
}

} // namespace

CAF_TEST(the_concepts_show_the_same_tables) {
  CAF_CHECK(rows_below("Task states") == rows_of(task_transitions()));
  CAF_CHECK(rows_below("Job states") == rows_of(job_transitions()));
}
