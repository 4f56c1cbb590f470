#include "runtime/wire/caf_error.hpp"

#include "runtime/base/limits.hpp"

#include <caf/exit_reason.hpp>
#include <caf/message.hpp>
#include <caf/sec.hpp>

namespace troupe {

namespace {

constexpr caf::atom_value sec_category = caf::atom("system");
constexpr caf::atom_value exit_category = caf::atom("exit");

error from_ours(const caf::error& what) {
  // The bytes may come from a faulty peer: unknown codes and texts of any
  // size must not get further than this function.
  auto code =
    what.code() < errc_count ? static_cast<errc>(what.code()) : errc::internal;
  const auto& context = what.context();
  if (context.empty() || !context.match_element<std::string>(0))
    return {code, {}};
  return {code, context.get_as<std::string>(0).substr(
                  0, limits::error_text_bytes_max)};
}

error from_sec(caf::sec code) {
  switch (code) {
    case caf::sec::request_timeout:
      return {errc::timed_out, "no answer came within the time limit: check "
                               "that the other node is alive, then try again"};
    case caf::sec::request_receiver_down:
    case caf::sec::no_route_to_receiving_node:
    case caf::sec::remote_linking_failed:
    case caf::sec::cannot_forward_to_invalid_actor:
      return {errc::connection_lost,
              "the receiver of the request is gone: connect again"};
    case caf::sec::unexpected_message:
    case caf::sec::unexpected_response:
    case caf::sec::unknown_type:
      return {errc::protocol_violation,
              "a node did not understand a message or its answer: all nodes "
              "must run the same version, and a program that embeds Troupe "
              "must call troupe::configure on its config"};
    case caf::sec::no_actor_published_at_port:
    case caf::sec::unexpected_actor_messaging_interface:
    case caf::sec::disconnect_during_handshake:
    case caf::sec::cannot_connect_to_node:
      return {errc::cannot_connect, "no Troupe coordinator answered there ("
                                      + caf::to_string(code)
                                      + "): check host and port"};
    case caf::sec::cannot_open_port:
      return {errc::port_in_use,
              "the port cannot be opened for listening: choose another one or "
              "stop the program that has it"};
    default:
      return {errc::internal, "the actor system reported "
                                + caf::to_string(code)
                                + ": see the log of the node that failed"};
  }
}

error from_exit(caf::exit_reason reason) {
  switch (reason) {
    case caf::exit_reason::remote_link_unreachable:
      return {errc::connection_lost,
              "the connection to the other node was lost: connect again"};
    case caf::exit_reason::normal:
    case caf::exit_reason::user_shutdown:
    case caf::exit_reason::kill:
    case caf::exit_reason::unreachable:
      return {errc::connection_lost, "the other side ended ("
                                       + caf::to_string(reason)
                                       + "): connect again"};
    default:
      return {errc::internal, "an actor ended with " + caf::to_string(reason)
                                + ": see the log of its node"};
  }
}

} // namespace

caf::error to_caf(const error& what) {
  if (what.code == errc::ok)
    return caf::none;
  auto code = static_cast<uint8_t>(what.code);
  if (what.text.empty())
    return {code, caf_error_category};
  return {code, caf_error_category, caf::make_message(what.text)};
}

error from_caf(const caf::error& what) {
  if (!what)
    return {};
  if (what.category() == caf_error_category)
    return from_ours(what);
  if (what.category() == sec_category)
    return from_sec(static_cast<caf::sec>(what.code()));
  if (what.category() == exit_category)
    return from_exit(static_cast<caf::exit_reason>(what.code()));
  return {errc::internal, "the actor system reported " + caf::to_string(what)
                            + ": see the log of the node that failed"};
}

} // namespace troupe
