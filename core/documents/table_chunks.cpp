#include "core/documents/table_chunks.hpp"

#include <algorithm>

namespace patchbay::documents {
namespace {

// A quarter of a chunk, as said above.
constexpr std::int64_t kHeaderPart = 4;

// The first line with something in it. In quotes a line may end without ending the row; quotes that
// nobody closes make no header.
std::string_view header_of(std::string_view text) {
  text.remove_prefix(std::min(text.find_first_not_of(" \t\n"), text.size()));
  bool quoted = false;
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (text[at] == '"') quoted = !quoted;
    if (text[at] == '\n' && !quoted) return text.substr(0, at);
  }
  return {};
}

std::vector<std::string> copied(const std::vector<std::string_view>& chunks) {
  return {chunks.begin(), chunks.end()};
}

}  // namespace

bool is_table(std::string_view media_type) {
  return media_type == "text/csv" || media_type == "text/tab-separated-values";
}

std::vector<std::string> table_chunks_of(std::string_view text,
                                         const ChunkRules& rules,
                                         tokens::Encoding encoding) {
  const std::string_view header = header_of(text);
  // So long a line is not counted for nothing: a token has at most some tens of bytes.
  constexpr std::size_t kTokenBytesMax = 128;
  const std::int64_t most = rules.tokens / kHeaderPart;
  std::int64_t tokens = most + 1;
  if (!header.empty() && header.size() <= static_cast<std::size_t>(most) * kTokenBytesMax) {
    tokens = tokens::count(encoding, header).tokens + 1;  // and its end
  }
  if (tokens > most) return copied(chunks_of(text, rules, encoding));

  ChunkRules row_rules = rules;
  row_rules.tokens -= tokens;
  row_rules.overlap = std::min(row_rules.overlap, row_rules.tokens - 1);
  text.remove_prefix(static_cast<std::size_t>(header.data() - text.data()) + header.size());
  std::vector<std::string> chunks;
  for (const std::string_view rows : chunks_of(text, row_rules, encoding)) {
    std::string chunk(header);
    chunk += '\n';
    chunk += rows;
    chunks.push_back(std::move(chunk));
  }
  if (chunks.empty()) chunks.emplace_back(header);
  return chunks;
}

}  // namespace patchbay::documents
