#include "runtime/wire/admission.hpp"

#include "runtime/function/integer_input.hpp"
#include "runtime/function/json.hpp"
#include "runtime/function/reducer.hpp"
#include "runtime/function/type_description.hpp"
#include "runtime/model/packed.hpp"

namespace troupe {

namespace {

/// Encodes the first input of a range. Numbers grow from there, so if it fits
/// the function's type, all do.
result<void> check_lowest(const job_spec& spec, const function_info& function,
                          const integer_input_encoder& encoder) {
  if (task_count(spec.inputs, spec.range) == 0)
    return {};
  auto [first, last] = input_at(spec.inputs, spec.range, 0);
  std::string encoded;
  auto ok = spec.inputs == input_kind::pairs
              ? encoder.encode(first, last, encoded)
              : encoder.encode(first, encoded);
  if (ok)
    return {};
  return fail(errc::bad_input,
              "input 0: " + function.name + " takes inputs of type "
                + function.input_type + ": " + ok.error().text);
}

result<void> check_input_type(const job_spec& spec,
                              const function_info& function) {
  if (spec.inputs != input_kind::chunks) {
    auto encoder = integer_input_encoder::make(
      function.name, function.input_type, spec.inputs == input_kind::pairs);
    if (!encoder)
      return tl::unexpected{std::move(encoder.error())};
    return check_lowest(spec, function, *encoder);
  }
  // From and to `any` the worker converts input by input.
  if (spec.input_type == function.input_type || spec.input_type == "any")
    return {};
  if (function.input_type == "any") {
    if (parse_type(spec.input_type))
      return {};
    return fail(errc::bad_input, function.name
                                   + " takes inputs of any type, but the job's "
                                   + "inputs are of type " + spec.input_type
                                   + ", which is none");
  }
  return fail(errc::bad_input,
              function.name + " takes inputs of type " + function.input_type
                + ", but the job's inputs are of type " + spec.input_type);
}

result<void> check_args(const job_spec& spec, const function_info& function) {
  auto refuse = [&](const std::string& why) {
    return fail(errc::bad_args, function.name + " takes arguments of type "
                                  + function.args_type + ": " + why);
  };
  auto none = spec.args.empty();
  if (none && function.args_type == "null")
    return {};
  if (spec.args_type == function.args_type) {
    if (none && function.args_type.starts_with("optional<"))
      return {};
    if (auto ok = validate(function.args_type, spec.args.view()); !ok)
      return refuse(ok.error().text);
    return {};
  }
  if (function.args_type == "null")
    return fail(errc::bad_args,
                function.name + " takes no arguments, but the job has some of "
                  + "type " + spec.args_type);
  auto text = none ? result<std::string>{"null"}
                   : bytes_to_json(spec.args_type, spec.args.view());
  if (!text)
    return refuse(text.error().text);
  if (auto bytes = json_to_bytes(function.args_type, *text); !bytes)
    return refuse(bytes.error().text);
  return {};
}

} // namespace

result<std::string> admit(const job_spec& spec, const function_info& function) {
  if (auto ok = check_input_type(spec, function); !ok)
    return tl::unexpected{std::move(ok.error())};
  if (auto ok = check_args(spec, function); !ok)
    return tl::unexpected{std::move(ok.error())};
  if (spec.options.stream)
    return function.result_type;
  auto reducer = make_reducer(spec.reducer, function.result_type);
  if (!reducer)
    return tl::unexpected{std::move(reducer.error())};
  return reducer->result_type;
}

result<void> check_inputs(const blob& packed, task_index first,
                          size_t bytes_max) {
  if (packed.size() <= bytes_max)
    return {}; // No single one can be larger.
  auto view = packed_view::parse(packed.view());
  if (!view)
    return tl::unexpected{std::move(view.error())};
  for (uint32_t i = 0; i < view->size(); ++i)
    if (auto size = (*view)[i].size(); size > bytes_max)
      return fail(errc::input_too_large, "input " + std::to_string(first + i)
                                           + " has " + std::to_string(size)
                                           + " bytes, the limit is "
                                           + std::to_string(bytes_max)
                                           + ": split it, or raise "
                                             "coordinator.input_limit");
  return {};
}

} // namespace troupe
