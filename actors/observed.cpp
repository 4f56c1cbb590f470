#include "actors/observed.hpp"

#include "runtime/base/escape.hpp"

#include <caf/detail/behavior_impl.hpp>
#include <caf/make_counted.hpp>
#include <caf/scheduled_actor.hpp>
#include <caf/type_erased_tuple.hpp>

#include <fmt/format.h>

#include <cstdint>

namespace troupe {

namespace {

class observed_behavior final : public caf::detail::behavior_impl {
public:
  using result = caf::match_case::result;
  using visitor = caf::detail::invoke_result_visitor;

  observed_behavior(caf::scheduled_actor* self, caf::behavior handlers,
                    std::function<std::string()> report)
    : self_(self), handlers_(std::move(handlers)), report_(std::move(report)) {
    // nop
  }

  using behavior_impl::invoke;

  result invoke_empty(visitor& answer) override {
    ++handled_;
    return handlers_.as_behavior_impl()->invoke_empty(answer);
  }

  result invoke(visitor& answer, caf::type_erased_tuple& what) override {
    if (what.match_elements<caf::atom_value>()
        || what.match_elements<caf::atom_value, question_ticket>()) {
      const auto& question = what.get_as<caf::atom_value>(0);
      if (question == show_vitals_atom::value)
        return tell(answer, vitals());
      if (question == show_state_atom::value)
        return tell(answer, report_());
    }
    ++handled_;
    return handlers_(answer, what);
  }

private:
  static result tell(visitor& answer, std::string text) {
    auto content = caf::make_message(std::move(text));
    answer(content);
    return caf::match_case::match;
  }

  std::string vitals() const {
    return fmt::format(
      R"({{"kind": {}, "id": {}, "mailbox": {}, "handled": {}}})",
      quote_json(self_->name()), self_->id(), self_->mailbox().size(),
      handled_);
  }

  caf::scheduled_actor* self_; ///< It owns this.
  caf::behavior handlers_;
  std::function<std::string()> report_;
  uint64_t handled_ = 0;
};

} // namespace

caf::behavior detail::observe(caf::scheduled_actor* self,
                              caf::behavior handlers,
                              std::function<std::string()> report) {
  return caf::behavior{
    caf::behavior::impl_ptr{caf::make_counted<observed_behavior>(
      self, std::move(handlers), std::move(report))}};
}

} // namespace troupe
