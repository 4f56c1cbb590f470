#pragma once

#include "runtime/function/builtin.hpp"
#include "runtime/function/function.hpp"
#include "runtime/function/json.hpp"

#include <string>
#include <string_view>

namespace troupe::test {

/// A function with its arguments, called with JSON instead of bytes.
class json_caller {
public:
  /// Finds `name` in the registry and binds `args`; see `bound`.
  json_caller(const function_registry& registry, std::string_view name,
              std::string_view args = "null")
    : signature_(registry.find(name)->signature) {
    auto bytes = json_to_bytes(signature_.args_type, args);
    if (bytes)
      bound_ = registry.find(name)->bind(*bytes);
    else
      bound_ = tl::unexpected{std::move(bytes.error())};
  }

  const result<task_body>& bound() const {
    return bound_;
  }

  /// Runs one task; the result as JSON.
  result<std::string> operator()(std::string_view input) {
    if (!bound_)
      return tl::unexpected{bound_.error()};
    auto bytes = json_to_bytes(signature_.input_type, input);
    if (!bytes)
      return tl::unexpected{std::move(bytes.error())};
    std::string output;
    auto done = (*bound_)(context, *bytes, output);
    if (!done)
      return tl::unexpected{std::move(done.error())};
    return bytes_to_json(signature_.result_type, output);
  }

  task_context context;

private:
  function_signature signature_;
  result<task_body> bound_ = fail(errc::internal);
};

/// A registry with the built-in functions.
inline function_registry builtins() {
  function_registry out;
  if (!add_builtin_functions(out))
    out = {};
  return out;
}

/// The result, or the error's text in front of which stands `!`.
inline std::string shown(const result<std::string>& x) {
  return x ? *x : "!" + to_string(x.error());
}

} // namespace troupe::test
