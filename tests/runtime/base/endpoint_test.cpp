#define CAF_SUITE endpoint

#include "runtime/base/endpoint.hpp"
#include "runtime/base/random.hpp"

#include <caf/test/unit_test.hpp>

using namespace troupe;

CAF_TEST(valid_addresses_survive_a_round_trip) {
  struct row {
    const char* what;
    std::string text;
    endpoint want;
  };
  const row rows[] = {
    {"IPv4", "127.0.0.1:7400", {"127.0.0.1", 7400}},
    {"any free port", "127.0.0.1:0", {"127.0.0.1", 0}},
    {"the last port", "10.0.0.1:65535", {"10.0.0.1", 65535}},
    {"all IPv4 addresses", "0.0.0.0:1", {"0.0.0.0", 1}},
    {"IPv6", "[::1]:7400", {"::1", 7400}},
    {"all IPv6 addresses", "[::]:7400", {"::", 7400}},
    {"IPv4 in IPv6", "[::ffff:127.0.0.1]:1", {"::ffff:127.0.0.1", 1}},
    {"a name", "localhost:7400", {"localhost", 7400}},
    {"labels", "node-1.my_net.example:1", {"node-1.my_net.example", 1}},
    {"a label with digits first", "3com.example:1", {"3com.example", 1}},
  };
  for (const auto& [what, text, want] : rows) {
    CAF_MESSAGE(what);
    auto got = parse_endpoint(text);
    CAF_REQUIRE(got.has_value());
    CAF_CHECK(*got == want);
    CAF_CHECK_EQUAL(to_string(*got), text);
  }
}

CAF_TEST(wrong_addresses_are_refused_with_the_reason) {
  struct row {
    const char* what;
    std::string text;
    std::string why;
  };
  const std::string port = "the port is not a number from 0 to 65535";
  const std::string host = "the host is neither a name nor an address";
  const std::string brackets = "no IPv6 address stands in the brackets";
  const row rows[] = {
    {"nothing", "", "the port is missing"},
    {"no port", "localhost", "the port is missing"},
    {"an empty port", "localhost:", port},
    {"a port too large", "localhost:65536", port},
    {"a negative port", "localhost:-1", port},
    {"a port that is a word", "localhost:http", port},
    {"text behind the port", "localhost:1 ", port},
    {"no host", ":7400", host},
    {"IPv6 without brackets", "::1:7400", "an IPv6 address needs brackets"},
    {"brackets without a port", "[::1]", "write [IPV6-ADDRESS]:PORT"},
    {"brackets without an end", "[::1:7400", "write [IPV6-ADDRESS]:PORT"},
    {"nothing in brackets", "[]:1", brackets},
    {"a name in brackets", "[localhost]:1", brackets},
    {"a short IPv4 address", "127.1:1", host},
    {"zero, which means any address", "0:1", host},
    {"hexadecimal, which means loopback", "0x7f000001:1", host},
    {"a number too large in IPv4", "256.0.0.1:1", host},
    {"five numbers", "1.2.3.4.5:1", host},
    {"an empty label", "a..b:1", host},
    {"a dot at the end", "localhost.:1", host},
    {"a dash first", "-a:1", host},
    {"a blank", "my host:1", host},
    {"a URL", "tcp://host:1", "an IPv6 address needs brackets"},
    {"a long label", std::string(64, 'a') + ":1", host},
    {"a NUL byte", std::string{"127.0.0.1\0x:1", 13}, "a NUL byte"},
    {"a NUL byte in brackets", std::string{"[::1\0]:1", 8}, "a NUL byte"},
  };
  for (const auto& [what, text, why] : rows) {
    CAF_MESSAGE(what);
    auto got = parse_endpoint(text);
    CAF_REQUIRE(!got.has_value());
    CAF_CHECK(got.error().code == errc::bad_usage);
    CAF_CHECK(got.error().text.find(why) != std::string::npos);
    CAF_CHECK(got.error().text.find('\0') == std::string::npos);
  }
  const auto got = parse_endpoint("x");
  CAF_REQUIRE(!got.has_value());
  CAF_CHECK_EQUAL(got.error().text,
                  "\"x\" is not HOST:PORT: the port is missing; write "
                  "HOST:PORT, as in 127.0.0.1:7400");
}

CAF_TEST(loopback_is_told_from_the_rest) {
  struct row {
    std::string host;
    bool want;
  };
  const row rows[] = {
    {"127.0.0.1", true},
    {"127.255.0.9", true},
    {"::1", true},
    {"::ffff:127.0.0.1", true},
    {"localhost", true},
    {"LocalHost", true},
    {"0.0.0.0", false},
    {"::", false},
    {"10.0.0.1", false},
    {"128.0.0.1", false},
    {"::ffff:10.0.0.1", false},
    {"fe80::1", false},
    {"localhost.example", false},
    {"localhos", false},
    {"myhost", false},
    {"127.example", false},
    {"", false},
  };
  for (const auto& [host, want] : rows) {
    CAF_MESSAGE(host);
    CAF_CHECK_EQUAL(is_loopback({host, 1}), want);
  }
}

CAF_TEST(random_texts_are_parsed_or_refused) {
  constexpr std::string_view parts[] = {"[", "]", "::1", "1.2.3.4", "ab",  ":",
                                        ":", ".", "80",  "-",       "\xFF"};
  auto random = make_seeded_random(7401);
  size_t valid = 0;
  for (int i = 0; i < 20'000; ++i) {
    std::string text;
    for (auto n = random->next() % 6; n > 0; --n)
      text += parts[random->next() % std::size(parts)];
    auto got = parse_endpoint(text);
    if (!got)
      continue;
    ++valid;
    CAF_CHECK(parse_endpoint(to_string(*got)) == got);
  }
  CAF_CHECK(valid > 10); // The parts do hit valid ones.
}
