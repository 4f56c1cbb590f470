#pragma once

#include "nodes/shell/program.hpp"
#include "runtime/wire/caf_error.hpp"
#include "tests/nodes/shell/captured.hpp"
#include "tests/nodes/shell/temporary_folder.hpp"
#include <troupe/client.hpp>
#include <troupe/configure.hpp>
#include <troupe/local_cluster.hpp>

#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace troupe::shell {

/// How one command line ended.
struct ended_command {
  exit_code code = exit_code::done;
  std::string out;
  std::string err;

  bool says(std::string_view text) const {
    return err.find(text) != std::string::npos;
  }

  bool shows(std::string_view text) const {
    return out.find(text) != std::string::npos;
  }
};

/// Runs command lines in this process, against a cluster in this process.
class command_fixture {
public:
  command_fixture() {
    local_cluster_options options;
    options.slots = 1;
    if (auto started = local_cluster::start(system_, options))
      cluster_.emplace(std::move(*started));
  }

  /// Runs `troupe ARGS...`.
  ended_command run(const std::vector<std::string>& args) {
    return run(args, [this](const invocation&) -> outcome<client> {
      ++connections;
      auto made = cluster_->connect();
      if (!made)
        return refuse(made.error());
      return std::move(*made);
    });
  }

  /// Runs a command line of which we know that it is wrong, so that it must
  /// not even connect.
  ended_command run_offline(const std::vector<std::string>& args) {
    return run(args, [this](const invocation&) -> outcome<client> {
      ++connections;
      return refuse(to_caf(error{errc::cannot_connect, "not connected"}));
    });
  }

  /// Connects to the cluster.
  outcome<client> connect() {
    auto made = cluster_->connect();
    if (!made)
      return refuse(made.error());
    return std::move(*made);
  }

  bool started() const {
    return cluster_.has_value();
  }

  temporary_folder folder;
  size_t connections = 0;

private:
  static caf::actor_system_config& configured(caf::actor_system_config& x) {
    configure(x, 2);
    return x;
  }

  static ended_command run(const std::vector<std::string>& args,
                           connector connect) {
    captured out;
    captured err;
    auto none = [](std::string_view) { return std::nullopt; };
    auto code = run_program(
      args, {out.descriptor(), err.descriptor(), none, std::move(connect)});
    return {code, out.text(), err.text()};
  }

  caf::actor_system_config config_;
  caf::actor_system system_{configured(config_)};
  std::optional<local_cluster> cluster_;
};

} // namespace troupe::shell
