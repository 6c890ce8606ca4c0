// A JSON body, and its fields one by one: what is wrong with them is collected, so that a client learns everything at
// once. Fields nobody asks for are ignored (A13). Values are views: the request outlives them.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "parley/domain/validation.hpp"
#include "parley/rest/problem.hpp"
#include "sio/base/result.hpp"
#include "sio/json/value.hpp"

namespace parley::rest {

// The body as a JSON value: unsupported_media_type unless it is application/json in UTF-8 without content coding,
// invalid_json if it is none or breaks a limit.
sio::Result<sio::json::Value, Problem> parse_json_body(const sio::http::Request& request);

class FieldReader {
 public:
  // A body that is no object has no fields: every required one is missing.
  explicit FieldReader(sio::json::Value body) : body_(body) {}

  // Empty, with an error noted, when the field is absent or no text.
  std::string text(std::string_view name);
  // Likewise; with an error noted when `check` finds a flaw in it.
  std::string text(std::string_view name, domain::Flaw (*check)(std::string_view));
  // A number of at least 0, also as decimal text; 0, with an error noted, when it is none.
  std::int64_t id(std::string_view name);
  // None when the field is absent or null; with an error noted when it is no text.
  std::optional<std::string> optional_text(std::string_view name);
  // None when the field is absent or null; with an error noted when it is neither true nor false.
  std::optional<bool> optional_bool(std::string_view name);

  void fail(std::string_view field, std::string_view why) { errors_.emplace_back(field, why); }
  bool ok() const { return errors_.empty(); }
  const FieldErrors& errors() const { return errors_; }

 private:
  sio::json::Value body_;
  FieldErrors errors_;
};

}  // namespace parley::rest
