// Each bad plugin has one fault, and fails on the one check that is there for it.

#include <ostream>
#include <string>

#include <gtest/gtest.h>

#include "tests/component/check/tool.hpp"

namespace patchbay::testing {
namespace {

struct Fault {
  const char* plugin;
  const char* check;
  const char* says;  // a part of what the tool says about it
  bool is_warning = false;
};

std::ostream& operator<<(std::ostream& out, const Fault& fault) {
  return out << fault.plugin;
}

constexpr Fault kFaults[] = {
    {"agreement", "agreement", "the manifest says \"test.agreement\""},
    {"async_ignores_cancel", "async.cancel", "within 5 s of cancel()"},
    {"async_loses", "async.room", "with room for 1 events at a time"},
    {"async_twice", "async.complete", "complete() for the second time"},
    {"batches", "answer.batches", "frames one by one and several at once"},
    {"cancel", "call.cancel", "killed by SIGABRT"},
    {"caps_dialect", "create", "no op of it is in the host's own form"},
    {"caps_mode", "create", "acme.speech/1"},
    {"caps_zeroed", "host.oldest", "went beyond the end of the caps of describe()"},
    {"create_accepts_anything", "create.junk", "create() succeeded"},
    {"create_fails", "create", "the configuration is no object"},
    {"create_silent", "create.junk", "without set_error()"},
    {"descriptor_flags", "descriptor", "flags without a name"},
    {"descriptor_id", "descriptor", "My Plugin"},
    {"descriptor_leak", "call.churn", "the open descriptor"},
    {"entry_forgets", "entry", "two different descriptors"},
    {"entry_old_friends", "entry", "of a later minor version"},
    {"environment", "elf.imports", "setenv()", true},
    {"error_category", "answer.errors", "PBAY_ERR_INTERNAL"},
    {"error_ignored", "answer.errors", "ended the call well"},
    {"events_gap", "call.events", "where the next new item is 0"},
    {"events_never_finished", "call.events", "choice 0 had no FINISH"},
    {"events_two_finishes", "call.events", "a second FINISH of choice 0"},
    {"exits", "host.unknown", "the process ended itself"},
    {"exports", "elf.exports", "patchbay_test_answer"},
    {"extension", "host.unknown", "gave a table"},
    {"generations", "generations", "a second one cannot be used"},
    {"hardening", "elf.hardening", "executable stack"},
    {"host_table", "host.oldest", "went beyond the end of the host's table of v1.0"},
    {"host_use", "host.use", "no power of two"},
    {"ignores_refusal", "call.refused", "emit() returned PBAY_E_CANCELLED"},
    {"junk", "answer.junk", "killed by SIGABRT (Aborted) in on_frames()"},
    {"keeps_body", "call.arguments", "on_end() used the body of the request"},
    {"keeps_frame", "call.arguments", "on_end() used the data of a frame of on_frames()"},
    {"keeps_sink", "call.sink", "on_end() used the sink of a callback"},
    {"leak", "call.churn", "on the heap"},
    {"needed", "elf.needed", "libz.so.1"},
    {"newer_host", "host.newer", "PBAY_E_ABI"},
    {"no_memory", "call.memory", "in build_request()"},
    {"request_length", "call.request", "the host's to set"},
    {"request_url", "call.request", "ftp://127.0.0.1"},
    {"schema_example", "schema", "refuses its own example"},
    {"schema_keyword", "schema", "minProperties"},
    {"secret", "answer.secrets", "a secret of the configuration"},
    {"slow", "call.time", "build_request() took", true},
    {"splits", "answer.splits", "cut at byte 1"},
    {"status_passthrough", "call.statuses", "PASSTHROUGH without"},
    {"status_unknown", "call.statuses", "the status 17"},
    {"stays_mapped", "unload", "still mapped"},
    {"thread_left", "unload", "a thread"},
    {"thread_local", "call.threads", "on a thread of its own each"},
    {"tls", "elf.unload", "pthread_key_create"},
    {"tool_name", "tools", "a name that no model can call"},
    {"tool_unserved", "tools", "has no op of the mode tool"},
    {"unresolved", "load", "patchbay_test_nowhere"}};

class BadPlugin : public ::testing::TestWithParam<Fault> {};

TEST_P(BadPlugin, FailsOnTheCheckForItsFaultAlone) {
  const Fault& fault = GetParam();
  const ToolReport report = report_of(
      {std::string(PATCHBAY_BAD_PLUGINS "/") + fault.plugin, "--seed", "7", "--timeout", "90"});
  const std::set<std::string> expected{fault.check};
  const std::set<std::string> none;
  EXPECT_EQ(report.failed, fault.is_warning ? none : expected) << report.text;
  if (fault.is_warning) {
    EXPECT_TRUE(report.warned.contains(fault.check)) << report.text;
  }
  EXPECT_NE(report.text.find(fault.says), std::string::npos) << report.text;
  EXPECT_EQ(report.exit_code, fault.is_warning ? 0 : 1);
}

INSTANTIATE_TEST_SUITE_P(Faults, BadPlugin, ::testing::ValuesIn(kFaults), [](const auto& made) {
  return std::string(made.param.plugin);
});

TEST(HangingPlugin, FailsOnTheCheckInWhichItHangs) {
  const ToolReport report = report_of(
      {PATCHBAY_BAD_PLUGINS "/hangs", "--filter", "answer", "--seed", "7", "--timeout", "15"});
  EXPECT_EQ(report.failed, std::set<std::string>{"answer.junk"}) << report.text;
  EXPECT_NE(report.text.find("it was not done after 15 s in on_frames()"), std::string::npos)
      << report.text;
}

TEST(GoodPlugin, PassesEveryCheck) {
  for (const char* name : {"good", "good_active"}) {
    const ToolReport report = report_of({std::string(PATCHBAY_BAD_PLUGINS "/") + name});
    EXPECT_TRUE(report.failed.empty()) << report.text;
    EXPECT_TRUE(report.warned.empty()) << report.text;
    EXPECT_EQ(report.exit_code, 0);
  }
}

}  // namespace
}  // namespace patchbay::testing
