// Documents that another program reads, on the preparer's threads.

#include <chrono>
#include <future>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/documents/preparer.hpp"

namespace patchbay::documents {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

constexpr std::chrono::minutes kPatience{2};

Preparer::Order order(const std::string& script, std::size_t text_bytes_max = 1000) {
  return {.media_type = "application/pdf",
          .bytes = "Saturn",
          .program = Preparer::Program{.command = {"/bin/sh", "-c", script, "sh", "{file}"},
                                       .bounds = {.time = kPatience},
                                       .text_bytes_max = text_bytes_max}};
}

std::future<Result<Preparer::Chunks>> prepare(Preparer& preparer, Preparer::Order order) {
  auto told = std::make_shared<std::promise<Result<Preparer::Chunks>>>();
  preparer.prepare(std::move(order),
                   [told](Result<Preparer::Chunks> chunks) { told->set_value(std::move(chunks)); });
  return told->get_future();
}

TEST(ProgramPreparer, CutsWhatTheProgramWrites) {
  Preparer preparer;
  const auto chunks = prepare(preparer, order("cat \"$1\"; echo ' has rings.'")).get();
  ASSERT_TRUE(chunks);
  EXPECT_THAT(*chunks, ElementsAre("Saturn has rings."));
}

TEST(ProgramPreparer, TellsWhatIsWrong) {
  Preparer preparer;
  const auto error = [&](const std::string& script, std::size_t most = 1000) {
    const auto chunks = prepare(preparer, order(script, most)).get();
    return chunks ? "nothing" : chunks.error().message;
  };
  EXPECT_EQ(error("echo 'no page in it' >&2; exit 1"), "sh: no page in it");
  EXPECT_THAT(error("printf '\\f\\n'"), HasSubstr("no text in the file"));
  EXPECT_THAT(error("echo four", 4), HasSubstr("longer than 4 bytes"));
  EXPECT_THAT(error("printf '\\377'"), HasSubstr("UTF-8"));
}

TEST(ProgramPreparer, TextsDoNotWaitForPrograms) {
  Preparer preparer;
  auto slow = prepare(preparer, order("sleep 1000"));
  auto text = prepare(preparer, {.media_type = "text/plain", .bytes = "Mars"});
  ASSERT_EQ(text.wait_for(kPatience), std::future_status::ready);
  EXPECT_THAT(*text.get(), ElementsAre("Mars"));
  preparer.close();  // does not wait either
  EXPECT_THROW((void)slow.get(), std::future_error) << "it was dropped, which is no failure";
}

}  // namespace
}  // namespace patchbay::documents
