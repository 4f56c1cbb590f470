#pragma once

#include <tl/expected.hpp>

#include <cstdint>
#include <string>
#include <string_view>

namespace troupe {

/// Everything that can go wrong and is expected to. The values travel between
/// nodes: append, never renumber. Each has a sentence in `to_sentence` and a
/// section in `docs/errors.md`.
enum class errc : uint8_t {
  ok = 0,               ///< No error.
  unknown_function = 1, ///< No node of this term ever offered it.
  bad_input = 2,        ///< An input does not decode to the function's type.
  bad_args = 3,         ///< The shared arguments do not decode.
  input_too_large = 4,  ///< One input is over `limits::input_bytes_max`.
  result_too_large = 5, ///< One result is over `limits::result_bytes_max`.
  job_result_too_large = 6, ///< The merged result is over the job's limit.
  store_full = 7,           ///< The coordinator's memory limit is reached.
  unknown_job = 8,          ///< Never existed or no longer kept.
  job_ended = 9,            ///< The job is already in a terminal state.
  cannot_connect = 10,      ///< No coordinator answered in time.
  connection_lost = 11,     ///< The coordinator went away during the request.
  version_mismatch = 12,    ///< The two nodes speak different protocols.
  cluster_mismatch = 13,    ///< The two nodes belong to different clusters.
  name_taken = 14,          ///< Another living node has this name.
  function_failed = 15,     ///< The function threw or returned an error.
  unknown_reducer = 16,     ///< No such reducer.
  bad_reducer = 17,        ///< The reducer cannot take this function's results.
  integer_overflow = 18,   ///< A sum left the range of 64-bit integers.
  path_not_allowed = 19,   ///< A file outside `worker.read_paths`.
  exec_not_allowed = 20,   ///< `exec` on a worker without `worker.exec = yes`.
  command_failed = 21,     ///< An external command ended with exit code != 0.
  file_error = 22,         ///< A file cannot be read or written.
  bad_config = 23,         ///< A config file, flag or variable is wrong.
  bad_usage = 24,          ///< A command line is wrong.
  port_in_use = 25,        ///< The address to listen on is taken.
  insecure_listen = 26,    ///< Non-loopback `listen` without `insecure = yes`.
  timed_out = 27,          ///< Nothing happened within the given time.
  draining = 28,           ///< The node is shutting down and takes no new work.
  stale_lease = 29,        ///< The lease is not current: drop the results.
  protocol_violation = 30, ///< A peer sent what the protocol forbids.
  bad_transition = 31,     ///< A state does not allow the event.
  not_configured = 32, ///< `troupe::configure` was not called on the config.
  client_lost = 33,    ///< An open job's client stayed away too long.
  too_many_dead = 34,  ///< A job reached `max_dead` dead letters.
  duplicate_function = 35, ///< A function of that name is registered already.
  type_mismatch = 36,      ///< C++ types and the function's signature differ.
  bad_frame = 37,          ///< A large body could not be put together.
  job_failed = 38,         ///< The job ended with dead letters.
  job_was_cancelled = 39,  ///< The job was cancelled.
  bad_json = 40,           ///< A text is not JSON.
  internal = 41,           ///< A bug in Troupe; please report it.
  unknown_child = 42,      ///< The supervisor has no such child.
  child_exists = 43,       ///< A sibling has this id, running or not.
  bad_child_spec = 44,     ///< A child's spec or a supervisor's flag is wrong.
  start_failed = 45,       ///< A supervisor ended: a child did not start.
  node_down = 46, ///< This incarnation was silent too long: come back as new.
  kills_workers = 47,      ///< A task whose workers crashed again and again.
  job_not_ended = 48,      ///< Its dead letters may still change.
  unknown_node = 49,       ///< No node that is up has this name.
  faults_not_allowed = 50, ///< The node has not `node.faults = yes`.
  inputs_not_kept = 51,    ///< The inputs of an ended job were dropped.
};

/// The number of codes: for tests and for checking what a peer sent.
constexpr uint8_t errc_count = 52;

/// Returns the code's name as it appears in `--json` output and docs.
std::string_view to_string(errc code);

/// Returns one general sentence for the code, without a full stop.
std::string_view to_sentence(errc code);

/// An expected failure: a code for programs, a text for people. The text says
/// what failed, on what, and what to do; empty means `to_sentence(code)`.
struct error {
  errc code = errc::ok;
  std::string text;

  friend bool operator==(const error&, const error&) = default;
};

/// Returns what to show to a person.
std::string to_string(const error& what);

template <class T>
using result = tl::expected<T, error>;

/// Shorthand for `return fail(errc::x, "what, where, what to do")`.
inline tl::unexpected<error> fail(errc code, std::string text = {}) {
  return tl::unexpected<error>{error{code, std::move(text)}};
}

} // namespace troupe
