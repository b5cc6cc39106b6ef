// plugin.hpp: what a provider class becomes in C, and that nothing thrown in it gets out.

#include <cstring>
#include <stdexcept>

#include <gtest/gtest.h>

#include "core/check/event_text.hpp"
#include "patchbay/plugin.hpp"

namespace patchbay::testing {
namespace {

std::string text(pbay_str view) {
  return view.len == 0 ? "" : std::string(view.ptr, view.len);
}

// A host that notes what it is told; single-threaded.
struct NotingHost {
  NotingHost() {
    table.size = sizeof table;
    table.abi_major = PBAY_ABI_MAJOR;
    table.impl = this;
    table.get_extension = [](const pbay_host*, const char*) noexcept -> const void* {
      return nullptr;
    };
    table.log = [](const pbay_host* host,
                   std::int32_t level,
                   pbay_call_id,
                   pbay_str message,
                   const pbay_kv*,
                   std::size_t) noexcept {
      of(host).logged += std::to_string(level) + " " + text(message) + "\n";
    };
    table.log_level = [](const pbay_host*) noexcept -> std::int32_t { return PBAY_LOG_INFO; };
    table.set_error = [](const pbay_host* host, pbay_call_id, const pbay_error* given) noexcept {
      of(host).error = text(given->param) + "|" + text(given->message);
    };
    table.call_alloc =
        [](const pbay_host* host, pbay_call_id, std::size_t size, std::size_t) noexcept {
          NotingHost& self = of(host);
          const std::size_t begin =
              (self.used + alignof(std::max_align_t) - 1) & ~(alignof(std::max_align_t) - 1);
          if (!self.has_arena || begin + size > sizeof self.arena)
            return static_cast<void*>(nullptr);
          self.used = begin + size;
          return static_cast<void*>(self.arena + begin);
        };
  }
  static NotingHost& of(const pbay_host* host) { return *static_cast<NotingHost*>(host->impl); }

  pbay_host table{};
  std::string logged;
  std::string error;
  bool has_arena = true;
  std::size_t used = 0;
  alignas(std::max_align_t) unsigned char arena[4096];
};

int calls_alive = 0;

// Does what its configuration says, at every step.
class Troubled {
 public:
  static constexpr std::string_view kType = "troubled";
  static constexpr std::string_view kSchema = "{}";
  static constexpr std::array kOps{sdk::op(PBAY_MODE_CHAT, "openai.chat/1"),
                                   sdk::op(PBAY_MODE_IMAGE, "openai.images.generations/1")};

  class Call : public sdk::Call {
   public:
    Call(Troubled& provider, const pbay_request& request)
        : sdk::Call(provider.host, request), how_(provider.how) {
      if (how_ == "call") throw std::runtime_error("secret");
      ++calls_alive;
    }
    ~Call() { --calls_alive; }
    pbay_status build_request(sdk::HttpRequest& out) {
      if (how_ == "memory") throw std::bad_alloc();
      if (how_ == "strange") throw 42;
      if (how_ == "build") throw std::runtime_error("secret");
      out.get(join({"http://", model(), "/", client_header("X-A")}), PBAY_FRAME_WHOLE);
      return PBAY_OK;
    }
    pbay_status on_frames(std::span<const pbay_frame>, sdk::Sink& sink) {
      sink.text({}, "one");
      sink.text({}, "two");
      return sink.status();
    }
    pbay_status on_end(const pbay_http_end& end, sdk::Sink&) { return fail_transport(end); }

   private:
    std::string_view how_;
  };

  static std::unique_ptr<Troubled> create(const sdk::Setup& setup) {
    if (setup.json() == "throw") throw std::runtime_error("secret");
    if (setup.json() == "refuse") return setup.refuse("/key", "wrong");
    return std::make_unique<Troubled>(setup.host(), setup.json());
  }
  Troubled(const sdk::Host& given, std::string_view json) : host(given), how(json) {}

  const sdk::Host host;
  const std::string how;
};

class SdkBinding : public ::testing::Test {
 protected:
  const pbay_provider_type& type_ = sdk::Binding<Troubled>::kProviderType;
  const pbay_provider_vtbl& vtbl_ = *type_.vtbl;
  NotingHost host_;

  pbay_status create(std::string_view json, pbay_provider** out) {
    const pbay_provider_config config{sizeof config, 0, sdk::str("p"), sdk::str(json), nullptr};
    return vtbl_.create(&host_.table, &config, out);
  }
  // Creates a provider and a call that do as `how` says, and builds a request.
  pbay_status build(std::string_view how, std::string* url = nullptr) {
    pbay_provider* provider = nullptr;
    EXPECT_EQ(create(how, &provider), PBAY_OK);
    pbay_request request{};
    request.size = sizeof request;
    request.id = 7;
    request.model = sdk::str("m");
    const pbay_kv header{sdk::str("x-a"), sdk::str("b")};
    request.headers = &header;
    request.header_count = 1;
    pbay_call* call = nullptr;
    pbay_status status = vtbl_.call_create(provider, &request, &call);
    if (status == PBAY_OK) {
      pbay_http_request out{};
      status = vtbl_.build_request(call, &out);
      if (url != nullptr) *url = text(out.url);
      vtbl_.call_destroy(call);
    }
    vtbl_.destroy(provider);
    EXPECT_EQ(calls_alive, 0);
    return status;
  }
};

TEST_F(SdkBinding, MakesTheTablesFromTheClass) {
  EXPECT_EQ(text(type_.type), "troubled");
  EXPECT_EQ(type_.modes, PBAY_MODE_BIT(PBAY_MODE_CHAT) | PBAY_MODE_BIT(PBAY_MODE_IMAGE));
  EXPECT_EQ(vtbl_.on_head, nullptr) << "it has none";
  EXPECT_EQ(vtbl_.get_extension, nullptr) << "it does not do its own work";
  pbay_provider* provider = nullptr;
  ASSERT_EQ(create("{}", &provider), PBAY_OK);
  pbay_provider_caps caps{};
  EXPECT_EQ(vtbl_.describe(provider, &caps), PBAY_OK);
  EXPECT_EQ(caps.op_count, 2u);
  EXPECT_EQ(text(caps.ops[1].dialect), "openai.images.generations/1");
  EXPECT_EQ(caps.client_headers.len, 0u);
  vtbl_.destroy(provider);
}

TEST_F(SdkBinding, RefusesAConfigurationByItsPointer) {
  pbay_provider* provider = nullptr;
  EXPECT_EQ(create("refuse", &provider), PBAY_E_CONFIG);
  EXPECT_EQ(host_.error, "/key|wrong");
}

TEST_F(SdkBinding, LetsNothingThrownOut) {
  pbay_provider* provider = nullptr;
  EXPECT_EQ(create("throw", &provider), PBAY_E_PANIC);
  for (const char* how : {"call", "build", "strange"}) {
    host_.logged.clear();
    EXPECT_EQ(build(how), PBAY_E_PANIC) << how;
    EXPECT_EQ(host_.error, "|the provider plugin failed") << "what was thrown is not for clients";
    EXPECT_NE(host_.logged.find(std::to_string(PBAY_LOG_MISBEHAVIOUR) + " "), std::string::npos);
  }
  EXPECT_EQ(build("memory"), PBAY_E_NO_MEMORY);
}

TEST_F(SdkBinding, PutsACallIntoTheArenaOrBesideIt) {
  EXPECT_EQ(build("{}"), PBAY_OK);
  EXPECT_GT(host_.used, sizeof(Troubled::Call));
  host_.has_arena = false;
  EXPECT_EQ(build("{}"), PBAY_E_NO_MEMORY) << "the call is on the heap, its URL has no place";
}

TEST_F(SdkBinding, FindsClientHeadersWithoutRegardToCase) {
  std::string url;
  EXPECT_EQ(build("{}", &url), PBAY_OK);
  EXPECT_EQ(url, "http://m/b");
  EXPECT_TRUE(sdk::same_name("Content-TYPE", "content-type"));
  EXPECT_FALSE(sdk::same_name("content-typ", "content-type"));
}

TEST(SdkSink, TakesNothingMoreAfterARefusal) {
  struct Target {
    int events = 0;
    pbay_status answer = PBAY_OK;
  } target;
  pbay_sink raw{sizeof raw, 0, &target, [](pbay_sink* sink, const pbay_event*) noexcept {
                  auto& seen = *static_cast<Target*>(sink->impl);
                  ++seen.events;
                  return seen.answer;
                }};
  sdk::Sink sink(&raw);
  EXPECT_EQ(sink.text({}, "a"), PBAY_OK);
  target.answer = PBAY_E_CANCELLED;
  EXPECT_EQ(sink.text({}, "b"), PBAY_E_CANCELLED);
  target.answer = PBAY_OK;
  EXPECT_EQ(sink.item_end({}), PBAY_E_CANCELLED);
  EXPECT_EQ(sink.status(), PBAY_E_CANCELLED);
  EXPECT_EQ(target.events, 2);
}

TEST(SdkSink, SaysEveryEventWithItsSizeAndPlace) {
  std::string said;
  pbay_sink raw{sizeof raw, 0, &said, [](pbay_sink* sink, const pbay_event* event) noexcept {
                  static_cast<std::string*>(sink->impl)->append(check::event_text(*event) + "\n");
                  return pbay_status{PBAY_OK};
                }};
  sdk::Sink sink(&raw);
  sink.meta({.id = "a", .model = "m", .fingerprint = "f", .created = 5});
  sink.reasoning({.choice = 1, .item = 2}, "r\\n", sdk::Escaping::kEscaped);
  sink.refusal({}, "no");
  sink.tool_begin({}, "id", "name");
  sink.tool_args({}, "{}");
  sink.signature({}, "f", "d");
  sink.image({}, PBAY_DATA_URL, "u", "image/png");
  sink.audio({}, "abc", "audio/mpeg");
  sink.extra({.choice = 3}, PBAY_AT_CHOICE, "k", "1");
  sink.raw("{}");
  pbay_ev_usage usage = sdk::unknown_usage();
  usage.input = 4;
  sink.usage(usage);
  sink.finish(1, PBAY_FINISH_LENGTH, "max");
  EXPECT_EQ(said,
            "META id=\"a\" model=\"m\" fingerprint=\"f\" created=5\n"
            "REASONING 1.2 \"r\\n\"\n"
            "REFUSAL 0.0 \"no\"\n"
            "TOOL_BEGIN 0.0 id=\"id\" name=\"name\"\n"
            "TOOL_ARGS 0.0 \"{}\"\n"
            "SIGNATURE 0.0 format=\"f\" data=\"d\"\n"
            "IMAGE 0.0 kind=1 mime=\"image/png\" \"u\"\n"
            "AUDIO 0.0 type=\"audio/mpeg\" \"abc\"\n"
            "EXTRA choice 3 k=1\n"
            "RAW \"{}\"\n"
            "USAGE input=4\n"
            "FINISH 1 length \"max\"\n");
}

}  // namespace
}  // namespace patchbay::testing
