#define CAF_SUITE event_ring

#include "actors/event_ring.hpp"

#include <caf/test/unit_test.hpp>

#include <string>

using namespace troupe;

namespace {

event about(std::string node) {
  event result;
  result.kind = event_kind::node_joined;
  result.node = std::move(node);
  return result;
}

std::string names(const event_ring::page& of) {
  std::string result;
  for (const auto& x : of.events)
    result += std::to_string(x.seq) + x.node + " ";
  return result;
}

constexpr size_t plenty = limits::mib;

} // namespace

CAF_TEST(a_reader_goes_on_where_it_was) {
  event_ring ring{1};
  for (const auto* x : {"a", "b", "c"})
    ring.push(about(x));
  auto got = ring.read(0, 2, plenty);
  CAF_CHECK_EQUAL(names(got), "1a 2b ");
  CAF_CHECK(got.more);
  got = ring.read(got.next, 2, plenty);
  CAF_CHECK_EQUAL(names(got), "3c ");
  CAF_CHECK(!got.more);
  CAF_CHECK_EQUAL(names(ring.read(got.next, 2, plenty)), "");
  CAF_CHECK_EQUAL(ring.last(), 3u);
}

CAF_TEST(progress_is_not_kept) {
  event_ring ring{1};
  ring.push(event{});
  CAF_CHECK_EQUAL(ring.last(), 0u);
}

CAF_TEST(says_how_many_a_slow_reader_missed) {
  event_ring ring{1, 2};
  for (const auto* x : {"a", "b", "c", "d", "e"})
    ring.push(about(x));
  auto got = ring.read(1, 9, plenty);
  CAF_CHECK_EQUAL(names(got), "4d 5e ");
  CAF_CHECK_EQUAL(got.lost, 2u);
  CAF_CHECK_EQUAL(ring.read(3, 9, plenty).lost, 0u);
  CAF_MESSAGE("a number of another ring starts anew");
  CAF_CHECK_EQUAL(names(ring.read(99, 9, plenty)), "4d 5e ");
}

CAF_TEST(is_bounded_in_bytes) {
  event_ring ring{1};
  auto large = about("n");
  large.text = std::string(limits::error_text_bytes_max, 'x');
  for (int i = 0; i < 3000; ++i)
    ring.push(large);
  auto got = ring.read(0, 5000, 64 * limits::mib);
  CAF_CHECK(got.events.size() > 500 && got.events.size() < 1024);
  CAF_MESSAGE("an answer is bounded, too, but never empty");
  got = ring.read(0, 5000, 1);
  CAF_CHECK_EQUAL(got.events.size(), 1u);
  CAF_CHECK(got.more);
}
