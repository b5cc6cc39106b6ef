// One connection to the server under test: does what its plan says and judges every byte it gets.

#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "tests/churn/answer_reader.hpp"
#include "tests/churn/loop.hpp"
#include "tests/churn/plan.hpp"
#include "tests/churn/socket.hpp"

namespace patchbay::churn {

// What became of answers and connections. Everything from `wrong` on must be zero.
struct Tally {
  std::uint64_t connections = 0;
  std::uint64_t dropped = 0;   // by the client, as planned
  std::uint64_t verified = 0;  // whole answers with the client's own words and no others
  std::uint64_t streams = 0;   // of these
  std::uint64_t failed = 0;    // the upstream broke off, and the client was told so
  std::uint64_t cut = 0;       // the same in an answer that could only be cut
  std::uint64_t refused = 0;   // malformed, and answered so
  std::uint64_t wrong = 0;     // somebody else's words, words out of order, or too few of them
  std::uint64_t strange = 0;   // an answer that nothing explains, or none
  std::uint64_t hung = 0;      // nothing happened for as long as patience lasts
};

// Where a client belongs.
class ClientHome {
 public:
  virtual ~ClientHome() = default;

  virtual Loop& loop() = 0;
  virtual Dice& dice() = 0;
  virtual Tally& tally() = 0;
  virtual void complain(std::string_view what) = 0;
  [[nodiscard]] virtual std::uint16_t port() const = 0;
  [[nodiscard]] virtual std::chrono::seconds patience() const = 0;

  // The client has closed its connection.
  virtual void on_over(Id client) = 0;
};

class Client final : public Guest {
 public:
  Client(ClientHome& home, Id id, Plan plan);

  void open();

 private:
  enum Kind { kPatience, kDrop, kPause };

  // Guest
  void on_ready(std::uint32_t events) override;
  void on_time(int kind) override;

  bool connected();
  void send();
  void receive();
  void read_answers();
  void end_of_answers(int error);
  void on_answer();
  void check_words(bool whole);
  void judge_failure(const Ask& ask);
  void on_all_answered();
  void pause();
  void show_interest();
  void drop();
  void over();
  void wrong(std::string_view what);
  void strange(std::string_view what);

  ClientHome& home_;
  const Id id_;
  const Plan plan_;
  Socket socket_;
  bool connecting_ = true;
  bool paused_ = false;
  bool over_ = false;
  bool half_closed_ = false;
  std::string out_;
  std::size_t sent_ = 0;  // of out_
  std::size_t read_ = 0;
  std::string in_;
  AnswerReader reader_;
  std::size_t current_ = 0;  // which ask is being answered
  Time moved_;
};

}  // namespace patchbay::churn
