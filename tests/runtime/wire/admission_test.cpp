#define CAF_SUITE admission

#include "runtime/function/codec.hpp"
#include "runtime/model/packed.hpp"
#include "runtime/wire/admission.hpp"

#include <caf/test/unit_test.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

using namespace troupe;

namespace {

template <class T>
blob encoded(const T& x) {
  std::string bytes;
  encode(x, bytes);
  return blob{std::move(bytes)};
}

function_info taking(std::string input, std::string args = "null",
                     std::string result = "int") {
  return {"f", std::move(input), std::move(args), std::move(result), ""};
}

job_spec chunks_of(std::string input_type) {
  job_spec spec;
  spec.function = "f";
  spec.input_type = std::move(input_type);
  return spec;
}

job_spec range_of(input_kind kind, int64_t first, int64_t last) {
  job_spec spec;
  spec.function = "f";
  spec.inputs = kind;
  spec.range = {first, last, 10};
  return spec;
}

bool contains(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

/// Checks that it is admitted (no text) or refused with code and sentence.
void check_verdict(const result<std::string>& got, errc code,
                   std::string_view text) {
  CAF_CHECK_EQUAL(got.has_value(), text.empty());
  if (got || text.empty())
    return;
  CAF_CHECK(got.error().code == code);
  CAF_CHECK_EQUAL(got.error().text, std::string{text});
}

} // namespace

CAF_TEST(inputs_must_be_what_the_function_takes) {
  struct row {
    const char* what;
    const char* takes;
    const char* gives;
    const char* want; ///< The sentence; empty: admitted.
  };
  const row rows[] = {
    {"the same type", "string", "string", ""},
    {"converted at the worker", "string", "any", ""},
    {"anything", "any", "any", ""},
    {"another type", "string", "int",
     "f takes inputs of type string, but the job's inputs are of type int"},
    {"anything, of one type", "any", "int", ""},
    {"anything, of no type", "any", "strange<",
     "f takes inputs of any type, but the job's inputs are of type strange<, "
     "which is none"},
    {"no type", "string", "",
     "f takes inputs of type string, but the job's inputs are of type "},
  };
  for (const auto& [what, takes, gives, want] : rows) {
    CAF_MESSAGE(what);
    check_verdict(admit(chunks_of(gives), taking(takes)), errc::bad_input,
                  want);
  }
}

CAF_TEST(ranges_must_be_what_the_function_takes) {
  struct row {
    const char* what;
    input_kind kind;
    int64_t first;
    int64_t last;
    const char* takes;
    const char* want; ///< The sentence; empty: admitted.
  };
  constexpr auto integers = input_kind::integers;
  constexpr auto pairs = input_kind::pairs;
  const row rows[] = {
    {"integers", integers, -5, 5, "int", ""},
    {"integers as floats", integers, -5, 5, "float", ""},
    {"integers as anything", integers, -5, 5, "any", ""},
    {"from 0", integers, 0, 5, "uint", ""},
    {"from below 0", integers, -5, 5, "uint",
     "input 0: f takes inputs of type uint: expected uint, got -5"},
    {"nothing from below 0", integers, -5, -5, "uint", ""},
    {"pairs", pairs, -5, 5, "tuple<int,int>", ""},
    {"pairs as lists", pairs, 0, 5, "list<uint>", ""},
    {"the second is large enough", pairs, -5, 5, "tuple<int,uint>", ""},
    {"the second is too small", pairs, -50, 5, "tuple<int,uint>",
     "input 0: f takes inputs of type tuple<int,uint>: expected uint, got "
     "-40"},
    {"integers for pairs", integers, 0, 5, "tuple<int,int>",
     "f takes tuple<int,int>, but a range gives integers (use A..B/STEP for "
     "pairs)"},
    {"pairs for integers", pairs, 0, 5, "int",
     "f takes int, but a range with a step gives pairs of integers (use A..B "
     "for integers)"},
    {"integers for text", integers, 0, 5, "string",
     "f takes string, but a range gives integers (use A..B/STEP for pairs)"},
  };
  for (const auto& [what, kind, first, last, takes, want] : rows) {
    CAF_MESSAGE(what);
    check_verdict(admit(range_of(kind, first, last), taking(takes)),
                  errc::bad_input, want);
  }
}

CAF_TEST(arguments_must_be_what_the_function_takes) {
  struct row {
    const char* what;
    const char* takes;
    const char* type;
    blob args;
    bool admitted;
    const char* want; ///< Begins the sentence.
  };
  const auto number = encoded<int64_t>(7);
  const auto text = encoded<std::string>("x");
  const row rows[] = {
    {"none and none", "null", "null", {}, true, ""},
    {"null and null", "null", "null", encoded(null{}), true, ""},
    {"none where some are needed",
     "int",
     "null",
     {},
     false,
     "f takes arguments of type int: "},
    {"none, may be absent", "optional<int>", "null", {}, true, ""},
    {"none of the right type",
     "int",
     "int",
     {},
     false,
     "f takes arguments of type int: "},
    {"absent of the right type",
     "optional<int>",
     "optional<int>",
     {},
     true,
     ""},
    {"none as anything",
     "any",
     "any",
     {},
     false,
     "f takes arguments of type any: "},
    {"the same type", "int", "int", number, true, ""},
    {"the same type, cut off", "string", "string", blob{"\x05x"}, false,
     "f takes arguments of type string: "},
    {"the same type, too long", "int", "int", blob{"\x02\x02"}, false,
     "f takes arguments of type int: "},
    {"another type that fits", "float", "int", number, true, ""},
    {"another type that does not", "int", "string", text, false,
     "f takes arguments of type int: "},
    {"another type, cut off", "int", "string", blob{"\x05x"}, false,
     "f takes arguments of type int: "},
    {"some where none are taken", "null", "int", number, false,
     "f takes no arguments, but the job has some of type int"},
  };
  for (const auto& [what, takes, type, args, admitted, want] : rows) {
    CAF_MESSAGE(what);
    auto spec = chunks_of("int");
    spec.args_type = type;
    spec.args = args;
    auto got = admit(spec, taking("int", takes));
    CAF_CHECK_EQUAL(got.has_value(), admitted);
    if (got)
      continue;
    CAF_CHECK(got.error().code == errc::bad_args);
    CAF_CHECK(got.error().text.starts_with(want));
    if (contains(want, ": "))
      CAF_CHECK(got.error().text.size() > std::string_view{want}.size());
  }
}

CAF_TEST(the_type_of_the_job_is_told) {
  struct row {
    const char* what;
    const char* reducer;
    const char* result;
    bool stream;
    const char* want;
  };
  const row rows[] = {
    {"a list", "collect", "int", false, "list<int>"},
    {"a sum", "sum", "float", false, "float"},
    {"a count", "count", "string", false, "uint"},
    {"one by one", "collect", "string", true, "string"},
    {"one by one, whatever the reducer", "?", "string", true, "string"},
  };
  for (const auto& [what, reducer, result_type, stream, want] : rows) {
    CAF_MESSAGE(what);
    auto spec = chunks_of("int");
    spec.reducer = reducer;
    spec.options.stream = stream;
    auto got = admit(spec, taking("int", "null", result_type));
    CAF_REQUIRE(got.has_value());
    CAF_CHECK_EQUAL(*got, want);
  }
}

CAF_TEST(a_reducer_must_take_the_results) {
  struct row {
    const char* reducer;
    const char* result;
    errc code;
    const char* want;
  };
  const row rows[] = {
    {"sum", "string", errc::bad_reducer,
     "the reducer sum needs results of type "},
    {"summ", "int", errc::unknown_reducer, "there is no reducer `summ`"},
    {"top:0", "map<string,int>", errc::bad_reducer, ""},
    {"count:3", "int", errc::bad_reducer,
     "the reducer count takes no argument, got `3`"},
  };
  for (const auto& [reducer, result_type, code, want] : rows) {
    CAF_MESSAGE(reducer);
    auto spec = chunks_of("int");
    spec.reducer = reducer;
    auto got = admit(spec, taking("int", "null", result_type));
    CAF_REQUIRE(!got);
    CAF_CHECK(got.error().code == code);
    CAF_CHECK(got.error().text.starts_with(want));
  }
}

CAF_TEST(each_input_has_a_limit) {
  packed_builder builder;
  builder.add("1234567890123456");
  builder.add("12345678901234567");
  builder.add("123456789012345678");
  const blob three{builder.finish()};
  struct row {
    const char* what;
    blob packed;
    size_t bytes_max;
    errc code;
    const char* want; ///< The sentence; empty: all is well.
  };
  const row rows[] = {
    {"nothing", {}, 16, errc::ok, ""},
    {"all small", three, 18, errc::ok, ""},
    {"the last is too large", three, 17, errc::input_too_large,
     "input 102 has 18 bytes, the limit is 17: split it, or raise "
     "coordinator.input_limit"},
    {"the first of two is told", three, 16, errc::input_too_large,
     "input 101 has 17 bytes, the limit is 16: split it, or raise "
     "coordinator.input_limit"},
    {"too small to hold one", blob{"?"}, 16, errc::ok, ""},
    {"not packed", blob{std::string(20, 'x')}, 16, errc::protocol_violation,
     "a packed buffer of 20 bytes does not fit together: "},
  };
  for (const auto& [what, packed, bytes_max, code, want] : rows) {
    CAF_MESSAGE(what);
    auto ok = check_inputs(packed, 100, bytes_max);
    CAF_CHECK_EQUAL(ok.has_value(), code == errc::ok);
    if (ok)
      continue;
    CAF_CHECK(ok.error().code == code);
    CAF_CHECK(ok.error().text.starts_with(want));
  }
}
