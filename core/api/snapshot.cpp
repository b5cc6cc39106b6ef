#include "core/api/snapshot.hpp"

#include <algorithm>

namespace patchbay::api {

std::vector<ListedModel> Snapshot::models() const {
  std::vector<ListedModel> models;
  const auto add = [&](std::string id, std::string owner, std::int64_t created) {
    const bool known = std::any_of(
        models.begin(), models.end(), [&](const ListedModel& model) { return model.id == id; });
    if (!known) models.push_back({std::move(id), std::move(owner), created});
  };
  for (const routing::Rule& rule : routes.listed())
    add(rule.model, rule.provider, since);
  const auto any = providers.find(routes.any_provider());
  if (any == providers.end()) return models;
  for (const plugin_host::StaticModel& model : any->second.instance->models()) {
    add(model.id,
        model.owner.empty() ? any->first : model.owner,
        model.created > 0 ? model.created : since);
  }
  return models;
}

}  // namespace patchbay::api
