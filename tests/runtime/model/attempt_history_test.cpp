#define CAF_SUITE attempt_history

#include "runtime/base/limits.hpp"
#include "runtime/model/attempt_history.hpp"

#include <caf/test/unit_test.hpp>

#include <string>
#include <vector>

using namespace troupe;

namespace {

attempt_record attempt(uint32_t number, std::string text = "no luck") {
  return {number, errc::function_failed, std::move(text), "alpha", 0, 0};
}

std::vector<uint32_t> numbers(const std::vector<attempt_record>& history) {
  std::vector<uint32_t> result;
  for (const auto& x : history)
    result.push_back(x.attempt);
  return result;
}

} // namespace

CAF_TEST(a_dead_task_takes_its_history_with_it) {
  attempt_history kept;
  kept.add(7, attempt(1));
  kept.add(8, attempt(1));
  kept.add(7, attempt(2));
  CAF_CHECK(numbers(kept.take(7, attempt(3)))
            == std::vector<uint32_t>({1, 2, 3}));
  CAF_CHECK(numbers(kept.take(7, attempt(4))) == std::vector<uint32_t>({4}));
  kept.forget(8);
  CAF_CHECK_EQUAL(kept.bytes(), 0u);
}

CAF_TEST(the_first_and_the_last_attempts_are_kept) {
  attempt_history kept;
  for (uint32_t i = 1; i <= 100; ++i)
    kept.add(1, attempt(i));
  auto got = numbers(kept.take(1, attempt(101)));
  CAF_CHECK_EQUAL(got.size(), limits::history_attempts_max);
  CAF_CHECK_EQUAL(got.front(), 1u);
  CAF_CHECK_EQUAL(got[1], 87u);
  CAF_CHECK_EQUAL(got.back(), 101u);
  CAF_CHECK_EQUAL(kept.bytes(), 0u);
}

CAF_TEST(texts_are_clipped_but_the_last_one) {
  attempt_history kept;
  std::string text(2 * limits::history_text_bytes_max, 'x');
  kept.add(1, attempt(1, text));
  auto got = kept.take(1, attempt(2, text));
  CAF_REQUIRE_EQUAL(got.size(), 2u);
  CAF_CHECK_EQUAL(got[0].text.size(), limits::history_text_bytes_max);
  CAF_CHECK_EQUAL(got[1].text.size(), text.size());
}

CAF_TEST(memory_is_bounded_and_comes_back) {
  attempt_history kept;
  std::string text(limits::history_text_bytes_max, 'x');
  task_index tasks = 0;
  for (; tasks < 100'000; ++tasks)
    kept.add(tasks, attempt(1, text));
  CAF_CHECK(kept.bytes() <= limits::history_bytes_max);
  CAF_CHECK(kept.bytes() > limits::history_bytes_max / 2);
  CAF_CHECK_EQUAL(numbers(kept.take(tasks - 1, attempt(2))).size(), 1u);
  for (task_index i = 0; i < tasks; ++i)
    kept.forget(i);
  CAF_CHECK_EQUAL(kept.bytes(), 0u);
}

CAF_TEST(the_first_task_with_a_history_in_a_range) {
  attempt_history kept;
  CAF_CHECK_EQUAL(kept.first_in({0, 10}), 10u);
  kept.add(5, attempt(1));
  kept.add(12, attempt(1));
  CAF_CHECK_EQUAL(kept.first_in({0, 10}), 5u);
  CAF_CHECK_EQUAL(kept.first_in({5, 6}), 5u);
  CAF_CHECK_EQUAL(kept.first_in({6, 10}), 10u);
}
