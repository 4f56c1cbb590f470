#define CAF_SUITE connections

#include "runtime/base/connections.hpp"

#include <caf/test/unit_test.hpp>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <unistd.h>

#include <cstring>

using namespace troupe;

namespace {

/// A listening socket of the loopback device and a connection to it.
struct fixture {
  fixture() {
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    listening = socket(AF_INET, SOCK_STREAM, 0);
    auto* raw = reinterpret_cast<sockaddr*>(&address);
    CAF_REQUIRE(bind(listening, raw, sizeof(address)) == 0);
    CAF_REQUIRE(listen(listening, 1) == 0);
    socklen_t size = sizeof(address);
    CAF_REQUIRE(getsockname(listening, raw, &size) == 0);
    ours = socket(AF_INET, SOCK_STREAM, 0);
    CAF_REQUIRE(connect(ours, raw, sizeof(address)) == 0);
    theirs = accept(listening, nullptr, nullptr);
    CAF_REQUIRE(theirs >= 0);
  }

  ~fixture() {
    for (auto fd : {listening, ours, theirs})
      close(fd);
  }

  sockaddr_storage peer(uint16_t port_difference = 0) const {
    auto other = address;
    other.sin_port =
      htons(static_cast<uint16_t>(ntohs(other.sin_port) + port_difference));
    sockaddr_storage result{};
    std::memcpy(&result, &other, sizeof(other));
    return result;
  }

  bool is_open() const {
    char byte = 0;
    return recv(theirs, &byte, 1, MSG_DONTWAIT) != 0;
  }

  sockaddr_in address{};
  int listening = -1;
  int ours = -1;
  int theirs = -1;
};

} // namespace

CAF_TEST_FIXTURE_SCOPE(connections_tests, fixture)

CAF_TEST(a_connection_to_the_peer_is_shut_and_both_ends_see_it) {
  CAF_REQUIRE(is_open());
  CAF_CHECK_EQUAL(shut_connections_to(peer()), 1u);
  CAF_CHECK(!is_open());
  char byte = 0;
  CAF_CHECK_EQUAL(recv(ours, &byte, 1, MSG_DONTWAIT), 0);
}

CAF_TEST(other_connections_stay) {
  CAF_CHECK_EQUAL(shut_connections_to(peer(1)), 0u);
  sockaddr_storage v6{};
  v6.ss_family = AF_INET6;
  CAF_CHECK_EQUAL(shut_connections_to(v6), 0u);
  CAF_CHECK_EQUAL(shut_connections_to({}), 0u);
  CAF_CHECK(is_open());
}

CAF_TEST_FIXTURE_SCOPE_END()
