// /admin/…: what admins do about people (contract 3). Each asks for one use case; who may ask is the routes' policy.
#pragma once

#include "parley/rest/api.hpp"
#include "sio/http/message.hpp"

namespace parley::rest {

class AdminRoutes {
 public:
  explicit AdminRoutes(const Environment& environment) : environment_(environment) {}

  // Everybody, disabled people too, by pages.
  sio::http::Response people(const sio::RouteRequest& request) const;
  sio::http::Response change(const sio::RouteRequest& request) const;
  sio::http::Response reset(const sio::RouteRequest& request, const service::Principal& who) const;
  sio::http::Response invite(const service::Principal& who) const;
  // How this server was started, as far as admins should know.
  sio::http::Response settings() const;

 private:
  const Environment& environment_;
};

}  // namespace parley::rest
