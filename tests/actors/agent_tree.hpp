#pragma once

#include "actors/agent.hpp"
#include "actors/harden.hpp"
#include "actors/observed.hpp"
#include "actors/supervisor.hpp"
#include "runtime/function/builtin.hpp"
#include "runtime/wire/caf_error.hpp"
#include "tests/actors/puppet.hpp"

#include <nlohmann/json.hpp>

#include <memory>
#include <optional>
#include <string>
#include <utility>

namespace troupe::test {

/// An actor like those of the product: it counts what it handles.
inline supervisor_options empty_supervisor(logger_ptr log) {
  supervisor_options result;
  result.flags.intensity = 2;
  result.log = std::move(log);
  return result;
}

/// A tree `worker` with the observed child `a`, the temporary `t`, the
/// supervisor `inner` (rest_for_one) with `b`, and an agent that answers for
/// it.
struct agent_tree : stage {
  agent_tree() {
    supervisor_options top;
    top.path = "worker";
    top.flags.intensity = 2;
    top.log = log;
    top.children.push_back(child("a"));
    top.children.push_back(child("t"));
    top.children.back().rules.restart = restart_type::temporary;
    top.children.push_back(
      supervisor_child({"inner"}, [this](const start_context&) {
        auto inner = empty_supervisor(log);
        inner.flags.strategy = supervision_strategy::rest_for_one;
        inner.children.push_back(child("b"));
        return std::optional{std::move(inner)};
      }));
    plant(std::move(top));
    auto builtin = std::make_shared<function_registry>();
    static_cast<void>(add_builtin_functions(*builtin));
    options.log = log;
    options.functions = builtin;
    options.spawns = threading::scheduled;
  }

  ~agent_tree() override {
    end(subject);
    end(root);
  }

  /// Starts a tree, in place of the one that there is.
  void plant(supervisor_options top) {
    end(root);
    root = start_supervisor(sys, std::move(top)).value();
    options.root = root;
    sched.run();
  }

  /// Adds a child to the root.
  void add(child_spec spec) {
    auto pending = boss.ask(root, start_child{std::move(spec), {}});
    sched.run();
    pending.receive([](const child_started&) {},
                    [](const caf::error&) { CAF_FAIL("not started"); });
  }

  void start() {
    subject = sys.spawn(agent, options);
    sched.run();
  }

  /// Children of ours are supervisors, too: they are the smallest actors that
  /// have everything.
  child_spec child(const char* id) {
    return supervisor_child({id}, [this](const start_context&) {
      return std::optional{empty_supervisor(log)};
    });
  }

  /// Asks, but does not wait for the answer.
  auto begin(const std::string& topic, const std::string& path = {},
             const std::string& text = {}) {
    return boss.ask(subject, ask_node{"n", topic, path, text});
  }

  /// Returns the answer, or the error's code and text as a JSON string.
  nlohmann::json ask(const std::string& topic, const std::string& path = {},
                     const std::string& text = {}) {
    auto pending = begin(topic, path, text);
    sched.run();
    return answer_of(pending);
  }

  template <class Pending>
  static nlohmann::json answer_of(Pending& pending) {
    nlohmann::json result;
    pending.receive(
      [&](const node_answer& x) {
        result = nlohmann::json::parse(x.documents.at(0), nullptr, false);
      },
      [&](const caf::error& why) {
        auto x = from_caf(why);
        result = std::string{to_string(x.code)} + ": " + x.text;
      });
    return result;
  }

  /// Returns whether an answer is an error that says so.
  static bool says(const nlohmann::json& answer, std::string_view text) {
    return answer.is_string() && contains(answer.get<std::string>(), text);
  }

  nlohmann::json child_of(const std::string& path) {
    return ask("describe", path).value("child", nlohmann::json{});
  }

  logger_ptr log = make_null_logger();
  agent_options options;
  supervisor_actor root;
  agent_actor subject;
  puppet boss{sys};
};

} // namespace troupe::test
