// The layout lock is what scripts/abi_lock makes of the headers, and it does stop what breaks
// plugins that exist.

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include <gtest/gtest.h>

#include "tests/component/plugin_host/workspace.hpp"

namespace patchbay::plugin_host {
namespace {

namespace fs = std::filesystem;

const fs::path kSource = PATCHBAY_SOURCE;

std::string read(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

bool runs(const std::string& command) {
  return std::system(command.c_str()) == 0;  // NOLINT
}

TEST(AbiLock, IsWhatTheHeadersMake) {
  if (!runs("command -v abidw >/dev/null")) {
    GTEST_SKIP() << "abidw (package abigail-tools) is not installed";
  }
  Workspace workspace;
  const fs::path made = workspace.folder() / "lock.c";
  ASSERT_TRUE(runs("'" + (kSource / "scripts/abi_lock").string() + "' > '" + made.string() + "'"));
  EXPECT_EQ(read(made), read(kSource / "core/sdk/lock/abi_v1_0.c"));
}

class ChangedAbi : public testing::Test {
 protected:
  // Whether the lock still compiles with `what` replaced in a copy of the headers.
  bool holds(const std::string& header, const std::string& what, const std::string& by) {
    fs::remove_all(workspace_.folder() / "patchbay");
    fs::copy(kSource / "core/sdk/patchbay", workspace_.folder() / "patchbay");
    const fs::path file = workspace_.folder() / "patchbay" / header;
    std::string text = read(file);
    const std::size_t at = text.find(what);
    EXPECT_NE(at, std::string::npos) << what;
    if (at == std::string::npos) return false;
    text.replace(at, what.size(), by);
    fs::permissions(file, fs::perms::owner_all);
    std::ofstream(file, std::ios::binary) << text;
    return runs("gcc -std=gnu11 -Werror -fsyntax-only -I'" + workspace_.folder().string() + "' '" +
                (kSource / "core/sdk/lock/abi_v1_0.c").string() + "' 2>/dev/null");
  }

  Workspace workspace_;
};

TEST_F(ChangedAbi, PassesWhereItGrewAtTheEnd) {
  EXPECT_TRUE(holds("abi.h", "deadline_ns;", "deadline_ns;"));
  EXPECT_TRUE(holds("abi.h",
                    "pbay_str detail; uint64_t bytes_received;",
                    "pbay_str detail; uint64_t bytes_received, one_more;"));
  EXPECT_TRUE(holds("abi.h", "#define PBAY_ABI_MINOR 0u", "#define PBAY_ABI_MINOR 1u"));
}

TEST_F(ChangedAbi, StopsAMemberInTheMiddle) {
  EXPECT_FALSE(holds("abi.h", "uint64_t deadline_ns;", "uint64_t one_more, deadline_ns;"));
}

TEST_F(ChangedAbi, StopsAMemberThatIsGone) {
  EXPECT_FALSE(holds("abi.h", "uint64_t bytes_received;", ""));
}

TEST_F(ChangedAbi, StopsAMemberOfAnotherTypeAndTheSameSize) {
  EXPECT_FALSE(holds("abi.h", "uint32_t size; int32_t status;", "uint32_t size; uint32_t status;"));
}

TEST_F(ChangedAbi, StopsALeafThatGrew) {
  EXPECT_FALSE(holds("abi_values.h",
                     "const char    *ptr; size_t len; }",
                     "const char    *ptr; size_t len, capacity; }"));
}

TEST_F(ChangedAbi, StopsAConstantOfAnotherValue) {
  EXPECT_FALSE(holds("abi_values.h", "PBAY_EV_SCORE     = 18", "PBAY_EV_SCORE     = 19"));
}

TEST_F(ChangedAbi, StopsAnotherSignature) {
  EXPECT_FALSE(holds("abi.h",
                     "PBAY_FN(void, random, const pbay_host *host, void *out, size_t n);",
                     "PBAY_FN(int, random, const pbay_host *host, void *out, size_t n);"));
}

TEST_F(ChangedAbi, StopsAnotherExtensionId) {
  EXPECT_FALSE(holds("abi.h", "\"patchbay.host.async/1\"", "\"patchbay.host.async/2\""));
}

}  // namespace
}  // namespace patchbay::plugin_host
