#include "core/api/snapshot.hpp"

#include <string>
#include <unordered_set>
#include <utility>

namespace patchbay::api {

std::vector<ListedModel> Snapshot::models(const ModelCache::List* upstream) const {
  std::vector<ListedModel> models;
  std::unordered_set<std::string> known;
  const auto add = [&](ListedModel model, const std::string& owner) {
    if (!known.insert(model.id).second) return;
    if (model.owner.empty()) model.owner = owner;
    if (model.created <= 0) model.created = since;
    models.push_back(std::move(model));
  };
  for (const routing::Rule& rule : routes.listed())
    add({.id = rule.model}, rule.provider);
  const auto any = providers.find(routes.any_provider());
  if (any == providers.end()) return models;
  if (upstream != nullptr) {
    for (const ListedModel& model : *upstream)
      add(model, any->first);
    return models;
  }
  for (const plugin_host::StaticModel& model : any->second.instance->models())
    add({.id = model.id, .owner = model.owner, .created = model.created}, any->first);
  return models;
}

}  // namespace patchbay::api
