#include "core/api/turns/running_turn.hpp"

#include <utility>

#include "core/api/turns/streaming_version.hpp"
#include "core/base/clock.hpp"
#include "core/conversations/pictures.hpp"

namespace patchbay::api {
namespace {

using conversations::Opened;
using storage::Repository;
using storage::VersionStatus;

// How long the next message waits for an answer that nobody reads to be stopped and stored.
constexpr std::chrono::milliseconds kTakeOverEvery{50};
constexpr unsigned kTakeOversMax = 100;
// And how often it asks one that says that it is read, whose client may be just leaving.
constexpr unsigned kRefusalsMax = 4;

}  // namespace

// What the exchange holds of us.
class RunningTurn::Client final : public server::Responder {
 public:
  explicit Client(std::shared_ptr<RunningTurn> turn) : turn_(std::move(turn)) {}
  ~Client() override { turn_->on_gone(); }

  void on_drain() override { turn_->on_drain(); }
  void on_half_close() override { turn_->on_half_close(); }
  void on_gone() override { turn_->on_gone(); }
  void on_shutdown() override { turn_->on_shutdown(); }

 private:
  const std::shared_ptr<RunningTurn> turn_;
};

void RunningTurn::start(server::Exchange& exchange, const Context& context, TurnPlan plan) {
  auto turn = std::make_shared<RunningTurn>(exchange, context, std::move(plan));
  context.workplace->errands.insert(turn);
  exchange.attach(std::make_unique<Client>(turn));
  turn->examine();
}

RunningTurn::RunningTurn(server::Exchange& exchange, const Context& context, TurnPlan plan)
    : exchange_(&exchange),
      context_(context),
      plan_(std::move(plan)),
      asker_(*context_.snapshot->services.store, context_.workplace->worker),
      links_(context_, exchange.request()),
      open_timer_(
          context_.workplace->worker, [this] { open(); }, "conversation that is being answered"),
      save_timer_(
          context_.workplace->worker, [this] { save_some(); }, "storing of an answer"),
      grace_timer_(
          context_.workplace->worker, [this] { on_grace_over(); }, "answer without a reader"),
      silence_timer_(
          context_.workplace->worker, [this] { on_silence(); }, "keep-alive while tools work") {
  conversations::UserText& text = plan_.opening.text;
  text.content = without_signatures(std::move(text.content));
  text.parts = without_signatures(std::move(text.parts));
  plan_.opening.owner = context_.principal.owner;
  plan_.opening.userid = context_.principal.userid;
  plan_.opening.instance = context_.snapshot->services.store->instance();
  plan_.opening.prepare();
}

// The workplace ends, and the answer with it.
RunningTurn::~RunningTurn() {
  if (state_ != State::kAnswering && state_ != State::kSaving) return;
  context_.snapshot->services.store->write(
      [update = update(state_ == State::kSaving ? ending_ : VersionStatus::kInterrupted)](
          Repository& repository) { return repository.update_version(update); },
      [](const Status&) {},
      {.bytes = record_.bytes()});
}

// --- Before the provider is asked ---

void RunningTurn::examine() {
  const conversations::UserText& text = plan_.opening.text;
  const bool has_files = text.pictures != nullptr || text.parts.find("/files/") != text.parts.npos;
  if (!plan_.examine && !plan_.earlier && !has_files) return open();
  struct Finding {
    std::optional<chat::Failure> failure;
    conversations::UserText text;
    std::shared_ptr<const conversations::Earlier> earlier;
  };
  asker_.read<Finding>(
      [look = plan_.examine, bring = plan_.earlier, opening = plan_.opening](
          Repository& repository) -> Result<Finding> {
        Finding found;
        if (look) found.failure = look();
        auto made = conversations::with_digests(repository, opening.owner, opening.text);
        if (!made) return made.error();
        found.text = *std::move(made);
        if (!bring) return found;
        const auto begins = conversations::is_beginning(repository, opening);
        if (!begins) return begins.error();
        if (!*begins) return found;
        auto earlier = conversations::with_digests(repository, opening.owner, bring());
        if (!earlier) return earlier.error();
        found.earlier = *std::move(earlier);
        return found;
      },
      [this](Result<Finding> found) {
        if (!found) return turn_away(storage_failure(found.error()), false);
        failure_ = std::move(found->failure);
        plan_.opening.answered = !failure_;
        plan_.opening.text = std::move(found->text);
        plan_.opening.earlier = std::move(found->earlier);
        open();
      });
}

void RunningTurn::open() {
  asker_.write<Opened>(
      [opening = plan_.opening, links = links_](Repository& repository) -> Result<Opened> {
        if (auto learned = links.learn(repository); !learned) return learned.error();
        return conversations::open(repository, opening);
      },
      [this](Result<Opened> opened) { on_opened(std::move(opened)); },
      {.bytes = conversations::bytes_of(plan_.opening)});
}

void RunningTurn::on_opened(Result<Opened> opened) {
  if (!opened) {
    const bool busy = opened.error().code == ErrorCode::kConflict;
    if (busy && refusals_ < kRefusalsMax && ++take_overs_ <= kTakeOversMax) return take_over();
    const chat::Failure failure = storage_failure(opened.error());
    return turn_away(failure, plan_.refusals_in_stream && failure.status < 500);
  }
  opened_ = *std::move(opened);
  plan_.opening.text = {};  // it may be large, and is stored
  plan_.opening.earlier = {};
  plan_.earlier = {};
  if (failure_) return turn_away(*failure_, true);  // stored, and not asked
  state_ = State::kAnswering;
  dialect_ = plan_.make_encoder(opened_);
  log_ = context_.snapshot->services.streams->open(
      context_.workplace->worker,
      {.id = opened_.reply_version,
       .owner = plan_.opening.owner,
       .conversation_id = opened_.conversation.id,
       .protocol = plan_.protocol,
       .content_type = std::string(dialect_->content_type()),
       .lines = plan_.lines},
      {.stop = [this] { stop(); }, .give_way = [this] { return give_way(); }});
  if (!plan_.wants_history && !plan_.put_back) return ask();
  load_history();
}

// Whoever sends the next message while nobody reads the answer any more has ended it: front ends
// stop an answer by leaving it. That answer is stopped, and this one waits until it is stored.
void RunningTurn::take_over() {
  const conversations::Opening& opening = plan_.opening;
  const NamedConversation which{.id = opening.conversation_id,
                                .dialect = opening.dialect,
                                .external_key = opening.external_key,
                                .version = opening.after};
  asker_.read<std::string>(
      [owner = opening.owner, which](Repository& repository) {
        return streaming_version(repository, owner, which);
      },
      [this](const Result<std::string>& version) {
        if (!version || version->empty()) return open_again(false);
        context_.snapshot->services.streams->give_way(
            context_.workplace->worker, plan_.opening.owner, *version, alive_, [this](bool ends) {
              open_again(ends);
            });
      });
}

void RunningTurn::open_again(bool makes_room) {
  if (!makes_room) ++refusals_;
  if (state_ == State::kOpening) open_timer_.arm(kTakeOverEvery);
}

// Another replica may ask as well, and more than once.
bool RunningTurn::give_way() {
  if (state_ != State::kAnswering) return true;  // it ends anyway
  if (exchange_ != nullptr || log_->readers() > 0) return false;
  stop();
  return true;
}

void RunningTurn::load_history() {
  struct Loaded {
    Opened opened;
    std::optional<chat::Failure> failure;
  };
  asker_.read<Loaded>(
      [wanted = plan_.wants_history,
       prepare = plan_.prepare,
       put_back = plan_.put_back,
       owner = plan_.opening.owner,
       before = opened_](Repository& repository) -> Result<Loaded> {
        Loaded made{before, {}};
        if (put_back) {
          if (auto done = put_back(repository); !done) return done.error();
        }
        if (!wanted) return made;
        auto loaded = conversations::load_history(repository, made.opened);
        if (!loaded) return loaded.error();
        if (prepare) made.failure = prepare(made.opened);
        if (auto done = conversations::put_back(repository, owner, made.opened.path); !done) {
          return done.error();
        }
        return made;
      },
      [this](Result<Loaded> made) {
        if (state_ != State::kAnswering) return;
        if (!made) return refuse(storage_failure(made.error()), {});
        if (made->failure) return refuse(*made->failure, {});
        opened_ = std::move(made->opened);
        ask();
      });
}

void RunningTurn::ask() {
  auto found = plan_.route(opened_);
  if (auto* failure = std::get_if<chat::Failure>(&found)) return refuse(*failure, {});
  route_ = std::move(std::get<routing::Route>(found));
  relay::ClientSide& client = *this;
  call_.emplace(
      relay::Call::Context{*context_.workplace, context_.snapshot->providers},
      plan_.request(opened_, route_),
      route_,
      [this] { return make_encoder(); },
      client);
  save_some();
  if (exchange_ == nullptr) on_nobody();
  call_->start();
}

// Another try begins anew; what follows the results of tools goes on.
std::unique_ptr<chat::Encoder> RunningTurn::make_encoder() {
  if (tool_rounds_ == 0) {
    dialect_ = plan_.make_encoder(opened_);
    record_ = {};
    pace_ = {};
  }
  failure_.reset();
  return std::make_unique<TurnEncoder>(TurnEncoder::Shared{
      .dialect = *dialect_,
      .record = record_,
      .failure = failure_,
      .keep = [this](storage::StoredFile file) { return keep(std::move(file)); },
      .shows_bytes = plan_.shows_bytes});
}

// --- How it ends ---

// The call is over. It is in the middle of telling us, so that it must not be destroyed yet.
void RunningTurn::end() {
  outcome_ = call_->outcome();
  if (wants_tools()) {
    const std::weak_ptr<RunningTurn> self = weak_from_this();
    return context_.workplace->worker.post(
        [self] {
          if (const auto turn = self.lock()) turn->run_tools();
        },
        "tools of an answer");
  }
  save(failure_ ? VersionStatus::kError : VersionStatus::kComplete);
}

void RunningTurn::refuse(const chat::Failure& failure, const http::HeaderList& headers) {
  failure_ = failure;
  failure_headers_ = headers;
  if (call_) outcome_ = call_->outcome();
  save(VersionStatus::kError);
}

void RunningTurn::stop() {
  if (state_ != State::kAnswering) return;
  if (call_) {
    outcome_ = call_->outcome();
    call_->hand_over();
  }
  call_.reset();  // and with it the upstream's request, at once
  end_tools();
  save(VersionStatus::kStopped);
}

void RunningTurn::on_gone() {
  if (exchange_ == nullptr) return;
  record(499, {}, telemetry::ErrorClass::kClientGone);
  exchange_ = nullptr;
  on_nobody();
}

// Nobody reads from here; whoever comes back reads from the hub.
void RunningTurn::on_nobody() {
  if (state_ != State::kAnswering) return;
  if (call_) call_->on_drain();
  grace_timer_.arm(context_.snapshot->chat.resume_grace);
}

void RunningTurn::on_grace_over() {
  if (state_ != State::kAnswering) return;
  if (log_ && log_->readers() > 0) return grace_timer_.arm(context_.snapshot->chat.resume_grace);
  stop();
}

// Last of all: nothing may be touched afterwards but by who holds us.
void RunningTurn::over() {
  state_ = State::kOver;
  open_timer_.cancel();
  save_timer_.cancel();
  grace_timer_.cancel();
  const std::shared_ptr<relay::Errand> self = shared_from_this();
  context_.workplace->errands.erase(self);
  context_.workplace->worker.post([self] {}, "end of an answer");
}

}  // namespace patchbay::api
