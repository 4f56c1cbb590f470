#define CAF_SUITE table

#include "nodes/shell/table.hpp"

#include <caf/test/unit_test.hpp>

#include <sstream>
#include <string>

using namespace troupe::shell;

namespace {

table sample() {
  return {{{"ID", true}, {"NAME", false, true}, {"NOTE", false, true, 1}},
          {{{"1"}, {"a name of twenty chrs"}, {"a note"}},
           {{"100"}, {"b", tone::good}, {""}}}};
}

size_t widest_line(const std::string& text) {
  std::istringstream in{text};
  size_t widest = 0;
  for (std::string line; std::getline(in, line);)
    widest = std::max(widest, display_columns(line));
  return widest;
}

} // namespace

CAF_TEST(columns_are_aligned) {
  CAF_CHECK_EQUAL(render(sample(), 0, false),
                  " ID  NAME                   NOTE\n"
                  "  1  a name of twenty chrs  a note\n"
                  "100  b\n");
}

CAF_TEST(cells_are_cut_visibly_and_columns_left_out_last) {
  CAF_CHECK_EQUAL(render(sample(), 25, false), " ID  NAME          NOTE\n"
                                               "  1  a name of...  a note\n"
                                               "100  b\n");
  CAF_CHECK_EQUAL(render(sample(), 14, false), " ID  NAME\n"
                                               "  1  a name...\n"
                                               "100  b\n");
}

CAF_TEST(no_line_is_wider_than_the_terminal) {
  for (size_t width = 13; width < 60; ++width)
    CAF_CHECK(widest_line(render(sample(), width, false)) <= width);
}

CAF_TEST(cells_cannot_control_the_terminal) {
  table one{{{"X"}}, {{{"a\033[31m\nb"}}}};
  auto text = render(one, 0, false);
  CAF_CHECK(text.find('\033') == std::string::npos);
  CAF_CHECK_EQUAL(std::count(text.begin(), text.end(), '\n'), 2);
}

CAF_TEST(characters_are_counted_not_bytes) {
  CAF_CHECK_EQUAL(display_columns("h\xc3\xa9llo"), 5u);
  table two{{{"X", false, true}, {"Y"}},
            {{{"h\xc3\xa9llo"}, {"1"}}, {{"hello"}, {"2"}}}};
  CAF_CHECK_EQUAL(render(two, 0, false),
                  "X      Y\nh\xc3\xa9llo  1\nhello  2\n");
}

CAF_TEST(wide_characters_take_two_columns_and_combining_ones_none) {
  const std::string wide = "\xe6\x97\xa5\xe6\x9c\xac\xe8\xaa\x9e";
  CAF_CHECK_EQUAL(display_columns(wide), 6u);
  CAF_CHECK_EQUAL(display_columns("e\xcc\x81"), 1u);
  CAF_CHECK_EQUAL(cut(wide, 6), wide);
  CAF_CHECK_EQUAL(cut(wide, 5), wide.substr(0, 3) + "...");
  CAF_CHECK_EQUAL(cut(wide, 4), "...");
  CAF_CHECK_EQUAL(cut("e\xcc\x81"
                      "abcd",
                      4),
                  "e\xcc\x81...");
  table one{{{"X", false, true}, {"Y"}}, {{{wide}, {"1"}}, {{"a"}, {"2"}}}};
  CAF_CHECK_EQUAL(render(one, 0, false),
                  "X       Y\n" + wide + "  1\na       2\n");
}

CAF_TEST(colors_surround_the_text_only) {
  table one{{{"X"}, {"Y"}}, {{{"a", tone::bad}, {"b"}}}};
  CAF_CHECK_EQUAL(render(one, 0, true), "\033[2mX\033[0m  \033[2mY\033[0m\n"
                                        "\033[31ma\033[0m  b\n");
}

CAF_TEST(a_table_without_rows_has_a_header) {
  CAF_CHECK_EQUAL(render({{{"A"}, {"B"}}, {}}, 0, false), "A  B\n");
}
