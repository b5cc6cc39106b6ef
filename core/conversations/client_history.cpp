#include "core/conversations/client_history.hpp"

#include <cstddef>
#include <memory>
#include <optional>
#include <utility>

#include "core/conversations/pictures.hpp"
#include "core/conversations/storable_text.hpp"
#include "core/json/member.hpp"
#include "core/json/write.hpp"

namespace patchbay::conversations {
namespace {

using json::Kind;

struct Fields {
  std::string role;
  std::optional<json::View> content;

  explicit Fields(json::View message) {
    for (const json::MemberView& member : message.members()) {
      if (member.named("role")) role = member.value.string();
      if (member.named("content")) content = member.value;
    }
  }
};

void append_line(std::string& text, std::string_view line) {
  if (!text.empty() && !line.empty()) text += '\n';
  text += line;
}

// One part of a message as it is stored. Of a file there is only its name: its bytes went to the
// model, and nobody asks for them again.
void write_part(json::Writer& writer, json::View part, std::string& text, Pictures& pictures) {
  std::string type;
  std::string words;
  std::string url;
  std::string name;
  for (const json::MemberView& member : part.members()) {
    if (member.named("type")) type = member.value.string();
    if (member.named("text")) words = member.value.string();
    if (member.named("image_url")) {
      url = member.value.is(Kind::kString) ? member.value.string()
                                           : json::member_text(member.value, "url");
    }
    if (member.named("file")) name = json::member_text(member.value, "filename");
  }
  writer.begin_object();
  if (type == "text") {
    append_line(text, words);
    writer.member("type", "text").member("text", storable(words));
  } else if (type == "image_url") {
    writer.member("type", "image");
    if (auto picture = read_data_url(url)) {
      writer.member("file", "#" + std::to_string(pictures.size()));
      pictures.push_back(*std::move(picture));
    } else {
      writer.member("url", storable(url));
    }
  } else {
    writer.member("type", "file").member("name", storable(name.empty() ? type : name));
  }
  writer.end_object();
}

void write_with_context(json::Writer& writer, json::View message, std::string_view context) {
  writer.begin_object();
  for (const json::MemberView& member : message.members()) {
    writer.key(member.name());
    if (!member.named("content")) {
      writer.raw(member.value.text());
    } else if (member.value.is(Kind::kString)) {
      writer.value(std::string(context) + '\n' + member.value.string());
    } else {
      writer.begin_array().begin_object().member("type", "text").member("text", context);
      writer.end_object();
      for (const json::View part : member.value.items())
        writer.raw(part.text());
      writer.end_array();
    }
  }
  writer.end_object();
}

}  // namespace

UserText read_content(json::View content) {
  UserText read;
  if (content.is(Kind::kString)) {
    read.content = storable(content.string());
    return read;
  }
  json::Writer writer(read.parts);
  bool only_text = true;
  Pictures pictures;
  writer.begin_array();
  for (const json::View part : content.items()) {
    write_part(writer, part, read.content, pictures);
    only_text = only_text && json::member_text(part, "type") == "text";
  }
  writer.end_array();
  read.content = storable(read.content);
  if (only_text) read.parts.clear();
  if (!pictures.empty()) read.pictures = std::make_shared<const Pictures>(std::move(pictures));
  return read;
}

ClientHistory read_client_history(json::View messages) {
  ClientHistory history;
  std::size_t others = 0;
  for (const json::View message : messages.items()) {
    const Fields fields(message);
    history.ends_with_user = fields.role == "user";
    if (fields.role == "user" && fields.content) {
      history.last = read_content(*fields.content);
      history.user_texts.push_back(hash_of(history.last.content));
    } else if (fields.role != "system" && fields.role != "developer") {
      ++others;
    }
  }
  history.lone = history.user_texts.size() == 1 && others == 0;
  return history;
}

std::string with_stored(std::string_view messages, std::string_view stored) {
  std::string_view inside = json::View(stored).text();
  inside = inside.substr(1, inside.size() - 2);
  std::string out;
  json::Writer writer(out);
  writer.begin_array();
  for (const json::View message : json::View(messages).items()) {
    if (Fields(message).role == "user" && !inside.empty()) writer.raw(inside);
    writer.raw(message.text());
  }
  writer.end_array();
  return out;
}

std::string with_context(std::string_view messages, std::string_view context) {
  std::ptrdiff_t last = -1;
  std::ptrdiff_t at = 0;
  for (const json::View message : json::View(messages).items()) {
    if (Fields(message).role == "user") last = at;
    ++at;
  }
  std::string out;
  json::Writer writer(out);
  writer.begin_array();
  at = 0;
  for (const json::View message : json::View(messages).items()) {
    if (at++ == last) {
      write_with_context(writer, message, context);
    } else {
      writer.raw(message.text());
    }
  }
  writer.end_array();
  return out;
}

}  // namespace patchbay::conversations
