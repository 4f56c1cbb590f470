#define CAF_SUITE log_ring

#include "runtime/telemetry/log_ring.hpp"

#include <caf/test/unit_test.hpp>

#include <string>
#include <thread>
#include <vector>

using namespace troupe;

namespace {

constexpr size_t plenty = limits::mib;

void say(log_ring& to, std::string_view text,
         log_level level = log_level::info) {
  to.push(7, {level, "part", text, {}});
}

std::string texts(const log_ring::page& of) {
  std::string result;
  for (const auto& x : of.records)
    result += std::to_string(x.seq) + x.text + " ";
  return result;
}

} // namespace

CAF_TEST(keeps_what_was_said_with_its_fields) {
  log_ring ring;
  const log_field fields[] = {{"a", "1"}, {"b", ""}};
  ring.push(5, {log_level::warn, "store", "slow", fields});
  auto got = ring.read(0, 10, log_level::trace, plenty);
  CAF_REQUIRE_EQUAL(got.records.size(), 1u);
  kept_record want{1,       5,      log_level::warn,
                   "store", "slow", {{"a", "1"}, {"b", ""}}};
  CAF_CHECK(got.records.front() == want);
  CAF_CHECK_EQUAL(got.next, 1u);
  CAF_CHECK(!got.more);
}

CAF_TEST(a_reader_goes_on_where_it_was) {
  log_ring ring;
  for (const auto* x : {"a", "b", "c", "d"})
    say(ring, x);
  auto got = ring.read(0, 3, log_level::trace, plenty);
  CAF_CHECK_EQUAL(texts(got), "1a 2b 3c ");
  CAF_CHECK(got.more);
  got = ring.read(got.next, 3, log_level::trace, plenty);
  CAF_CHECK_EQUAL(texts(got), "4d ");
  CAF_CHECK(!got.more);
  got = ring.read(got.next, 3, log_level::trace, plenty);
  CAF_CHECK_EQUAL(texts(got), "");
  CAF_CHECK_EQUAL(got.next, 4u);
}

CAF_TEST(says_how_many_a_slow_reader_missed) {
  log_ring ring{2};
  for (const auto* x : {"a", "b", "c", "d", "e"})
    say(ring, x);
  auto got = ring.read(1, 9, log_level::trace, plenty);
  CAF_CHECK_EQUAL(texts(got), "4d 5e ");
  CAF_CHECK_EQUAL(got.lost, 2u);
  CAF_CHECK_EQUAL(ring.read(3, 9, log_level::trace, plenty).lost, 0u);
}

CAF_TEST(a_number_of_another_process_starts_anew) {
  log_ring ring;
  say(ring, "a");
  CAF_CHECK_EQUAL(texts(ring.read(99, 9, log_level::trace, plenty)), "1a ");
}

CAF_TEST(leaves_out_what_matters_less) {
  log_ring ring;
  say(ring, "a", log_level::debug);
  say(ring, "b", log_level::error);
  say(ring, "c", log_level::warn);
  say(ring, "d", log_level::debug);
  auto got = ring.read(0, 9, log_level::warn, plenty);
  CAF_CHECK_EQUAL(texts(got), "2b 3c ");
  CAF_MESSAGE("what was left out is not looked at again");
  CAF_CHECK_EQUAL(got.next, 4u);
}

CAF_TEST(finds_the_last_ones) {
  log_ring ring;
  say(ring, "a");
  say(ring, "b", log_level::warn);
  say(ring, "c");
  say(ring, "d", log_level::warn);
  CAF_CHECK_EQUAL(ring.before_last(2, log_level::trace), 2u);
  CAF_CHECK_EQUAL(ring.before_last(1, log_level::warn), 2u);
  CAF_CHECK_EQUAL(ring.before_last(0, log_level::info), 4u);
  CAF_CHECK_EQUAL(ring.before_last(9, log_level::info), 0u);
  CAF_CHECK_EQUAL(log_ring{}.before_last(9, log_level::info), 0u);
}

CAF_TEST(is_bounded_in_bytes_and_so_is_a_record) {
  log_ring ring{1000, 64 * limits::kib};
  const std::string large(100 * limits::kib, 'x');
  const log_field fields[] = {{"key", large}, {"more", large}};
  for (int i = 0; i < 100; ++i)
    ring.push(1, {log_level::info, "part", large, fields});
  auto got = ring.read(0, 1000, log_level::trace, plenty);
  CAF_CHECK(got.records.size() > 2 && got.records.size() < 10);
  const auto& text = got.records.front().text;
  CAF_CHECK(text.size() <= log_ring::record_bytes_max);
  CAF_CHECK(text.ends_with(" bytes cut)"));
  CAF_MESSAGE("an answer is bounded, too, but never empty");
  CAF_CHECK_EQUAL(ring.read(0, 1000, log_level::trace, 1).records.size(), 1u);
}

CAF_TEST(cuts_between_two_characters) {
  log_ring ring;
  std::string text;
  while (text.size() < 2 * log_ring::record_bytes_max)
    text += "\xe2\x82\xac";
  for (int shift = 0; shift < 3; ++shift, text.insert(0, "x"))
    say(ring, text);
  for (const auto& x : ring.read(0, 9, log_level::trace, plenty).records) {
    auto end = x.text.find("...");
    CAF_REQUIRE(end != std::string::npos);
    CAF_CHECK_EQUAL(x.text.substr(end - 3, 3), "\xe2\x82\xac");
  }
}

CAF_TEST(many_may_speak_at_once) {
  log_ring ring{100};
  std::vector<std::thread> speakers;
  for (int i = 0; i < 4; ++i)
    speakers.emplace_back([&ring] {
      for (int n = 0; n < 500; ++n)
        say(ring, "x");
    });
  for (auto& x : speakers)
    x.join();
  auto got = ring.read(0, 1000, log_level::trace, plenty);
  CAF_CHECK_EQUAL(got.records.size(), 100u);
  CAF_CHECK_EQUAL(got.next, 2000u);
  CAF_CHECK_EQUAL(got.lost, 1900u);
}
