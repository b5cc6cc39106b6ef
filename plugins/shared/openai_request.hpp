// A JSON body on its way up: the client's own, with the model's upstream name in it, and with the
// request for usage where somebody counts.

#pragma once

#include <span>
#include <string_view>

#include "patchbay/call.hpp"

namespace patchbay::plugins {

struct OpenAiBodyOptions {
  bool ask_for_usage = false;   // of a stream; whole answers have it anyway
  std::string_view model = {};  // the name upstream; empty: what the request says
  // A member that is put in where the client sent none of that name; both empty: nothing.
  std::string_view default_name = {};
  std::string_view default_json = {};
  // An image asked for in the words of dall-e-3, which other models refuse (`style`, a `quality` of
  // "standard"): left out for those where they ask for no more than what is usual.
  bool translated_image = false;
};

// The pieces of the upstream body, living as long as the call. Everything but the named changes is
// the client's, byte by byte. A body that the host holds elsewhere is named as a whole.
std::span<const pbay_piece> openai_body(const sdk::Call& call, const OpenAiBodyOptions& options);

}  // namespace patchbay::plugins
