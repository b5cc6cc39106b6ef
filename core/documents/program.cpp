#include "core/documents/program.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>

#include <poll.h>
#include <sys/eventfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/base/clock.hpp"
#include "core/base/program_path.hpp"
#include "core/documents/spawned.hpp"
#include "core/json/utf8.hpp"

namespace patchbay::documents {
namespace {

constexpr std::size_t kErrorsKept = 4096;
constexpr std::size_t kReasonBytesMax = 200;
constexpr int kDescriptorsMax = 64;

std::string name_of(const std::vector<std::string>& command) {
  const std::string& path = command.front();
  return path.substr(path.rfind('/') + 1);
}

// Every `from` in `text` as `to`.
std::string replaced(std::string text, std::string_view from, std::string_view to) {
  for (std::size_t at = 0; (at = text.find(from, at)) != std::string::npos; at += to.size())
    text.replace(at, from.size(), to);
  return text;
}

// Empty without the programs that bound others.
std::vector<std::string> bounded(const std::vector<std::string>& command,
                                 const ProgramBounds& bounds) {
  const std::string setpriv = program_path("setpriv", program_folders());
  const std::string prlimit = program_path("prlimit", program_folders());
  if (setpriv.empty() || prlimit.empty()) return {};
  const auto seconds = std::chrono::ceil<std::chrono::seconds>(bounds.time).count() + 1;
  std::vector<std::string> words{setpriv,
                                 "--no-new-privs",
                                 "--pdeathsig",
                                 "KILL",
                                 "--",
                                 prlimit,
                                 "--core=0",
                                 "--cpu=" + std::to_string(seconds),
                                 "--as=" + std::to_string(bounds.memory_bytes),
                                 "--fsize=" + std::to_string(bounds.output_bytes),
                                 "--nofile=" + std::to_string(kDescriptorsMax),
                                 "--"};
  for (const std::string& word : command)
    words.push_back(replaced(word, kFileWord, Spawned::kDocumentPath));
  return words;
}

// One line as it may stand in a sentence.
std::string tidied(std::string_view line) {
  std::string text;
  for (const char c : line) {
    const bool control = static_cast<unsigned char>(c) < 0x20 || c == 0x7F;
    if (!control) text += c;
    if (control && !text.empty() && text.back() != ' ') text += ' ';
  }
  text = replaced(std::move(text), Spawned::kDocumentPath, "the file");
  if (!json::is_valid_utf8(text)) {
    std::replace_if(
        text.begin(),
        text.end(),
        [](char c) { return static_cast<unsigned char>(c) >= 0x80; },
        '?');
  }
  std::size_t end = std::min(text.size(), kReasonBytesMax);
  while (end < text.size() && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80)
    --end;
  text.resize(text.find_last_not_of(' ', end == 0 ? 0 : end - 1) + 1);
  const std::size_t begin = text.find_first_not_of(' ');
  return begin == std::string::npos ? std::string() : text.substr(begin);
}

// The first line that says more than the name of the file.
std::string reason_in(std::string_view errors) {
  while (!errors.empty()) {
    const std::size_t end = std::min(errors.find('\n'), errors.size());
    std::string line = tidied(errors.substr(0, end));
    errors.remove_prefix(std::min(end + 1, errors.size()));
    if (!line.empty() && line != "[the file]" && line != "the file") return line;
  }
  return {};
}

std::string end_in_words(int status) {
  if (!WIFSIGNALED(status)) {
    return "it ended with the code " + std::to_string(WEXITSTATUS(status)) + " and said nothing";
  }
  const int signal = WTERMSIG(status);
  if (signal == SIGXCPU) return "it took too much of the processor's time";
  return "it crashed (signal " + std::to_string(signal) + ")";
}

// One running program, from its start to its last byte.
class Run {
 public:
  Run(Spawned& child, const ProgramBounds& bounds, const Interruption& interruption)
      : child_(child), bounds_(bounds), deadline_(Clock::now() + bounds.time) {
    watched_[0] = {child.output(), POLLIN, 0};
    watched_[1] = {child.errors(), POLLIN, 0};
    watched_[2] = {child.ended(), POLLIN, 0};
    watched_[3] = {interruption.descriptor(), POLLIN, 0};
  }

  // Until it has ended, or must: then the error says why.
  Status watch() {
    for (;;) {
      const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline_ - Clock::now());
      if (left.count() <= 0) return late();
      const int ready = ::poll(watched_.data(), watched_.size(), static_cast<int>(left.count()));
      if (ready < 0 && errno != EINTR) return cannot_run();
      if (ready <= 0) continue;
      if (watched_[3].revents != 0) return make_error(ErrorCode::kCancelled, "nobody wants it");
      // What it has started holds its pipes open, and could do so for ever.
      const bool ended = watched_[2].revents != 0;
      if (ended) child_.kill_group();
      if (ended || watched_[1].revents != 0) take_errors();
      if (ended || watched_[0].revents != 0) take_output();
      if (output_.size() > bounds_.output_bytes) return too_large();
      if (ended) return ok();
    }
  }

  [[nodiscard]] std::string take() { return std::move(output_); }
  [[nodiscard]] const std::string& errors() const { return errors_; }

  static Error cannot_run() {
    return make_error(ErrorCode::kUnavailable, "the system starts no program for it");
  }

 private:
  Error late() const {
    return make_error(
        ErrorCode::kTimeout,
        "it took longer than " +
            std::to_string(std::chrono::ceil<std::chrono::seconds>(bounds_.time).count()) + " s");
  }
  Error too_large() const {
    return make_error(ErrorCode::kTooLarge,
                      "it wrote more than " + std::to_string(bounds_.output_bytes) + " bytes");
  }

  // Calls with what can be read now, until `take` has enough.
  template <typename Take>
  static void read_all(pollfd& from, const Take& take) {
    while (from.fd >= 0) {
      std::array<char, 65536> piece;  // NOLINT(*-member-init): read() fills it
      const ssize_t got = ::read(from.fd, piece.data(), piece.size());
      if (got < 0 && errno == EINTR) continue;
      if (got < 0 && errno == EAGAIN) return;
      if (got <= 0) {
        from.fd = -1;  // poll() passes it over
      } else if (!take(std::string_view(piece.data(), static_cast<std::size_t>(got)))) {
        return;
      }
    }
  }

  void take_output() {
    read_all(watched_[0], [&](std::string_view piece) {
      output_ += piece;
      return output_.size() <= bounds_.output_bytes;
    });
  }

  // Who writes without end is left again, to look at the clock.
  void take_errors() {
    std::size_t taken = 0;
    read_all(watched_[1], [&](std::string_view piece) {
      errors_ += piece.substr(0, kErrorsKept - errors_.size());
      taken += piece.size();
      return taken < bounds_.output_bytes;
    });
  }

  Spawned& child_;
  const ProgramBounds& bounds_;
  const Time deadline_;
  std::array<pollfd, 4> watched_{};
  std::string output_;
  std::string errors_;
};

}  // namespace

Interruption::Interruption() : descriptor_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {}

Interruption::~Interruption() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

void Interruption::set() {
  ::eventfd_write(descriptor_, 1);
}

Result<std::string> run_program(const std::vector<std::string>& command,
                                std::string_view document,
                                const ProgramBounds& bounds,
                                const Interruption& interruption) {
  const auto told = [&](const Error& error) {
    return make_error(error.code, name_of(command) + ": " + error.message);
  };
  const std::vector<std::string> words = bounded(command, bounds);
  if (words.empty()) {
    return told(make_error(ErrorCode::kUnavailable,
                           "the server lacks the programs setpriv and prlimit (util-linux)"));
  }
  Spawned child(words, document);
  if (!child.works()) return told(Run::cannot_run());
  Run run(child, bounds, interruption);
  const Status watched = run.watch();
  const int status = child.end();
  if (!watched) return told(watched.error());
  if (WIFEXITED(status) && WEXITSTATUS(status) == 0) return run.take();
  std::string reason = WIFEXITED(status) ? reason_in(run.errors()) : std::string();
  if (reason.empty()) reason = end_in_words(status);
  return told(make_error(ErrorCode::kInvalid, std::move(reason)));
}

}  // namespace patchbay::documents
