#define CAF_SUITE option_table

#include "nodes/daemon/option_table.hpp"

#include <caf/test/unit_test.hpp>

#include <boost/program_options/value_semantic.hpp>

#include <algorithm>
#include <memory>
#include <set>

using namespace troupe;

namespace {

/// Feeds a text through Boost's typed storage of an option. Returns the error.
std::string feed(node_options& out, const option_row& row,
                 const std::string& text) {
  const std::unique_ptr<boost::program_options::value_semantic> semantic{
    row.bind(out, row)};
  boost::any value;
  try {
    semantic->parse(value, {text}, true);
  } catch (const std::exception& e) {
    return e.what();
  }
  semantic->notify(value);
  return "";
}

} // namespace

CAF_TEST(rows_are_complete_and_unique) {
  std::set<std::string_view> keys;
  std::set<std::string> variables;
  for (const auto& row : option_table()) {
    CAF_MESSAGE(row.key);
    CAF_CHECK_EQUAL(std::count(row.key.begin(), row.key.end(), '.'), 1);
    CAF_CHECK(keys.insert(row.key).second);
    CAF_CHECK(variables.insert(variable_name(row.key)).second);
    CAF_CHECK(!row.type.empty());
    CAF_CHECK(!row.example.empty());
    CAF_CHECK(row.help.ends_with('.'));
    CAF_CHECK(find_option(row.key) == &row);
  }
  CAF_CHECK_EQUAL(keys.size(), 30u);
  CAF_CHECK(find_option("worker.slot") == nullptr);
  CAF_CHECK(find_option("") == nullptr);
}

CAF_TEST(sections_are_contiguous) {
  const std::vector<std::string> want{"node", "coordinator", "worker", "log"};
  CAF_CHECK(option_sections() == want);
}

CAF_TEST(names_follow_from_the_key) {
  CAF_CHECK_EQUAL(flag_name("worker.read_paths"), "--worker.read_paths");
  CAF_CHECK_EQUAL(variable_name("worker.read_paths"),
                  "TROUPE_WORKER_READ_PATHS");
  CAF_CHECK_EQUAL(section_of("worker.read_paths"), "worker");
  CAF_CHECK_EQUAL(name_of("worker.read_paths"), "read_paths");
}

CAF_TEST(examples_differ_from_defaults_and_change_the_options) {
  for (const auto& row : option_table()) {
    CAF_MESSAGE(row.key);
    CAF_CHECK(row.example != row.default_text);
    node_options changed;
    CAF_CHECK_EQUAL(feed(changed, row, std::string{row.example}), "");
    CAF_CHECK(!(changed == node_options{}));
  }
}

CAF_TEST(defaults_are_those_of_the_struct) {
  for (const auto& row : option_table()) {
    CAF_MESSAGE(row.key);
    node_options same;
    CAF_CHECK_EQUAL(feed(same, row, std::string{row.default_text}), "");
    // The one default that depends on the roles.
    if (row.key == "node.join")
      same.node.join.clear();
    CAF_CHECK(same == node_options{});
  }
}

CAF_TEST(every_option_refuses_some_text) {
  for (const auto& row : option_table()) {
    CAF_MESSAGE(row.key);
    node_options unchanged;
    CAF_CHECK(feed(unchanged, row, "\x01,\x01") != "");
    CAF_CHECK(unchanged == node_options{});
  }
}
