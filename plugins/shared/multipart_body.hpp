// A client's multipart form on its way up: the parts of the request under heads of our own, their
// contents named by number, so that no byte of an upload passes through a plugin.
//
//   std::string_view content_type;
//   out.body(multipart_body(*this, {.model = model()}, content_type));
//   headers[n++] = {sdk::str("content-type"), sdk::str(content_type)};

#pragma once

#include <span>
#include <string_view>

#include "patchbay/call.hpp"

namespace patchbay::plugins {

struct MultipartOptions {
  std::string_view model = {};  // what the part `model` says upstream; empty: there is none
};

// The pieces of the body, and in `content_type` the header that belongs to them, both living as
// long as the call. Every part keeps its place, name, file name and content type; the part `model`
// says what `options` want, and is put in front where the client sent none.
//
// The boundary is random. A name may hold anything: quotes and line ends in it are written as
// browsers write them (%22, %0D, %0A). A content type with control characters is left out.
std::span<const pbay_piece> multipart_body(const sdk::Call& call,
                                           const MultipartOptions& options,
                                           std::string_view& content_type);

// The part of that name, or nullptr; of several the first.
const pbay_part* find_part(const sdk::Call& call, std::string_view name);

}  // namespace patchbay::plugins
