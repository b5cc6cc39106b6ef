// What the configuration file says, typed, checked and complete: every field has its value.
//
// Read from YAML by load.hpp. Plain data: copied into immutable snapshots, never changed in place.

#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "core/base/config_value.hpp"
#include "core/base/ip_address.hpp"
#include "core/base/origin.hpp"
#include "core/base/secret.hpp"

namespace patchbay::settings {

struct Server {
  std::string listen = "127.0.0.1:8080";  // "host:port", "[v6]:port", ":port" for every address
  Origin listen_origin;
  unsigned workers = 0;  // 0: auto, one a core
  // "https://app.example.com", or "*"; by default where front ends are developed.
  std::vector<std::string> cors_origins = {"http://localhost:5173", "http://localhost:3000"};
  std::vector<std::string> hosts;  // further Host names answered while listening on loopback
  Origin workers_origin;
  std::int64_t drain_timeout_ms = 30'000;    // for running answers, once asked to stop
  std::int64_t models_cache_ms = 3'600'000;  // a provider's list of models counts as fresh
};

// What one client may ask of the server, and how long it may take over it.
struct Limits {
  std::int64_t header_bytes = 32 * 1024;       // request line and headers; beyond: 431
  std::int64_t headers = 100;                  // header fields; beyond: 431
  std::int64_t body_bytes = 32 * 1024 * 1024;  // beyond: 413
  std::int64_t connections = 16 * 1024;        // of all workers together; beyond: 503
  std::int64_t output_bytes = 256 * 1024;      // waiting for one client; beyond: the source pauses
  std::int64_t header_timeout_ms = 30'000;     // for a request's head; then 408
  std::int64_t body_timeout_ms = 60'000;       // between two pieces of a body; then 408
  std::int64_t idle_timeout_ms = 75'000;       // between two requests; then the connection closes
  std::int64_t write_stall_timeout_ms = 120'000;  // a client takes nothing; then it closes

  bool operator==(const Limits&) const = default;
};

struct Log {
  enum class Level { kTrace, kDebug, kInfo, kWarn, kError, kOff };
  Level level = Level::kInfo;
};

struct Plugins {
  std::vector<std::filesystem::path> path;  // absolute, in the order written
  bool watch = true;                        // a changed manifest loads the plugin's new version
  std::int64_t drain_timeout_ms = 30 * 60 * 1000;  // for answers of a version that was replaced
};

struct Admin {
  std::vector<Secret> keys;  // who has one may ask below /admin; empty: on a loopback address all
};

struct Defaults {
  std::vector<std::string> provider;  // the first enabled one answers
  Origin provider_origin;
  // For requests that name no model, by what is asked; empty: such a request is refused.
  std::string model;
  std::string image_model;
  std::string transcription_model;
  std::string speech_model;
  std::string embedding_model;
};

struct Provider {
  std::string name;
  std::string plugin;  // the provider type
  Origin plugin_origin;
  Origin origin;
  bool enabled = true;  // false when `enabled: false`, or when config.api_key is present and empty
  std::string disabled_because;
  std::string sha256;  // of the only library of its plugin that will do; empty: any
  Origin sha256_origin;
  ConfigValue config;
  std::string otherwise;  // the provider that answers under this name while it is disabled
  Origin otherwise_origin;
  std::string default_model;  // for requests that name this provider and no model
  bool passthrough = false;   // clients may ask for any path of its API
  // Kept by the host, never shown to the plugin:
  std::int64_t connect_timeout_ms = 5'000;
  std::int64_t first_byte_timeout_ms = 600'000;  // model APIs think for minutes
  std::int64_t idle_timeout_ms = 300'000;        // between two pieces of an answer
  std::int64_t total_timeout_ms = 3'600'000;     // from the request to the end of its answer
  std::string proxy;
  std::filesystem::path ca_file;     // absolute; empty: the system's certificates
  std::vector<IpNetwork> addresses;  // not public, and allowed all the same
  std::filesystem::path record;      // absolute: where its traffic is kept; empty: nowhere
};

struct Model {
  std::string name;  // what clients ask for; "*" matches every other name
  Origin origin;
  std::vector<std::string> provider;  // the first enabled one answers
  Origin provider_origin;
  std::string upstream_model;  // empty: the client's name is passed on
};

// Where conversations are kept.
struct Storage {
  bool enabled = true;
  std::string url = "sqlite:patchbay.db";  // or postgresql://...; a secret: it may hold a password
  Origin url_origin;
  std::int64_t retention_ms = 365LL * 24 * 3'600'000;        // since the last change; 0: for ever
  std::int64_t retention_bytes = 10LL * 1024 * 1024 * 1024;  // of all conversations; 0: no bound
};

// What replicas share beside the database; empty: each replica is alone.
struct Redis {
  std::string url;  // redis://[[user]:password@]host[:port][/db]; a secret
  Origin url_origin;
};

// One of `chat.tools`: a tool of the server, a provider, or <provider>.<tool>.
struct ChatTool {
  std::string name;
  Origin origin = {};
  bool operator==(const ChatTool& other) const { return name == other.name; }
};

// What the chat routes hold to, beside what a request says itself.
struct Chat {
  std::string system_prompt = "You are a helpful assistant.";
  std::int64_t history_turns = 5;                      // of POST /chat with a Session-Id
  double temperature = 0.7;                            // the same
  std::int64_t max_user_message_tokens = 1200;         // of POST /chat/ with a session_id
  std::int64_t max_history_tokens = 8000;              // the same
  std::int64_t max_response_tokens = 2000;             // the same
  std::int64_t resume_grace_ms = 60'000;               // an answer goes on so long without a reader
  std::int64_t stream_buffer_bytes = 4 * 1024 * 1024;  // what can be read again of one stream
  std::string ui_stream = "auto";  // for `messages`: auto, data-stream or ui-message-stream
  std::vector<ChatTool> tools = {{"get_current_time"},
                                 {"search_files"}};  // offered, for `messages`
  std::int64_t tool_timeout_ms = 30'000;             // of each call of such a tool

  bool operator==(const Chat&) const = default;
};

// Who may ask.
struct Access {
  struct Basic {
    std::string username;
    Secret password;
  };
  struct Key {
    std::string name;
    Secret key;
    Origin origin;
  };
  enum class Anonymous { kLoopback, kAlways, kNever };

  std::vector<Basic> basic;
  std::vector<Key> keys;                       // as X-API-Key or as a Bearer token
  Anonymous anonymous = Anonymous::kLoopback;  // who needs none, where none are listed above
  std::vector<IpNetwork> trusted_proxies;      // whose X-Forwarded-For is believed
  std::int64_t failed_logins = 20;             // from one address in a window; 0: no limit
  std::int64_t failed_logins_window_ms = 5LL * 60'000;
  Secret url_key;  // signs URLs of files; empty: one that lies in the database
  std::int64_t url_lifetime_ms = 24LL * 3'600'000;
};

struct RateLimit {
  std::int64_t requests = 60;  // in a window, of one key or address; 0: no limit
  std::int64_t window_ms = 60'000;
  bool fail_closed = false;  // without Redis: 503 instead of letting pass
  std::vector<std::string> routes = {"/api/chat/stream"};  // paths by how they begin; "/": all
};

// A program that takes the text out of documents of one media type.
struct Extractor {
  std::string media_type;            // in lower case
  std::vector<std::string> command;  // {file} among its words; a program without a path is in $PATH
  Origin origin = {};
  bool operator==(const Extractor& other) const {
    return media_type == other.media_type && command == other.command;
  }
};

// Those of PDF, DOCX and ODT, which are used where their programs are installed.
std::vector<Extractor> usual_extractors();

// Documents that users give to be searched.
struct Files {
  std::int64_t max_bytes = 10 * 1024 * 1024;               // of one; beyond: 413
  std::int64_t owner_bytes = 256 * 1024 * 1024;            // of all of one owner; beyond: 413
  std::int64_t owner_chunks = 10'000;                      // the same, as they are searched
  std::int64_t chunk_tokens = 400;                         // of a chunk, at most
  std::int64_t overlap_tokens = 50;                        // that the next one repeats, at most
  std::int64_t results = 5;                                // of a search that does not say how many
  std::vector<Extractor> extractors = usual_extractors();  // each media type once
  std::int64_t extract_timeout_ms = 60'000;                // of one run of such a program
  std::int64_t extract_memory = 1024LL * 1024 * 1024;      // that it may ask for

  bool operator==(const Files&) const = default;
};

struct Settings {
  Server server;
  Storage storage;
  Redis redis;
  Chat chat;
  Files files;
  Access access;
  RateLimit rate_limit;
  Limits limits;
  Log log;
  Plugins plugins;
  Admin admin;
  Defaults defaults;
  std::vector<Provider> providers;
  std::vector<Model> models;
};

}  // namespace patchbay::settings
