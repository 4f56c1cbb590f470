#define CAF_SUITE failure

#include "nodes/shell/failure.hpp"
#include "runtime/wire/caf_error.hpp"

#include <caf/test/unit_test.hpp>

using namespace troupe;
using namespace troupe::shell;

namespace {

exit_code local(errc code) {
  return refuse(error{code, "x"}).value().code;
}

exit_code remote(errc code) {
  return refuse(to_caf(error{code, "x"})).value().code;
}

} // namespace

CAF_TEST(exit_codes_follow_from_errors) {
  struct row {
    errc what;
    exit_code here;
    exit_code there; ///< When the client library reports it.
  };
  const row rows[] = {
    {errc::bad_usage, exit_code::usage, exit_code::failed},
    {errc::file_error, exit_code::failed, exit_code::failed},
    {errc::unknown_function, exit_code::failed, exit_code::failed},
    {errc::cannot_connect, exit_code::failed, exit_code::cannot_connect},
    {errc::connection_lost, exit_code::failed, exit_code::cannot_connect},
    {errc::version_mismatch, exit_code::failed, exit_code::cannot_connect},
    {errc::cluster_mismatch, exit_code::failed, exit_code::cannot_connect},
    {errc::timed_out, exit_code::failed, exit_code::failed},
  };
  for (const auto& [what, here, there] : rows) {
    CAF_MESSAGE(to_string(what));
    CAF_CHECK(local(what) == here);
    CAF_CHECK(remote(what) == there);
  }
}

CAF_TEST(the_sentence_is_the_errors_own) {
  auto here = refuse(error{errc::file_error, "why"});
  CAF_CHECK_EQUAL(here.value().text, "why");
  auto there = refuse(to_caf(error{errc::store_full, "why"}));
  CAF_CHECK_EQUAL(there.value().text, "why");
  CAF_CHECK(!refuse(error{errc::file_error, ""}).value().text.empty());
  CAF_CHECK(refuse_usage("why").value() == (failure{exit_code::usage, "why"}));
}
