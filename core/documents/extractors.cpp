#include "core/documents/extractors.hpp"

#include <utility>

#include "core/base/program_path.hpp"

namespace patchbay::documents {

void Extractors::add(const std::string& media_type, Command command, std::string_view search) {
  std::string path = command.empty() ? std::string() : program_path(command.front(), search);
  Entry& entry = entries_[media_type];
  entry.there = !path.empty();
  entry.command = std::move(command);
  if (entry.there) entry.command.front() = std::move(path);
}

const Extractors::Command* Extractors::find(std::string_view media_type) const {
  const auto found = entries_.find(media_type);
  return found != entries_.end() && found->second.there ? &found->second.command : nullptr;
}

std::string Extractors::why_not(const std::string& media_type) const {
  const auto found = entries_.find(media_type);
  if (found == entries_.end()) {
    return "for " + media_type + " the setting files.extractors names no program";
  }
  return media_type + " needs the program " + found->second.command.front() +
         ", which this server does not have (the setting files.extractors can name another)";
}

}  // namespace patchbay::documents
