// Reads a log of this process, on any of its workers.

#pragma once

#include <cstdint>
#include <memory>

#include "core/streams/hub.hpp"
#include "core/streams/kept_log.hpp"

namespace patchbay::streams {

// The frames after number `after`. Without a log the listener is told that it was lost.
std::unique_ptr<Subscription> read_kept(reactor::Worker& worker,
                                        std::shared_ptr<KeptLog> log,
                                        std::uint64_t after,
                                        Listener& listener);

}  // namespace patchbay::streams
