#define CAF_SUITE delivery

#include "tests/nodes/shell/command_fixture.hpp"

#include <caf/test/unit_test.hpp>

using namespace troupe;
using namespace troupe::shell;

CAF_TEST_FIXTURE_SCOPE(delivery_tests, command_fixture)

CAF_TEST(a_result_goes_to_one_place) {
  run({"run", "echo", "--input", "1"});
  struct row {
    const char* what;
    std::vector<std::string> args;
    const char* file;
    const char* out_end;
  };
  const row rows[] = {
    {"stdout", {}, "", "[1]\n"},
    {"json", {"--json"}, "", "\"result\": [1]}\n"},
    {"file", {"--output", folder.path("f")}, "[1]\n", ""},
    {"both", {"--json", "--output", folder.path("f")}, "[1]\n", "}\n"},
  };
  for (const auto& [what, args, file, out_end] : rows) {
    CAF_MESSAGE(what);
    folder.file("f", "");
    std::vector<std::string> all{"result", "1"};
    all.insert(all.end(), args.begin(), args.end());
    auto ended = run(all);
    CAF_CHECK(ended.code == exit_code::done);
    CAF_CHECK_EQUAL(folder.read("f"), file);
    CAF_CHECK(ended.out.ends_with(out_end));
    CAF_CHECK_EQUAL(ended.out.empty(), *out_end == '\0');
  }
}

CAF_TEST(numbers_and_bytes_stay_exact) {
  auto big = "[18446744073709551615,-9223372036854775808,\"\\udcff\"]";
  auto ended = run({"run", "echo", "--input", big});
  CAF_CHECK_EQUAL(ended.out, "[" + std::string{big} + "]\n");
}

CAF_TEST_FIXTURE_SCOPE_END()
