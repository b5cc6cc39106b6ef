// What the bundled plugins say in their manifests is what they say in their code.

#include <gtest/gtest.h>

#include "core/json/value.hpp"
#include "tests/support/fake_host.hpp"
#include "tests/support/openai_fixture.hpp"

namespace patchbay::testing {
namespace {

std::string text(pbay_str view) {
  return std::string(view.ptr, view.len);
}

std::string text_of(const json::Value& object, std::string_view name) {
  const json::Value* value = object.find(name);
  return value == nullptr ? "(none)" : std::string(value->as_string().value_or("(no text)"));
}

std::uint64_t modes_in(const json::Value& type) {
  constexpr std::pair<std::string_view, pbay_mode> kModes[] = {
      {"chat", PBAY_MODE_CHAT},
      {"image", PBAY_MODE_IMAGE},
      {"embedding", PBAY_MODE_EMBEDDING},
      {"transcribe", PBAY_MODE_TRANSCRIBE},
      {"speech", PBAY_MODE_SPEECH},
      {"models", PBAY_MODE_MODELS},
      {"raw", PBAY_MODE_RAW},
      {"moderation", PBAY_MODE_MODERATION}};
  std::uint64_t bits = 0;
  for (const json::Value& mode : type.find("modes")->items()) {
    for (const auto& [name, value] : kModes) {
      if (mode.as_string() == name) bits |= PBAY_MODE_BIT(value);
    }
  }
  return bits;
}

class Manifest : public ::testing::TestWithParam<const char*> {};

TEST_P(Manifest, AgreesWithTheLibrary) {
  const std::string folder = std::string(PATCHBAY_TEST_PLUGINS "/") + GetParam() + "/";
  const auto manifest = json::parse(read_file(folder + "manifest.json"));
  ASSERT_TRUE(manifest);
  FakeHost host;
  const PluginModule module(folder + text_of(*manifest, "library"), host);
  const pbay_plugin& plugin = module.plugin();
  EXPECT_EQ(plugin.magic, PBAY_MAGIC);
  EXPECT_EQ(text(plugin.id), text_of(*manifest, "id"));
  EXPECT_EQ(text(plugin.version), text_of(*manifest, "version"));
  EXPECT_EQ(text(plugin.license), text_of(*manifest, "license"));

  const json::Value* types = manifest->find("types");
  ASSERT_NE(types, nullptr);
  ASSERT_EQ(types->items().size(), plugin.type_count);
  const json::Value& type = types->items().front();
  EXPECT_EQ(text(plugin.types[0]->type), text_of(type, "type"));
  EXPECT_EQ(plugin.types[0]->modes, modes_in(type));
  EXPECT_EQ(text(plugin.types[0]->config_schema),
            read_file(folder + text_of(type, "config_schema")));
  EXPECT_TRUE(json::parse(text(plugin.types[0]->config_schema)));
}

TEST_P(Manifest, RefusesAHostOfAnotherMajor) {
  const std::string folder = std::string(PATCHBAY_TEST_PLUGINS "/") + GetParam() + "/";
  FakeHost host;
  const PluginModule module(folder + "libpatchbay_" + GetParam() + ".so", host);
  const pbay_hello newer{sizeof(pbay_hello), PBAY_ABI_MAJOR + 1, 0, 0, {nullptr, 0}, {nullptr, 0}};
  EXPECT_EQ(module.entry()(&newer), nullptr);
}

INSTANTIATE_TEST_SUITE_P(Bundled,
                         Manifest,
                         ::testing::Values("openai", "openrouter", "replay", "stub"));

}  // namespace
}  // namespace patchbay::testing
