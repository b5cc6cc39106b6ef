// The rules of text/event-stream, one small stream for each; every stream at every cut.

#include <string>
#include <string_view>

#include <gtest/gtest.h>

#include "tests/unit/http/sse_events.hpp"

namespace patchbay::http {
namespace {

struct Rule {
  const char* name;
  std::string stream;
  Events events;
};

using namespace std::string_literals;

const Rule kRules[] = {
    {"an event is its data", "data: a\n\n", {{"", "a"}}},
    {"LF ends lines", "data: a\n\ndata: b\n\n", {{"", "a"}, {"", "b"}}},
    {"CR ends lines", "data: a\r\rdata: b\r\r", {{"", "a"}, {"", "b"}}},
    {"CRLF ends lines", "data: a\r\n\r\ndata: b\r\n\r\n", {{"", "a"}, {"", "b"}}},
    {"endings may mix",
     "data: a\r\ndata: b\n\r\ndata: c\r\n\rdata: d\n\n",
     {{"", "a\nb"}, {"", "c"}, {"", "d"}}},
    {"LF CR are two endings", "data: a\n\rdata: b\n\n", {{"", "a"}, {"", "b"}}},
    {"data lines are joined", "data: a\ndata: b\ndata: c\n\n", {{"", "a\nb\nc"}}},
    {"empty data lines count", "data\ndata\n\n", {{"", "\n"}}},
    {"one empty data line is an event", "data\n\n", {{"", ""}}},
    {"so is a data line with a colon only", "data:\n\n", {{"", ""}}},
    {"no data, no event", "event: ping\n\nid: 1\n\n\n\n", {}},
    {"the space after the colon may miss", "data:a\n\n", {{"", "a"}}},
    {"one space is taken off, no more", "data:  a \n\n", {{"", " a "}}},
    {"a tab is not a space", "data:\ta\n\n", {{"", "\ta"}}},
    {"colons in the value stay", "data: a: b:c\n\n", {{"", "a: b:c"}}},
    {"a colon first makes a comment", ": hello\n:data: x\ndata: a\n:\n\n", {{"", "a"}}},
    {"a comment alone is no event", ": keep-alive\n\n", {}},
    {"names are case-sensitive", "Data: a\nDATA: b\n\n", {}},
    {"a space before the name makes another name", " data: a\n\n", {}},
    {"unknown fields are ignored", "foo: bar\ndata: a\nbaz\n\n", {{"", "a"}}},
    {"retry is taken and ignored", "retry: 10\ndata: a\nretry: x\n\n", {{"", "a"}}},
    {"an event may have a name", "event: delta\ndata: a\n\n", {{"delta", "a"}}},
    {"the last name counts", "event: x\nevent: y\ndata: a\n\n", {{"y", "a"}}},
    {"a name is for one event", "event: x\ndata: a\n\ndata: b\n\n", {{"x", "a"}, {"", "b"}}},
    {"a name is lost with its event", "event: x\n\ndata: a\n\n", {{"", "a"}}},
    {"an empty name is no name", "event: x\nevent:\ndata: a\n\n", {{"", "a"}}},
    {"an id stays for later events",
     "id: 7\ndata: a\n\ndata: b\n\n",
     {{"", "a", "7"}, {"", "b", "7"}}},
    {"an id without data stays too", "id: 7\n\ndata: a\n\n", {{"", "a", "7"}}},
    {"an empty id resets it", "id: 7\ndata: a\n\nid\ndata: b\n\n", {{"", "a", "7"}, {"", "b", ""}}},
    {"an id with a zero byte is ignored", "id: 7\nid: 8\0009\ndata: a\n\n"s, {{"", "a", "7"}}},
    {"a zero byte in data stays", "data: a\0b\n\n"s, {{"", "a\0b"s}}},
    {"a byte order mark at the start is skipped",
     "\xEF\xBB\xBF"
     "data: a\n\n",
     {{"", "a"}}},
    {"but only one",
     "\xEF\xBB\xBF\xEF\xBB\xBF"
     "data: a\n\ndata: b\n\n",
     {{"", "b"}}},
    {"and only at the start",
     "data: a\n\n\xEF\xBB\xBF"
     "data: b\n\n",
     {{"", "a"}}},
    {"a byte order mark before an empty line", "\xEF\xBB\xBF\ndata: a\n\n", {{"", "a"}}},
    {"an unfinished event is dropped", "data: a\n\ndata: b\n", {{"", "a"}}},
    {"so is an unfinished line", "data: a\n\ndata: b", {{"", "a"}}},
    {"bytes beyond ASCII pass",
     "data: \xC3\xA9\xF0\x9F\x98\x80\xE2\x80\xA8\n\n",
     {{"", "\xC3\xA9\xF0\x9F\x98\x80\xE2\x80\xA8"}}},
    {"empty lines at the start are nothing", "\n\r\n\rdata: a\n\n", {{"", "a"}}},
    {"an empty stream is nothing", "", {}},
};

TEST(SseRules, HoldAtEveryCut) {
  for (const Rule& rule : kRules) {
    SCOPED_TRACE(rule.name);
    expect_events_at_every_cut(rule.stream, rule.events);
  }
}

// What real providers end with.
const Rule kEndings[] = {
    {"whole event", "data: a\n\n", {{"", "a"}}},
    {"no empty line", "data: a\n\ndata: [DONE]\n", {{"", "a"}, {"", "[DONE]"}}},
    {"no line ending", "data: a\n\ndata: [DONE]", {{"", "a"}, {"", "[DONE]"}}},
    {"CR as the last byte", "data: a\r", {{"", "a"}}},
    {"half of the last CRLF", "data: a\r\n\r", {{"", "a"}}},
    {"several lines", "event: x\ndata: a\ndata: b", {{"x", "a\nb"}}},
    {"a name without data", "data: a\n\nevent: x", {{"", "a"}}},
    {"a comment", "data: a\n\n: bye", {{"", "a"}}},
    {"nothing at all", "", {}},
    {"a byte order mark", "\xEF\xBB\xBF", {}},
};

TEST(SseRules, FinishHandsOutAnEventWithoutItsEmptyLine) {
  for (const Rule& rule : kEndings) {
    SCOPED_TRACE(rule.name);
    expect_events_at_every_cut(rule.stream, rule.events, AtEnd::kFinish);
  }
}

}  // namespace
}  // namespace patchbay::http
