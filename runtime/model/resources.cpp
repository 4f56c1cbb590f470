#include "runtime/model/resources.hpp"

#include "runtime/base/escape.hpp"
#include "runtime/base/limits.hpp"

#include <algorithm>
#include <cassert>
#include <string_view>

namespace troupe {

namespace {

constexpr uint64_t amount_max = limits::resource_amount_max * resource_unit;

/// Sums of what two sets have stay far from overflow.
constexpr uint64_t memory_bytes_max = uint64_t{1} << 60;

bool is_before(const named_amount& x, const std::string& name) {
  return x.name < name;
}

bool is_name_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z')
         || (c >= '0' && c <= '9') || c == '_' || c == '-' || c == '.';
}

/// What has a field of its own cannot be a named resource, too.
bool is_built_in(const std::string& name) {
  return name == "cpus" || name == "memory";
}

bool is_resource_name(const std::string& name) {
  return !name.empty() && name.size() <= limits::name_bytes_max
         && !is_built_in(name)
         && std::all_of(name.begin(), name.end(), is_name_character);
}

tl::unexpected<error> refuse(std::string text) {
  return fail(errc::bad_args, std::move(text));
}

tl::unexpected<error> refuse_amount(uint64_t amount, std::string_view of_what) {
  return refuse("an amount of " + amount_text(amount) + " of "
                + std::string{of_what}
                + " is not possible: give more than 0, up to "
                + std::to_string(limits::resource_amount_max));
}

/// Whole GiB as such, else whole MiB, as far as there are any.
std::string memory_text(uint64_t bytes) {
  if (bytes % limits::gib == 0)
    return std::to_string(bytes / limits::gib) + "GiB";
  if (bytes >= limits::mib)
    return std::to_string(bytes / limits::mib) + "MiB";
  return std::to_string(bytes) + "B";
}

result<named_amount> parse_one(const std::string& text) {
  auto colon = text.find(':');
  named_amount one{text.substr(0, colon), resource_unit};
  if (is_built_in(one.name))
    return fail(errc::bad_usage, quote_text(text) + " is no named resource: "
                                   + one.name + " has an option of its own");
  if (!is_resource_name(one.name))
    return fail(errc::bad_usage,
                quote_text(text)
                  + " is no resource: write NAME or NAME:AMOUNT with letters, "
                    "digits, \"_\", \"-\" and \".\", such as gpu:1");
  if (colon != std::string::npos) {
    auto amount = parse_amount(text.substr(colon + 1));
    if (!amount)
      return tl::unexpected{std::move(amount.error())};
    one.amount = *amount;
  }
  return one;
}

} // namespace

uint64_t amount_of(const resource_set& set, const std::string& name) {
  auto i =
    std::lower_bound(set.named.begin(), set.named.end(), name, is_before);
  return i == set.named.end() || i->name != name ? 0 : i->amount;
}

bool covers(const resource_set& offer, const resource_set& need) {
  return need.cpus <= offer.cpus && need.memory_bytes <= offer.memory_bytes
         && std::all_of(need.named.begin(), need.named.end(),
                        [&](const named_amount& x) {
                          return x.amount <= amount_of(offer, x.name);
                        });
}

void add(resource_set& to, const resource_set& what) {
  to.cpus += what.cpus;
  to.memory_bytes += what.memory_bytes;
  for (const auto& x : what.named) {
    auto i =
      std::lower_bound(to.named.begin(), to.named.end(), x.name, is_before);
    if (i == to.named.end() || i->name != x.name)
      to.named.insert(i, x);
    else
      i->amount += x.amount;
  }
}

void subtract(resource_set& from, const resource_set& what) {
  assert(covers(from, what));
  from.cpus -= what.cpus;
  from.memory_bytes -= what.memory_bytes;
  for (const auto& x : what.named) {
    auto i =
      std::lower_bound(from.named.begin(), from.named.end(), x.name, is_before);
    if (i == from.named.end() || i->name != x.name)
      continue; // It had, and was to lose, 0 of it.
    i->amount -= x.amount;
    if (i->amount == 0)
      from.named.erase(i);
  }
}

std::string amount_text(uint64_t amount) {
  auto result = std::to_string(amount / resource_unit);
  auto rest = amount % resource_unit;
  if (rest == 0)
    return result;
  auto digits = std::to_string(resource_unit + rest).substr(1);
  digits.erase(digits.find_last_not_of('0') + 1);
  return result + "." + digits;
}

std::string to_string(const resource_set& set) {
  std::string result;
  auto append = [&](const std::string& name, const std::string& value) {
    if (!result.empty())
      result += ' ';
    result += name + "=" + value;
  };
  if (set.cpus > 0)
    append("cpus", amount_text(set.cpus));
  if (set.memory_bytes > 0)
    append("memory", memory_text(set.memory_bytes));
  for (const auto& x : set.named)
    if (x.amount > 0)
      append(x.name, amount_text(x.amount));
  return result;
}

result<uint64_t> parse_amount(const std::string& text) {
  auto wrong = [&] {
    return fail(errc::bad_usage,
                quote_text(text)
                  + " is no amount of a resource: write a number of at most "
                    "four decimals, up to "
                  + std::to_string(limits::resource_amount_max));
  };
  auto dot = text.find('.');
  auto whole = text.substr(0, dot);
  auto decimals =
    dot == std::string::npos ? std::string{} : text.substr(dot + 1);
  auto digits = whole + decimals;
  auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
  if (whole.empty() || whole.size() > 7 || decimals.size() > 4
      || (dot != std::string::npos && decimals.empty())
      || !std::all_of(digits.begin(), digits.end(), is_digit))
    return wrong();
  decimals.resize(4, '0');
  auto amount = std::stoull(whole + decimals);
  if (amount == 0 || amount > amount_max)
    return wrong();
  return amount;
}

result<std::vector<named_amount>> parse_named(const std::string& text) {
  std::vector<named_amount> result;
  for (size_t begin = 0; begin <= text.size();) {
    auto end = std::min(text.find(',', begin), text.size());
    auto one = parse_one(text.substr(begin, end - begin));
    begin = end + 1;
    if (!one)
      return tl::unexpected{std::move(one.error())};
    auto i =
      std::lower_bound(result.begin(), result.end(), one->name, is_before);
    if (i != result.end() && i->name == one->name)
      return fail(errc::bad_usage, "the resource " + quote_text(one->name)
                                     + " is named twice: name it once");
    if (result.size() == limits::named_resources_max)
      return fail(errc::bad_usage,
                  "more than " + std::to_string(limits::named_resources_max)
                    + " resources are named: name fewer");
    result.insert(i, std::move(*one));
  }
  return result;
}

result<void> validate(const resource_set& set) {
  if (set.cpus == 0 || set.cpus > amount_max)
    return refuse_amount(set.cpus, "cpus");
  if (set.memory_bytes > memory_bytes_max)
    return refuse("a memory of " + std::to_string(set.memory_bytes)
                  + " bytes is not possible: give at most "
                  + memory_text(memory_bytes_max));
  if (set.named.size() > limits::named_resources_max)
    return refuse(std::to_string(set.named.size())
                  + " named resources are too many: the limit is "
                  + std::to_string(limits::named_resources_max));
  for (size_t i = 0; i < set.named.size(); ++i) {
    const auto& [name, amount] = set.named[i];
    if (!is_resource_name(name))
      return refuse(quote_text(name)
                    + " is no name of a resource: use letters, digits, \"_\", "
                      "\"-\" and \".\", but not cpus or memory");
    if (amount == 0 || amount > amount_max)
      return refuse_amount(amount, quote_text(name));
    if (i > 0 && name <= set.named[i - 1].name)
      return refuse("the resource " + quote_text(name)
                    + " is named twice, or out of order: name each once, in "
                      "the order of their bytes");
  }
  return {};
}

} // namespace troupe
