// Bodies in the manner of the clients that upload files, each at every cut.

#include <gtest/gtest.h>

#include "tests/unit/http/multipart_parts.hpp"

namespace patchbay::http {
namespace {

// `lines` joined with CRLF, the last one without.
std::string lines(const std::vector<std::string>& list) {
  std::string text;
  for (const std::string& line : list)
    text += (text.empty() ? "" : "\r\n") + line;
  return text;
}

void expect_upload(std::string_view content_type, const std::string& body, const Parts& parts) {
  const Result<std::string> boundary = boundary_of(content_type);
  ASSERT_TRUE(boundary);
  expect_form_at_every_cut(body, {parts, ""}, *boundary);
}

constexpr const char* kSound = "RIFF\r\n\n\r--\x80\xFF WAVE";

TEST(MultipartClients, Curl) {
  expect_upload(
      "multipart/form-data; boundary=------------------------d74496d66958873e",
      lines({"--------------------------d74496d66958873e",
             "Content-Disposition: form-data; name=\"model\"",
             "",
             "whisper",
             "--------------------------d74496d66958873e",
             "Content-Disposition: form-data; name=\"file\"; filename=\"say %22a%22.wav\"",
             "Content-Type: audio/wav",
             "",
             kSound,
             "--------------------------d74496d66958873e--",
             ""}),
      {{"model", std::nullopt, "", "whisper"}, {"file", "say \"a\".wav", "audio/wav", kSound}});
}

TEST(MultipartClients, PythonWithRequestsOrHttpx) {
  expect_upload("multipart/form-data; boundary=0f1e2d3c4b5a69788796a5b4c3d2e1f0",
                lines({"--0f1e2d3c4b5a69788796a5b4c3d2e1f0",
                       "Content-Disposition: form-data; name=\"timestamp_granularities[]\"",
                       "",
                       "word",
                       "--0f1e2d3c4b5a69788796a5b4c3d2e1f0",
                       "Content-Disposition: form-data; name=\"timestamp_granularities[]\"",
                       "",
                       "segment",
                       "--0f1e2d3c4b5a69788796a5b4c3d2e1f0",
                       "Content-Disposition: form-data; name=\"file\"; filename=\"a\\\\b.mp3\"",
                       "Content-Type: audio/mpeg",
                       "",
                       kSound,
                       "--0f1e2d3c4b5a69788796a5b4c3d2e1f0--",
                       ""}),
                {{"timestamp_granularities[]", std::nullopt, "", "word"},
                 {"timestamp_granularities[]", std::nullopt, "", "segment"},
                 {"file", "a\\b.mp3", "audio/mpeg", kSound}});
}

TEST(MultipartClients, AxiosWithFormData) {
  expect_upload("multipart/form-data; boundary=--------------------------515890814546601021194782",
                lines({"----------------------------515890814546601021194782",
                       "Content-Disposition: form-data; name=\"image\"; filename=\"cat.png\"",
                       "Content-Type: image/png",
                       "",
                       "\x89PNG\r\n\x1A\n",
                       "----------------------------515890814546601021194782",
                       "Content-Disposition: form-data; name=\"prompt\"",
                       "",
                       "a hat\non the cat",
                       "----------------------------515890814546601021194782--",
                       ""}),
                {{"image", "cat.png", "image/png", "\x89PNG\r\n\x1A\n"},
                 {"prompt", std::nullopt, "", "a hat\non the cat"}});
}

TEST(MultipartClients, NodeFetch) {
  expect_upload(
      "multipart/form-data; boundary=----formdata-undici-034178903421",
      lines({"------formdata-undici-034178903421",
             "Content-Disposition: form-data; name=\"stream\"",
             "",
             "false",
             "------formdata-undici-034178903421",
             "Content-Disposition: form-data; name=\"image[]\"; filename=\"blob\"",
             "Content-Type: application/octet-stream",
             "",
             "",
             "------formdata-undici-034178903421--"}),
      {{"stream", std::nullopt, "", "false"}, {"image[]", "blob", "application/octet-stream", ""}});
}

TEST(MultipartClients, Browsers) {
  expect_upload(
      "multipart/form-data; boundary=----WebKitFormBoundaryzuW5nPZQFQCwQtg4",
      lines(
          {"------WebKitFormBoundaryzuW5nPZQFQCwQtg4",
           "Content-Disposition: form-data; name=\"file\"; filename=\"\xE2\x99\xAB %22x%22.webm\"",
           "Content-Type: audio/webm;codecs=opus",
           "",
           kSound,
           "------WebKitFormBoundaryzuW5nPZQFQCwQtg4--",
           ""}),
      {{"file", "\xE2\x99\xAB \"x\".webm", "audio/webm;codecs=opus", kSound}});
}

TEST(MultipartClients, DotNet) {
  expect_upload("multipart/form-data; boundary=\"8c1e9a52-3f0b-4c57-9d6e-b1a2c3d4e5f6\"",
                lines({"--8c1e9a52-3f0b-4c57-9d6e-b1a2c3d4e5f6",
                       "Content-Disposition: form-data; name=file; filename=\"\xC3\xA9.wav\"; "
                       "filename*=utf-8''%C3%A9.wav",
                       "",
                       kSound,
                       "--8c1e9a52-3f0b-4c57-9d6e-b1a2c3d4e5f6",
                       "Content-Type: text/plain; charset=utf-8",
                       "Content-Disposition: form-data; name=model",
                       "",
                       "m",
                       "--8c1e9a52-3f0b-4c57-9d6e-b1a2c3d4e5f6--",
                       ""}),
                {{"file", "\xC3\xA9.wav", "", kSound},
                 {"model", std::nullopt, "text/plain; charset=utf-8", "m"}});
}

TEST(MultipartClients, Java) {
  expect_upload("multipart/form-data; boundary=3d2c1b0a-9f8e-7d6c",
                lines({"--3d2c1b0a-9f8e-7d6c",
                       "Content-Disposition: form-data; name=\"file\"; filename=\"a.m4a\"",
                       "Content-Type: audio/mp4",
                       "Content-Length: 3",
                       "Content-Transfer-Encoding: binary",
                       "",
                       "abc",
                       "--3d2c1b0a-9f8e-7d6c--",
                       ""}),
                {{"file", "a.m4a", "audio/mp4", "abc"}});
}

TEST(MultipartClients, Go) {
  expect_upload(
      "multipart/form-data; boundary=4d1c9b7e5f3a2d1c0b9a8f7e6d5c4b3a2f1e0d9c8b7a6f5e4d3c2b1a0f9e",
      lines({"--4d1c9b7e5f3a2d1c0b9a8f7e6d5c4b3a2f1e0d9c8b7a6f5e4d3c2b1a0f9e",
             "Content-Disposition: form-data; name=\"file\"; filename=\"a \\\"b\\\" \\\\c\"",
             "Content-Type: application/octet-stream",
             "",
             "abc",
             "--4d1c9b7e5f3a2d1c0b9a8f7e6d5c4b3a2f1e0d9c8b7a6f5e4d3c2b1a0f9e--",
             ""}),
      {{"file", "a \"b\" \\c", "application/octet-stream", "abc"}});
}

}  // namespace
}  // namespace patchbay::http
