#include "core/storage/sql/sql_store.hpp"

#include <utility>

#include "core/base/uuid.hpp"
#include "core/storage/sql/cutter.hpp"
#include "core/storage/sql/readers.hpp"
#include "core/storage/sql/writer.hpp"
#include "core/telemetry/log.hpp"

namespace patchbay::storage::sql {
namespace {

// What an entry of the queue takes beside what its job holds.
constexpr std::size_t kEntryBytes = 256;
constexpr std::size_t kJobBytesMax = 48 * 1024 * 1024;
constexpr double kWhole = 1.0;
constexpr double kForWhatMayBeLeftOut = 0.8;

Error unavailable(bool there) {
  return make_error(
      ErrorCode::kUnavailable,
      there ? "storage has more to do than it can" : "the database cannot be reached");
}

}  // namespace

struct SqlStore::Parts {
  Parts(const StoreSettings& settings, const std::string& instance)
      : engine(make_engine(settings.url)),
        cutter(settings.url.engine == DatabaseUrl::Engine::kSqlite
                   ? nullptr
                   : std::make_unique<Cutter>(settings.hang)),
        writer(settings, *engine, cutter.get(), instance),
        readers(settings, *engine, cutter.get(), writer) {}

  const std::unique_ptr<const Engine> engine;
  const std::unique_ptr<Cutter> cutter;  // a file answers or fails
  Writer writer;
  Readers readers;
};

SqlStore::SqlStore(const StoreSettings& settings)
    : instance_(make_uuid()), parts_(std::make_unique<Parts>(settings, instance_)) {}

Result<std::shared_ptr<SqlStore>> SqlStore::open(const StoreSettings& settings) {
  const std::string shown = settings.url.shown;
  std::shared_ptr<SqlStore> store(new SqlStore(settings));
  if (const Status looked = store->parts_->writer.first_look(); !looked) {
    if (looked.error().code == ErrorCode::kInvalid) return looked.error();
    log::warn("storage_unavailable")
        .text("url", shown)
        .text("error", looked.error().message)
        .text("detail", looked.error().detail)
        .text("message", "what needs it is refused until it is there");
  }
  store->parts_->writer.start();
  return store;
}

SqlStore::~SqlStore() {
  close();
}

bool SqlStore::available() const {
  return parts_->writer.available();
}

void SqlStore::close() {
  parts_->readers.close();
  parts_->writer.close();
}

void SqlStore::write(Job job, Done done, Cost cost) {
  if (cost.bytes > kJobBytesMax) {
    // Waiting would not help, so this is not "unavailable".
    return done(make_error(ErrorCode::kTooLarge, "this is more than can be stored at once"));
  }
  const bool there = available();
  QueuedWrite write{std::move(job), std::move(done), cost.bytes + kEntryBytes};
  if (there && parts_->writer.push(write, kWhole)) return;
  if (write.done) write.done(unavailable(there));
}

void SqlStore::write_if_room(Job job, Cost cost) {
  QueuedWrite write{std::move(job), {}, cost.bytes + kEntryBytes};
  if (available()) parts_->writer.push(write, kForWhatMayBeLeftOut);
}

void SqlStore::read(Job job, Done done) {
  const bool there = available();
  if (there && parts_->readers.push(job, done)) return;
  done(unavailable(there));
}

}  // namespace patchbay::storage::sql
