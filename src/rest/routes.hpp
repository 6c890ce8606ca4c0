// Routes with their policies. A handler that needs to know who asks cannot be added without saying who may: there is
// no way to add a route past these three functions (A11). Nor can one that route_docs.hpp does not describe.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "openapi.hpp"
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
  // /openapi.json and /docs, of all routes added until then and these themselves.
  void add_description();
  // Preflights for every pattern added so far, if other origins are allowed.
  void add_preflights();

 private:
  void members(std::string method, std::string pattern, Policy policy, sio::RunOn run_on, MemberHandler handler);
  void describe(std::string_view method, std::string_view pattern, Policy policy);
  void add(std::string method, std::string pattern, sio::RunOn run_on, AnyoneHandler handler);
  // An answer that is the same for everybody.
  void add_text(const std::string& pattern, std::string_view type, const std::shared_ptr<std::string>& text);

  sio::HttpRouter& router_;
  const Environment& environment_;
  std::vector<AddedRoute> added_;
};

// Problems of the layers below, each enumerator in one place.
Problem problem_of(service::AccessError error);
Problem problem_of(service::StoreError error);
Problem problem_of(service::LoginError error);
Problem problem_of(service::AccountError error);
Problem problem_of(service::SendError error);
Problem problem_of(service::PasswordChangeError error);

}  // namespace parley::rest
