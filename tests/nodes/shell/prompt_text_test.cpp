#define CAF_SUITE prompt_text

#include "nodes/shell/prompt_text.hpp"

#include <caf/test/unit_test.hpp>

using namespace troupe::shell;

namespace {

using reach = cluster_state::reach;

cluster_state state_of(reach at, uint64_t jobs, uint64_t suspect,
                       uint64_t lost) {
  cluster_state out;
  out.at = at;
  out.where = "127.0.0.1:7400";
  out.problem = "connection refused";
  out.jobs = jobs;
  out.nodes = 3;
  out.suspect = suspect;
  out.lost = lost;
  return out;
}

} // namespace

CAF_TEST(the_prompt_says_what_is_unusual) {
  struct row {
    cluster_state state;
    const char* want;
  };
  const row rows[] = {
    {state_of(reach::connected, 0, 0, 0), "default> "},
    {state_of(reach::connected, 1, 0, 0), "default (1 job)> "},
    {state_of(reach::connected, 2, 0, 1), "default (2 jobs, 1 node down)> "},
    {state_of(reach::connected, 0, 2, 0), "default (2 nodes silent)> "},
    {state_of(reach::unknown, 0, 0, 0), "default (connecting)> "},
    {state_of(reach::lost, 5, 1, 1), "default (not connected)> "},
  };
  for (const auto& [state, want] : rows) {
    auto got = prompt_text(state, false);
    CAF_CHECK_EQUAL(got, want);
  }
}

CAF_TEST(colors_are_marked_and_end_before_the_last_characters) {
  auto fine = prompt_text(state_of(reach::connected, 1, 0, 0), true);
  CAF_CHECK_EQUAL(fine, "\1\033[32m\1default\1\033[0m\1 (1 job)> ");
  auto lost = prompt_text(state_of(reach::lost, 1, 0, 0), true);
  CAF_CHECK_EQUAL(lost, "default (\1\033[31m\1not connected\1\033[0m\1)> ");
}

CAF_TEST(a_name_cannot_play_with_the_terminal) {
  auto state = state_of(reach::connected, 0, 0, 0);
  state.cluster = "a\033[2J\1b";
  auto got = prompt_text(state, false);
  CAF_CHECK_EQUAL(got, "a\\x1b[2J\\x01b> ");
}

CAF_TEST(a_line_that_goes_on_is_indented_as_much) {
  auto got = continued_prompt(state_of(reach::connected, 1, 0, 0));
  CAF_CHECK_EQUAL(got, "             ... ");
  CAF_CHECK_EQUAL(got.size(), std::string{"default (1 job)> "}.size());
}

CAF_TEST(the_first_line_says_where_one_is) {
  auto opening = [](const cluster_state& state) {
    auto text = opening_text(state);
    return text.substr(text.find(','));
  };
  auto got = opening(state_of(reach::connected, 1, 0, 2));
  CAF_CHECK_EQUAL(got, ", cluster default at 127.0.0.1:7400: 3 nodes, 1 active "
                       "job, 2 nodes down; \"help\" lists the commands");
  got = opening(state_of(reach::lost, 0, 0, 0));
  CAF_CHECK_EQUAL(got, ", cluster default at 127.0.0.1:7400: connection "
                       "refused; \"help\" lists the commands");
  got = opening(state_of(reach::unknown, 0, 0, 0));
  CAF_CHECK_EQUAL(got, ", cluster default at 127.0.0.1:7400, which has not "
                       "answered yet; \"help\" lists the commands");
}

CAF_TEST(a_switch_says_where_to_and_what_is_there) {
  auto got = switch_text(state_of(reach::connected, 1, 0, 0));
  CAF_CHECK_EQUAL(got, "commands go to cluster default at 127.0.0.1:7400: "
                       "3 nodes, 1 active job");
  got = switch_text(state_of(reach::lost, 0, 0, 0));
  CAF_CHECK_EQUAL(got, "commands go to cluster default at 127.0.0.1:7400: "
                       "connection refused");
}
