#pragma once

#include "runtime/function/builtin.hpp"
#include "runtime/function/function.hpp"
#include "runtime/wire/caf_error.hpp"
#include <troupe/client.hpp>
#include <troupe/configure.hpp>
#include <troupe/local_cluster.hpp>

#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>
#include <caf/test/unit_test.hpp>

#include <cstdint>
#include <future>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace troupe::test {

/// A config as a host program makes it.
struct host_config : caf::actor_system_config {
  host_config() {
    configure(*this, 2);
  }
};

/// A cluster and a client on real threads, as a host program has them.
class embed_fixture {
public:
  embed_fixture() {
    auto known = std::make_shared<function_registry>();
    CAF_REQUIRE(add_builtin_functions(*known).has_value());
    auto add = [&](const char* name, auto callable) {
      CAF_REQUIRE(known->add(name, callable).has_value());
    };
    add("double", [](int64_t x) { return 2 * x; });
    add("text", [](uint64_t size) { return std::string(size, 't'); });
    add("length", [](const std::string& x) { return uint64_t{x.size()}; });
    add("plus", [](int64_t x, const int64_t& more) { return x + more; });
    add("gate", [open = gate.get_future().share()](int64_t x) {
      open.wait();
      return x;
    });
    add("refuse", [](int64_t x) -> result<int64_t> {
      return fail(errc::function_failed, "will not do " + std::to_string(x));
    });
    functions = known;
    local_cluster_options options;
    options.slots = 2;
    options.functions = functions;
    auto started = local_cluster::start(system, options);
    CAF_REQUIRE(started.engaged());
    cluster.emplace(std::move(*started));
    auto connected = cluster->connect();
    CAF_REQUIRE(connected.engaged());
    user.emplace(std::move(*connected));
  }

  ~embed_fixture() {
    open_gate();
  }

  /// Lets all tasks of the function `gate` go on, now and later.
  void open_gate() {
    if (!gate_is_open)
      gate.set_value();
    gate_is_open = true;
  }

  /// Submits a job that does not end before the gate is open.
  job_id submit_gate() {
    auto job = user->submit(range_of("gate", 0, 1, "collect"));
    CAF_REQUIRE(job.engaged());
    return *job;
  }

  static job_spec range_of(const std::string& function, int64_t first,
                           int64_t last, const std::string& reducer) {
    job_spec spec;
    spec.function = function;
    spec.reducer = reducer;
    spec.inputs = input_kind::integers;
    spec.range = {first, last, 1};
    return spec;
  }

  static job_spec chunks_of(const std::string& function,
                            const std::string& type) {
    job_spec spec;
    spec.function = function;
    spec.input_type = type;
    return spec;
  }

  /// Adds an input; returns whether it was taken.
  static bool put(job_writer& to, std::string_view bytes) {
    return static_cast<bool>(to.add(bytes));
  }

  template <class T>
  static error why(const caf::expected<T>& what) {
    return what ? error{} : from_caf(what.error());
  }

  template <class T>
  static std::string code(const caf::expected<T>& what) {
    return std::string{to_string(why(what).code)};
  }

  template <class T>
  static std::string encoded(const T& x) {
    std::string out;
    encode(x, out);
    return out;
  }

  static bool contains(const std::string& text, const std::string& part) {
    return text.find(part) != std::string::npos;
  }

  std::promise<void> gate;
  bool gate_is_open = false;
  std::shared_ptr<const function_registry> functions;
  host_config config;
  caf::actor_system system{config};
  std::optional<local_cluster> cluster;
  std::optional<client> user;
};

} // namespace troupe::test
