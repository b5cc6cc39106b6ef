// A test of the repository over both databases, with the calls that nearly all of them make.

#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "tests/component/storage/databases.hpp"

namespace patchbay::storage::sql {

class RepositoryTest : public OverBoth {
 protected:
  ~RepositoryTest() override { store_->close(); }

  Status put(const Store::Job& job) { return write(*store_, job); }
  template <typename T>
  Result<T> get(const std::function<Result<T>(Repository&)>& job) {
    return read<T>(*store_, job);
  }

  Conversation begin(const std::string& owner = "ann", std::int64_t at_ms = 1000) {
    const Conversation c = a_conversation(owner, at_ms);
    EXPECT_TRUE(put([&](Repository& r) { return r.create_conversation(c); }));
    return c;
  }
  // At the end of what `parent` is followed by.
  Message add(const Conversation& c,
              const std::string& parent,
              Role role,
              const std::string& text) {
    const Message m = a_message(c.id, parent, role, text);
    EXPECT_TRUE(put([&](Repository& r) { return r.add_message(m); }));
    return m;
  }
  std::int64_t retry(const Message& m, const Version& v) {
    const auto number =
        write_for<std::int64_t>(*store_, [&](Repository& r) { return r.add_version(m.id, v); });
    EXPECT_TRUE(number);
    return number ? *number : 0;
  }
  Conversation look(const Conversation& c) {
    auto found = get<Conversation>([&](Repository& r) { return r.conversation(c.owner, c.id); });
    EXPECT_TRUE(found);
    return found ? *found : Conversation{};
  }
  std::vector<Message> path(const Conversation& c) {
    auto found = get<std::vector<Message>>([&](Repository& r) { return r.active_path(c.id); });
    EXPECT_TRUE(found);
    return found ? *found : std::vector<Message>{};
  }
  std::vector<std::string> texts(const Conversation& c) {
    std::vector<std::string> out;
    for (const Message& message : path(c))
      out.push_back(message.version.content);
    return out;
  }
  Page<Conversation> list(const std::string& owner, const ConversationQuery& query) {
    auto page =
        get<Page<Conversation>>([&](Repository& r) { return r.conversations(owner, query); });
    EXPECT_TRUE(page) << page.error().message << page.error().detail;
    return page ? *page : Page<Conversation>{};
  }
  static std::vector<std::string> ids(const Page<Conversation>& page) {
    std::vector<std::string> out;
    for (const Conversation& c : page.items)
      out.push_back(c.id);
    return out;
  }

  std::shared_ptr<SqlStore> store_ = open();
};

}  // namespace patchbay::storage::sql
