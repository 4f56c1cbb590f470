#define CAF_SUITE protocol

#include "tests/runtime/wire/wire_types.hpp"

#include <caf/test/unit_test.hpp>

#include <fstream>
#include <iterator>
#include <map>
#include <regex>
#include <string>
#include <utility>
#include <vector>

using namespace troupe;
using namespace troupe::wire_test;

namespace {

/// One row of an actor's table.
struct row {
  std::string message; ///< As C++ types: `drain_atom, uint64_t`.
  std::string sender;
  std::string reply;
  std::string scope;
};

struct actor_table {
  std::vector<row> rows;
  std::string interface; ///< The C++ text of the typed interface.
};

std::string to_string(const row& x) {
  return "| `" + x.message + "` | " + x.sender + " | " + x.reply + " | "
         + x.scope + " |";
}

std::string read_source(const std::string& path) {
  std::ifstream in{std::string{TROUPE_SOURCE_DIR "/"} + path};
  std::string text{std::istreambuf_iterator<char>{in}, {}};
  CAF_REQUIRE(!text.empty());
  return text;
}

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines{""};
  for (char c : text)
    if (c == '\n')
      lines.emplace_back();
    else
      lines.back() += c;
  return lines;
}

std::string trim(const std::string& text) {
  auto begin = text.find_first_not_of(" `");
  if (begin == std::string::npos)
    return {};
  return text.substr(begin, text.find_last_not_of(" `") - begin + 1);
}

/// Returns the trimmed cells of a table's line, none if it is not one.
std::vector<std::string> cells_of(const std::string& line) {
  std::vector<std::string> cells;
  if (line.empty() || line.front() != '|' || line.find("---") == 2)
    return cells;
  size_t begin = 1;
  for (auto end = line.find('|', begin); end != std::string::npos;
       end = line.find('|', begin)) {
    cells.push_back(trim(line.substr(begin, end - begin)));
    begin = end + 1;
  }
  return cells;
}

/// Adds the line to the table if it is a row of an actor's table.
void add_row(std::vector<row>& rows, const std::string& line) {
  auto cells = cells_of(line);
  if (cells.size() == 4 && cells[0] != "Message")
    rows.push_back({cells[0], cells[1], cells[2], cells[3]});
}

/// Reads the tables of the header, by the alias that follows each.
std::map<std::string, actor_table> read_header() {
  std::map<std::string, actor_table> tables;
  std::vector<row> rows;
  std::string current;
  for (const auto& line : lines_of(read_source("runtime/wire/protocol.hpp"))) {
    if (line.substr(0, 4) == "/// ") {
      add_row(rows, line.substr(4));
    } else if (line.substr(0, 6) == "using ") {
      current = line.substr(6, line.find(' ', 6) - 6);
      tables[current].rows = std::exchange(rows, {});
      tables[current].interface = line.substr(line.find('=') + 1);
    } else if (!current.empty()) {
      tables[current].interface += line;
    }
    if (line.find(';') != std::string::npos)
      current.clear();
  }
  std::erase_if(tables, [](const auto& x) { return x.second.rows.empty(); });
  for (auto& entry : tables)
    std::erase(entry.second.interface, ' ');
  return tables;
}

/// Reads the tables of the docs, by the actor in the headline of each.
std::map<std::string, std::vector<row>> read_docs() {
  std::map<std::string, std::vector<row>> tables;
  std::string current;
  for (const auto& line : lines_of(read_source("docs/protocol.md"))) {
    if (line.substr(0, 5) == "### `")
      current = trim(line.substr(4));
    else if (line.substr(0, 3) == "## ")
      current.clear();
    else if (!current.empty())
      add_row(tables[current], line);
  }
  return tables;
}

std::string without_spaces(std::string text) {
  std::erase(text, ' ');
  return text;
}

size_t count(const std::string& text, const std::string& part) {
  size_t found = 0;
  for (auto i = text.find(part); i != std::string::npos;
       i = text.find(part, i + 1))
    ++found;
  return found;
}

struct field_row {
  std::vector<std::string>& rows;

  template <class T>
  void operator()() const {
    rows.push_back(wire_name<T>());
  }
};

/// Reads from a header which fields `inspect` visits: `| type | name | fields`.
void add_field_rows(std::vector<std::string>& rows, const std::string& text,
                    const std::regex& pattern) {
  const std::regex field{"x\\.(\\w+)"};
  for (std::sregex_iterator i{text.begin(), text.end(), pattern}, end; i != end;
       ++i) {
    auto fields = (*i)[3].str();
    std::string listed;
    for (std::sregex_iterator j{fields.begin(), fields.end(), field}; j != end;
         ++j)
      listed += (listed.empty() ? "`" : ", `") + (*j)[1].str() + "`";
    rows.push_back("| `" + (*i)[1].str() + "` | `" + (*i)[2].str() + "` | "
                   + listed + " |");
  }
}

} // namespace

CAF_TEST(docs_and_header_have_the_same_tables) {
  auto header = read_header();
  auto docs = read_docs();
  CAF_CHECK(header.size() >= 9u);
  for (const auto& [name, table] : header) {
    CAF_MESSAGE(name);
    const auto& rows = docs[name];
    for (size_t i = 0; i < table.rows.size(); ++i) {
      CAF_MESSAGE(to_string(table.rows[i]));
      CAF_CHECK_EQUAL(i < rows.size() ? to_string(rows[i]) : "no such row",
                      to_string(table.rows[i]));
    }
    CAF_CHECK_EQUAL(rows.size(), table.rows.size());
  }
  CAF_CHECK_EQUAL(docs.size(), header.size());
}

CAF_TEST(every_row_is_a_clause_of_the_interface_and_the_reverse) {
  for (const auto& [name, table] : read_header()) {
    CAF_MESSAGE(name);
    const auto& interface = table.interface;
    for (const auto& row : table.rows) {
      CAF_MESSAGE(to_string(row));
      auto message = without_spaces(row.message);
      auto one_way = count(interface, "caf::reacts_to<" + message + ">");
      auto request =
        count(interface,
              "caf::replies_to<" + message + ">::with<" + row.reply + ">")
        + count(interface, "caf::replies_to<" + message + ">::with<std::vector<"
                             + row.reply + ">>");
      CAF_CHECK_EQUAL(one_way + request, 1u);
    }
    CAF_CHECK_EQUAL(count(interface, "caf::reacts_to<")
                      + count(interface, "caf::replies_to<"),
                    table.rows.size());
  }
}

CAF_TEST(only_wire_messages_are_marked_as_such) {
  auto local = read_source("runtime/wire/local_messages.hpp")
               + read_source("runtime/wire/store_messages.hpp");
  for (const auto& [name, table] : read_header()) {
    CAF_MESSAGE(name);
    for (const auto& row : table.rows) {
      CAF_MESSAGE(to_string(row));
      auto type = row.message.substr(0, row.message.find(','));
      auto is_local = count(local, "struct " + type + " {")
                      + count(local, "struct " + type + " {}")
                      + count(local, "using " + type + " =");
      CAF_CHECK(row.scope == "wire" || row.scope == "local");
      CAF_CHECK_EQUAL(row.scope == "local", is_local != 0);
    }
  }
}

CAF_TEST(docs_list_every_field_in_order) {
  std::vector<std::string> rows;
  add_field_rows(rows,
                 read_source("runtime/wire/messages.hpp")
                   + read_source("runtime/wire/question_messages.hpp"),
                 std::regex{"TROUPE_WIRE_TYPE\\((\\w+),\\s*\"(t\\.\\w+)\","
                            "([^)]*)\\)"});
  add_field_rows(rows, read_source("runtime/wire/inspect.hpp"),
                 std::regex{"inspect\\(Inspector& f, (\\w+)& x\\) \\{\\s*"
                            "return f\\(caf::meta::type_name\\(\"(t\\.\\w+)\"\\"
                            "),([^)]*)\\)"});
  std::vector<std::string> names;
  for_each_type(registered_types{}, field_row{names});
  for_each_type(nested_types{}, field_row{names});
  CAF_CHECK_EQUAL(rows.size(), names.size());
  auto docs = read_source("docs/protocol.md");
  for (const auto& row : rows) {
    CAF_MESSAGE(row); // What the docs must say.
    CAF_CHECK_EQUAL(count(docs, "\n" + row), 1u);
  }
}
