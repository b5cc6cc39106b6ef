#include "core/plugin_host/trusted_path.hpp"

#include <filesystem>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/component/plugin_host/workspace.hpp"

namespace patchbay::plugin_host {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

class TrustedPath : public testing::Test {
 protected:
  TrustedPath() {
    file_ = workspace_.write("safe/plugin/lib.so", "code");
    folder_ = file_.parent_path();
  }

  static std::string why(const fs::path& path) { return why_untrusted(path).value_or(""); }

  static void open_to_all(const fs::path& path, mode_t more = 0) {
    struct stat found {};
    ASSERT_EQ(::stat(path.c_str(), &found), 0);
    ASSERT_EQ(::chmod(path.c_str(), (found.st_mode & 0777U) | S_IWOTH | more), 0);
  }

  Workspace workspace_;
  fs::path file_;
  fs::path folder_;
};

TEST_F(TrustedPath, PassesWhereOnlyWeCanWrite) {
  EXPECT_EQ(why(file_), "");
  EXPECT_EQ(why(folder_), "");
}

TEST_F(TrustedPath, IsRefusedWhereTheFileIsOpenToAll) {
  open_to_all(file_);
  EXPECT_THAT(why(file_), HasSubstr("\"" + file_.string() + "\" may be changed by every user"));
  EXPECT_THAT(why(file_), HasSubstr("chmod o-w \"" + file_.string() + "\""));
}

TEST_F(TrustedPath, IsRefusedWhereAFolderAboveIsOpenToAll) {
  const fs::path above = folder_.parent_path();
  open_to_all(above);
  EXPECT_THAT(why(file_), HasSubstr("\"" + above.string() + "\" may be changed"));
}

TEST_F(TrustedPath, PassesThroughAStickyFolder) {
  open_to_all(folder_.parent_path(), S_ISVTX);
  EXPECT_EQ(why(file_), "");
}

TEST_F(TrustedPath, IsRefusedWhereItIsAStickyFolder) {
  open_to_all(folder_, S_ISVTX);
  EXPECT_THAT(why(folder_), HasSubstr("may be changed by every user"));
}

// Whoever may write to the folder of a link may have it lead elsewhere.
TEST_F(TrustedPath, IsRefusedWhereALinkOnTheWayIsOpenToAll) {
  fs::create_directory(workspace_.folder() / "open");
  fs::create_symlink(folder_, workspace_.folder() / "open" / "plugin");
  EXPECT_EQ(why(workspace_.folder() / "open" / "plugin" / "lib.so"), "");
  open_to_all(workspace_.folder() / "open");
  EXPECT_THAT(why(workspace_.folder() / "open" / "plugin" / "lib.so"), HasSubstr("open\" may be"));
}

TEST_F(TrustedPath, FollowsLinksToWhatTheyMean) {
  fs::create_symlink("safe/plugin", workspace_.folder() / "relative");
  EXPECT_EQ(why(workspace_.folder() / "relative" / "lib.so"), "");
  open_to_all(folder_);
  EXPECT_THAT(why(workspace_.folder() / "relative" / "lib.so"),
              HasSubstr("\"" + folder_.string() + "\" may be changed"));
  EXPECT_THAT(why(workspace_.folder() / "safe" / "x" / ".." / "plugin"),
              HasSubstr("cannot examine"));
}

TEST_F(TrustedPath, IsRefusedWhereLinksLeadInACircle) {
  fs::create_symlink("b", workspace_.folder() / "a");
  fs::create_symlink("a", workspace_.folder() / "b");
  EXPECT_THAT(why(workspace_.folder() / "a"), HasSubstr("too many symbolic links"));
}

TEST_F(TrustedPath, IsRefusedWhereNothingIs) {
  EXPECT_THAT(why(folder_ / "none.so"), HasSubstr("cannot examine"));
}

// Only root can give files away, and so show this.
TEST_F(TrustedPath, IsRefusedWhereAnotherUserCameFirstInAStickyFolder) {
  open_to_all(folder_.parent_path(), S_ISVTX);
  constexpr uid_t kNobody = 65534;
  if (::chown(folder_.c_str(), kNobody, kNobody) != 0) {
    ASSERT_NE(::geteuid(), 0U);
    return;
  }
  EXPECT_THAT(why(file_), HasSubstr("belongs to another user"));
  // Elsewhere, whoever may write was let in by whoever owns the folder.
  ASSERT_EQ(::chmod(folder_.parent_path().c_str(), 0755), 0);
  EXPECT_EQ(why(file_), "");
}

}  // namespace
}  // namespace patchbay::plugin_host
