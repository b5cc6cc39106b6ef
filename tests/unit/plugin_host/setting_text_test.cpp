#include "core/plugin_host/setting_text.hpp"

#include <string>

#include <gtest/gtest.h>

namespace patchbay::plugin_host {
namespace {

ConfigValue scalar(std::string text) {
  ConfigValue value;
  value.kind = ConfigValue::Kind::kScalar;
  value.text = std::move(text);
  return value;
}

TEST(SettingText, MakesPaths) {
  EXPECT_EQ(path_to("", "providers"), "providers");
  EXPECT_EQ(path_to("providers", "a-1"), "providers.a-1");
  EXPECT_EQ(path_to("models", "gpt-4.1"), "models.\"gpt-4.1\"");
  EXPECT_EQ(path_to("a.b", std::size_t{2}), "a.b[2]");
}

TEST(SettingText, ShowsValuesButNoSecrets) {
  ConfigValue value = scalar("text");
  EXPECT_EQ(shown(value, false), "\"text\"");
  EXPECT_EQ(shown(value, true), "(secret)");
  value.secret = true;
  EXPECT_EQ(shown(value, false), "(secret)");
  value.source = "${PORT}";
  EXPECT_EQ(shown(value, false), "(value of ${PORT})");
  EXPECT_EQ(shown(ConfigValue{}, false), "nothing");
}

TEST(SettingText, ShortensBetweenCharacters) {
  EXPECT_EQ(shown(scalar(std::string(59, 'a') + "\xC3\xA9" + "b"), false),
            "\"" + std::string(59, 'a') + "...\"");
}

TEST(SettingText, KnowsUrls) {
  for (const char* url :
       {"http://a", "https://a.b/c?d#e", "http://user@host:1/", "http://[::1]:80"}) {
    EXPECT_TRUE(is_http_url(url)) << url;
  }
  for (const char* text : {"",
                           "htp:/x",
                           "http://",
                           "http:///a",
                           "ftp://a",
                           "http://a b",
                           "a.b",
                           "http://:80",
                           "http://user@"}) {
    EXPECT_FALSE(is_http_url(text)) << text;
  }
}

TEST(SettingText, FindsTheSettingOfAPointer) {
  ConfigValue list;
  list.kind = ConfigValue::Kind::kList;
  list.items = {scalar("zero"), scalar("one")};
  ConfigValue root;
  root.kind = ConfigValue::Kind::kMap;
  root.members = {{"a/b", {}, list}};
  struct Case {
    const char* pointer;
    const char* path;
    const char* text;
  };
  for (const Case& wanted : {Case{"", "c", ""},
                             Case{"/a~1b/1", "c.\"a/b\"[1]", "one"},
                             Case{"/a~1b/7", "c.\"a/b\"", ""},
                             Case{"/a~1b/x", "c.\"a/b\"", ""},
                             Case{"/a~1b/1/deeper", "c.\"a/b\"[1]", "one"},
                             Case{"/none/at/all", "c", ""},
                             Case{"no pointer", "c", ""}}) {
    std::string path = "c";
    EXPECT_EQ(find_setting(root, wanted.pointer, path).text, wanted.text) << wanted.pointer;
    EXPECT_EQ(path, wanted.path) << wanted.pointer;
  }
}

}  // namespace
}  // namespace patchbay::plugin_host
