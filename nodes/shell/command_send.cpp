#include "actors/message_table.hpp"
#include "nodes/shell/actor_question.hpp"
#include "nodes/shell/commands.hpp"
#include "nodes/shell/job_text.hpp"
#include "nodes/shell/node_json.hpp"
#include "nodes/shell/session.hpp"
#include "runtime/base/escape.hpp"
#include "runtime/base/nearest.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>

namespace troupe::shell {

namespace {

using nlohmann::json;

/// Returns the question about a message as it was typed: NAME or NAME {JSON},
/// in one argument or in two.
outcome<json> parse_message(const std::vector<std::string>& words, bool asks) {
  auto text = words[1];
  if (words.size() > 2)
    text += " " + words[2];
  auto end = text.find_first_of(" \t{");
  auto name = text.substr(0, end);
  auto rest = end == std::string::npos ? "" : text.substr(end);
  auto known = message_names(asks);
  if (std::find(known.begin(), known.end(), name) == known.end())
    return refuse_usage(fmt::format("there is no message {} to {}{} ({})",
                                    quote_text(name), asks ? "ask" : "send",
                                    did_you_mean(name, known),
                                    fmt::join(known, ", ")));
  json fields = json::object();
  if (rest.find_first_not_of(" \t") != std::string::npos) {
    fields = json::parse(rest, nullptr, false);
    if (!fields.is_object())
      return refuse_usage(fmt::format("behind {} comes a JSON object, as in {} "
                                      "'{{\"job\": 7}}'; not {}",
                                      name, name, quote_text(rest)));
  }
  return json{{"message", name}, {"fields", fields}};
}

outcome<exit_code> exchange(session& self, const std::string& topic) {
  const auto& words = self.call().positional();
  auto message = parse_message(words, topic == "ask");
  if (!message)
    return tl::unexpected{std::move(message.error())};
  auto coordinator = self.connect();
  if (!coordinator)
    return tl::unexpected{std::move(coordinator.error())};
  auto found =
    ask_about(self, *coordinator, topic, words[0], compact(*message));
  if (!found)
    return tl::unexpected{std::move(found.error())};
  auto answer = parse_answer<nlohmann::json>(found->document);
  if (!answer)
    return tl::unexpected{std::move(answer.error())};
  (*answer)["node"] = found->node;
  auto write = [&](std::string_view x) { self.out().write(x); };
  if (self.json())
    write(compact(*answer) + "\n");
  else if (answer->contains("answer"))
    write_result_text(compact((*answer)["answer"]), self.text_columns(), write);
  else
    write("sent\n");
  if (answer->value("cut", false))
    self.say("this is the beginning of a list that is too long for an answer");
  return exit_code::done;
}

} // namespace

outcome<exit_code> send_command(session& self) {
  return exchange(self, "send");
}

outcome<exit_code> ask_command(session& self) {
  return exchange(self, "ask");
}

} // namespace troupe::shell
