#include "plugins/replay/recording_shelf.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <system_error>
#include <utility>
#include <vector>

#include "plugins/shared/openai_reader.hpp"

namespace patchbay::plugins::replay {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kNearestMax = 3;
constexpr std::size_t kLookedAtMax = 500;  // when looking for what is near

// 0: it does not answer the request.
int score(const Recording& recording, const RecordingShelf::Query& query) {
  if (recording.operation != query.operation) return 0;
  const bool same_stream = recording.stream == query.stream || recording.status >= 300;
  if (!same_stream && !has_events(query.operation)) return 0;
  const bool same_model = recording.model == query.model || recording.model.empty();
  const auto equal = [](std::uint64_t a, std::uint64_t b) { return a != 0 && a == b; };
  int common = 0;
  if (equal(recording.key.exact, query.key.exact)) {
    common = 3;
  } else if (equal(recording.key.subject, query.key.subject)) {
    common = 2;
  } else if (equal(recording.key.last, query.key.last)) {
    common = 1;
  }
  if (common == 0 || (query.exact_only && (common < 3 || !same_model))) return 0;
  return common * 4 + (same_model ? 2 : 0) + (same_stream ? 1 : 0);
}

std::set<std::string> words_of(std::string_view text) {
  std::set<std::string> words;
  std::string word;
  for (const char c : text) {
    if (c != ' ') {
      word += c;
    } else if (!word.empty()) {
      words.insert(std::exchange(word, {}));
    }
  }
  if (!word.empty()) words.insert(word);
  return words;
}

std::size_t common_words(const std::set<std::string>& asked, std::string_view text) {
  const std::set<std::string> there = words_of(text);
  return static_cast<std::size_t>(std::count_if(
      asked.begin(), asked.end(), [&](const std::string& word) { return there.contains(word); }));
}

bool ends_with(const fs::path& path, std::string_view ending) {
  return path.native().ends_with(ending);
}

}  // namespace

void RecordingShelf::add(std::string_view line) {
  Recording recording;
  switch (read_recording(line, recording)) {
    case ReadFailure::kBroken:
      ++broken_;
      return;
    case ReadFailure::kUnanswered:
      ++unanswered_;
      return;
    case ReadFailure::kNone:
      break;
  }
  if (recording.operation == OpenAiOperation::kRaw) {
    ++foreign_[recording.family];
    return;
  }
  bytes_ += recording.body.size() + sizeof(Entry);
  if (recording.status < 300 && !recording.model.empty()) {
    models_[recording.model].insert(recording.operation);
  }
  entries_.emplace_back(std::move(recording));
}

std::string RecordingShelf::load_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::string line;
  while (std::getline(file, line)) {
    if (line.size() > kLineBytesMax) return path + " has a line of more than 128 MiB";
    if (!line.empty()) add(line);
    if (bytes_ > kBytesMax) return "the recordings take more than 512 MiB";
  }
  return file.eof() ? "" : "cannot read " + path;
}

std::string RecordingShelf::load(const std::string& path) {
  std::error_code error;
  std::vector<std::string> files;
  if (fs::is_directory(path, error)) {
    for (fs::directory_iterator at(path, error), end; !error && at != end; at.increment(error)) {
      if (ends_with(at->path(), ".jsonl")) files.push_back(at->path());
      if (ends_with(at->path(), ".jsonl.gz")) ++compressed_;
    }
  } else if (!error && fs::exists(path, error)) {
    if (ends_with(path, ".gz")) return "it is compressed: unpack it with gunzip";
    files.push_back(path);
  }
  if (error) return "cannot read " + path + ": " + error.message();
  if (files.empty() && compressed_ > 0) {
    return path + " holds compressed recordings only: unpack them with gunzip";
  }
  if (files.empty()) return path + " holds no recordings, which are files named *.jsonl";
  std::sort(files.begin(), files.end());
  for (const std::string& file : files) {
    if (std::string wrong = load_file(file); !wrong.empty()) return wrong;
  }
  if (entries_.empty() && foreign_.empty()) return path + " holds no recording that can be read";
  return {};
}

std::string RecordingShelf::foreign_text() const {
  std::string out;
  for (const auto& [family, count] : foreign_)
    out += (out.empty() ? "" : ", ") + std::to_string(count) + " of " + family;
  return out;
}

const Recording* RecordingShelf::find(const Query& query) const {
  const Entry* best = nullptr;
  int best_score = 0;
  for (const Entry& entry : entries_) {
    const int its_score = score(entry.recording, query);
    if (its_score == 0 || its_score < best_score) continue;
    if (its_score > best_score || entry.uses.load() < best->uses.load()) {
      best = &entry;
      best_score = its_score;
    }
  }
  if (best == nullptr) return nullptr;
  best->uses.fetch_add(1);
  return &best->recording;
}

std::string RecordingShelf::nearest(const Query& query) const {
  const std::set<std::string> asked = words_of(query.key.shown);
  std::vector<std::pair<std::size_t, const Recording*>> found;
  for (const Entry& entry : entries_) {
    const Recording& recording = entry.recording;
    if (recording.operation != query.operation) continue;
    const std::size_t model = recording.model == query.model ? 1 : 0;
    found.emplace_back(2 * common_words(asked, recording.key.shown) + model, &recording);
    if (found.size() == kLookedAtMax) break;
  }
  std::stable_sort(
      found.begin(), found.end(), [](const auto& a, const auto& b) { return a.first > b.first; });
  if (found.empty()) {
    std::string out = "There are recordings of";
    std::set<std::string_view> operations;
    for (const Entry& entry : entries_)
      operations.insert(path_of(entry.recording.operation).substr(1));
    for (const std::string_view operation : operations)
      out.append(" ").append(operation);
    return operations.empty() ? "" : out + ".";
  }
  std::string out = "The nearest:";
  std::set<std::string> told;
  for (const auto& [common, recording] : found) {
    std::string line = " `" + recording->model + "`";
    if (!recording->key.shown.empty()) line += " \"" + recording->key.shown + "\"";
    if (told.contains(line)) continue;
    out += (told.empty() ? "" : ";") + line;
    told.insert(std::move(line));
    if (told.size() == kNearestMax) break;
  }
  return out + ".";
}

}  // namespace patchbay::plugins::replay
