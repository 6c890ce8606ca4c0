// Numbers as doubles.
#pragma once

#include <optional>
#include <string_view>

namespace sio::json::detail {

// The double nearest to `number` (grammar checked); what is too small for one is zero, what is too large is none.
std::optional<double> to_double(std::string_view number);

}  // namespace sio::json::detail
