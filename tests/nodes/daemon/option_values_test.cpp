#define CAF_SUITE option_values

#include "nodes/daemon/option_values.hpp"

#include <caf/test/unit_test.hpp>

using namespace troupe;
using namespace troupe::option_values;
using namespace std::chrono_literals;

namespace {

template <class T>
struct good {
  std::string text;
  T want;
};

/// Checks texts that `parse` takes, and what it says about the others.
template <class T>
void check(result<T> (*parse)(const std::string&),
           const std::vector<good<T>>& taken,
           const std::vector<good<std::string>>& refused) {
  for (const auto& [text, want] : taken) {
    CAF_MESSAGE(text);
    auto got = parse(text);
    CAF_REQUIRE(got.has_value());
    CAF_CHECK(*got == want);
  }
  for (const auto& [text, want] : refused) {
    CAF_MESSAGE(text);
    auto got = parse(text);
    CAF_REQUIRE(!got.has_value());
    CAF_CHECK(got.error().code == errc::bad_config);
    CAF_CHECK_EQUAL(got.error().text, want);
  }
}

} // namespace

CAF_TEST(flags) {
  const std::string why = "expected yes or no (or true, false, on, off)";
  check<bool>(
    parse_flag,
    {{"yes", true},
     {"true", true},
     {"on", true},
     {"no", false},
     {"false", false},
     {"off", false}},
    {{"", why}, {"1", why}, {"YES", why}, {"yes ", why}, {"ja", why}});
}

CAF_TEST(names) {
  const std::string why =
    "expected 1 to 64 letters, digits, dots, dashes or underscores";
  const std::string longest(64, 'x');
  const std::string bad[] = {longest + "x", "a b", "a/b",
                             "\xC3\xA4",    "a\n", std::string{"a\0", 2}};
  for (const auto& text : bad) {
    check<std::string>(parse_name, {}, {{text, why}});
    check<std::string>(parse_optional_name, {}, {{text, why}});
  }
  check<std::string>(parse_name, {{"a", "a"}, {longest, longest}}, {{"", why}});
  check<std::string>(parse_optional_name, {{"", ""}, {"Az09._-", "Az09._-"}},
                     {});
}

CAF_TEST(roles) {
  const std::string what =
    "expected coordinator, worker or both with a comma between them";
  check<node_roles>(
    parse_roles,
    {{"coordinator", {true, false}},
     {"worker", {false, true}},
     {"worker, coordinator", {true, true}},
     {" coordinator ,worker ", {true, true}}},
    {{"", "expected at least one role: coordinator, worker or both with a "
          "comma between them"},
     {"gateway", "the role gateway is not in this version; use coordinator, "
                 "worker or both"},
     {"worker,gateway", "the role gateway is not in this version; use "
                        "coordinator, worker or both"},
     {"worker,worker", "the role worker is listed twice; remove one of the "
                       "two"},
     {"wroker", what + "; did you mean \"worker\"?"},
     {"qqqqqqqq", what},
     {"worker,", what}});
}

CAF_TEST(addresses) {
  check<endpoint>(
    parse_listen,
    {{"127.0.0.1:0", {"127.0.0.1", 0}}, {"[::1]:7400", {"::1", 7400}}},
    {{"x", "expected an address to listen on: \"x\" is not HOST:PORT: the port "
           "is missing; write HOST:PORT, as in 127.0.0.1:7400"}});
  const std::string many = "expected at most 64 entries, found 65";
  check<std::vector<endpoint>>(
    parse_join, {{"a:1", {{"a", 1}}}, {"a:1, b:2", {{"a", 1}, {"b", 2}}}},
    {{"", "expected the address of a coordinator, as in 127.0.0.1:7400"},
     {"a:0", "expected a port from 1 to 65535: nobody can be reached at port "
             "0"},
     {"a:1,", "expected the addresses of coordinators with commas between "
              "them: \"\" is not HOST:PORT: the port is missing; write "
              "HOST:PORT, as in 127.0.0.1:7400"},
     {"a:1,a:1", "\"a:1\" is listed twice; remove one of the two"},
     {std::string(64, ','), many}});
}

CAF_TEST(durations) {
  const std::string day =
    "expected a duration in ms, s, m or h up to 24h, as in 30s";
  const std::string year =
    "expected a duration in ms, s, m or h up to 8760h, as in 30s";
  using ms = std::chrono::milliseconds;
  check<ms>(parse_drain_timeout, {{"0", 0ms}, {"500ms", 500ms}, {"24h", 24h}},
            {{"", day}, {"30", day}, {"25h", day}, {"-1s", day}});
  check<ms>(parse_keep_for, {{"0s", 0ms}, {"8760h", 8760h}},
            {{"x", year}, {"8761h", year}});
  const std::string beat = "expected a duration from 20ms to 10s, as in 200ms";
  check<ms>(parse_heartbeat_interval, {{"20ms", 20ms}, {"10s", 10s}},
            {{"19ms", beat}, {"11s", beat}, {"0", beat}, {"often", beat}});
  const std::string silence = "expected a duration from 100ms to 10m, as in 2s";
  check<ms>(parse_silence, {{"100ms", 100ms}, {"10m", 600s}},
            {{"99ms", silence}, {"601s", silence}, {"", silence}});
}

CAF_TEST(counts) {
  const std::string slots = "expected a whole number from 0 to 4096";
  const std::string threads = "expected a whole number from 0 to 1024";
  const std::string kept = "expected a whole number from 0 to 1000000000";
  const std::string dead = "expected a whole number from 1 to 1000000000";
  check<uint32_t>(parse_slots, {{"0", 0}, {"4096", 4096}},
                  {{"4097", slots},
                   {"", slots},
                   {"-1", slots},
                   {"1.5", slots},
                   {"4294967296", slots},
                   {"99999999999999999999", slots}});
  check<uint32_t>(parse_threads, {{"0", 0}, {"1024", 1024}},
                  {{"1025", threads}});
  check<uint64_t>(parse_keep_count, {{"0", 0}, {"1000000000", 1'000'000'000}},
                  {{"1000000001", kept}});
  check<uint64_t>(parse_max_dead, {{"1", 1}}, {{"0", dead}});
}

CAF_TEST(sizes) {
  const std::string mib16 = "expected a size from 1 KiB to 16 MiB, as in "
                            "512KiB";
  const std::string gib1 = "expected a size from 1 KiB to 1 GiB, as in 512KiB";
  const std::vector<good<uint64_t>> taken = {
    {"1024", 1024}, {"1KiB", 1024}, {"16MiB", 16 << 20}};
  const std::vector<good<std::string>> refused = {
    {"1023", mib16}, {"16777217", mib16}, {"", mib16}, {"1MB", mib16}};
  check<uint64_t>(parse_input_limit, taken, refused);
  check<uint64_t>(parse_result_limit, taken, refused);
  check<uint64_t>(parse_job_result_limit, {{"1GiB", 1 << 30}},
                  {{"2GiB", gib1}});
  const std::string memory =
    "expected 1% to 100% of the RAM or a size from 1 MiB, as in 2GiB";
  check<memory_limit>(parse_memory,
                      {{"1%", {0, 1}},
                       {"100%", {0, 100}},
                       {"2GiB", {uint64_t{2} << 30, 0}},
                       {"1MiB", {1 << 20, 0}}},
                      {{"", memory},
                       {"%", memory},
                       {"0%", memory},
                       {"101%", memory},
                       {"5.5%", memory},
                       {"-5%", memory},
                       {"0", memory},
                       {"1023KiB", memory},
                       {"50", memory}});
}

CAF_TEST(what_a_worker_offers) {
  const std::string cpus = "expected 0 or an amount of at most four decimals, "
                           "up to 1000000, as in 2.5";
  check<uint64_t>(parse_cpus,
                  {{"0", 0}, {"1", 10'000}, {"0.5", 5'000}, {"7.5", 75'000}},
                  {{"", cpus}, {"-1", cpus}, {"0.0", cpus}, {"many", cpus}});
  const std::string memory =
    "expected 0 or a size from 1 MiB to 1 EiB, as in 2GiB";
  check<uint64_t>(
    parse_worker_memory, {{"0", 0}, {"1MiB", 1 << 20}, {"1GiB", 1 << 30}},
    {{"", memory}, {"1KiB", memory}, {"50%", memory}, {"2000000TiB", memory}});
  const std::string why = "expected resources as in gpu:1,licence:0.5: ";
  check<std::vector<named_amount>>(
    parse_resources,
    {{"", {}},
     {" ", {}},
     {"gpu", {{"gpu", 10'000}}},
     {"licence:0.5, gpu:2", {{"gpu", 20'000}, {"licence", 5'000}}}},
    {{"gpu:1,gpu:2", why + "the resource \"gpu\" is named twice: name it once"},
     {"cpus:2",
      why + "\"cpus:2\" is no named resource: cpus has an option of its own"},
     {"gpu:x", why
                 + "\"x\" is no amount of a resource: write a number of at "
                   "most four decimals, up to 1000000"}});
}

CAF_TEST(placements) {
  const std::string names =
    "expected adaptive, least_loaded, round_robin, locality, work_stealing";
  check<std::string>(parse_placement,
                     {{"adaptive", "adaptive"}, {"locality", "locality"}},
                     {{"", names},
                      {"qqqq", names},
                      {"adaptiv", names + "; did you mean \"adaptive\"?"}});
}

CAF_TEST(labels) {
  const std::string why = "expected labels KEY or KEY=VALUE of visible ASCII "
                          "characters with commas between them, found ";
  check<std::vector<node_label>>(
    parse_labels,
    {{"", {}},
     {" ", {}},
     {"gpu", {{"gpu", ""}}},
     {"zone=a, gpu", {{"zone", "a"}, {"gpu", ""}}},
     {"url=http://x/y=z", {{"url", "http://x/y=z"}}}},
    {{"=a", why + "\"=a\""},
     {"zone=", why + "\"zone=\""},
     {"a b", why + "\"a b\""},
     {"a=b c", why + "\"a=b c\""},
     {"a,,b", why + "\"\""},
     {"a,", why + "\"\""},
     {"\xC3\xA4", why + "\"\xC3\xA4\""},
     {"a,a", "\"a\" is listed twice; remove one of the two"}});
}

CAF_TEST(folders) {
  const std::string why =
    "expected absolute paths of folders with commas between them, found ";
  check<std::vector<std::string>>(
    parse_folders, {{"", {}}, {"/", {"/"}}, {"/a b, /c", {"/a b", "/c"}}},
    {{"a", why + "\"a\""},
     {"/a,./b", why + "\"./b\""},
     {"/a,", why + "\"\""},
     {"~/a", why + "\"~/a\""},
     {"/a,/a", "\"/a\" is listed twice; remove one of the two"}});
}

CAF_TEST(log_choices) {
  const std::string levels = "expected trace, debug, info, warn, error, off";
  check<log_level>(parse_level,
                   {{"trace", log_level::trace}, {"off", log_level::off}},
                   {{"inf", levels + "; did you mean \"info\"?"},
                    {"qqqq", levels},
                    {"", levels}});
  check<log_format>(parse_format,
                    {{"auto", log_format::automatic},
                     {"human", log_format::human},
                     {"json", log_format::json}},
                    {{"jsn", "expected auto, human, json; did you mean "
                             "\"json\"?"}});
}
