// The fields of a request by name, whether it came as a JSON object or as a form.

#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "patchbay/abi.h"
#include "plugins/shared/json_text.hpp"

namespace patchbay::plugins::stub {

class RequestFields {
 public:
  // Reads a request, which must outlive this. Returns what is wrong with it, or an empty text.
  std::string open(const pbay_request& request);

  // The field as text; nothing when it is not there, empty when it is something else.
  [[nodiscard]] std::optional<std::string> text(const char* name) const;

  // Puts a whole number from `least` to `most` into `out`, or leaves it as it is when the field is
  // not there. Returns what is wrong with it, or an empty text.
  std::string number(const char* name,
                     std::int64_t least,
                     std::int64_t most,
                     std::int64_t& out) const;

  // The field of a JSON object; missing for a form.
  [[nodiscard]] JsonValue json(const char* name) const { return json_.root()[name]; }

  // The first part of a form by that name, also where it is written as a list ("image[]"); nullptr
  // for JSON.
  [[nodiscard]] const pbay_part* part(std::string_view name) const;

 private:
  const pbay_request* request_ = nullptr;
  JsonText json_;
};

// The content of a part, as far as it is at hand.
std::string_view content_of(const pbay_part& part);

}  // namespace patchbay::plugins::stub
