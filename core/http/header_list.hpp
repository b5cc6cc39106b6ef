// A list of HTTP header fields in the order they came, duplicates included.
//
//   HeaderList headers;
//   headers.add("Content-Type", "application/json");
//   if (auto type = headers.find("content-type")) use(*type);
//   for (const auto& [name, value] : headers) ...
//
// Names are compared without regard to case and kept as written. All text lives in one buffer, so
// a list that is cleared and filled again for the next message allocates nothing. A view that was
// handed out is valid until the list changes.

#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace patchbay::http {

// ASCII case-insensitive equality, as header names and tokens want it.
bool equals_ignoring_case(std::string_view a, std::string_view b);

// ASCII case-insensitive prefix test.
bool starts_with_ignoring_case(std::string_view text, std::string_view prefix);

struct Header {
  std::string_view name;
  std::string_view value;
};

class HeaderList {
 public:
  class Iterator {
   public:
    Iterator(const HeaderList* list, std::size_t index) : list_(list), index_(index) {}
    Header operator*() const { return list_->at(index_); }
    Iterator& operator++() {
      ++index_;
      return *this;
    }
    bool operator!=(const Iterator& other) const { return index_ != other.index_; }

   private:
    const HeaderList* list_;
    std::size_t index_;
  };

  void add(std::string_view name, std::string_view value);

  // Replaces every field of that name by one.
  void set(std::string_view name, std::string_view value);

  // Takes every field of that name out; returns how many there were.
  std::size_t remove(std::string_view name);

  // The first value of that name.
  [[nodiscard]] std::optional<std::string_view> find(std::string_view name) const;

  // How many fields have that name.
  [[nodiscard]] std::size_t count(std::string_view name) const;

  // True when the comma-separated list in the fields of that name holds `token`, case ignored.
  [[nodiscard]] bool has_token(std::string_view name, std::string_view token) const;

  [[nodiscard]] Header at(std::size_t index) const;
  [[nodiscard]] std::size_t size() const { return fields_.size(); }
  [[nodiscard]] bool empty() const { return fields_.empty(); }
  void clear();

  [[nodiscard]] Iterator begin() const { return {this, 0}; }
  [[nodiscard]] Iterator end() const { return {this, fields_.size()}; }

 private:
  struct Field {
    std::uint32_t offset;
    std::uint32_t name_size;
    std::uint32_t value_size;
  };

  [[nodiscard]] bool has_name(const Field& field, std::string_view name) const;

  std::string text_;
  std::vector<Field> fields_;
};

}  // namespace patchbay::http
