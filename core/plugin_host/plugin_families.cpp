#include "core/plugin_host/plugin_families.hpp"

#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace patchbay::plugin_host {
namespace {

using Type = telemetry::Exposition::Type;

template <typename Number>
double as_double(Number number) {
  return static_cast<double>(number);
}

}  // namespace

void add_plugin_families(telemetry::Exposition& page, const Catalog& catalog) {
  std::map<std::string, std::set<std::uint32_t>> generations;
  std::map<std::pair<std::string, std::string>, std::size_t> calls;
  for (const LiveInstance& one : catalog.live()) {
    generations[one.plugin].insert(one.generation);
    calls[{one.plugin, one.provider}] += one.calls;
  }

  page.family(Type::kGauge, "patchbay_plugin_generation", "The newest generation in use.");
  for (const auto& [plugin, all] : generations)
    page.add({{"plugin", plugin}}, as_double(*all.rbegin()));
  page.family(Type::kGauge,
              "patchbay_plugin_generations",
              "Generations in use: more than one while calls of an older one go on.");
  for (const auto& [plugin, all] : generations)
    page.add({{"plugin", plugin}}, as_double(all.size()));
  page.family(Type::kGauge, "patchbay_plugin_calls", "Calls that plugins have under way.");
  for (const auto& [names, count] : calls)
    page.add({{"plugin", names.first}, {"provider", names.second}}, as_double(count));
  page.family(Type::kGauge,
              "patchbay_plugin_generations_retained",
              "Generations that have ended and cannot be unmapped.");
  page.add({}, as_double(catalog.retained()));

  const std::vector<PluginState> plugins = catalog.plugins();
  page.family(Type::kCounter,
              "patchbay_plugin_swaps_total",
              "New generations that took over, or were refused.");
  for (const PluginState& plugin : plugins) {
    page.add({{"plugin", plugin.id}, {"outcome", "done"}}, as_double(plugin.swaps));
    page.add({{"plugin", plugin.id}, {"outcome", "refused"}}, as_double(plugin.refused));
  }
  const std::map<std::string, GenerationLedger::Counts> counts = catalog.counts();
  page.family(Type::kCounter,
              "patchbay_plugin_calls_cut_total",
              "Calls that were ended because their generation had to go.");
  for (const auto& [plugin, count] : counts)
    page.add({{"plugin", plugin}}, as_double(count.cut));
  page.family(Type::kCounter,
              "patchbay_plugin_calls_orphaned_total",
              "Calls that plugins never completed.");
  for (const auto& [plugin, count] : counts)
    page.add({{"plugin", plugin}}, as_double(count.orphaned));
}

}  // namespace patchbay::plugin_host
