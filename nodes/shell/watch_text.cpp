#include "nodes/shell/watch_text.hpp"

#include "nodes/shell/job_text.hpp"
#include "nodes/shell/progress_bar.hpp"
#include "nodes/shell/table.hpp"
#include "nodes/shell/value_text.hpp"
#include "runtime/base/escape.hpp"
#include "runtime/base/units.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>

namespace troupe::shell {

namespace {

/// More would push the job out of a usual terminal.
constexpr size_t nodes_shown_max = 12;
constexpr size_t name_columns_max = 20;
constexpr size_t bar_columns = 20;
constexpr size_t bar_columns_narrow = 10;
constexpr size_t wide_columns = 70;

std::string line(std::string_view text, size_t columns) {
  return cut(text, columns > 0 ? columns - 1 : 0) + "\n";
}

std::string progress_text(const watch_view& what, size_t columns) {
  return render(progress_of(what.job, what.per_second, what.left), columns);
}

std::string title(const job_status& job) {
  auto text = fmt::format("job {}  {}  {}", job.id, to_string(job.state),
                          escape_text(job.function));
  if (!job.name.empty())
    text += "  " + escape_text(job.name);
  return text + fmt::format("  {}", span(job.seconds_us));
}

/// The part of a node in all that was done.
std::string node_bar(uint64_t part, uint64_t whole, size_t columns) {
  auto inner = columns - 2;
  auto full = whole == 0 ? 0
                         : static_cast<size_t>(static_cast<double>(part)
                                               / static_cast<double>(whole)
                                               * static_cast<double>(inner));
  full = std::min(full, inner);
  return "[" + std::string(full, '=') + std::string(inner - full, ' ') + "]";
}

std::string node_line(const watched_node& node, size_t name_columns,
                      uint64_t whole, size_t columns, bool ended) {
  const auto& share = node.share;
  auto name = cut(escape_text(share.node), name_columns);
  auto text =
    name + std::string(name_columns - display_columns(name), ' ') + "  "
    + node_bar(share.succeeded, whole,
               columns >= wide_columns ? bar_columns : bar_columns_narrow);
  std::vector<std::string> parts{
    fmt::format("{} done", format_count(share.succeeded))};
  if (!ended)
    parts.push_back(fmt::format("{} leased", format_count(share.leased)));
  if (share.failed > 0)
    parts.push_back(fmt::format("{} failed", format_count(share.failed)));
  parts.push_back(per_second(node.per_second));
  for (const auto& part : parts) {
    if (display_columns(text) + 2 + part.size() + 1 > columns)
      break;
    text += "  " + part;
  }
  return line(text, columns);
}

/// The nodes that do most, in the order of their names.
std::vector<watched_node> busiest(std::vector<watched_node> nodes) {
  if (nodes.size() <= nodes_shown_max)
    return nodes;
  auto load = [](const watched_node& x) {
    return std::pair{x.share.leased > 0, x.share.succeeded};
  };
  std::sort(nodes.begin(), nodes.end(),
            [&](const auto& x, const auto& y) { return load(x) > load(y); });
  nodes.resize(nodes_shown_max);
  std::sort(nodes.begin(), nodes.end(), [](const auto& x, const auto& y) {
    return x.share.node < y.share.node;
  });
  return nodes;
}

/// What the nodes did since they were asked last: of a job that has ended
/// nobody knows it any more.
std::string unseen_line(const job_status& job, uint64_t seen, size_t columns) {
  if (!is_terminal(job.state) || job.succeeded <= seen)
    return {};
  return line(fmt::format("where the last {} ran was not seen",
                          counted(job.succeeded - seen, "task")),
              columns);
}

std::string node_lines(const watch_view& what, size_t columns) {
  const auto& all = what.nodes;
  if (all.empty())
    return {};
  uint64_t whole = 0;
  for (const auto& node : all)
    whole += node.share.succeeded;
  auto shown = busiest(all);
  size_t name_columns = 0;
  for (const auto& node : shown)
    name_columns =
      std::max(name_columns, display_columns(escape_text(node.share.node)));
  name_columns = std::min(
    {name_columns, name_columns_max, std::max<size_t>(columns / 3, 4)});
  std::string out;
  for (const auto& node : shown)
    out += node_line(node, name_columns, whole, columns,
                     is_terminal(what.job.state));
  if (shown.size() < all.size())
    out +=
      line("and " + counted(all.size() - shown.size(), "more node"), columns);
  return out + unseen_line(what.job, whole, columns);
}

std::string node_object(const watched_node& node) {
  const auto& share = node.share;
  return fmt::format(R"({{"node": {}, "leased": {}, "succeeded": {}, )"
                     R"("failed": {}, "busy_seconds": {}, )"
                     R"("per_second": {:.3f}}})",
                     quoted(share.node), share.leased, share.succeeded,
                     share.failed, seconds(share.busy_us), node.per_second);
}

std::string failure_object(const watched_failure& what) {
  return fmt::format(R"({{"index": {}, "dead": {}, "node": {}, "text": {}}})",
                     what.index, what.dead, quoted(what.node),
                     quoted(what.text));
}

template <class T, class F>
std::string objects(const std::vector<T>& all, F render_one) {
  std::string out = "[";
  for (const auto& x : all)
    out += (out.size() > 1 ? ", " : "") + render_one(x);
  return out + "]";
}

} // namespace

std::string render_watch(const watch_view& what, size_t columns) {
  auto out = line(title(what.job), columns);
  out += line(progress_text(what, columns), columns);
  if (what.lost)
    out += line("the coordinator is lost; waiting for it", columns);
  else if (!what.job.reason.empty())
    out += line(escape_text(what.job.reason), columns);
  return out + node_lines(what, columns);
}

std::string watch_line(const watch_view& what) {
  // Without a bar: nobody looks at it while it grows.
  constexpr size_t columns = 200;
  auto text = progress_text(what, columns);
  if (auto bar = text.find("] "); text.starts_with('[') && bar != text.npos)
    text.erase(0, bar + 2);
  auto first = text.find_first_not_of(' ');
  auto why = what.lost ? std::string{"the coordinator is lost"}
                       : escape_text(what.job.reason);
  return fmt::format(
    "job {}  {}  {}{}{}", what.job.id, to_string(what.job.state),
    first == text.npos ? "" : text.substr(first), why.empty() ? "" : "  ", why);
}

std::string failure_text(job_id job, const watched_failure& what) {
  auto where =
    what.node.empty() ? "" : fmt::format(" on {}", escape_text(what.node));
  return fmt::format("task {}/{} {}{}{}{}", job, what.index,
                     what.dead ? "was given up" : "failed", where,
                     what.text.empty() ? "" : ": ", escape_text(what.text));
}

std::string watch_json(const watch_view& what) {
  auto out = job_json(what.job);
  out.pop_back(); // The end of the object: there is more.
  auto left =
    what.left ? std::to_string(what.left->count()) : std::string{"null"};
  return out
         + fmt::format(R"(, "running": {}, "per_second": {:.3f}, )"
                       R"("left_seconds": {}, "nodes": {}, )"
                       R"("failures": {}, "more_failures": {}}})",
                       what.job.running, what.per_second, left,
                       objects(what.nodes, node_object),
                       objects(what.failures, failure_object),
                       what.more_failures);
}

} // namespace troupe::shell
