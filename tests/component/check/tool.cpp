#include "tests/component/check/tool.hpp"

#include <array>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <stdexcept>

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/json/value.hpp"

namespace patchbay::testing {
namespace {

std::string read_file(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

std::string text_of(const json::Value& object, const char* name) {
  const json::Value* value = object.find(name);
  return value == nullptr ? "" : std::string(value->as_string().value_or(""));
}

void add_remarks(const json::Value& check, const char* name, std::string& text) {
  const json::Value* remarks = check.find(name);
  if (remarks == nullptr) return;
  for (const json::Value& remark : remarks->items()) {
    text += text_of(check, "id") + ": " + text_of(remark, "what") + "\n";
  }
}

}  // namespace

ToolRun run_tool(const std::vector<std::string>& arguments) {
  const TemporaryFolder folder;
  const std::string output = folder.path() / "output";
  const std::string errors = folder.path() / "errors";
  std::vector<std::string> texts{PATCHBAY_CHECK};
  texts.insert(texts.end(), arguments.begin(), arguments.end());
  std::vector<char*> argv;
  for (std::string& text : texts)
    argv.push_back(text.data());
  argv.push_back(nullptr);
  posix_spawn_file_actions_t files;
  posix_spawn_file_actions_init(&files);
  constexpr int kMode = O_WRONLY | O_CREAT | O_TRUNC;
  posix_spawn_file_actions_addopen(&files, STDOUT_FILENO, output.c_str(), kMode, 0600);
  posix_spawn_file_actions_addopen(&files, STDERR_FILENO, errors.c_str(), kMode, 0600);
  pid_t child = 0;
  const int failed = posix_spawn(&child, PATCHBAY_CHECK, &files, nullptr, argv.data(), environ);
  posix_spawn_file_actions_destroy(&files);
  if (failed != 0) throw std::runtime_error("cannot run " PATCHBAY_CHECK);
  int status = 0;
  waitpid(child, &status, 0);
  return {WIFEXITED(status) ? WEXITSTATUS(status) : -1, read_file(output), read_file(errors)};
}

ToolReport report_of(std::vector<std::string> arguments) {
  arguments.emplace_back("--json");
  const ToolRun run = run_tool(arguments);
  ToolReport report;
  report.exit_code = run.exit_code;
  const Result<json::Value> parsed = json::parse(run.output);
  if (!parsed) throw std::runtime_error("no report: " + run.output + run.errors);
  report.plugin = text_of(*parsed, "plugin");
  report.seed = std::string(parsed->find("seed")->as_number().value_or(""));
  for (const json::Value& check : parsed->find("checks")->items()) {
    const std::string id = text_of(check, "id");
    const std::string verdict = text_of(check, "verdict");
    report.ids.insert(id);
    if (verdict == "failed") report.failed.insert(id);
    if (verdict == "warned") report.warned.insert(id);
    if (verdict == "skipped") report.skipped.insert(id);
    add_remarks(check, "failures", report.text);
    add_remarks(check, "warnings", report.text);
    if (verdict == "failed") report.text += text_of(check, "output");
  }
  return report;
}

TemporaryFolder::TemporaryFolder() {
  std::string pattern = std::filesystem::temp_directory_path() / "patchbay-check-XXXXXX";
  if (::mkdtemp(pattern.data()) == nullptr) throw std::runtime_error("no folder for the test");
  path_ = pattern;
}

TemporaryFolder::~TemporaryFolder() {
  std::error_code error;
  std::filesystem::remove_all(path_, error);
}

void TemporaryFolder::write(const std::string& name, const std::string& text) const {
  std::filesystem::create_directories((path_ / name).parent_path());
  std::ofstream(path_ / name, std::ios::binary) << text;
}

}  // namespace patchbay::testing
