// A provider of type `shout`: one for each entry of `providers:` that names it.
//
// Many calls use it at once, on several threads; it does not change once it is made.

#pragma once

#include <array>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <patchbay/plugin.hpp>

#include "shout_call.hpp"

namespace shout {

namespace sdk = patchbay::sdk;

class ShoutProvider {
 public:
  static constexpr std::string_view kType = "shout";
  static constexpr std::string_view kSchema =
#include "shout.schema.json.inc"
      ;
  // What it can do: which kind of answer, to requests in which format.
  static constexpr std::array kOps{sdk::op(PBAY_MODE_CHAT, "openai.chat/1")};
  using Call = ShoutCall;

  // Refuses, naming the field, what the schema cannot say.
  static std::unique_ptr<ShoutProvider> create(const sdk::Setup& setup);

  [[nodiscard]] std::string_view url() const { return url_; }
  [[nodiscard]] std::string_view api_key() const { return api_key_; }  // may be empty
  [[nodiscard]] const std::vector<pbay_kv>& headers() const { return headers_; }

  const sdk::Host host;

 private:
  explicit ShoutProvider(const sdk::Host& given) : host(given) {}

  std::string url_;
  std::string api_key_;
  std::string authorization_;
  std::vector<pbay_kv> headers_;  // of every request; views into the strings above
};

}  // namespace shout
