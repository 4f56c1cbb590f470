#include "actors/message_table.hpp"

#include <algorithm>

namespace troupe {

const std::vector<message_row>& message_table() {
  static const std::vector<message_row> table{
    {"*", "vitals", true, "", "how many messages it handled and has waiting"},
    {"*", "state", true, "", "its main numbers"},
    {"coordinator", "job", true, "job", "what it knows of a job"},
    {"coordinator", "jobs", true, "", "the newest jobs"},
    {"coordinator", "flush", false, "", "send what it holds back"},
    {"membership", "nodes", true, "", "the nodes that it knows"},
    {"membership", "functions", true, "", "the functions that nodes offer"},
    {"scheduler", "load", true, "", "what it has to do, and how fast it is"},
    {"scheduler", "flush", false, "", "send what it holds back"},
    {"supervisor", "count", true, "", "how many children it has"},
    {"worker", "ping", true, "", "its incarnation"},
    {"worker", "flush", false, "", "send the results that it holds back"},
  };
  return table;
}

std::vector<message_row> messages_of(std::string_view kind) {
  std::vector<message_row> result;
  for (const auto& x : message_table())
    if (x.kind == kind || x.kind == "*")
      result.push_back(x);
  return result;
}

std::vector<std::string> message_names(bool questions) {
  std::vector<std::string> result;
  for (const auto& x : message_table())
    if (x.is_question == questions)
      result.emplace_back(x.name);
  std::sort(result.begin(), result.end());
  result.erase(std::unique(result.begin(), result.end()), result.end());
  return result;
}

} // namespace troupe
