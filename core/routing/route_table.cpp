#include "core/routing/route_table.hpp"

#include <algorithm>
#include <cctype>
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

const std::string& DefaultModels::special(pbay_mode mode) const {
  static const std::string kNone;
  switch (mode) {
    case PBAY_MODE_IMAGE:
      return image;
    case PBAY_MODE_TRANSCRIBE:
      return transcription;
    case PBAY_MODE_SPEECH:
      return speech;
    case PBAY_MODE_EMBEDDING:
      return embedding;
    default:
      return kNone;
  }
}

const std::string& DefaultModels::of(pbay_mode mode) const {
  const std::string& own = special(mode);
  return own.empty() ? chat : own;
}

RouteTable::RouteTable(std::vector<Rule> rules,
                       DefaultModels defaults,
                       std::vector<NamedProvider> providers)
    : defaults_(std::move(defaults)), providers_(std::move(providers)) {
  for (Rule& rule : rules) {
    if (rule.model != kAnyModel && !rule.provider.empty()) listed_.push_back(rule);
    std::string name = rule.model;
    rules_.emplace(std::move(name), std::move(rule));
  }
}

std::variant<Route, chat::Failure> RouteTable::resolve(std::string_view model,
                                                       pbay_mode mode) const {
  const bool named = !model.empty();
  if (!named) {
    model = defaults_.of(mode);
    if (model.empty()) return chat::bad_request("you must provide a model parameter", "model");
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

std::variant<Route, chat::Failure> RouteTable::resolve_at(std::string_view provider,
                                                          std::string_view model,
                                                          pbay_mode mode) const {
  const NamedProvider* found = find_provider(provider);
  if (found == nullptr || !found->unavailable.empty()) {
    const std::string why = found == nullptr ? "is not configured here" : found->unavailable;
    return chat::bad_request(
        "The provider `" + std::string(provider) + "` " + why, "provider", "provider_not_found");
  }
  if (model.empty()) model = default_model_at(*found, mode);
  if (model.empty()) return chat::bad_request("you must provide a model parameter", "model");
  // Naming a provider opens no model that the rules keep closed.
  const auto rule = rules_.find(model);
  const bool listed = rule != rules_.end() && rule->second.provider == found->provider;
  const bool chosen_here = model == found->default_model;  // by who wrote the configuration
  if (!listed && !chosen_here && rules_.find(kAnyModel) == rules_.end()) {
    return not_served(model, "is not configured here for the provider `" + found->name + "`");
  }
  Route route;
  route.rule = listed ? rule->second.model : kAnyModel;
  const std::string& upstream = listed ? rule->second.upstream_model : std::string();
  route.targets.push_back({found->provider, upstream.empty() ? std::string(model) : upstream});
  route.alias = !upstream.empty() && upstream != model;
  return route;
}

const std::string& RouteTable::default_model_at(const NamedProvider& provider,
                                                pbay_mode mode) const {
  const std::string& special = defaults_.special(mode);
  const Rule* rule = special.empty() ? nullptr : find(special);
  if (rule != nullptr && rule->provider == provider.provider) return special;
  return provider.default_model.empty() ? defaults_.of(mode) : provider.default_model;
}

std::string RouteTable::any_provider() const {
  const auto any = rules_.find(kAnyModel);
  return any == rules_.end() ? std::string() : any->second.provider;
}

const NamedProvider* RouteTable::find_provider(std::string_view name) const {
  const auto same_letter = [](unsigned char a, unsigned char b) {
    return std::tolower(a) == std::tolower(b);
  };
  for (const NamedProvider& provider : providers_) {
    if (std::equal(
            name.begin(), name.end(), provider.name.begin(), provider.name.end(), same_letter)) {
      return &provider;
    }
  }
  return nullptr;
}

const Rule* RouteTable::find(std::string_view model) const {
  auto found = rules_.find(model);
  if (found == rules_.end()) found = rules_.find(kAnyModel);
  return found == rules_.end() ? nullptr : &found->second;
}

std::string RouteTable::configured_name(std::string_view provider) const {
  const NamedProvider* found = find_provider(provider);
  return found == nullptr ? std::string(provider) : found->name;
}

}  // namespace patchbay::routing
