// What somebody says in one message, as it is stored.

#pragma once

#include <memory>
#include <string>
#include <vector>

namespace patchbay::conversations {

struct Picture {
  std::string media_type;
  std::string base64;  // as it came; empty once there are `bytes`
  std::string bytes;
  std::string digest;  // SHA-256 of both, in hexadecimal digits
};

using Pictures = std::vector<Picture>;

struct UserText {
  std::string content;
  std::string parts = {};  // records.hpp; "" where there is text alone
  std::string model = {};  // that it was meant for; may be empty
  // What the parts name; with_digests() must have seen them before the text is stored. Null: none.
  std::shared_ptr<const Pictures> pictures = {};
};

}  // namespace patchbay::conversations
