#include "core/check/strict_provider.hpp"

#include <algorithm>
#include <cstddef>
#include <string_view>
#include <utility>

#include "core/check/arguments.hpp"
#include "core/check/trail.hpp"
#include "core/plugin_host/vocabulary.hpp"

namespace patchbay::check {
namespace {

using plugin_host::text_of;

constexpr std::size_t kMostEntries = 65536;  // of a list in the caps

// Runs a [control] function with the trail set, and gives back what it told with set_error().
template <typename Work>
std::optional<ToldError> control(StrictHost& host, const char* function, Work&& work) {
  host.begin_control();
  Trail::function(function);
  std::forward<Work>(work)();
  Trail::function("");
  return host.end_control();
}

std::vector<std::string> words_of(std::string_view text) {
  std::vector<std::string> words;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find(' '), text.size());
    if (end > 0) words.emplace_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return words;
}

}  // namespace

Result<std::unique_ptr<Session>> Session::open(const std::filesystem::path& file,
                                               HostOptions options,
                                               bool copied) {
  Result<std::unique_ptr<Library>> library =
      copied ? Library::open_copy(file, "generation") : Library::open(file);
  if (!library) {
    return make_error(ErrorCode::kUnavailable,
                      "the library cannot be loaded: " + library.error().message);
  }
  if ((*library)->entry() == nullptr) {
    return make_error(ErrorCode::kUnavailable, "the library has no " PBAY_ENTRY_SYMBOL);
  }
  std::unique_ptr<Session> session(new Session(*std::move(library), options));
  const pbay_plugin* plugin = say_hello(session->library_->entry(), PBAY_ABI_MAJOR, PBAY_ABI_MINOR);
  if (const std::string why = why_unusable(plugin); !why.empty()) {
    return make_error(ErrorCode::kUnavailable, why);
  }
  session->plugin_ = plugin;
  pbay_status status = PBAY_OK;
  const auto told =
      control(session->host_, "init", [&] { status = plugin->init(session->host_.table()); });
  if (status < 0) {
    return make_error(
        ErrorCode::kUnavailable,
        "init() returned " + status_name(status) + (told ? ": " + told->message : std::string()));
  }
  session->initialised_ = true;
  return session;
}

Session::~Session() {
  end();
}

void Session::end() {
  if (!std::exchange(initialised_, false)) return;
  control(host_, "deinit", [&] { plugin_->deinit(); });
}

std::vector<const pbay_provider_type*> Session::types() const {
  return {plugin_->types, plugin_->types + plugin_->type_count};
}

StrictProvider::StrictProvider(Session& session,
                               const pbay_provider_type& type,
                               const std::string& config)
    : session_(session), type_(type) {
  StrictHost& host = session_.host();
  Arguments arguments(host, host.keeper(), "create()");
  pbay_provider_config given{};
  given.size = sizeof given;
  given.instance = arguments.text("check", "the instance's name");
  given.json = arguments.text(config, "the configuration's text");
  const auto* argument = arguments.structure(given, "the configuration");
  create_error_ =
      control(host, "create", [&] { created_ = table().create(host.table(), argument, &raw_); });
}

StrictProvider::~StrictProvider() {
  if (raw_ == nullptr) return;
  control(host(), "destroy", [&] { table().destroy(raw_); });
}

const void* StrictProvider::extension(const char* id) {
  if (table().get_extension == nullptr) return nullptr;
  const std::string copy(id);  // so that it is freed, and not kept
  Trail::function("get_extension");
  const void* found = table().get_extension(raw_, copy.c_str());
  Trail::function("");
  return found;
}

pbay_status StrictProvider::describe() {
  active_ = static_cast<const pbay_provider_active*>(extension(PBAY_EXT_PROVIDER_ACTIVE));
  credentials_ =
      static_cast<const pbay_provider_credentials*>(extension(PBAY_EXT_PROVIDER_CREDENTIALS));
  Arguments arguments(host(), host().keeper(), "describe()");
  auto* caps = arguments.out_structure<pbay_provider_caps>("the caps");
  const std::uint32_t size = caps->size;
  pbay_status status = PBAY_OK;
  control(host(), "describe", [&] { status = table().describe(raw_, caps); });
  if (caps->size != size) faults_.emplace_back("describe() changed the size of the host's struct");
  if (status >= 0) read_caps(*caps);
  return status;
}

void StrictProvider::read_caps(const pbay_provider_caps& caps) {
  Trail::doing("reading what describe() filled in");
  if (caps.flags != 0) faults_.emplace_back("flags of the caps are set, and none has a name");
  if ((caps.ops == nullptr && caps.op_count > 0) || caps.op_count > kMostEntries) {
    faults_.emplace_back("the list of ops is broken");
  } else {
    for (std::size_t i = 0; i < caps.op_count; ++i) {
      const pbay_op& op = caps.ops[i];
      operations_.push_back({op.mode, op.flags, std::string(text_of(op.dialect))});
    }
  }
  client_headers_ = words_of(text_of(caps.client_headers));
  if ((caps.models == nullptr && caps.model_count > 0) || caps.model_count > kMostEntries) {
    faults_.emplace_back("the list of models is broken");
    return;
  }
  for (std::size_t i = 0; i < caps.model_count; ++i) {
    const pbay_ev_model* model = caps.models[i];
    if (model == nullptr || model->h.size < sizeof(pbay_ev_model) ||
        model->h.type != PBAY_EV_MODEL || text_of(model->id).empty()) {
      faults_.push_back("model number " + std::to_string(i) + " of the caps is no PBAY_EV_MODEL");
    } else {
      models_.push_back({std::string(text_of(model->id)), model->modes});
    }
  }
}

std::string StrictProvider::model_for(pbay_mode mode) const {
  for (const KnownModel& model : models_) {
    if (model.modes == 0 || (model.modes & PBAY_MODE_BIT(mode)) != 0) return model.id;
  }
  return "check-model";
}

}  // namespace patchbay::check
