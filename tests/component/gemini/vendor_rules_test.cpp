// The validator of vendor_rules.hpp says no: one body for each rule that breaks it.

#include "tests/component/gemini/vendor_rules.hpp"

#include <gtest/gtest.h>

namespace patchbay::testing {
namespace {

struct Broken {
  const char* body;
  const char* complaint;
};

class VendorRules : public ::testing::TestWithParam<Broken> {};

TEST_P(VendorRules, RefusesWhatTheVendorRefuses) {
  const std::string found = broken_vendor_rules(GetParam().body, "gemini-3-flash");
  EXPECT_NE(found.find(GetParam().complaint), found.npos) << GetParam().body << "\n" << found;
}

#define USER(parts) R"({"contents":[{"role":"user","parts":[)" parts "]}]"
#define CALL(signature) \
  R"({"role":"model","parts":[{"functionCall":{"name":"f","args":{}})" signature "}]}"
#define ANSWER R"({"role":"user","parts":[{"functionResponse":{"name":"f","response":{}}}]})"
#define ASK R"({"role":"user","parts":[{"text":"x"}]})"

constexpr Broken kBroken[] = {
    {"[", "Invalid JSON"},
    {"{}", "are not there"},
    {USER(R"({"text":"x"})") R"(,"model":"m"})", "unknown member"},
    {R"({"contents":[{"role":"assistant","parts":[{"text":"x"}]}]})", "no such role"},
    {USER("") "}", "without parts"},
    {USER(R"({"text":""})") "}", "an empty text"},
    {USER(R"({"text":"x","inlineData":{"mimeType":"a/b","data":"AA=="}})") "}", "exactly one"},
    {USER(R"({"inlineData":{"mimeType":"png","data":"AA=="}})") "}", "media type"},
    {USER(R"({"inlineData":{"mimeType":"a/b","data":""}})") "}", "no base64"},
    {USER(R"({"fileData":{"fileUri":"x"}})") "}", "no fileUri"},
    {USER(R"({"functionCall":{"name":"f","args":{}}})") "}", "of the user's"},
    {USER(R"({"text":"x","thoughtSignature":"AA=="})") "}", "of the user's"},
    {R"({"contents":[)" ASK "," CALL("") "," ANSWER "]}", "missing a thought_signature"},
    {R"({"contents":[)" ASK "," CALL(R"(,"thoughtSignature":"AA==")") "]}", "waits for responses"},
    {R"({"contents":[)" ASK "," CALL(R"(,"thoughtSignature":"AA==")") "," ASK "]}", "not those"},
    {R"({"contents":[)" ASK "," ANSWER "]}", "not those"},
    {R"({"contents":[)" ASK R"(,{"role":"model","parts":[{"text":"a"}]},)"
     R"({"role":"model","parts":[{"text":"a"}]}]})",
     "two turns"},
    {USER(R"({"text":"x"})") R"(,"tools":[]})", "are empty"},
    {USER(R"({"text":"x"})") R"(,"tools":[{"functionDeclarations":[{"name":"a b"}]}]})", "'a b'"},
    {USER(R"({"text":"x"})") R"(,"tools":[{"functionDeclarations":[{"name":"a"},{"name":"a"}]}]})",
     "two functions"},
    {USER(
         R"({"text":"x"})") R"(,"tools":[{"functionDeclarations":[{"name":"a","parametersJsonSchema":{}}]}]})",
     "no object"},
    {USER(R"({"text":"x"})") R"(,"toolConfig":{"functionCallingConfig":{"mode":"ANY"}}})",
     "without function"},
    {USER(R"({"text":"x"})") R"(,"generationConfig":{"temperature":3}})", "temperature"},
    {USER(R"({"text":"x"})") R"(,"generationConfig":{"stopSequences":[]}})", "stopSequences"},
    {USER(R"({"text":"x"})") R"(,"generationConfig":{"maxTokens":3}})", "maxTokens"},
    {USER(
         R"({"text":"x"})") R"(,"generationConfig":{"responseMimeType":"application/json","responseJsonSchema":)"
                            R"({"type":"string","pattern":"a"}}})",
     "subset"},
    {USER(
         R"({"text":"x"})") R"(,"generationConfig":{"responseMimeType":"application/json","responseJsonSchema":)"
                            R"({"$ref":"#/$defs/A","title":"a"}}})",
     "beside a $ref"},
    {USER(
         R"({"text":"x"})") R"(,"generationConfig":{"thinkingConfig":{"thinkingLevel":"low","thinkingBudget":5}}})",
     "both"},
};

INSTANTIATE_TEST_SUITE_P(Each, VendorRules, ::testing::ValuesIn(kBroken));

TEST(VendorRulesAsAWhole, LetASoundRequestPass) {
  EXPECT_EQ(broken_vendor_rules(R"({"contents":[)" ASK
                                "," CALL(R"(,"thoughtSignature":"AA==")") "," ANSWER "]}",
                                "gemini-3-flash"),
            "");
  EXPECT_EQ(
      broken_vendor_rules(R"({"contents":[)" ASK "," CALL("") "," ANSWER "]}", "gemini-2.5-flash"),
      "");
}

}  // namespace
}  // namespace patchbay::testing
