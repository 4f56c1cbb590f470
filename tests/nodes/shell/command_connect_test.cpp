#define CAF_SUITE command_connect

#include "tests/nodes/shell/command_fixture.hpp"
#include "tests/nodes/shell/scoped_variable.hpp"

#include <caf/test/unit_test.hpp>

#include <optional>

using namespace troupe::shell;

namespace {

struct fixture : command_fixture {
  std::string config = folder.path("config");
  scoped_variable variable{"XDG_CONFIG_HOME", config.c_str()};

  ended_command connect(std::vector<std::string> args) {
    args.insert(args.begin(), "connect");
    return run_offline(args);
  }
};

} // namespace

CAF_TEST_FIXTURE_SCOPE(command_connect_tests, fixture)

CAF_TEST(a_cluster_is_saved_chosen_listed_and_removed) {
  auto done = connect({"lab", "10.0.0.5:7400", "--cluster", "night"});
  CAF_CHECK(done.code == exit_code::done);
  CAF_CHECK_EQUAL(done.out, "saved lab: 10.0.0.5:7400, cluster night\n");
  CAF_CHECK(connect({"home", "127.0.0.1:7400"}).code == exit_code::done);
  done = connect({"lab"});
  CAF_CHECK_EQUAL(done.out,
                  "commands go to lab: 10.0.0.5:7400, cluster night\n");
  done = connect({});
  CAF_CHECK_EQUAL(done.out, "NAME  CONNECT         CLUSTER  CURRENT\n"
                            "home  127.0.0.1:7400  default\n"
                            "lab   10.0.0.5:7400   night    yes\n");
  done = connect({"--remove", "lab"});
  CAF_CHECK_EQUAL(done.out, "removed lab: 10.0.0.5:7400, cluster night\n");
  CAF_CHECK(!connect({}).shows("lab"));
  CAF_CHECK_EQUAL(connections, 0u);
}

CAF_TEST(with_json_each_is_one_document) {
  CAF_CHECK_EQUAL(connect({"--json"}).out, "[]\n");
  auto one = "{\"name\": \"lab\", \"connect\": \"a:1\", \"cluster\": "
             "\"default\", \"current\": false}\n";
  CAF_CHECK_EQUAL(connect({"lab", "a:1", "--json"}).out, one);
  connect({"lab"});
  CAF_CHECK_EQUAL(connect({"--json"}).out,
                  "[{\"name\": \"lab\", \"connect\": \"a:1\", \"cluster\": "
                  "\"default\", \"current\": true}]\n");
  CAF_CHECK_EQUAL(connect({"--json", "--remove", "lab"}).out, one);
}

CAF_TEST(what_is_wrong_is_refused_and_changes_nothing) {
  connect({"lab", "a:1"});
  auto before = folder.read("config/troupe/contexts.json");
  struct row {
    std::vector<std::string> args;
    exit_code code;
    const char* says;
  };
  const row rows[] = {
    {{"lob"}, exit_code::failed, "did you mean \"lab\"?"},
    {{"--remove", "other"}, exit_code::failed, "there is no context \"other\""},
    {{"a b", "a:1"}, exit_code::usage, "\"a b\" is no name for a context"},
    {{"x", "nowhere"}, exit_code::usage, "nowhere"},
    {{"x", "a:0"}, exit_code::usage, "no port"},
    {{"a:1"}, exit_code::usage, "troupe connect NAME a:1 saves it"},
    {{"lab", "--remove", "lab"}, exit_code::usage, "--remove"},
    {{"a", "b:1", "c"}, exit_code::usage, "no use for"},
  };
  for (const auto& [args, code, says] : rows) {
    CAF_MESSAGE(says);
    auto done = connect(args);
    CAF_CHECK(done.code == code);
    CAF_CHECK(done.says(says));
    CAF_CHECK(done.out.empty());
  }
  CAF_CHECK(folder.read("config/troupe/contexts.json") == before);
}

CAF_TEST(a_broken_file_is_kept_and_said) {
  std::filesystem::create_directories(folder.path("config/troupe"));
  folder.file("config/troupe/contexts.json", "{");
  auto done = connect({"lab", "a:1"});
  CAF_CHECK(done.code == exit_code::failed);
  CAF_CHECK(done.says("mend it or remove it"));
  CAF_CHECK_EQUAL(folder.read("config/troupe/contexts.json"), "{");
}

CAF_TEST_FIXTURE_SCOPE_END()
