// Writes embeddings as OpenAI's clients read them: numbers, or base64 of little-endian 4-byte
// floats, as the client asked, whatever the provider has them in.

#pragma once

#include <string>
#include <vector>

#include "core/dialects/openai_operation/operation_encoder.hpp"

namespace patchbay::dialects::openai_embeddings {

inline constexpr const char* kDialect = "openai.embeddings/1";

class Encoder final : public openai_operation::OperationEncoder {
 public:
  Encoder(Options options, bool base64) : OperationEncoder(std::move(options)), base64_(base64) {}

  pbay_status on_event(const pbay_event& event, std::string& out) override;
  void finish(std::string& out) override;

 private:
  const bool base64_;
  std::vector<std::string> vectors_;  // as JSON, by the index of their input
};

}  // namespace patchbay::dialects::openai_embeddings
