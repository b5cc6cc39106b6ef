// A turn while it runs; see turn.hpp for what it does.
//
// It is an errand of its workplace and keeps itself there until its answer is stored. The client's
// exchange is with it for as long as the client is.

#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "core/api/files/file_links.hpp"
#include "core/api/tools/tool_round.hpp"
#include "core/api/turns/save_pace.hpp"
#include "core/api/turns/turn.hpp"
#include "core/api/turns/turn_encoder.hpp"
#include "core/conversations/answer_record.hpp"
#include "core/relay/call.hpp"
#include "core/storage/ask.hpp"

namespace patchbay::api {

class RunningTurn final : public relay::Errand,
                          private relay::ClientSide,
                          public std::enable_shared_from_this<RunningTurn> {
 public:
  static void start(server::Exchange& exchange, const Context& context, TurnPlan plan);

  RunningTurn(server::Exchange& exchange, const Context& context, TurnPlan plan);
  ~RunningTurn() override;

 private:
  class Client;

  // relay::ClientSide, which is the call's view of us.
  void respond(int status, const http::HeaderList& headers, std::string_view body) override;
  void refuse(const chat::Failure& failure, const http::HeaderList& headers) override;
  void begin(int status,
             const http::HeaderList& headers,
             std::optional<std::uint64_t> content_length) override;
  void write(std::string_view bytes) override;
  void end() override;
  void abort() override { end(); }
  bool writable() override;

  // What the client does.
  void on_drain();
  void on_half_close();
  void on_gone();
  void on_shutdown();

  void examine();
  void open();
  void on_opened(Result<conversations::Opened> opened);
  void load_history();
  void take_over();
  void open_again(bool makes_room);
  bool give_way();
  void ask();
  bool wants_tools() const;
  void run_tools();
  void on_tool_result(const conversations::ToolCall& call, const ToolResult& result);
  void go_on_after_tools();
  void end_tools();
  void on_silence();
  void stop();
  std::unique_ptr<chat::Encoder> make_encoder();
  TurnEncoder::Kept keep(storage::StoredFile file);
  void on_file_lost(const std::string& url, const Error& error);
  void save_some();
  void save(storage::VersionStatus status);
  void on_saved(const Status& status);
  [[nodiscard]] storage::VersionUpdate update(storage::VersionStatus status) const;
  void tell_end(const std::optional<chat::Failure>& failure);
  void show(std::string_view bytes);
  void show_numbered(std::string_view frames);
  void begin_stream(const http::HeaderList& headers);
  void turn_away(const chat::Failure& failure, bool in_stream);
  void store();
  void store_failure();
  void forget();
  void on_grace_over();
  void on_nobody();
  void record(int status, std::string_view failure, std::optional<telemetry::ErrorClass> error);
  [[nodiscard]] Logged logged() const;
  void over();

  enum class State { kOpening, kAnswering, kSaving, kSaved, kOver };

  server::Exchange* exchange_;  // null once the client has gone or has its answer
  const Context context_;
  TurnPlan plan_;
  storage::Asker asker_;
  State state_ = State::kOpening;
  conversations::Opened opened_;
  routing::Route route_;
  const FileLinks links_;

  std::unique_ptr<streams::Log> log_;
  std::unique_ptr<chat::Encoder> dialect_;  // of the current attempt
  conversations::AnswerRecord record_;
  std::optional<chat::Failure> failure_;
  http::HeaderList failure_headers_;  // of an answer that never began: the upstream's
  std::optional<relay::Call> call_;
  storage::VersionStatus ending_ = storage::VersionStatus::kComplete;
  relay::Outcome outcome_;
  bool begun_ = false;   // the client has the head
  bool told_ = false;    // and knows how it ended
  std::string further_;  // what was said since the request: calls of tools and their results
  unsigned tool_rounds_ = 0;
  std::uint64_t frames_ = 0;  // shown, where they are numbered
  std::size_t files_ = 0;     // that are being written
  std::string held_;          // what must wait for them
  SavePace pace_;

  unsigned take_overs_ = 0;
  unsigned refusals_ = 0;
  const std::shared_ptr<int> alive_ = std::make_shared<int>(0);

  reactor::Timer open_timer_;
  reactor::Timer save_timer_;
  reactor::Timer grace_timer_;
  reactor::Timer silence_timer_;
  std::optional<ToolRound> tools_;  // while they are at work
};

}  // namespace patchbay::api
