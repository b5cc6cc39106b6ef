#include "core/api/files.hpp"

#include "core/api/storage_reply.hpp"

namespace patchbay::api {
namespace {

// What a browser may show as it is. Anything else is something to save: a page or a drawing that
// runs scripts would run them as ours.
bool may_be_shown(std::string_view media_type) {
  for (const std::string_view type : {"image/png", "image/jpeg", "image/gif", "image/webp"}) {
    if (media_type == type) return true;
  }
  return false;
}

}  // namespace

void show_file(server::Exchange& exchange, const Context& context) {
  StorageResponder* const responder = StorageResponder::attach(exchange, context);
  if (responder == nullptr) return;
  responder->asker().read<storage::StoredFile>(
      [owner = context.principal.owner, id = context.segments[0]](storage::Repository& repository) {
        return repository.file(owner, id);
      },
      [responder](const Result<storage::StoredFile>& file) {
        if (!file) return responder->refuse(storage_failure(file.error()));
        http::HeaderList headers;
        headers.add("content-type", file->media_type);
        // It never changes, and it is nobody else's.
        headers.add("cache-control", "private, max-age=31536000, immutable");
        headers.add("x-content-type-options", "nosniff");
        headers.add("content-disposition",
                    may_be_shown(file->media_type) ? "inline" : "attachment");
        responder->reply({.body = file->bytes, .headers = headers});
      });
}

}  // namespace patchbay::api
