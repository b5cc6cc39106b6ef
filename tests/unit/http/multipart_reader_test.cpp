// The framing of multipart bodies: boundaries, cuts, ranges, limits.

#include "core/http/multipart_reader.hpp"

#include <random>

#include <gtest/gtest.h>

#include "tests/support/allocations.hpp"
#include "tests/unit/http/multipart_parts.hpp"

namespace patchbay::http {
namespace {

using Options = MultipartReader::Options;

std::string field(std::string_view name, std::string_view value) {
  return "--b\r\nContent-Disposition: form-data; name=\"" + std::string(name) + "\"\r\n\r\n" +
         std::string(value) + "\r\n";
}

const std::string kEnd = "--b--\r\n";

Parts fields(const std::vector<std::pair<std::string, std::string>>& list) {
  Parts parts;
  for (const auto& [name, value] : list)
    parts.push_back({name, std::nullopt, "", value});
  return parts;
}

TEST(MultipartReader, ReadsPartsTheSameAtEveryCut) {
  expect_form_at_every_cut(
      field("model", "m-1") + field("empty", "") + field("lines", "\r\n\r\n") + kEnd,
      {fields({{"model", "m-1"}, {"empty", ""}, {"lines", "\r\n\r\n"}}), ""},
      "b");
}

TEST(MultipartReader, KeepsWhatOnlyLooksLikeABoundary) {
  for (const char* data : {"\r\n--",
                           "\r\n-\r\n--\r\n--a",
                           "\r\r\n",
                           "\r\n\r\n--c--",
                           "\n--b--\r",
                           "--b",
                           "-\r\n--",
                           "x--b--\r\n",
                           "\r\n --b"}) {
    const std::string value = "x" + std::string(data);
    expect_form_at_every_cut(field("f", value) + kEnd, {fields({{"f", value}}), ""}, "b");
  }
}

TEST(MultipartReader, FindsABoundaryRightAfterTheHeaders) {
  const std::string body =
      "--b\r\nContent-Disposition: form-data; name=a\r\n\r\n--b\r\nContent-Disposition: form-data; "
      "name=c\r\n\r\n\r\n--b--";
  expect_form_at_every_cut(body, {fields({{"a", ""}, {"c", ""}}), ""}, "b");
}

TEST(MultipartReader, PassesOverWhatStandsBeforeAndAfter) {
  expect_form_at_every_cut("\r\n" + field("a", "1") + kEnd, {fields({{"a", "1"}}), ""}, "b");
  expect_form_at_every_cut(
      "This is a form.\n--b\r\n--bc\r\n"
      "--b \t\r\nContent-Disposition: form-data; name=a\r\n\r\n1\r\n--b-- \r\n"
      "--b\r\nnot a part",
      {{},
       "Invalid multipart body at byte 24: something else than the end of "
       "the line follows the boundary."},
      "b");
  expect_form_at_every_cut(
      "This is a form.\n--b\r\n --b\r\n"
      "--b \t\r\nContent-Disposition: form-data; name=a\r\n\r\n1\r\n--b-- \r\n"
      "--b\r\nnot a part",
      {fields({{"a", "1"}}), ""},
      "b");
}

TEST(MultipartReader, TakesAFormWithoutParts) {
  expect_form_at_every_cut("--b--", {{}, ""}, "b");
  expect_form_at_every_cut("--b--\r\n", {{}, ""}, "b");
}

TEST(MultipartReader, TakesABoundaryThatEndsInDashes) {
  expect_form_at_every_cut("----\r\nContent-Disposition: form-data; name=a\r\n\r\n1\r\n------",
                           {fields({{"a", "1"}}), ""},
                           "--");
}

TEST(MultipartReader, SaysWhereAPartStandsInTheBody) {
  const std::string body = field("a", "12") + field("c", "") + kEnd;
  MultipartReader reader("b", {});
  std::vector<ByteRange> ranges;
  ASSERT_TRUE(reader.feed(body, [&](const MultipartEvent& event) {
    if (event.kind == MultipartEvent::Kind::kPartEnds) ranges.push_back(event.part.body);
  }));
  EXPECT_EQ(ranges, (std::vector<ByteRange>{{49, 2}, {102, 0}}));
}

TEST(MultipartReader, HandsOutViewsIntoThePiece) {
  const std::string body = field("file", std::string(1000, 'x') + "\r\n--" + "y") + kEnd;
  MultipartReader reader("b", {});
  int pieces = 0;
  ASSERT_TRUE(reader.feed(body, [&](const MultipartEvent& event) {
    if (event.kind != MultipartEvent::Kind::kPartBytes) return;
    ++pieces;
    EXPECT_EQ(event.bytes.size(), 1005U);
    EXPECT_TRUE(event.bytes.data() > body.data() && event.bytes.data() < body.data() + body.size());
  }));
  EXPECT_EQ(pieces, 1);
}

TEST(MultipartReader, AllocatesNothingForTheBytesOfAPart) {
  MultipartReader reader("----WebKitFormBoundaryAbCdEfGhIjKlMnOp", {});
  ASSERT_TRUE(
      reader.feed("------WebKitFormBoundaryAbCdEfGhIjKlMnOp\r\n"
                  "Content-Disposition: form-data; name=\"file\"; filename=\"a.wav\"\r\n\r\n",
                  [](const MultipartEvent&) {}));
  const std::string piece = std::string(5000, 'x') + "\r\n------WebKitForm";
  std::size_t bytes = 0;
  EXPECT_EQ(allocations_in([&] {
              for (int i = 0; i < 10; ++i)
                (void)reader.feed(piece, [&](const MultipartEvent& e) { bytes += e.bytes.size(); });
            }),
            0U);
  EXPECT_EQ(bytes, 10 * piece.size() - 18);
}

TEST(MultipartReader, TakesBinaryPartsInPiecesOfAnySize) {
  std::mt19937 random(7);
  const std::string boundary = "----formdata-undici-012345678901";
  std::string body;
  Parts expected;
  for (int i = 0; i < 40; ++i) {
    std::string bytes;
    for (std::size_t size = random() % 600; bytes.size() < size;) {
      if (random() % 50 == 0) bytes += ("\r\n--" + boundary).substr(0, random() % 20);
      bytes.push_back(static_cast<char>(random() % 256));
    }
    body += "--" + boundary + "\r\nContent-Disposition: form-data; name=p; filename=f\r\n\r\n" +
            bytes + "\r\n";
    expected.push_back({"p", "f", "", bytes});
  }
  body += "--" + boundary + "--";
  for (std::size_t round = 0; round < 40; ++round) {
    std::vector<std::string_view> pieces;
    for (std::string_view rest = body; !rest.empty();) {
      pieces.push_back(rest.substr(0, 1 + random() % (round + 1) * 20));
      rest.remove_prefix(pieces.back().size());
    }
    ASSERT_EQ(form_of(pieces, boundary), (Form{expected, ""}));
  }
}

TEST(MultipartReader, SaysWhatIsWrongAndWhere) {
  struct Case {
    std::string body;
    std::string error;
  };
  const std::string head = "--b\r\nContent-Disposition: form-data; name=a\r\n";
  const std::string bare_lf = ": a line ends in LF alone; it must end in CRLF.";
  const std::string no_line_end = ": something else than the end of the line follows the boundary.";
  const std::string no_last =
      ": it ends before its last boundary, the one with two dashes after it.";
  const Case cases[] = {
      {"", "0: the boundary that the Content-Type names is nowhere in it."},
      {"--a--\r\n", "7: the boundary that the Content-Type names is nowhere in it."},
      {"--b\nContent-Disposition: form-data; name=a\n\n1\n--b--\n", "3" + bare_lf},
      {"--b\r\nContent-Disposition: form-data; name=a\n\n1\n--b--\n", "43, in part 1" + bare_lf},
      {"--b\rC", "4: a CR is not followed by LF."},
      {"--bx\r\n", "3" + no_line_end},
      {"--b -\r\n", "4" + no_line_end},
      {"--b-\r\n", "4" + no_line_end},
      {"--b--x", "5" + no_line_end},
      {"--b--\n", "5" + bare_lf},
      {"--b--\rx", "6: a CR is not followed by LF."},
      {"--b--\r", "6" + no_last},
      {"--b\r\n", "5, in part 1" + no_last},
      {head + "\r\n1", "48, in part 1" + no_last},
      {head + "\r\n1\r\n--b\r\n", "55, in part 2" + no_last},
      {"--b\r\n\r\n1\r\n--b--", "7, in part 1: it has no Content-Disposition."},
      {head + " x\r\n\r\n", "45, in part 1: a header is folded over two lines."},
      {head + "no colon\r\n", "45, in part 1: a header is not of the form Name: value."},
      {head + "a b: c\r\n", "45, in part 1: a header is not of the form Name: value."},
      {head + ": c\r\n", "45, in part 1: a header is not of the form Name: value."},
      {head + "a: \x01\r\n", "45, in part 1: a header holds a control character."},
      {head + "a: b\rc\r\n", "45, in part 1: a header holds a control character."},
      {head + "content-disposition: form-data; name=b\r\n\r\n",
       "45, in part 1: a header that may stand once stands twice."},
      {head + "Content-Transfer-Encoding: base64\r\n\r\n",
       "82, in part 1: its Content-Transfer-Encoding is none of binary, 8bit and 7bit."},
      {"--b\r\nContent-Disposition: form-data\r\n\r\n",
       "39, in part 1: its Content-Disposition has no name."},
  };
  for (const Case& c : cases) {
    const Form form = form_of({c.body}, "b");
    EXPECT_EQ(form.error, "Invalid multipart body at byte " + c.error) << c.body;
    expect_form_at_every_cut(c.body, form, "b");
  }
}

TEST(MultipartReader, TellsOfThePartsBeforeAFault) {
  expect_form_at_every_cut(field("a", "1") + "--b\r\nx",
                           {fields({{"a", "1"}}),
                            "Invalid multipart body at byte 58, in part 2: it ends before its last "
                            "boundary, the one with two dashes after it."},
                           "b");
}

TEST(MultipartReader, IsBoundedAtEveryCut) {
  const std::string body = field("a", "1") + field("c", "2") + kEnd;
  const Form good{fields({{"a", "1"}, {"c", "2"}}), ""};
  expect_form_at_every_cut(body, good, "b", {.parts_max = 2});
  expect_form_at_every_cut(
      body,
      {fields({{"a", "1"}}),
       "Invalid multipart body at byte 56, in part 1: there are more than 1 parts."},
      "b",
      {.parts_max = 1});
  expect_form_at_every_cut(body, good, "b", {.part_header_bytes_max = 44});
  expect_form_at_every_cut(body,
                           {{},
                            "Invalid multipart body at byte 48, in part 1: its headers take more "
                            "than 43 bytes."},
                           "b",
                           {.part_header_bytes_max = 43});
  expect_form_at_every_cut("0123\r\n" + body, good, "b", {.preamble_bytes_max = 4});
  expect_form_at_every_cut("01234\r\n" + body,
                           {{},
                            "Invalid multipart body at byte 4: more than 4 bytes stand before the "
                            "first boundary."},
                           "b",
                           {.preamble_bytes_max = 4});
}

TEST(MultipartReader, TellsALimitFromAMistake) {
  const auto code_of = [](std::string_view body) {
    MultipartReader reader("b", {.parts_max = 0});
    const Status status = reader.feed(body, [](const MultipartEvent&) {});
    EXPECT_FALSE(status);
    return status ? ErrorCode::kInternal : status.error().code;
  };
  EXPECT_EQ(code_of("--b\r\n"), ErrorCode::kTooLarge);
  EXPECT_EQ(code_of(std::string(1025, 'x')), ErrorCode::kTooLarge);
  EXPECT_EQ(code_of("--bx"), ErrorCode::kInvalid);
}

TEST(MultipartReader, HoldsNothingOfAHeaderThatNeverEnds) {
  MultipartReader reader("b", {.part_header_bytes_max = 1000});
  const auto ignore = [](const MultipartEvent&) {};
  ASSERT_TRUE(reader.feed("--b\r\n", ignore));
  const std::string piece(100, 'x');
  int accepted = 0;
  while (reader.feed(piece, ignore))
    ASSERT_LT(++accepted, 100);
  EXPECT_EQ(accepted, 10);
}

TEST(MultipartReader, StaysSpent) {
  MultipartReader reader("b", {});
  const auto ignore = [](const MultipartEvent&) { ADD_FAILURE() << "a spent reader has none"; };
  ASSERT_FALSE(reader.feed("--bx", ignore));
  const Status again = reader.feed(field("a", "1"), ignore);
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().message,
            "Invalid multipart body at byte 3: something else than the end of the line follows "
            "the boundary.");
  EXPECT_EQ(reader.finish().error().message, again.error().message);
}

TEST(MultipartReader, StopsWhenToldAndMayThenBeDestroyed) {
  std::optional<MultipartReader> reader(std::in_place, "b", Options{});
  int events = 0;
  ASSERT_TRUE(reader->feed(field("a", "1") + kEnd, [&](const MultipartEvent&) {
    if (++events < 2) return true;
    reader.reset();
    return false;
  }));
  EXPECT_EQ(events, 2);
}

TEST(MultipartReader, CanBeMovedInTheMiddleOfABoundary) {
  MultipartReader first("b", {});
  std::string bytes;
  const auto collect = [&](const MultipartEvent& event) { bytes += event.bytes; };
  const std::string body = field("a", "1\r\n-2");
  ASSERT_TRUE(first.feed(body.substr(0, 53), collect));
  MultipartReader second = std::move(first);
  ASSERT_TRUE(second.feed(body.substr(53) + kEnd, collect));
  EXPECT_TRUE(second.finish());
  EXPECT_EQ(bytes, "1\r\n-2");
}

// Nothing may be searched again for each near miss. Quadratic work would take minutes here.
TEST(MultipartReader, ReadsManyNearMissesInOneGo) {
  for (const char* miss : {"\r", "\r\n--", "\r\n--bbbbbbbbbbbbbbbbbbbbbbbbbbbbbb-", "-"}) {
    std::string data;
    while (data.size() < 2'000'000)
      data += miss;
    MultipartReader reader(std::string(60, 'b'), {});
    std::size_t bytes = 0;
    const auto count = [&](const MultipartEvent& event) { bytes += event.bytes.size(); };
    ASSERT_TRUE(reader.feed(
        "--" + std::string(60, 'b') + "\r\nContent-Disposition: form-data; name=a\r\n\r\n", count));
    ASSERT_TRUE(reader.feed(data, count));
    EXPECT_GT(bytes, data.size() - 64);
  }
}

}  // namespace
}  // namespace patchbay::http
