#include "core/api/chat/chat_files.hpp"

#include <memory>
#include <optional>
#include <utility>

#include "core/api/files/document_json.hpp"
#include "core/api/files/document_search.hpp"
#include "core/api/storage_reply.hpp"

namespace patchbay::api {
namespace {

// Holds the place of the chat's own responder meanwhile.
class Finding final : public server::Responder {
 public:
  using Then = std::function<void(server::Exchange&, FilesFound)>;

  Finding(server::Exchange& exchange, const Context& context, FilesWish wish, Then then)
      : exchange_(exchange),
        context_(context),
        wish_(std::move(wish)),
        then_(std::move(then)),
        asker_(*context_.snapshot->services.store, context_.workplace->worker) {}

  void start() {
    if (!wish_.offers_search) return search();
    asker_.read<bool>(
        [owner = context_.principal.owner](storage::Repository& repository) {
          return repository.has_documents(owner);
        },
        [this](const Result<bool>& any) {
          // Where the storage is away, the chat itself says so.
          found_.any = any && *any;
          search();
        });
  }

  void on_gone() override { record_gone(exchange_.request(), context_); }
  void on_shutdown() override { reply_error(exchange_, context_, shutting_down()); }

 private:
  void search() {
    if (!wish_.wanted) return go_on();
    DocumentSearch::Question question;
    question.text = wish_.question;
    question.most = static_cast<std::size_t>(context_.snapshot->documents.results);
    question.documents = wish_.files;
    search_.emplace(context_, std::move(question), [this](DocumentSearch::Found found) {
      if (const auto* failure = std::get_if<chat::Failure>(&found)) return refuse(*failure);
      found_.context = context_of(std::get<0>(found));
      go_on();
    });
    search_->start();
  }

  void refuse(const chat::Failure& failure) {
    const std::unique_ptr<server::Responder> self = exchange_.detach();
    reply_error(exchange_, context_, failure);
  }

  void go_on() {
    const std::unique_ptr<server::Responder> self = exchange_.detach();  // until the end of this
    then_(exchange_, std::move(found_));
  }

  server::Exchange& exchange_;
  const Context context_;
  const FilesWish wish_;
  const Then then_;
  storage::Asker asker_;
  std::optional<DocumentSearch> search_;
  FilesFound found_;
};

}  // namespace

void find_files(server::Exchange& exchange,
                const Context& context,
                FilesWish wish,
                std::function<void(server::Exchange&, FilesFound)> then) {
  const bool stored = context.snapshot->services.store != nullptr;
  if (wish.wanted && !stored) {
    return reply_error(
        exchange, context, storage_failure(make_error(ErrorCode::kUnavailable, "no storage")));
  }
  if (!stored || (!wish.wanted && !wish.offers_search)) return then(exchange, {});
  auto finding = std::make_unique<Finding>(exchange, context, std::move(wish), std::move(then));
  Finding& waiting = *finding;
  exchange.attach(std::move(finding));
  waiting.start();
}

}  // namespace patchbay::api
