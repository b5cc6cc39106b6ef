// `files:`, documents that users give to be searched.

#include "core/settings/shape.hpp"

namespace patchbay::settings {
namespace {

constexpr std::int64_t kFileBytesMin = 1024;
constexpr std::int64_t kFileBytesMax = 16 * 1024 * 1024;  // twice that is on its way to the store
constexpr std::int64_t kOwnerBytesMax = 1024LL * 1024 * 1024 * 1024;
constexpr std::int64_t kChunkTokensMin = 20;
constexpr std::int64_t kChunkTokensMax = 8000;
constexpr std::int64_t kChunksMax = 1'000'000;
constexpr std::int64_t kResultsMax = 50;
constexpr std::int64_t kExtractMemoryMin = 16 * 1024 * 1024;
constexpr std::int64_t kExtractMemoryMax = 1024LL * 1024 * 1024 * 1024;

}  // namespace

void read_files(const ConfigValue* value,
                const std::filesystem::path& folder,
                Files& files,
                Report& report) {
  Fields fields(value, "files", report);
  fields.bytes("max_bytes", kFileBytesMin, kFileBytesMax, files.max_bytes);
  fields.bytes("owner_bytes", kFileBytesMin, kOwnerBytesMax, files.owner_bytes);
  fields.number("owner_chunks", 1, kChunksMax, files.owner_chunks);
  fields.number("chunk_tokens", kChunkTokensMin, kChunkTokensMax, files.chunk_tokens);
  std::int64_t overlap = files.overlap_tokens;
  const ConfigValue* written = fields.number("overlap_tokens", 0, kChunkTokensMax, overlap);
  if (overlap <= files.chunk_tokens / 2) {
    files.overlap_tokens = overlap;
  } else if (written != nullptr) {
    fields.problem(*written, "overlap_tokens", "expected at most half of files.chunk_tokens");
  } else {
    files.overlap_tokens = files.chunk_tokens / 2;
  }
  fields.number("results", 1, kResultsMax, files.results);
  read_extractors(fields.take("extractors"), folder, files.extractors, report);
  fields.duration_ms("extract_timeout", files.extract_timeout_ms);
  fields.bytes("extract_memory", kExtractMemoryMin, kExtractMemoryMax, files.extract_memory);
  fields.finish();
}

}  // namespace patchbay::settings
