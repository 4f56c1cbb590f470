#include "nodes/shell/top_screen.hpp"

#include "nodes/shell/job_text.hpp"
#include "nodes/shell/status_text.hpp"
#include "nodes/shell/value_text.hpp"
#include "runtime/base/escape.hpp"
#include "runtime/base/units.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <functional>
#include <string_view>
#include <utility>

namespace troupe::shell {

namespace {

constexpr int64_t page_rows = 10;
constexpr int64_t far = 1'000'000;
constexpr std::chrono::seconds silence_told{2};

constexpr std::string_view help_lines[] = {
  "Up, Down, k, j    select a row, or scroll",
  "PgUp, PgDn        the same, ten at once",
  "Home, End         the first, the last",
  "Enter             look into the selected row",
  "Esc               back",
  "Tab, 1, 2         switch between nodes and jobs",
  "s                 sort by the next column",
  "r                 turn the order around",
  "p                 pause, go on",
  "?                 this help",
  "q, Ctrl-C         quit",
  "",
  "BUSY is slots that run a task, QUEUED leases that wait for a slot, OLDEST",
  "the age of the oldest running attempt. RATE is tasks a second. The rates",
  "and run times above are those of the last seconds.",
};

std::vector<std::string> split_lines(std::string_view text) {
  std::vector<std::string> lines;
  while (!text.empty()) {
    auto end = std::min(text.find('\n'), text.size());
    lines.emplace_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return lines;
}

/// One column of a table, and how rows are sorted by it at first: names from a
/// on, numbers from the largest down.
template <class T>
struct top_column {
  column title;
  std::string_view key; ///< Of `--sort`.
  std::function<cell(const T&)> show;
  std::function<bool(const T&, const T&)> before;
};

using node_column = top_column<node_info>;

/// A job and how fast it goes.
struct rated_job {
  job_status status;
  std::optional<double> rate;

  double share() const {
    return status.succeeded >= status.tasks
             ? 1
             : static_cast<double>(status.succeeded)
                 / static_cast<double>(status.tasks);
  }
};

using job_column = top_column<rated_job>;

const std::vector<node_column>& node_columns() {
  using n = const node_info&;
  static const std::vector<node_column> all{
    {{"NAME", false, true},
     "name",
     [](n x) { return cell{x.name}; },
     [](n a, n b) { return a.name < b.name; }},
    {{"STATE"},
     "state",
     [](n x) { return cell{state_text(x)}; },
     [](n a, n b) { return a.state > b.state; }},
    {{"SLOTS", true, false, 1},
     "slots",
     [](n x) { return cell{format_count(x.slots)}; },
     [](n a, n b) { return a.slots > b.slots; }},
    {{"BUSY", true},
     "busy",
     [](n x) { return cell{format_count(x.busy)}; },
     [](n a, n b) { return a.busy > b.busy; }},
    {{"QUEUED", true, false, 2},
     "queued",
     [](n x) { return cell{format_count(x.queued)}; },
     [](n a, n b) { return a.queued > b.queued; }},
    {{"OLDEST", true, false, 3},
     "oldest",
     [](n x) { return cell{x.oldest_us == 0 ? "-" : span(x.oldest_us)}; },
     [](n a, n b) { return a.oldest_us > b.oldest_us; }},
    {{"ZOMBIES", true, false, 5},
     "zombies",
     [](n x) { return cell{format_count(x.zombies)}; },
     [](n a, n b) { return a.zombies > b.zombies; }},
    {{"UP", true, false, 4},
     "up",
     [](n x) { return cell{span(x.up_us)}; },
     [](n a, n b) { return a.up_us > b.up_us; }},
    {{"LABELS", false, true, 6},
     "labels",
     [](n x) { return cell{fmt::format("{}", fmt::join(x.labels, ","))}; },
     [](n a, n b) { return a.labels < b.labels; }}};
  return all;
}

const std::vector<job_column>& job_columns() {
  using j = const rated_job&;
  static const std::vector<job_column> all{
    {{"JOB", true},
     "job",
     [](j x) { return cell{std::to_string(x.status.id)}; },
     [](j a, j b) { return a.status.id > b.status.id; }},
    {{"STATE"},
     "state",
     [](j x) { return cell{std::string{to_string(x.status.state)}}; },
     [](j a, j b) { return a.status.state < b.status.state; }},
    {{"DONE", true},
     "done",
     [](j x) { return cell{share_text(x.status.succeeded, x.status.tasks)}; },
     [](j a, j b) { return a.share() > b.share(); }},
    {{"TASKS", true, false, 1},
     "tasks",
     [](j x) { return cell{format_count(x.status.tasks)}; },
     [](j a, j b) { return a.status.tasks > b.status.tasks; }},
    {{"RATE", true, false, 2},
     "rate",
     [](j x) { return cell{x.rate ? per_second(*x.rate) : "-"}; },
     [](j a, j b) { return a.rate.value_or(-1) > b.rate.value_or(-1); }},
    {{"RUNNING", true, false, 5},
     "running",
     [](j x) { return cell{format_count(x.status.running)}; },
     [](j a, j b) { return a.status.running > b.status.running; }},
    {{"DEAD", true, false, 4},
     "dead",
     [](j x) { return cell{format_count(x.status.dead)}; },
     [](j a, j b) { return a.status.dead > b.status.dead; }},
    {{"TIME", true, false, 3},
     "time",
     [](j x) { return cell{span(x.status.seconds_us)}; },
     [](j a, j b) { return a.status.seconds_us > b.status.seconds_us; }},
    {{"FUNCTION", false, true, 6},
     "function",
     [](j x) { return cell{x.status.function}; },
     [](j a, j b) { return a.status.function < b.status.function; }},
    {{"NAME", false, true, 7},
     "name",
     [](j x) { return cell{x.status.name}; },
     [](j a, j b) { return a.status.name < b.status.name; }}};
  return all;
}

template <class T>
std::vector<std::string> keys_of(const std::vector<top_column<T>>& columns) {
  std::vector<std::string> out;
  for (const auto& x : columns)
    out.emplace_back(x.key);
  return out;
}

template <class T>
void sort(std::vector<T>& rows, const top_column<T>& by, bool reversed) {
  std::stable_sort(rows.begin(), rows.end(), [&](const T& a, const T& b) {
    return reversed ? by.before(b, a) : by.before(a, b);
  });
}

template <class T>
std::vector<cell> cells_of(const T& x,
                           const std::vector<top_column<T>>& columns) {
  std::vector<cell> out;
  for (const auto& column : columns)
    out.push_back(column.show(x));
  return out;
}

} // namespace

std::optional<top_view> parse_top_view(std::string_view name) {
  if (name == "nodes")
    return top_view::nodes;
  if (name == "jobs")
    return top_view::jobs;
  return std::nullopt;
}

// -- what changes -------------------------------------------------------------

void top_screen::update(cluster_view view, time_point now) {
  if (paused_)
    return;
  std::map<job_id, double> rates;
  if (seen_ && seen_at_ && now > *seen_at_) {
    auto elapsed = std::chrono::duration<double>(now - *seen_at_).count();
    std::map<job_id, uint64_t> before;
    for (const auto& job : seen_->jobs)
      before.emplace(job.id, job.succeeded);
    for (const auto& job : view.jobs)
      if (auto i = before.find(job.id);
          i != before.end() && job.succeeded >= i->second)
        rates.emplace(job.id,
                      static_cast<double>(job.succeeded - i->second) / elapsed);
  }
  rates_ = std::move(rates);
  seen_ = std::move(view);
  seen_at_ = now;
}

void top_screen::update(const top_subject& about,
                        std::vector<std::string> details) {
  if (subject_ != about || (paused_ && details_came_))
    return;
  details_ = std::move(details);
  details_came_ = true;
}

void top_screen::set_lost(std::string why) {
  lost_ = std::move(why);
}

void top_screen::set_waited(std::chrono::milliseconds time) {
  waited_ = std::chrono::floor<std::chrono::seconds>(time);
}

void top_screen::show(top_view view) {
  view_ = view;
}

bool top_screen::sort_by(std::string_view column) {
  auto names = sort_names();
  auto i = std::find(names.begin(), names.end(), column);
  if (i == names.end())
    return false;
  orders_[static_cast<size_t>(view_)] = {static_cast<size_t>(i - names.begin()),
                                         false};
  return true;
}

std::vector<std::string> top_screen::sort_names() const {
  return view_ == top_view::nodes ? keys_of(node_columns())
                                  : keys_of(job_columns());
}

bool top_screen::press(const key& what) {
  switch (what.kind) {
    case key_kind::interrupt: return false;
    case key_kind::up: move(-1); break;
    case key_kind::down: move(1); break;
    case key_kind::page_up: move(-page_rows); break;
    case key_kind::page_down: move(page_rows); break;
    case key_kind::home: move(-far); break;
    case key_kind::end: move(far); break;
    case key_kind::enter:
      if (auto rows = sorted_rows(); !helping_ && !subject_ && !rows.empty()) {
        subject_ = rows[selected_row(rows)].about;
        details_ = {"..."};
        details_came_ = false;
        scroll_ = 0;
      }
      break;
    case key_kind::escape:
      // Help lies above all else.
      if (!std::exchange(helping_, false))
        subject_.reset();
      scroll_ = 0;
      break;
    case key_kind::tab:
      if (!helping_ && !subject_)
        show(view_ == top_view::nodes ? top_view::jobs : top_view::nodes);
      break;
    case key_kind::character:
      if (what.character == 'q')
        return false;
      press_character(what.character);
      break;
    case key_kind::unknown: break;
  }
  return true;
}

void top_screen::press_character(char c) {
  auto& order = orders_[static_cast<size_t>(view_)];
  switch (c) {
    case 'j': move(1); break;
    case 'k': move(-1); break;
    case '1':
    case 'n': show(top_view::nodes); break;
    case '2': show(top_view::jobs); break;
    case 's': order = {(order.column + 1) % sort_names().size(), false}; break;
    case 'r': order.reversed = !order.reversed; break;
    case 'p': paused_ = !paused_; break;
    case '?':
      helping_ = !helping_;
      scroll_ = 0;
      break;
    default: break;
  }
}

void top_screen::move(int64_t by) {
  if (helping_ || subject_) {
    auto last =
      static_cast<int64_t>(helping_ ? std::size(help_lines) : details_.size());
    auto next = static_cast<int64_t>(scroll_) + by;
    scroll_ = static_cast<size_t>(
      std::clamp<int64_t>(next, 0, std::max<int64_t>(0, last - 1)));
    return;
  }
  auto rows = sorted_rows();
  if (rows.empty())
    return;
  auto last = static_cast<int64_t>(rows.size()) - 1;
  auto next =
    std::clamp<int64_t>(static_cast<int64_t>(selected_row(rows)) + by, 0, last);
  selected_[static_cast<size_t>(view_)] = rows[static_cast<size_t>(next)].about;
}

// -- the picture --------------------------------------------------------------

std::vector<top_screen::row> top_screen::node_rows() const {
  auto nodes = seen_->nodes;
  sort(nodes, node_columns()[order().column], order().reversed);
  std::vector<row> out;
  for (const auto& x : nodes)
    out.push_back(
      {{top_view::nodes, x.name, 0}, tone_of(x), cells_of(x, node_columns())});
  return out;
}

std::vector<top_screen::row> top_screen::job_rows() const {
  std::vector<rated_job> jobs;
  for (const auto& x : seen_->jobs) {
    auto rate = rates_.find(x.id);
    auto has_rate = rate != rates_.end() && !is_terminal(x.state);
    jobs.push_back({x, has_rate ? std::optional{rate->second} : std::nullopt});
  }
  sort(jobs, job_columns()[order().column], order().reversed);
  std::vector<row> out;
  for (const auto& x : jobs)
    out.push_back({{top_view::jobs, "", x.status.id},
                   tone_of(x.status.state),
                   cells_of(x, job_columns())});
  return out;
}

std::vector<top_screen::row> top_screen::sorted_rows() const {
  if (!seen_)
    return {};
  return view_ == top_view::nodes ? node_rows() : job_rows();
}

size_t top_screen::selected_row(const std::vector<row>& rows) const {
  const auto& wanted = selected_[static_cast<size_t>(view_)];
  for (size_t i = 0; wanted && i < rows.size(); ++i)
    if (rows[i].about == *wanted)
      return i;
  return 0; // What was selected is gone.
}

std::vector<screen_line> top_screen::header(size_t columns) const {
  std::vector<screen_line> out;
  auto add = [&](std::string_view text, tone meaning = tone::plain) {
    out.push_back({cut(text, columns), meaning});
  };
  if (!seen_) {
    add("troupe top");
    add(lost_.empty() ? "connecting ..." : lost_,
        lost_.empty() ? tone::dim : tone::bad);
    add("");
    add("");
    return out;
  }
  auto n = count(*seen_);
  const auto& load = seen_->load;
  add(fmt::format("{} of {} nodes up, {} with tasks to do; {} at {}",
                  n.in(node_state::up), n.nodes, counted(load.jobs, "job"),
                  escape_text(seen_->cluster),
                  escape_text(seen_->coordinator)));
  add(fmt::format(
    "slots {}/{} busy  queue {} ready, {} leased, {} backoff, "
    "oldest {}",
    format_count(n.busy), format_count(n.slots), format_count(load.ready),
    format_count(load.leased), format_count(load.backoff),
    load.oldest_ready_us == 0 ? "-" : span(load.oldest_ready_us)));
  add(fmt::format("rate {}, {} failed  run p50 {} p90 {} p99 {}",
                  per_second(load.accepted_per_s),
                  per_second(load.failed_per_s), run_time(load.run_ns_p50),
                  run_time(load.run_ns_p90), run_time(load.run_ns_p99)));
  auto warnings = warnings_of(*seen_);
  if (!lost_.empty())
    add("LOST: " + lost_, tone::bad);
  else if (waited_ >= silence_told)
    add(fmt::format("NO ANSWER for {} s: what is shown is from before",
                    waited_.count()),
        tone::bad);
  else if (paused_)
    add("paused: p goes on", tone::dim);
  else if (!warnings.empty())
    add(warnings.size() == 1 ? warnings.front()
                             : fmt::format("1 of {} warnings: {}",
                                           warnings.size(), warnings.front()),
        tone::bad);
  else
    add("");
  return out;
}

std::vector<screen_line> top_screen::listing(size_t columns,
                                             size_t rows) const {
  auto all = sorted_rows();
  auto names = sort_names();
  std::vector<screen_line> out;
  auto is_nodes = view_ == top_view::nodes;
  out.push_back({cut(
    fmt::format("{}  by {}{}", is_nodes ? "[nodes] jobs" : "nodes [jobs]",
                names[order().column], order().reversed ? ", reversed" : ""),
    columns)});
  table shown;
  if (is_nodes)
    for (const auto& x : node_columns())
      shown.columns.push_back(x.title);
  else
    for (const auto& x : job_columns())
      shown.columns.push_back(x.title);
  for (const auto& x : all)
    shown.rows.push_back(x.cells);
  auto lines = split_lines(shell::render(shown, columns, false));
  out.push_back({cut(lines.front(), columns), tone::dim});
  auto room = rows > out.size() ? rows - out.size() : 0;
  auto at = selected_row(all);
  // The selected row is on the screen, the last rows fill it.
  auto first = at < room ? 0 : at - room + 1;
  for (size_t i = first; i < all.size() && i < first + room; ++i)
    out.push_back({cut(lines[i + 1], columns), all[i].meaning, i == at});
  return out;
}

std::vector<screen_line>
top_screen::scrolled(const std::vector<std::string>& text, size_t columns,
                     size_t rows) const {
  std::vector<screen_line> out;
  for (auto i = scroll_; i < text.size() && out.size() < rows; ++i)
    out.push_back({cut(text[i], columns)});
  return out;
}

std::vector<screen_line> top_screen::body(size_t columns, size_t rows) const {
  if (helping_)
    return scrolled({std::begin(help_lines), std::end(help_lines)}, columns,
                    rows);
  if (subject_)
    return scrolled(details_, columns, rows);
  return listing(columns, rows);
}

std::string top_screen::footer() const {
  if (helping_ || subject_)
    return "Esc back  j k scroll  p pause  q quit";
  return "q quit  ? help  Tab switch  Enter look into  s sort  p pause";
}

std::vector<screen_line> top_screen::render(size_t columns, size_t rows) const {
  auto out = header(columns);
  constexpr size_t footer_rows = 1;
  auto used = out.size() + footer_rows;
  auto room = rows > used ? rows - used : 0;
  for (auto& x : body(columns, room))
    if (room-- > 0)
      out.push_back(std::move(x));
    else
      break;
  while (rows > footer_rows && out.size() < rows - footer_rows)
    out.emplace_back();
  out.push_back({cut(footer(), columns), tone::dim});
  if (out.size() > rows)
    out.resize(rows);
  return out;
}

} // namespace troupe::shell
