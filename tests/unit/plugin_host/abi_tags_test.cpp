// The ABI's header promises, at each declaration, from which threads it may be used and how long
// what it points to lives. This reads the header and misses none.

#include <array>
#include <fstream>
#include <iterator>
#include <regex>
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
  const std::vector<Function> functions = functions_of(read("abi.h"));
  EXPECT_EQ(functions.size(), 33U) << "a function more or less: is it found by this test?";
  for (const Function& function : functions) {
    EXPECT_EQ(count(kThreadTags, function.comment), 1U) << function.text << "\n"
                                                        << function.comment;
  }
}

TEST(AbiHeader, TagsEveryPointerThatAFunctionReturns) {
  for (const Function& function : functions_of(read("abi.h"))) {
    const std::string result = function.text.substr(0, function.text.find(','));
    if (result.find('*') == std::string::npos) continue;
    EXPECT_GE(count(kLifetimeTags, function.comment), 1U) << function.text;
  }
}

// The tag at the opening of a struct holds for all its members; a struct without one may hold no
// pointer and no view that has no tag of its own.
TEST(AbiHeader, TagsEveryViewWithItsLifetime) {
  const std::regex structs(R"(struct (pbay_\w+)\s*\{([^\n]*)([\s\S]*?)\n?\}[^\n]*\n)");
  const std::regex holds_a_view(R"(\*|pbay_(str|bytes|kv|span|piece|frame)\b)");
  std::vector<std::string> untagged;
  std::size_t seen = 0;
  for (const char* file : {"abi_values.h", "abi.h"}) {
    const std::string header = read(file);
    for (std::sregex_iterator it(header.begin(), header.end(), structs), end; it != end; ++it) {
      ++seen;
      const std::string name = (*it)[1];
      const std::string whole = it->str();
      // In a struct of one line the comment stands behind it.
      const bool one_line = whole.find('\n') + 1 == whole.size();
      const std::string opening = one_line ? whole : (*it)[2].str();
      if (count(kLifetimeTags, opening) > 0 || name == "pbay_span") continue;
      const std::regex comments(R"(/\*[\s\S]*?\*/)");
      const std::string members = std::regex_replace((*it)[3].str(), comments, "");
      if (std::regex_search(one_line ? whole : members, holds_a_view)) untagged.push_back(name);
    }
  }
  EXPECT_THAT(untagged, IsEmpty());
  EXPECT_GE(seen, 40U);
}

}  // namespace
}  // namespace patchbay::plugin_host
