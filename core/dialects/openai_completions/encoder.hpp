// Writes text completions, the older endpoint beside chat: one object, or a stream of them.

#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/dialects/openai_chat/vocabulary.hpp"
#include "core/dialects/openai_operation/operation_encoder.hpp"

namespace patchbay::dialects::openai_completions {

inline constexpr const char* kDialect = "openai.completions/1";

class Encoder final : public openai_operation::OperationEncoder {
 public:
  Encoder(Options options, bool include_usage);

  pbay_status on_event(const pbay_event& event, std::string& out) override;
  void finish(std::string& out) override;

 private:
  struct Choice {
    std::string text;  // escaped; what a stream has sent already is not kept
    std::string_view finish = "";
  };

  Choice& choice(std::uint32_t index);
  void append_head(std::string& out);
  void append_chunk(std::uint32_t index,
                    std::string_view text,
                    std::string_view finish,
                    std::string& out);

  const bool include_usage_;
  openai_chat::AnswerHead head_;
  std::vector<Choice> choices_;
  std::string usage_json_;
};

}  // namespace patchbay::dialects::openai_completions
