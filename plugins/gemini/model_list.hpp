// The vendor's list of models, page by page, as MODEL events.

#pragma once

#include <string>
#include <string_view>

#include "patchbay/sink.hpp"
#include "plugins/gemini/outcome.hpp"
#include "plugins/gemini/upstream_request.hpp"
#include "plugins/shared/json_text.hpp"
#include "plugins/shared/upstream_error.hpp"

namespace patchbay::plugins::gemini {

class ModelPages {
 public:
  // The next page.
  void build(UpstreamRequest& out) const;

  // A whole answer.
  Outcome piece(std::string_view data, sdk::Sink& sink);
  // Its end: kNext while there are pages left.
  Outcome end();
  [[nodiscard]] bool complete() const { return false; }  // only a whole body is a whole answer
  [[nodiscard]] const UpstreamError& error() const { return error_; }

 private:
  Outcome fail(UpstreamError error);
  void say(JsonValue model, sdk::Sink& sink);

  std::string next_;  // the token of the page to ask for; empty: the first, or no more
  unsigned pages_ = 0;
  bool answered_ = false;  // the page that was asked for last
  JsonText json_;
  std::string line_;
  std::string scratch_;
  UpstreamError error_;
};

// The modes of a model, as far as its name tells.
std::uint64_t modes_of(std::string_view model);

}  // namespace patchbay::plugins::gemini
