#include "parley/web/assets.hpp"

namespace parley::web {

std::span<const Asset> assets() { return {}; }

}  // namespace parley::web
