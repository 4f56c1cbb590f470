#include "nodes/shell/actor_question.hpp"
#include "nodes/shell/commands.hpp"
#include "nodes/shell/node_json.hpp"
#include "nodes/shell/session.hpp"
#include "runtime/base/escape.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace troupe::shell {

namespace {

outcome<exit_code> change(session& self, const std::string& topic) {
  const auto& path = self.call().positional().front();
  auto coordinator = self.connect();
  if (!coordinator)
    return tl::unexpected{std::move(coordinator.error())};
  auto found = ask_about(self, *coordinator, topic, path);
  if (!found)
    return tl::unexpected{std::move(found.error())};
  auto answer = parse_answer<nlohmann::json>(found->document);
  if (!answer)
    return tl::unexpected{std::move(answer.error())};
  (*answer)["node"] = found->node;
  auto done = text_at(*answer, "done");
  if (self.json())
    self.out().write(compact(*answer) + "\n");
  else
    self.out().write(fmt::format("{} on {}: {}\n", escape_text(path),
                                 escape_text(found->node), escape_text(done)));
  return exit_code::done;
}

} // namespace

outcome<exit_code> restart_command(session& self) {
  return change(self, "restart");
}

outcome<exit_code> stop_command(session& self) {
  return change(self, "stop");
}

} // namespace troupe::shell
