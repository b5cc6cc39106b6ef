#include "plugins/shared/openai_operation.hpp"

#include <algorithm>
#include <array>
#include <string>

#include "patchbay/host.hpp"

namespace patchbay::plugins {
namespace {

struct Operation {
  OpenAiOperation operation;
  std::string_view dialect, path;
};

using enum OpenAiOperation;

constexpr std::array kOperations{
    Operation{kChat, "openai.chat/1", "/chat/completions"},
    Operation{kCompletions, "openai.completions/1", "/completions"},
    Operation{kResponses, "openai.responses/1", "/responses"},
    Operation{kEmbeddings, "openai.embeddings/1", "/embeddings"},
    Operation{kImages, "openai.images.generations/1", "/images/generations"},
    Operation{kImageEdits, "openai.images.edits/1", "/images/edits"},
    Operation{kImageVariations, "openai.images.variations/1", "/images/variations"},
    Operation{kTranscriptions, "openai.audio.transcriptions/1", "/audio/transcriptions"},
    Operation{kTranslations, "openai.audio.translations/1", "/audio/translations"},
    Operation{kSpeech, "openai.audio.speech/1", "/audio/speech"},
    Operation{kModerations, "openai.moderations/1", "/moderations"},
    Operation{kModels, "openai.models/1", "/models"}};

std::string lower(std::string_view text) {
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
  });
  return out;
}

bool is_transcript(OpenAiOperation operation) {
  return operation == kTranscriptions || operation == kTranslations;
}

int hex(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  c = static_cast<char>(c | 0x20);
  return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

std::string percent_decoded(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool coded = text[i] == '%' && i + 2 < text.size();
    const int high = coded ? hex(text[i + 1]) : -1;
    const int low = coded ? hex(text[i + 2]) : -1;
    if (high < 0 || low < 0) {
      out.push_back(text[i]);
    } else {
      out.push_back(static_cast<char>(high * 16 + low));
      i += 2;
    }
  }
  return out;
}

bool is_control(char c) {
  return static_cast<unsigned char>(c) < 0x20 || c == 0x7F;
}

}  // namespace

OpenAiOperation operation_of(const pbay_request& request) {
  const std::string_view dialect = sdk::view(request.dialect);
  for (const Operation& known : kOperations) {
    if (request.mode != PBAY_MODE_RAW && known.dialect == dialect) return known.operation;
  }
  return kRaw;
}

std::string_view path_of(OpenAiOperation operation) {
  for (const Operation& known : kOperations) {
    if (known.operation == operation) return known.path;
  }
  return {};
}

bool may_answer(OpenAiOperation operation, std::string_view content_type) {
  if (operation == kRaw) return true;
  const std::string type = lower(content_type.substr(0, content_type.find_first_of("; \t")));
  if (type.find("html") != type.npos) return false;
  if (type.empty() || type.find("json") != type.npos || type == "text/event-stream") return true;
  if (type.ends_with("/octet-stream")) return true;
  if (operation == kSpeech) return type.starts_with("audio/") || type == "application/ogg";
  if (is_transcript(operation)) {
    return type.starts_with("text/") || type == "application/x-subrip" || type == "application/srt";
  }
  return type == "text/plain";
}

std::string_view expected_of(OpenAiOperation operation) {
  if (operation == kSpeech) return "sound";
  if (is_transcript(operation)) return "a transcript";
  return "JSON or an event stream";
}

std::string_view accept_of(OpenAiOperation operation, bool streaming) {
  if (operation == kRaw || operation == kSpeech || is_transcript(operation)) return "*/*";
  return streaming ? "text/event-stream" : "application/json";
}

bool is_safe_path(std::string_view path) {
  if (!path.starts_with('/') || path.starts_with("//")) return false;
  for (const char c : path) {
    if (c <= ' ' || c >= 0x7F || c == '#' || c == '\\') return false;
  }
  const std::string decoded = percent_decoded(path.substr(0, path.find('?')));
  if (std::any_of(decoded.begin(), decoded.end(), is_control)) return false;
  if (decoded.find("://") != decoded.npos) return false;
  for (std::size_t begin = 0; begin <= decoded.size();) {
    const std::size_t end = std::min(decoded.find_first_of("/\\", begin), decoded.size());
    if (decoded.substr(begin, end - begin) == "..") return false;
    begin = end + 1;
  }
  return true;
}

}  // namespace patchbay::plugins
