#include "runtime/function/function.hpp"

#include "runtime/base/limits.hpp"
#include "runtime/function/type_description.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <exception>

namespace troupe {

namespace {

bool is_name(std::string_view name) {
  auto valid = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z')
           || (c >= '0' && c <= '9')
           || std::string_view{"_-.:/"}.find(c) != std::string_view::npos;
  };
  return !name.empty() && name.size() <= limits::name_bytes_max
         && std::all_of(name.begin(), name.end(), valid);
}

error failure(std::string_view name, std::string_view reason) {
  return {errc::function_failed,
          fmt::format("{} failed: {}", name,
                      reason.substr(0, limits::error_text_bytes_max))};
}

/// Keeps the promises of `task_body` for code that may break them: nothing is
/// thrown, a failed attempt leaves no output, no result is over the limit.
class guarded_body {
public:
  guarded_body(std::string name, task_body body)
    : name_(std::move(name)), body_(std::move(body)) {
    // nop
  }

  result<void> operator()(const task_context& context, std::string_view input,
                          std::string& output) {
    auto before = output.size();
    auto done = run(context, input, output);
    if (done && output.size() - before > limits::result_bytes_max)
      done = fail(errc::result_too_large,
                  fmt::format("the result of {} has {} bytes, the limit is {}; "
                              "split the input",
                              name_, output.size() - before,
                              limits::result_bytes_max));
    if (!done)
      output.resize(before);
    return done;
  }

private:
  result<void> run(const task_context& context, std::string_view input,
                   std::string& output) {
    try {
      auto done = body_(context, input, output);
      if (!done && done.error().code == errc::ok)
        done.error().code = errc::function_failed;
      if (!done && done.error().text.size() > limits::error_text_bytes_max)
        done.error().text.resize(limits::error_text_bytes_max);
      return done;
    } catch (const std::exception& problem) {
      return tl::unexpected{failure(name_, problem.what())};
    } catch (...) {
      return tl::unexpected{failure(name_, "it threw no std::exception")};
    }
  }

  std::string name_;
  task_body body_;
};

result<void> check(const function_signature& signature) {
  if (!is_name(signature.name))
    return fail(errc::bad_usage,
                fmt::format("`{}` cannot be the name of a function: use 1 to "
                            "{} letters, digits and _-.:/",
                            signature.name.substr(0, limits::name_bytes_max),
                            limits::name_bytes_max));
  for (const auto* type :
       {&signature.input_type, &signature.args_type, &signature.result_type}) {
    auto parsed = parse_type(*type);
    if (!parsed)
      return fail(errc::type_mismatch,
                  fmt::format("the function {}: {}", signature.name,
                              parsed.error().text));
  }
  return {};
}

task_binder guarded(std::string name, task_binder bind) {
  return [name = std::move(name),
          bind = std::move(bind)](std::string_view args) -> result<task_body> {
    try {
      auto body = bind(args);
      if (!body)
        return body;
      return guarded_body{name, std::move(*body)};
    } catch (const std::exception& problem) {
      return tl::unexpected{failure(name, problem.what())};
    } catch (...) {
      return tl::unexpected{failure(name, "it threw no std::exception")};
    }
  };
}

} // namespace

result<void> function_registry::add_raw(function_signature signature,
                                        task_binder bind) {
  if (auto valid = check(signature); !valid)
    return valid;
  auto name = signature.name;
  auto added = functions_.try_emplace(
    name, function{std::move(signature), guarded(name, std::move(bind))});
  if (!added.second)
    return fail(errc::duplicate_function,
                fmt::format("a function `{}` exists already; choose another "
                            "name",
                            name));
  return {};
}

const function* function_registry::find(std::string_view name) const {
  auto found = functions_.find(name);
  return found == functions_.end() ? nullptr : &found->second;
}

std::vector<function_signature> function_registry::signatures() const {
  std::vector<function_signature> out;
  for (const auto& [name, function] : functions_)
    out.push_back(function.signature);
  return out;
}

std::vector<std::string> function_registry::names() const {
  std::vector<std::string> out;
  for (const auto& [name, function] : functions_)
    out.push_back(name);
  return out;
}

} // namespace troupe
