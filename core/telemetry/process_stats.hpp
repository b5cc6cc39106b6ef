// What the system says about this process, under the names that every Prometheus client uses.

#pragma once

#include "core/telemetry/exposition.hpp"

namespace patchbay::telemetry {

// Memory, processor time, descriptors, threads, the start. Reads a few files of /proc, the list of
// descriptors among them: not for a worker's thread. What cannot be read is left out.
void add_process_stats(Exposition& page);

}  // namespace patchbay::telemetry
