#define CAF_SUITE shell_target

#include "nodes/shell/contexts.hpp"
#include "nodes/shell/shell_target.hpp"
#include "tests/nodes/shell/scoped_variable.hpp"
#include "tests/nodes/shell/temporary_folder.hpp"

#include <caf/test/unit_test.hpp>

using namespace troupe;
using namespace troupe::shell;

namespace {

using words = std::vector<std::string>;

struct fixture {
  temporary_folder folder;
  std::string config = folder.path("config");
  scoped_variable variable{"XDG_CONFIG_HOME", config.c_str()};

  static invocation parse(const words& args, const char* connect = nullptr) {
    auto environment =
      [connect](std::string_view) -> std::optional<std::string> {
      return connect != nullptr ? std::optional<std::string>{connect}
                                : std::nullopt;
    };
    auto call = invocation::parse(args, environment);
    CAF_REQUIRE(call);
    return *call;
  }

  static shell_target target(const words& args, const char* connect = nullptr) {
    auto out = target_of(parse(args, connect));
    CAF_REQUIRE(out);
    return *out;
  }

  void save(const std::string& current) const {
    contexts all;
    all.items["lab"] = {{"lab.example", 7401}, "night"};
    all.items["home"] = {{"127.0.0.1", 7402}, ""};
    all.current = current;
    CAF_REQUIRE(save_contexts(folder.path("config/troupe/contexts.json"), all));
  }
};

} // namespace

CAF_TEST_FIXTURE_SCOPE(shell_target_tests, fixture)

CAF_TEST(the_nearest_wish_counts) {
  CAF_CHECK(target({}) == shell_target({"127.0.0.1:7400", "default", {}}));
  save("lab");
  CAF_CHECK(target({}) == shell_target({"lab.example:7401", "night", {}}));
  CAF_CHECK(target({"--cluster", "day"}).cluster == "day");
  // Whoever names an address does not mean the context.
  CAF_CHECK(target({}, "a:1") == shell_target({"a:1", "default", {}}));
  CAF_CHECK(target({"--connect", "b:2"}, "a:1")
            == shell_target({"b:2", "default", {}}));
}

CAF_TEST(commands_get_the_options_of_the_prompt) {
  auto shell =
    target({"--connect", "a:1", "--connect-timeout", "2s", "--json"});
  CAF_CHECK(
    shell.command({"jobs", "--limit", "3"})
    == words({"--connect", "a:1", "--cluster", "default", "--connect-timeout",
              "2s", "--json", "jobs", "--limit", "3"}));
}

CAF_TEST(connect_switches) {
  save("home");
  auto now = target({"--json"});
  auto next = switched_target(parse({"connect", "a:1"}), now);
  CAF_REQUIRE(next && *next);
  CAF_CHECK(**next == shell_target({"a:1", "default", {"--json"}}));
  // Saving one is going there.
  next = switched_target(parse({"connect", "new", "a:1"}), now);
  CAF_REQUIRE(next && *next);
  CAF_CHECK(**next == shell_target({"a:1", "default", {"--json"}}));
  next = switched_target(parse({"connect", "a:1", "--cluster", "x"}), now);
  CAF_REQUIRE(next && *next);
  CAF_CHECK(**next == shell_target({"a:1", "x", {"--json"}}));
  // The command has made it the current one.
  save("lab");
  next = switched_target(parse({"connect", "lab"}), now);
  CAF_REQUIRE(next && *next);
  CAF_CHECK(**next == shell_target({"lab.example:7401", "night", {"--json"}}));
}

CAF_TEST(other_uses_of_connect_switch_nothing) {
  auto now = target({});
  for (const auto& args :
       {words{"connect"}, words{"connect", "--remove", "x"}}) {
    auto next = switched_target(parse(args), now);
    CAF_REQUIRE(next);
    CAF_CHECK(!*next);
  }
  CAF_CHECK(!switched_target(parse({"connect", "a:0"}), now));
  CAF_CHECK(!switched_target(parse({"connect", "a:x"}), now));
}

CAF_TEST(a_broken_file_is_said) {
  std::filesystem::create_directories(folder.path("config/troupe"));
  folder.file("config/troupe/contexts.json", "{");
  CAF_CHECK(!target_of(parse({})));
  CAF_CHECK(target_of(parse({"--connect", "a:1"})));
}

CAF_TEST_FIXTURE_SCOPE_END()
