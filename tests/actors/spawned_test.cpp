#define CAF_SUITE spawned

#include "actors/spawned.hpp"
#include "runtime/function/builtin.hpp"

#include <caf/test/unit_test.hpp>

#include <string>

using namespace troupe;

namespace {

spawned_options terms(std::string function, std::string input) {
  auto all = std::make_shared<function_registry>();
  static_cast<void>(add_builtin_functions(*all));
  spawned_options result;
  result.function = std::move(function);
  result.input = std::move(input);
  result.functions = all;
  result.stop = std::make_shared<std::atomic<bool>>(false);
  result.log = make_null_logger();
  return result;
}

} // namespace

CAF_TEST(runs_a_function_over_json) {
  CAF_CHECK(run_once(terms("echo", "{\"a\":[1,2]}")).value_or("")
            == "{\"a\":[1,2]}");
}

CAF_TEST(says_what_is_wrong) {
  auto code = [](const spawned_options& what) {
    auto how = run_once(what);
    return how ? errc::ok : how.error().code;
  };
  CAF_CHECK(code(terms("nothing", "1")) == errc::unknown_function);
  CAF_CHECK(code(terms("sleep", "\"x\"")) == errc::bad_input);
  CAF_CHECK(code(terms("echo", "{")) != errc::ok);
  CAF_CHECK(code(terms("exec", "\"true\"")) == errc::exec_not_allowed);
  auto large = "\"" + std::string(100'000, 'x') + "\"";
  CAF_CHECK(code(terms("echo", large)) == errc::result_too_large);
}
