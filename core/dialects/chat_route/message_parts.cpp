#include "core/dialects/chat_route/message_parts.hpp"

#include <array>
#include <utility>

#include "core/dialects/chat_route/fields.hpp"
#include "core/json/member.hpp"
#include "core/json/write.hpp"

namespace patchbay::dialects::chat_route {
namespace {

using json::Kind;
using json::View;

struct TextMember {
  std::string_view name;
  std::string PartMembers::*member;
};

constexpr std::array kTexts{
    TextMember{"type", &PartMembers::type},
    TextMember{"state", &PartMembers::state},
    TextMember{"toolCallId", &PartMembers::tool_call_id},
    TextMember{"toolName", &PartMembers::tool_name},
    TextMember{"errorText", &PartMembers::error_text},
    TextMember{"mediaType", &PartMembers::media_type},
    TextMember{"mimeType", &PartMembers::media_type},
    TextMember{"contentType", &PartMembers::media_type},
    TextMember{"url", &PartMembers::url},
    TextMember{"filename", &PartMembers::filename},
    TextMember{"name", &PartMembers::filename},
};

struct ValueMember {
  std::string_view name;
  std::optional<View> PartMembers::*member;
};

constexpr std::array kValues{
    ValueMember{"input", &PartMembers::input},
    ValueMember{"args", &PartMembers::input},
    ValueMember{"output", &PartMembers::output},
    ValueMember{"result", &PartMembers::output},
    ValueMember{"details", &PartMembers::details},
    ValueMember{"providerMetadata", &PartMembers::metadata},
};

// One entry of reasoning_details. `format` says whose proof it is, where that is known.
void append_detail(std::string& list,
                   std::string_view type,
                   std::string_view text,
                   std::string_view proof_name,
                   std::string_view proof,
                   std::string_view format) {
  if (!list.empty()) list += ',';
  json::Writer writer(list);
  writer.begin_object().member("type", type);
  if (!text.empty()) writer.member("text", text);
  writer.member(proof_name, proof);
  if (!format.empty()) writer.member("format", format);
  writer.end_object();
}

void append_separated(std::string& out, std::string_view element) {
  if (!out.empty()) out += ',';
  out += element;
}

// A string as it is, everything else as the JSON it is.
std::string result_text(const std::optional<View>& output) {
  if (!output) return {};
  return output->is(Kind::kString) ? output->string() : std::string(output->text());
}

}  // namespace

void append_line(std::string& text, std::string_view line) {
  if (!text.empty() && !line.empty()) text += '\n';
  text += line;
}

MaybeFailure PartMembers::take(View part, const std::string& path) {
  if (!part.is(Kind::kObject)) return wrong_kind(path, "an object", part);
  for (const json::MemberView& member : part.members()) {
    const View& value = member.value;
    if (value.is(Kind::kNull)) continue;
    for (const TextMember& known : kTexts) {
      if (!member.named(known.name)) continue;
      if (!value.is(Kind::kString)) {
        return wrong_kind(member_path(path, known.name), "a string", value);
      }
      this->*known.member = value.string();
    }
    for (const ValueMember& known : kValues) {
      if (member.named(known.name)) this->*known.member = value;
    }
    if (member.named("text")) {
      if (!value.is(Kind::kString)) return wrong_kind(member_path(path, "text"), "a string", value);
      text = value;
    } else if (member.named("data") && value.is(Kind::kString)) {
      data = value.string();  // what a front end's own data parts hold may be anything
    } else if (member.named("toolInvocation")) {
      if (!value.is(Kind::kObject)) {
        return wrong_kind(member_path(path, "toolInvocation"), "an object", value);
      }
      tool_invocation = value;
    }
  }
  return std::nullopt;
}

void UserContent::add_text(std::string_view text) {
  append_line(text_, text);
  if (!elements_.empty()) elements_ += ',';
  json::Writer(elements_).begin_object().member("type", "text").member("text", text).end_object();
}

MaybeFailure UserContent::add_file(const PartMembers& part, const std::string& path) {
  Attachment file{part.media_type, part.url, part.filename};
  if (file.url.empty()) file.url = "data:" + part.media_type + ";base64," + part.data;
  only_text_ = false;
  if (!elements_.empty()) elements_ += ',';
  const std::string wrong = append_attachment(elements_, file);
  if (!wrong.empty()) return wrong_value(member_path(path, "url"), wrong);
  return std::nullopt;
}

MaybeFailure UserContent::take_parts(View parts, const std::string& path) {
  std::size_t index = 0;
  for (const View& item : parts.items()) {
    const std::string at = item_path(path, index++);
    PartMembers part;
    if (auto failure = part.take(item, at)) return failure;
    if (part.type.empty()) return wrong_value(member_path(at, "type"), "is missing");
    if (part.type == "text") {
      if (!part.text) return wrong_value(member_path(at, "text"), "is missing");
      add_text(part.text->string());
    } else if (part.type == "file") {
      if (auto failure = add_file(part, at)) return failure;
    }
  }
  return std::nullopt;
}

MaybeFailure UserContent::take_attachments(View list, const std::string& path) {
  std::size_t index = 0;
  for (const View& item : list.items()) {
    const std::string at = item_path(path, index++);
    PartMembers file;
    if (auto failure = file.take(item, at)) return failure;
    if (file.url.empty()) return wrong_value(member_path(at, "url"), "is missing");
    if (auto failure = add_file(file, at)) return failure;
  }
  return std::nullopt;
}

std::string UserContent::json() const {
  if (!only_text_) return '[' + elements_ + ']';
  std::string out;
  json::append_string(out, text_);
  return out;
}

void AssistantSteps::add_text(std::string_view text) {
  if (text.empty()) return;
  if (!calls_.empty()) end_step();  // what is said after a call is said knowing its result
  append_line(text_, without_inline_images(text));
}

// Reasoning goes back only with the proof that it is the vendor's own; nobody takes it without.
void AssistantSteps::add_reasoning(const PartMembers& part) {
  if (!calls_.empty()) end_step();
  const std::string text = part.text ? part.text->string() : std::string();
  if (part.metadata) {
    for (const json::MemberView& vendor : part.metadata->members()) {
      for (const json::MemberView& proof : vendor.value.members()) {
        if (!proof.value.is(Kind::kString)) continue;
        const std::string format = vendor.name() + '.' + proof.name();
        const bool redacted = proof.named("redacted");
        append_detail(details_,
                      redacted ? "reasoning.encrypted" : "reasoning.text",
                      text,
                      redacted ? "data" : "signature",
                      proof.value.string(),
                      format);
      }
    }
  }
  if (!part.details) return;
  for (const View& detail : part.details->items()) {
    const std::string signature = json::member_text(detail, "signature");
    const std::string data = json::member_text(detail, "data");
    if (!signature.empty()) {
      append_detail(details_,
                    "reasoning.text",
                    json::member_text(detail, "text"),
                    "signature",
                    signature,
                    {});
    } else if (!data.empty()) {
      append_detail(details_, "reasoning.encrypted", {}, "data", data, {});
    }
  }
}

void AssistantSteps::add_tool(const PartMembers& part) {
  const bool failed = part.state == "output-error";
  const bool denied = part.state == "output-denied";
  const bool done = part.state == "output-available" || part.state == "result";
  if ((!failed && !denied && !done) || part.tool_call_id.empty()) return;
  const std::string_view input = part.input ? part.input->text() : std::string_view("{}");
  std::string call;
  json::Writer writer(call);
  writer.begin_object().member("id", part.tool_call_id).member("type", "function");
  writer.key("function").begin_object().member("name", part.tool_name);
  writer.member("arguments", input).end_object().end_object();
  append_separated(calls_, call);
  results_ += ",{\"role\":\"tool\",\"tool_call_id\":";
  json::append_string(results_, part.tool_call_id);
  results_ += ",\"content\":";
  json::append_string(results_,
                      failed   ? part.error_text
                      : denied ? std::string("The user denied this tool call.")
                               : result_text(part.output));
  results_ += '}';
}

MaybeFailure AssistantSteps::take_parts(View parts, const std::string& path) {
  constexpr std::string_view kTool = "tool-";
  std::size_t index = 0;
  for (const View& item : parts.items()) {
    const std::string at = item_path(path, index++);
    PartMembers part;
    if (auto failure = part.take(item, at)) return failure;
    if (part.type.empty()) return wrong_value(member_path(at, "type"), "is missing");
    if (part.tool_invocation) {
      PartMembers invocation;
      const std::string inner = member_path(at, "toolInvocation");
      if (auto failure = invocation.take(*part.tool_invocation, inner)) return failure;
      add_tool(invocation);
    } else if (part.type == "text") {
      if (!part.text) return wrong_value(member_path(at, "text"), "is missing");
      add_text(part.text->string());
    } else if (part.type == "reasoning") {
      add_reasoning(part);
    } else if (part.type == "step-start") {
      end_step();
    } else if (part.type == "dynamic-tool") {
      add_tool(part);
    } else if (part.type.starts_with(kTool)) {
      part.tool_name = part.type.substr(kTool.size());
      add_tool(part);
    }
  }
  end_step();
  return std::nullopt;
}

MaybeFailure AssistantSteps::take_invocations(View list, const std::string& path) {
  std::size_t index = 0;
  for (const View& item : list.items()) {
    PartMembers invocation;
    if (auto failure = invocation.take(item, item_path(path, index++))) return failure;
    add_tool(invocation);
  }
  return std::nullopt;
}

void AssistantSteps::end_step() {
  const std::string text = std::exchange(text_, {});
  const std::string details = std::exchange(details_, {});
  const std::string calls = std::exchange(calls_, {});
  const std::string results = std::exchange(results_, {});
  if (text.empty() && calls.empty()) return;
  std::string message = R"({"role":"assistant","content":)";
  if (text.empty()) {
    message += "null";
  } else {
    json::append_string(message, text);
  }
  if (!calls.empty()) message += ",\"tool_calls\":[" + calls + ']';
  if (!details.empty()) message += ",\"reasoning_details\":[" + details + ']';
  message += '}';
  append_separated(out_, message);
  out_ += results;
}

}  // namespace patchbay::dialects::chat_route
