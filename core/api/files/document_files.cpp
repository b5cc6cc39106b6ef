#include "core/api/files/document_files.hpp"

#include <algorithm>
#include <memory>
#include <utility>

#include "core/api/files/document_indexer.hpp"
#include "core/api/files/document_json.hpp"
#include "core/api/files/document_search.hpp"
#include "core/api/paging.hpp"
#include "core/api/storage_reply.hpp"
#include "core/base/uuid.hpp"
#include "core/dialects/body_fields.hpp"
#include "core/documents/extraction.hpp"
#include "core/http/form.hpp"
#include "core/json/utf8.hpp"

namespace patchbay::api {
namespace {

using storage::Document;
using storage::Repository;

constexpr std::size_t kNameBytesMax = 255;
constexpr std::size_t kQuestionBytesMax = 8 * 1024;
constexpr const char* kField = "file";

chat::Failure refusal(int status, std::string_view what) {
  chat::Failure failure =
      chat::bad_request(std::string(kField) + ": " + std::string(what), kField, "invalid_value");
  if (status == 413) failure.category = PBAY_ERR_TOO_LARGE;
  failure.status = status;
  return failure;
}

// Some clients send the whole path.
std::string_view base_name(std::string_view name) {
  return name.substr(name.find_last_of("/\\") + 1);
}

bool is_file_name(std::string_view name) {
  return name.size() <= kNameBytesMax && json::is_valid_utf8(name) &&
         std::none_of(name.begin(), name.end(), [](char c) {
           return static_cast<unsigned char>(c) < 0x20 || c == 0x7F;
         });
}

struct Given {
  Document document;
  std::string bytes;
};

std::variant<Given, chat::Failure> read_file(const http::FormPart& part, const Context& context) {
  const DocumentRules& rules = context.snapshot->documents;
  const std::string_view name = base_name(part.filename);
  if (!is_file_name(name)) {
    return refusal(422, "expected a name of at most 255 bytes without control characters");
  }
  if (part.content.empty()) return refusal(422, "is empty");
  if (static_cast<std::int64_t>(part.content.size()) > rules.file_bytes) {
    return refusal(413, "is larger than " + std::to_string(rules.file_bytes) + " bytes");
  }
  auto type = documents::type_of(part.content_type, name);
  if (!type) return refusal(415, "expected " + std::string(documents::kKnownTypes));
  if (type->kind == documents::FileKind::kOther &&
      rules.extractors.find(type->media_type) == nullptr) {
    return refusal(415,
                   "expected " + std::string(documents::kKnownTypes) + "; " +
                       rules.extractors.why_not(type->media_type));
  }
  Given given;
  Document& document = given.document;
  document.id = make_uuid();
  document.owner = context.principal.owner;
  document.name = name.empty() ? "untitled" : std::string(name);
  document.media_type = std::move(type->media_type);
  document.bytes = static_cast<std::int64_t>(part.content.size());
  document.created_ms = unix_ms();
  given.bytes = part.content;
  return given;
}

std::variant<Given, chat::Failure> read_upload(const server::Request& request,
                                               const Context& context) {
  const std::string_view type = request.headers.find("content-type").value_or("");
  if (!http::starts_with_ignoring_case(type, "multipart/form-data")) {
    return refusal(415, "expected a form (multipart/form-data) with a file in it");
  }
  const auto form = http::read_form(type, request.body());
  if (!form) return chat::bad_request(form.error().message, {}, "invalid_form");
  const http::FormPart* file = nullptr;
  for (const http::FormPart& part : *form) {
    if (part.name != kField) continue;
    if (file != nullptr) return refusal(422, "expected one file, got several");
    file = &part;
  }
  if (file == nullptr) return dialects::unprocessable(dialects::missing_value(kField));
  return read_file(*file, context);
}

JsonReply show(const Document& document) {
  JsonReply reply;
  append_document(reply.body, document);
  return reply;
}

void search(server::Exchange& exchange, const Context& context, const PageQuery& query) {
  if (query.q.size() > kQuestionBytesMax) {
    return reply_error_text(
        exchange, context, chat::bad_request("q: expected at most 8192 bytes", "q"));
  }
  StorageResponder* const responder = StorageResponder::attach(exchange, context);
  if (responder == nullptr) return;
  auto searching = std::make_shared<DocumentSearch>(
      context,
      DocumentSearch::Question{.text = query.q, .most = static_cast<std::size_t>(query.limit)},
      [responder](DocumentSearch::Found found) {
        if (const auto* failure = std::get_if<chat::Failure>(&found)) {
          return responder->refuse(*failure);
        }
        JsonReply reply;
        append_hits(reply.body, std::get<0>(found));
        responder->reply(reply);
      });
  searching->start();
  responder->keep(std::move(searching));
}

}  // namespace

void add_file(server::Exchange& exchange, const Context& context) {
  auto read = read_upload(exchange.request(), context);
  if (const auto* failure = std::get_if<chat::Failure>(&read)) {
    return reply_error_text(exchange, context, *failure);
  }
  const auto given = std::make_shared<const Given>(std::move(std::get<Given>(read)));
  exchange.request().padded_body = {};
  answer_after_write<Document>(
      exchange,
      context,
      [given,
       most = context.snapshot->documents.owner_bytes](Repository& repository) -> Result<Document> {
        const Status added = repository.add_document(given->document, given->bytes, most);
        if (!added) return added.error();
        return given->document;
      },
      [context](const Document& document) {
        if (context.indexer != nullptr) context.indexer->wake();
        JsonReply reply = show(document);
        reply.status = 201;
        reply.headers.add("location", "/files/" + document.id);
        return reply;
      },
      given->bytes.size() * 2);
}

void list_files(server::Exchange& exchange, const Context& context) {
  auto asked = asked_page(exchange, context, kListBound);
  if (!asked) return;
  if (!asked->q.empty()) {
    if (!asked->limited) asked->limit = context.snapshot->documents.results;
    return search(exchange, context, *asked);
  }
  answer_with_page<Document>(
      exchange,
      context,
      "/files",
      *asked,
      [owner = context.principal.owner, which = request_of(*asked)](Repository& repository) {
        return repository.documents(owner, which);
      },
      append_document);
}

void show_file_status(server::Exchange& exchange, const Context& context) {
  answer_after_read<Document>(
      exchange,
      context,
      [owner = context.principal.owner, id = context.segments[0]](Repository& repository) {
        return repository.document(owner, id);
      },
      show);
}

void index_file(server::Exchange& exchange, const Context& context) {
  answer_after_write<Document>(
      exchange,
      context,
      [owner = context.principal.owner, id = context.segments[0]](Repository& repository) {
        return repository.index_again(owner, id);
      },
      [context](const Document& document) {
        if (context.indexer != nullptr) context.indexer->wake();
        JsonReply reply = show(document);
        reply.status = 202;
        return reply;
      });
}

void delete_file(server::Exchange& exchange, const Context& context) {
  answer_after_write<bool>(
      exchange,
      context,
      [owner = context.principal.owner,
       id = context.segments[0]](Repository& repository) -> Result<bool> {
        const Status deleted = repository.delete_document(owner, id);
        return deleted ? Result<bool>(true) : deleted.error();
      },
      [](const bool&) { return JsonReply{.body = R"({"success":true})"}; });
}

}  // namespace patchbay::api
