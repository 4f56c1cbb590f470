#include "runtime/base/error.hpp"

namespace troupe {

namespace {

struct entry {
  std::string_view name;
  std::string_view sentence;
};

entry lookup(errc code) {
  switch (code) { // No default: -Wswitch reports a code without a sentence.
    case errc::ok: return {"ok", "no error"};
    case errc::unknown_function:
      return {"unknown_function", "no node offers this function"};
    case errc::bad_input:
      return {"bad_input", "an input does not fit the function"};
    case errc::bad_args:
      return {"bad_args", "the shared arguments do not fit the function"};
    case errc::input_too_large:
      return {"input_too_large", "an input is over the size limit"};
    case errc::result_too_large:
      return {"result_too_large", "a result is over the size limit"};
    case errc::job_result_too_large:
      return {"job_result_too_large",
              "the job's merged result is over the size limit"};
    case errc::store_full:
      return {"store_full", "the coordinator's memory limit is reached"};
    case errc::unknown_job: return {"unknown_job", "there is no such job"};
    case errc::job_ended: return {"job_ended", "the job has already ended"};
    case errc::cannot_connect:
      return {"cannot_connect", "no coordinator answered"};
    case errc::connection_lost:
      return {"connection_lost", "the connection to the coordinator was lost"};
    case errc::version_mismatch:
      return {"version_mismatch", "the nodes speak different protocols"};
    case errc::cluster_mismatch:
      return {"cluster_mismatch", "the nodes belong to different clusters"};
    case errc::name_taken:
      return {"name_taken", "another living node has this name"};
    case errc::function_failed:
      return {"function_failed", "the function reported an error"};
    case errc::unknown_reducer:
      return {"unknown_reducer", "there is no such reducer"};
    case errc::bad_reducer:
      return {"bad_reducer", "the reducer does not fit the function"};
    case errc::integer_overflow:
      return {"integer_overflow", "a sum is out of range for 64-bit integers"};
    case errc::path_not_allowed:
      return {"path_not_allowed", "the worker may not read this path"};
    case errc::exec_not_allowed:
      return {"exec_not_allowed", "the worker may not run external commands"};
    case errc::command_failed:
      return {"command_failed", "an external command failed"};
    case errc::file_error:
      return {"file_error", "a file cannot be read or written"};
    case errc::bad_config: return {"bad_config", "the configuration is wrong"};
    case errc::bad_usage: return {"bad_usage", "the command line is wrong"};
    case errc::port_in_use:
      return {"port_in_use", "the address to listen on is in use"};
    case errc::insecure_listen:
      return {"insecure_listen",
              "listening beyond loopback needs insecure = yes"};
    case errc::timed_out: return {"timed_out", "nothing happened in time"};
    case errc::draining:
      return {"draining", "the node is shutting down and takes no new work"};
    case errc::stale_lease:
      return {"stale_lease", "the lease is no longer current"};
    case errc::protocol_violation:
      return {"protocol_violation", "a peer broke the protocol"};
    case errc::bad_transition:
      return {"bad_transition", "the state does not allow this"};
    case errc::not_configured:
      return {"not_configured",
              "call troupe::configure on the actor system's config first"};
    case errc::client_lost:
      return {"client_lost", "the client of an open job did not come back"};
    case errc::too_many_dead:
      return {"too_many_dead", "the job reached its limit of dead letters"};
    case errc::duplicate_function:
      return {"duplicate_function", "a function of this name exists already"};
    case errc::type_mismatch:
      return {"type_mismatch", "the types do not fit the function's signature"};
    case errc::bad_frame:
      return {"bad_frame", "a large body could not be put together"};
    case errc::job_failed:
      return {"job_failed", "the job ended with dead letters"};
    case errc::job_was_cancelled:
      return {"job_was_cancelled", "the job was cancelled"};
    case errc::bad_json: return {"bad_json", "the text is not valid JSON"};
    case errc::internal:
      return {"internal", "a bug in Troupe, please report it"};
  }
  return {"unknown", "an error code of a newer version"};
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
