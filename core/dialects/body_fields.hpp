// Reading members of a JSON body and saying what is wrong with them.
//
// A failure's message names the field, for people; its `param` and `code` say the same to programs:
// "missing_required_parameter", "empty_value", "invalid_type", "invalid_value", "invalid_json".

#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "core/chat/failure.hpp"
#include "core/json/scan.hpp"
#include "core/json/view.hpp"

namespace patchbay::dialects {

using MaybeFailure = std::optional<chat::Failure>;

// "messages[2].content: expected an image, a sound or a text"
chat::Failure wrong_value(const std::string& path, std::string_view what);

// "messages[2].content: expected a string, got a number"
chat::Failure wrong_kind(const std::string& path,
                         std::string_view expected,
                         const json::View& value);

// "message: is missing"
chat::Failure missing_value(std::string_view name);

// "message: must not be empty"
chat::Failure empty_value(std::string_view name);

// Fills in `wanted`, or says at which byte the body is no JSON object.
MaybeFailure scan_body(json::Padded body, std::span<json::Wanted> wanted);

// Text of a JSON body that no database takes: with a zero character.
MaybeFailure check_storable(const std::string& path, std::string_view text);

// Takes a text that may be left out or null: `text` stays as it is then. It holds no zero
// character.
MaybeFailure take_text(std::string_view body, const json::Wanted& wanted, std::string& text);

// Takes a text that must be there; empty will do. Null is a value of the wrong type.
MaybeFailure require_text(std::string_view body, const json::Wanted& wanted, std::string& text);

// The same, and it must not be empty.
MaybeFailure require_words(std::string_view body, const json::Wanted& wanted, std::string& text);

// What clients may call their sessions by: 1 to 256 bytes of UTF-8 without control
// characters.
inline constexpr std::size_t kClientKeyBytesMax = 256;
inline constexpr std::string_view kWrongClientKey =
    "expected at most 256 bytes of UTF-8 without control characters";
bool is_client_key(std::string_view text);

// {"error":"..."}, which is what clients of the chat routes read. With the status 422 and a field
// to blame there is beside it the list of what is wrong that clients of Pydantic know:
// "detail":[{"loc":["body","message"],"msg":"Field required","type":"missing"}].
std::string text_error_body(const chat::Failure& failure);

// The same failure as a 422.
chat::Failure unprocessable(chat::Failure failure);

}  // namespace patchbay::dialects
