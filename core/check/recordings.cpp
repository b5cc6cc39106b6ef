#include "core/check/recordings.hpp"

#include <algorithm>
#include <charconv>
#include <fstream>
#include <iterator>
#include <optional>
#include <sstream>
#include <system_error>

#include "core/json/scan.hpp"
#include "core/plugin_host/vocabulary.hpp"

namespace patchbay::check {
namespace {

namespace fs = std::filesystem;

std::optional<std::string> read_file(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  if (!in) return std::nullopt;
  return std::string(std::istreambuf_iterator<char>(in), {});
}

// The first of the files that is there.
std::optional<std::string> read_any(const fs::path& folder,
                                    std::initializer_list<std::string> names) {
  for (const std::string& name : names) {
    if (auto text = read_file(folder / name)) return text;
  }
  return std::nullopt;
}

bool read_head(const std::string& text, AnswerSample& answer) {
  std::istringstream lines(text);
  std::string line;
  std::getline(lines, line);
  const char* end = line.data() + line.size();
  if (std::from_chars(line.data(), end, answer.status).ec != std::errc()) return false;
  while (std::getline(lines, line)) {
    if (line.ends_with('\r')) line.pop_back();
    const std::size_t colon = line.find(": ");
    if (colon == line.npos) continue;
    answer.headers.emplace_back(line.substr(0, colon), line.substr(colon + 2));
  }
  return true;
}

pbay_mode mode_of(const std::string& name) {
  const std::uint64_t bit = plugin_host::mode_bit(name);
  for (pbay_mode mode = 1; mode < 64; ++mode) {
    if (bit == PBAY_MODE_BIT(mode)) return mode;
  }
  return 0;
}

bool read_call(const std::string& text, RequestSample& request) {
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    const std::size_t colon = line.find(':');
    if (colon == line.npos) continue;
    const std::string key = line.substr(0, colon);
    const std::size_t begin = line.find_first_not_of(' ', colon + 1);
    const std::string value = begin == line.npos ? "" : line.substr(begin);
    if (key == "mode") {
      request.mode = mode_of(value);
      if (request.mode == 0) return false;
    } else if (key == "dialect") {
      request.dialect = value;
    } else if (key == "model") {
      request.model = value;
    } else if (key == "method") {
      request.method = value;
    } else if (key == "path") {
      request.path = value;
    } else if (key == "flags") {
      const auto has = [&](const char* word) { return value.find(word) != value.npos; };
      request.flags = (has("stream") ? PBAY_REQ_STREAM : 0U) |
                      (has("want_usage") ? PBAY_REQ_WANT_USAGE : 0U) |
                      (has("same_dialect") ? PBAY_REQ_SAME_DIALECT : 0U);
    }
  }
  return true;
}

bool asks_to_stream(const std::string& body) {
  json::Wanted wanted[] = {{"stream"}};
  return json::scan(body, wanted).has_value() && wanted[0].is(json::Kind::kTrue);
}

// What is wrong; empty when nothing is.
std::string read_one(const fs::path& folder, Recording& out) {
  out.name = folder.filename().string();
  RequestSample& request = out.request;
  request.name = "the recording " + out.name;
  request.dialect = "openai.chat/1";
  request.model = "upstream-model";
  request.body = read_any(folder, {"request.json", "request.txt"}).value_or("");
  while (request.body.ends_with('\n'))
    request.body.pop_back();
  if (asks_to_stream(request.body)) request.flags |= PBAY_REQ_STREAM;
  if (const auto call = read_file(folder / "call")) {
    if (!read_call(*call, request)) return "its `call` names an unknown mode";
  }
  for (int number = 1;; ++number) {
    const std::string suffix = number == 1 ? "" : std::to_string(number);
    const auto head = read_file(folder / ("head" + suffix));
    if (!head) break;
    AnswerSample answer;
    answer.name = "answer " + std::to_string(number);
    if (!read_head(*head, answer)) return "the first line of head" + suffix + " is no status";
    auto body = read_any(folder, {"response" + suffix + ".txt", "response" + suffix + ".json"});
    answer.body = body.value_or("");
    out.answers.push_back(std::move(answer));
  }
  out.expected = read_file(folder / "events.txt").value_or("");
  return {};
}

}  // namespace

Recordings read_recordings(const fs::path& folder) {
  Recordings out;
  std::error_code error;
  std::vector<fs::path> folders;
  for (fs::directory_iterator at(folder, error), end; !error && at != end; at.increment(error)) {
    if (fs::exists(at->path() / "head", error)) folders.push_back(at->path());
  }
  std::sort(folders.begin(), folders.end());
  for (const fs::path& one : folders) {
    Recording recording;
    const std::string wrong = read_one(one, recording);
    if (wrong.empty()) {
      out.recordings.push_back(std::move(recording));
    } else {
      out.unreadable.push_back(one.filename().string() + ": " + wrong);
    }
  }
  return out;
}

}  // namespace patchbay::check
