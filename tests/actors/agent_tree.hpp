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
    root = start_supervisor(sys, std::move(top)).value();
    sched.run();
    auto builtin = std::make_shared<function_registry>();
    static_cast<void>(add_builtin_functions(*builtin));
    options.root = root;
    options.log = log;
    options.functions = builtin;
    options.spawns = threading::scheduled;
  }

  ~agent_tree() override {
    end(subject);
    end(root);
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

  /// Returns the answer, or the error's code and text as a JSON string.
  nlohmann::json ask(const std::string& topic, const std::string& path = {},
                     const std::string& text = {}) {
    nlohmann::json result;
    auto pending = boss.ask(subject, ask_node{"n", topic, path, text});
    sched.run();
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
