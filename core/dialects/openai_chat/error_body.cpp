#include "core/dialects/openai_chat/error_body.hpp"

#include "core/json/write.hpp"

namespace patchbay::dialects::openai_chat {
namespace {

void append_or_null(std::string& out, std::string_view text) {
  if (text.empty()) {
    out += "null";
  } else {
    json::append_string(out, text);
  }
}

}  // namespace

void append_error(std::string& out, const chat::Failure& failure) {
  out += R"({"error":{"message":)";
  json::append_string(out, failure.message);
  out += R"(,"type":)";
  json::append_string(out, chat::type_of(failure));
  out += R"(,"param":)";
  append_or_null(out, failure.param);
  out += R"(,"code":)";
  append_or_null(out, chat::code_of(failure));
  out += "}}";
}

std::string error_body(const chat::Failure& failure) {
  std::string out;
  append_error(out, failure);
  return out;
}

}  // namespace patchbay::dialects::openai_chat
