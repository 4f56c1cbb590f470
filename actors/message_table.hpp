#pragma once

#include <string>
#include <string_view>
#include <vector>

/// The messages that people may send to actors or ask them: documented,
/// harmless ones only. `send`, `ask`, `describe` and the completion read the
/// same table.
namespace troupe {

struct message_row {
  std::string_view kind; ///< The actor's name; `*`: any actor.
  std::string_view name;
  bool is_question;        ///< Takes `ask`, else `send`.
  std::string_view fields; ///< Names between blanks; all are whole numbers.
  std::string_view summary;
};

/// Returns the whole table.
const std::vector<message_row>& message_table();

/// Returns the messages of an actor of that kind.
std::vector<message_row> messages_of(std::string_view kind);

/// Returns the names of all messages that can be asked, or sent.
std::vector<std::string> message_names(bool questions);

} // namespace troupe
