#include "core/dialects/chat_route/body.hpp"

#include <array>
#include <optional>
#include <utility>

#include "core/dialects/chat_route/fields.hpp"
#include "core/dialects/chat_route/history.hpp"
#include "core/json/view.hpp"
#include "core/json/write.hpp"

namespace patchbay::dialects::chat_route {
namespace {

using json::Kind;

// Kinds of value that a member may have, as bits.
constexpr unsigned bit(Kind kind) {
  return 1U << static_cast<unsigned>(kind);
}
constexpr std::size_t kFilesMax = 100;  // that one request names

constexpr unsigned kText = bit(Kind::kString);
constexpr unsigned kNumber = bit(Kind::kNumber);
constexpr unsigned kBoolean = bit(Kind::kTrue) | bit(Kind::kFalse);
constexpr unsigned kArray = bit(Kind::kArray);
constexpr unsigned kObject = bit(Kind::kObject);

struct PassedField {
  std::string_view name;
  unsigned kinds;
  std::string_view expected;
};

// What goes on to the provider of a chat. Everything else is a front end's own affair (ids, user
// objects, settings of its page), and many vendors refuse a request for one member that they do not
// know.
constexpr std::array kChatFields{
    PassedField{"temperature", kNumber, "a number"},
    PassedField{"top_p", kNumber, "a number"},
    PassedField{"max_tokens", kNumber, "a number"},
    PassedField{"max_completion_tokens", kNumber, "a number"},
    PassedField{"presence_penalty", kNumber, "a number"},
    PassedField{"frequency_penalty", kNumber, "a number"},
    PassedField{"seed", kNumber, "a number"},
    PassedField{"stop", kText | kArray, "a string or an array of strings"},
    PassedField{"logit_bias", kObject, "an object"},
    PassedField{"tools", kArray, "an array"},
    PassedField{"tool_choice", kText | kObject, "a string or an object"},
    PassedField{"parallel_tool_calls", kBoolean, "a boolean"},
    PassedField{"response_format", kObject, "an object"},
    PassedField{"reasoning_effort", kText, "a string"},
    PassedField{"reasoning", kObject, "an object"},
    PassedField{"thinking", kObject, "an object"},
    PassedField{"verbosity", kText, "a string"},
    PassedField{"modalities", kArray, "an array of strings"},
    PassedField{"prediction", kObject, "an object"},
    PassedField{"service_tier", kText, "a string"},
    PassedField{"web_search_options", kObject, "an object"},
};

constexpr std::array kImageFields{
    PassedField{"size", kText, "a string"},
    PassedField{"quality", kText, "a string"},
    PassedField{"style", kText, "a string"},
    PassedField{"background", kText, "a string"},
    PassedField{"moderation", kText, "a string"},
    PassedField{"output_format", kText, "a string"},
    PassedField{"output_compression", kNumber, "a number"},
    PassedField{"seed", kNumber, "a number"},
};

struct ImageDefault {
  std::string_view name;
  std::string_view json;
};

// What an image is like when nobody says how it should be.
constexpr std::array kImageDefaults{ImageDefault{"size", R"("1024x1024")"},
                                    ImageDefault{"quality", R"("standard")"},
                                    ImageDefault{"style", R"("vivid")"}};

void append_field(std::string& out, std::string_view name, std::string_view json) {
  out += ",\"";
  out += name;
  out += "\":";
  out += json;
}

template <std::size_t Size>
std::optional<chat::Failure> take_fields(json::View body,
                                         const std::array<PassedField, Size>& known,
                                         std::string& fields) {
  for (const json::MemberView& member : body.members()) {
    for (const PassedField& field : known) {
      if (!member.named(field.name) || member.value.is(Kind::kNull)) continue;
      if ((field.kinds & bit(member.value.kind())) == 0) {
        return wrong_kind(std::string(field.name), field.expected, member.value);
      }
      append_field(fields, field.name, member.value.text());
    }
  }
  return std::nullopt;
}

bool has_field(std::string_view fields, std::string_view name) {
  return fields.find(",\"" + std::string(name) + "\":") != std::string_view::npos;
}

// A conversation that the client has not named is a new one.
std::optional<chat::Failure> take_conversation(std::string_view body,
                                               const json::Wanted& wanted,
                                               ChatBody& read) {
  if (auto failure = take_text(body, wanted, read.conversation_id)) return failure;
  if (read.conversation_id.empty() || is_client_key(read.conversation_id)) return std::nullopt;
  return wrong_value("conversation_id", kWrongClientKey);
}

std::optional<chat::Failure> take_mode(std::string_view body,
                                       const json::Wanted& mode,
                                       ChatBody& read) {
  std::string name = "chat";
  if (auto failure = take_text(body, mode, name)) return failure;
  if (name != "chat" && name != "image") {
    return wrong_value("mode", "expected \"chat\" or \"image\"");
  }
  read.image = name == "image";
  return std::nullopt;
}

std::optional<chat::Failure> take_usage_wish(std::string_view body,
                                             const json::Wanted& wish,
                                             ChatBody& read) {
  if (!wish.found || wish.is(Kind::kNull)) return std::nullopt;
  const json::View value(json::raw_of(body, wish));
  if (!value.is_bool()) return wrong_kind(std::string(wish.path), "a boolean", value);
  read.include_usage = value.is(Kind::kTrue);
  return std::nullopt;
}

// true, false, or a list of ids.
std::optional<chat::Failure> take_files(std::string_view body,
                                        const json::Wanted& wanted,
                                        ChatBody& read) {
  if (!wanted.found || wanted.is(Kind::kNull)) return std::nullopt;
  const json::View value(json::raw_of(body, wanted));
  const std::string path(wanted.path);
  if (!value.is_bool() && !value.is(Kind::kArray)) {
    return wrong_kind(path, "a boolean or an array of the ids of files", value);
  }
  read.wants_files = value.is(Kind::kTrue);
  for (const json::View id : value.items()) {
    if (!id.is(Kind::kString))
      return wrong_kind(item_path(path, read.files.size()), "a string", id);
    if (read.files.size() == kFilesMax) return wrong_value(path, "expected at most 100 files");
    read.files.push_back(id.string());
    read.wants_files = true;
  }
  if (read.wants_files && read.image) return wrong_value(path, "an image is not drawn from files");
  return std::nullopt;
}

std::optional<chat::Failure> take_members(std::string_view body,
                                          const std::array<json::Wanted, 10>& wanted,
                                          ChatBody& read) {
  const auto& [messages,
               mode,
               model,
               provider,
               conversation,
               usage,
               trigger,
               id,
               message_id,
               files] = wanted;
  if (!messages.found) return missing_value("messages");
  if (auto failure = take_mode(body, mode, read)) return failure;
  if (auto failure = take_text(body, model, read.model)) return failure;
  if (auto failure = take_text(body, provider, read.provider)) return failure;
  if (auto failure = take_conversation(body, conversation, read)) return failure;
  if (auto failure = take_usage_wish(body, usage, read)) return failure;
  if (auto failure = take_files(body, files, read)) return failure;
  read.ui_client = trigger.found;
  read.edits = message_id.is(Kind::kString);
  // Other clients write other things there.
  if (id.is(Kind::kString)) read.chat_id = json::View(json::raw_of(body, id)).string();
  if (!is_client_key(read.chat_id)) read.chat_id.clear();

  History history;
  if (auto failure = history.read(json::View(json::raw_of(body, messages)))) return failure;
  read.messages = std::move(history.messages);
  read.prompt = std::move(history.last_user_text);
  if (read.image && read.prompt.empty()) {
    return wrong_value("messages",
                       "an image is drawn from the last user message, which has no text");
  }
  return read.image ? take_fields(json::View(body), kImageFields, read.fields)
                    : take_fields(json::View(body), kChatFields, read.fields);
}

// Where the inside of the list `tools` begins in `fields`; npos without one.
std::size_t inside_of_tools(const std::string& fields) {
  constexpr std::string_view kBefore = "{\"\":0";  // what makes an object of them
  const std::string object = std::string(kBefore) + fields + '}';
  for (const json::MemberView& member : json::View(object).members()) {
    if (!member.named("tools") || !member.value.is(Kind::kArray)) continue;
    const std::size_t at = static_cast<std::size_t>(member.value.text().data() - object.data());
    return at - kBefore.size() + 1;
  }
  return std::string::npos;
}

// The members, with further tools in the client's own list or in one of their own.
void append_fields(std::string& out, const std::string& fields, std::string_view tools) {
  const std::size_t inside = tools.empty() ? 0 : inside_of_tools(fields);
  if (tools.empty()) {
    out += fields;
  } else if (inside == std::string::npos) {
    out += ",\"tools\":[";
    out += tools;
    out += ']';
    out += fields;
  } else {
    const std::size_t first = fields.find_first_not_of(" \t\r\n", inside);
    out.append(fields, 0, inside);
    out += tools;
    if (fields[first] != ']') out += ',';
    out.append(fields, inside);
  }
}

}  // namespace

std::variant<ChatBody, chat::Failure> read_body(json::Padded body) {
  std::array<json::Wanted, 10> wanted{{{.path = "messages"},
                                       {.path = "mode"},
                                       {.path = "model"},
                                       {.path = "provider"},
                                       {.path = "conversation_id"},
                                       {.path = "stream_options.include_usage"},
                                       {.path = "trigger"},
                                       {.path = "id"},
                                       {.path = "messageId"},
                                       {.path = "files"}}};
  if (auto failure = scan_body(body, wanted)) return std::move(*failure);
  ChatBody read;
  if (auto failure = take_members(body.text(), wanted, read)) return std::move(*failure);
  return read;
}

ProviderBody write_provider_body(const ChatBody& body,
                                 std::string_view model,
                                 std::string_view further,
                                 std::string_view tools) {
  ProviderBody written;
  std::string& out = written.padded;
  out.reserve(body.messages.size() + body.fields.size() + 256);
  out += "{\"model\":";
  written.model_value.begin = out.size();
  json::append_string(out, model);
  written.model_value.end = out.size();
  if (body.image) {
    out += ",\"prompt\":";
    json::append_string(out, body.prompt);
    out += ",\"n\":1";
    for (const ImageDefault& each : kImageDefaults) {
      if (!has_field(body.fields, each.name)) append_field(out, each.name, each.json);
    }
  } else {
    out += ",\"messages\":";
    out += body.messages;
    out.insert(out.rfind(']'), further);
    out += ",\"stream\":true";
  }
  append_fields(out, body.fields, body.image ? std::string_view() : tools);
  out += '}';
  out.append(json::Padded::kBytes, '\0');
  return written;
}

}  // namespace patchbay::dialects::chat_route
