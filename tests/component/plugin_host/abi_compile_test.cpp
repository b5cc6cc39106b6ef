// The ABI's header is for every language standard and compiler that a plugin may be written with.

#include <cstdlib>
#include <string>

#include <gtest/gtest.h>

#include "tests/component/plugin_host/workspace.hpp"

namespace patchbay::plugin_host {
namespace {

struct Compiler {
  const char* command;
  const char* standard;
  const char* language;
};

class AbiHeader : public testing::TestWithParam<Compiler> {};

TEST_P(AbiHeader, CompilesWithoutAWarning) {
  Workspace workspace;
  const auto [command, standard, language] = GetParam();
  // Uses each macro that expands to code.
  const std::string source = workspace.write("user.c",
                                             "#include <patchbay/tools.h>\n"
                                             "extern const pbay_host *host_of_test;\n"
                                             "pbay_ev_usage usage_of_test(void);\n"
                                             "int has_of_test(void);\n"
                                             "pbay_ev_usage usage_of_test(void) {\n"
                                             "  pbay_ev_usage usage = PBAY_USAGE_INIT;\n"
                                             "  return usage;\n"
                                             "}\n"
                                             "int has_of_test(void) {\n"
                                             "  return PBAY_HAS(host_of_test, call_state) &&\n"
                                             "         PBAY_MODE_BIT(PBAY_MODE_TOOL) != 0;\n"
                                             "}\n");
  const std::string line = std::string(command) + " -std=" + standard + " -x " + language +
                           " -Wall -Wextra -Wpedantic -Wconversion -Wshadow -Werror -fsyntax-only "
                           "-I" PATCHBAY_SOURCE "/core/sdk " +
                           source;
  EXPECT_EQ(std::system(line.c_str()), 0) << line;
}

INSTANTIATE_TEST_SUITE_P(All,
                         AbiHeader,
                         testing::Values(Compiler{"gcc", "c99", "c"},
                                         Compiler{"gcc", "c11", "c"},
                                         Compiler{"gcc", "c++11", "c++"},
                                         Compiler{"gcc", "c++17", "c++"},
                                         Compiler{"gcc", "c++20", "c++"},
                                         Compiler{"clang-14", "c99", "c"},
                                         Compiler{"clang-14", "c11", "c"},
                                         Compiler{"clang-14", "c++11", "c++"},
                                         Compiler{"clang-14", "c++17", "c++"},
                                         Compiler{"clang-14", "c++20", "c++"}));

}  // namespace
}  // namespace patchbay::plugin_host
