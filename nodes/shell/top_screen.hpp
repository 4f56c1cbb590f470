#pragma once

#include "nodes/shell/cluster_view.hpp"
#include "nodes/shell/key_decoder.hpp"
#include "nodes/shell/table.hpp"
#include "runtime/base/clock.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace troupe::shell {

/// The part of `top` that knows neither the terminal nor the cluster: what was
/// seen last, what keys did to the picture, and the picture.
enum class top_view : uint8_t { nodes, jobs };

/// Returns the view of that name (`nodes`, `jobs`), or nothing.
std::optional<top_view> parse_top_view(std::string_view name);

/// What somebody looks into: a node or a job.
struct top_subject {
  top_view view = top_view::nodes;
  std::string node;
  job_id job = 0;

  friend bool operator==(const top_subject&, const top_subject&) = default;
};

/// One line of the picture: as wide as the screen at most, escaped.
struct screen_line {
  std::string text;
  tone meaning = tone::plain;
  bool selected = false;

  friend bool operator==(const screen_line&, const screen_line&) = default;
};

class top_screen {
public:
  top_screen() = default;

  /// Takes what a look at the cluster found; ignored while paused.
  void update(cluster_view view, time_point now);

  /// Takes what there is to say about a subject, a line each.
  void update(const top_subject& about, std::vector<std::string> details);

  /// The cluster cannot be asked, for this reason; empty: it can again.
  void set_lost(std::string why);

  /// For how long answers have been awaited: after two seconds it is said.
  void set_waited(std::chrono::milliseconds time);

  /// @returns false if the key ends it all.
  bool press(const key& what);

  void show(top_view view);

  /// Sorts by the column of that name. @returns whether there is one.
  bool sort_by(std::string_view column);

  /// Returns the names of the columns that the view can be sorted by.
  std::vector<std::string> sort_names() const;

  /// Returns what is looked into, if anything is: it needs `details`.
  const std::optional<top_subject>& subject() const {
    return subject_;
  }

  /// Returns exactly `rows` lines (fewer only if there are fewer than 4).
  std::vector<screen_line> render(size_t columns, size_t rows) const;

private:
  struct sorting {
    size_t column = 0;
    bool reversed = false;
  };

  struct row {
    top_subject about;
    tone meaning = tone::plain;
    std::vector<cell> cells;
  };

  std::vector<row> sorted_rows() const;
  std::vector<row> node_rows() const;
  std::vector<row> job_rows() const;
  std::vector<screen_line> header(size_t columns) const;
  std::vector<screen_line> body(size_t columns, size_t rows) const;
  std::vector<screen_line> listing(size_t columns, size_t rows) const;
  std::vector<screen_line> scrolled(const std::vector<std::string>& text,
                                    size_t columns, size_t rows) const;
  std::string footer() const;
  void press_character(char c);
  void move(int64_t by);
  size_t selected_row(const std::vector<row>& rows) const;

  const sorting& order() const {
    return orders_[static_cast<size_t>(view_)];
  }

  std::optional<cluster_view> seen_;
  std::optional<time_point> seen_at_;
  std::map<job_id, double> rates_; ///< Tasks a second, of jobs seen twice.
  std::string lost_;
  std::chrono::seconds waited_{0};
  top_view view_ = top_view::nodes;
  sorting orders_[2];
  std::optional<top_subject> selected_[2];
  std::optional<top_subject> subject_;
  std::vector<std::string> details_;
  bool details_came_ = false;
  size_t scroll_ = 0;
  bool paused_ = false;
  bool helping_ = false;
};

} // namespace troupe::shell
