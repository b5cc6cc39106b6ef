// The ABI's header promises, at each declaration, from which threads it may be used and how long
// what it points to lives. This reads the header and misses none.

#include <algorithm>
#include <array>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace patchbay::plugin_host {
namespace {

using testing::IsEmpty;

std::string read(const std::string& file) {
  std::ifstream in(PATCHBAY_SDK "/patchbay/" + file);
  EXPECT_TRUE(in) << file;
  return {std::istreambuf_iterator<char>(in), {}};
}

constexpr std::array<std::string_view, 3> kThreadTags{"[control]", "[call]", "[thread-safe]"};
constexpr std::array<std::string_view, 6> kLifetimeTags{
    "(arg)", "(build)", "(head)", "(call)", "(provider)", "(module)"};

template <std::size_t N>
std::size_t count(const std::array<std::string_view, N>& tags, std::string_view text) {
  std::size_t found = 0;
  for (const std::string_view tag : tags) {
    for (std::size_t at = text.find(tag); at != text.npos; at = text.find(tag, at + 1))
      ++found;
  }
  return found;
}

// A declaration of a function, with the comment that stands right before it.
struct Function {
  std::string comment;
  std::string text;
};

std::vector<Function> functions_of(const std::string& header) {
  std::vector<Function> found;
  std::size_t comment = std::string::npos;  // of the comment right before
  std::size_t comment_end = 0;
  for (std::size_t at = 0; at < header.size();) {
    if (header.compare(at, 2, "/*") == 0) {
      comment = at;
      at = comment_end = header.find("*/", at) + 2;
    } else if (header[at] == '#') {  // macros are no declarations
      at = std::min(header.find('\n', at), header.size());
      while (at < header.size() && header[at - 1] == '\\')
        at = header.find('\n', at + 1);
    } else if (header.compare(at, 8, "PBAY_FN(") == 0 ||
               header.compare(at, 14, "typedef const ") == 0) {
      const std::size_t end = header.find(';', at);
      found.push_back(
          {comment == std::string::npos ? "" : header.substr(comment, comment_end - comment),
           header.substr(at, end - at)});
      comment = std::string::npos;
      at = end;
    } else {
      if (header[at] == ';' || header[at] == '{') comment = std::string::npos;
      ++at;
    }
  }
  return found;
}

TEST(AbiHeader, TagsEveryFunctionWithItsThreads) {
  const std::vector<Function> functions = functions_of(read("abi.h") + read("tools.h"));
  EXPECT_EQ(functions.size(), 34U) << "a function more or less: is it found by this test?";
  for (const Function& function : functions) {
    EXPECT_EQ(count(kThreadTags, function.comment), 1U) << function.text << "\n"
                                                        << function.comment;
  }
}

TEST(AbiHeader, TagsEveryPointerThatAFunctionReturns) {
  for (const Function& function : functions_of(read("abi.h") + read("tools.h"))) {
    const std::string result = function.text.substr(0, function.text.find(','));
    if (result.find('*') == std::string::npos) continue;
    EXPECT_GE(count(kLifetimeTags, function.comment), 1U) << function.text;
  }
}

std::string without_comments(std::string text) {
  for (std::size_t at = 0; (at = text.find("/*", at)) != text.npos;) {
    text.erase(at, text.find("*/", at) + 2 - at);
  }
  return text;
}

bool holds_a_view(const std::string& members) {
  for (const char* view :
       {"*", "pbay_str ", "pbay_bytes ", "pbay_kv ", "pbay_piece ", "pbay_frame "}) {
    if (members.find(view) != members.npos) return true;
  }
  return false;
}

// The tag on the line that opens a struct (of a struct of one line, anywhere on it) holds for all
// its members; a struct without one may hold no pointer and no view.
TEST(AbiHeader, TagsEveryViewWithItsLifetime) {
  std::vector<std::string> untagged;
  std::size_t structs = 0;
  for (const char* file : {"abi_values.h", "abi.h", "tools.h"}) {
    const std::string header = read(file);
    for (std::size_t at = 0; (at = header.find("struct pbay_", at)) != header.npos; ++at) {
      const std::size_t name_end = header.find_first_of(" ;\n", at + 12);
      const std::size_t open = header.find_first_not_of(' ', name_end);
      if (header[open] != '{') continue;
      ++structs;
      const std::string opening = header.substr(at, header.find('\n', at) - at);
      const std::string members =
          without_comments(header.substr(open, header.find('}', open) - open));
      if (count(kLifetimeTags, opening) == 0 && holds_a_view(members)) {
        untagged.push_back(header.substr(at, name_end - at));
      }
    }
  }
  EXPECT_THAT(untagged, IsEmpty());
  EXPECT_EQ(structs, 41U) << "a struct more or less: is it found by this test?";
}

}  // namespace
}  // namespace patchbay::plugin_host
