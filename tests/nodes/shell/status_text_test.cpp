#define CAF_SUITE status_text

#include "nodes/shell/status_text.hpp"
#include "tests/nodes/shell/cluster_samples.hpp"

#include <caf/test/unit_test.hpp>

#include <nlohmann/json.hpp>

#include <string>

using namespace troupe;
using namespace troupe::shell;
using namespace troupe::shell::samples;

CAF_TEST(says_how_a_busy_cluster_is) {
  CAF_CHECK_EQUAL(
    describe(busy_view()),
    "cluster   default at 127.0.0.1:7400, coordinator alpha\n"
    "nodes     2 up, 1 suspect\n"
    "slots     7 busy of 12, 6 leases queued\n"
    "queue     1,204 ready, 13 leased, 2 in backoff; the oldest waits for "
    "12.0 s\n"
    "rate      1,024/s accepted, 0.25/s failed; 1,000,239 and 12 since the "
    "start\n"
    "run time  p50 1.2 ms, p90 3 ms, p99 9 ms\n"
    "jobs      1 with tasks to do; of the last 3: 1 running, 1 succeeded, 1 "
    "failed\n");
}

CAF_TEST(says_how_an_idle_cluster_is) {
  CAF_CHECK_EQUAL(describe(idle_view()),
                  "cluster   default at 127.0.0.1:7400, coordinator alpha\n"
                  "nodes     1 up\n"
                  "slots     0 busy of 4, 0 leases queued\n"
                  "queue     0 ready, 0 leased, 0 in backoff\n"
                  "rate      0.0/s accepted, 0.0/s failed; 0 and 0 since the "
                  "start\n"
                  "run time  p50 -, p90 -, p99 -\n"
                  "jobs      0 with tasks to do\n");
  CAF_CHECK(describe(cluster_view{}).find("nodes     none\n")
            != std::string::npos);
}

CAF_TEST(names_from_elsewhere_cannot_steer_the_terminal) {
  auto view = busy_view();
  view.cluster = "a\033[2Jb";
  view.nodes[0].name = "x\ny";
  auto text = describe(view);
  CAF_CHECK(text.find('\033') == std::string::npos);
  CAF_CHECK(text.find("coordinator x\\ny\n") != std::string::npos);
}

CAF_TEST(only_the_newest_jobs_and_failures_are_shown) {
  auto view = busy_view();
  for (job_id id = 6; id > 0; --id)
    view.jobs.push_back(job_of(id, job_state::succeeded, 100));
  auto shown = shown_jobs(view);
  CAF_REQUIRE_EQUAL(shown.size(), 5u);
  CAF_CHECK_EQUAL(shown.front().id, 9u);
  view.load.failures.resize(10, view.load.failures.front());
  auto text = render(failure_table(view.load.failures), 0, false);
  CAF_CHECK_EQUAL(text, "FAILED     AGO  NODE  ERROR\n"
                        "   7/3  3.00 s  w1    no such file\n"
                        "   7/3  3.00 s  w1    no such file\n"
                        "   7/3  3.00 s  w1    no such file\n");
}

CAF_TEST(times_are_short) {
  CAF_CHECK_EQUAL(run_time(0), "-");
  CAF_CHECK_EQUAL(run_time(850), "850 ns");
}

CAF_TEST(the_json_has_all_that_is_promised) {
  auto from = nlohmann::json::parse(status_json(busy_view()));
  CAF_CHECK_EQUAL(from.at("cluster"), "default");
  CAF_CHECK_EQUAL(from.at("coordinator"), "127.0.0.1:7400");
  CAF_CHECK_EQUAL(from.at("node"), "alpha");
  CAF_CHECK_EQUAL(from.at("nodes").dump(),
                  R"({"all":3,"cordoned":0,"down":0,"draining":0,"gone":0,)"
                  R"("suspect":1,"up":2})");
  CAF_CHECK_EQUAL(from.at("slots").dump(),
                  R"({"all":12,"busy":7,"queued":6,"zombies":0})");
  CAF_CHECK_EQUAL(from.at("queue").dump(),
                  R"({"backoff":2,"leased":13,"oldest_ready_seconds":12,)"
                  R"("ready":1204})");
  const auto& rates = from.at("rates");
  CAF_CHECK_EQUAL(rates.at("accepted_per_second"), 1024.4);
  CAF_CHECK_EQUAL(rates.at("run_seconds_p99"), 0.009);
  CAF_CHECK_EQUAL(from.at("jobs").at("looked_at"), 3);
  CAF_CHECK_EQUAL(from.at("jobs").at("newest").size(), 3u);
  CAF_CHECK_EQUAL(from.at("failures").at(0).dump(),
                  R"({"code":"function_failed","index":3,"job":7,)"
                  R"("node":"w1","seconds_ago":3,"text":"no such file"})");
  CAF_CHECK_EQUAL(from.at("warnings").size(), 1u);
  CAF_CHECK(nlohmann::json::parse(status_json(cluster_view{})).is_object());
}
