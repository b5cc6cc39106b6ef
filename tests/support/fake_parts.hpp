// The parts of a multipart request as a host shows them to a plugin. Part of fake_host.hpp.

#pragma once

#include <cstdint>
#include <deque>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "patchbay/abi.h"

namespace patchbay::testing {

struct FakePart {
  std::string name, content;
  std::string filename = {}, content_type = {};
  bool spooled = false;  // the plugin is not shown the content
};

class FakeParts {
 public:
  explicit FakeParts(std::vector<FakePart> given) : given_(std::move(given)) {
    for (const FakePart& part : given_) {
      const auto* content = reinterpret_cast<const std::uint8_t*>(part.content.data());
      parts_.push_back(
          {.size = sizeof(pbay_part),
           .reserved = 0,
           .name = {part.name.data(), part.name.size()},
           .filename = {part.filename.data(), part.filename.size()},
           .content_type = {part.content_type.data(), part.content_type.size()},
           .length = part.content.size(),
           .data = part.spooled ? pbay_bytes{} : pbay_bytes{content, part.content.size()}});
      pointers_.push_back(&parts_.back());
    }
  }
  FakeParts(const FakeParts&) = delete;
  FakeParts& operator=(const FakeParts&) = delete;

  void show_to(pbay_request& request) const {
    request.parts = pointers_.data();
    request.part_count = pointers_.size();
  }

  // What a piece of an upstream body stands for.
  [[nodiscard]] std::string bytes_of(const pbay_piece& piece) const {
    if (piece.source == PBAY_PIECE_CLIENT_BODY) return "<client body>";
    if (piece.source == PBAY_PIECE_BYTES) {
      const auto* bytes = reinterpret_cast<const char*>(piece.bytes.ptr);
      return piece.bytes.len == 0 ? "" : std::string(bytes, piece.bytes.len);
    }
    const auto part = static_cast<std::size_t>(piece.source);
    if (piece.source < 0 || part >= given_.size()) {
      ADD_FAILURE() << "a piece names part " << piece.source;
      return "";
    }
    return given_[part].content;
  }

 private:
  const std::vector<FakePart> given_;
  std::deque<pbay_part> parts_;
  std::vector<const pbay_part*> pointers_;
};

}  // namespace patchbay::testing
