#include "core/api/turns/streaming_version.hpp"

namespace patchbay::api {

Result<std::string> streaming_version(storage::Repository& repository,
                                      const std::string& owner,
                                      const NamedConversation& which) {
  const auto conversation =
      !which.version.empty() ? repository.conversation_of_version(owner, which.version)
      : which.id.empty() ? repository.conversation_by_key(owner, which.dialect, which.external_key)
                         : repository.conversation(owner, which.id);
  if (!conversation) return conversation.error();
  const auto last = repository.last_message(conversation->id);
  if (!last) return last.error();
  const bool streams = *last && (*last)->version.status == storage::VersionStatus::kStreaming;
  return streams ? (*last)->version.id : std::string();
}

}  // namespace patchbay::api
