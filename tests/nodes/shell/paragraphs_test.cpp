#define CAF_SUITE paragraphs

#include "nodes/shell/paragraphs.hpp"

#include <caf/test/unit_test.hpp>

#include <string>

using namespace troupe::shell;

namespace {

std::string written(std::string_view text) {
  std::string out;
  write_paragraphs(paragraphs_of(text), out);
  return out;
}

} // namespace

CAF_TEST(finds_paragraphs_and_items) {
  auto all = paragraphs_of("one\n\n* two\n* three\n\n\nfour");
  CAF_REQUIRE_EQUAL(all.size(), 4u);
  CAF_CHECK_EQUAL(all[0].text, "one");
  CAF_CHECK(!all[0].item);
  CAF_CHECK_EQUAL(all[1].text, "two");
  CAF_CHECK(all[1].item);
  CAF_CHECK_EQUAL(all[2].text, "three");
  CAF_CHECK_EQUAL(all[3].text, "four");
  CAF_CHECK(!all[3].item);
  CAF_CHECK(paragraphs_of("").empty());
  CAF_CHECK(paragraphs_of("\n\n").empty());
}

CAF_TEST(separates_paragraphs_but_not_the_items_of_a_list) {
  CAF_CHECK_EQUAL(written("a\n\nb\n\n* c\n* d\n\ne"),
                  "a\n\nb\n\n* c\n* d\n\ne\n");
  CAF_CHECK_EQUAL(written(""), "");
}

CAF_TEST(breaks_lines_at_column_80) {
  std::string word(39, 'x');
  auto two = word + ' ' + word; // 79 columns.
  CAF_CHECK_EQUAL(written(two + " y"), two + "\ny\n");
  CAF_CHECK_EQUAL(written("* " + two), "* " + word + "\n  " + word + "\n");
  std::string longer(90, 'x');
  CAF_CHECK_EQUAL(written("a " + longer + " b"), "a\n" + longer + "\nb\n");
}

CAF_TEST(wraps_behind_what_is_there) {
  std::string out = "  name  ";
  std::string word(70, 'x');
  wrap(word + " y z", 8, 8, out);
  CAF_CHECK_EQUAL(out, "  name  " + word + " y\n        z\n");
}
