// Parts as tests compare and print them.

#pragma once

#include <optional>
#include <ostream>
#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

#include "core/http/multipart_reader.hpp"

namespace patchbay::http {

struct OwnedPart {
  std::string name;
  std::optional<std::string> filename;
  std::string content_type;
  std::string bytes;
  friend bool operator==(const OwnedPart&, const OwnedPart&) = default;
};

inline void PrintTo(const OwnedPart& part, std::ostream* out) {
  *out << "{name \"" << part.name << "\", "
       << (part.filename ? "filename \"" + *part.filename + "\"" : "no filename") << ", type \""
       << part.content_type << "\", bytes \"" << part.bytes << "\"}";
}

using Parts = std::vector<OwnedPart>;

// What a reader makes of a body: the parts that ended, and what it failed with, "" if it did not.
struct Form {
  Parts parts;
  std::string error;
  friend bool operator==(const Form&, const Form&) = default;
};

inline void PrintTo(const Form& form, std::ostream* out) {
  *out << ::testing::PrintToString(form.parts) << " \"" << form.error << "\"";
}

// The body that comes in these pieces. What is said of every body is checked on the way: events
// come in order, and a part stands in the body where it is said to.
inline Form form_of(const std::vector<std::string_view>& pieces,
                    std::string_view boundary,
                    MultipartReader::Options options = {}) {
  MultipartReader reader(boundary, options);
  Form form;
  OwnedPart part;
  std::string body;
  std::size_t number = 0;
  bool open = false;
  const auto take = [&](const MultipartEvent& event) {
    EXPECT_EQ(open, event.kind != MultipartEvent::Kind::kPartBegins);
    switch (event.kind) {
      case MultipartEvent::Kind::kPartBegins:
        EXPECT_EQ(event.part.number, ++number);
        part = {event.part.name, event.part.filename, std::string(event.part.content_type()), {}};
        open = true;
        break;
      case MultipartEvent::Kind::kPartBytes:
        EXPECT_FALSE(event.bytes.empty());
        part.bytes += event.bytes;
        break;
      case MultipartEvent::Kind::kPartEnds:
        EXPECT_EQ(body.substr(event.part.body.begin, event.part.body.size), part.bytes);
        form.parts.push_back(part);
        open = false;
    }
  };
  Status status = ok();
  for (const std::string_view piece : pieces) {
    body += piece;
    // Memory of exactly this size, gone after the call, shows a view that is used too long.
    const std::vector<char> bytes(piece.begin(), piece.end());
    status = reader.feed({bytes.data(), bytes.size()}, take);
    if (!status) break;
  }
  const Status finished = reader.finish();
  if (status) status = finished;
  if (!status) form.error = status.error().message;
  return form;
}

// The body cut once at every byte, and into single bytes.
inline void expect_form_at_every_cut(std::string_view body,
                                     const Form& expected,
                                     std::string_view boundary,
                                     MultipartReader::Options options = {}) {
  std::vector<std::string_view> single;
  for (std::size_t i = 0; i < body.size(); ++i)
    single.push_back(body.substr(i, 1));
  EXPECT_EQ(form_of(single, boundary, options), expected) << "byte by byte: " << body;
  for (std::size_t cut = 0; cut <= body.size(); ++cut) {
    ASSERT_EQ(form_of({body.substr(0, cut), body.substr(cut)}, boundary, options), expected)
        << "cut at " << cut << ": " << body;
  }
}

}  // namespace patchbay::http
