// The vendor's rules for a request of generateContent, written down by hand from its reference and
// from what it is known to answer 400 to. It shares nothing with the plugin.

#pragma once

#include <string>
#include <string_view>

#include "core/json/value.hpp"

namespace patchbay::testing {

// What is wrong with a body for that model, a line each; empty if it is sound.
std::string broken_vendor_rules(std::string_view body, std::string_view model);

// The same for what a part of such a body consists of; each adds its complaints to `out`.
class VendorComplaints {
 public:
  void add(std::string_view place, std::string_view complaint) {
    text_.append(place).append(": ").append(complaint).append("\n");
  }
  void require(bool holds, std::string_view place, std::string_view complaint) {
    if (!holds) add(place, complaint);
  }
  [[nodiscard]] const std::string& text() const { return text_; }

 private:
  std::string text_;
};

// One element of `parts`; `is_model`: in a turn of the model's.
void check_vendor_part(const json::Value& part,
                       bool is_model,
                       const std::string& place,
                       VendorComplaints& out);

// A JSON Schema in the subset that responseJsonSchema takes.
void check_vendor_schema(const json::Value& schema,
                         const std::string& place,
                         VendorComplaints& out);

bool is_vendor_function_name(std::string_view name);
// A member that is there and not null.
const json::Value* member(const json::Value& object, std::string_view name);
std::string text_of(const json::Value& object, std::string_view name);

}  // namespace patchbay::testing
