// Routes with their policies. A handler that needs to know who asks cannot be added without saying who may: there is
// no way to add a route past these three functions (A11).
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "parley/rest/api.hpp"
#include "parley/rest/problem.hpp"
#include "parley/service/access.hpp"
#include "sio/server/http_router.hpp"

namespace parley::rest {

using AnyoneHandler = std::function<sio::http::Response(const sio::RouteRequest&)>;
using MemberHandler = std::function<sio::http::Response(const sio::RouteRequest&, const service::Principal&)>;

class Routes {
 public:
  Routes(sio::HttpRouter& router, const Environment& environment);

  // No token is looked at.
  void anyone(std::string method, std::string pattern, sio::RunOn run_on, AnyoneHandler handler);
  // Whoever has a good access token. Not on a shard: the store is asked.
  void any(std::string method, std::string pattern, MemberHandler handler, sio::RunOn run_on = sio::RunOn::pool);
  // Admins, by the role in the database.
  void admin(std::string method, std::string pattern, MemberHandler handler);
  // Preflights for every pattern added so far, if other origins are allowed.
  void add_preflights();

 private:
  void members(std::string method, std::string pattern, bool admins_only, sio::RunOn run_on, MemberHandler handler);

  sio::HttpRouter& router_;
  const Environment& environment_;
};

// Problems of the layers below, each enumerator in one place.
Problem problem_of(service::AccessError error);
Problem problem_of(service::StoreError error);
Problem problem_of(service::LoginError error);
Problem problem_of(service::AccountError error);
Problem problem_of(service::PasswordChangeError error);

}  // namespace parley::rest
