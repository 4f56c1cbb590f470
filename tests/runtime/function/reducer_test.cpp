#define CAF_SUITE reducer

#include "runtime/function/reducer.hpp"
#include "tests/runtime/function/reduce_results.hpp"

#include <caf/test/unit_test.hpp>

using namespace troupe;

CAF_TEST(each_has_its_type_and_its_order) {
  struct row {
    const char* spec;
    const char* type;
    const char* want;
    bool ordered;
  };
  const row rows[] = {
    {"collect", "{x:int}", "list<{x:int}>", true},
    {"none", "any", "null", false},
    {"count", "any", "uint", false},
    {"sum", "int", "int", false},
    {"sum", "uint", "uint", false},
    {"sum", "float", "float", false},
    {"min", "int", "optional<int>", false},
    {"max", "string", "optional<string>", false},
    {"stats", "uint",
     "{count:uint,sum:float,min:optional<float>,max:optional<float>,"
     "mean:optional<float>,stddev:optional<float>}",
     false},
    {"merge_counts", "map<string,uint>", "map<string,uint>", false},
    {"top:10", "map<string,uint>", "list<tuple<string,uint>>", false},
    {"top:1000000", "map<tuple<int,int>,float>",
     "list<tuple<tuple<int,int>,float>>", false},
    {"concat", "bytes", "bytes", true},
    {"concat", "list<int>", "list<int>", true},
  };
  for (const auto& [spec, type, want, ordered] : rows) {
    CAF_MESSAGE(spec);
    auto got = make_reducer(spec, type);
    CAF_REQUIRE(got.has_value());
    CAF_CHECK_EQUAL(got->spec, spec);
    CAF_CHECK_EQUAL(got->result_type, want);
    CAF_CHECK_EQUAL(got->ordered, ordered);
    CAF_CHECK_EQUAL(got->keeps_results, got->init == nullptr);
    CAF_CHECK_EQUAL(got->keeps_results, spec == std::string{"collect"});
  }
}

CAF_TEST(what_does_not_fit_is_refused_with_the_reason) {
  struct row {
    const char* spec;
    const char* type;
    errc code;
    const char* want;
  };
  const row rows[] = {
    {"summ", "int", errc::unknown_reducer,
     "there is no reducer `summ`; did you mean \"sum\"?"},
    {"", "int", errc::unknown_reducer, "there is no reducer ``"},
    {"sum:3", "int", errc::bad_reducer,
     "the reducer sum takes no argument, got `3`"},
    {"sum", "string", errc::bad_reducer,
     "the reducer sum needs results of type int, uint or float, but the "
     "function's are string"},
    {"min", "list<int>", errc::bad_reducer,
     "the reducer min needs results of type int, uint, float or string, but "
     "the function's are list<int>"},
    {"stats", "bool", errc::bad_reducer, "needs results of type int, uint"},
    {"sum", "optional<int>", errc::bad_reducer, "are optional<int>"},
    {"merge_counts", "map<string,string>", errc::bad_reducer,
     "are map<string,string>"},
    {"concat", "int", errc::bad_reducer, "string, bytes or list<...>"},
    {"top", "map<string,uint>", errc::bad_reducer,
     "the reducer top needs a number from 1 to 1000000, as in top:10; got ``"},
    {"top:0", "map<string,uint>", errc::bad_reducer, "got `0`"},
    {"top:1000001", "map<string,uint>", errc::bad_reducer, "got `1000001`"},
    {"top:1x", "map<string,uint>", errc::bad_reducer, "got `1x`"},
    {"top:-1", "map<string,uint>", errc::bad_reducer, "got `-1`"},
    {"top:5", "list<int>", errc::bad_reducer, "are list<int>"},
    {"count", "number", errc::type_mismatch, "`number` is not a type"},
  };
  for (const auto& [spec, type, code, want] : rows) {
    CAF_MESSAGE(spec);
    auto got = make_reducer(spec, type);
    CAF_REQUIRE(!got.has_value());
    CAF_MESSAGE(got.error().text);
    CAF_CHECK(got.error().code == code);
    CAF_CHECK(got.error().text.find(want) != std::string::npos);
  }
}

CAF_TEST(the_names_are_known) {
  CAF_CHECK_EQUAL(reducer_names(),
                  (std::vector<std::string>{"collect", "concat", "count", "max",
                                            "merge_counts", "min", "none",
                                            "stats", "sum", "top:N"}));
}
