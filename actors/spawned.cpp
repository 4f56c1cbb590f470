#include "actors/spawned.hpp"

#include "actors/harden.hpp"
#include "actors/observed.hpp"
#include "runtime/base/escape.hpp"
#include "runtime/base/limits.hpp"
#include "runtime/base/nearest.hpp"
#include "runtime/function/json.hpp"
#include "runtime/wire/caf_error.hpp"

#include <fmt/format.h>

namespace troupe {

namespace {

/// As much as an answer of a node takes, in its worst escaping.
constexpr size_t result_bytes_max = 64 * limits::kib;

} // namespace

result<std::string> run_once(const spawned_options& what) {
  const auto* found = what.functions->find(what.function);
  if (found == nullptr)
    return fail(errc::unknown_function,
                "this node offers no function " + quote_text(what.function)
                  + did_you_mean(what.function, what.functions->names()));
  const auto& types = found->signature;
  auto input = json_to_bytes(types.input_type, what.input);
  if (!input)
    return fail(errc::bad_input,
                fmt::format("{} takes {}: {}", what.function, types.input_type,
                            input.error().text));
  auto args = json_to_bytes(types.args_type, "null");
  if (!args)
    return fail(errc::bad_args, what.function
                                  + " needs arguments, which spawn cannot "
                                    "give: run it as a job");
  auto body = found->bind(*args);
  if (!body)
    return tl::unexpected{std::move(body.error())};
  task_context context;
  context.permissions = &what.permissions;
  context.stop = what.stop.get();
  std::string bytes;
  if (auto ok = (*body)(context, *input, bytes); !ok)
    return tl::unexpected{std::move(ok.error())};
  auto text = bytes_to_json(types.result_type, bytes);
  if (text && text->size() > result_bytes_max)
    return fail(errc::result_too_large,
                fmt::format("the result has {} bytes, spawn shows {}: run it "
                            "as a job",
                            text->size(), result_bytes_max));
  return text;
}

std::string report_of(const spawned_state& of) {
  return fmt::format(R"({{"function": {}, "stop_asked": {}}})",
                     quote_json(of.options.function), of.options.stop->load());
}

caf::behavior spawned(caf::stateful_actor<spawned_state>* self,
                      spawned_options options) {
  harden(self, options.log);
  self->state.options = std::move(options);
  return observed<caf::event_based_actor>(
    self, {[self](run_atom) -> caf::result<std::string> {
      auto how = run_once(self->state.options);
      self->quit();
      if (!how)
        return to_caf(how.error());
      return std::move(*how);
    }});
}

supervisor_options spawned_supervisor(logger_ptr log) {
  supervisor_options result;
  result.log = std::move(log);
  return result;
}

} // namespace troupe
