#define CAF_SUITE agent

#include "actors/agent.hpp"
#include "actors/supervisor.hpp"
#include "runtime/wire/caf_error.hpp"
#include "tests/actors/puppet.hpp"

#include <string>
#include <vector>

using namespace troupe;
using namespace std::chrono_literals;
using test::puppet;

namespace {

struct recorded_dialer : dialer {
  result<connection> dial(std::chrono::milliseconds) override {
    return fail(errc::cannot_connect, "nobody is there");
  }

  result<void> cut(std::chrono::milliseconds time) override {
    cut_for = time;
    return {};
  }

  std::string target() const override {
    return "the test";
  }

  std::chrono::milliseconds cut_for{0};
};

struct recorded_control : process_control {
  void kill() override {
    ++kills;
  }

  void freeze(std::chrono::milliseconds time) override {
    frozen = time;
  }

  int kills = 0;
  std::chrono::milliseconds frozen{0};
};

caf::behavior idle() {
  return {[](int) {}};
}

child_spec idle_child(const char* id) {
  return {{id}, [](const start_context& context) {
            return start_outcome::started(context.system.spawn(idle));
          }};
}

/// A tree `top` with the children `a` and `inner`, which has the child `b`.
struct fixture : test::stage {
  fixture() {
    supervisor_options top;
    top.path = "top";
    top.flags.intensity = 10;
    top.log = log;
    top.children.push_back(idle_child("a"));
    top.children.push_back(
      supervisor_child({"inner"}, [this](const start_context&) {
        supervisor_options inner;
        inner.flags.intensity = 10;
        inner.log = log;
        inner.children.push_back(idle_child("b"));
        return std::optional{std::move(inner)};
      }));
    root = start_supervisor(sys, std::move(top)).value();
    sched.run();
  }

  ~fixture() override {
    end(subject);
    end(root);
  }

  void start(bool faults = true) {
    subject = sys.spawn(agent, options_for(faults));
  }

  /// Returns what the agent did, or the error's code and text.
  std::string break_it(const inject_fault& what) {
    std::string result;
    auto pending = boss.ask(subject, what);
    sched.run();
    pending.receive([&](const fault_done& x) { result = x.text; },
                    [&](const caf::error& why) {
                      auto x = from_caf(why);
                      result = std::string{to_string(x.code)} + ": " + x.text;
                    });
    return result;
  }

  agent_options options_for(bool faults) {
    agent_options result;
    result.root = root;
    result.faults = faults;
    result.process = control;
    result.log = log;
    return result;
  }

  std::string kill(const std::string& path) {
    return break_it({"", fault_kind::kill_actor, path});
  }

  std::vector<std::string> restarts() {
    std::vector<std::string> result;
    auto pending = boss.ask(subject, show_tree{});
    sched.run();
    pending.receive(
      [&](const supervision_tree& x) {
        for (const auto& node : x.nodes)
          result.push_back(node.path + " " + std::to_string(node.restarts));
      },
      [](const caf::error&) { CAF_FAIL("no tree"); });
    return result;
  }

  logger_ptr log = make_null_logger();
  supervisor_actor root;
  agent_actor subject;
  std::shared_ptr<recorded_control> control =
    std::make_shared<recorded_control>();
  puppet boss{sys};
};

using lines = std::vector<std::string>;

} // namespace

CAF_TEST_FIXTURE_SCOPE(agent_tests, fixture)

CAF_TEST(shows_the_tree_of_its_role) {
  start(false);
  CAF_CHECK(restarts()
            == lines({"top 0", "top/a 0", "top/inner 0", "top/inner/b 0"}));
}

CAF_TEST(kills_the_actor_at_a_path_and_no_other) {
  start();
  CAF_CHECK_EQUAL(kill("top/a"), "killed top/a");
  pass(1s);
  CAF_CHECK(restarts()
            == lines({"top 0", "top/a 1", "top/inner 0", "top/inner/b 0"}));
  CAF_CHECK_EQUAL(kill("top/inner/b"), "killed top/inner/b");
  pass(1s);
  CAF_CHECK(restarts()
            == lines({"top 0", "top/a 1", "top/inner 0", "top/inner/b 1"}));
  CAF_MESSAGE("a supervisor takes its children along");
  CAF_CHECK_EQUAL(kill("top/inner"), "killed top/inner");
  pass(1s);
  CAF_CHECK(restarts()
            == lines({"top 0", "top/a 1", "top/inner 1", "top/inner/b 0"}));
}

CAF_TEST(a_wrong_path_is_named_where_it_goes_wrong) {
  start();
  struct row {
    const char* path;
    const char* wrong;
  };
  const row rows[] = {{"", "\"\" is the part"},
                      {"top", "\"top\" is the part"},
                      {"top/", "\"top/\" is the part"},
                      {"top/c", "\"top/c\" is the part"},
                      {"top/a/b", "\"top/a/b\" is the part"},
                      {"top/inner/c/d", "\"top/inner/c\" is the part"}};
  for (const auto& [path, wrong] : rows) {
    auto said = kill(path);
    CAF_MESSAGE(said);
    CAF_CHECK(said.starts_with("unknown_child"));
    CAF_CHECK(said.find(wrong) != std::string::npos);
  }
}

CAF_TEST(acts_on_its_process) {
  start();
  break_it({"", fault_kind::kill_node, ""});
  CAF_CHECK_EQUAL(control->kills, 1);
  CAF_CHECK_EQUAL(break_it({"", fault_kind::freeze_node, "", 250}),
                  "the node was frozen");
  CAF_CHECK(control->frozen == 250ms);
}

CAF_TEST(disturbs_the_link_and_the_slices_of_its_worker) {
  puppet work{sys};
  auto dial = std::make_shared<recorded_dialer>();
  auto options = options_for(true);
  options.worker = work.as<worker_actor>();
  options.dial = dial;
  subject = sys.spawn(agent, options);
  CAF_CHECK_EQUAL(break_it({"", fault_kind::cut_link, "", 3'000}),
                  "the link is cut for 3.00 s");
  CAF_CHECK(dial->cut_for == 3s);
  CAF_CHECK_EQUAL(break_it({"", fault_kind::drop_slices, "", 2'000, 70, 0.05}),
                  "5 % of the slices are lost for 2.00 s");
  auto told = work.take<disturb_slices>();
  CAF_REQUIRE(told.has_value());
  CAF_CHECK(told->delay == 0ms && told->time == 2s && told->share == 0.05);
  CAF_CHECK_EQUAL(break_it({"", fault_kind::delay_slices, "", 2'000, 70, 1}),
                  "100 % of the slices are late by 70 ms for 2.00 s");
  told = work.take<disturb_slices>();
  CAF_REQUIRE(told.has_value());
  CAF_CHECK(told->delay == 70ms);
  auto said = break_it({"", fault_kind::delay_slices, "", 2'000, 0, 1});
  CAF_CHECK(said.starts_with("bad_usage"));
  CAF_CHECK(!work.take<disturb_slices>());
}

CAF_TEST(a_role_without_a_worker_leaves_those_faults_to_the_other) {
  start();
  for (auto what : {fault_kind::cut_link, fault_kind::delay_slices,
                    fault_kind::drop_slices})
    CAF_CHECK(break_it({"", what, "", 10, 10, 1}).starts_with("unknown_child"));
}

CAF_TEST(tells_about_its_node) {
  auto options = options_for(false);
  options.about.role = "worker";
  subject = sys.spawn(agent, options);
  auto ask = [&](const std::string& topic, const std::string& text) {
    std::string result;
    auto pending = boss.ask(subject, ask_node{"n", topic, "", text});
    sched.run();
    pending.receive(
      [&](const node_answer& x) { result = x.documents.at(0); },
      [&](const caf::error& why) { result = to_string(from_caf(why)); });
    return result;
  };
  CAF_CHECK_EQUAL(ask("config", ""), R"({"role": "worker", "values": []})");
  CAF_CHECK(ask("log", "[").find("cannot be read") != std::string::npos);
  CAF_CHECK(ask("weather", "").find("weather") != std::string::npos);
}

CAF_TEST(breaks_nothing_unless_it_may) {
  start(false);
  for (auto what :
       {fault_kind::kill_actor, fault_kind::kill_node, fault_kind::freeze_node,
        fault_kind::cut_link, fault_kind::drop_slices}) {
    auto said = break_it({"", what, "top/a"});
    CAF_CHECK(said.starts_with("faults_not_allowed"));
  }
  pass(1s);
  CAF_CHECK_EQUAL(control->kills, 0);
  auto lines_now = restarts();
  CAF_CHECK_EQUAL(lines_now.at(1), "top/a 0");
}

CAF_TEST_FIXTURE_SCOPE_END()
