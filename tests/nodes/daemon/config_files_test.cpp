#define CAF_SUITE config_files

#include "nodes/daemon/config_file.hpp"
#include "nodes/daemon/option_table.hpp"

#include <caf/test/unit_test.hpp>

#include <algorithm>
#include <map>
#include <set>
#include <sstream>

using namespace troupe;

namespace {

const std::string folder = TROUPE_SOURCE_DIR "/config/";

struct example {
  std::string name;
  node_roles roles;
  std::set<std::string> sections;
};

const example examples[] = {
  {"single.conf", {true, true}, {"node", "coordinator", "worker", "log"}},
  {"coordinator.conf", {true, false}, {"node", "coordinator", "log"}},
  {"worker.conf", {false, true}, {"node", "worker", "log"}},
};

std::string read(const std::string& name) {
  auto text = read_config_file(folder + name);
  CAF_REQUIRE(text.has_value());
  return *text;
}

result<parsed_options> load(const std::string& text) {
  option_sources sources;
  sources.args = {"--config", "example.conf"};
  sources.read_file = [&text](const std::string&) -> result<std::string> {
    return text;
  };
  sources.is_folder = [](const std::string&) { return true; };
  return parse_options(sources);
}

/// Switches the options on that are shown as `#key = value`, in place of the
/// line that sets them otherwise.
std::string with_shown_defaults(const std::string& text) {
  std::istringstream in{text};
  std::string out;
  std::string shown;
  for (std::string line; std::getline(in, line);) {
    const auto key = line.substr(0, line.find(' '));
    if (line.size() > 1 && line[0] == '#' && line[1] != ' ') {
      shown = key.substr(1);
      out += line.substr(1);
    } else if (key != shown || shown.empty()) {
      out += line;
    }
    out += '\n';
  }
  return out;
}

} // namespace

CAF_TEST(every_example_loads_without_a_warning) {
  for (const auto& [name, roles, sections] : examples) {
    CAF_MESSAGE(name);
    auto parsed = load(read(name));
    if (!parsed)
      CAF_FAIL(to_string(parsed.error()));
    CAF_CHECK(parsed->options.node.roles == roles);
    CAF_CHECK(parsed->warnings.empty());
  }
}

CAF_TEST(examples_change_nothing_but_the_roles) {
  for (const auto& [name, roles, sections] : examples) {
    CAF_MESSAGE(name);
    auto parsed = load(read(name));
    CAF_REQUIRE(parsed.has_value());
    node_options want;
    want.node.roles = roles;
    if (!roles.coordinator)
      want.node.join = {{"127.0.0.1", 7400}};
    CAF_CHECK(parsed->options == want);
  }
}

CAF_TEST(every_option_is_shown_with_its_default_and_a_sentence) {
  for (const auto& [name, roles, sections] : examples) {
    CAF_MESSAGE(name);
    const auto text = read(name);
    auto file = parse_config_file(with_shown_defaults(text), name);
    if (!file)
      CAF_FAIL(to_string(file.error()));
    std::map<std::string, config_entry> entries;
    for (const auto& entry : file->entries)
      entries.emplace(entry.key, entry);
    std::vector<std::string> lines;
    std::istringstream in{text};
    for (std::string line; std::getline(in, line);)
      lines.push_back(line);
    size_t expected = 0;
    for (const auto& row : option_table()) {
      if (sections.count(std::string{section_of(row.key)}) == 0)
        continue;
      ++expected;
      CAF_MESSAGE(row.key);
      const auto found = entries.find(std::string{row.key});
      CAF_REQUIRE(found != entries.end());
      CAF_CHECK_EQUAL(found->second.value, row.default_text);
      CAF_REQUIRE(found->second.line >= 2);
      CAF_CHECK(lines[found->second.line - 2].starts_with("# "));
    }
    CAF_CHECK_EQUAL(entries.size(), expected);
  }
}

CAF_TEST(flags_override_what_the_demo_overrides) {
  option_sources sources;
  sources.args = {"--config",          "worker.conf",
                  "--node.name=alpha", "--node.join=127.0.0.1:7555",
                  "--worker.slots=1",  "--worker.read_paths=/usr/include"};
  sources.read_file = [](const std::string& name) {
    return read_config_file(folder + name);
  };
  sources.is_folder = [](const std::string&) { return true; };
  auto parsed = parse_options(sources);
  CAF_REQUIRE(parsed.has_value());
  CAF_CHECK_EQUAL(parsed->options.node.name, "alpha");
  CAF_CHECK(parsed->options.node.join.front() == (endpoint{"127.0.0.1", 7555}));
  CAF_CHECK_EQUAL(parsed->options.worker.slots, 1u);
}
