// /chat/…: who one is, whom one can write to, what was written, and writing. Each asks the store as the caller.
#pragma once

#include "parley/rest/api.hpp"
#include "sio/http/message.hpp"
#include "sio/json/writer.hpp"

namespace parley::rest {

class ChatRoutes {
 public:
  explicit ChatRoutes(const Environment& environment) : environment_(environment) {}

  sio::http::Response info(const service::Principal& who) const;
  sio::http::Response people(const sio::RouteRequest& request, domain::Role role) const;
  sio::http::Response conversation(const sio::RouteRequest& request, const service::Principal& who) const;
  sio::http::Response conversations(const sio::RouteRequest& request, const service::Principal& who) const;
  sio::http::Response send(const sio::RouteRequest& request, const service::Principal& who) const;
  sio::http::Response all_messages(const sio::RouteRequest& request, const service::Principal& who) const;

 private:
  void render(sio::json::Writer& json, const service::Person& person) const;

  const Environment& environment_;
};

}  // namespace parley::rest
