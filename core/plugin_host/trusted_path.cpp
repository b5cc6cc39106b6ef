#include "core/plugin_host/trusted_path.hpp"

#include <cerrno>
#include <deque>
#include <system_error>

#include <sys/stat.h>
#include <unistd.h>

namespace patchbay::plugin_host {
namespace {

namespace fs = std::filesystem;

// As many as the system follows.
constexpr int kMaxLinks = 40;

// Goes down a path step by step, as the system would, and looks at each step.
class Walk {
 public:
  std::optional<std::string> go(const fs::path& path) {
    std::error_code error;
    const fs::path start = fs::absolute(path, error);
    if (error) return unreadable(path, error.message());
    push(start);
    if (auto reason = step("/")) return reason;
    while (!left_.empty()) {
      const fs::path name = left_.front();
      left_.pop_front();
      if (name.empty() || name == "." || name == "/") continue;
      if (name == "..") {
        // The folders above were looked at on the way down; but which of them are sticky is to be
        // known again.
        at_ = at_.parent_path();
        if (auto reason = step(at_)) return reason;
        continue;
      }
      if (auto reason = step(at_ / name)) return reason;
    }
    return std::nullopt;
  }

 private:
  static std::string unreadable(const fs::path& path, const std::string& why) {
    return "cannot examine \"" + path.string() + "\": " + why;
  }

  void push(const fs::path& path) { left_.insert(left_.begin(), path.begin(), path.end()); }

  std::optional<std::string> step(const fs::path& part) {
    struct stat found {};
    if (::lstat(part.c_str(), &found) != 0) {
      return unreadable(part, std::generic_category().message(errno));
    }
    if (in_sticky_ && found.st_uid != 0 && found.st_uid != ::geteuid()) {
      return "\"" + part.string() +
             "\" belongs to another user, in a folder where every user may put files, so nothing "
             "is loaded from it; move the plugins, or run: chown -R " +
             std::to_string(::geteuid()) + " \"" + part.string() + "\"";
    }
    if (S_ISLNK(found.st_mode)) return follow(part);
    const bool writable = (found.st_mode & S_IWOTH) != 0;
    in_sticky_ = writable && S_ISDIR(found.st_mode) && (found.st_mode & S_ISVTX) != 0;
    // A sticky folder may be passed through; as the end of the way it is what others write to.
    if (writable && (!in_sticky_ || left_.empty())) {
      return "\"" + part.string() +
             "\" may be changed by every user of this machine, so nothing is loaded from it; "
             "run: chmod o-w \"" +
             part.string() + "\"";
    }
    at_ = part;
    return std::nullopt;
  }

  std::optional<std::string> follow(const fs::path& link) {
    if (++links_ > kMaxLinks) return unreadable(link, "too many symbolic links");
    std::error_code error;
    const fs::path target = fs::read_symlink(link, error);
    if (error) return unreadable(link, error.message());
    push(target);
    if (target.is_absolute()) {
      at_ = "/";
      return step(at_);
    }
    return std::nullopt;
  }

  fs::path at_;                // the folder that was reached
  std::deque<fs::path> left_;  // names to go
  bool in_sticky_ = false;     // at_ is one in which every user may put files
  int links_ = 0;
};

}  // namespace

std::optional<std::string> why_untrusted(const fs::path& path) {
  return Walk().go(path);
}

}  // namespace patchbay::plugin_host
