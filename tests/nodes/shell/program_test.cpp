#define CAF_SUITE program

#include "nodes/shell/program.hpp"
#include "runtime/base/version.hpp"
#include "tests/nodes/shell/captured.hpp"

#include <caf/test/unit_test.hpp>

#include <fcntl.h>
#include <unistd.h>

#include <string>
#include <vector>

using namespace troupe;
using namespace troupe::shell;

namespace {

exit_code run(const std::vector<std::string>& args, int out, int err) {
  auto none = [](std::string_view) { return std::nullopt; };
  auto never = [](const invocation&) -> outcome<client> {
    return refuse("not here", exit_code::cannot_connect);
  };
  captured nothing;
  return run_program(args, {out, err, none, never, nothing.descriptor()});
}

} // namespace

CAF_TEST(the_version_goes_to_stdout) {
  captured out;
  captured err;
  CAF_CHECK(run({"--version"}, out.descriptor(), err.descriptor())
            == exit_code::done);
  CAF_CHECK(out.text().starts_with("troupe " + std::string{product_version}));
  CAF_CHECK_EQUAL(err.text(), "");
}

CAF_TEST(the_version_as_json) {
  captured out;
  captured err;
  CAF_CHECK(run({"--version", "--json"}, out.descriptor(), err.descriptor())
            == exit_code::done);
  CAF_CHECK_EQUAL(out.text(), "{\"version\": \"" + std::string{product_version}
                                + "\", \"protocol\": "
                                + std::to_string(protocol_version) + "}\n");
}

CAF_TEST(a_failure_is_one_sentence_on_stderr) {
  captured out;
  captured err;
  CAF_CHECK(run({"jobs"}, out.descriptor(), err.descriptor())
            == exit_code::cannot_connect);
  CAF_CHECK_EQUAL(err.text(), "troupe: not here\n");
  CAF_CHECK_EQUAL(out.text(), "");
}

CAF_TEST(what_a_peer_says_steers_no_terminal) {
  captured out;
  captured err;
  auto none = [](std::string_view) { return std::nullopt; };
  auto never = [](const invocation&) -> outcome<client> {
    return refuse("no \x1b[2J", exit_code::cannot_connect);
  };
  std::vector<std::string> args{"jobs"};
  run_program(args, {out.descriptor(), err.descriptor(), none, never});
  CAF_CHECK_EQUAL(err.text(), "troupe: no \\x1b[2J\n");
}

CAF_TEST(a_wrong_command_line_is_exit_code_2) {
  captured out;
  captured err;
  CAF_CHECK(run({}, out.descriptor(), err.descriptor()) == exit_code::usage);
  CAF_CHECK_EQUAL(err.text(),
                  "troupe: a command is missing; see troupe help\n");
}

CAF_TEST(a_full_disk_is_noticed) {
  captured err;
  auto full = ::open("/dev/full", O_WRONLY | O_CLOEXEC);
  CAF_CHECK(run({"help"}, full, err.descriptor()) == exit_code::failed);
  ::close(full);
  CAF_CHECK(err.text().find("cannot write to stdout") != std::string::npos);
}
