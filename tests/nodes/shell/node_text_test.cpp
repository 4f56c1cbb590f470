#define CAF_SUITE node_text

#include "nodes/shell/node_text.hpp"
#include "tests/nodes/shell/cluster_samples.hpp"

#include <caf/test/unit_test.hpp>

#include <nlohmann/json.hpp>

#include <string>

using namespace troupe;
using namespace troupe::shell;
using namespace troupe::shell::samples;

namespace {

constexpr const char* process_document =
  R"({"role": "worker", "host": "box", "pid": 42, "listen": "-", )"
  R"("version": "0.1.0", "protocol": 5, "caf": "0.17.6", "up_us": 100000000, )"
  R"("memory_bytes": 52428800, "cpu_us": 5000000, "threads": 9, )"
  R"("open_files": 12, "open_files_max": 1024, "actors": 14})";

} // namespace

CAF_TEST(shows_a_node_with_its_process) {
  auto process = parse_node_process(process_document);
  CAF_REQUIRE(process.has_value());
  auto node = node_of("w1");
  node.labels = {"gpu", "zone=a"};
  node.busy = 2;
  node.queued = 1;
  node.oldest_us = 2'000'000;
  node.incarnation_id = 0xabc;
  CAF_CHECK_EQUAL(describe(node, *process, ""),
                  "node        w1\n"
                  "state       up\n"
                  "roles       worker\n"
                  "slots       2 busy of 4\n"
                  "queued      1 lease\n"
                  "oldest      2.00 s\n"
                  "labels      gpu,zone=a\n"
                  "resources   -\n"
                  "functions   17\n"
                  "joined      1m30s ago\n"
                  "id          0000000000000abc\n"
                  "host        box\n"
                  "process     42, runs for 1m40s\n"
                  "listens     -\n"
                  "version     0.1.0 (protocol 5, CAF 0.17.6)\n"
                  "memory      50 MiB\n"
                  "cpu         5.00 s, 5.0 % of a core\n"
                  "threads     9\n"
                  "files       12 open of 1,024\n"
                  "actors      14\n");
  auto from = nlohmann::json::parse(node_json(node, *process));
  CAF_CHECK_EQUAL(from.at("name"), "w1");
  CAF_CHECK_EQUAL(from.at("process").at("pid"), 42);
  CAF_CHECK_EQUAL(from.at("process").at("cpu_seconds"), 5);
}

CAF_TEST(a_process_that_does_not_answer_leaves_the_rest) {
  auto node = node_of("w1", node_state::gone);
  node.zombies = 3;
  node.silent_us = 500'000;
  node.phi = 1.5;
  auto text = describe(node, std::nullopt, "does not answer: gone\n!");
  CAF_CHECK(text.find("was up for  1m30s\n") != std::string::npos);
  CAF_CHECK(text.find("zombies     3\n") != std::string::npos);
  CAF_CHECK(text.find("heartbeat   500 ms ago, phi 1.50\n")
            != std::string::npos);
  CAF_CHECK(text.ends_with("process     does not answer: gone\\n!\n"));
  auto from = nlohmann::json::parse(node_json(node, std::nullopt));
  CAF_CHECK(from.at("process").is_null());
}

CAF_TEST(shows_options_with_their_origins) {
  auto values = parse_config_values(
    R"({"role": "worker", "values": [{"key": "worker.slots", "value": "0", )"
    R"("origin": "default", "means": "8"}, {"key": "node.name", "value": )"
    R"("alpha", "origin": "w.conf:3"}, {"key": "worker.labels", "value": "", )"
    R"("origin": "default"}]})");
  CAF_REQUIRE(values.has_value());
  CAF_CHECK_EQUAL(render(config_table(*values), 0, false),
                  "OPTION         VALUE  MEANS  FROM\n"
                  "worker.slots   0      8      default\n"
                  "node.name      alpha         w.conf:3\n"
                  "worker.labels  -             default\n");
  auto from = nlohmann::json::parse(config_json("w\"1", *values));
  CAF_CHECK_EQUAL(from.at("node"), "w\"1");
  CAF_CHECK_EQUAL(from.at("values").at(0).dump(),
                  R"({"key":"worker.slots","means":"8","origin":"default",)"
                  R"("value":"0"})");
  CAF_CHECK_EQUAL(config_json("a", {}), R"({"node": "a", "values": []})");
}

CAF_TEST(answers_that_are_none_are_refused) {
  const std::string deep(300, '[');
  for (const std::string& text :
       {std::string{}, std::string{"7"}, std::string{"[]"}, std::string{"{}"},
        std::string{R"({"values": [7]})"},
        std::string{R"({"values": [{"key": 1}]})"}, deep}) {
    auto process = parse_node_process(text);
    CAF_REQUIRE(!process.has_value());
    CAF_CHECK(process.error().code == errc::protocol_violation);
    CAF_CHECK(!parse_config_values(text).has_value());
  }
}
