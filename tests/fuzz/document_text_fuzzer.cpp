// The text of any file: the first byte says of which kind.

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "core/documents/chunking.hpp"
#include "core/documents/extraction.hpp"
#include "core/json/utf8.hpp"
#include "tests/fuzz/fuzz_input.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  namespace documents = patchbay::documents;
  using patchbay::fuzz::require;
  if (size == 0) return 0;
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const auto kind = bytes.front() == 'h' ? documents::FileKind::kHtml : documents::FileKind::kText;
  const auto text = bytes.front() == 'x' ? documents::text_of_output(bytes.substr(1))
                                         : documents::extract_text(kind, bytes.substr(1));
  if (!text) return 0;
  require(!text->empty() && patchbay::json::is_valid_utf8(*text));
  require(text->find('\0') == text->npos);
  const char* end = text->data();
  for (const std::string_view chunk : documents::chunks_of(
           *text, {.tokens = 16, .overlap = 4}, patchbay::tokens::Encoding::kO200k)) {
    const std::string_view between(
        end, chunk.data() < end ? 0 : static_cast<std::size_t>(chunk.data() - end));
    require(between.find_first_not_of(" \t\n") == between.npos);
    require(!chunk.empty() && patchbay::json::is_valid_utf8(chunk));
    require(chunk.data() + chunk.size() > end);
    end = chunk.data() + chunk.size();
  }
  return 0;
}
