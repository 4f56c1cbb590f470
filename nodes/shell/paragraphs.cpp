#include "nodes/shell/paragraphs.hpp"

namespace troupe::shell {

namespace {

constexpr size_t columns = 80;
constexpr std::string_view bullet = "* ";

} // namespace

std::vector<paragraph> paragraphs_of(std::string_view text) {
  std::vector<paragraph> all;
  while (!text.empty()) {
    auto end = text.find('\n');
    auto line = text.substr(0, end);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    bool item = line.starts_with(bullet);
    if (item)
      line.remove_prefix(bullet.size());
    if (!line.empty())
      all.push_back({item, std::string{line}});
  }
  return all;
}

void wrap(std::string_view text, size_t indent, size_t at, std::string& out) {
  while (!text.empty()) {
    auto end = text.find(' ');
    auto word = text.substr(0, end);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    if (at > indent && at + 1 + word.size() > columns) {
      out += '\n';
      out.append(indent, ' ');
      at = indent;
    } else if (at > indent) {
      out += ' ';
      ++at;
    }
    out += word;
    at += word.size();
  }
  out += '\n';
}

void write_paragraphs(const std::vector<paragraph>& paragraphs,
                      std::string& out) {
  const paragraph* before = nullptr;
  for (const auto& each : paragraphs) {
    if (before != nullptr && !(before->item && each.item))
      out += '\n';
    if (each.item)
      out += bullet;
    auto indent = each.item ? bullet.size() : 0;
    wrap(each.text, indent, indent, out);
    before = &each;
  }
}

} // namespace troupe::shell
