// The rules that the vendor holds a request of its Messages API to, written down by hand from its
// documentation and from what it is known to refuse; they share nothing with the plugin.

#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/json/value.hpp"

namespace patchbay::testing {

// What is wrong with a request, each as "where: what"; empty when the vendor would take it.
std::vector<std::string> broken_rules(std::string_view request);

// The kinds of models that the rules differ for, by the beginning of their names.
struct VendorModel {
  std::string_view name;
  std::int64_t max_output;
  bool thinks_with_budget;
  bool thinks_adaptively;
  bool takes_disabled;
  bool samples;
  bool structured;
};
const VendorModel* vendor_model(std::string_view name);

// Collects what is wrong, with the place it is at.
class RuleBook {
 public:
  void broken(const std::string& where, const std::string& what) {
    broken_.push_back(where + ": " + what);
  }
  // Whether `value` is an object whose members are all among `required` and `allowed`, the former
  // being there.
  bool object(const json::Value* value,
              const std::string& where,
              const std::vector<std::string_view>& required,
              const std::vector<std::string_view>& allowed);
  [[nodiscard]] const std::vector<std::string>& all() const { return broken_; }

 private:
  std::vector<std::string> broken_;
};

// vendor_blocks.cpp: the blocks of one message.
void check_blocks(const json::Value& content,
                  std::string_view role,
                  const std::string& where,
                  RuleBook& book);
bool is_id(std::string_view text);
std::string text_of(const json::Value* value, std::string_view name);
// How many marks for the cache there are in a value.
int cache_marks(const json::Value& value);

}  // namespace patchbay::testing
