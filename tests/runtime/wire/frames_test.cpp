#define CAF_SUITE frames

#include "runtime/wire/frames.hpp"

#include <caf/test/unit_test.hpp>

using namespace troupe;

namespace {

using source = frame_source<int>;

constexpr int ann = 1;
constexpr int bob = 2;
constexpr auto frame_max = limits::frame_bytes_max;

std::string text_of(size_t bytes) {
  std::string text(bytes, '\0');
  for (size_t i = 0; i < bytes; ++i)
    text[i] = static_cast<char>((i * 31 + i / 251) % 256);
  return text;
}

body announced(uint64_t transfer, uint64_t size) {
  return {{}, transfer, size};
}

frame_sink sink_of(uint64_t transfer, uint64_t size) {
  auto sink = frame_sink::make(announced(transfer, size), size, "a body");
  CAF_REQUIRE(sink);
  return *std::move(sink);
}

} // namespace

CAF_TEST(small_bodies_travel_in_their_message) {
  source frames;
  for (size_t bytes : {size_t{0}, size_t{1}, limits::inline_body_bytes_max}) {
    const auto offered = frames.offer(ann, blob{text_of(bytes)});
    CAF_CHECK(offered.is_inline());
    CAF_CHECK_EQUAL(offered.size, bytes);
    CAF_CHECK_EQUAL(offered.bytes.size(), bytes);
  }
  CAF_CHECK_EQUAL(frames.size(), 0u);
}

CAF_TEST(large_bodies_arrive_whole) {
  const size_t sizes[] = {limits::inline_body_bytes_max + 1,
                          frame_max - 1,
                          frame_max,
                          frame_max + 1,
                          4 * frame_max,
                          limits::result_bytes_max + 64};
  source frames;
  for (auto size : sizes) {
    CAF_MESSAGE(size << " bytes");
    const auto text = text_of(size);
    const auto offered = frames.offer(ann, blob{text});
    CAF_REQUIRE(!offered.is_inline());
    CAF_CHECK(offered.bytes.empty());
    auto sink = frame_sink::make(offered, size, "a body");
    CAF_REQUIRE(sink);
    CAF_CHECK_EQUAL(sink->transfer(), offered.transfer);
    auto asked = sink->requests();
    for (size_t i = 0; i < asked.size(); ++i) {
      CAF_REQUIRE_LESS_OR_EQUAL(asked.size() - i, limits::frames_in_flight_max);
      CAF_CHECK(!sink->complete());
      const auto piece = frames.serve(ann, asked[i]);
      CAF_REQUIRE(piece);
      CAF_REQUIRE(sink->add(*piece));
      for (const auto& next : sink->requests())
        asked.push_back(next);
    }
    CAF_CHECK_EQUAL(asked.size(), (size + frame_max - 1) / frame_max);
    CAF_REQUIRE(sink->complete());
    CAF_CHECK(!frames.serve(ann, sink->done()));
    CAF_CHECK_EQUAL(frames.size(), 0u);
    CAF_CHECK(sink->take().view() == text);
  }
}

CAF_TEST(announcements_are_checked_before_anything_is_allocated) {
  struct row {
    const char* what;
    body announced_body;
    bool ok;
  };
  const row rows[] = {
    {"at the limit", announced(1, 1000), true},
    {"over the limit", announced(1, 1001), false},
    {"far over the limit", announced(1, ~0ull), false},
    {"empty", announced(1, 0), false},
    {"inline", announced(0, 10), false},
  };
  for (const auto& [what, announced_body, ok] : rows) {
    CAF_MESSAGE(what);
    const auto sink = frame_sink::make(announced_body, 1000, "the result of 7");
    CAF_CHECK_EQUAL(sink.has_value(), ok);
    if (!sink) {
      CAF_CHECK(sink.error().code == errc::bad_frame);
      CAF_CHECK(sink.error().text.starts_with("the result of 7"));
    }
  }
}

CAF_TEST(no_more_than_the_window_is_asked_for) {
  auto sink = sink_of(9, 10 * frame_max + 5);
  const auto first = sink.requests();
  CAF_REQUIRE_EQUAL(first.size(), limits::frames_in_flight_max);
  for (size_t i = 0; i < first.size(); ++i) {
    CAF_CHECK_EQUAL(first[i].transfer, 9u);
    CAF_CHECK_EQUAL(first[i].offset, i * frame_max);
    CAF_CHECK_EQUAL(first[i].bytes, frame_max);
  }
  CAF_CHECK(sink.requests().empty());
  CAF_REQUIRE(sink.add({9, 0, blob{std::string(frame_max, 'x')}}));
  const auto next = sink.requests();
  CAF_REQUIRE_EQUAL(next.size(), 1u);
  CAF_CHECK_EQUAL(next[0].offset, 4 * frame_max);
}

CAF_TEST(wrong_frames_are_refused) {
  struct row {
    const char* what;
    frame piece;
  };
  const blob whole{std::string(frame_max, 'x')};
  const row rows[] = {
    {"another transfer", {8, frame_max, whole}},
    {"no longer known", {9, frame_max, {}}},
    {"the same again", {9, 0, whole}},
    {"one is missing", {9, 2 * frame_max, whole}},
    {"too short", {9, frame_max, blob{std::string(frame_max - 1, 'x')}}},
    {"too long", {9, frame_max, blob{std::string(frame_max + 1, 'x')}}},
  };
  for (const auto& [what, piece] : rows) {
    CAF_MESSAGE(what);
    auto sink = sink_of(9, 3 * frame_max);
    CAF_REQUIRE_EQUAL(sink.requests().size(), 3u);
    CAF_REQUIRE(sink.add({9, 0, whole}));
    const auto added = sink.add(piece);
    CAF_REQUIRE(!added);
    CAF_CHECK(added.error().code == errc::bad_frame);
    CAF_CHECK(!sink.complete());
  }
}

CAF_TEST(frames_that_were_not_asked_for_are_refused) {
  auto sink = sink_of(9, 10);
  const frame piece{9, 0, blob{std::string(10, 'x')}};
  const auto unasked = sink.add(piece);
  CAF_REQUIRE(!unasked);
  CAF_CHECK(unasked.error().text.find("did not ask") != std::string::npos);
  CAF_CHECK_EQUAL(sink.requests().size(), 1u);
  CAF_CHECK(sink.add(piece));
  CAF_CHECK(sink.complete());
  CAF_CHECK(!sink.add(piece));
  CAF_CHECK_EQUAL(sink.take().size(), 10u);
}

CAF_TEST(a_source_serves_what_its_peer_may_have) {
  source frames;
  const auto size = frame_max + 10;
  const auto text = text_of(size);
  const auto id = frames.offer(ann, blob{text}).transfer;
  struct row {
    const char* what;
    int peer;
    frame_request request;
    std::string_view want;
  };
  const std::string_view all{text};
  const row rows[] = {
    {"the first frame", ann, {id, 0, frame_max}, all.substr(0, frame_max)},
    {"the rest", ann, {id, frame_max, frame_max}, all.substr(frame_max)},
    {"a small piece", ann, {id, 5, 3}, all.substr(5, 3)},
    {"more than a frame", ann, {id, 0, ~0u}, all.substr(0, frame_max)},
    {"behind the end", ann, {id, size, 1}, ""},
    {"far behind the end", ann, {id, ~0ull, 1}, ""},
    {"another transfer", ann, {id + 1, 0, 1}, ""},
    {"another peer", bob, {id, 0, 1}, ""},
    {"another peer is done", bob, {id, 0, 0}, ""},
  };
  for (const auto& [what, peer, request, want] : rows) {
    CAF_MESSAGE(what);
    const auto piece = frames.serve(peer, request);
    CAF_REQUIRE(piece);
    CAF_CHECK_EQUAL(piece->transfer, request.transfer);
    CAF_CHECK_EQUAL(piece->offset, request.offset);
    CAF_CHECK(piece->bytes.view() == want);
  }
  CAF_CHECK_EQUAL(frames.size(), 1u);
}

CAF_TEST(a_source_forgets_transfers_and_lost_peers) {
  source frames;
  const blob large{std::string(frame_max, 'x')};
  const auto first = frames.offer(ann, large).transfer;
  frames.offer(ann, large);
  const auto third = frames.offer(bob, large).transfer;
  CAF_CHECK_EQUAL(frames.size(), 3u);
  frames.drop(first);
  frames.drop(first);
  CAF_CHECK_EQUAL(frames.size(), 2u);
  frames.drop_peer(ann);
  CAF_CHECK_EQUAL(frames.size(), 1u);
  CAF_CHECK(!frames.serve(bob, {third, 0, 1})->bytes.empty());
  CAF_CHECK(frames.serve(ann, {first, 0, 1})->bytes.empty());
}
