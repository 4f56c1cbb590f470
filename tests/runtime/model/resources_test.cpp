#define CAF_SUITE resources

#include "runtime/base/limits.hpp"
#include "runtime/model/resources.hpp"

#include <caf/test/unit_test.hpp>

#include <string>
#include <vector>

using namespace troupe;

namespace {

constexpr auto one = resource_unit;
constexpr auto gib = uint64_t{limits::gib};
constexpr auto most = limits::resource_amount_max;

const resource_set offer{4 * one, 8 * gib, {{"disk", 7}, {"gpu", 2 * one}}};

std::vector<named_amount> many(size_t count) {
  std::vector<named_amount> result;
  for (size_t i = 0; i < count; ++i)
    result.push_back({"r" + std::to_string(1'000 + i), one});
  return result;
}

std::string text_of(const std::vector<named_amount>& what) {
  return to_string(resource_set{0, 0, what});
}

} // namespace

CAF_TEST(an_offer_covers_what_it_has_of_everything) {
  struct row {
    const char* what;
    resource_set need;
    bool want;
  };
  const row rows[] = {
    {"nothing", {0, 0, {}}, true},
    {"a usual task", {}, true},
    {"all of it", offer, true},
    {"a cpu too many", {4 * one + 1, 0, {}}, false},
    {"a byte too many", {one, 8 * gib + 1, {}}, false},
    {"both gpus", {one, 0, {{"gpu", 2 * one}}}, true},
    {"a bit more than both", {one, 0, {{"gpu", 2 * one + 1}}}, false},
    {"what it does not have", {one, 0, {{"licence", 1}}}, false},
    {"nothing of what it does not have", {one, 0, {{"licence", 0}}}, true},
    {"one that it has, one that it has not",
     {one, 0, {{"a", 1}, {"gpu", 1}}},
     false},
    {"a name before all", {one, 0, {{"a", 1}}}, false},
    {"a name after all", {one, 0, {{"z", 1}}}, false},
  };
  for (const auto& [what, need, want] : rows) {
    CAF_MESSAGE(what);
    CAF_CHECK_EQUAL(covers(offer, need), want);
  }
  CAF_CHECK_EQUAL(amount_of(offer, "gpu"), 2 * one);
  CAF_CHECK_EQUAL(amount_of(offer, "licence"), 0u);
}

CAF_TEST(fractions_add_up_exactly) {
  resource_set used{0, 0, {}};
  const resource_set third{*parse_amount("0.3333"), gib, {{"gpu", 1'000}}};
  for (int i = 0; i < 10; ++i)
    add(used, third);
  CAF_CHECK_EQUAL(used.cpus, 33'330u);
  CAF_CHECK_EQUAL(used.memory_bytes, 10 * gib);
  CAF_CHECK_EQUAL(amount_of(used, "gpu"), one);
  CAF_CHECK(covers({4 * one, 10 * gib, {{"gpu", one}}}, used));
  for (int i = 0; i < 10; ++i)
    subtract(used, third);
  CAF_CHECK(used == (resource_set{0, 0, {}}));
}

CAF_TEST(sums_keep_the_order_of_names) {
  resource_set sum{one, 0, {{"b", 2}}};
  add(sum, {one, 3, {{"a", 1}, {"b", 2}, {"c", 3}}});
  const resource_set want{2 * one, 3, {{"a", 1}, {"b", 4}, {"c", 3}}};
  CAF_CHECK(sum == want);
  CAF_CHECK(validate(sum).has_value());
  subtract(sum, {one, 3, {{"a", 1}, {"b", 2}, {"c", 3}, {"d", 0}}});
  CAF_CHECK(sum == (resource_set{one, 0, {{"b", 2}}}));
}

CAF_TEST(sets_are_rendered_without_what_is_0) {
  struct row {
    resource_set set;
    const char* want;
  };
  const row rows[] = {
    {{0, 0, {}}, ""},
    {{}, "cpus=1"},
    {{5'000, gib, {{"gpu", one}}}, "cpus=0.5 memory=1GiB gpu=1"},
    {{0, 0, {{"a", 1}, {"b", 0}, {"c", 10'500}}}, "a=0.0001 c=1.05"},
    {{0, gib + limits::mib, {}}, "memory=1025MiB"},
    {{0, limits::mib - 1, {}}, "memory=1048575B"},
    {{most * one, 0, {}}, "cpus=1000000"},
  };
  for (const auto& [set, want] : rows)
    CAF_CHECK_EQUAL(to_string(set), want);
}

CAF_TEST(amounts_are_read) {
  struct row {
    const char* text;
    uint64_t want; ///< 0: none.
  };
  const row rows[] = {
    {"1", one},
    {"0.5", 5'000},
    {"0.0001", 1},
    {"2.25", 22'500},
    {"0012", 12 * one},
    {"1000000", most * one},
    {"1000000.0", most * one},
    {"1000000.0001", 0},
    {"1000001", 0},
    {"10000000", 0},
    {"0", 0},
    {"0.0", 0},
    {"0.00001", 0},
    {"", 0},
    {".", 0},
    {".5", 0},
    {"1.", 0},
    {"1.2.3", 0},
    {"-1", 0},
    {"+1", 0},
    {" 1", 0},
    {"1 ", 0},
    {"1e3", 0},
    {"0x1", 0},
    {"one", 0},
    {"99999999999999999999999999", 0},
  };
  for (const auto& [text, want] : rows) {
    CAF_MESSAGE(text);
    auto got = parse_amount(text);
    CAF_CHECK_EQUAL(got.value_or(0), want);
    if (!got) {
      CAF_CHECK(got.error().code == errc::bad_usage);
      CAF_CHECK(got.error().text.find('"' + std::string{text} + '"')
                != std::string::npos);
    } else {
      CAF_CHECK(parse_amount(amount_text(*got)).value_or(0) == want);
    }
  }
}

CAF_TEST(lists_of_resources_are_read) {
  struct row {
    const char* text;
    const char* want; ///< Rendered; a sentence's part for what is none.
    bool ok;
  };
  const row rows[] = {
    {"gpu", "gpu=1", true},
    {"gpu:2", "gpu=2", true},
    {"licence:0.5,gpu:1,a.b_c-D9:3", "a.b_c-D9=3 gpu=1 licence=0.5", true},
    {"", "write NAME", false},
    {"gpu,", "write NAME", false},
    {"gpu:", "no amount", false},
    {"gpu:0", "no amount", false},
    {"gpu:1:2", "no amount", false},
    {"gpu=1", "write NAME", false},
    {"gpu 1", "write NAME", false},
    {"gpu:1, disk:1", "write NAME", false},
    {"gpu:1,gpu:2", "\"gpu\" is named twice", false},
    {"cpus:2", "cpus has an option of its own", false},
    {"memory:2", "memory has an option of its own", false},
  };
  for (const auto& [text, want, ok] : rows) {
    CAF_MESSAGE(text);
    auto got = parse_named(text);
    CAF_CHECK_EQUAL(got.has_value(), ok);
    if (got) {
      CAF_CHECK_EQUAL(text_of(*got), want);
    } else {
      CAF_CHECK(got.error().code == errc::bad_usage);
      CAF_CHECK(got.error().text.find(want) != std::string::npos);
    }
  }
  std::string list = "r1";
  for (size_t i = 2; i <= limits::named_resources_max; ++i)
    list += ",r" + std::to_string(i);
  CAF_CHECK(parse_named(list).has_value());
  CAF_CHECK(!parse_named(list + ",gpu").has_value());
  CAF_CHECK(!parse_named(std::string(limits::name_bytes_max + 1, 'x')));
}

CAF_TEST(what_peers_say_is_checked) {
  struct row {
    const char* what;
    resource_set set;
    const char* want; ///< A part of the sentence; empty: it is fine.
  };
  const row rows[] = {
    {"a usual task", {}, ""},
    {"an offer", offer, ""},
    {"no cpus", {0, 0, {}}, "0 of cpus"},
    {"the most cpus", {most * one, 0, {}}, ""},
    {"too many cpus", {most * one + 1, 0, {}}, "of cpus"},
    {"the most memory", {one, uint64_t{1} << 60, {}}, ""},
    {"too much memory", {one, (uint64_t{1} << 60) + 1, {}}, "a memory of"},
    {"all resources", {one, 0, many(limits::named_resources_max)}, ""},
    {"a resource too many",
     {one, 0, many(limits::named_resources_max + 1)},
     "too many"},
    {"no name", {one, 0, {{"", one}}}, "no name"},
    {"a long name",
     {one, 0, {{std::string(limits::name_bytes_max + 1, 'x'), one}}},
     "no name"},
    {"a name of two words", {one, 0, {{"a b", one}}}, "no name"},
    {"cpus by name", {one, 0, {{"cpus", one}}}, "no name"},
    {"memory by name", {one, 0, {{"memory", one}}}, "no name"},
    {"none of it", {one, 0, {{"gpu", 0}}}, "0 of \"gpu\""},
    {"the most of it", {one, 0, {{"gpu", most * one}}}, ""},
    {"more than the most", {one, 0, {{"gpu", most * one + 1}}}, "\"gpu\""},
    {"twice", {one, 0, {{"gpu", 1}, {"gpu", 1}}}, "named twice"},
    {"out of order", {one, 0, {{"gpu", 1}, {"disk", 1}}}, "out of order"},
  };
  for (const auto& [what, set, want] : rows) {
    CAF_MESSAGE(what);
    auto got = validate(set);
    CAF_CHECK_EQUAL(got.has_value(), std::string{want}.empty());
    if (!got) {
      CAF_CHECK(got.error().code == errc::bad_args);
      CAF_CHECK(got.error().text.find(want) != std::string::npos);
      CAF_CHECK(got.error().text.find(": ") != std::string::npos);
    }
  }
}
