#include "core/check/report.hpp"

#include <algorithm>
#include <array>
#include <string_view>

#include "core/json/write.hpp"

namespace patchbay::check {
namespace {

constexpr std::size_t kIdWidth = 16;
constexpr const char* kIndent = "           ";  // under the id

constexpr std::array<std::string_view, 4> kWords{"ok", "warned", "skipped", "FAILED"};

std::string_view word(Verdict verdict) {
  return kWords[static_cast<std::size_t>(verdict)];
}

std::string padded(std::string_view text, std::size_t width) {
  std::string out(text);
  if (out.size() < width) out.resize(width, ' ');
  return out;
}

// A text of several lines, each under the other.
std::string indented(std::string_view text, const char* indent) {
  std::string out;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    out.append(indent).append(text.substr(0, end)).append("\n");
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return out;
}

std::size_t count(const std::vector<CheckResult>& results, Verdict verdict) {
  return static_cast<std::size_t>(
      std::count_if(results.begin(), results.end(), [&](const CheckResult& result) {
        return result.verdict == verdict;
      }));
}

void write_remarks(json::Writer& writer, const char* name, const std::vector<Remark>& remarks) {
  writer.key(name).begin_array();
  for (const Remark& remark : remarks)
    writer.begin_object().member("what", remark.what).member("rule", remark.rule).end_object();
  writer.end_array();
}

}  // namespace

std::string head_line(const ReportHead& head) {
  const std::string name = head.plugin.empty()
                               ? head.manifest
                               : head.plugin + " " + head.version + " (" + head.manifest + ")";
  return "patchbay-check " PATCHBAY_VERSION ": " + name + ", seed " + std::to_string(head.seed) +
         "\n";
}

std::string line_of(const CheckResult& result, bool only_failed) {
  if (only_failed && result.verdict != Verdict::kFailed) return {};
  std::string out = padded(word(result.verdict), 9) + padded(result.check->id, kIdWidth);
  if (result.verdict == Verdict::kOk) return out.append(result.check->what) + "\n";
  if (result.verdict == Verdict::kSkipped) {
    for (std::size_t i = 0; i < result.skips.size(); ++i)
      out += (i == 0 ? "" : "; ") + result.skips[i];
    return out + "\n";
  }
  out.append(result.check->what).append("\n");
  for (const Remark& failure : result.failures) {
    out += indented("- " + failure.what, kIndent);
    if (!failure.rule.empty()) out += indented("  rule: " + failure.rule, kIndent);
  }
  for (const Remark& warning : result.warnings)
    out += indented("- warning: " + warning.what, kIndent);
  for (const std::string& skip : result.skips)
    out += indented("- skipped: " + skip, kIndent);
  if (result.verdict == Verdict::kFailed) {
    out += indented("rule: " + std::string(result.check->rule), kIndent);
  }
  if (!result.output.empty()) {
    out += indented("what the process wrote last:", kIndent);
    out += indented(result.output, "             | ");
  }
  return out;
}

std::string summary_line(const std::vector<CheckResult>& results) {
  return std::to_string(results.size()) +
         " checks: " + std::to_string(count(results, Verdict::kOk)) + " ok, " +
         std::to_string(count(results, Verdict::kFailed)) + " failed, " +
         std::to_string(count(results, Verdict::kWarned)) + " with warnings, " +
         std::to_string(count(results, Verdict::kSkipped)) + " skipped\n";
}

std::string json_report(const ReportHead& head,
                        const std::vector<CheckResult>& results,
                        bool only_failed) {
  std::string out;
  json::Writer writer(out);
  writer.begin_object().member("plugin", head.plugin).member("version", head.version);
  writer.member("manifest", head.manifest).member("seed", head.seed);
  writer.member("passed", !any_failed(results));
  writer.key("summary").begin_object();
  writer.member("checks", results.size()).member("ok", count(results, Verdict::kOk));
  writer.member("failed", count(results, Verdict::kFailed));
  writer.member("warned", count(results, Verdict::kWarned));
  writer.member("skipped", count(results, Verdict::kSkipped)).end_object();
  writer.key("checks").begin_array();
  for (const CheckResult& result : results) {
    if (only_failed && result.verdict != Verdict::kFailed) continue;
    std::string verdict(word(result.verdict));
    if (result.verdict == Verdict::kFailed) verdict = "failed";
    writer.begin_object().member("id", result.check->id).member("verdict", verdict);
    writer.member("what", result.check->what).member("rule", result.check->rule);
    writer.member("took_ms", result.took.count());
    write_remarks(writer, "failures", result.failures);
    write_remarks(writer, "warnings", result.warnings);
    writer.key("skips").begin_array();
    for (const std::string& skip : result.skips)
      writer.value(skip);
    writer.end_array().member("output", result.output).end_object();
  }
  writer.end_array().end_object();
  return out + "\n";
}

bool any_failed(const std::vector<CheckResult>& results) {
  return count(results, Verdict::kFailed) > 0;
}

}  // namespace patchbay::check
