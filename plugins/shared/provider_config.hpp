// What the configurations of most HTTP providers have in common: further headers, a base URL, a
// key, a list of models. Used in create():
//
//   if (const auto wrong = made->headers.read(config["headers"])) return refuse(setup, *wrong);
//   if (const auto wrong = made->headers.add("api-key", config["api_key"], "/api_key",
//   ProviderHeaders::Shown::kNever)) ...

#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "patchbay/call.hpp"
#include "plugins/shared/json_text.hpp"

namespace patchbay::plugins {

// What is wrong with a configuration, and where: a JSON pointer into it.
struct ConfigProblem {
  std::string pointer;
  std::string message;
};

inline std::nullptr_t refuse(const sdk::Setup& setup, const ConfigProblem& problem) {
  return setup.refuse(problem.pointer, problem.message);
}

// What may stand in a header without changing the request around it.
bool is_header_name(std::string_view name);
bool is_header_value(std::string_view value);

// The headers of every request of a provider. Those that the user configured are read first and win
// over those that are added after them. Views of it live as long as it does.
class ProviderHeaders {
 public:
  enum class Shown { kMay, kNever };

  ProviderHeaders() = default;
  ProviderHeaders(const ProviderHeaders&) = delete;  // the views point into it
  ProviderHeaders& operator=(const ProviderHeaders&) = delete;

  // The object `headers` of a configuration; missing is none. What is named like a credential
  // (authorization, cookie, *key*, *token*, *secret*) counts as a secret.
  std::optional<ConfigProblem> read(JsonValue headers);

  // One of ours, from a text of the configuration; nothing is added where it is empty. `prefix`
  // stands before the value ("Bearer ").
  std::optional<ConfigProblem> add_from(JsonValue text,
                                        std::string_view pointer,
                                        std::string_view name,
                                        Shown shown = Shown::kMay,
                                        std::string_view prefix = {});
  // One of ours. REQUIRES: is_header_value(value).
  void add(std::string_view name, std::string value);

  [[nodiscard]] std::span<const pbay_kv> views() const { return views_; }
  [[nodiscard]] bool has(std::string_view name) const;
  // Values that must not be shown, even where an upstream repeats them.
  [[nodiscard]] std::span<const std::string> secrets() const { return secrets_; }

 private:
  struct Header {
    std::string name;
    std::string value;
  };

  std::deque<Header> headers_;  // a deque: what it holds does not move
  std::vector<pbay_kv> views_;
  std::vector<std::string> secrets_;
};

// A base URL without slashes at its end. http:// or https://, without query, fragment or user.
std::optional<ConfigProblem> read_base_url(JsonValue url,
                                           std::string_view otherwise,
                                           std::string& out);

// `models`: names, or objects {"id", "mode"}; where no mode is given, `modes_of` tells from the
// name.
std::optional<ConfigProblem> read_models(JsonValue models,
                                         std::string_view owner,
                                         std::uint64_t (*modes_of)(std::string_view id),
                                         sdk::ModelList& out);

}  // namespace patchbay::plugins
