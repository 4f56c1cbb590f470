#define CAF_SUITE failure_log

#include "runtime/policy/failure_log.hpp"

#include <caf/test/unit_test.hpp>

using namespace troupe;
using namespace std::chrono_literals;

namespace {

const time_point start = time_point{} + 1h;

void fail_one(failure_log& log, job_id job, task_index index, time_point now,
              bool dead = false) {
  std::string text = "no luck";
  std::string node = "w1";
  log.note({job, index, errc::function_failed, text, node, dead}, now);
}

} // namespace

CAF_TEST(the_last_failures_are_kept) {
  failure_log log;
  CAF_CHECK(log.recent(start).empty());
  for (task_index i = 0; i < 100; ++i)
    fail_one(log, 1, i, start + i * 1ms);
  auto found = log.recent(start + 100ms);
  CAF_REQUIRE_EQUAL(found.size(), limits::recent_failures_max);
  CAF_CHECK_EQUAL(found[0].index, 99u);
  CAF_CHECK_EQUAL(found[0].ago_us, 1000u);
  CAF_CHECK_EQUAL(found[0].node, "w1");
  CAF_CHECK_EQUAL(found[0].text, "no luck");
  CAF_CHECK_EQUAL(found.back().index, 84u);
}

CAF_TEST(few_failures_are_told_one_by_one) {
  failure_log log;
  fail_one(log, 7, 3, start);
  fail_one(log, 7, 4, start, true);
  auto news = log.take_news(start);
  CAF_REQUIRE_EQUAL(news.size(), 2u);
  CAF_CHECK_EQUAL(news[0].job, 7u);
  CAF_CHECK_EQUAL(news[0].index, 3u);
  CAF_CHECK_EQUAL(news[0].node, "w1");
  CAF_CHECK_EQUAL(news[0].text, "no luck");
  CAF_CHECK(!news[0].dead);
  CAF_CHECK(news[1].dead);
  CAF_CHECK(log.take_news(start).empty());
  CAF_CHECK(!log.next_due());
}

CAF_TEST(many_failures_are_summed_up) {
  failure_log log;
  for (task_index i = 0; i < 1000; ++i)
    fail_one(log, 1 + i % 2, i, start);
  fail_one(log, 2, 1000, start, true);
  CAF_CHECK_EQUAL(log.take_news(start).size(), failure_log::news_max);
  CAF_REQUIRE(log.next_due().has_value());
  CAF_CHECK(*log.next_due() == start + failure_log::interval);
  auto end = start + failure_log::interval;
  CAF_CHECK(log.take_news(end - 1ns).empty());
  fail_one(log, 1, 7, end); // It counts to the sums that are due.
  auto sums = log.take_news(end);
  CAF_REQUIRE_EQUAL(sums.size(), 3u);
  CAF_CHECK_EQUAL(sums[0].job, 1u);
  CAF_CHECK_EQUAL(sums[0].text, "485 more attempts of the job failed");
  CAF_CHECK_EQUAL(sums[1].job, 2u);
  CAF_CHECK_EQUAL(sums[1].text, "484 more attempts of the job failed");
  CAF_CHECK_EQUAL(sums[2].text, "1 more task of the job was given up");
  CAF_CHECK(sums[2].dead);
  CAF_CHECK(!log.next_due());
  fail_one(log, 1, 8, end); // A new interval.
  CAF_CHECK_EQUAL(log.take_news(end).size(), 1u);
}

CAF_TEST(many_jobs_are_summed_up_together) {
  failure_log log;
  for (job_id job = 1; job <= 1000; ++job)
    fail_one(log, job, 0, start);
  CAF_CHECK_EQUAL(log.take_news(start).size(), failure_log::news_max);
  auto sums = log.take_news(start + failure_log::interval);
  CAF_REQUIRE_EQUAL(sums.size(), failure_log::news_max + 1);
  CAF_CHECK_EQUAL(sums.back().job, 0u);
  CAF_CHECK_EQUAL(sums.back().text, "936 more attempts of other jobs failed");
}

CAF_TEST(long_texts_are_cut) {
  failure_log log;
  std::string text(100'000, 'x');
  std::string node;
  log.note({1, 0, errc::function_failed, text, node, false}, start);
  CAF_CHECK(log.recent(start)[0].text.size()
            <= limits::history_text_bytes_max + 3);
  CAF_CHECK(log.take_news(start)[0].text.size()
            <= limits::history_text_bytes_max + 3);
}
