#define CAF_SUITE function

#include "runtime/base/limits.hpp"
#include "runtime/function/function.hpp"
#include "tests/runtime/function/call_function.hpp"

#include <caf/test/unit_test.hpp>

#include <stdexcept>

using namespace troupe;
using test::json_caller;
using test::shown;

namespace {

int64_t plain_square(int64_t x) noexcept {
  return x * x;
}

function_registry every_shape() {
  function_registry out;
  CAF_REQUIRE(out.add("square", [](int64_t x) { return x * x; }).has_value());
  CAF_REQUIRE(out.add("plain", plain_square).has_value());
  CAF_REQUIRE(
    out.add("scale", [](double x, const double& by) { return x * by; })
      .has_value());
  CAF_REQUIRE(
    out
      .add("where",
           [](const task_context& context, null) {
             return std::tuple{context.job, context.index, context.attempt};
           })
      .has_value());
  CAF_REQUIRE(out
                .add("all",
                     [](const task_context& context, const std::string& x,
                        const std::vector<std::string>& args) {
                       return args.at(context.index) + x;
                     })
                .has_value());
  CAF_REQUIRE(out
                .add("half",
                     [](int64_t x) -> result<int64_t> {
                       if (x % 2 != 0)
                         return fail(errc::bad_input, "odd");
                       return x / 2;
                     })
                .has_value());
  CAF_REQUIRE(out.add("nothing", [](std::string_view) {}).has_value());
  CAF_REQUIRE(out
                .add("check",
                     [](bool x) -> result<void> {
                       if (!x)
                         return fail(errc::ok);
                       return {};
                     })
                .has_value());
  CAF_REQUIRE(out
                .add("throws",
                     [](int64_t x) -> int64_t {
                       if (x == 0)
                         throw std::runtime_error("it is zero");
                       throw x;
                     })
                .has_value());
  CAF_REQUIRE(
    out.add("counter", [n = 0](null) mutable { return ++n; }).has_value());
  CAF_REQUIRE(out.add("zeros", [](uint64_t n) { return std::string(n, '0'); })
                .has_value());
  return out;
}

} // namespace

CAF_TEST(types_come_from_the_callable) {
  struct row {
    const char* name;
    const char* input;
    const char* args;
    const char* result;
  };
  const row rows[] = {
    {"square", "int", "null", "int"},
    {"plain", "int", "null", "int"},
    {"scale", "float", "float", "float"},
    {"where", "null", "null", "tuple<uint,uint,uint>"},
    {"all", "string", "list<string>", "string"},
    {"half", "int", "null", "int"},
    {"nothing", "string", "null", "null"},
    {"check", "bool", "null", "null"},
  };
  auto registry = every_shape();
  for (const auto& [name, input, args, result] : rows) {
    CAF_MESSAGE(name);
    auto found = registry.find(name);
    CAF_REQUIRE(found != nullptr);
    CAF_CHECK_EQUAL(found->signature.input_type, input);
    CAF_CHECK_EQUAL(found->signature.args_type, args);
    CAF_CHECK_EQUAL(found->signature.result_type, result);
  }
}

CAF_TEST(every_shape_is_called) {
  struct row {
    const char* name;
    const char* args;
    const char* input;
    const char* want;
  };
  const row rows[] = {
    {"square", "null", "-7", "49"},
    {"plain", "null", "3", "9"},
    {"scale", "2.5", "4", "10.0"},
    {"where", "null", "null", "[7,2,3]"},
    {"all", R"(["a","b","c"])", R"("x")", R"("cx")"},
    {"half", "null", "8", "4"},
    {"half", "null", "7", "!odd"},
    {"nothing", "null", R"("x")", "null"},
    {"check", "null", "true", "null"},
    {"check", "null", "false", "!the function reported an error"},
    {"throws", "null", "0", "!throws failed: it is zero"},
    {"throws", "null", "1", "!throws failed: it threw no std::exception"},
  };
  auto registry = every_shape();
  for (const auto& [name, args, input, want] : rows) {
    CAF_MESSAGE(name);
    json_caller call{registry, name, args};
    call.context.job = 7;
    call.context.index = 2;
    call.context.attempt = 3;
    CAF_CHECK_EQUAL(shown(call(input)), want);
  }
}

CAF_TEST(errors_have_the_right_code_and_leave_no_output) {
  struct row {
    const char* name;
    std::string input;
    errc want;
  };
  const row rows[] = {
    {"square", "", errc::bad_input},
    {"square", "\2\2", errc::bad_input},
    {"half", "\2", errc::bad_input},
    {"check", std::string(1, '\0'), errc::function_failed},
    {"throws", "\2", errc::function_failed},
    {"zeros", "\xFF\xFF\xFF\x7F", errc::result_too_large},
  };
  auto registry = every_shape();
  for (const auto& [name, input, want] : rows) {
    CAF_MESSAGE(name);
    auto body = registry.find(name)->bind("");
    CAF_REQUIRE(body.has_value());
    std::string output = "kept";
    auto done = (*body)(task_context{}, input, output);
    CAF_REQUIRE(!done.has_value());
    CAF_MESSAGE(to_string(done.error()));
    CAF_CHECK(done.error().code == want);
    CAF_CHECK_EQUAL(output, "kept");
  }
}

CAF_TEST(a_result_of_exactly_the_limit_is_fine) {
  auto registry = every_shape();
  auto body = registry.find("zeros")->bind("");
  CAF_REQUIRE(body.has_value());
  constexpr size_t length_bytes = 4;
  for (size_t over : {0u, 1u}) {
    std::string input;
    std::string output;
    encode(limits::result_bytes_max - length_bytes + over, input);
    CAF_CHECK_EQUAL((*body)(task_context{}, input, output).has_value(),
                    over == 0);
  }
}

CAF_TEST(bad_arguments_are_refused_when_they_are_bound) {
  auto registry = every_shape();
  auto bound = registry.find("scale")->bind("x");
  CAF_REQUIRE(!bound.has_value());
  CAF_CHECK(bound.error().code == errc::bad_args);
  CAF_CHECK(registry.find("square")->bind("").has_value());
  CAF_CHECK(!registry.find("square")->bind("\1").has_value());
}

CAF_TEST(each_slot_has_a_callable_of_its_own) {
  auto registry = every_shape();
  json_caller first{registry, "counter"};
  json_caller second{registry, "counter"};
  CAF_CHECK_EQUAL(shown(first("null")), "1");
  CAF_CHECK_EQUAL(shown(first("null")), "2");
  CAF_CHECK_EQUAL(shown(second("null")), "1");
}

CAF_TEST(bad_registrations_are_refused) {
  auto nop = [](null) {};
  function_registry registry;
  CAF_CHECK(registry.add("a.b-c_d:e/1", nop).has_value());
  auto twice = registry.add("a.b-c_d:e/1", nop);
  CAF_REQUIRE(!twice.has_value());
  CAF_CHECK(twice.error().code == errc::duplicate_function);
  for (const auto& name :
       {std::string{}, std::string{"a b"}, std::string{"\xC3\xA9"},
        std::string(limits::name_bytes_max + 1, 'x')}) {
    auto added = registry.add(name, nop);
    CAF_REQUIRE(!added.has_value());
    CAF_CHECK(added.error().code == errc::bad_usage);
  }
  auto bad_type = registry.add_raw(
    {"raw", "number", "null", "null", ""},
    [](std::string_view) -> result<task_body> { return fail(errc::internal); });
  CAF_REQUIRE(!bad_type.has_value());
  CAF_CHECK(bad_type.error().code == errc::type_mismatch);
}

CAF_TEST(a_raw_function_is_guarded_too) {
  function_registry registry;
  auto bind = [](std::string_view args) -> result<task_body> {
    if (args == "throw")
      throw std::runtime_error("no");
    return [](const task_context&, std::string_view,
              std::string& output) -> result<void> {
      output += "half a result";
      throw std::runtime_error("no more");
    };
  };
  CAF_REQUIRE(
    registry.add_raw({"raw", "any", "any", "any", ""}, bind).has_value());
  CAF_CHECK(!registry.find("raw")->bind("throw").has_value());
  auto body = registry.find("raw")->bind("");
  std::string output;
  CAF_CHECK(!(*body)(task_context{}, "", output).has_value());
  CAF_CHECK_EQUAL(output, "");
}

CAF_TEST(the_registry_is_sorted) {
  auto registry = every_shape();
  auto names = registry.names();
  CAF_CHECK(std::is_sorted(names.begin(), names.end()));
  CAF_CHECK_EQUAL(registry.signatures().size(), names.size());
  CAF_CHECK(registry.find("squar") == nullptr);
}
