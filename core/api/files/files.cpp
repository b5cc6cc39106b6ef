#include "core/api/files/files.hpp"

#include <utility>

#include "core/api/files/file_links.hpp"
#include "core/api/storage_reply.hpp"
#include "core/http/disposition.hpp"

namespace patchbay::api {
namespace {

using access::FileUrls;
using storage::Repository;
using storage::StoredFile;

struct Found {
  FileUrls::Verdict verdict = FileUrls::Verdict::kGood;
  StoredFile file;
  std::string name;  // of a document; what an answer made has none
};

// What a browser may show as it is. Anything else is something to save: a page or a drawing that
// runs scripts would run them as ours.
bool may_be_shown(std::string_view media_type) {
  for (const std::string_view type : {"image/png", "image/jpeg", "image/gif", "image/webp"}) {
    if (media_type == type) return true;
  }
  return false;
}

JsonReply show(const Found& found, std::int64_t seconds) {
  const StoredFile& file = found.file;
  JsonReply reply;
  reply.body = file.bytes;
  const bool shown = may_be_shown(file.media_type);
  reply.headers.add("content-type", shown ? file.media_type : "application/octet-stream");
  // It never changes, and it is nobody else's.
  reply.headers.add("cache-control", "private, max-age=" + std::to_string(seconds) + ", immutable");
  // A browser that loaded it as an image must not take that answer for one a script may read.
  reply.headers.add("vary", "Origin");
  reply.headers.add("x-content-type-options", "nosniff");
  reply.headers.add("content-disposition",
                    http::content_disposition(shown ? "inline" : "attachment", found.name));
  return reply;
}

// That there is no such file is said in the same words: what ids there are is nobody's business.
chat::Failure unsigned_failure(FileUrls::Verdict verdict) {
  const bool expired = verdict == FileUrls::Verdict::kExpired;
  chat::Failure failure;
  failure.category = PBAY_ERR_FORBIDDEN;
  failure.status = 403;
  failure.code = expired ? "expired_signature" : "invalid_signature";
  failure.message = expired ? "The signature of this URL has expired: read the conversation again, "
                              "whose URLs are signed anew, or ask with the owner's credentials and "
                              "without the signature"
                            : "The signature of this URL holds for no file that is here: it is not "
                              "one of ours, or was changed, or the file was deleted";
  return failure;
}

Result<Found> find_owned(Repository& repository, const std::string& owner, const std::string& id) {
  auto file = repository.file(owner, id);
  if (!file) return file.error();
  Found found{.file = *std::move(file), .name = {}};
  auto document = repository.document(owner, id);
  if (document) {
    found.name = std::move(document->name);
  } else if (document.error().code != ErrorCode::kNotFound) {
    return document.error();
  }
  return found;
}

// The owner is looked up first: bytes are read for nobody who may not have them.
Result<Found> find_signed(Repository& repository,
                          const FileUrls& urls,
                          const std::string& id,
                          const std::string& signature) {
  Found found{.verdict = FileUrls::Verdict::kWrong, .file = {}, .name = {}};
  if (auto learned = urls.learn(repository); !learned) return learned.error();
  const auto owner = repository.owner_of_file(id);
  if (!owner && owner.error().code != ErrorCode::kNotFound) return owner.error();
  if (!owner) return found;
  found.verdict = urls.check(*owner, id, signature, unix_ms());
  if (found.verdict != FileUrls::Verdict::kGood) return found;
  return find_owned(repository, *owner, id);
}

}  // namespace

void show_file(server::Exchange& exchange, const Context& context) {
  const auto signature = file_signature(exchange.request());
  StorageResponder* const responder = StorageResponder::attach(exchange, context);
  if (responder == nullptr) return;
  responder->asker().read<Found>(
      [owner = context.principal.owner,
       id = context.segments[0],
       snapshot = context.snapshot,
       signature](Repository& repository) -> Result<Found> {
        if (signature) return find_signed(repository, snapshot->file_urls, id, *signature);
        return find_owned(repository, owner, id);
      },
      [responder, signature](const Result<Found>& found) {
        if (!found) return responder->refuse(storage_failure(found.error()));
        if (found->verdict != FileUrls::Verdict::kGood) {
          return responder->refuse(unsigned_failure(found->verdict));
        }
        constexpr std::int64_t kYear = 365LL * 24 * 3600;
        responder->reply(
            show(*found, signature ? FileUrls::seconds_left(*signature, unix_ms()) : kYear));
      });
}

}  // namespace patchbay::api
