#include "core/routing/route_table.hpp"

#include <utility>

namespace patchbay::routing {
namespace {

chat::Failure not_served(std::string_view model, const std::string& why) {
  chat::Failure failure;
  failure.category = PBAY_ERR_MODEL_NOT_FOUND;
  failure.message = "The model `" + std::string(model) + "` " + why;
  failure.param = "model";
  return failure;
}

}  // namespace

RouteTable::RouteTable(std::vector<Rule> rules, std::string default_model)
    : default_model_(std::move(default_model)) {
  for (Rule& rule : rules) {
    if (rule.model != kAnyModel && !rule.provider.empty()) listed_.push_back(rule);
    std::string name = rule.model;
    rules_.emplace(std::move(name), std::move(rule));
  }
}

std::variant<Route, chat::Failure> RouteTable::resolve(std::string_view model) const {
  const bool named = !model.empty();
  if (!named) {
    if (default_model_.empty()) {
      return chat::bad_request("you must provide a model parameter", "model");
    }
    model = default_model_;
  }
  const Rule* rule = find(model);
  if (rule == nullptr) {
    return not_served(model, "does not exist or is not configured here");
  }
  if (rule->provider.empty()) return not_served(model, "cannot be served: " + rule->unavailable);

  const bool renamed = !rule->upstream_model.empty() && rule->upstream_model != model;
  Route route;
  route.rule = rule->model;
  route.targets.push_back({rule->provider, renamed ? rule->upstream_model : std::string(model)});
  route.alias = renamed && named;  // who named none is shown the real one
  return route;
}

std::string RouteTable::any_provider() const {
  const auto any = rules_.find(kAnyModel);
  return any == rules_.end() ? std::string() : any->second.provider;
}

const Rule* RouteTable::find(std::string_view model) const {
  auto found = rules_.find(model);
  if (found == rules_.end()) found = rules_.find(kAnyModel);
  return found == rules_.end() ? nullptr : &found->second;
}

}  // namespace patchbay::routing
