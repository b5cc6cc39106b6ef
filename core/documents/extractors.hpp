// Which programs take the text out of documents that are no texts themselves.

#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace patchbay::documents {

class Extractors {
 public:
  using Command = std::vector<std::string>;  // program.hpp

  // For this media type, in lower case, from now on: found among the folders `search`, as in $PATH.
  void add(const std::string& media_type, Command command, std::string_view search);

  // Null where there is none, or its program is not there.
  [[nodiscard]] const Command* find(std::string_view media_type) const;

  // Why find() found none, for people: "application/pdf needs the program pdftotext, which ...".
  [[nodiscard]] std::string why_not(const std::string& media_type) const;

 private:
  struct Entry {
    Command command;
    bool there = false;
  };
  std::map<std::string, Entry, std::less<>> entries_;  // by media type
};

}  // namespace patchbay::documents
