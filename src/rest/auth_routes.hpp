// /auth/…: registration, login, renewal, logout, one's own password, with the limits on trying (contract 3 and 5).
#pragma once

#include "parley/auth/login_limiter.hpp"
#include "parley/auth/rate_limiter.hpp"
#include "parley/rest/api.hpp"
#include "sio/http/message.hpp"

namespace parley::rest {

class AuthRoutes {
 public:
  explicit AuthRoutes(const Environment& environment);

  sio::http::Response register_user(const sio::RouteRequest& request);
  sio::http::Response log_in(const sio::RouteRequest& request);
  sio::http::Response refresh(const sio::RouteRequest& request);
  sio::http::Response log_out(const service::Principal& who) const;
  sio::http::Response log_out_everywhere(const service::Principal& who) const;
  sio::http::Response reset_password(const sio::RouteRequest& request);
  sio::http::Response change_password(const sio::RouteRequest& request, const service::Principal& who);

 private:
  const Environment& environment_;
  auth::LoginLimiter logins_;
  auth::AddressLimiter registrations_;
  auth::AddressLimiter resets_;
};

}  // namespace parley::rest
