#define CAF_SUITE script_options

#include "nodes/shell/script_options.hpp"

#include <caf/test/unit_test.hpp>

using namespace troupe::shell;

CAF_TEST(short_options_have_a_long_name) {
  for (std::string_view name : {"-f", "-c"}) {
    auto option = find_option(nullptr, long_option(name, nullptr).substr(2));
    CAF_REQUIRE(option != nullptr);
    CAF_CHECK(option->argument != argument_kind::none);
  }
  CAF_CHECK_EQUAL(long_option("-h", nullptr), "--help");
  CAF_CHECK_EQUAL(long_option("-x", nullptr), "-x");
}

CAF_TEST(what_f_means_depends_on_the_command) {
  CAF_CHECK_EQUAL(long_option("-f", find_command("submit")), "--file");
  CAF_CHECK_EQUAL(long_option("-f", find_command("log")), "--follow");
  CAF_CHECK_EQUAL(long_option("-f", find_command("jobs")), "-f");
  CAF_CHECK_EQUAL(long_option("-c", find_command("submit")), "-c");
}

CAF_TEST(commands_do_not_have_them) {
  CAF_CHECK(find_option(find_command("jobs"), "keep-going") == nullptr);
  CAF_CHECK(find_option(nullptr, "keep-going") != nullptr);
}
