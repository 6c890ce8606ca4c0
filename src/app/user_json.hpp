// A person as operators' programs see them: `--json` and the control socket. With the address, never with a password.
#pragma once

#include "parley/domain/user.hpp"
#include "sio/json/writer.hpp"

namespace parley::app {

// {"id","email","name","role","disabled"}
void write_user(sio::json::Writer& json, const domain::User& user);

}  // namespace parley::app
