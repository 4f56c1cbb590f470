#include "nodes/shell/failure.hpp"

#include "runtime/wire/caf_error.hpp"

#include <utility>

namespace troupe::shell {

tl::unexpected<failure> refuse(std::string text, exit_code code) {
  return tl::unexpected<failure>{failure{code, std::move(text)}};
}

tl::unexpected<failure> refuse_usage(std::string text) {
  return refuse(std::move(text), exit_code::usage);
}

tl::unexpected<failure> refuse(const error& what) {
  auto code =
    what.code == errc::bad_usage ? exit_code::usage : exit_code::failed;
  return refuse(to_string(what), code);
}

tl::unexpected<failure> refuse(const caf::error& what) {
  auto reason = from_caf(what);
  switch (reason.code) {
    case errc::cannot_connect:
    case errc::connection_lost:
    case errc::version_mismatch:
    case errc::cluster_mismatch:
      return refuse(to_string(reason), exit_code::cannot_connect);
    default: return refuse(to_string(reason));
  }
}

} // namespace troupe::shell
