#include "plugins/gemini/contents.hpp"

#include <unordered_map>
#include <utility>
#include <vector>

#include "plugins/gemini/parts.hpp"
#include "plugins/gemini/schema.hpp"

namespace patchbay::plugins::gemini {
namespace {

using Speaker = Turns::Speaker;

// What the vendor documents for calls whose signature is gone: it is not checked then.
constexpr std::string_view kPlaceholder = "\"skip_thought_signature_validator\"";

std::string element(std::string_view list, std::size_t index) {
  return std::string(list) + "[" + std::to_string(index) + "]";
}

// The JSON object that a text is; nothing for any other text.
bool is_object_text(std::string_view text, JsonText& json) {
  return json.parse(text) && json.root().is_object();
}

class Conversation {
 public:
  explicit Conversation(Translation& translation) : translation_(translation) {}

  bool read(JsonValue messages);
  void write(BodyText& out);

 private:
  bool message(JsonValue message);
  bool system(JsonValue content);
  bool user(JsonValue content);
  bool assistant(JsonValue message);
  bool tool(JsonValue message);
  bool model_content(JsonValue message, JsonValue text_signature);
  bool write_images(JsonValue images, std::vector<BodyText>& parts);
  bool write_content(JsonValue content, std::vector<BodyText>& parts);
  static JsonValue take_signature(JsonValue message, bool calls_tools);
  bool calls(JsonValue message, JsonValue first_signature);
  void call(JsonValue id, JsonValue function, JsonValue signature, bool placeholder);
  static JsonValue signature_of(JsonValue call, JsonValue details);
  void result(JsonValue content, BodyText& out);

  Translation& translation_;
  Turns turns_;
  BodyText system_;                                   // parts, with commas between them
  std::unordered_map<std::string, JsonValue> names_;  // of calls, by id
  std::string place_;                                 // "messages[3]"
  bool is_current_turn_ = false;  // nothing of the user's follows but tools' answers
  JsonText scratch_;
};

bool Conversation::read(JsonValue messages) {
  if (!messages.is_array() || messages.elements().empty()) {
    return translation_.refuse("messages", "there must be at least one message");
  }
  std::size_t count = 0;
  std::size_t behind_user = 0;  // the place behind the last message of the user
  for (const JsonValue one : messages.elements()) {
    ++count;
    if (one["role"].says("user")) behind_user = count;
  }
  std::size_t index = 0;
  for (const JsonValue one : messages.elements()) {
    place_ = element("messages", index);
    is_current_turn_ = index >= behind_user;
    if (!message(one)) return false;
    ++index;
  }
  turns_.end();
  if (turns_.empty() && system_.empty()) {
    return translation_.refuse("messages", "there is nothing in them for the model to read");
  }
  return true;
}

bool Conversation::message(JsonValue message) {
  const JsonValue role = message["role"];
  if (role.says("user")) return user(message["content"]);
  if (role.says("assistant") || role.says("model")) return assistant(message);
  if (role.says("system") || role.says("developer")) return system(message["content"]);
  if (role.says("tool") || role.says("function")) return tool(message);
  return translation_.refuse(place_ + ".role", "a role that this provider does not know");
}

// The parts of a content, each of them that says something.
bool Conversation::write_content(JsonValue content, std::vector<BodyText>& parts) {
  if (content.is_string() || content.is_object()) {
    BodyText part;
    const PartResult done = write_part(content, place_ + ".content", translation_, part);
    if (done == PartResult::kWritten) parts.push_back(std::move(part));
    return done != PartResult::kRefused;
  }
  if (content && !content.is_array()) {
    return translation_.refuse(place_ + ".content", "it must be a text or a list of parts");
  }
  std::size_t index = 0;
  for (const JsonValue one : content.elements()) {
    BodyText part;
    const std::string place = element(place_ + ".content", index++);
    const PartResult done = write_part(one, place, translation_, part);
    if (done == PartResult::kRefused) return false;
    if (done == PartResult::kWritten) parts.push_back(std::move(part));
  }
  return true;
}

bool Conversation::system(JsonValue content) {
  std::vector<BodyText> parts;
  if (!write_content(content, parts)) return false;
  for (const BodyText& part : parts) {
    if (!system_.empty()) system_.add(",");
    system_.append(part);
  }
  return true;
}

bool Conversation::user(JsonValue content) {
  std::vector<BodyText> parts;
  if (!write_content(content, parts)) return false;
  for (const BodyText& part : parts)
    turns_.part(Speaker::kUser).append(part);
  return true;
}

bool Conversation::assistant(JsonValue message) {
  const bool calls_tools =
      !message["tool_calls"].elements().empty() || message["function_call"].is_object();
  const JsonValue signature = take_signature(message, calls_tools);
  if (!model_content(message, calls_tools ? JsonValue() : signature)) return false;
  return calls(message, signature);
}

// The signature of the message itself, as opposed to those of its calls: of its last text, or of
// its first call where there are calls.
JsonValue Conversation::take_signature(JsonValue message, bool calls_tools) {
  JsonValue found = extra_signature(message);
  for (const JsonValue detail : message["reasoning_details"].elements()) {
    const JsonValue proof = detail_signature(detail);
    if (proof && !(calls_tools && detail["id"].is_string())) found = proof;
  }
  return found;
}

// Pictures that the model made come back as `images`, where an answer of ours has them.
bool Conversation::write_images(JsonValue images, std::vector<BodyText>& parts) {
  for (const JsonValue image : images.elements()) {
    const JsonValue held = image["image_url"];
    const JsonValue url = held.is_object() ? held["url"] : held;
    BodyText part;
    if (write_file(url, {}, place_ + ".images", translation_, part) != PartResult::kWritten) {
      return false;
    }
    parts.push_back(std::move(part));
  }
  return true;
}

bool Conversation::model_content(JsonValue message, JsonValue text_signature) {
  std::vector<BodyText> parts;
  if (!write_content(message["content"], parts)) return false;
  if (text_signature) {
    // Where there was no text, the vendor has sent an empty one to hold it.
    if (parts.empty()) parts.emplace_back().add("{\"text\":\"\"}");
    parts.back().reopen();
    parts.back().add(",\"thoughtSignature\":").add(text_signature.raw()).add("}");
  }
  if (!write_images(message["images"], parts)) return false;
  for (const BodyText& part : parts)
    turns_.part(Speaker::kModel).append(part);
  return true;
}

JsonValue Conversation::signature_of(JsonValue call, JsonValue details) {
  if (const JsonValue own = extra_signature(call)) return own;
  const JsonValue id = call["id"];
  for (const JsonValue detail : details.elements()) {
    const JsonValue proof = detail_signature(detail);
    if (proof && id.is_string() && detail["id"].is_string() &&
        id.escaped() == detail["id"].escaped()) {
      return proof;
    }
  }
  return {};
}

// Of calls that were made at once only the first has a signature, so one is enough for the message;
// without any the placeholder stands on the first, where the vendor asks for it: in the current
// turn.
bool Conversation::calls(JsonValue message, JsonValue first_signature) {
  const JsonValue details = message["reasoning_details"];
  bool is_signed = static_cast<bool>(first_signature);
  for (const JsonValue one : message["tool_calls"].elements())
    is_signed = is_signed || signature_of(one, details);
  bool placeholder = !is_signed && is_current_turn_ && translation_.model.wants_signatures;

  std::size_t index = 0;
  for (const JsonValue one : message["tool_calls"].elements()) {
    const std::string place = element(place_ + ".tool_calls", index);
    const JsonValue function = one["function"];
    if (!function["name"].is_string()) {
      return translation_.refuse(place, "only calls of functions can be said to this provider");
    }
    JsonValue signature = signature_of(one, details);
    if (!signature && index == 0) signature = first_signature;
    call(one["id"], function, signature, std::exchange(placeholder, false));
    ++index;
  }
  const JsonValue old_call = message["function_call"];
  if (index == 0 && old_call["name"].is_string()) {
    call({}, old_call, first_signature, placeholder);
  }
  return true;
}

void Conversation::call(JsonValue id, JsonValue function, JsonValue signature, bool placeholder) {
  BodyText& out = turns_.part(Speaker::kModel);
  const JsonValue name = function["name"];
  out.add("{\"functionCall\":{");
  if (!id.escaped().empty()) {
    names_[id.string()] = name;
    out.add("\"id\":").add(id.raw()).add(",");
  }
  out.add("\"name\":").add(name.raw()).add(",\"args\":");

  const JsonValue arguments = function["arguments"];
  const std::string text = arguments.string();
  if (arguments.is_object()) {
    out.splice(arguments.raw());
  } else if (is_object_text(text, scratch_)) {
    out.add(scratch_.root().raw());
  } else if (text.empty()) {
    out.add("{}");
  } else {  // a model's broken JSON must not end the conversation
    out.add("{\"arguments\":").add(arguments.raw()).add("}");
    note_dropped(translation_.dropped, "the form of a call's arguments that are no object");
  }
  out.add("}");
  if (signature) {
    out.add(",\"thoughtSignature\":").add(signature.raw());
  } else if (placeholder) {
    out.add(",\"thoughtSignature\":").add(kPlaceholder);
    ++translation_.lost_signatures;
  }
  out.add("}");
}

bool Conversation::tool(JsonValue message) {
  const JsonValue id = message["tool_call_id"];
  const auto called = names_.find(id.string());
  const JsonValue name = called != names_.end() ? called->second : message["name"];
  if (!name.is_string()) {
    return translation_.refuse(place_ + ".tool_call_id",
                               "no call of that id comes before it, and a result is given to this "
                               "provider by its function's name");
  }
  BodyText& out = turns_.part(Speaker::kTools);
  out.add("{\"functionResponse\":{");
  if (!id.escaped().empty()) out.add("\"id\":").add(id.raw()).add(",");
  out.add("\"name\":").add(name.raw()).add(",\"response\":");

  const JsonValue content = message["content"];
  result(content, out);
  out.add("}}");
  std::size_t index = 0;
  for (const JsonValue one : content.elements()) {
    const std::string place = element(place_ + ".content", index++);
    if (one.is_string() || one["text"].is_string()) continue;
    BodyText part;
    if (write_part(one, place, translation_, part) == PartResult::kRefused) return false;
    if (!part.empty()) turns_.after_tools(part);
  }
  return true;
}

// A response is an object: JSON objects stand as they are, anything else in the member that the
// vendor suggests.
void Conversation::result(JsonValue content, BodyText& out) {
  std::string text = content.string();
  for (const JsonValue part : content.elements()) {
    const JsonValue piece = part.is_string() ? part : part["text"];
    if (!piece.is_string()) continue;
    if (!text.empty()) text += '\n';
    text += piece.string();
  }
  if (is_object_text(text, scratch_)) {
    out.add(scratch_.root().raw());
  } else {
    out.add("{\"result\":").quote(text).add("}");
  }
}

void Conversation::write(BodyText& out) {
  out.add("\"contents\":[");
  if (turns_.empty()) {  // the vendor asks for a turn: what the system says has to be it
    out.add("{\"role\":\"user\",\"parts\":[").append(system_).add("]}]");
    return;
  }
  out.append(turns_.text()).add("]");
  if (system_.empty()) return;
  out.add(",\"systemInstruction\":{\"parts\":[").append(system_).add("]}");
}

}  // namespace

BodyText& Turns::part(Speaker speaker) {
  while (speaker_ != speaker && speaker_ != Speaker::kNobody)
    close();
  if (speaker_ == speaker) return turns_.add(",");
  if (!turns_.empty()) turns_.add(",");
  turns_.add(speaker == Speaker::kModel ? "{\"role\":\"model\",\"parts\":["
                                        : "{\"role\":\"user\",\"parts\":[");
  speaker_ = speaker;
  return turns_;
}

void Turns::after_tools(const BodyText& part) {
  if (!waiting_.empty()) waiting_.add(",");
  waiting_.append(part);
}

// Ends the turn that is under way; parts that waited for that begin the user's.
void Turns::close() {
  if (speaker_ != Speaker::kNobody) turns_.add("]}");
  const bool waited = speaker_ == Speaker::kTools && !waiting_.empty();
  speaker_ = Speaker::kNobody;
  if (!waited) return;
  turns_.add(",{\"role\":\"user\",\"parts\":[").append(waiting_);
  waiting_.clear();
  speaker_ = Speaker::kUser;
}

void Turns::end() {
  while (speaker_ != Speaker::kNobody)
    close();
}

bool write_contents(JsonValue messages, Translation& translation, BodyText& out) {
  Conversation conversation(translation);
  if (!conversation.read(messages)) return false;
  conversation.write(out);
  return true;
}

}  // namespace patchbay::plugins::gemini
