#include "core/settings/substitution.hpp"

#include <algorithm>
#include <cctype>
#include <optional>
#include <utility>

#include "core/settings/file_text.hpp"
#include "core/settings/source_text.hpp"

namespace patchbay::settings {
namespace {

constexpr std::size_t kFileBytesMax = 64 * 1024;  // keys and certificates, not data
constexpr int kNestingMax = 16;

bool is_name_letter(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_';
}

// A recursive-descent reader of one scalar. A default that is not needed is read all the same, to
// find its end, but with `live` false nothing in it is looked up.
class Expander {
 public:
  Expander(std::string_view written,
           const Environment& environment,
           const std::filesystem::path& folder)
      : written_(written), environment_(environment), folder_(folder) {}

  Expanded run() {
    read_text(result_.text, true, 0);
    return std::move(result_);
  }

 private:
  [[nodiscard]] bool failed() const { return !result_.problem.empty(); }
  [[nodiscard]] bool at(std::string_view what) const {
    return written_.substr(at_).starts_with(what);
  }
  void fail(std::string problem) {
    if (!failed()) result_.problem = std::move(problem);
  }

  // Reads up to the end, or inside of a reference (nesting > 0) up to its closing brace.
  void read_text(std::string& out, bool live, int nesting) {
    while (!failed() && at_ < written_.size()) {
      if (nesting > 0 && written_[at_] == '}') return;
      if (at("$${")) {
        out += "${";
        at_ += 3;
      } else if (at("${")) {
        read_reference(out, live, nesting + 1);
      } else {
        out += written_[at_++];
      }
    }
  }

  void read_reference(std::string& out, bool live, int nesting) {
    const std::size_t begin = at_;
    at_ += 2;
    if (nesting > kNestingMax) return fail("variables are nested too deeply");
    if (at("file:")) return read_file_reference(out, live, nesting, begin);

    const std::size_t name_begin = at_;
    while (at_ < written_.size() && is_name_letter(written_[at_]))
      ++at_;
    const std::string name(written_.substr(name_begin, at_ - name_begin));
    const bool has_default = at(":-");
    if (at_ < written_.size() && !has_default && written_[at_] != '}') return fail_syntax();
    if (at_ < written_.size() &&
        (name.empty() || std::isdigit(static_cast<unsigned char>(name[0])) != 0)) {
      return fail_syntax();
    }
    std::optional<std::string> value = live ? environment_.find(name) : std::nullopt;
    const bool use_default = has_default && value.value_or("").empty();
    std::string fallback;
    if (has_default) {
      at_ += 2;
      read_text(fallback, live && use_default, nesting);
    }
    if (!close(begin) || !live) return;
    result_.replaced = true;
    if (use_default) {
      out += fallback;
    } else if (!value) {
      fail("the environment variable " + name +
           " is not set: set it, or give a default as in \"${" + name + ":-...}\"");
    } else {
      add_secret(out, *value, "${" + name + "}");
    }
  }

  void read_file_reference(std::string& out, bool live, int nesting, std::size_t begin) {
    at_ += std::string_view("file:").size();
    std::string name;
    read_text(name, live, nesting);
    if (!close(begin) || !live) return;
    result_.replaced = true;
    const std::string reference(written_.substr(begin, at_ - begin));
    if (name.empty()) return fail(reference + " names no file");
    // A path out of variables is named by them: what they hold must not be shown.
    const std::filesystem::path path = folder_ / name;
    Result<std::string> text = read_file_text(path, kFileBytesMax);
    if (!text) return fail("cannot read the file of " + reference + ": " + text.error().message);
    while (text->ends_with('\n') || text->ends_with('\r'))
      text->pop_back();
    add_secret(out, *text, reference);
  }

  void add_secret(std::string& out, const std::string& value, const std::string& source) {
    if (find_invalid_utf8(value) != std::string::npos || value.find('\0') != std::string::npos) {
      return fail("the value of " + source + " is not a text in UTF-8");
    }
    out += value;
    result_.secret = true;
    if (!result_.source.empty()) result_.source += ", ";
    result_.source += source;
  }

  // Takes the closing brace of the reference that began at `begin`.
  bool close(std::size_t begin) {
    if (failed()) return false;
    if (at_ >= written_.size()) {
      const std::string column = begin == 0 ? "" : " after " + std::to_string(begin) + " bytes";
      fail("\"${\"" + column + " is never closed with \"}\": write \"$${\" for a literal \"${\"");
      return false;
    }
    ++at_;
    return true;
  }

  void fail_syntax() {
    fail(
        "\"${\" is followed by a name of letters, digits and _, then \"}\" or \":-\" and a default;"
        " write \"$${\" for a literal \"${\"");
  }

  std::string_view written_;
  const Environment& environment_;
  const std::filesystem::path& folder_;
  std::size_t at_ = 0;
  Expanded result_;
};

void substitute_scalar(ConfigValue& value,
                       const std::string& path,
                       const Environment& environment,
                       const std::filesystem::path& folder,
                       Report& report) {
  Expanded expanded = expand(value.text, environment, folder);
  if (!expanded.problem.empty()) {
    report.problem(value.origin, path, std::move(expanded.problem));
    value.text.clear();
    return;
  }
  value.text = std::move(expanded.text);
  if (expanded.replaced) value.quoted = false;
  value.secret = expanded.secret;
  value.source = std::move(expanded.source);
}

}  // namespace

Expanded expand(std::string_view written,
                const Environment& environment,
                const std::filesystem::path& folder) {
  return Expander(written, environment, folder).run();
}

void substitute(ConfigValue& value,
                const std::string& path,
                const Environment& environment,
                const std::filesystem::path& folder,
                Report& report) {
  if (value.kind == ConfigValue::Kind::kScalar) {
    substitute_scalar(value, path, environment, folder, report);
  }
  for (std::size_t i = 0; i < value.items.size(); ++i) {
    substitute(value.items[i], path_to(path, i), environment, folder, report);
  }
  for (ConfigValue::Member& member : value.members) {
    substitute(member.value, path_to(path, member.key), environment, folder, report);
    if (member.value.kind == ConfigValue::Kind::kScalar && names_a_secret(member.key)) {
      member.value.secret = true;
    }
  }
}

}  // namespace patchbay::settings
