// One request and its answer: finds a connection, sends, reads, and tells the handler.
//
// An exchange outlives the caller's Transfer, which only points at it: callbacks may destroy the
// Transfer at any time, and what is on the stack then still stands on solid ground. It is used
// again for later requests, with the memory it has.
//
// Threads: the worker's.

#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "core/base/result.hpp"
#include "core/reactor/worker.hpp"
#include "core/upstream/client.hpp"
#include "core/upstream/dialer.hpp"
#include "core/upstream/link.hpp"
#include "core/upstream/outgoing.hpp"
#include "core/upstream/response_parser.hpp"

namespace patchbay::upstream {

class Exchanges;

class Exchange final : private Link::User, private DialRequester {
 public:
  explicit Exchange(Exchanges& home);

  // Sends the request, or asks for a connection to send it on. Calls nobody back.
  void begin(Request request, ResponseHandler& handler);

  // The Transfer's functions; see client.hpp.
  void pause();
  void resume();
  void cancel();
  void finish();
  [[nodiscard]] std::uint64_t received() const { return received_; }

  // The turn's end, after home_.soon(*this).
  void run();

 private:
  friend class Exchanges;

  // Dialler and link.
  void on_dialled(std::unique_ptr<Link> link) override;
  void on_dial_failed(Error error) override;
  void on_link_free(Link& link) override;
  void on_link_ready(Link& link, reactor::Ready ready) override;

  Status prepare(Request& request);
  void find_link();
  void use(Link& link, bool warm);
  void send();
  void read();
  void judge(Link::Io io, bool all_parsed);
  void lose(Link::Io how);
  void settle(Status outcome, bool keep_link = false);
  void mind_the_unsent();
  void deliver(std::string_view body);
  void deliver_end();
  void let_link_go(bool keep);
  void set_interest();
  void touch();
  void expect_the_deadline();
  [[nodiscard]] Time deadline() const;
  void on_time();
  void retire();
  void reset();

  Exchanges& home_;
  reactor::Timer timer_;

  // The request.
  ResponseHandler* handler_ = nullptr;  // null: nobody is to be told any more
  telemetry::ProviderSeries* series_ = nullptr;
  std::shared_ptr<Endpoint> endpoint_;
  Timeouts timeouts_;
  Time total_until_ = Time::max();
  Outgoing outgoing_;
  bool to_head_request_ = false;

  // Where it stands. At most one of the two is set.
  Dial* dial_ = nullptr;
  Link* link_ = nullptr;
  bool warm_ = false;         // the link had served another request before
  bool retried_ = false;      // a warm link failed, this is the second try
  bool send_failed_ = false;  // the answer may be there all the same
  bool sent_whole_ = true;    // no byte of the request was held back on purpose
  bool heard_ = false;        // a byte came, so it must not be sent again
  Time activity_{};           // the last byte sent or received

  // The answer.
  ResponseHead head_;
  ResponseParser parser_;
  std::string rest_;  // received, not yet parsed: a line that is not whole
  std::string held_;  // decoded, not yet given, for the handler had paused
  bool head_given_ = false;
  bool paused_ = false;
  std::uint64_t received_ = 0;
  std::optional<Status> outcome_;  // how it ended; the handler may not know yet

  // After finish(): read on to see whether the connection can be kept.
  bool draining_ = false;
  Time drain_until_{};
  std::size_t drained_ = 0;

  std::size_t index_ = 0;  // in the list of all exchanges; theirs
  bool retired_ = false;
  bool queued_ = false;  // in the list of Exchanges::soon()
};

}  // namespace patchbay::upstream
