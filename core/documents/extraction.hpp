// What a file says, as text.
//
//   std::optional<FileType> type = type_of(part.content_type, part.filename);
//   if (!type) return refuse(415);
//   Result<std::string> text = extract_text(type->kind, bytes);   // not on a worker
//
// Everything is linear in the file, whatever it holds, and no file is opened for it.

#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "core/base/result.hpp"

namespace patchbay::documents {

enum class FileKind {
  kText,  // as it stands: plain text, Markdown, CSV, JSON, source code
  kHtml,
  kOther,  // its bytes are no text; a program may know what it says (extractors.hpp)
};

struct FileType {
  FileKind kind;
  std::string media_type;  // "text/markdown"
};

// By the media type that the client says, else by the name's ending, since browsers call many a
// text application/octet-stream. Nothing for what nobody knows by either.
std::optional<FileType> type_of(std::string_view media_type, std::string_view name);

// The same for a media type that type_of() gave.
FileKind kind_of(std::string_view media_type);

// Not empty, valid UTF-8, without control characters but tab and LF. Fails with kInvalid and a
// sentence for the client. REQUIRES: `kind` is not kOther.
Result<std::string> extract_text(FileKind kind, std::string_view bytes);

// The same of what a program has written about a file: its text, or XML that the text stands in.
Result<std::string> text_of_output(std::string_view bytes);

// For people: what needs no program.
inline constexpr std::string_view kKnownTypes =
    "plain text, Markdown, CSV, JSON, HTML, the source code of a program, or a document of a kind "
    "that a program is installed for, such as PDF";

}  // namespace patchbay::documents
