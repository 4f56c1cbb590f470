#define CAF_SUITE builtin

#include "runtime/function/builtin.hpp"
#include "tests/runtime/function/call_function.hpp"

#include <caf/test/unit_test.hpp>

using namespace troupe;

CAF_TEST(the_table_of_the_header_is_true) {
  struct row {
    const char* name;
    const char* input;
    const char* args;
    const char* result;
  };
  const row rows[] = {
    {"count_primes", "tuple<uint,uint>", "null", "uint"},
    {"echo", "any", "null", "any"},
    {"exec", "any", exec_args_type, exec_result_type},
    {"fail", "uint", "null", "uint"},
    {"mandelbrot", "tuple<uint,uint>",
     "{width:uint,height:uint,iterations:uint,center:tuple<float,float>,"
     "scale:float}",
     "bytes"},
    {"noop", "any", "null", "null"},
    {"sleep", "uint", "null", "uint"},
    {"spin", "uint", "optional<{nanoseconds:uint}>", "uint"},
    {"wordcount", "string", "null", "map<string,uint>"},
    {"wordcount_file", "string", "null", "map<string,uint>"},
  };
  auto got = test::builtins().signatures();
  CAF_REQUIRE_EQUAL(got.size(), std::size(rows));
  for (size_t i = 0; i < got.size(); ++i) {
    CAF_CHECK_EQUAL(got[i].name, rows[i].name);
    CAF_CHECK_EQUAL(got[i].input_type, rows[i].input);
    CAF_CHECK_EQUAL(got[i].args_type, rows[i].args);
    CAF_CHECK_EQUAL(got[i].result_type, rows[i].result);
    CAF_CHECK(!got[i].summary.empty());
  }
}

CAF_TEST(they_cannot_be_added_twice) {
  auto registry = test::builtins();
  auto again = add_builtin_functions(registry);
  CAF_REQUIRE(!again.has_value());
  CAF_CHECK(again.error().code == errc::duplicate_function);
}
