#define CAF_SUITE type_description

#include "runtime/base/random.hpp"
#include "runtime/function/codec.hpp"
#include "runtime/function/type_description.hpp"

#include <caf/test/unit_test.hpp>

using namespace troupe;
using namespace std::string_literals;

namespace {

std::string nested_lists(size_t depth) {
  std::string out = "int";
  for (size_t i = 1; i < depth; ++i)
    out = "list<" + out + '>';
  return out;
}

} // namespace

CAF_TEST(descriptors_survive_parsing) {
  const char* rows[] = {"null",
                        "bool",
                        "int",
                        "uint",
                        "float",
                        "string",
                        "bytes",
                        "any",
                        "list<int>",
                        "map<string,list<any>>",
                        "optional<tuple<int>>",
                        "tuple<int,uint,tuple<bool,null>>",
                        "{x:int}",
                        "{a:{b:list<{c_1:null}>},D:map<int,float>}"};
  for (auto text : rows) {
    CAF_MESSAGE(text);
    auto got = parse_type(text);
    CAF_REQUIRE(got.has_value());
    CAF_CHECK_EQUAL(to_string(*got), text);
  }
  CAF_CHECK(parse_type(nested_lists(nesting_max)).has_value());
}

CAF_TEST(everything_else_is_refused_with_the_place) {
  struct row {
    std::string text;
    const char* want;
  };
  const row rows[] = {
    {"", "expected a type (at byte 0)"},
    {"number", "expected a type (at byte 0)"},
    {"int ", "expected the end (at byte 3)"},
    {"list", "expected <"},
    {"list<>", "expected a type (at byte 5)"},
    {"list<int", "expected >"},
    {"list<int,int>", "expected >"},
    {"map<int>", "expected ,"},
    {"map<int,int,int>", "expected >"},
    {"tuple<>", "expected a type"},
    {"int<int>", "expected the end"},
    {"{}", "expected a field name"},
    {"{x}", "expected :"},
    {"{1x:int}", "expected a field name"},
    {"{x:int,x:int}", "expected field names that differ"},
    {"{x:int", "expected }"},
    {nested_lists(nesting_max + 1), "nests more than 64 deep"},
    {std::string(descriptor_bytes_max + 1, 'x'), "the limit is 16384"},
  };
  for (const auto& [text, want] : rows) {
    CAF_MESSAGE(text.substr(0, 40));
    auto got = parse_type(text);
    CAF_REQUIRE(!got.has_value());
    CAF_CHECK(got.error().code == errc::type_mismatch);
    CAF_CHECK(got.error().text.find(want) != std::string::npos);
  }
}

CAF_TEST(the_shortest_encoding_is_known) {
  struct row {
    const char* text;
    size_t want;
  };
  const row rows[] = {{"int", 1},
                      {"float", 8},
                      {"any", 2},
                      {"list<float>", 1},
                      {"optional<float>", 1},
                      {"tuple<float,int,any>", 11},
                      {"{x:tuple<float,float>,y:bool}", 17}};
  for (const auto& [text, want] : rows) {
    auto got = parse_type(text);
    CAF_REQUIRE(got.has_value());
    CAF_CHECK_EQUAL(got->bytes_min, want);
  }
}

CAF_TEST(one_value_is_skipped_and_no_more) {
  std::string bytes;
  encode(std::tuple{1, "two"s, std::vector<double>{3}}, bytes);
  auto size = bytes.size();
  bytes += "rest";
  byte_reader in{bytes};
  CAF_CHECK(skip_value(in, *parse_type("tuple<int,string,list<float>>")));
  CAF_CHECK_EQUAL(in.position(), size);
  CAF_CHECK_EQUAL(in.rest(), "rest");
}

CAF_TEST(noise_is_refused_or_valid_but_never_a_crash) {
  const char* types[] = {"any", "list<any>", "map<string,any>",
                         "{a:optional<list<tuple<int,any>>>,b:bytes}"};
  const char* words[] = {"\3any", "\3int", "\11list<any>", "\1", "\2", "\xFF"};
  auto random = make_seeded_random(42);
  for (int round = 0; round < 20'000; ++round) {
    std::string bytes;
    for (auto pieces = random->next() % 12; pieces > 0; --pieces)
      bytes += words[random->next() % std::size(words)];
    for (auto type : types) {
      auto first = validate(type, bytes);
      if (!first)
        CAF_REQUIRE(!first.error().text.empty());
    }
  }
}
