#include "nodes/shell/log_text.hpp"

#include "nodes/shell/value_text.hpp"
#include "runtime/base/escape.hpp"
#include "runtime/base/limits.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace troupe::shell {

namespace {

using json = nlohmann::json;

/// Throws for what is no record.
kept_record parse_record(const json& from) {
  kept_record x;
  from.at("seq").get_to(x.seq);
  from.at("time_us").get_to(x.time_us);
  auto level = parse_log_level(from.at("level").get<std::string>());
  x.level = level.value_or(log_level::info);
  from.at("component").get_to(x.component);
  from.at("text").get_to(x.text);
  for (const auto& [key, value] : from.at("fields").items())
    x.fields.emplace_back(key, value.get<std::string>());
  return x;
}

} // namespace

result<log_page> parse_log_page(std::string_view text) {
  auto shallow = [](int depth, auto, auto&) {
    return depth <= static_cast<int>(limits::json_depth_max);
  };
  try {
    auto from = json::parse(text, shallow);
    log_page out;
    from.at("kept").get_to(out.kept);
    if (!out.kept)
      return out;
    from.at("pid").get_to(out.pid);
    from.at("next").get_to(out.next);
    from.at("lost").get_to(out.lost);
    from.at("more").get_to(out.more);
    for (const auto& x : from.at("records"))
      out.records.push_back(parse_record(x));
    return out;
  } catch (const json::exception& why) {
    return fail(
      errc::protocol_violation,
      fmt::format("a node's log cannot be read: {}", escape_text(why.what())));
  }
}

std::string log_line(std::string_view node, const kept_record& record) {
  std::vector<log_field> fields;
  for (const auto& [key, value] : record.fields)
    fields.push_back({key, value});
  log_record what{record.level, record.component, record.text, fields};
  return render_log_line(log_format::human, record.time_us, node, what) + "\n";
}

std::string log_json(std::string_view node, const kept_record& record) {
  auto out = fmt::format(
    R"({{"node": {}, "seq": {}, "time_us": {}, "level": "{}", )"
    R"("component": {}, "text": {}, "fields": {{)",
    shell::quoted(node), record.seq, record.time_us, to_string(record.level),
    shell::quoted(record.component), shell::quoted(record.text));
  for (const auto& field : record.fields)
    out += fmt::format("{}{}: {}", &field == &record.fields.front() ? "" : ", ",
                       shell::quoted(field.first), shell::quoted(field.second));
  return out + "}}";
}

} // namespace troupe::shell
