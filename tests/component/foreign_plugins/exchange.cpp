#include "tests/component/foreign_plugins/exchange.hpp"

#include <cstdlib>
#include <numeric>

#include <gtest/gtest.h>

#include "core/check/event_text.hpp"
#include "core/json/unescape.hpp"
#include "core/json/utf8.hpp"
#include "core/plugin_host/vocabulary.hpp"
#include "core/relay/frame_reader.hpp"

namespace patchbay::plugin_host {

pbay_status Listener::on_event(const pbay_event& event) {
  if (event.type != PBAY_EV_TEXT) {
    events += patchbay::check::event_text(event) + "\n";
    return answer;
  }
  const std::string_view said = text_of(reinterpret_cast<const pbay_ev_text&>(event).text);
  valid = valid && json::is_valid_utf8(said);
  if ((event.flags & PBAY_EVF_ESCAPED) != 0) {
    json::append_unescaped(text, said);
  } else {
    text += said;
  }
  ++texts;
  return answer;
}

std::string plugins_folder() {
  const char* frozen = std::getenv("PATCHBAY_FROZEN_PLUGINS");
  return frozen != nullptr ? frozen : PATCHBAY_TEST_PLUGINS;
}

Providers::Providers(const std::vector<ProviderEntry>& entries)
    : catalog({.search_path = {plugins_folder()},
               .state_folder = {},
               .host_version = "0.0.1",
               .log = log.sink(),
               .log_level = PBAY_LOG_DEBUG}) {
  std::vector<Problem> found;
  instances = catalog.load(entries, found);
  problems = lines_of(found);
}

ProviderEntry entry_with(const std::string& type,
                         std::vector<std::pair<std::string, std::string>> config,
                         const std::string& name) {
  std::vector<std::pair<std::string, ConfigValue>> members;
  members.reserve(config.size());
  for (auto& [key, value] : config)
    members.emplace_back(key, scalar_of(std::move(value)));
  ProviderEntry entry = entry_of(type, name);
  entry.config = map_of(std::move(members));
  return entry;
}

Exchange::Exchange(const std::shared_ptr<Instance>& instance, std::string model)
    : client_(std::move(model)),
      call_(*Call::create(instance, client_.value, heard, worker_.post())) {}

std::string Exchange::request() {
  pbay_http_request http{};
  EXPECT_EQ(call_->build_request(http), PBAY_OK);
  framing_ = http.framing;
  std::string text =
      std::string(text_of(http.method)) + " " + std::string(text_of(http.url)) + "\n";
  for (std::size_t i = 0; i < http.header_count; ++i) {
    text += std::string(text_of(http.headers[i].key)) + ": " +
            std::string(text_of(http.headers[i].value)) + "\n";
  }
  text += "\n";
  for (std::size_t i = 0; i < http.body_count; ++i) {
    const pbay_piece& piece = http.body[i];
    text += piece.source == PBAY_PIECE_CLIENT_BODY ? client_.body : text_of(piece.bytes);
  }
  return text;
}

pbay_status Exchange::answer(const UpstreamAnswer& answer, const std::vector<std::size_t>& cuts) {
  if (const pbay_status status = head(answer.status); status != PBAY_OK) return status;
  const std::string_view body = answer.body;
  if (answer.status < 200 || answer.status >= 300) {
    const pbay_frame whole{
        {reinterpret_cast<const std::uint8_t*>(body.data()), body.size()}, {}, {}};
    const pbay_status status = call_->on_frames(&whole, 1);
    return status == PBAY_OK ? end(PBAY_OK) : status;
  }
  relay::FrameReader reader(framing_);
  pbay_status status = PBAY_OK;
  const auto take = [&](const std::vector<pbay_frame>& frames) {
    status = call_->on_frames(frames.data(), frames.size());
    return status == PBAY_OK;
  };
  std::size_t begin = 0;
  for (std::size_t i = 0; i <= cuts.size() && status == PBAY_OK; ++i) {
    const std::size_t stop = i < cuts.size() ? cuts[i] : body.size();
    EXPECT_TRUE(reader.feed(body.substr(begin, stop - begin), take));
    begin = stop;
  }
  if (status == PBAY_OK) {
    EXPECT_TRUE(reader.finish(take));
  }
  return status < 0 ? status : end(PBAY_OK);
}

pbay_status Exchange::answer_bytewise(const UpstreamAnswer& given) {
  std::vector<std::size_t> cuts(given.body.size());
  std::iota(cuts.begin(), cuts.end(), std::size_t{0});
  return answer(given, cuts);
}

pbay_status Exchange::head(int status) {
  const pbay_framing framing = status < 300 ? framing_ : pbay_framing{PBAY_FRAME_WHOLE};
  const pbay_http_head head{sizeof head, status, framing, 0, nullptr, 0};
  return call_->on_head(head);
}

pbay_status Exchange::end(pbay_status status) {
  const pbay_http_end end{sizeof end, status, {}, 0};
  return call_->on_end(end);
}

}  // namespace patchbay::plugin_host
