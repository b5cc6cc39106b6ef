// Keeps what a provider says to its upstream and what it answers, for `record:` in the
// configuration.
//
//   transfer = start_transfer(provider, client, std::move(request), handler, about);
//
// Stands between the attempt and its transfer and sees every byte of both, without changing or
// delaying any. What is written, and how it is made fit to be kept: recording_line.hpp.
//
// A Recorder is immutable and shared by all workers; a transfer belongs to its worker.

#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/config_value.hpp"
#include "core/relay/provider_table.hpp"
#include "core/relay/recording_writer.hpp"
#include "core/upstream/client.hpp"

namespace patchbay::relay {

// What a request to an upstream does not say of itself.
struct CallSummary {
  std::string_view request_id;
  std::string_view model;
  bool stream = false;
};

// The texts in a provider's configuration that must not be shown. A URL without a user, which may
// have come out of a variable as well, is none of them.
std::vector<std::string> secrets_in(const ConfigValue& config);

class Recorder {
 public:
  Recorder(std::string provider_type,
           RecordingTarget target,
           std::shared_ptr<RecordingWriter> writer);

  // As upstream::Client::start(). A transfer that is destroyed before its end is written as far as
  // it came. REQUIRES: the recorder outlives the transfer.
  std::unique_ptr<upstream::Transfer> start(upstream::Client& client,
                                            upstream::Request request,
                                            upstream::ResponseHandler& handler,
                                            const CallSummary& about) const;

  void write(RecordedExchange exchange) const;

 private:
  const std::string provider_type_;
  const std::shared_ptr<const RecordingTarget> target_;
  const std::shared_ptr<RecordingWriter> writer_;
};

// client.start(), recorded where the provider's traffic is. REQUIRES: the provider outlives the
// transfer.
std::unique_ptr<upstream::Transfer> start_transfer(const Provider& provider,
                                                   upstream::Client& client,
                                                   upstream::Request request,
                                                   upstream::ResponseHandler& handler,
                                                   const CallSummary& about);

}  // namespace patchbay::relay
