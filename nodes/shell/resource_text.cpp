#include "nodes/shell/resource_text.hpp"

#include "nodes/shell/value_text.hpp"
#include "runtime/policy/resource_ledger.hpp"

#include <fmt/format.h>

namespace troupe::shell {

std::string offers_json(const node_info& node) {
  auto offer = whole_offer(node.offers, node.slots);
  auto out = fmt::format(R"({{"cpus": {}, "memory": {})",
                         amount_text(offer.cpus), offer.memory_bytes);
  for (const auto& x : offer.named)
    out += fmt::format(", {}: {}", quoted(x.name), amount_text(x.amount));
  return out + "}";
}

std::string offers_text(const node_info& node) {
  auto offer = whole_offer(node.offers, node.slots);
  if (offer.cpus == node.slots * resource_unit)
    offer.cpus = 0;
  return to_string(offer);
}

} // namespace troupe::shell
