#include "core/conversations/pictures.hpp"

#include <memory>
#include <utility>

#include "core/base/base64.hpp"
#include "core/base/uuid.hpp"
#include "core/crypto/sha256.hpp"
#include "core/json/member.hpp"
#include "core/json/view.hpp"
#include "core/json/write.hpp"

namespace patchbay::conversations {
namespace {

using storage::Repository;

constexpr std::string_view kLeftOut = "(A picture that was shown here is left out.)";

std::string url_of(json::View part) {
  for (const json::MemberView& member : part.members()) {
    if (!member.named("image_url")) continue;
    return member.value.is(json::Kind::kString) ? member.value.string()
                                                : json::member_text(member.value, "url");
  }
  return {};
}

std::string file_id(std::string_view conversation, std::string_view digest) {
  const std::string hash = crypto::sha256(std::string(conversation) + '\n' + std::string(digest));
  return hash.substr(0, 8) + '-' + hash.substr(8, 4) + "-8" + hash.substr(13, 3) + "-8" +
         hash.substr(17, 3) + '-' + hash.substr(20, 12);
}

// A member as the parts have it. In no text within them can it stand: quotes are escaped there.
std::string named(std::string_view file) {
  return "\"file\":\"" + std::string(file) + '"';
}

void replace(std::string& text, const std::string& what, const std::string& with) {
  for (std::size_t at = text.find(what); at != text.npos; at = text.find(what, at + with.size()))
    text.replace(at, what.size(), with);
}

Result<bool> is_owners(Repository& repository, const std::string& owner, const std::string& file) {
  const auto found = repository.owner_of_file(file);
  if (found) return *found == owner;
  if (found.error().code == ErrorCode::kNotFound) return false;
  return found.error();
}

// Reads files as data: URLs, as long as there is room.
class Loader {
 public:
  Loader(Repository& repository, const std::string& owner)
      : repository_(repository), owner_(owner) {}

  // "" where there is no such file of the owner's, or no room.
  Result<std::string> load(const std::string& id) {
    if (left_ == 0) return std::string();
    auto file = repository_.file(owner_, id);
    if (!file && file.error().code == ErrorCode::kNotFound) return std::string();
    if (!file) return file.error();
    if (file->bytes.size() > left_) {
      left_ = 0;  // nothing earlier either: a history with holes says less than a shorter one
      return std::string();
    }
    left_ -= file->bytes.size();
    std::string url = "data:" + file->media_type + ";base64,";
    append_base64(url, file->bytes);
    return url;
  }

 private:
  Repository& repository_;
  const std::string& owner_;
  std::size_t left_ = kPictureBytesMax;
};

Status put_back(Loader& loader, storage::Version& version) {
  if (version.parts.find("\"file\"") == std::string::npos) return ok();
  std::string parts;
  json::Writer writer(parts);
  writer.begin_array();
  for (const json::View part : json::View(version.parts).items()) {
    const std::string id = json::member_text(part, "file");
    if (!is_uuid(id)) {
      writer.raw(part.text());
      continue;
    }
    const auto url = loader.load(id);
    if (!url) return url.error();
    writer.begin_object();
    if (url->empty()) {
      writer.member("type", "text").member("text", kLeftOut);
    } else {
      writer.member("type", "image").member("url", *url);
    }
    writer.end_object();
  }
  writer.end_array();
  version.parts = std::move(parts);
  return ok();
}

// One part of a client's message: itself, unless it shows a file of ours.
Status write_part(json::Writer& writer, json::View part, Loader& loader) {
  const std::string id = file_in_url(url_of(part));
  if (id.empty()) {
    writer.raw(part.text());
    return ok();
  }
  const auto url = loader.load(id);
  if (!url) return url.error();
  if (url->empty()) {
    writer.raw(part.text());
    return ok();
  }
  writer.begin_object().member("type", "image_url").key("image_url");
  writer.begin_object().member("url", *url).end_object().end_object();
  return ok();
}

Status write_message(json::Writer& writer, json::View message, Loader& loader) {
  writer.begin_object();
  for (const json::MemberView& member : message.members()) {
    writer.key(member.name());
    if (!member.named("content") || !member.value.is(json::Kind::kArray)) {
      writer.raw(member.value.text());
      continue;
    }
    writer.begin_array();
    for (const json::View part : member.value.items()) {
      if (auto written = write_part(writer, part, loader); !written) return written;
    }
    writer.end_array();
  }
  writer.end_object();
  return ok();
}

}  // namespace

std::optional<Picture> read_data_url(std::string_view url) {
  constexpr std::string_view kScheme = "data:";
  constexpr std::string_view kBase64 = ";base64";
  const std::size_t comma = url.find(',');
  if (!url.starts_with(kScheme) || comma == url.npos) return std::nullopt;
  std::string_view type = url.substr(kScheme.size(), comma - kScheme.size());
  if (!type.ends_with(kBase64)) return std::nullopt;
  type.remove_suffix(kBase64.size());
  type = type.substr(0, type.find(';'));
  if (!type.starts_with("image/") || type.size() > 64 ||
      type.find_first_not_of(
          "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789/+.-") != type.npos) {
    return std::nullopt;
  }
  Picture picture;
  picture.media_type = type;
  picture.base64 = url.substr(comma + 1);
  return picture;
}

std::string file_in_url(std::string_view url) {
  constexpr std::string_view kPath = "/files/";
  constexpr std::size_t kId = 36;
  if (url.size() < kPath.size() + kId) return {};
  const std::string_view id = url.substr(url.size() - kId);
  const std::string_view before = url.substr(0, url.size() - kId);
  return before.ends_with(kPath) && is_uuid(id) ? std::string(id) : std::string();
}

Result<UserText> with_digests(Repository& repository,
                              const std::string& owner,
                              const UserText& text) {
  UserText made = text;
  auto pictures = std::make_shared<Pictures>();
  for (std::size_t i = 0; text.pictures != nullptr && i < text.pictures->size(); ++i) {
    const Picture& came = (*text.pictures)[i];
    Picture picture;
    picture.media_type = came.media_type;
    const std::string place = named("#" + std::to_string(i));
    if (!append_unbase64(picture.bytes, came.base64)) {
      replace(made.parts, R"({"type":"image",)" + place + '}', R"({"type":"file","name":"image"})");
      continue;
    }
    picture.digest = crypto::sha256(picture.media_type + '\n' + picture.bytes);
    replace(made.parts, place, named(picture.digest));
    pictures->push_back(std::move(picture));
  }
  made.pictures = std::move(pictures);
  if (made.parts.find("/files/") == std::string::npos) return made;

  std::string parts;
  json::Writer writer(parts);
  writer.begin_array();
  for (const json::View part : json::View(made.parts).items()) {
    const std::string id = file_in_url(json::member_text(part, "url"));
    const auto own = id.empty() ? Result<bool>(false) : is_owners(repository, owner, id);
    if (!own) return own.error();
    if (*own) {
      writer.begin_object().member("type", "image").member("file", id).end_object();
    } else {
      writer.raw(part.text());
    }
  }
  writer.end_array();
  made.parts = std::move(parts);
  return made;
}

std::string with_file_ids(const UserText& text, const std::string& conversation_id) {
  std::string parts = text.parts;
  if (text.pictures == nullptr) return parts;
  for (const Picture& picture : *text.pictures)
    replace(parts, named(picture.digest), named(file_id(conversation_id, picture.digest)));
  return parts;
}

Status store_pictures(Repository& repository,
                      const storage::Conversation& conversation,
                      const UserText& text,
                      std::int64_t now_ms) {
  if (text.pictures == nullptr) return ok();
  for (const Picture& picture : *text.pictures) {
    storage::StoredFile file;
    file.id = file_id(conversation.id, picture.digest);
    file.owner = conversation.owner;
    file.conversation_id = conversation.id;
    file.media_type = picture.media_type;
    file.bytes = picture.bytes;
    file.created_ms = now_ms;
    if (auto added = repository.add_file(file); !added) return added;
  }
  return ok();
}

std::size_t bytes_of(const UserText& text) {
  std::size_t bytes = text.content.size() + text.parts.size();
  if (text.pictures == nullptr) return bytes;
  for (const Picture& picture : *text.pictures)
    bytes += picture.bytes.size() / 3 * 4;
  return bytes;
}

Status put_back(Repository& repository, const std::string& owner, Path& path) {
  Loader loader(repository, owner);
  for (auto message = path.rbegin(); message != path.rend(); ++message) {
    if (message->role != storage::Role::kUser) continue;
    if (auto done = put_back(loader, message->version); !done) return done;
  }
  return ok();
}

Result<std::string> put_back(Repository& repository,
                             const std::string& owner,
                             std::string_view messages) {
  Loader loader(repository, owner);
  std::string out;
  json::Writer writer(out);
  writer.begin_array();
  for (const json::View message : json::View(messages).items()) {
    if (auto written = write_message(writer, message, loader); !written) return written.error();
  }
  writer.end_array();
  return out;
}

}  // namespace patchbay::conversations
