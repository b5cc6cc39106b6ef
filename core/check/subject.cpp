#include "core/check/subject.hpp"

#include <fstream>
#include <iterator>
#include <system_error>

#include "core/json/value.hpp"

namespace patchbay::check {
namespace {

namespace fs = std::filesystem;

Result<std::string> read_file(const fs::path& file) {
  std::error_code error;
  std::ifstream in(file, std::ios::binary);
  if (!in || fs::is_directory(file, error)) {
    return make_error(ErrorCode::kNotFound, "cannot read " + file.string());
  }
  return std::string(std::istreambuf_iterator<char>(in), {});
}

}  // namespace

Result<Subject> read_subject(const SubjectFiles& files) {
  Subject subject;
  std::error_code error;
  // A folder stands for the manifest in it.
  const fs::path file =
      fs::is_directory(files.manifest, error) ? files.manifest / "manifest.json" : files.manifest;
  Result<std::string> text = read_file(file);
  if (!text) return text.error();
  subject.manifest_text = *std::move(text);
  subject.manifest = plugin_host::read_manifest(fs::absolute(file, error), subject.problems);
  subject.library = files.library ? *files.library : subject.manifest.library;
  if (files.library && !fs::is_regular_file(*files.library, error)) {
    return make_error(ErrorCode::kNotFound, "there is no file " + files.library->string());
  }
  if (files.config) {
    Result<std::string> config = read_file(*files.config);
    if (!config) return config.error();
    if (const Result<json::Value> parsed = json::parse(*config); !parsed) {
      return make_error(ErrorCode::kInvalid,
                        files.config->string() + ": " + parsed.error().message);
    }
    subject.config = *std::move(config);
  }
  if (files.fixtures) {
    if (!fs::is_directory(*files.fixtures, error)) {
      return make_error(ErrorCode::kNotFound, "there is no folder " + files.fixtures->string());
    }
    subject.fixtures = *files.fixtures;
  }
  if (!files.type.empty()) {
    bool known = false;
    for (const plugin_host::ManifestType& type : subject.manifest.types)
      known = known || type.type == files.type;
    if (!known) {
      return make_error(ErrorCode::kNotFound,
                        "the manifest names no provider type \"" + files.type + "\"");
    }
  }
  subject.type = files.type;
  subject.seed = files.seed;
  return subject;
}

}  // namespace patchbay::check
