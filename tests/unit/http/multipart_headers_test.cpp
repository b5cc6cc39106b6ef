// What stands in a Content-Type and in a part's Content-Disposition.

#include <gtest/gtest.h>

#include "core/http/multipart_boundary.hpp"
#include "core/http/multipart_disposition.hpp"
#include "core/http/multipart_parameters.hpp"

namespace patchbay::http {
namespace {

// The boundary, or what it is refused with.
std::string boundary(std::string_view content_type) {
  const Result<std::string> found = boundary_of(content_type);
  if (found) return *found;
  EXPECT_EQ(found.error().code, ErrorCode::kInvalid);
  return found.error().message;
}

TEST(Boundary, IsReadAsClientsWriteIt) {
  EXPECT_EQ(boundary("multipart/form-data; boundary=----WebKitFormBoundary7MA4YWxkTrZu0gW"),
            "----WebKitFormBoundary7MA4YWxkTrZu0gW");
  EXPECT_EQ(boundary("multipart/form-data; boundary=\"0a1b-2c\""), "0a1b-2c");
  EXPECT_EQ(boundary("Multipart/Form-Data;BOUNDARY=x;charset=utf-8"), "x");
  EXPECT_EQ(boundary("multipart/form-data ; charset=\"a;b\" ;; boundary=\"a b\" ; "), "a b");
  EXPECT_EQ(boundary("multipart/form-data; boundary=----=_Part_1_(2):3"), "----=_Part_1_(2):3");
  EXPECT_EQ(boundary("multipart/form-data; boundary=" + std::string(70, 'x')),
            std::string(70, 'x'));
}

TEST(Boundary, IsRefusedWhereReadersMightDisagree) {
  const std::string characters =
      "Invalid Content-Type: the boundary must have 1 to 70 characters, each a letter, a digit, a "
      "space that is not the last, or one of '()+_,-./:=?.";
  EXPECT_EQ(boundary("multipart/form-data; boundary=" + std::string(71, 'x')), characters);
  EXPECT_EQ(boundary("multipart/form-data; boundary=\"\""), characters);
  EXPECT_EQ(boundary("multipart/form-data; boundary=\"a \""), characters);
  EXPECT_EQ(boundary("multipart/form-data; boundary=\"a\\\"b\""), characters);
  EXPECT_EQ(boundary("multipart/form-data; boundary=\"a\r\nb\""), characters);
  EXPECT_EQ(boundary(std::string("multipart/form-data; boundary=\"a\0b\"", 35)), characters);
  EXPECT_EQ(boundary("multipart/form-data; boundary=a; Boundary=b"),
            "Invalid Content-Type: it names two boundaries.");
  EXPECT_EQ(boundary("multipart/form-data"),
            "Invalid Content-Type: multipart/form-data needs a boundary.");
  EXPECT_EQ(boundary("multipart/mixed; boundary=a"),
            "Invalid Content-Type: multipart/form-data is expected here.");
  EXPECT_EQ(boundary(""), "Invalid Content-Type: multipart/form-data is expected here.");
  EXPECT_EQ(boundary("multipart/form-data; boundary="),
            "Invalid Content-Type: a parameter has no value.");
  EXPECT_EQ(boundary("multipart/form-data; boundary"),
            "Invalid Content-Type: a parameter is not of the form name=value.");
  EXPECT_EQ(boundary("multipart/form-data; boundary =a"),
            "Invalid Content-Type: a parameter is not of the form name=value.");
  EXPECT_EQ(boundary("multipart/form-data; boundary=\"a"),
            "Invalid Content-Type: a quoted value is never closed.");
  EXPECT_EQ(boundary("multipart/form-data; boundary=a b"),
            "Invalid Content-Type: something follows the value of a parameter.");
  EXPECT_EQ(boundary("multipart/form-data; boundary=a, multipart/form-data; boundary=b"),
            "Invalid Content-Type: something follows the value of a parameter.");
}

// "name|filename", "name" without one, or what it is refused with.
std::string disposition(std::string_view value) {
  const Result<Disposition> read = read_disposition(value);
  if (!read) return read.error().message;
  return read->filename ? read->name + "|" + *read->filename : read->name;
}

TEST(Disposition, IsReadAsClientsWriteIt) {
  EXPECT_EQ(disposition("form-data; name=\"image[]\""), "image[]");
  EXPECT_EQ(disposition("form-data; name=image[]; filename=a.png"), "image[]|a.png");
  EXPECT_EQ(disposition("Form-Data;Name=\"a\";FileName=\"b\""), "a|b");
  EXPECT_EQ(disposition("form-data; name=\"a\"; filename=\"\""), "a|");
  EXPECT_EQ(disposition("form-data; name=\"\""), "");
  EXPECT_EQ(disposition("form-data; name=\"a\"; size=12; x=\"y;z\";"), "a");
  EXPECT_EQ(disposition("form-data; filename=\"a;b=c.txt\"; name=\"a\""), "a|a;b=c.txt");
}

TEST(Disposition, UndoesWhatClientsEscape) {
  EXPECT_EQ(disposition(R"(form-data; name="say %22hi%22")"), "say \"hi\"");
  EXPECT_EQ(disposition(R"(form-data; name="say \"hi\"; x=")"), "say \"hi\"; x=");
  EXPECT_EQ(disposition(R"(form-data; name=a; filename="C:\temp\new.wav")"), "a|C:\\temp\\new.wav");
  EXPECT_EQ(disposition(R"(form-data; name=a; filename="C:\\temp\\")"), "a|C:\\temp\\");
}

TEST(Disposition, LeavesOtherPercentSignsAlone) {
  EXPECT_EQ(disposition(R"(form-data; name=a; filename="100%25 %0D%0A%2")"), "a|100%25 %0D%0A%2");
}

TEST(Disposition, HoldsNoControlCharacters) {
  EXPECT_EQ(disposition("form-data; name=\"a\tb\""), "ab");
}

TEST(Disposition, KeepsBytesThatAreNotAscii) {
  EXPECT_EQ(disposition("form-data; name=a; filename=\"\xC3\xA9.wav\""), "a|\xC3\xA9.wav");
  EXPECT_EQ(disposition("form-data; name=a; filename=\"\xE9.wav\""), "a|\xE9.wav");
}

TEST(Disposition, PrefersTheExtendedFilename) {
  EXPECT_EQ(disposition("form-data; name=file; filename=\"e.wav\"; filename*=utf-8''%C3%A9.wav"),
            "file|\xC3\xA9.wav");
  EXPECT_EQ(disposition("form-data; filename*=UTF-8'en'a%20%22b%22; name=f; filename=x"),
            "f|a \"b\"");
  EXPECT_EQ(disposition("form-data; name=f; filename*=\"UTF-8''a%f0%9f%8e%b5\""),
            "f|a\xF0\x9F\x8E\xB5");
}

TEST(Disposition, IsRefusedWhereItIsWrong) {
  EXPECT_EQ(disposition("attachment; name=a"), "its Content-Disposition is not form-data");
  EXPECT_EQ(disposition("form-data"), "its Content-Disposition has no name");
  EXPECT_EQ(disposition("form-data; filename=a"), "its Content-Disposition has no name");
  for (const char* twice : {"name=a; NAME=a",
                            "name=a; filename=x; filename=x",
                            "name=a; filename*=UTF-8''x; filename*=UTF-8''x"}) {
    EXPECT_EQ(disposition("form-data; " + std::string(twice)),
              "its Content-Disposition has a parameter twice");
  }
  EXPECT_EQ(disposition("form-data; name=\"a"), "a quoted value is never closed");
  EXPECT_EQ(disposition("form-data; name=\"a\\\""), "a quoted value is never closed");
  EXPECT_EQ(disposition("form-data; name=\"a\"b"), "something follows the value of a parameter");
  EXPECT_EQ(disposition("form-data; name=a; filename*=a"),
            "filename* is not of the form UTF-8''name");
  EXPECT_EQ(disposition("form-data; name=a; filename*=ISO-8859-1''%E9"),
            "filename* is in another charset than UTF-8");
}

TEST(Disposition, TakesOnlyTextForTheExtendedFilename) {
  for (const char* name : {"%",
                           "%4",
                           "%zz",
                           "%00",
                           "%0A",
                           "%7F",
                           "%80",
                           "%C3",
                           "%C3A",
                           "%C0%80",
                           "%C1%BF",
                           "%E0%80%80",
                           "%E2%82",
                           "%ED%A0%80",
                           "%F0%80%80%80",
                           "%F4%90%80%80",
                           "%F5%80%80%80",
                           "%F0%9F%8E",
                           "%FF"}) {
    EXPECT_EQ(disposition("form-data; name=a; filename*=UTF-8''" + std::string(name)),
              "filename* is not percent-encoded UTF-8 text")
        << name;
  }
  for (const char* name : {"%C2%80", "%E0%A0%80", "%ED%9F%BF", "%EE%80%80", "%F4%8F%BF%BF"}) {
    EXPECT_EQ(disposition("form-data; name=a; filename*=UTF-8''" + std::string(name)).substr(0, 2),
              "a|")
        << name;
  }
}

}  // namespace
}  // namespace patchbay::http
