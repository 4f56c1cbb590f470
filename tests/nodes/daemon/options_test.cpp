#define CAF_SUITE options

#include "nodes/daemon/config_file.hpp"
#include "nodes/daemon/option_table.hpp"
#include "nodes/daemon/options.hpp"
#include "runtime/base/random.hpp"

#include <caf/test/unit_test.hpp>

#include <algorithm>
#include <sstream>

using namespace troupe;
using namespace std::chrono_literals;

namespace {

/// A process that was started in a certain way.
struct start {
  std::vector<std::string> args;
  std::map<std::string, std::string> environment;
  std::string file; ///< What "f.conf" holds.
};

result<parsed_options> parse(const start& how) {
  option_sources sources;
  sources.args = how.args;
  sources.environment = how.environment;
  sources.read_file = [&how](const std::string& path) -> result<std::string> {
    if (path == "f.conf")
      return how.file;
    return fail(errc::bad_config, "cannot read " + path);
  };
  sources.is_folder = [](const std::string& path) { return path == "/there"; };
  return parse_options(sources);
}

start with_file(std::string text) {
  return {{"--config=f.conf"}, {}, std::move(text)};
}

node_options options_of(const start& how) {
  auto parsed = parse(how);
  if (!parsed)
    CAF_FAIL(to_string(parsed.error()));
  return parsed->options;
}

/// A command line and the sentence that refuses it.
struct refused_args {
  const char* what;
  std::vector<std::string> args;
  std::string want;
};

void check_refused(const std::vector<refused_args>& rows) {
  for (const auto& [what, args, want] : rows) {
    CAF_MESSAGE(what);
    auto parsed = parse({args, {}, ""});
    CAF_REQUIRE(!parsed.has_value());
    CAF_CHECK(parsed.error().code == errc::bad_config);
    CAF_CHECK_EQUAL(parsed.error().text, want);
  }
}

} // namespace

CAF_TEST(without_any_option_a_node_is_a_whole_cluster_on_loopback) {
  auto parsed = parse({});
  CAF_REQUIRE(parsed.has_value());
  CAF_CHECK(parsed->action == node_action::run);
  CAF_CHECK(parsed->warnings.empty());
  const auto& options = parsed->options;
  CAF_CHECK(options == node_options{});
  CAF_CHECK(options.validate().has_value());
  CAF_CHECK_EQUAL(to_string(options.node.roles), "coordinator,worker");
  CAF_CHECK_EQUAL(to_string(options.node.listen), "127.0.0.1:7400");
  CAF_CHECK(options.node.join.empty());
}

CAF_TEST(each_source_reaches_every_option) {
  for (const auto& row : option_table()) {
    CAF_MESSAGE(row.key);
    const std::string example{row.example};
    auto by_flag = options_of({{flag_name(row.key), example}, {}, ""});
    auto by_equals = options_of({{flag_name(row.key) + '=' + example}, {}, ""});
    auto by_variable =
      options_of({{}, {{variable_name(row.key), example}}, ""});
    auto by_file =
      options_of(with_file('[' + std::string{section_of(row.key)} + "]\n"
                           + std::string{name_of(row.key)} + " = " + example));
    CAF_CHECK(!(by_flag == node_options{}));
    CAF_CHECK(by_flag == by_equals);
    CAF_CHECK(by_flag == by_variable);
    CAF_CHECK(by_flag == by_file);
  }
}

CAF_TEST(the_flag_wins_over_the_variable_over_the_file_over_the_default) {
  struct row {
    const char* what;
    bool flag;
    bool variable;
    bool file;
    uint32_t want;
  };
  const row rows[] = {
    {"default", false, false, false, 0},
    {"file", false, false, true, 3},
    {"variable", false, true, false, 2},
    {"variable over file", false, true, true, 2},
    {"flag", true, false, false, 1},
    {"flag over file", true, false, true, 1},
    {"flag over all", true, true, true, 1},
  };
  for (const auto& [what, flag, variable, file, want] : rows) {
    CAF_MESSAGE(what);
    start how;
    if (flag)
      how.args.push_back("--worker.slots=1");
    if (variable)
      how.environment["TROUPE_WORKER_SLOTS"] = "2";
    if (file) {
      how.args.push_back("--config=f.conf");
      how.file = "[worker]\nslots = 3\n";
    }
    CAF_CHECK_EQUAL(options_of(how).worker.slots, want);
  }
}

CAF_TEST(values_of_every_type_arrive) {
  auto options = options_of(with_file("[node]\n"
                                      "name = alpha\n"
                                      "roles = worker  # a comment\n"
                                      "join = a:1, [::1]:2\n"
                                      "drain_timeout = 1.5s\n"
                                      "[coordinator]\n"
                                      "memory = 25%\n"
                                      "result_limit = 1MiB\n"
                                      "placement = locality\n"
                                      "[worker]\n"
                                      "cpus = 1.5\n"
                                      "memory = 2GiB\n"
                                      "resources = gpu:1, licence:0.5\n"
                                      "labels = zone=a, gpu\n"
                                      "exec = yes\n"
                                      "read_paths = /there\n"
                                      "[log]\n"
                                      "level = debug\n"
                                      "format = json\n"));
  node_options want;
  want.node.name = "alpha";
  want.node.roles = {false, true};
  want.node.join = {{"a", 1}, {"::1", 2}};
  want.node.drain_timeout = 1500ms;
  want.coordinator.memory = {0, 25};
  want.coordinator.result_limit = 1 << 20;
  want.coordinator.placement = "locality";
  want.worker.cpus = 15'000;
  want.worker.memory = uint64_t{2} << 30;
  want.worker.resources = {{"gpu", 10'000}, {"licence", 5'000}};
  want.worker.labels = {{"zone", "a"}, {"gpu", ""}};
  want.worker.exec = true;
  want.worker.read_paths = {"/there"};
  want.log = {log_level::debug, log_format::json};
  CAF_CHECK(options == want);
}

CAF_TEST(a_flag_can_be_empty) {
  start how = with_file("[worker]\nlabels = a\n");
  how.args.push_back("--worker.labels=");
  CAF_CHECK(options_of(how).worker.labels.empty());
  how = with_file("[worker]\nlabels = a\n");
  how.environment["TROUPE_WORKER_LABELS"] = "";
  CAF_CHECK(options_of(how).worker.labels.empty());
}

CAF_TEST(a_worker_alone_looks_on_loopback_and_others_join_themselves) {
  struct row {
    const char* what;
    std::vector<std::string> args;
    std::vector<endpoint> want;
  };
  const row rows[] = {
    {"both roles", {}, {}},
    {"both roles, another port", {"--node.listen=127.0.0.1:0"}, {}},
    {"both roles, told where", {"--node.join=a:1"}, {{"a", 1}}},
    {"both roles, told the default",
     {"--node.join=127.0.0.1:7400"},
     {{"127.0.0.1", 7400}}},
    {"a worker", {"--node.roles=worker"}, {{"127.0.0.1", 7400}}},
    {"a worker, told where",
     {"--node.roles=worker", "--node.join=a:1"},
     {{"a", 1}}},
    {"a coordinator", {"--node.roles=coordinator"}, {}},
  };
  for (const auto& [what, args, want] : rows) {
    CAF_MESSAGE(what);
    CAF_CHECK(options_of({args, {}, ""}).node.join == want);
  }
}

CAF_TEST(actions_are_recognized) {
  struct row {
    std::vector<std::string> args;
    node_action want;
  };
  const row rows[] = {
    {{}, node_action::run},
    {{"--check"}, node_action::check},
    {{"--help"}, node_action::help},
    {{"-h"}, node_action::help},
    {{"--version"}, node_action::version},
    {{"--check", "--worker.slots=2"}, node_action::check},
    {{"--help", "--config=missing.conf"}, node_action::help},
    {{"--version", "--worker.slots=many"}, node_action::version},
  };
  for (const auto& [args, want] : rows) {
    auto parsed = parse({args, {}, ""});
    CAF_REQUIRE(parsed.has_value());
    CAF_CHECK(parsed->action == want);
  }
}

CAF_TEST(unknown_flags_are_refused_with_the_nearest) {
  check_refused({
    {"an unknown flag",
     {"--worker.slot=4"},
     "unknown flag \"--worker.slot\"; did you mean \"--worker.slots\"?"},
    {"an unknown flag with a value behind",
     {"--confg", "f.conf"},
     "unknown flag \"--confg\"; did you mean \"--config\"?"},
    {"no flag is near",
     {"--qqqqqqqqqqqqqqq"},
     "unknown flag \"--qqqqqqqqqqqqqqq\"; trouped --help lists all flags"},
    {"an unknown empty flag",
     {"--qqqqqqqqqqqqqqq="},
     "unknown flag \"--qqqqqqqqqqqqqqq\"; trouped --help lists all flags"},
    {"a prefix is no flag",
     {"--worker.slo=4"},
     "unknown flag \"--worker.slo\"; did you mean \"--worker.slots\"?"},
    {"an argument",
     {"f.conf"},
     "unexpected argument \"f.conf\"; options start with --, a config file is "
     "given with --config FILE"},
    {"an argument behind two dashes",
     {"--", "--check"},
     "unexpected argument \"--check\"; options start with --, a config file is "
     "given with --config FILE"},
  });
}

CAF_TEST(wrong_flags_are_refused_with_one_sentence) {
  check_refused({
    {"a wrong value",
     {"--worker.slots=many"},
     "flag --worker.slots: worker.slots = \"many\": expected a whole number "
     "from 0 to 4096"},
    {"an empty value",
     {"--worker.slots="},
     "flag --worker.slots: worker.slots = \"\": expected a whole number from 0 "
     "to 4096"},
    {"control characters",
     {"--worker.slots=\x1B[2J\n"},
     "flag --worker.slots: worker.slots = \"\\x1b[2J\\n\": expected a whole "
     "number from 0 to 4096"},
    {"a flag twice",
     {"--worker.slots=1", "--worker.slots", "2"},
     "the flag --worker.slots is given twice; remove one of the two"},
    {"two files",
     {"--config=f.conf", "--config=g.conf"},
     "the flag --config is given twice; remove one of the two"},
    {"no value",
     {"--worker.slots"},
     "the required argument for option '--worker.slots' is missing; trouped "
     "--help explains the flags"},
    {"a flag as value",
     {"--worker.slots", "--check"},
     "the flag \"--worker.slots\" has no value; write --worker.slots=VALUE"},
    {"a flag as text",
     {"--node.name", "--check"},
     "the flag \"--node.name\" has no value; write --node.name=VALUE"},
    {"a value for a switch",
     {"--check=yes"},
     "option '--check' does not take any arguments; trouped --help explains "
     "the flags"},
    {"a missing file", {"--config=g.conf"}, "cannot read g.conf"},
    {"the gateway",
     {"--node.roles=gateway"},
     "flag --node.roles: node.roles = \"gateway\": the role gateway is not in "
     "this version; use coordinator, worker or both"},
  });
}

CAF_TEST(wrong_variables_are_refused_and_others_are_left_alone) {
  struct row {
    std::string name;
    std::string value;
    std::string want;
  };
  const row rows[] = {
    {"TROUPE_WORKER_SLOT", "4",
     "unknown variable \"TROUPE_WORKER_SLOT\"; did you mean "
     "\"TROUPE_WORKER_SLOTS\"?"},
    {"TROUPE_QQQQQQQQQQQQQQQQ", "4",
     "unknown variable \"TROUPE_QQQQQQQQQQQQQQQQ\"; unset it, TROUPE_ "
     "variables are options of this program"},
    {"TROUPE_LOG_LEVEL", "loud",
     "variable TROUPE_LOG_LEVEL: log.level = \"loud\": expected trace, debug, "
     "info, warn, error, off"},
    {"TROUPE_BIN", "x", ""},
    {"TROUPE_CONNECT", "x", ""},
    {"TROUPES", "x", ""},
    {"PATH", "x", ""},
  };
  for (const auto& [name, value, want] : rows) {
    CAF_MESSAGE(name);
    auto parsed = parse({{}, {{name, value}}, ""});
    CAF_CHECK_EQUAL(parsed.has_value(), want.empty());
    if (!parsed)
      CAF_CHECK_EQUAL(parsed.error().text, want);
  }
}

CAF_TEST(wrong_files_are_refused_with_file_and_line) {
  struct row {
    const char* what;
    std::string text;
    std::string want;
  };
  const row rows[] = {
    {"an unknown section", "[wroker]\n",
     "f.conf:1: unknown section \"wroker\"; did you mean \"worker\"?"},
    {"no section is near", "\n[qqqqqq]\n",
     "f.conf:2: unknown section \"qqqqqq\"; the sections are node, "
     "coordinator, worker, log"},
    {"an unknown key", "[worker]\nslot = 4\n",
     "f.conf:2: unknown key \"worker.slot\"; did you mean \"slots\"?"},
    {"a key of another section", "[node]\nslots = 4\n",
     "f.conf:2: unknown key \"node.slots\"; slots belongs under [worker]"},
    {"no key is near", "[log]\nqqqqqqqqqq = 4\n",
     "f.conf:2: unknown key \"log.qqqqqqqqqq\"; [log] has level, format"},
    {"a wrong value", "[worker]\n\nslots = many\n",
     "f.conf:3: worker.slots = \"many\": expected a whole number from 0 to "
     "4096"},
    {"a key twice", "[worker]\nslots = 1\nslots = 1\n",
     "f.conf:3: worker.slots is set already on line 2; remove one of the two"},
    {"garbage",
     std::string{"\x7F"
                 "ELF\0\0",
                 6},
     "f.conf:1: the line holds the control character 0x7f; a config file is "
     "plain text"},
  };
  for (const auto& [what, text, want] : rows) {
    CAF_MESSAGE(what);
    auto parsed = parse(with_file(text));
    CAF_REQUIRE(!parsed.has_value());
    CAF_CHECK(parsed.error().code == errc::bad_config);
    CAF_CHECK_EQUAL(parsed.error().text, want);
  }
}

CAF_TEST(a_wrong_value_is_refused_where_another_source_wins) {
  start how = with_file("[worker]\nslots = many\n");
  how.args.push_back("--worker.slots=2");
  auto parsed = parse(how);
  CAF_REQUIRE(!parsed.has_value());
  CAF_CHECK(parsed.error().text.starts_with("f.conf:2: "));
}

CAF_TEST(listening_beyond_loopback_needs_a_confirmation) {
  struct row {
    std::string listen;
    std::string roles;
    bool open;
  };
  const row rows[] = {
    {"127.0.0.1:7400", "coordinator", false},
    {"[::1]:0", "coordinator", false},
    {"localhost:7400", "coordinator,worker", false},
    {"0.0.0.0:7400", "coordinator", true},
    {"[::]:7400", "coordinator,worker", true},
    {"10.0.0.1:7400", "coordinator", true},
    {"myhost:7400", "coordinator", true},
    {"0.0.0.0:7400", "worker", false},
  };
  for (const auto& [listen, roles, open] : rows) {
    CAF_MESSAGE(listen);
    start how{{"--node.roles=" + roles, "--node.listen=" + listen}, {}, ""};
    auto refused = parse(how);
    CAF_CHECK_EQUAL(refused.has_value(), !open);
    if (!refused)
      CAF_CHECK(refused.error().code == errc::insecure_listen);
    how.args.push_back("--node.insecure=yes");
    auto confirmed = parse(how);
    CAF_REQUIRE(confirmed.has_value());
    CAF_CHECK_EQUAL(confirmed->warnings.size(), open ? 1u : 0u);
  }
  auto parsed = parse(with_file("[node]\nlisten = 0.0.0.0:7400\n"));
  CAF_REQUIRE(!parsed.has_value());
  CAF_CHECK_EQUAL(parsed.error().text,
                  "f.conf:2: node.listen = 0.0.0.0:7400 is open without "
                  "encryption or password to everyone who can reach it; listen "
                  "on 127.0.0.1 or set node.insecure = yes");
}

CAF_TEST(folders_that_are_not_there_are_worth_a_warning) {
  start how{{"--worker.read_paths=/there,/gone"}, {}, ""};
  auto parsed = parse(how);
  CAF_REQUIRE(parsed.has_value());
  const std::vector<std::string> want{
    "worker.read_paths: \"/gone\" is not a folder on this machine; no task can "
    "read from it"};
  CAF_CHECK(parsed->warnings == want);
  how.args.push_back("--node.roles=coordinator");
  CAF_CHECK(parse(how)->warnings.empty());
}

CAF_TEST(options_that_programs_fill_in_are_validated) {
  struct row {
    const char* what;
    void (*change)(node_options&);
    errc want;
  };
  const row rows[] = {
    {"defaults", [](node_options&) {}, errc::ok},
    {"a name", [](node_options& x) { x.node.name = "alpha"; }, errc::ok},
    {"a wrong name", [](node_options& x) { x.node.name = "a b"; },
     errc::bad_config},
    {"no cluster", [](node_options& x) { x.node.cluster = ""; },
     errc::bad_config},
    {"no role",
     [](node_options& x) {
       x.node.roles = {false, false};
     },
     errc::bad_config},
    {"a worker that joins nothing",
     [](node_options& x) {
       x.node.roles = {false, true};
     },
     errc::bad_config},
    {"open",
     [](node_options& x) {
       x.node.listen = {"0.0.0.0", 1};
     },
     errc::insecure_listen},
  };
  for (const auto& [what, change, want] : rows) {
    CAF_MESSAGE(what);
    node_options options;
    change(options);
    auto valid = options.validate();
    CAF_CHECK((valid ? errc::ok : valid.error().code) == want);
  }
}

CAF_TEST(memory_limits_are_resolved) {
  CAF_CHECK_EQUAL((memory_limit{0, 50}).resolve(1000), 500u);
  CAF_CHECK_EQUAL((memory_limit{0, 100}).resolve(UINT64_MAX),
                  UINT64_MAX / 100 * 100);
  CAF_CHECK_EQUAL((memory_limit{7, 50}).resolve(1000), 7u);
}

CAF_TEST(default_names_are_valid_whatever_the_host_is_called) {
  struct row {
    std::string host;
    uint64_t random;
    std::string want;
  };
  const row rows[] = {
    {"box", 0x1234ABCD, "box-abcd"},
    {"my host!", 1, "my-host--0001"},
    {"", 0, "node-0000"},
    {std::string(100, 'x'), 0xF, std::string(59, 'x') + "-000f"},
    {"\xC3\xA4", 2, "---0002"},
  };
  for (const auto& [host, random, want] : rows) {
    const auto name = default_node_name(host, random);
    CAF_CHECK_EQUAL(name, want);
    node_options options;
    options.node.name = name;
    CAF_CHECK(options.validate().has_value());
  }
}

CAF_TEST(the_process_is_read_as_it_is) {
  const char* argv[] = {"trouped", "--check", "x"};
  const char* environment[] = {"TROUPE_WORKER_SLOTS=a=b", "PATH=/bin",
                               "TROUPE_ODD", "TROUPE_BIN=", nullptr};
  auto sources = process_sources(3, argv, environment);
  CAF_CHECK(sources.args == (std::vector<std::string>{"--check", "x"}));
  const std::map<std::string, std::string> want{{"TROUPE_BIN", ""},
                                                {"TROUPE_WORKER_SLOTS", "a=b"}};
  CAF_CHECK(sources.environment == want);
  CAF_CHECK(sources.is_folder("/"));
  CAF_CHECK(!sources.is_folder("/nowhere/at/all"));
  CAF_CHECK(!sources.read_file("/nowhere/at/all").has_value());
  CAF_CHECK(process_sources(0, nullptr, nullptr).args.empty());
}

CAF_TEST(random_files_are_parsed_or_refused) {
  const std::string valid = "[node]\nname = alpha\nlisten = 127.0.0.1:7400\n"
                            "[worker]\nslots = 4\nlabels = zone=a,gpu\n"
                            "[log]\nlevel = info\n";
  auto random = make_seeded_random(7405);
  size_t accepted = 0;
  for (int i = 0; i < 3'000; ++i) {
    std::string text;
    if (i % 3 == 0) {
      for (auto n = random->next() % 200; n > 0; --n)
        text += static_cast<char>(random->next());
    } else {
      text = valid;
      for (auto n = random->next() % 3 + 1; n > 0; --n)
        text[random->next() % text.size()] =
          i % 3 == 1 ? valid[random->next() % valid.size()]
                     : static_cast<char>(random->next());
    }
    auto parsed = parse(with_file(text));
    if (parsed) {
      ++accepted;
      CAF_CHECK(parsed->options.validate().has_value());
      continue;
    }
    CAF_CHECK(parsed.error().code == errc::bad_config
              || parsed.error().code == errc::insecure_listen);
    CAF_CHECK(parsed.error().text.starts_with("f.conf:"));
    CAF_CHECK(parsed.error().text.find('\n') == std::string::npos);
  }
  CAF_CHECK(accepted > 10);
  CAF_CHECK(accepted < 2'000);
}

CAF_TEST(random_flags_are_parsed_or_refused) {
  const std::vector<std::string> parts = {
    "--",   "worker.slots", "=",      "4", "-h", "node.listen", "\n",
    "-",    "check",        "config", ".", "",   "f.conf",      "\xFF",
    "help", "0.0.0.0:1",    "-x",     " ", "=="};
  auto random = make_seeded_random(7406);
  size_t accepted = 0;
  for (int i = 0; i < 5'000; ++i) {
    start how;
    for (auto args = random->next() % 3 + 1; args > 0; --args) {
      std::string arg;
      for (auto n = random->next() % 5; n > 0; --n)
        arg += parts[random->next() % parts.size()];
      how.args.push_back(arg);
    }
    auto parsed = parse(how);
    accepted += parsed.has_value() ? 1 : 0;
    if (!parsed)
      CAF_CHECK(!parsed.error().text.empty()
                && parsed.error().text.find('\n') == std::string::npos);
  }
  CAF_CHECK(accepted > 5);
}

CAF_TEST(help_lists_every_option) {
  const auto help = options_help();
  for (const auto& row : option_table())
    CAF_CHECK(help.find(flag_name(row.key)) != std::string::npos);
  for (auto flag : {"--config FILE", "--check", "--help", "--version"})
    CAF_CHECK(help.find(flag) != std::string::npos);
  std::istringstream lines{help};
  for (std::string line; std::getline(lines, line);)
    CAF_CHECK(line.size() <= 80 && !line.ends_with(' '));
}

CAF_TEST(the_docs_have_the_table_of_options) {
  auto docs = read_config_file(TROUPE_SOURCE_DIR "/docs/configuration.md");
  CAF_REQUIRE(docs.has_value());
  std::vector<std::string> rows;
  std::istringstream lines{*docs};
  for (std::string line; std::getline(lines, line);)
    if (line.starts_with("| `") && line.find("TROUPE_") != std::string::npos)
      rows.push_back(line);
  CAF_REQUIRE_EQUAL(rows.size(), option_table().size());
  for (size_t i = 0; i < rows.size(); ++i) {
    const auto& row = option_table()[i];
    const auto shown = row.default_text.empty()
                         ? "empty"
                         : '`' + std::string{row.default_text} + '`';
    CAF_CHECK_EQUAL(rows[i], "| `" + std::string{row.key} + "` | " + shown
                               + " | `" + flag_name(row.key) + "` | `"
                               + variable_name(row.key) + "` | "
                               + std::string{row.help} + " |");
  }
}
