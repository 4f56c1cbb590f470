#include "nodes/shell/table.hpp"

#include "nodes/shell/wide_text.hpp"
#include "runtime/base/escape.hpp"

#include <locale.h>

#include <algorithm>
#include <cwchar>
#include <limits>
#include <numeric>

namespace troupe::shell {

namespace {

/// What columns are cut to before others are left out, and when none is left
/// that could be.
constexpr size_t flexible_columns_good = 12;
constexpr size_t flexible_columns_min = 8;
constexpr std::string_view gap = "  ";
constexpr std::string_view cut_mark = "...";

std::string_view color_of(tone meaning) {
  switch (meaning) {
    case tone::plain: return "";
    case tone::good: return "\033[32m";
    case tone::bad: return "\033[31m";
    case tone::dim: return "\033[2m";
  }
  return "";
}

/// Makes `wcwidth` know the characters of all languages, whatever the locale
/// of the process is.
class utf8_scope {
public:
  utf8_scope() : before_(::uselocale(characters())) {
    // nop
  }

  ~utf8_scope() {
    ::uselocale(before_);
  }

  utf8_scope(const utf8_scope&) = delete;
  utf8_scope& operator=(const utf8_scope&) = delete;

private:
  /// Lives as long as the process. A system without it changes nothing.
  static locale_t characters() {
    static auto* kept = ::newlocale(LC_CTYPE_MASK, "C.UTF-8", nullptr);
    return kept;
  }

  locale_t before_;
};

struct measure {
  size_t bytes = 0;
  size_t columns = 0;
};

/// Returns how much of a UTF-8 text fits into `room` columns. What is not
/// printable is one column: it is escaped before it is shown.
measure fitting(std::string_view text, size_t room) {
  utf8_scope scope;
  measure out;
  while (out.bytes < text.size()) {
    auto rest = text.substr(out.bytes);
    auto length = std::max<size_t>(1, utf8_length(rest));
    auto width =
      length == 1 ? 1 : ::wcwidth(widen(rest.substr(0, length)).front());
    auto columns = width < 0 ? size_t{1} : static_cast<size_t>(width);
    if (columns > room - out.columns)
      break;
    out.columns += columns;
    out.bytes += length;
  }
  return out;
}

class layout {
public:
  layout(const table& what, size_t width) : table_(what), width_(width) {
    for (const auto& column : what.columns)
      widths_.push_back(display_columns(column.title));
    for (const auto& row : what.rows) {
      escaped_.emplace_back();
      for (size_t i = 0; i < row.size(); ++i) {
        escaped_.back().push_back(escape_text(row[i].text));
        widths_[i] =
          std::max(widths_[i], display_columns(escaped_.back().back()));
      }
    }
    natural_widths_ = widths_;
    shown_.resize(widths_.size());
    std::iota(shown_.begin(), shown_.end(), size_t{0});
    if (width_ > 0)
      while (!shrink(flexible_columns_good) && drop()) {
        // One column less each time.
      }
    if (width_ > 0)
      shrink(flexible_columns_min);
  }

  std::string run(bool color) const {
    std::string out;
    std::vector<cell> titles;
    for (const auto& column : table_.columns)
      titles.push_back({column.title, tone::dim});
    std::vector<std::string> texts;
    for (const auto& title : titles)
      texts.push_back(title.text);
    write_row(titles, texts, color, out);
    for (size_t i = 0; i < table_.rows.size(); ++i)
      write_row(table_.rows[i], escaped_[i], color, out);
    return out;
  }

private:
  size_t total() const {
    size_t sum = shown_.empty() ? 0 : (shown_.size() - 1) * gap.size();
    for (auto i : shown_)
      sum += widths_[i];
    return sum;
  }

  /// Makes flexible columns narrower, down to `least`, the widest first.
  /// @returns whether the table fits.
  bool shrink(size_t least) {
    widths_ = natural_widths_;
    while (total() > width_) {
      size_t widest = widths_.size();
      for (auto i : shown_)
        if (table_.columns[i].flexible && widths_[i] > least
            && (widest == widths_.size() || widths_[i] > widths_[widest]))
          widest = i;
      if (widest == widths_.size())
        return false;
      --widths_[widest];
    }
    return true;
  }

  /// Leaves out the least important column. @returns whether there was one.
  bool drop() {
    auto least = std::max_element(
      shown_.begin(), shown_.end(), [this](size_t x, size_t y) {
        return table_.columns[x].rank < table_.columns[y].rank;
      });
    if (least == shown_.end() || table_.columns[*least].rank == 0)
      return false;
    shown_.erase(least);
    return true;
  }

  void write_row(const std::vector<cell>& row,
                 const std::vector<std::string>& texts, bool color,
                 std::string& out) const {
    size_t blanks = 0;
    for (auto i : shown_) {
      auto text = cut(texts[i], widths_[i]);
      auto padding = widths_[i] - std::min(widths_[i], display_columns(text));
      blanks += table_.columns[i].right ? padding : 0;
      // Blanks are written before text only: none are at the end of a line.
      if (!text.empty()) {
        out.append(blanks, ' ');
        blanks = 0;
      }
      auto start = color ? color_of(row[i].meaning) : "";
      out += start;
      out += text;
      if (!start.empty())
        out += "\033[0m";
      blanks += gap.size() + (table_.columns[i].right ? 0 : padding);
    }
    out += '\n';
  }

  const table& table_;
  size_t width_ = 0;
  std::vector<std::vector<std::string>> escaped_;
  std::vector<size_t> natural_widths_;
  std::vector<size_t> widths_;
  std::vector<size_t> shown_;
};

} // namespace

size_t display_columns(std::string_view text) {
  return fitting(text, std::numeric_limits<size_t>::max()).columns;
}

std::string cut(std::string_view text, size_t columns) {
  if (display_columns(text) <= columns)
    return std::string{text};
  auto mark = cut_mark.substr(0, columns);
  auto begin = text.substr(0, fitting(text, columns - mark.size()).bytes);
  return std::string{begin} + std::string{mark};
}

std::string render(const table& what, size_t width, bool color) {
  return layout{what, width}.run(color);
}

} // namespace troupe::shell
