#include "core/plugin_host/owned_request.hpp"

#include "core/plugin_host/vocabulary.hpp"

namespace patchbay::plugin_host {

OwnedRequest::OwnedRequest(const pbay_request& request) : request_(request) {
  request_.dialect = keep(request.dialect);
  request_.model = keep(request.model);
  request_.body = keep(request.body);
  request_.method = keep(request.method);
  request_.path = keep(request.path);
  request_.request_id = keep(request.request_id);
  parts_.reserve(request.part_count);
  for (std::size_t i = 0; i < request.part_count; ++i) {
    pbay_part& part = parts_.emplace_back(*request.parts[i]);
    part.name = keep(part.name);
    part.filename = keep(part.filename);
    part.content_type = keep(part.content_type);
    part.data = keep(part.data);
    part_pointers_.push_back(&part);
  }
  request_.parts = part_pointers_.data();
  headers_.reserve(request.header_count);
  for (std::size_t i = 0; i < request.header_count; ++i) {
    headers_.push_back({keep(request.headers[i].key), keep(request.headers[i].value)});
  }
  request_.headers = headers_.data();
  request_.next = nullptr;  // the host gives none
}

pbay_str OwnedRequest::keep(pbay_str text) {
  if (text.len == 0) return {};
  return view_of(texts_.emplace_back(text_of(text)));
}

pbay_bytes OwnedRequest::keep(pbay_bytes bytes) {
  if (bytes.len == 0) return {};
  const std::string& kept = texts_.emplace_back(text_of(bytes));
  return {reinterpret_cast<const std::uint8_t*>(kept.data()), kept.size()};
}

}  // namespace patchbay::plugin_host
