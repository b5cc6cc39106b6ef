// One call of a provider under the strict host: the functions of the ABI one by one, in any order
// that the ABI allows. play.hpp has whole exchanges.

#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/check/arguments.hpp"
#include "core/check/built_request.hpp"
#include "core/check/samples.hpp"
#include "core/check/strict_provider.hpp"

namespace patchbay::check {

struct FrameSample {
  std::string data, event, id;
};

struct CallOptions {
  // Runs a function of the plugin; by default on this thread.
  std::function<void(const std::function<void()>&)> runner = {};
  std::optional<std::size_t> refuse_from = {};      // events from this number on
  std::optional<std::size_t> fail_allocation = {};  // call_alloc() answers NULL from this one on
  std::size_t room = SIZE_MAX;  // of a provider that does its own work, in events
};

class StrictCall {
 public:
  // Behind a pbay_sink.
  struct SinkTarget {
    StrictHost* host;
    CallRecord* call;
    bool open;  // the callback runs
  };

  StrictCall(StrictProvider& provider, const RequestSample& request, CallOptions options = {});
  ~StrictCall();  // destroy()
  StrictCall(const StrictCall&) = delete;
  StrictCall& operator=(const StrictCall&) = delete;

  // Each notes a status that it must not return.
  pbay_status create();
  pbay_status build(BuiltRequest& out);
  pbay_status head(const AnswerSample& answer, pbay_framing framing);
  pbay_status frames(std::span<const FrameSample> frames);
  pbay_status end(pbay_status status = PBAY_OK);
  void destroy();

  // Of a provider that does its own work.
  pbay_status start();
  void cancel();
  // Gives room for so many more events and says so.
  void give_room(std::size_t events);
  // Runs what was posted until the call is complete, or it says that it is blocked, or nothing
  // happens for so long. True when it is complete.
  bool run(std::chrono::milliseconds patience);

  [[nodiscard]] bool is_created() const { return raw_ != nullptr; }
  [[nodiscard]] bool is_blocked();
  [[nodiscard]] bool is_completed();
  [[nodiscard]] pbay_status completion();
  [[nodiscard]] std::string transcript();
  // The same without a sign of where the pieces of a text begin and end.
  [[nodiscard]] std::string joined();
  [[nodiscard]] std::size_t event_count();
  [[nodiscard]] std::size_t allocation_count();
  [[nodiscard]] bool was_refused();  // an event of it, because of refuse_from
  [[nodiscard]] std::optional<ToldError> error();
  // What is missing from an answer that ended well; empty when nothing is.
  [[nodiscard]] std::string missing_at_end();

  // The longest that each function took, without what the machine spent on others meanwhile.
  [[nodiscard]] const std::map<std::string, std::chrono::nanoseconds>& times() const {
    return times_;
  }
  [[nodiscard]] const RequestSample& request() const { return request_; }
  [[nodiscard]] StrictProvider& provider() { return provider_; }

 private:
  pbay_status run_function(const char* name,
                           std::initializer_list<pbay_status> allowed,
                           const std::function<pbay_status()>& work);
  void run_quietly(const char* name, const std::function<void()>& work);
  pbay_request request_view(Arguments& arguments);
  pbay_sink* make_sink();
  void close_sink(pbay_sink* sink);
  void seal(std::vector<const void*>& pieces);
  bool run_one_posted();

  StrictProvider& provider_;
  StrictHost& host_;
  const RequestSample request_;
  const CallOptions options_;
  CallRecord& record_;
  Keeper keeper_;                     // what the plugin was given, where it is not sealed
  std::vector<const void*> lasting_;  // until call_destroy()
  std::vector<const void*> body_;     // until on_head()
  pbay_call* raw_ = nullptr;
  std::map<std::string, std::chrono::nanoseconds> times_;
  std::vector<std::unique_ptr<SinkTarget>> sinks_;
};

}  // namespace patchbay::check
