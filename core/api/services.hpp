// What the process offers to all its requests beside providers, and what the chat routes hold to.

#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "core/access/file_urls.hpp"
#include "core/documents/extractors.hpp"
#include "core/documents/preparer.hpp"
#include "core/storage/redis/client.hpp"
#include "core/storage/store.hpp"
#include "core/streams/hub.hpp"

namespace patchbay::api {

// The same from the first snapshot on: a reload does not change where things are kept.
struct Services {
  std::shared_ptr<storage::Store> store;               // null: nothing is stored here
  std::shared_ptr<streams::Hub> streams;               // null only where `store` is
  std::shared_ptr<documents::Preparer> preparer = {};  // null only where `store` is
  std::optional<storage::redis::Address> redis =
      {};  // what replicas share; none: this one is alone
  std::shared_ptr<access::SharedKey> url_key = std::make_shared<access::SharedKey>();
};

// The settings `files:`; docs/configuration.md says what each means.
struct DocumentRules {
  std::int64_t file_bytes = 10 * 1024 * 1024;
  std::int64_t owner_bytes = 256 * 1024 * 1024;
  std::int64_t chunks = 10'000;
  std::int64_t chunk_tokens = 400;
  std::int64_t overlap_tokens = 50;
  std::int64_t results = 5;
  documents::ProgramBounds program_bounds = {};
  documents::Extractors extractors = {};
  // Where nothing else is configured, the name of the usual one.
  std::string embedding_model = "text-embedding-3-small";
};

// The settings `chat:`; docs/configuration.md says what each means.
struct ChatRules {
  std::string system_prompt = "You are a helpful assistant.";
  std::int64_t history_turns = 5;
  double temperature = 0.7;
  std::int64_t max_user_message_tokens = 1200;
  std::int64_t max_history_tokens = 8000;
  std::int64_t max_response_tokens = 2000;
  std::chrono::milliseconds resume_grace{60'000};
  std::string ui_stream = "auto";
  std::chrono::milliseconds tool_timeout{30'000};
};

}  // namespace patchbay::api
