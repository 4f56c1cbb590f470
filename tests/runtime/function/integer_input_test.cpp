#define CAF_SUITE integer_input

#include "runtime/function/codec.hpp"
#include "runtime/function/integer_input.hpp"

#include <caf/test/unit_test.hpp>

using namespace troupe;

CAF_TEST(integers_become_what_the_function_takes) {
  struct row {
    const char* type;
    int64_t x;
    bool ok;
  };
  const row rows[] = {
    {"int", -5, true},  {"uint", 5, true}, {"uint", -5, false},
    {"float", 7, true}, {"any", -9, true},
  };
  for (const auto& [type, x, ok] : rows) {
    CAF_MESSAGE(type);
    auto encoder = integer_input_encoder::make("f", type, false);
    CAF_REQUIRE(encoder.has_value());
    std::string bytes;
    CAF_CHECK_EQUAL(encoder->encode(x, bytes).has_value(), ok);
    if (!ok)
      continue;
    if (type == std::string{"uint"})
      CAF_CHECK(decode<uint64_t>(bytes) == static_cast<uint64_t>(x));
    else if (type == std::string{"float"})
      CAF_CHECK(decode<double>(bytes) == static_cast<double>(x));
    else
      CAF_CHECK(decode_as<int64_t>(bytes, type) == x);
  }
}

CAF_TEST(pairs_become_what_the_function_takes) {
  using signed_pair = std::pair<int64_t, int64_t>;
  auto encode_pair = [](const char* type) {
    std::string bytes;
    auto encoder = integer_input_encoder::make("f", type, true);
    CAF_REQUIRE(encoder.has_value());
    CAF_REQUIRE(encoder->encode(3, 8, bytes).has_value());
    return bytes;
  };
  CAF_CHECK(*decode<signed_pair>(encode_pair("tuple<int,int>"))
            == signed_pair(3, 8));
  CAF_CHECK(*decode<std::vector<uint64_t>>(encode_pair("list<uint>"))
            == std::vector<uint64_t>({3, 8}));
  CAF_CHECK(*decode_as<signed_pair>(encode_pair("any"), "any")
            == signed_pair(3, 8));
}

CAF_TEST(a_misfit_names_both_sides_and_the_way_out) {
  struct row {
    const char* type;
    bool pairs;
    const char* part;
  };
  const row rows[] = {
    {"string", false, "count takes string"},
    {"tuple<int,int>", false, "A..B/STEP for pairs"},
    {"int", true, "A..B for integers"},
    {"tuple<int,string>", true, "tuple<int,string>"},
  };
  for (const auto& [type, pairs, part] : rows) {
    auto encoder = integer_input_encoder::make("count", type, pairs);
    CAF_REQUIRE(!encoder.has_value());
    CAF_CHECK(encoder.error().code == errc::bad_input);
    CAF_CHECK(encoder.error().text.find(part) != std::string::npos);
  }
}
