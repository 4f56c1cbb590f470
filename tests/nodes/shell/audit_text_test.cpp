#define CAF_SUITE audit_text

#include "nodes/shell/audit_text.hpp"

#include <caf/test/unit_test.hpp>

#include <string>

using namespace troupe;
using namespace troupe::shell;

namespace {

job_audit good() {
  job_audit audit;
  audit.job = 7;
  audit.ended = true;
  audit.tasks = 1200;
  audit.accepted = 1200;
  audit.failed = 1;
  audit.leases = 3;
  return audit;
}

job_audit bad() {
  auto audit = good();
  audit.ok = false;
  audit.incomplete = true;
  audit.ended = false;
  audit.found = 1002;
  audit.violations = {"a \"first\" one", "a second\none"};
  return audit;
}

} // namespace

CAF_TEST(a_good_job_is_one_line) {
  auto text = describe(good());
  CAF_CHECK_EQUAL(text, "job 7: no violation; results of 1,200 of 1,200 tasks "
                        "accepted, 1 attempt failed, 3 leases\n");
  auto json = audit_json(good());
  CAF_CHECK_EQUAL(
    json, R"({"job": 7, "ok": true, "ended": true, "incomplete": false, )"
          R"("tasks": 1200, "accepted": 1200, "failed": 1, "leases": 3, )"
          R"("found": 0, "violations": []})");
}

CAF_TEST(violations_follow_a_line_each) {
  auto text = describe(bad());
  auto has = [&text](const char* part) {
    return text.find(part) != std::string::npos;
  };
  CAF_CHECK(has("1,002 violations"));
  CAF_CHECK(has("\n  a \"first\" one\n"));
  CAF_CHECK(!has("a second\none"));
  CAF_CHECK(has("it has not ended"));
  CAF_CHECK(has("only the last events were kept"));
  CAF_CHECK(has("and 1,000 more"));
  auto json = audit_json(bad());
  CAF_CHECK(json.ends_with(R"("found": 1002, "violations": )"
                           R"(["a \"first\" one", "a second\none"]})"));
}
