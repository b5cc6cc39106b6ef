// A look into a JSON text that was checked before: nothing is parsed into objects and nothing is
// copied, so that a body of any size costs no memory beyond itself.
//
//   if (auto scanned = json::scan(body, {}); !scanned) return scanned.error();
//   for (const json::MemberView& member : json::View(body).members()) {
//     if (member.named("messages")) use(member.value.text());
//   }
//
// For bodies that are read once and written in another form. Going over the members or items of a
// value passes all its bytes once; so members are best taken in one loop, not looked for one by
// one.
//
// Owns nothing: views live as long as the text. Handed a text that was not checked, it gives parts
// of that text that mean nothing, and stays within it.

#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "core/json/kind.hpp"

namespace patchbay::json {

struct MemberView;
class Items;
class Members;

class View {
 public:
  // REQUIRES: `text` is one valid JSON value, white space around it at most.
  explicit View(std::string_view text);

  // The value as it stands in the text.
  [[nodiscard]] std::string_view text() const { return text_; }

  [[nodiscard]] Kind kind() const;
  [[nodiscard]] bool is(Kind kind) const { return this->kind() == kind; }
  [[nodiscard]] bool is_bool() const { return is(Kind::kTrue) || is(Kind::kFalse); }

  // What a string stands for; "" for every other kind.
  [[nodiscard]] std::string string() const;

  // The elements of an array; nothing for every other kind.
  [[nodiscard]] Items items() const;

  // The members of an object in the order written; nothing for every other kind. A name may stand
  // twice: nobody has looked.
  [[nodiscard]] Members members() const;

 private:
  std::string_view text_;
};

struct MemberView {
  std::string_view raw_name;  // between its quotes, escapes as they came
  View value;

  // Compares after unescaping.
  [[nodiscard]] bool named(std::string_view name) const;
  [[nodiscard]] std::string name() const;
};

// What both ranges share: a place in the inside of an object or array.
class Inside {
 public:
  explicit Inside(std::string_view inside) : rest_(inside) {}

 protected:
  // Takes the value that comes next, and the comma or colon behind it. False at the end.
  bool take(std::string_view& value);

 private:
  std::string_view rest_;
};

// Both are ranges for one loop each:  for (const View& item : value.items())
class Items {
 public:
  class Iterator : private Inside {
   public:
    explicit Iterator(std::string_view inside) : Inside(inside) { ++*this; }
    View operator*() const { return View(value_); }
    Iterator& operator++() {
      more_ = take(value_);
      return *this;
    }
    bool operator!=(std::nullptr_t) const { return more_; }

   private:
    std::string_view value_;
    bool more_ = false;
  };

  explicit Items(std::string_view inside) : inside_(inside) {}
  [[nodiscard]] Iterator begin() const { return Iterator(inside_); }
  [[nodiscard]] std::nullptr_t end() const { return nullptr; }

 private:
  std::string_view inside_;
};

class Members {
 public:
  class Iterator : private Inside {
   public:
    explicit Iterator(std::string_view inside) : Inside(inside) { ++*this; }
    MemberView operator*() const;
    Iterator& operator++() {
      more_ = take(name_) && take(value_);
      return *this;
    }
    bool operator!=(std::nullptr_t) const { return more_; }

   private:
    std::string_view name_;
    std::string_view value_;
    bool more_ = false;
  };

  explicit Members(std::string_view inside) : inside_(inside) {}
  [[nodiscard]] Iterator begin() const { return Iterator(inside_); }
  [[nodiscard]] std::nullptr_t end() const { return nullptr; }

 private:
  std::string_view inside_;
};

}  // namespace patchbay::json
