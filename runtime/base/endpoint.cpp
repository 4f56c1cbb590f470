#include "runtime/base/endpoint.hpp"

#include "runtime/base/escape.hpp"
#include "runtime/base/units.hpp"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>

#include <algorithm>
#include <cctype>
#include <optional>

namespace troupe {

namespace {

// RFC 1035, section 2.3.4.
constexpr size_t host_bytes_max = 253;
constexpr size_t label_bytes_max = 63;

std::optional<in_addr> to_ipv4(const std::string& host) {
  in_addr address{};
  if (inet_pton(AF_INET, host.c_str(), &address) != 1)
    return std::nullopt;
  return address;
}

std::optional<in6_addr> to_ipv6(const std::string& host) {
  in6_addr address{};
  if (inet_pton(AF_INET6, host.c_str(), &address) != 1)
    return std::nullopt;
  return address;
}

bool is_name_char(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '-'
         || c == '_';
}

bool is_name_label(std::string_view label) {
  return !label.empty() && label.size() <= label_bytes_max
         && label.front() != '-' && label.back() != '-'
         && std::all_of(label.begin(), label.end(), is_name_char);
}

/// Returns whether `inet_aton` might take the host for an address: its last
/// label is decimal, or hexadecimal after `0x`.
bool ends_in_number(std::string_view host) {
  auto last = host.substr(host.rfind('.') + 1);
  auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
  return std::all_of(last.begin(), last.end(), is_digit)
         || last.starts_with("0x") || last.starts_with("0X");
}

bool is_host_name(std::string_view host) {
  if (host.empty() || host.size() > host_bytes_max || ends_in_number(host))
    return false;
  for (;;) {
    auto dot = host.find('.');
    if (!is_name_label(host.substr(0, dot)))
      return false;
    if (dot == std::string_view::npos)
      return true;
    host.remove_prefix(dot + 1);
  }
}

tl::unexpected<error> refuse(std::string_view text, std::string_view why) {
  return fail(errc::bad_usage,
              fmt::format("{} is not HOST:PORT: {}, as in 127.0.0.1:7400",
                          quote_text(text), why));
}

} // namespace

result<endpoint> parse_endpoint(std::string_view text) {
  const auto bracketed = text.starts_with('[');
  const auto colon = bracketed ? text.find("]:") : text.rfind(':');
  if (colon == std::string_view::npos)
    return refuse(text, bracketed ? "write [IPV6-ADDRESS]:PORT"
                                  : "the port is missing; write HOST:PORT");
  const auto host_begin = bracketed ? size_t{1} : size_t{0};
  const auto port_begin = colon + (bracketed ? 2 : 1);
  const std::string host{text.substr(host_begin, colon - host_begin)};
  // The resolver reads up to the first NUL: it would see another host.
  if (host.find('\0') != std::string::npos)
    return refuse(text, "the host holds a NUL byte; write HOST:PORT");
  if (bracketed && !to_ipv6(host))
    return refuse(text, "no IPv6 address stands in the brackets; write "
                        "[::1]:7400 or HOST:PORT");
  if (!bracketed && host.find(':') != std::string::npos)
    return refuse(text, "an IPv6 address needs brackets; write [::1]:7400 or "
                        "HOST:PORT");
  if (!bracketed && !to_ipv4(host) && !is_host_name(host))
    return refuse(text, "the host is neither a name nor an address; write "
                        "HOST:PORT");
  auto port = parse_count(text.substr(port_begin), 0, UINT16_MAX);
  if (!port)
    return refuse(text, "the port is not a number from 0 to 65535; write "
                        "HOST:PORT");
  return endpoint{host, static_cast<uint16_t>(*port)};
}

std::string to_string(const endpoint& where) {
  const auto* format =
    where.host.find(':') == std::string::npos ? "{}:{}" : "[{}]:{}";
  return fmt::format(fmt::runtime(format), where.host, where.port);
}

bool is_loopback(const endpoint& where) {
  if (auto v4 = to_ipv4(where.host))
    return ntohl(v4->s_addr) >> 24 == IN_LOOPBACKNET;
  if (auto v6 = to_ipv6(where.host)) {
    if (IN6_IS_ADDR_V4MAPPED(&*v6))
      return v6->s6_addr[12] == IN_LOOPBACKNET;
    return IN6_IS_ADDR_LOOPBACK(&*v6);
  }
  auto equal = [](char x, char y) {
    return std::tolower(static_cast<unsigned char>(x)) == y;
  };
  constexpr std::string_view name = "localhost";
  return std::equal(where.host.begin(), where.host.end(), name.begin(),
                    name.end(), equal);
}

} // namespace troupe
