// The vendor's list of models, page by page.

#pragma once

#include <string>
#include <string_view>

#include "patchbay/sink.hpp"
#include "plugins/shared/json_text.hpp"

namespace patchbay::plugins::anthropic {

class ModelList {
 public:
  enum class Outcome { kMore, kDone, kFailed };

  // One page of {"data": [...], "has_more", "last_id"}. kMore: next_query() asks for the next one.
  Outcome page(std::string_view body, sdk::Sink& sink);

  // What stands behind /v1/models for the page that is due: "?limit=1000&after_id=...".
  [[nodiscard]] std::string next_query() const;

 private:
  void say_model(JsonValue model, sdk::Sink& sink);

  JsonText json_;
  std::string last_id_;  // of the page before
  int pages_ = 0;
};

}  // namespace patchbay::plugins::anthropic
