// The page about the tool has a word on every check.

#include <fstream>
#include <iterator>
#include <sstream>
#include <string>

#include <gtest/gtest.h>

#include "tests/component/check/tool.hpp"

namespace patchbay::testing {
namespace {

TEST(CheckPage, ExplainsEveryCheckAndNoOther) {
  std::ifstream in(PATCHBAY_DOCS "/patchbay-check.md");
  const std::string page(std::istreambuf_iterator<char>(in), {});
  std::istringstream list(run_tool({"--list"}).output);
  std::size_t checks = 0;
  for (std::string line; std::getline(list, line); ++checks) {
    const std::string id = line.substr(0, line.find(' '));
    EXPECT_NE(page.find("| `" + id + "` |"), std::string::npos) << id << " has no row";
  }
  std::size_t rows = 0;
  for (std::size_t at = page.find("\n| `"); at != page.npos; at = page.find("\n| `", at + 1))
    ++rows;
  EXPECT_GT(checks, 0U);
  EXPECT_EQ(rows, checks) << "a row for a check that is not there";
}

}  // namespace
}  // namespace patchbay::testing
