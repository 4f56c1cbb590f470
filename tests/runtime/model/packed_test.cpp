#define CAF_SUITE packed

#include "runtime/base/limits.hpp"
#include "runtime/base/random.hpp"
#include "runtime/model/packed.hpp"

#include <caf/test/unit_test.hpp>

using namespace troupe;
using namespace std::string_literals;

namespace {

std::string pack(const std::vector<std::string>& strings) {
  packed_builder builder;
  for (const auto& x : strings)
    builder.add(x);
  return builder.finish();
}

std::vector<std::string> unpack(std::string_view bytes) {
  const auto view = packed_view::parse(bytes);
  CAF_REQUIRE(view);
  std::vector<std::string> strings;
  for (uint32_t i = 0; i < view->size(); ++i)
    strings.emplace_back((*view)[i]);
  return strings;
}

} // namespace

CAF_TEST(what_is_packed_comes_out_again) {
  struct row {
    const char* what;
    std::vector<std::string> strings;
    size_t bytes;
  };
  const row rows[] = {
    {"nothing", {}, 4},
    {"one empty string", {""}, 8},
    {"empty strings", {"", "", ""}, 16},
    {"one", {"abc"}, 11},
    {"several", {"a", "", "bc", std::string(1000, 'x'), ""}, 24 + 1003},
    {"zero bytes", {"\0"s, "\0\0"s}, 15},
    {"the largest input",
     {std::string(limits::input_bytes_max, 'y')},
     8 + limits::input_bytes_max},
  };
  for (const auto& [what, strings, bytes] : rows) {
    CAF_MESSAGE(what);
    const auto packed = pack(strings);
    CAF_CHECK_EQUAL(packed.size(), bytes);
    CAF_CHECK(unpack(packed) == strings);
  }
}

CAF_TEST(the_layout_is_fixed) {
  CAF_CHECK_EQUAL(pack({"ab", "", "c"}), "\3\0\0\0\2\0\0\0\2\0\0\0\3\0\0\0"
                                         "abc"s);
}

CAF_TEST(a_queued_task_of_64_bytes_costs_68_bytes) {
  packed_builder builder;
  for (int i = 0; i < 1024; ++i)
    builder.add(std::string(64, 'x'));
  CAF_CHECK_EQUAL(builder.bytes(), 4 + 1024 * 68u);
  CAF_CHECK_EQUAL(builder.finish().size(), 4 + 1024 * 68u);
}

CAF_TEST(every_truncation_and_every_extra_byte_is_refused) {
  const auto packed = pack({"ab", "", "cde", "f"});
  for (size_t n = 0; n < packed.size(); ++n) {
    const auto cut = packed_view::parse(packed.substr(0, n));
    CAF_REQUIRE(!cut);
    CAF_CHECK(cut.error().code == errc::protocol_violation);
  }
  CAF_CHECK(!packed_view::parse(packed + "x"));
  CAF_CHECK(!packed_view::parse("\0\0\0\0x"s));
}

CAF_TEST(hostile_buffers_are_refused) {
  struct row {
    const char* what;
    std::string bytes;
  };
  const row rows[] = {
    {"offsets decrease", "\2\0\0\0\2\0\0\0\1\0\0\0ab"s},
    {"offsets decrease, the last fits", "\3\0\0\0\1\0\0\0\0\0\0\0\2\0\0\0ab"s},
    {"an offset beyond the end", "\2\0\0\0\3\0\0\0\2\0\0\0ab"s},
    {"the last offset is too large", "\1\0\0\0\3\0\0\0ab"s},
    {"the last offset is too small", "\1\0\0\0\1\0\0\0ab"s},
    {"the largest offset", "\1\0\0\0\xFF\xFF\xFF\xFF"
                           "ab"s},
    {"the largest count", "\xFF\xFF\xFF\xFF"s},
    {"a count that wraps in 32 bits", "\xFF\xFF\xFF\x3F\0\0\0\0"s},
    {"a count that wraps to the right size", "\0\0\0\x40"s},
    {"the same with an offset", "\1\0\0\x40\0\0\0\0"s},
    {"a count without offsets", "\1\0\0\0"s},
  };
  for (const auto& [what, bytes] : rows) {
    CAF_MESSAGE(what);
    CAF_CHECK(!packed_view::parse(bytes));
  }
}

CAF_TEST(random_bytes_never_read_outside) {
  const auto random = make_seeded_random(3);
  size_t parsed = 0;
  for (int round = 0; round < 20'000; ++round) {
    std::string bytes(random->next() % 24, '\0');
    for (auto& x : bytes)
      x = static_cast<char>(random->next() % 4 == 0 ? random->next() % 8 : 0);
    const auto view = packed_view::parse(bytes);
    if (!view)
      continue;
    ++parsed;
    size_t total = 0;
    for (uint32_t i = 0; i < view->size(); ++i)
      total += (*view)[i].size();
    if (total != view->data().size())
      CAF_FAIL("the strings are not the data");
  }
  CAF_CHECK_GREATER(parsed, 50u);
}

CAF_TEST(parts_can_be_read_and_packed_again) {
  const std::vector<std::string> all{"ab", "", "cde", "f"};
  const auto packed = pack(all);
  const auto view = packed_view::parse(packed);
  CAF_REQUIRE(view);
  CAF_CHECK_EQUAL(view->data(), "abcdef");
  for (uint32_t first = 0; first <= 4; ++first)
    for (uint32_t last = first; last <= 4; ++last) {
      const std::vector<std::string> want(all.begin() + first,
                                          all.begin() + last);
      std::string joined;
      for (const auto& x : want)
        joined += x;
      CAF_CHECK_EQUAL(view->data(first, last), joined);
      CAF_CHECK_EQUAL(view->sub(first, last), pack(want));
    }
}

CAF_TEST(a_default_view_is_empty) {
  const packed_view view;
  CAF_CHECK(view.empty());
  CAF_CHECK_EQUAL(view.data(), "");
  CAF_CHECK_EQUAL(view.sub(0, 0), pack({}));
}

CAF_TEST(strings_can_be_built_in_place) {
  packed_builder builder;
  builder.buffer() += "ab";
  builder.commit();
  builder.commit();
  builder.buffer() += "begun";
  CAF_CHECK_EQUAL(builder.size(), 2u);
  CAF_CHECK_EQUAL(builder.bytes(), 14u);
  builder.truncate(2);
  builder.buffer() += "c";
  builder.commit();
  builder.buffer() += "begun";
  CAF_CHECK_EQUAL(builder[0], "ab");
  CAF_CHECK_EQUAL(builder[1], "");
  CAF_CHECK_EQUAL(builder[2], "c");
  CAF_CHECK_EQUAL(builder.finish(), pack({"ab", "", "c"}));
  CAF_CHECK(builder.empty());
  CAF_CHECK_EQUAL(builder.finish(), pack({}));
}

CAF_TEST(truncate_and_clear_drop_strings) {
  packed_builder builder;
  for (const auto* x : {"a", "b", "c"})
    builder.add(x);
  builder.truncate(9);
  CAF_CHECK_EQUAL(builder.size(), 3u);
  builder.truncate(1);
  builder.add("d");
  CAF_CHECK(unpack(builder.finish()) == (std::vector{"a"s, "d"s}));
  builder.add("e");
  builder.truncate(0);
  CAF_CHECK(builder.empty());
  builder.add("f");
  builder.clear();
  CAF_CHECK_EQUAL(builder.bytes(), 4u);
}

CAF_TEST(builders_can_be_joined) {
  packed_builder left;
  packed_builder right;
  left.append(right);
  CAF_CHECK(left.empty());
  left.add("a");
  left.buffer() += "begun";
  right.add("");
  right.add("bc");
  right.buffer() += "begun";
  left.append(right);
  left.append(left);
  CAF_CHECK(unpack(left.finish())
            == (std::vector{"a"s, ""s, "bc"s, "a"s, ""s, "bc"s}));
  CAF_CHECK_EQUAL(right.size(), 2u);
}
