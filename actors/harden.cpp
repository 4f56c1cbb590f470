#include "actors/harden.hpp"

#include "runtime/base/escape.hpp"
#include "runtime/wire/caf_error.hpp"

#include <caf/actor_system.hpp>
#include <caf/message_view.hpp>
#include <caf/result.hpp>
#include <caf/rtti_pair.hpp>
#include <caf/scheduled_actor.hpp>
#include <caf/type_erased_tuple.hpp>
#include <caf/uniform_type_info_map.hpp>

#include <algorithm>
#include <cstdint>
#include <exception>
#include <optional>
#include <string>
#include <utility>

namespace troupe {

namespace {

/// Lets one warning through per interval and counts the others: a peer that
/// misbehaves must not fill the disk.
class warning_gate {
public:
  /// Returns how many were left out since the last one that passed, or
  /// nothing if this one must be left out, too.
  std::optional<uint64_t> pass(time_point now) {
    if (last_ && now - *last_ < harden_warning_interval) {
      ++left_out_;
      return std::nullopt;
    }
    last_ = now;
    return std::exchange(left_out_, 0);
  }

private:
  std::optional<time_point> last_;
  uint64_t left_out_ = 0;
};

struct dropped_message {
  const char* sentence;
  std::string what;
  caf::strong_actor_ptr sender;
};

void warn(logger& log, warning_gate& gate, caf::scheduled_actor* self,
          const dropped_message& x) {
  auto left_out = gate.pass(self->clock().now());
  if (!left_out)
    return;
  log.warn(self->name(), x.sentence,
           {{"what", x.what},
            {"from", x.sender ? caf::to_string(x.sender) : "nobody"},
            {"left_out", std::to_string(*left_out)}});
}

/// Names the types of a message: its values may be large, or secret.
std::string describe(const caf::scheduled_actor* self,
                     const caf::type_erased_tuple& content) {
  constexpr size_t shown_max = 8;
  std::string text;
  for (size_t i = 0; i < std::min(content.size(), shown_max); ++i) {
    auto type = content.type(i);
    text += i == 0 ? "(" : ", ";
    if (type == caf::make_rtti_pair<caf::atom_value>())
      text += content.stringify(i);
    else
      text += self->system().types().portable_name(type);
  }
  if (content.size() > shown_max)
    text += ", ...";
  return text.empty() ? "an empty message" : "the message " + text + ")";
}

std::string text_of(const std::exception_ptr& what) {
  try {
    std::rethrow_exception(what);
  } catch (const std::exception& e) {
    return e.what();
  } catch (...) {
    return "an exception of unknown type";
  }
}

} // namespace

void harden(caf::scheduled_actor* self, logger_ptr log) {
  auto unknown =
    [log, gate = warning_gate{}](
      caf::scheduled_actor* me,
      caf::message_view& view) mutable -> caf::result<caf::message> {
    auto types = describe(me, view.content());
    warn(
      *log, gate, me,
      {"dropped a message that it does not know", types, me->current_sender()});
    if (!me->current_message_id().is_request())
      return caf::message{}; // Nothing is sent.
    return to_caf(error{errc::protocol_violation,
                        std::string{"the actor "} + me->name()
                          + " does not know " + types
                          + ": all nodes must run the same version of "
                            "Troupe and be configured with troupe::configure"});
  };
  self->set_default_handler(unknown);
  self->set_error_handler([log, gate = warning_gate{}](caf::scheduled_actor* me,
                                                       caf::error& x) mutable {
    warn(*log, gate, me,
         {"dropped an error message", to_string(from_caf(x)),
          me->current_sender()});
  });
  self->set_exception_handler(
    [log](caf::scheduled_actor* me, std::exception_ptr& x) -> caf::error {
      auto text = escape_text(text_of(x));
      log->error(me->name(), "ends because of an exception", {{"what", text}});
      return to_caf(
        error{errc::internal, std::string{"the actor "} + me->name()
                                + " ended because of an exception (" + text
                                + "): please report it with the node's log"});
    });
}

} // namespace troupe
