#include "runtime/base/limits.hpp"
#include "runtime/function/builtin.hpp"
#include "runtime/function/builtin_parts.hpp"
#include "runtime/function/child_process.hpp"
#include "runtime/function/json.hpp"
#include "runtime/function/type_description.hpp"

#include <fmt/format.h>
#include <string.h>

#include <map>
#include <optional>
#include <tuple>

namespace troupe::builtin {

namespace {

constexpr size_t shown_command_bytes_max = 100;
constexpr size_t shown_stderr_bytes_max = 1024;

// What `exec_args_type` describes; a struct and a tuple are written alike.
using exec_fields =
  std::tuple<std::optional<std::vector<std::string>>,
             std::optional<std::map<std::string, std::string>>,
             std::optional<std::string>, std::optional<std::string>>;

/// The input as one text, or as the texts of a list.
struct input_texts {
  bool is_list = false;
  std::vector<std::string> texts;

  std::string joined() const {
    std::string out;
    for (const auto& text : texts)
      out += (&text == &texts.front() ? "" : " ") + text;
    return out;
  }
};

/// Returns a string as it is, a number or bool as in JSON.
result<std::string> scalar_text(const type_description& type,
                                std::string_view bytes) {
  switch (type.kind) {
    case type_kind::string:
    case type_kind::bytes: return decode<std::string>(bytes);
    case type_kind::boolean:
    case type_kind::integer:
    case type_kind::unsigned_integer:
    case type_kind::floating: return bytes_to_json(to_string(type), bytes);
    case type_kind::any: {
      auto inner = decode<value>(bytes);
      auto inner_type = inner ? parse_type(inner->type)
                              : tl::unexpected{std::move(inner.error())};
      if (!inner_type)
        return tl::unexpected{std::move(inner_type.error())};
      if (inner_type->kind != type_kind::any)
        return scalar_text(*inner_type, inner->bytes);
      break;
    }
    default: break;
  }
  return fail(errc::bad_input,
              fmt::format("exec takes a string, a number, or a list of them; "
                          "got {}",
                          to_string(type)));
}

result<input_texts> read_input(std::string_view bytes) {
  auto input = decode<value>(bytes);
  if (!input)
    return tl::unexpected{std::move(input.error())};
  auto type = parse_type(input->type);
  if (!type)
    return tl::unexpected{std::move(type.error())};
  input_texts out;
  byte_reader in{input->bytes};
  auto is_list = type->kind == type_kind::list;
  out.is_list = is_list || type->kind == type_kind::tuple;
  uint64_t count = out.is_list ? type->parts.size() : 1;
  if (is_list && !in.varint(count))
    return tl::unexpected{in.problem(input->type)};
  for (uint64_t i = 0; i < count; ++i) {
    const auto& part =
      out.is_list ? type->parts[is_list ? 0 : static_cast<size_t>(i)] : *type;
    auto begin = in.position();
    if (!skip_value(in, part))
      return tl::unexpected{in.problem(input->type)};
    auto text = scalar_text(part, in.since(begin));
    if (!text)
      return tl::unexpected{std::move(text.error())};
    out.texts.push_back(std::move(*text));
  }
  return out;
}

std::vector<std::string> fill_in(const std::vector<std::string>& argv,
                                 const input_texts& input) {
  constexpr std::string_view mark = "{}";
  std::vector<std::string> out;
  for (const auto& argument : argv) {
    if (argument == mark && input.is_list) {
      out.insert(out.end(), input.texts.begin(), input.texts.end());
      continue;
    }
    auto& filled = out.emplace_back();
    size_t at = 0;
    for (auto found = argument.find(mark); found != std::string::npos;
         found = argument.find(mark, at)) {
      filled += argument.substr(at, found - at) + input.joined();
      at = found + mark.size();
    }
    filled += argument.substr(at);
  }
  return out;
}

command make_command(const exec_fields& args, const input_texts& input) {
  const auto& [argv, env, text, cwd] = args;
  command out;
  if (argv)
    out.argv = fill_in(*argv, input);
  else if (input.is_list)
    out.argv = input.texts;
  else
    out.argv = {"/bin/sh", "-c", input.texts[0]};
  out.env = env.value_or(std::map<std::string, std::string>{});
  out.input = text;
  out.cwd = cwd.value_or("");
  return out;
}

error not_zero(const command& what, const command_outcome& outcome) {
  std::string shown;
  for (const auto& argument : what.argv)
    shown += (shown.empty() ? "" : " ") + argument;
  if (shown.size() > shown_command_bytes_max)
    shown = shown.substr(0, shown_command_bytes_max) + "...";
  auto how = outcome.signal == 0
               ? fmt::format("ended with exit code {}", outcome.exit_code)
               : fmt::format("was killed by signal {} ({})", outcome.signal,
                             strsignal(outcome.signal));
  std::string_view err = outcome.err;
  while (err.ends_with('\n'))
    err.remove_suffix(1);
  if (err.size() > shown_stderr_bytes_max)
    err.remove_prefix(err.size() - shown_stderr_bytes_max);
  return {errc::command_failed,
          fmt::format("`{}` {}{}{}", shown, how, err.empty() ? "" : ": ", err)};
}

result<void> run(const task_context& context, const exec_fields& args,
                 std::string_view input, std::string& output) {
  if (context.permissions == nullptr || !context.permissions->exec)
    return fail(errc::exec_not_allowed,
                "this worker runs no external commands; set worker.exec = yes "
                "there");
  auto texts = read_input(input);
  if (!texts)
    return tl::unexpected{std::move(texts.error())};
  auto what = make_command(args, *texts);
  auto outcome = run_command(what, limits::exec_output_bytes_max, context.stop);
  if (!outcome)
    return tl::unexpected{std::move(outcome.error())};
  if (outcome->exit_code != 0 || outcome->signal != 0)
    return tl::unexpected{not_zero(what, *outcome)};
  encode(int64_t{outcome->exit_code}, output);
  encode(outcome->out, output);
  encode(outcome->err, output);
  encode(outcome->seconds, output);
  return {};
}

result<task_body> bind(std::string_view bytes) {
  auto args = decode_args<std::optional<exec_fields>>(bytes);
  if (!args)
    return tl::unexpected{std::move(args.error())};
  return [args = args->value_or(exec_fields{})](
           const task_context& context, std::string_view input,
           std::string& output) { return run(context, args, input, output); };
}

} // namespace

result<void> add_exec(function_registry& registry) {
  return registry.add_raw({"exec", "any", exec_args_type, exec_result_type,
                           "runs an external command"},
                          bind);
}

} // namespace troupe::builtin
