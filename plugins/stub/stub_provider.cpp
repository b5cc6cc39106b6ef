#include "plugins/stub/stub_provider.hpp"

#include <cstdint>
#include <string>
#include <string_view>

#include "plugins/shared/provider_config.hpp"

namespace patchbay::plugins::stub {
namespace {

constexpr std::uint64_t kEverything =
    PBAY_MODE_BIT(PBAY_MODE_CHAT) | PBAY_MODE_BIT(PBAY_MODE_IMAGE) |
    PBAY_MODE_BIT(PBAY_MODE_EMBEDDING) | PBAY_MODE_BIT(PBAY_MODE_TRANSCRIBE) |
    PBAY_MODE_BIT(PBAY_MODE_SPEECH) | PBAY_MODE_BIT(PBAY_MODE_MODERATION);

}  // namespace

TimerThread& timer() {
  static TimerThread the_timer;
  return the_timer;
}

std::unique_ptr<StubProvider> StubProvider::create(const sdk::Setup& setup) {
  if (setup.host().extension<pbay_host_async>(PBAY_EXT_HOST_ASYNC) == nullptr) {
    return setup.refuse("", "this host does not offer " PBAY_EXT_HOST_ASYNC);
  }
  auto made = std::make_unique<StubProvider>(setup.host());
  JsonText json;
  if (!json.parse(setup.json())) return setup.refuse("", "the configuration is not JSON");
  const std::string complaint = read_script(json.root(), true, made->script_);
  if (!complaint.empty()) {
    const std::size_t key_end = complaint.find(": ");
    if (key_end == complaint.npos) return setup.refuse("", complaint);
    const std::string pointer = std::string(1, '/').append(complaint, 0, key_end);
    return setup.refuse(pointer, std::string_view(complaint).substr(key_end + 2));
  }
  const auto everything = [](std::string_view) { return kEverything; };
  if (const auto wrong =
          read_models(json.root()["models"], setup.instance(), everything, made->models_)) {
    return refuse(setup, *wrong);
  }
  made->any_model_.add("stub", setup.instance(), kEverything);
  return made;
}

}  // namespace patchbay::plugins::stub
