// Which provider answers for which model name.
//
// Built once from the settings and never changed, so that workers share it without a lock. A name
// leads to an ordered list of targets; today its length is one.

#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "core/chat/failure.hpp"

namespace patchbay::routing {

// The name that stands for every name not listed.
inline constexpr std::string_view kAnyModel = "*";

struct Target {
  std::string provider;        // the provider's name in the configuration
  std::string upstream_model;  // what the upstream calls the model
};

struct Route {
  std::vector<Target> targets;  // in the order they are tried; never empty
  // The rule's own name for the model: what the client asked for, or kAnyModel. Of these there are
  // only as many as the configuration has.
  std::string rule;
  // The client's name for the model differs from the upstream's, so that answers show it back.
  bool alias = false;
};

// One line of `models:`.
struct Rule {
  std::string model;           // what clients ask for, or kAnyModel
  std::string provider;        // "" when none of its providers is enabled
  std::string upstream_model;  // "" : the client's name is passed on
  std::string unavailable;     // why, when provider is ""
};

// The models for requests that name none, by what they ask; "" refuses them.
struct DefaultModels {
  std::string chat;
  std::string image = {};
  std::string transcription = {};
  std::string speech = {};
  std::string embedding = {};

  [[nodiscard]] const std::string& of(pbay_mode mode) const;
  // The one of the mode alone; "" where it has none and takes that of chat.
  [[nodiscard]] const std::string& special(pbay_mode mode) const;
};

// A provider as requests name it.
struct NamedProvider {
  std::string name;
  std::string provider;       // who answers under it: itself, or whoever stands in for it
  std::string default_model;  // "" : the default of what is asked
  std::string unavailable;    // why it cannot be asked; "" when it can
};

class RouteTable {
 public:
  RouteTable(std::vector<Rule> rules,
             DefaultModels defaults,
             std::vector<NamedProvider> providers = {});

  // The route of a model name; "" asks for the default model of the mode. A name that nobody
  // serves is a failure the client can read: 404, model_not_found.
  [[nodiscard]] std::variant<Route, chat::Failure> resolve(std::string_view model,
                                                           pbay_mode mode = PBAY_MODE_CHAT) const;

  // The route to a provider that the client names itself, in any case of letters; no model is the
  // provider's default: for images, speech and the like the default of that mode if it leads to
  // this very provider, else its own. A model that no rule opens for it stays closed: 404. An
  // unknown or disabled provider is a 400.
  [[nodiscard]] std::variant<Route, chat::Failure> resolve_at(std::string_view provider,
                                                              std::string_view model,
                                                              pbay_mode mode) const;

  // The provider's name as it is configured, whatever letters the client wrote it in; the client's
  // own word where nobody is called that.
  [[nodiscard]] std::string configured_name(std::string_view provider) const;

  // The names that can be listed, in the order of the configuration: no wildcard, only served ones.
  [[nodiscard]] const std::vector<Rule>& listed() const { return listed_; }

  // The provider of the wildcard; "" without one.
  [[nodiscard]] std::string any_provider() const;

 private:
  [[nodiscard]] const Rule* find(std::string_view model) const;
  [[nodiscard]] const NamedProvider* find_provider(std::string_view name) const;
  [[nodiscard]] const std::string& default_model_at(const NamedProvider& provider,
                                                    pbay_mode mode) const;

  std::map<std::string, Rule, std::less<>> rules_;
  std::vector<Rule> listed_;
  DefaultModels defaults_;
  std::vector<NamedProvider> providers_;
};

}  // namespace patchbay::routing
