#pragma once

#include "nodes/daemon/node.hpp"
#include "nodes/shell/program.hpp"
#include "runtime/wire/caf_error.hpp"
#include "tests/nodes/shell/captured.hpp"
#include "tests/nodes/shell/command_fixture.hpp"
#include <troupe/client.hpp>
#include <troupe/configure.hpp>

#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>

#include <atomic>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

namespace troupe::shell {

/// Runs command lines in this process against a node as trouped starts it,
/// which can be ended and started anew on its port.
class node_fixture {
public:
  node_fixture() {
    options_.node.name = "alpha";
    options_.node.listen = {"127.0.0.1", 0};
    options_.node.drain_timeout = std::chrono::milliseconds{0};
    options_.worker.slots = 1;
    around_.log_lines = lines;
    around_.ram_bytes = limits::gib;
    around_.cores = 2;
    around_.values = {{"node.name", "alpha", "flag --node.name"},
                      {"worker.slots", "0", "default"}};
    start();
  }

  /// Starts the node, on the port that it had before.
  void start() {
    host_ = std::make_unique<host>();
    around_.log = log_;
    auto made = node::start(host_->system, options_, around_);
    if (!made)
      return;
    node_ = std::move(*made);
    address_ = *parse_endpoint(node_->listen_address());
    options_.node.listen.port = address_.port;
  }

  void stop() {
    node_.reset();
    host_.reset();
  }

  bool started() const {
    return node_ != nullptr;
  }

  outcome<client> dial() {
    client_options terms;
    terms.coordinator = address_;
    terms.connect_timeout = std::chrono::milliseconds{2'000};
    auto made = client::connect(user_.system, terms);
    if (!made)
      return refuse(made.error());
    return std::move(*made);
  }

  client connect() {
    return dial().value();
  }

  ended_command run(const std::vector<std::string>& args) {
    captured out;
    captured err;
    output_ = &out;
    auto none = [](std::string_view) { return std::nullopt; };
    auto code = run_program(args, {out.descriptor(), err.descriptor(), none,
                                   [this](const auto&) { return dial(); }});
    output_ = nullptr;
    return {code, out.text(), err.text()};
  }

  /// Waits in another thread until the command that runs has printed something.
  void await_output() const {
    for (;;)
      if (const auto* out = output_.load();
          out != nullptr && !out->text().empty())
        return;
      else
        std::this_thread::yield();
  }

  std::shared_ptr<log_ring> lines = std::make_shared<log_ring>();

private:
  struct host_config : caf::actor_system_config {
    host_config() {
      configure(*this, 2);
    }
  };

  struct host {
    host_config config;
    caf::actor_system system{config};
  };

  std::atomic<const captured*> output_ = nullptr;
  logger_ptr log_ = make_null_logger();
  node_options options_;
  node_surroundings around_;
  endpoint address_;
  std::unique_ptr<host> host_;
  host user_;
  std::unique_ptr<node> node_;
};

} // namespace troupe::shell
