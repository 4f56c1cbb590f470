#include "nodes/daemon/options.hpp"

#include "nodes/daemon/config_file.hpp"
#include "nodes/daemon/option_table.hpp"
#include "nodes/daemon/option_values.hpp"
#include "runtime/base/escape.hpp"
#include "runtime/base/nearest.hpp"

#include <boost/program_options/options_description.hpp>
#include <boost/program_options/parsers.hpp>
#include <boost/program_options/variables_map.hpp>
#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <functional>
#include <optional>
#include <sstream>
#include <utility>

namespace troupe {

namespace {

namespace po = boost::program_options;

constexpr std::string_view variable_prefix = "TROUPE_";

/// Variables of that prefix that are for others: the shell's coordinator, and
/// where scripts find programs, sources and build, and their parallelism.
constexpr std::string_view other_variables[] = {
  "TROUPE_CONNECT", "TROUPE_BIN",  "TROUPE_SOURCE",
  "TROUPE_BUILD",   "TROUPE_JOBS", "TROUPE_PORT"};

/// A value from outside, with the words by which errors call the place.
struct given_value {
  std::string key;
  std::string value;
  std::string origin;
};

struct command_line {
  node_action action = node_action::run;
  std::optional<std::string> config_path;
  std::vector<given_value> values;
};

po::options_description general_options() {
  po::options_description general{"General"};
  general.add_options()
    // clang-format off
    ("config", po::value<std::string>()->value_name("FILE"),
     "Read this config file.")
    ("check", "Check flags, variables and config file, print ok and exit.")
    ("help,h", "Print this text and exit.")
    ("version", "Print the version and exit.");
  // clang-format on
  return general;
}

/// Describes the options of one section (or of all) as writing to `out`.
po::options_description section_options(node_options& out,
                                        std::string_view section = {}) {
  po::options_description options{
    section.empty() ? "" : fmt::format("[{}] in a config file", section)};
  for (const auto& row : option_table())
    if (section.empty() || section_of(row.key) == section)
      options.add_options()(std::string{row.key}.c_str(), row.bind(out, row),
                            std::string{row.help}.c_str());
  return options;
}

std::vector<std::string> all_keys() {
  std::vector<std::string> keys;
  for (const auto& row : option_table())
    keys.emplace_back(row.key);
  return keys;
}

/// Returns the nearest name, or `otherwise` when none is near. Only one: keys
/// share so much of their text that the second best is a wrong guess.
std::string hint_for(std::string_view name,
                     const std::vector<std::string>& candidates,
                     std::string_view otherwise) {
  const auto best = nearest(name, candidates, 1);
  return best.empty() ? fmt::format("; {}", otherwise)
                      : fmt::format("; did you mean \"{}\"?", best.front());
}

template <class F>
std::vector<std::string> names_of_all(F to_name) {
  std::vector<std::string> names;
  for (const auto& row : option_table())
    names.push_back(to_name(row.key));
  return names;
}

/// Lets `--key=` stand for an empty value, which Boost refuses.
std::vector<po::option> parse_empty_value(std::vector<std::string>& args) {
  const auto& arg = args.front();
  if (!arg.starts_with("--") || arg.find('=') != arg.size() - 1)
    return {};
  po::option parsed{arg.substr(2, arg.size() - 3), {std::string{}}};
  parsed.original_tokens.push_back(arg);
  args.erase(args.begin());
  return {parsed};
}

tl::unexpected<error> unknown_argument(const po::option& found) {
  const auto& token = found.original_tokens.empty()
                        ? found.string_key
                        : found.original_tokens.front();
  if (found.string_key.empty())
    return fail(errc::bad_config,
                fmt::format("unexpected argument {}; options start with --, a "
                            "config file is given with --config FILE",
                            quote_text(token)));
  auto flags = names_of_all(flag_name);
  for (auto flag : {"--config", "--check", "--help", "--version"})
    flags.emplace_back(flag);
  const auto flag = token.substr(0, token.find('='));
  return fail(
    errc::bad_config,
    fmt::format("unknown flag {}{}", quote_text(flag),
                hint_for(flag, flags, "trouped --help lists all flags")));
}

result<command_line> sort_flags(const std::vector<po::option>& found) {
  command_line line;
  auto act = [&line](node_action action) {
    line.action = std::max(line.action, action);
  };
  for (const auto& option : found) {
    const auto& key = option.string_key;
    const auto& tokens = option.original_tokens;
    if (tokens.size() == 2 && tokens[1].starts_with("--"))
      return fail(errc::bad_config,
                  fmt::format("the flag {} has no value; write {}=VALUE",
                              quote_text(tokens[0]), flag_name(key)));
    if (key.empty() || option.unregistered) {
      return unknown_argument(option);
    } else if (key == "check") {
      act(node_action::check);
    } else if (key == "help") {
      act(node_action::help);
    } else if (key == "version") {
      act(node_action::version);
    } else if (key == "config") {
      if (line.config_path)
        return fail(errc::bad_config, "the flag --config is given twice; "
                                      "remove one of the two");
      line.config_path = option.value.at(0);
    } else {
      auto same = [&key](const given_value& x) { return x.key == key; };
      if (std::any_of(line.values.begin(), line.values.end(), same))
        return fail(errc::bad_config,
                    fmt::format("the flag {} is given twice; remove one of the "
                                "two",
                                flag_name(key)));
      line.values.push_back(
        {key, option.value.at(0), "flag " + flag_name(key)});
    }
  }
  return line;
}

result<command_line> parse_flags(const std::vector<std::string>& args) {
  namespace style = po::command_line_style;
  node_options ignored;
  auto options = general_options();
  options.add(section_options(ignored));
  try {
    auto parsed =
      po::command_line_parser(args)
        .options(options)
        .style(style::allow_long | style::long_allow_adjacent
               | style::long_allow_next | style::allow_short
               | style::short_allow_adjacent | style::allow_dash_for_short)
        .extra_style_parser(parse_empty_value)
        .allow_unregistered()
        .run();
    return sort_flags(parsed.options);
  } catch (const po::error& e) {
    return fail(errc::bad_config,
                fmt::format("{}; trouped --help explains the flags",
                            escape_text(e.what())));
  }
}

result<std::vector<given_value>>
parse_variables(const std::map<std::string, std::string>& environment) {
  std::vector<given_value> values;
  auto known = names_of_all(variable_name);
  for (const auto& [name, value] : environment) {
    const auto others =
      std::find(std::begin(other_variables), std::end(other_variables), name);
    if (!name.starts_with(variable_prefix)
        || others != std::end(other_variables))
      continue;
    auto i = std::find(known.begin(), known.end(), name);
    if (i == known.end())
      return fail(errc::bad_config,
                  fmt::format("unknown variable {}{}", quote_text(name),
                              hint_for(name, known,
                                       "unset it, TROUPE_ variables are "
                                       "options of this program")));
    const auto row = static_cast<size_t>(i - known.begin());
    values.push_back(
      {std::string{option_table()[row].key}, value, "variable " + name});
  }
  return values;
}

/// Returns what to say about a key of a config file that does not exist.
std::string explain_unknown_key(const std::string& key) {
  const auto name = std::string{name_of(key)};
  std::vector<std::string> siblings;
  for (const auto& row : option_table()) {
    if (name_of(row.key) == name)
      return fmt::format("unknown key {}; {} belongs under [{}]",
                         quote_text(key), name, section_of(row.key));
    if (section_of(row.key) == section_of(key))
      siblings.emplace_back(name_of(row.key));
  }
  const auto otherwise =
    fmt::format("[{}] has {}", section_of(key), fmt::join(siblings, ", "));
  const auto hint = nearest(name, siblings, 1).empty()
                      ? hint_for(key, all_keys(), otherwise)
                      : hint_for(name, siblings, otherwise);
  return fmt::format("unknown key {}{}", quote_text(key), hint);
}

result<std::vector<given_value>> parse_file(const std::string& text,
                                            const std::string& path) {
  auto file = parse_config_file(text, path);
  if (!file)
    return tl::unexpected{file.error()};
  const auto name = escape_text(path);
  const auto sections = option_sections();
  for (const auto& section : file->sections) {
    const auto& known = section.name;
    if (std::find(sections.begin(), sections.end(), known) == sections.end())
      return fail(
        errc::bad_config,
        fmt::format("{}:{}: unknown section {}{}", name, section.line,
                    quote_text(known),
                    hint_for(known, sections,
                             fmt::format("the sections are {}",
                                         fmt::join(sections, ", ")))));
  }
  std::vector<given_value> values;
  for (auto& [key, value, line] : file->entries) {
    if (find_option(key) == nullptr)
      return fail(errc::bad_config, fmt::format("{}:{}: {}", name, line,
                                                explain_unknown_key(key)));
    values.push_back({key, value, fmt::format("{}:{}", name, line)});
  }
  return values;
}

/// Boost's storage for all options, fed in order of precedence.
class typed_storage {
public:
  typed_storage() : descriptions_(section_options(options_)) {
    // nop
  }

  typed_storage(const typed_storage&) = delete;
  typed_storage& operator=(const typed_storage&) = delete;

  /// Checks all values and keeps those of keys that have none yet.
  result<void> store(const std::vector<given_value>& values) {
    for (const auto& given : values) {
      po::parsed_options one{&descriptions_};
      one.options.emplace_back(given.key, std::vector{given.value});
      try {
        // Storing skips what is set already; a wrong value must not be.
        po::variables_map scratch;
        po::store(one, scratch);
        po::store(one, kept_);
      } catch (const po::error& e) {
        return fail(errc::bad_config,
                    fmt::format("{}: {} = {}: {}", given.origin, given.key,
                                quote_text(given.value), e.what()));
      }
      given_.emplace(given.key, given);
    }
    return {};
  }

  result<node_options> finish() {
    // Fills in the defaults, also when nothing was given.
    po::store(po::parsed_options{&descriptions_}, kept_);
    po::notify(kept_);
    if (kept_["node.join"].defaulted() && options_.node.roles.coordinator)
      options_.node.join.clear();
    auto valid = options_.validate();
    if (valid)
      return options_;
    auto what = valid.error();
    if (what.code == errc::insecure_listen)
      what.text = fmt::format("{}: {}", origin_of("node.listen"), what.text);
    return tl::unexpected{what};
  }

  /// Returns all values as they were written, with where.
  std::vector<config_value> values() const {
    std::vector<config_value> all;
    for (const auto& row : option_table()) {
      auto i = given_.find(row.key);
      all.push_back(
        {std::string{row.key},
         i == given_.end() ? std::string{row.default_text} : i->second.value,
         origin_of(row.key)});
    }
    return all;
  }

private:
  std::string origin_of(std::string_view key) const {
    auto i = given_.find(key);
    return i == given_.end() ? "default" : i->second.origin;
  }

  node_options options_;
  po::options_description descriptions_;
  po::variables_map kept_;
  std::map<std::string, given_value, std::less<>> given_; ///< Those that win.
};

std::vector<std::string>
find_warnings(const node_options& options,
              const std::function<bool(const std::string&)>& is_folder) {
  std::vector<std::string> warnings;
  const auto& node = options.node;
  if (node.roles.coordinator && !is_loopback(node.listen))
    warnings.push_back(fmt::format(
      "node.insecure = yes: {} is open without encryption or password to "
      "everyone who can reach it; keep strangers out with a firewall",
      to_string(node.listen)));
  if (!node.roles.worker)
    return warnings;
  for (const auto& path : options.worker.read_paths)
    if (!is_folder(path))
      warnings.push_back(fmt::format("worker.read_paths: {} is not a folder on "
                                     "this machine; no task can read from it",
                                     quote_text(path)));
  return warnings;
}

} // namespace

std::string to_string(const node_roles& roles) {
  if (roles.coordinator && roles.worker)
    return "coordinator,worker";
  return roles.coordinator ? "coordinator" : roles.worker ? "worker" : "none";
}

uint64_t memory_limit::resolve(uint64_t ram_bytes) const {
  // Dividing first: the product might not fit.
  return bytes != 0 ? bytes : ram_bytes / 100 * percent;
}

result<void> node_options::validate() const {
  using option_values::is_name;
  if (!node.name.empty() && !is_name(node.name))
    return fail(errc::bad_config,
                fmt::format("node.name = {} is not a name: use letters, "
                            "digits, dots, dashes and underscores",
                            quote_text(node.name)));
  if (!is_name(node.cluster))
    return fail(errc::bad_config,
                fmt::format("node.cluster = {} is not a name: use letters, "
                            "digits, dots, dashes and underscores",
                            quote_text(node.cluster)));
  if (!node.roles.coordinator && !node.roles.worker)
    return fail(errc::bad_config, "node.roles is empty: a node is a "
                                  "coordinator, a worker or both");
  if (!node.roles.coordinator && node.join.empty())
    return fail(errc::bad_config, "node.join is empty: a worker needs the "
                                  "address of a coordinator");
  if (node.roles.coordinator && !node.insecure && !is_loopback(node.listen))
    return fail(errc::insecure_listen,
                fmt::format("node.listen = {} is open without encryption or "
                            "password to everyone who can reach it; listen on "
                            "127.0.0.1 or set node.insecure = yes",
                            to_string(node.listen)));
  return {};
}

option_sources process_sources(int argc, const char* const* argv,
                               const char* const* environment) {
  option_sources sources;
  for (int i = 1; i < argc; ++i)
    sources.args.emplace_back(argv[i]);
  for (; environment != nullptr && *environment != nullptr; ++environment) {
    const std::string_view entry{*environment};
    const auto equals = entry.find('=');
    if (entry.starts_with(variable_prefix) && equals != entry.npos)
      sources.environment.emplace(entry.substr(0, equals),
                                  entry.substr(equals + 1));
  }
  sources.read_file = read_config_file;
  sources.is_folder = [](const std::string& path) {
    struct stat found {};
    return ::stat(path.c_str(), &found) == 0 && S_ISDIR(found.st_mode);
  };
  return sources;
}

result<parsed_options> parse_options(const option_sources& sources) {
  auto line = parse_flags(sources.args);
  if (!line)
    return tl::unexpected{line.error()};
  parsed_options parsed;
  parsed.action = line->action;
  if (line->action == node_action::help || line->action == node_action::version)
    return parsed;
  auto variables = parse_variables(sources.environment);
  if (!variables)
    return tl::unexpected{variables.error()};
  result<std::vector<given_value>> from_file;
  if (line->config_path) {
    auto parse_text = [&line](const std::string& text) {
      return parse_file(text, *line->config_path);
    };
    from_file = sources.read_file(*line->config_path).and_then(parse_text);
  }
  if (!from_file)
    return tl::unexpected{from_file.error()};
  typed_storage storage;
  for (const auto* values : {&line->values, &*variables, &*from_file})
    if (auto stored = storage.store(*values); !stored)
      return tl::unexpected{stored.error()};
  auto options = storage.finish();
  if (!options)
    return tl::unexpected{options.error()};
  parsed.options = std::move(*options);
  parsed.values = storage.values();
  parsed.warnings = find_warnings(parsed.options, sources.is_folder);
  return parsed;
}

std::string options_help() {
  std::ostringstream out;
  out << "usage: trouped [--config FILE] [--SECTION.KEY=VALUE ...]\n\n"
         "Runs a node of a Troupe cluster; without options a coordinator with "
         "a worker\non loopback. Each option is also a key of the config file "
         "and a variable:\n--worker.slots=4 is `slots = 4` under [worker] and "
         "TROUPE_WORKER_SLOTS=4. A flag\nwins over a variable, a variable over "
         "the file. Values in (=...) are defaults.\n\n"
      << general_options();
  node_options ignored;
  for (const auto& section : option_sections())
    out << '\n' << section_options(ignored, section);
  auto text = std::move(out).str();
  // Boost leaves blanks at the ends of the lines that it breaks.
  for (size_t end = 0; (end = text.find(" \n", end)) != std::string::npos;)
    text.erase(end, 1);
  return text;
}

std::string default_node_name(std::string_view host_name, uint64_t random) {
  constexpr size_t suffix_bytes = 5;
  std::string name{
    host_name.substr(0, option_values::name_bytes_max - suffix_bytes)};
  for (auto& c : name)
    if (!option_values::is_name(std::string_view{&c, 1}))
      c = '-';
  if (name.empty())
    name = "node";
  return fmt::format("{}-{:04x}", name, random & 0xFFFF);
}

} // namespace troupe
