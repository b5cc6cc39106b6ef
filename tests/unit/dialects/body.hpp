// Reads a body as a handler would, and says what came of it.

#pragma once

#include <string>
#include <string_view>
#include <variant>

#include <gtest/gtest.h>

#include "core/chat/failure.hpp"
#include "core/json/scan.hpp"

namespace patchbay::test {

template <typename Read>
auto read_padded(Read read, const std::string& body) {
  const std::string padded = body + std::string(json::Padded::kBytes, '\0');
  return read(json::Padded(std::string_view(padded).substr(0, body.size())));
}

// "400 message: is missing (message)", or "accepted".
template <typename Body>
std::string refusal_in(const std::variant<Body, chat::Failure>& result) {
  const auto* failure = std::get_if<chat::Failure>(&result);
  if (failure == nullptr) return "accepted";
  std::string text = std::to_string(chat::status_of(*failure)) + ' ' + failure->message;
  if (!failure->param.empty()) text += " (" + failure->param + ')';
  return text;
}

template <typename Read>
std::string refused(Read read, const std::string& body) {
  return refusal_in(read_padded(read, body));
}

template <typename Read>
auto accepted(Read read, const std::string& body) {
  auto result = read_padded(read, body);
  using Body = std::variant_alternative_t<0, decltype(result)>;
  EXPECT_EQ(refusal_in(result), "accepted");
  return std::holds_alternative<Body>(result) ? std::get<Body>(std::move(result)) : Body{};
}

}  // namespace patchbay::test
