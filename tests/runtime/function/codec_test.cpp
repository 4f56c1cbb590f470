#define CAF_SUITE codec

#include "runtime/function/codec.hpp"
#include "runtime/function/type_description.hpp"

#include <caf/test/unit_test.hpp>

#include <cmath>

using namespace std::string_literals;

namespace geometry {

struct point {
  int32_t x = 0;
  double y = 0;
  std::optional<std::string> name;

  friend bool operator==(const point&, const point&) = default;
};

TROUPE_STRUCT(point, x, y, name)

struct path {
  std::vector<point> points;
  bool closed = false;

  friend bool operator==(const path&, const path&) = default;
};

TROUPE_STRUCT(path, points, closed)

} // namespace geometry

using namespace troupe;
using geometry::path;
using geometry::point;

namespace {

/// What must hold for every value of every type.
template <class T>
void check_round_trip(const T& x, std::string_view type) {
  CAF_MESSAGE(type);
  CAF_CHECK_EQUAL(type_of<T>(), type);
  std::string bytes;
  encode(x, bytes);
  auto got = decode<T>(bytes);
  CAF_REQUIRE(got.has_value());
  CAF_CHECK(*got == x);
  CAF_CHECK(validate(type, bytes).has_value());
  CAF_CHECK(bytes.size() >= codec<T>::bytes_min);
  // No prefix is a value, nor is a value with something behind it.
  for (size_t size = 0; size < bytes.size(); ++size) {
    auto cut = std::string_view{bytes}.substr(0, size);
    CAF_CHECK(!decode<T>(cut).has_value());
    CAF_CHECK(!validate(type, cut).has_value());
  }
  CAF_CHECK(!decode<T>(bytes + '\0').has_value());
  CAF_CHECK(!validate(type, bytes + '\0').has_value());
}

template <class T>
void check_integer(std::string_view type) {
  using bounds = std::numeric_limits<T>;
  for (auto x :
       {bounds::min(), T{0}, T{1}, T{63}, T{64}, T{127}, bounds::max()})
    check_round_trip(x, type);
}

} // namespace

CAF_TEST(integers_of_every_width_survive) {
  check_integer<int8_t>("int");
  check_integer<int16_t>("int");
  check_integer<int32_t>("int");
  check_integer<int64_t>("int");
  check_integer<long long>("int");
  check_integer<uint8_t>("uint");
  check_integer<uint16_t>("uint");
  check_integer<uint32_t>("uint");
  check_integer<uint64_t>("uint");
}

CAF_TEST(simple_values_survive) {
  check_round_trip(null{}, "null");
  check_round_trip(true, "bool");
  check_round_trip(false, "bool");
  check_round_trip(1.5f, "float");
  check_round_trip(-0.1, "float");
  check_round_trip(std::numeric_limits<double>::infinity(), "float");
  check_round_trip(std::numeric_limits<double>::denorm_min(), "float");
  check_round_trip(""s, "string");
  check_round_trip("with a zero \0 and \xFF"s, "string");
  check_round_trip(std::vector<char>{'a', '\0', '\xFF'}, "bytes");
  check_round_trip(std::vector<uint8_t>{0, 255}, "bytes");
  auto nan = decode<double>([] {
    std::string out;
    encode(std::nan(""), out);
    return out;
  }());
  CAF_CHECK(nan && std::isnan(*nan));
}

CAF_TEST(containers_survive) {
  check_round_trip(std::vector<int>{}, "list<int>");
  check_round_trip(std::vector<int>{1, -2, 300}, "list<int>");
  check_round_trip(std::vector<bool>{true, false}, "list<bool>");
  check_round_trip(std::vector<std::vector<std::string>>{{"a"}, {}},
                   "list<list<string>>");
  check_round_trip(std::map<std::string, uint64_t>{{"a", 1}, {"b", 2}},
                   "map<string,uint>");
  check_round_trip(std::unordered_map<int, double>{{1, 2.5}, {-1, 0}},
                   "map<int,float>");
  check_round_trip(std::optional<int>{}, "optional<int>");
  check_round_trip(std::optional<int>{7}, "optional<int>");
  check_round_trip(std::tuple<int, std::string, bool>{1, "x", true},
                   "tuple<int,string,bool>");
  check_round_trip(std::pair<uint8_t, std::vector<char>>{255, {'x'}},
                   "tuple<uint,bytes>");
  check_round_trip(value{}, "any");
  check_round_trip(value{"list<int>", "\2\2\4"}, "any");
}

CAF_TEST(structs_survive_and_are_their_fields) {
  check_round_trip(point{1, 2.5, "p"}, "{x:int,y:float,name:optional<string>}");
  check_round_trip(path{{{1, 2, {}}, {3, 4, "q"}}, true},
                   "{points:list<{x:int,y:float,name:optional<string>}>,"
                   "closed:bool}");
  std::string as_struct;
  std::string as_tuple;
  encode(point{1, 2.5, "p"}, as_struct);
  encode(std::tuple{1, 2.5, std::optional{"p"s}}, as_tuple);
  CAF_CHECK_EQUAL(as_struct, as_tuple);
}

CAF_TEST(encodings_are_frozen) {
  // These bytes are stored and sent: a change breaks other versions.
  std::string out;
  encode(std::tuple{-1, 300u, true, "ab"s, std::vector<int>{1, 2},
                    std::optional<int>{3}, std::map<int, int>{{4, 5}}},
         out);
  CAF_CHECK_EQUAL(out, "\1\xAC\2\1\2ab\2\2\4\1\6\1\x8\xA");
  out.clear();
  encode(1.0, out);
  CAF_CHECK_EQUAL(out, "\0\0\0\0\0\0\xF0\x3F"s);
  out.clear();
  encode_any("x"s, out);
  CAF_CHECK_EQUAL(out, "\6string\1x");
}

CAF_TEST(a_list_is_its_count_and_its_elements) {
  std::string list;
  std::string put_together;
  encode(std::vector<std::string>{"a", "bc"}, list);
  write_varint(2, put_together);
  encode("a"s, put_together);
  encode("bc"s, put_together);
  CAF_CHECK_EQUAL(list, put_together);
}

namespace {

template <class T>
void check_refused(const std::string& bytes, std::string_view reason) {
  auto got = decode<T>(bytes);
  CAF_REQUIRE(!got.has_value());
  CAF_MESSAGE(got.error().text);
  CAF_CHECK(got.error().code == errc::bad_input);
  CAF_CHECK(got.error().text.find(reason) != std::string::npos);
}

std::string encoded_int(int64_t x) {
  std::string out;
  encode(x, out);
  return out;
}

} // namespace

CAF_TEST(hostile_bytes_are_refused_before_anything_is_allocated) {
  const auto huge = "\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\x01"s;
  check_refused<std::string>(huge + "x", "bytes are announced, 1 are left");
  check_refused<std::vector<char>>(huge, "bytes are announced");
  check_refused<std::vector<null>>(huge, "elements are announced");
  check_refused<std::vector<double>>("\2"s + std::string(15, 'x'),
                                     "2 elements are announced");
  check_refused<std::map<std::string, int>>(huge, "elements are announced");
  check_refused<bool>("\2", "expected 0 or 1, got 2");
  check_refused<std::optional<int>>("\2", "expected 0 or 1, got 2");
  check_refused<null>("\1", "expected null");
  check_refused<std::map<int, int>>("\2\2\2\2\4", "appears twice");
  check_refused<value>("\4what\0"s, "`what` is not a type");
  check_refused<value>("\3int", "the bytes end too early");
}

CAF_TEST(integers_must_fit_the_type) {
  check_refused<int8_t>(encoded_int(300),
                        "expected an integer in [-128, 127], got 300");
  check_refused<int8_t>(encoded_int(-129), "got -129");
  check_refused<uint8_t>("\x80\x02",
                         "expected an integer in [0, 255], got 256");
  check_refused<int32_t>(encoded_int(int64_t{1} << 31), "2147483648");
}

CAF_TEST(values_of_type_any_cannot_nest_without_end) {
  auto nested = "\4null\0"s;
  for (size_t i = 1; i < nesting_max; ++i)
    nested = "\3any" + nested;
  CAF_CHECK(decode<value>(nested).has_value());
  check_refused<value>("\3any\3any" + nested, "nest more than 64 deep");
  std::string endless;
  for (int i = 0; i < 100'000; ++i)
    endless += "\3any";
  check_refused<value>(endless, "nest more than 64 deep");
}

CAF_TEST(typed_values_meet_any) {
  std::string out;
  CAF_CHECK(encode_as(5, "int", out).has_value());
  CAF_CHECK_EQUAL(out, encoded_int(5));
  out.clear();
  CAF_CHECK(encode_as(5, "any", out).has_value());
  CAF_CHECK((decode_as<int>(out, "any") == 5));
  CAF_CHECK((*decode_as<value>(out, "any") == value{"int", encoded_int(5)}));
  CAF_CHECK(
    (*decode_as<value>(encoded_int(5), "int") == value{"int", encoded_int(5)}));
  out.clear();
  CAF_CHECK(encode_as(value{"int", encoded_int(5)}, "int", out).has_value());
  CAF_CHECK_EQUAL(out, encoded_int(5));
}

CAF_TEST(types_that_differ_are_both_named) {
  std::string out = "kept";
  auto wrong = encode_as("x"s, "int", out);
  CAF_REQUIRE(!wrong.has_value());
  CAF_CHECK((
    wrong.error()
    == error{errc::type_mismatch, "the types differ: string here, int there"}));
  CAF_CHECK_EQUAL(out, "kept");
  CAF_CHECK(decode_as<int>("", "string").error().code == errc::type_mismatch);
  std::string any;
  encode_any("x"s, any);
  auto inner = decode_as<int>(any, "any");
  CAF_REQUIRE(!inner.has_value());
  CAF_CHECK_EQUAL(inner.error().text,
                  "the types differ: int here, string there");
  CAF_CHECK(!encode_as(value{"int", "\2"}, "uint", out).has_value());
  CAF_CHECK(!decode_as<value>("\2\2", "int").has_value());
}
