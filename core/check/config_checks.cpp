// The checks of the schema, of create() and describe(), and of credentials.

#include <algorithm>
#include <string>
#include <string_view>

#include "core/check/checks.hpp"
#include "core/check/rehearsal.hpp"
#include "core/check/trail.hpp"
#include "core/plugin_host/config_json.hpp"
#include "core/plugin_host/schema_check.hpp"
#include "core/plugin_host/vocabulary.hpp"

namespace patchbay::check {
namespace {

using plugin_host::text_of;

// Runs `work(type, schema text, prefix)` for each type; its own way, for create() may fail here.
template <typename Work>
void for_each_type(const Subject& subject, Findings& findings, Work&& work) {
  Result<std::unique_ptr<Session>> session = Session::open(subject.library, {});
  if (!session) return findings.skip(session.error().message);
  for (const pbay_provider_type* type : (*session)->types()) {
    if (!subject.wants(text_of(type->type))) continue;
    work(**session,
         *type,
         text_of(type->config_schema),
         "type \"" + std::string(text_of(type->type)) + "\": ");
  }
}

bool is_closed(const json::Value& schema) {
  const json::Value* more = schema.find("additionalProperties");
  return more != nullptr && more->as_bool() == false;
}

// Whether the schema asks for an object that has members.
bool wants_settings(const json::Value& schema) {
  const json::Value* properties = schema.find("properties");
  return properties != nullptr && !properties->members().empty();
}

std::string raw(const json::Value& value) {
  std::string out;
  plugin_host::append_json(out, value);
  return out;
}

void check_examples(Findings& findings,
                    const std::string& prefix,
                    std::string_view text,
                    const json::Value& schema) {
  const json::Value* examples = schema.find("examples");
  if (examples == nullptr) return;
  for (const json::Value& example : examples->items()) {
    const Result<ProviderSettings> settled = apply_schema_to(text, raw(example));
    if (!settled) {
      findings.fail(prefix + "the schema refuses its own example: " + settled.error().message);
    }
  }
}

// A base for trying one property at a time: an example, or the least that is allowed.
void check_properties(Findings& findings,
                      const std::string& prefix,
                      std::string_view text,
                      const json::Value& schema) {
  const json::Value* properties = schema.find("properties");
  const std::string base = least_value(schema);
  if (properties == nullptr || !apply_schema_to(text, base)) return;
  for (const json::Member& property : properties->members()) {
    const json::Value* standard = property.value.find("default");
    if (standard == nullptr) continue;
    const std::string with = with_member(base, property.name, raw(*standard));
    if (const auto settled = apply_schema_to(text, with); !settled) {
      findings.fail(prefix + "the schema refuses the default of \"" + property.name +
                    "\": " + settled.error().message);
    }
  }
}

void check_operation(Findings& findings,
                     const std::string& prefix,
                     const Operation& operation,
                     std::uint64_t modes) {
  const std::string name = "the op \"" + operation.dialect + "\"";
  const std::size_t slash = operation.dialect.rfind('/');
  const bool revision = slash != operation.dialect.npos && slash + 1 < operation.dialect.size() &&
                        operation.dialect[slash + 1] >= '0' && operation.dialect[slash + 1] <= '9';
  if (!revision) findings.fail(prefix + name + " is no dialect: \"name/revision\" is wanted");
  if (operation.flags != 0) findings.fail(prefix + name + " has flags, and none has a name");
  const bool in_range = operation.mode > 0 && operation.mode < 64;
  if (!in_range || (modes & PBAY_MODE_BIT(operation.mode)) == 0) {
    findings.fail(prefix + name + " is of the mode " + std::to_string(operation.mode) +
                  ", which its type does not name");
  }
}

void check_caps(Findings& findings, const std::string& prefix, const StrictProvider& provider) {
  for (const std::string& fault : provider.faults())
    findings.fail(prefix + fault);
  const std::uint64_t modes = provider.type().modes;
  if (provider.operations().empty()) findings.fail(prefix + "describe() named no op");
  std::uint64_t served = 0;
  std::uint64_t reached = 0;  // by every client, and not only by those of the vendor's own dialect
  for (const Operation& operation : provider.operations()) {
    check_operation(findings, prefix, operation, modes);
    if (operation.mode <= 0 || operation.mode >= 64) continue;
    served |= PBAY_MODE_BIT(operation.mode);
    if (is_host_dialect(operation.dialect)) reached |= PBAY_MODE_BIT(operation.mode);
  }
  const auto complain = [&](std::uint64_t bits, const char* what) {
    for (const std::string& mode : plugin_host::mode_names(bits)) {
      std::string text = prefix;
      findings.fail(text.append("its type names the mode ").append(mode).append(what));
    }
  };
  complain(modes & ~served, ", and no op of it is there");
  // For a rerank the host has no form of its own yet.
  complain(modes & served & ~reached & ~PBAY_MODE_BIT(PBAY_MODE_RERANK),
           ", and no op of it is in the host's own form, which most clients' requests come in");
  const pbay_provider_active* active = provider.active();
  if (active != nullptr) {
    if (active->size < offsetof(pbay_provider_active, cancel) + sizeof active->cancel ||
        active->start == nullptr || active->cancel == nullptr || active->reserved != 0) {
      findings.fail(prefix + "the table of " PBAY_EXT_PROVIDER_ACTIVE " is broken");
    }
  } else if (provider.table().build_request == nullptr || provider.table().on_frames == nullptr ||
             provider.table().on_end == nullptr) {
    findings.fail(prefix + "it offers no " PBAY_EXT_PROVIDER_ACTIVE
                           ", and lacks build_request, on_frames or on_end");
  }
}

struct Junk {
  const char* name;
  const char* text;
};
constexpr Junk kJunk[] = {{"nothing", ""},
                          {"what is no JSON", "not json"},
                          {"half an object", "{\"a\":"},
                          {"a list", "[1,2]"},
                          {"a text", "\"settings\""},
                          {"a number", "-17"},
                          {"null", "null"}};

// A failed create() leaves nothing behind, and says what is wrong and where.
void judge_refusal(Findings& findings, const std::string& at, const StrictProvider& provider) {
  if (provider.created() >= 0) {
    if (!provider.has_provider()) findings.fail(at + "create() succeeded without a provider");
    return;
  }
  if (provider.has_provider()) findings.fail(at + "create() failed, and yet gave a provider");
  const std::optional<ToldError>& told = provider.create_error();
  if (!told) return findings.fail(at + "create() failed without set_error()");
  if (told->message.empty()) findings.fail(at + "set_error() with an empty message");
  if (!told->param.empty() && told->param.front() != '/') {
    findings.fail(at + "the param \"" + told->param + "\" is no JSON pointer");
  }
}

}  // namespace

void check_schema_text(const Subject& subject, Findings& findings) {
  for_each_type(
      subject,
      findings,
      [&](Session&, const pbay_provider_type&, std::string_view text, const std::string& prefix) {
        const Result<json::Value> schema = json::parse(text);
        if (!schema) return findings.fail(prefix + "config_schema: " + schema.error().message);
        std::vector<Problem> problems;
        plugin_host::check_schema(*schema, text, "config_schema", problems);
        for (const Problem& problem : problems)
          findings.fail(prefix + problem.text());
        if (!problems.empty()) return;
        for (const char* junk : {"[1]", "\"text\"", "17"}) {
          if (apply_schema_to(text, junk)) {
            findings.fail(prefix + "the schema takes " + junk +
                          " where settings belong; give it "
                          "\"type\": \"object\"");
          }
        }
        if (is_closed(*schema) && apply_schema_to(text, R"({"patchbay-check-unknown": 1})")) {
          findings.fail(prefix + "the schema takes a key that it does not know");
        }
        check_examples(findings, prefix, text, *schema);
        check_properties(findings, prefix, text, *schema);
      });
}

void check_create(const Subject& subject, Findings& findings) {
  for_each_type(
      subject,
      findings,
      [&](Session& session,
          const pbay_provider_type& type,
          std::string_view schema,
          const std::string& prefix) {
        const Result<ProviderSettings> settings = settings_for(schema, subject.config);
        if (!settings) {
          const std::string what = prefix + settings.error().message;
          // A broken schema is for its own check; a configuration of the user's is for this one.
          return subject.config ? findings.fail(what) : findings.skip(what);
        }
        StrictProvider provider(session, type, settings->json);
        if (provider.created() < 0 || !provider.has_provider()) {
          const std::optional<ToldError>& told = provider.create_error();
          return findings.fail(
              prefix + "create() returned " + status_name(provider.created()) +
              (provider.created() >= 0 ? " without a provider" : "") +
              (told ? ": " + (told->param.empty() ? "" : told->param + ": ") + told->message : "") +
              (subject.config ? ""
                              : "; give it a configuration with --config, or the schema examples"));
        }
        const pbay_status described = provider.describe();
        if (described < 0)
          return findings.fail(prefix + "describe() returned " + status_name(described));
        check_caps(findings, prefix, provider);
      });
}

void check_junk_config(const Subject& subject, Findings& findings) {
  for_each_type(
      subject,
      findings,
      [&](Session& session,
          const pbay_provider_type& type,
          std::string_view text,
          const std::string& prefix) {
        const Result<json::Value> schema = json::parse(text);
        if (!schema) return findings.skip(prefix + "the schema is not JSON");
        for (const Junk& junk : kJunk) {
          const std::string at = prefix + "given " + junk.name + " for a configuration: ";
          Trail::doing(at);
          StrictProvider provider(session, type, junk.text);
          judge_refusal(findings, at, provider);
          const bool no_json = !json::parse(junk.text);
          if (provider.created() >= 0 && no_json && wants_settings(*schema)) {
            findings.fail(at + "create() succeeded, though the schema has settings to be read");
          }
        }
        const json::Value* properties = schema->find("properties");
        const Result<ProviderSettings> base = settings_for(text, subject.config);
        if (properties == nullptr || !base) return;
        for (const json::Member& property : properties->members()) {
          for (const char* wrong :
               {"-1", "\"\\u0000\\n\"", "[[[]]]", "{\"a\":{}}", "null", "true"}) {
            const std::string at = prefix + "given " + wrong + " as \"" + property.name + "\": ";
            Trail::doing(at);
            StrictProvider provider(session, type, with_member(base->json, property.name, wrong));
            judge_refusal(findings, at, provider);
          }
        }
      });
}

void check_credentials(const Subject& subject, Findings& findings) {
  bool any = false;
  rehearse(subject, findings, {}, [&](Stage& stage) {
    if (stage.provider.credentials() == nullptr) return;
    any = true;
    const CredentialOutcome good = exchange_credential(stage.provider, good_credential());
    for (const std::string& fault : good.request.faults)
      findings.fail("build_request() of a credential: " + fault);
    const AnswerSample odd[] = {
        {"an empty answer", 200, {}, ""},
        {"no token", 200, {}, "{}"},
        {"what is no JSON", 200, {}, "<html>"},
        {"a token that is no text", 200, {}, R"({"access_token":17,"expires_in":"soon"})"},
        {"a refusal", 401, {}, R"({"error":"invalid_client","error_description":"no"})"},
        {"a failure", 500, {}, "oops"}};
    for (const AnswerSample& answer : odd) {
      Trail::doing("a credential, answered with " + answer.name);
      const CredentialOutcome outcome = exchange_credential(stage.provider, answer);
      if (!outcome.built) continue;
      if (outcome.status >= 0) {
        findings.fail("on_response() took " + answer.name + " for a credential");
      } else if (!outcome.error || outcome.error->message.empty()) {
        findings.fail("on_response() failed on " + answer.name + " without set_error()");
      }
    }
  });
  if (!any) findings.skip("no provider offers " PBAY_EXT_PROVIDER_CREDENTIALS);
}

}  // namespace patchbay::check
