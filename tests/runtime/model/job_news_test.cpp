#define CAF_SUITE job_news

#include "runtime/model/job_news.hpp"

#include <caf/test/unit_test.hpp>

using namespace troupe;

CAF_TEST(each_state_has_its_sentence) {
  struct row {
    job_state state;
    std::string reason;
    std::string want;
  };
  const row rows[] = {
    {job_state::open, "", "job 7 is open"},
    {job_state::running, "", "job 7 is running"},
    {job_state::succeeded, "", "job 7 has succeeded"},
    {job_state::failed, "task 3: no", "job 7 has failed: task 3: no"},
    {job_state::cancelled, "by Ann", "job 7 was cancelled: by Ann"},
  };
  for (const auto& [state, reason, want] : rows) {
    job_status of;
    of.id = 7;
    of.state = state;
    of.reason = reason;
    auto text = state_news(of);
    CAF_CHECK_EQUAL(text, want);
  }
}

CAF_TEST(a_long_reason_is_cut) {
  job_status of;
  of.reason = std::string(limits::error_text_bytes_max, 'x');
  auto text = state_news(of);
  CAF_CHECK_EQUAL(text.size(), limits::error_text_bytes_max);
}

CAF_TEST(progress_is_counted) {
  job_status of;
  of.tasks = 9;
  of.succeeded = 3;
  auto text = progress_news(of);
  CAF_CHECK_EQUAL(text, "3 of 9 tasks have ended");
  of.dead = 2;
  text = progress_news(of);
  CAF_CHECK_EQUAL(text, "5 of 9 tasks have ended, 2 are dead letters");
}
