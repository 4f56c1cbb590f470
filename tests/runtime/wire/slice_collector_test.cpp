#define CAF_SUITE slice_collector

#include "runtime/function/codec.hpp"
#include "runtime/model/packed.hpp"
#include "runtime/wire/slice_collector.hpp"

#include <caf/test/unit_test.hpp>

#include <cstdint>
#include <string>

using namespace troupe;

namespace {

std::string encoded(int64_t x) {
  std::string out;
  encode(x, out);
  return out;
}

} // namespace

CAF_TEST(results_are_merged_unless_each_is_needed) {
  struct row {
    const char* what;
    const char* reducer;
    const char* type;
    bool stream;
    bool one_by_one;
  };
  const row rows[] = {
    {"kept", "collect", "int", false, true},
    {"ordered", "concat", "string", false, true},
    {"merged", "sum", "int", false, false},
    {"counted", "count", "list<int>", false, false},
    {"cut in the end", "top:3", "map<string,int>", false, false},
    {"not wanted", "none", "int", false, false},
    {"streamed", "sum", "int", true, true},
    {"streamed, whatever the reducer", "?", "?", true, true},
  };
  for (const auto& [what, reducer, type, stream, one_by_one] : rows) {
    CAF_MESSAGE(what);
    auto made = make_slice_collector(reducer, type, stream);
    CAF_REQUIRE(made.has_value());
    CAF_CHECK_EQUAL((*made)->grows_by_result(), one_by_one);
  }
}

CAF_TEST(a_reducer_that_cannot_be_is_refused) {
  struct row {
    const char* reducer;
    const char* type;
    errc want;
    const char* text;
  };
  const row rows[] = {
    {"summ", "int", errc::unknown_reducer, "there is no reducer `summ`"},
    {"sum", "string", errc::bad_reducer, "the reducer sum needs results of"},
    {"collect", "", errc::type_mismatch, ""},
  };
  for (const auto& [reducer, type, want, text] : rows) {
    CAF_MESSAGE(reducer);
    auto made = make_slice_collector(reducer, type, false);
    CAF_REQUIRE(!made);
    CAF_CHECK(made.error().code == want);
    CAF_CHECK(made.error().text.starts_with(text));
  }
}

CAF_TEST(packed_results_come_out_one_by_one) {
  auto made = make_slice_collector("collect", "int", false);
  CAF_REQUIRE(made.has_value());
  auto& collector = **made;
  CAF_CHECK(collector.add(encoded(7)).has_value());
  CAF_CHECK(collector.add(encoded(-300)).has_value());
  auto before = collector.bytes();
  auto bytes = collector.take();
  CAF_CHECK_EQUAL(bytes.size(), before);
  auto view = packed_view::parse(bytes);
  CAF_REQUIRE(view.has_value());
  CAF_REQUIRE_EQUAL(view->size(), 2u);
  CAF_CHECK_EQUAL(std::string{(*view)[0]}, encoded(7));
  CAF_CHECK_EQUAL(std::string{(*view)[1]}, encoded(-300));
  CAF_CHECK(collector.bytes() < before);
  CAF_CHECK(collector.add(encoded(1)).has_value());
  auto second = collector.take();
  view = packed_view::parse(second);
  CAF_REQUIRE(view.has_value());
  CAF_CHECK_EQUAL(view->size(), 1u);
}

CAF_TEST(merged_results_come_out_as_one_partial) {
  auto made = make_slice_collector("sum", "int", false);
  CAF_REQUIRE(made.has_value());
  auto& collector = **made;
  for (int64_t i = 1; i <= 10; ++i)
    CAF_CHECK(collector.add(encoded(i)).has_value());
  CAF_CHECK(collector.bytes() > 0 && collector.bytes() < 64);
  auto first = collector.take();
  auto second = collector.take(); // Of nothing: the first left it empty.
  CAF_CHECK(collector.add(encoded(-13)).has_value());
  auto third = collector.take();
  auto reducer = make_reducer("sum", "int");
  CAF_REQUIRE(reducer.has_value());
  auto merged = reducer->init();
  for (const auto& partial : {first, second, third})
    CAF_CHECK(merged->merge(partial).has_value());
  std::string sum;
  CAF_CHECK(merged->finish(sum).has_value());
  CAF_CHECK_EQUAL(sum, encoded(42));
}

CAF_TEST(results_that_cannot_be_merged_are_errors) {
  struct row {
    const char* what;
    std::string result;
  };
  const row rows[] = {
    {"no integer", "\xff"},
    {"nothing", ""},
    {"two of them", encoded(1) + encoded(2)},
  };
  for (const auto& [what, bytes] : rows) {
    CAF_MESSAGE(what);
    auto made = make_slice_collector("sum", "int", false);
    CAF_REQUIRE(made.has_value());
    CAF_CHECK((*made)->add(encoded(1)).has_value());
    auto ok = (*made)->add(bytes);
    CAF_REQUIRE(!ok);
    CAF_CHECK(ok.error().code == errc::bad_input);
  }
}
