// The check of a provider that offers tools to models.

#include <algorithm>
#include <string>

#include "core/check/checks.hpp"
#include "core/check/play.hpp"
#include "core/check/rehearsal.hpp"
#include "core/check/tool_listing.hpp"
#include "core/plugin_host/provider_tools.hpp"

namespace patchbay::check {
namespace {

bool same(const ToolListing& a, const ToolListing& b) {
  return std::equal(a.tools.begin(),
                    a.tools.end(),
                    b.tools.begin(),
                    b.tools.end(),
                    [](const plugin_host::Tool& one, const plugin_host::Tool& other) {
                      return one.name == other.name && one.description == other.description &&
                             one.parameters == other.parameters;
                    });
}

bool serves_tools(const StrictProvider& provider) {
  return std::any_of(
      provider.operations().begin(), provider.operations().end(), [](const Operation& operation) {
        return operation.mode == PBAY_MODE_TOOL && operation.dialect == PBAY_DIALECT_TOOL;
      });
}

// What a model writes is nobody's promise: none of these may crash it.
void try_odd_calls(StrictProvider& provider, const std::string& tool) {
  play(provider, tool_request("patchbay-check-unknown", "{}"), {});
  for (const char* odd : {"{}", R"({"patchbay-check":[{"a":null}]})", R"({"":-1e300})"}) {
    play(provider, tool_request(tool, odd), {});
  }
}

}  // namespace

void check_tools(const Subject& subject, Findings& findings) {
  bool any = false;
  rehearse(subject, findings, {}, [&](Stage& stage) {
    const ToolListing first = list_tools(stage.provider);
    any = any || first.offered;
    if (!first.fault.empty()) return findings.fail(first.fault);
    if (serves_tools(stage.provider) != !first.tools.empty()) {
      findings.fail(first.tools.empty()
                        ? "it serves calls of tools, and lists none"
                        : "it lists tools, and has no op of the mode tool in " PBAY_DIALECT_TOOL);
    }
    if (!same(first, list_tools(stage.provider))) {
      findings.fail("list() gave other tools the second time");
    }
    for (const plugin_host::Tool& tool : first.tools) {
      if (tool.description.empty()) {
        findings.warn("the tool " + tool.name +
                      " has no description: no model knows when to use it");
      }
    }
    if (!first.tools.empty()) try_odd_calls(stage.provider, first.tools.front().name);
  });
  if (!any) findings.skip("no provider offers " PBAY_EXT_PROVIDER_TOOLS);
}

}  // namespace patchbay::check
