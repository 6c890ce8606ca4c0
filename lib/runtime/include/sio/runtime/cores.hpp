// How many processors this process may use.
#pragma once

namespace sio::rt {

// Those of its affinity mask (taskset, cgroups' cpusets), not of the whole machine; at least 1.
unsigned available_cores();

}  // namespace sio::rt
