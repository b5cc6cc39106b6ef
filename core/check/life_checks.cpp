// The checks of a plugin's beginning and end: two generations at once, and nothing left at the end.

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "core/check/checks.hpp"
#include "core/check/process_state.hpp"
#include "core/check/rehearsal.hpp"
#include "core/plugin_host/elf_scan.hpp"
#include "core/plugin_host/vocabulary.hpp"

namespace patchbay::check {
namespace {

// A provider in a loaded copy of the plugin.
struct Generation {
  std::unique_ptr<Session> session;
  std::unique_ptr<StrictProvider> provider;
};

// Fails with why there is none.
Result<Generation> make_generation(const Subject& subject, std::size_t type_number) {
  Result<std::unique_ptr<Session>> session = Session::open(subject.library, {}, true);
  if (!session) return session.error();
  Generation made{*std::move(session), nullptr};
  const std::vector<const pbay_provider_type*> types = made.session->types();
  const pbay_provider_type& type = *types[std::min(type_number, types.size() - 1)];
  const auto settings = settings_for(plugin_host::text_of(type.config_schema), subject.config);
  if (!settings) return settings.error();
  made.provider = std::make_unique<StrictProvider>(*made.session, type, settings->json);
  if (made.provider->created() < 0 || !made.provider->has_provider()) {
    return make_error(ErrorCode::kUnavailable, "create() made no provider");
  }
  if (made.provider->describe() < 0) {
    return make_error(ErrorCode::kUnavailable, "describe() failed");
  }
  if (made.provider->credentials() != nullptr) {
    exchange_credential(*made.provider, good_credential());
  }
  return made;
}

// One call of each of two generations, step by step in turns.
class Interleaved {
 public:
  Interleaved(Generation& first, Generation& second, const Exchange& exchange)
      : exchange_(exchange),
        calls_{std::make_unique<StrictCall>(*first.provider, exchange.request),
               std::make_unique<StrictCall>(*second.provider, exchange.request)} {}

  std::array<std::string, 2> play() {
    if (each([](StrictCall& call) { return call.create() >= 0; })) {
      if (calls_[0]->provider().active() != nullptr) {
        if (each([](StrictCall& call) { return call.start() >= 0; })) {
          each([](StrictCall& call) { return call.run(kPatience); });
        }
      } else {
        conduct();
      }
    }
    std::array<std::string, 2> said;
    for (std::size_t i = 0; i < calls_.size(); ++i) {
      calls_[i]->destroy();
      said[i] = calls_[i]->transcript();
    }
    return said;
  }

 private:
  template <typename Work>
  bool each(Work&& work) {
    bool good = true;
    for (const auto& call : calls_)
      good = work(*call) && good;
    return good;
  }

  void conduct() {
    BuiltRequest built;
    if (!each([&](StrictCall& call) { return call.build(built) >= 0; })) return;
    const AnswerSample& answer = exchange_.answers.front();
    const Framed framed = frames_of(answer, built.framing, std::nullopt);
    const auto head = [&](StrictCall& call) {
      return call.head(answer, framed.framing) == PBAY_OK;
    };
    if (!each(head)) return;
    for (const FrameSample& frame : framed.frames) {
      if (!each([&](StrictCall& call) { return call.frames({&frame, 1}) == PBAY_OK; })) break;
    }
    each([](StrictCall& call) { return call.end() >= 0; });
  }

  const Exchange& exchange_;
  std::array<std::unique_ptr<StrictCall>, 2> calls_;
};

void compare_generations(const Subject& subject, Findings& findings, std::size_t type_number) {
  Result<Generation> first = make_generation(subject, type_number);
  if (!first) return findings.skip(first.error().message);
  Result<Generation> second = make_generation(subject, type_number);
  if (!second) {
    return findings.fail("beside a loaded copy, a second one cannot be used: " +
                         second.error().message);
  }
  if (&first->session->plugin() == &second->session->plugin()) {
    findings.fail("two loaded copies give one descriptor");
  }
  const Stage stage{*first->session, *first->provider, {}};
  for (const Exchange& exchange : stage.good_exchanges(subject)) {
    const auto said = Interleaved(*first, *second, exchange).play();
    if (said[0] != said[1]) {
      findings.fail("in turns with another copy, a call says something else (" +
                    exchange.request.name + ")");
    }
  }
  // The older one ends while the newer one still works.
  const std::vector<Exchange> exchanges = stage.good_exchanges(subject);
  if (exchanges.empty()) return;
  const Exchange& last = exchanges.front();
  const std::string before = play(*second->provider, last.request, last.answers).transcript;
  first->provider.reset();
  first->session->end();
  const std::string after = play(*second->provider, last.request, last.answers).transcript;
  if (before != after) {
    findings.fail("once the older copy has ended, the newer one says something else (" +
                  last.request.name + ")");
  }
}

}  // namespace

void check_generations(const Subject& subject, Findings& findings) {
  std::size_t types = 0;
  {
    const Result<std::unique_ptr<Library>> library = Library::open(subject.library);
    if (!library || (*library)->entry() == nullptr) {
      return findings.skip("the library cannot be loaded");
    }
    const pbay_plugin* plugin = say_hello((*library)->entry(), PBAY_ABI_MAJOR, PBAY_ABI_MINOR);
    if (const std::string why = why_unusable(plugin); !why.empty()) return findings.skip(why);
    types = plugin->type_count;
    for (std::size_t i = 0; i < types; ++i) {
      if (subject.wants(plugin_host::text_of(plugin->types[i]->type))) {
        compare_generations(subject, findings, i);
      }
    }
  }
}

void check_unload(const Subject& subject, Findings& findings) {
  // Before the first thread of anybody's, so that what the runtime makes once is not blamed.
  const ProcessState before = process_state();
  Result<std::unique_ptr<Session>> session = Session::open(subject.library, {});
  if (!session) return findings.skip(session.error().message);
  for (const pbay_provider_type* type : (*session)->types()) {
    if (!subject.wants(plugin_host::text_of(type->type))) continue;
    const auto settings = settings_for(plugin_host::text_of(type->config_schema), subject.config);
    if (!settings) continue;
    StrictProvider provider(**session, *type, settings->json);
    if (provider.created() < 0 || !provider.has_provider() || provider.describe() < 0) continue;
    const Stage stage{**session, provider, *settings};
    for (const Exchange& exchange : stage.good_exchanges(subject))
      play(provider, exchange.request, exchange.answers);
  }
  const bool never = ((*session)->plugin().flags & PBAY_PLUGIN_NEVER_UNLOAD) != 0;
  (*session)->end();
  const std::string left = left_behind_for_good(before);
  if (!left.empty()) return findings.fail("after deinit() there is still " + left);
  if (never) return;  // it says that its mapping has to stay
  if (!plugin_host::why_kept_mapped(subject.library).empty()) {
    return findings.skip("elf.unload says why it is not to be unmapped");
  }
  if (!(*session)->library().close()) {
    findings.fail("after dlclose() it is still mapped, and the host keeps it for good");
  }
}

}  // namespace patchbay::check
