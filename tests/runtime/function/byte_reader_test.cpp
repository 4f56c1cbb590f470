#define CAF_SUITE byte_reader

#include "runtime/function/byte_reader.hpp"

#include <caf/test/unit_test.hpp>

#include <limits>

using namespace troupe;
using namespace std::string_literals;

CAF_TEST(varints_have_one_form_and_64_bits) {
  struct row {
    const char* what;
    std::string bytes;
    uint64_t want;
  };
  const row rows[] = {
    {"zero", "\0"s, 0},
    {"largest in one byte", "\x7F", 127},
    {"smallest in two bytes", "\x80\x01", 128},
    {"three hundred", "\xAC\x02", 300},
    {"all bits", "\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\x01",
     std::numeric_limits<uint64_t>::max()},
  };
  for (const auto& [what, bytes, want] : rows) {
    CAF_MESSAGE(what);
    byte_reader in{bytes};
    uint64_t got = 0;
    CAF_REQUIRE(in.varint(got));
    CAF_CHECK_EQUAL(got, want);
    CAF_CHECK(in.finish());
    std::string written;
    write_varint(want, written);
    CAF_CHECK_EQUAL(written, bytes);
  }
}

CAF_TEST(broken_varints_are_refused_with_a_reason) {
  struct row {
    std::string bytes;
    const char* want;
  };
  const row rows[] = {
    {"", "the bytes end too early"},
    {"\x80", "the bytes end too early"},
    {"\x80\x00"s, "not in its shortest form"},
    {"\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\x02", "longer than 64 bits"},
    {std::string(20, '\xFF'), "longer than 64 bits"},
  };
  for (const auto& [bytes, want] : rows) {
    byte_reader in{bytes};
    uint64_t got = 0;
    CAF_CHECK(!in.varint(got));
    CAF_MESSAGE(in.problem("uint").text);
    CAF_CHECK(in.problem("uint").text.find(want) != std::string::npos);
  }
}

CAF_TEST(sizes_and_counts_are_compared_with_what_is_left) {
  std::string_view view;
  uint64_t count = 0;
  byte_reader size{"\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\x01xy"};
  CAF_CHECK(!size.sized(view));
  byte_reader exact{"\x02xy"};
  CAF_CHECK(exact.sized(view));
  CAF_CHECK_EQUAL(view, "xy");
  byte_reader elements{"\x02xyz"};
  CAF_CHECK(!elements.count(count, 2));
  byte_reader enough{"\x02xyzw"};
  CAF_CHECK(enough.count(count, 2));
  CAF_CHECK_EQUAL(count, 2u);
}

CAF_TEST(the_first_problem_is_kept_with_its_place) {
  byte_reader in{"\x05\x07"};
  uint8_t byte = 0;
  auto flag = false;
  CAF_CHECK(in.byte(byte));
  CAF_CHECK(!in.flag(flag));
  CAF_CHECK(!in.refuse("another problem"));
  CAF_CHECK((in.problem("bool")
             == error{errc::bad_input, "cannot decode bool: expected 0 or 1, "
                                       "got 7 (at byte 2 of 2)"}));
  CAF_CHECK((in.problem("bool", errc::bad_args).code == errc::bad_args));
}

CAF_TEST(positions_give_back_what_was_read) {
  byte_reader in{"abcdef"};
  std::string_view view;
  CAF_CHECK(in.bytes(2, view));
  auto begin = in.position();
  CAF_CHECK(in.bytes(3, view));
  CAF_CHECK_EQUAL(in.since(begin), "cde");
  CAF_CHECK_EQUAL(in.rest(), "f");
  CAF_CHECK(!in.finish());
  CAF_CHECK_EQUAL(in.problem("x").text,
                  "cannot decode x: 1 bytes too many (at byte 5 of 6)");
}

CAF_TEST(fixed_integers_are_little_endian) {
  std::string out;
  write_fixed64(0x0102030405060708, out);
  CAF_CHECK_EQUAL(out, "\x08\x07\x06\x05\x04\x03\x02\x01");
  uint64_t got = 0;
  CAF_CHECK(byte_reader{out}.fixed64(got));
  CAF_CHECK_EQUAL(got, 0x0102030405060708u);
  CAF_CHECK(!byte_reader{out.substr(1)}.fixed64(got));
}

CAF_TEST(zigzag_keeps_small_magnitudes_small) {
  using bounds = std::numeric_limits<int64_t>;
  struct row {
    int64_t x;
    uint64_t want;
  };
  const row rows[] = {{0, 0},
                      {-1, 1},
                      {1, 2},
                      {-2, 3},
                      {bounds::max(), ~uint64_t{0} - 1},
                      {bounds::min(), ~uint64_t{0}}};
  for (const auto& [x, want] : rows) {
    CAF_CHECK_EQUAL(zigzag(x), want);
    CAF_CHECK_EQUAL(unzigzag(want), x);
  }
}
