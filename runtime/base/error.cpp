#include "runtime/base/error.hpp"

#include <cstddef>
#include <iterator>

namespace troupe {

namespace {

struct entry {
  errc code;
  std::string_view name;
  std::string_view sentence;
};

/// In the order of the codes: the test checks that none is missing.
constexpr entry entries[] = {
  {errc::ok, "ok", "no error"},
  {errc::unknown_function, "unknown_function", "no node offers this function"},
  {errc::bad_input, "bad_input", "an input does not fit the function"},
  {errc::bad_args, "bad_args", "the shared arguments do not fit the function"},
  {errc::input_too_large, "input_too_large", "an input is over the size limit"},
  {errc::result_too_large, "result_too_large",
   "a result is over the size limit"},
  {errc::job_result_too_large, "job_result_too_large",
   "the job's merged result is over the size limit"},
  {errc::store_full, "store_full", "the coordinator's memory limit is reached"},
  {errc::unknown_job, "unknown_job", "there is no such job"},
  {errc::job_ended, "job_ended", "the job has already ended"},
  {errc::cannot_connect, "cannot_connect", "no coordinator answered"},
  {errc::connection_lost, "connection_lost",
   "the connection to the coordinator was lost"},
  {errc::version_mismatch, "version_mismatch",
   "the nodes speak different protocols"},
  {errc::cluster_mismatch, "cluster_mismatch",
   "the nodes belong to different clusters"},
  {errc::name_taken, "name_taken", "another living node has this name"},
  {errc::function_failed, "function_failed", "the function reported an error"},
  {errc::unknown_reducer, "unknown_reducer", "there is no such reducer"},
  {errc::bad_reducer, "bad_reducer", "the reducer does not fit the function"},
  {errc::integer_overflow, "integer_overflow",
   "a sum is out of range for 64-bit integers"},
  {errc::path_not_allowed, "path_not_allowed",
   "the worker may not read this path"},
  {errc::exec_not_allowed, "exec_not_allowed",
   "the worker may not run external commands"},
  {errc::command_failed, "command_failed", "an external command failed"},
  {errc::file_error, "file_error", "a file cannot be read or written"},
  {errc::bad_config, "bad_config", "the configuration is wrong"},
  {errc::bad_usage, "bad_usage", "the command line is wrong"},
  {errc::port_in_use, "port_in_use", "the address to listen on is in use"},
  {errc::insecure_listen, "insecure_listen",
   "listening beyond loopback needs insecure = yes"},
  {errc::timed_out, "timed_out", "nothing happened in time"},
  {errc::draining, "draining",
   "the node is shutting down and takes no new work"},
  {errc::stale_lease, "stale_lease", "the lease is no longer current"},
  {errc::protocol_violation, "protocol_violation", "a peer broke the protocol"},
  {errc::bad_transition, "bad_transition", "the state does not allow this"},
  {errc::not_configured, "not_configured",
   "call troupe::configure on the actor system's config first"},
  {errc::client_lost, "client_lost",
   "the client of an open job did not come back"},
  {errc::too_many_dead, "too_many_dead",
   "the job reached its limit of dead letters"},
  {errc::duplicate_function, "duplicate_function",
   "a function of this name exists already"},
  {errc::type_mismatch, "type_mismatch",
   "the types do not fit the function's signature"},
  {errc::bad_frame, "bad_frame", "a large body could not be put together"},
  {errc::job_failed, "job_failed", "the job ended with dead letters"},
  {errc::job_was_cancelled, "job_was_cancelled", "the job was cancelled"},
  {errc::bad_json, "bad_json", "the text is not valid JSON"},
  {errc::internal, "internal", "a bug in Troupe, please report it"},
  {errc::unknown_child, "unknown_child", "the supervisor has no such child"},
  {errc::child_exists, "child_exists", "a sibling has this id already"},
  {errc::bad_child_spec, "bad_child_spec",
   "a child's spec or a supervisor's flag is wrong"},
  {errc::start_failed, "start_failed",
   "a supervisor ended because a child did not start"},
  {errc::node_down, "node_down",
   "the coordinator took this node for dead; it joins again by itself"},
  {errc::kills_workers, "kills_workers", "suspected of killing its workers"},
  {errc::job_not_ended, "job_not_ended", "the job has not ended yet"},
  {errc::unknown_node, "unknown_node", "no node that is up has this name"},
  {errc::faults_not_allowed, "faults_not_allowed",
   "the node does not allow faults"},
  {errc::inputs_not_kept, "inputs_not_kept",
   "the inputs of the job are not kept any more"},
};

static_assert(std::size(entries) == errc_count);

const entry& lookup(errc code) {
  static constexpr entry unknown{errc::internal, "unknown",
                                 "an error code of a newer version"};
  auto position = static_cast<size_t>(code);
  return position < std::size(entries) ? entries[position] : unknown;
}

} // namespace

std::string_view to_string(errc code) {
  return lookup(code).name;
}

std::string_view to_sentence(errc code) {
  return lookup(code).sentence;
}

std::string to_string(const error& what) {
  return what.text.empty() ? std::string{to_sentence(what.code)} : what.text;
}

} // namespace troupe
