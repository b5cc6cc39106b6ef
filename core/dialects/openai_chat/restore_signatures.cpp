#include "core/dialects/openai_chat/restore_signatures.hpp"

#include <optional>
#include <utility>
#include <vector>

#include "core/json/view.hpp"

namespace patchbay::dialects::openai_chat {
namespace {

using json::Kind;
using json::MemberView;
using json::View;

// A range of the body, and what is to stand there instead.
struct Edit {
  json::Span span;
  std::string text;
};

bool is_absent(const std::optional<View>& value) {
  return !value || value->is(Kind::kNull);
}

bool is_empty(const View& list) {
  for (const View& item : list.items()) {
    static_cast<void>(item);
    return false;
  }
  return true;
}

// Signatures without the text that they sign.
bool is_wordless(const View& details) {
  bool any = false;
  for (const View& detail : details.items()) {
    bool has_text = false;
    bool has_signature = false;
    for (const MemberView& member : detail.members()) {
      has_text = has_text || member.named("text");
      has_signature = has_signature || member.named("signature");
    }
    if (has_text) return false;
    any = any || has_signature;
  }
  return any;
}

class Restorer {
 public:
  Restorer(std::string_view body, const FindKept& find) : body_(body), find_(find) {}

  // In order of their places.
  const std::vector<Edit>& edits() const { return edits_; }

  void message(const View& message) {
    std::optional<View> role, calls, details;
    for (const MemberView& member : message.members()) {
      if (member.named("role")) role = member.value;
      if (member.named("tool_calls")) calls = member.value;
      if (member.named("reasoning_details")) details = member.value;
    }
    if (!role || !calls || role->string() != "assistant") return;
    std::vector<Edit> inside;
    std::string missing;
    for (const View& call : calls->items()) {
      const auto kept = this->call(call, inside);
      if (kept && missing.empty()) missing = kept->details;
    }
    put_details(message, details, missing);
    // The details stand at the front of the message or at a place of their own; either may be
    // before or behind the calls.
    for (Edit& edit : inside)
      add(std::move(edit));
  }

 private:
  std::shared_ptr<const chat::KeptReasoning> call(const View& call, std::vector<Edit>& inside) {
    std::optional<View> id, extra;
    std::string name;
    for (const MemberView& member : call.members()) {
      if (member.named("id")) id = member.value;
      if (member.named("extra_content")) extra = member.value;
      if (!member.named("function")) continue;
      for (const MemberView& of_function : member.value.members()) {
        if (of_function.named("name")) name = of_function.value.string();
      }
    }
    if (!id || !id->is(Kind::kString)) return nullptr;
    const std::string wanted = id->string();
    auto kept = find_(wanted);
    if (kept == nullptr) return nullptr;
    for (const chat::KeptReasoning::Call& one : kept->calls) {
      if (one.id != wanted) continue;
      if (one.name != name) return nullptr;  // another call, by a vendor that counts its ids
      if (!one.extra_content.empty() && !extra) {
        inside.push_back({front_of(call), "\"extra_content\":" + one.extra_content + ","});
      } else if (!one.extra_content.empty() && is_absent(extra)) {
        inside.push_back({span_of(*extra), one.extra_content});
      }
    }
    return kept;
  }

  void put_details(const View& message,
                   const std::optional<View>& present,
                   const std::string& missing) {
    if (missing.empty()) return;
    if (!present) {
      add({front_of(message), "\"reasoning_details\":" + missing + ","});
    } else if (is_absent(present) || is_empty(*present) || is_wordless(*present)) {
      add({span_of(*present), missing});
    }
  }

  // Keeps them in the order of their places.
  void add(Edit edit) {
    auto place = edits_.end();
    while (place != edits_.begin() && (place - 1)->span.begin > edit.span.begin)
      --place;
    edits_.insert(place, std::move(edit));
  }

  json::Span span_of(const View& value) const {
    const auto begin = static_cast<std::size_t>(value.text().data() - body_.data());
    return {begin, begin + value.text().size()};
  }
  // Right behind the brace of an object that is not empty.
  json::Span front_of(const View& object) const {
    const std::size_t begin = span_of(object).begin + 1;
    return {begin, begin};
  }

  const std::string_view body_;
  const FindKept& find_;
  std::vector<Edit> edits_;
};

std::string apply(std::string_view body, const std::vector<Edit>& edits, json::Span& model_value) {
  std::size_t size = body.size() + json::Padded::kBytes;
  for (const Edit& edit : edits)
    size += edit.text.size();
  std::string out;
  out.reserve(size);
  std::size_t at = 0;
  const json::Span before = model_value;
  for (const Edit& edit : edits) {
    out.append(body.substr(at, edit.span.begin - at)).append(edit.text);
    at = edit.span.end;
    if (edit.span.begin <= before.begin && before.size() > 0) {
      model_value.begin = out.size() + (before.begin - at);
      model_value.end = model_value.begin + before.size();
    }
  }
  out.append(body.substr(at));
  out.append(json::Padded::kBytes, '\0');
  return out;
}

}  // namespace

bool restore_signatures(std::string& padded_body, json::Span& model_value, const FindKept& find) {
  const std::string_view body =
      std::string_view(padded_body).substr(0, padded_body.size() - json::Padded::kBytes);
  if (body.find("\"tool_calls\"") == body.npos) return false;
  Restorer restorer(body, find);
  for (const MemberView& member : View(body).members()) {
    if (!member.named("messages")) continue;
    for (const View& message : member.value.items())
      restorer.message(message);
  }
  if (restorer.edits().empty()) return false;
  padded_body = apply(body, restorer.edits(), model_value);
  return true;
}

}  // namespace patchbay::dialects::openai_chat
