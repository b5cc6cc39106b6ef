// Pictures that users send as bytes within their messages: kept as files of the conversation, named
// in the message's parts, and put back when a model is told what was said before.
//
//   UserText text = read_content(content);          // {"type":"image","file":"#0"}, and pictures
//   text = with_digests(repository, owner, text);   // {"type":"image","file":"9f86..."}
//   open(repository, {.text = text, ...});          // {"type":"image","file":"<id>"}, and files
//   put_back(repository, owner, path);              // {"type":"image","url":"data:..."}
//
// The id of a picture's file comes from its bytes and its conversation, so that the same picture
// sent again is the same part, and one file. All of this takes its time: not on a worker.

#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "core/base/result.hpp"
#include "core/conversations/history.hpp"
#include "core/conversations/user_text.hpp"
#include "core/storage/repository.hpp"

namespace patchbay::conversations {

// How many bytes of pictures one request to a model gets from the store. The latest come first;
// where an earlier one has no room, the model is told that there was one.
inline constexpr std::size_t kPictureBytesMax = 32 * 1024 * 1024;

// A data: URL in base64 of an image; nothing for any other URL.
std::optional<Picture> read_data_url(std::string_view url);

// The file that a URL of this server's names, if it has the form of one: ".../files/<id>". Whether
// it is one, and whose, only the store knows.
std::string file_in_url(std::string_view url);

// With the pictures' bytes, and their digests in the parts. A URL of a file of the owner's becomes
// that file. What is no base64 is no picture: its part says only that something was there.
Result<UserText> with_digests(storage::Repository& repository,
                              const std::string& owner,
                              const UserText& text);

// The parts with ids of files in the place of digests, for one conversation.
std::string with_file_ids(const UserText& text, const std::string& conversation_id);

// Stores them, in the transaction of whatever names them.
Status store_pictures(storage::Repository& repository,
                      const storage::Conversation& conversation,
                      const UserText& text,
                      std::int64_t now_ms);

// How much is to be written.
std::size_t bytes_of(const UserText& text);

// Puts the bytes of pictures into the parts of a path's messages.
Status put_back(storage::Repository& repository, const std::string& owner, Path& path);

// The messages of an openai.chat/1 request with the bytes of the owner's files in the place of
// their URLs, which a provider could not open.
Result<std::string> put_back(storage::Repository& repository,
                             const std::string& owner,
                             std::string_view messages);

}  // namespace patchbay::conversations
