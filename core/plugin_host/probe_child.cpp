// The process that tries a plugin out.

#include <array>
#include <cerrno>
#include <csignal>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include "core/plugin_host/control_thread.hpp"
#include "core/plugin_host/instance_maker.hpp"
#include "core/plugin_host/probe.hpp"
#include "core/plugin_host/probe_channel.hpp"
#include "core/plugin_host/probe_words.hpp"

namespace patchbay::plugin_host {
namespace {

void say(std::string line) {
  line += '\n';
  for (std::string_view left = line; !left.empty();) {
    const ssize_t put = ::write(kProbeAnswer, left.data(), left.size());
    if (put < 0 && errno == EINTR) continue;
    if (put < 0) return;  // then the other side reads no answer, and says so
    left.remove_prefix(static_cast<std::size_t>(put));
  }
}

std::string read_request() {
  std::string text;
  std::array<char, 4096> piece{};
  while (true) {
    const ssize_t got = ::read(kProbeRequest, piece.data(), piece.size());
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return text;
    text.append(piece.data(), static_cast<std::size_t>(got));
  }
}

std::vector<Problem> try_out(const ProbeRequest& request) {
  std::vector<Problem> problems;
  const auto control = std::make_shared<ControlThread>();
  say("it was loaded and its init() ran");
  auto staged = std::make_shared<const StagedPlugin>(
      StagedPlugin{request.manifest, PrivateCopy::adopt(kProbeLibrary)});
  Module::Environment environment;
  environment.host_version = request.host_version;
  Result<std::unique_ptr<Module>> loaded = Module::load(std::move(staged), environment, 1);
  if (!loaded) {
    const ProviderEntry* entry = request.entries.empty() ? nullptr : &request.entries.front();
    problems.push_back(
        {entry == nullptr ? Origin{request.manifest.file.string(), 0, 0} : entry->type_origin,
         entry == nullptr ? std::string() : path_of(*entry, "plugin"),
         loaded.error().message});
    return problems;
  }
  const std::shared_ptr<Module> module = *std::move(loaded);
  std::vector<std::shared_ptr<ProviderInstance>> instances;
  for (const ProviderEntry& entry : request.entries) {
    say("it made the provider \"" + entry.name + "\"");
    const auto json = config_json_of(entry, request.manifest, module.get(), problems);
    if (json) instances.push_back(make_instance(entry, module, *json, control, problems));
  }
  say("it was taken down");
  instances.clear();
  control->settle();
  return problems;
}

}  // namespace

int run_probe() {
  // Whoever wants to hear of it is gone when the host is, and a crash here is no news to keep.
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  const rlimit none{0, 0};
  ::setrlimit(RLIMIT_CORE, &none);
  const Result<ProbeRequest> request = read_probe_request(read_request());
  if (!request) return 1;
  const std::vector<Problem> problems = try_out(*request);
  say(to_json(problems));
  // Not by way of exit(): what the plugin left behind is not to be waited for.
  ::_exit(0);
}

}  // namespace patchbay::plugin_host
