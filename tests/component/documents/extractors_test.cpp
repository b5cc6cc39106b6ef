#include "core/documents/extractors.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace patchbay::documents {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsNull;
using testing::NotNull;
using testing::Pointee;

TEST(Extractors, FindTheProgram) {
  Extractors extractors;
  extractors.add("application/pdf", {"sh", "-c", "{file}"}, "relative:/nowhere:/bin");
  EXPECT_THAT(extractors.find("application/pdf"), Pointee(ElementsAre("/bin/sh", "-c", "{file}")));
  EXPECT_THAT(extractors.find("text/plain"), IsNull());
  extractors.add("a/b", {"/bin/sh", "{file}"}, "");
  EXPECT_THAT(extractors.find("a/b"), NotNull());
}

TEST(Extractors, SayWhatIsMissing) {
  Extractors extractors;
  extractors.add("application/pdf", {"no-such-program", "{file}"}, "/bin");
  extractors.add("a/folder", {"/bin", "{file}"}, "/");
  EXPECT_THAT(extractors.find("application/pdf"), IsNull());
  EXPECT_THAT(extractors.find("a/folder"), IsNull());
  EXPECT_THAT(extractors.why_not("application/pdf"),
              AllOf(HasSubstr("application/pdf needs the program no-such-program"),
                    HasSubstr("files.extractors")));
  EXPECT_THAT(extractors.why_not("c/d"), AllOf(HasSubstr("c/d"), HasSubstr("files.extractors")));
}

}  // namespace
}  // namespace patchbay::documents
