// One call on a provider that has an upstream, with the test in the place of the relay and the
// network: what the plugin asks for is written down, and an answer is given to it cut anywhere.

#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "tests/component/plugin_host/workspace.hpp"

namespace patchbay::plugin_host {

// The folder with the plugins under test: what was built just now, or, where the variable
// PATCHBAY_FROZEN_PLUGINS names one, the plugins as they were built for an earlier version.
std::string plugins_folder();

// Keeps what a call says: its texts joined, since where they are cut means nothing, and all other
// events as lines. Each text must be UTF-8 by itself.
class Listener : public CallObserver {
 public:
  pbay_status on_event(const pbay_event& event) override;
  void on_complete(pbay_status status) override { ends.push_back(status); }

  std::string text;
  std::string events;     // "FINISH 0 stop \"\"\n"
  bool valid = true;      // every text was UTF-8
  std::size_t texts = 0;  // how many events `text` came in
  std::vector<pbay_status> ends;
  pbay_status answer = PBAY_OK;  // to every event
};

struct UpstreamAnswer {
  int status = 200;
  std::string body;
};

// The providers of one configuration.
struct Providers {
  explicit Providers(const std::vector<ProviderEntry>& entries);

  LogBook log;
  std::string problems;
  Catalog catalog;
  std::vector<std::shared_ptr<Instance>> instances;
};

ProviderEntry entry_with(const std::string& type,
                         std::vector<std::pair<std::string, std::string>> config,
                         const std::string& name = "one");

class Exchange {
 public:
  // REQUIRES: the provider takes the call.
  Exchange(const std::shared_ptr<Instance>& instance, std::string model);

  // Runs build_request(): "POST url\nname: value\n\nbody", the client's body where the plugin wants
  // it.
  std::string request();

  // Gives the plugin the head, and the body cut at these places, as the relay would: framed, and an
  // answer outside 2xx in one piece. The result is what the plugin said last.
  pbay_status answer(const UpstreamAnswer& answer, const std::vector<std::size_t>& cuts = {});

  // The same with each byte by itself.
  pbay_status answer_bytewise(const UpstreamAnswer& answer);

  [[nodiscard]] Call& call() { return *call_; }
  [[nodiscard]] const TestRequest& client() const { return client_; }

  Listener heard;

 private:
  pbay_status head(int status);
  pbay_status end(pbay_status status);

  TestRequest client_;
  TestWorker worker_;
  std::unique_ptr<Call> call_;
  pbay_framing framing_ = PBAY_FRAME_WHOLE;
};

}  // namespace patchbay::plugin_host
