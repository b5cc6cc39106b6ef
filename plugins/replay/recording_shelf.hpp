// The recordings of a provider, and the one among them that answers a request.
//
// Filled once; find() may be called by many threads.

#pragma once

#include <atomic>
#include <cstdint>
#include <deque>
#include <map>
#include <set>
#include <string>
#include <string_view>

#include "plugins/replay/recording.hpp"

namespace patchbay::plugins::replay {

class RecordingShelf {
 public:
  // In memory, all recordings of a provider together; and one line.
  static constexpr std::size_t kBytesMax = 512 * 1024 * 1024;
  static constexpr std::size_t kLineBytesMax = 128 * 1024 * 1024;

  struct Query {
    OpenAiOperation operation;
    std::string_view model;
    bool stream = false;
    bool exact_only = false;
    RequestKey key = {};
  };

  // Reads `path`: a file, or every *.jsonl in a folder, in the order of their names. Returns what
  // is wrong, or an empty text.
  std::string load(const std::string& path);

  // The best one: by how much the request has in common, then by model, then by streaming or not.
  // Of several alike each has its turn, in the order of recording. nullptr: there is none.
  [[nodiscard]] const Recording* find(const Query& query) const;

  // What there is instead, for people; a sentence, or an empty text.
  [[nodiscard]] std::string nearest(const Query& query) const;

  [[nodiscard]] std::size_t size() const { return entries_.size(); }
  // Lines that could not be read, exchanges that were not complete, and compressed files.
  [[nodiscard]] std::size_t broken() const { return broken_; }
  [[nodiscard]] std::size_t unanswered() const { return unanswered_; }
  [[nodiscard]] std::size_t compressed() const { return compressed_; }
  // How many recordings there are that are not read here, by family; and that in words:
  // "14 of vendor (messages), 3 of other (generate)".
  [[nodiscard]] const std::map<std::string, std::size_t>& foreign() const { return foreign_; }
  [[nodiscard]] std::string foreign_text() const;
  // The models that answered, with the operations that they answered.
  [[nodiscard]] const std::map<std::string, std::set<OpenAiOperation>>& models() const {
    return models_;
  }

 private:
  struct Entry {
    explicit Entry(Recording taken) : recording(std::move(taken)) {}
    const Recording recording;
    mutable std::atomic<std::uint64_t> uses{0};
  };

  std::string load_file(const std::string& path);
  void add(std::string_view line);

  std::deque<Entry> entries_;  // a deque: what it holds does not move
  std::map<std::string, std::size_t> foreign_;
  std::map<std::string, std::set<OpenAiOperation>> models_;
  std::size_t bytes_ = 0;
  std::size_t broken_ = 0;
  std::size_t unanswered_ = 0;
  std::size_t compressed_ = 0;
};

}  // namespace patchbay::plugins::replay
