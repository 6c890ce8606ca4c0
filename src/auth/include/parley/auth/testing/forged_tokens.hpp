// For tests only: what an attacker may send as a token (reliability.md A5), made from one good token. At least 300,
// all different from it; each must be answered as token_invalid wherever a token is taken. Knows no key.
#pragma once

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <array>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "parley/auth/base64url.hpp"

namespace parley::auth::testing {

struct Forgery {
  std::string what;
  std::string token;
};

inline std::string hmac(const EVP_MD* digest, std::string_view key, std::string_view text) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> mac{};
  unsigned size = 0;
  HMAC(digest, key.data(), static_cast<int>(key.size()), reinterpret_cast<const unsigned char*>(text.data()),
       text.size(), mac.data(), &size);
  return {reinterpret_cast<const char*>(mac.data()), size};
}

inline std::string join(std::string_view header_json, std::string_view payload_json, std::string_view key,
                        const EVP_MD* digest = EVP_sha256()) {
  const std::string text = base64url_encode(header_json) + "." + base64url_encode(payload_json);
  return text + "." + base64url_encode(hmac(digest, key, text));
}

// Other headers over the same payload: with no, the old and a guessed signature.
inline void add_headers(std::vector<Forgery>& out, std::string_view payload, std::string_view signature) {
  const std::array<std::string_view, 24> headers{R"({"alg":"none"})",
                                                 R"({"alg":"None","typ":"JWT"})",
                                                 R"({"alg":"NONE","typ":"JWT"})",
                                                 R"({"alg":"nOnE","typ":"JWT"})",
                                                 R"({"typ":"JWT"})",
                                                 R"({})",
                                                 R"({"alg":""})",
                                                 R"({"alg":null,"typ":"JWT"})",
                                                 R"({"alg":["HS256"],"typ":"JWT"})",
                                                 R"({"alg":"RS256","typ":"JWT"})",
                                                 R"({"alg":"ES256","typ":"JWT"})",
                                                 R"({"alg":"PS256","typ":"JWT"})",
                                                 R"({"alg":"EdDSA","typ":"JWT"})",
                                                 R"({"alg":"HS384","typ":"JWT"})",
                                                 R"({"alg":"HS512","typ":"JWT"})",
                                                 R"({"alg":"hs256","typ":"JWT"})",
                                                 R"({"alg":"HS256","typ":"JWT","kid":"../../../../dev/null"})",
                                                 R"({"alg":"HS256","typ":"JWT","kid":"' UNION SELECT 'key"})",
                                                 R"({"alg":"HS256","typ":"JWT","jwk":{"kty":"oct","k":"AAAA"}})",
                                                 R"({"alg":"HS256","typ":"JWT","jku":"https://attacker.example/keys"})",
                                                 R"({"alg":"HS256","typ":"JWT","x5u":"https://attacker.example/cert"})",
                                                 R"({"alg":"HS256","typ":"JWT","crit":["exp"]})",
                                                 R"({"alg":"HS256","alg":"none","typ":"JWT"})",
                                                 R"({"typ":"JWT","alg":"HS256"} )"};
  for (const std::string_view header : headers) {
    const std::string text = base64url_encode(header) + "." + base64url_encode(payload);
    const std::string what(header);
    out.push_back({what + " without signature", text + "."});
    out.push_back({what + " with two parts", text});
    out.push_back({what + " with the old signature", text + "." + std::string(signature)});
    out.push_back({what + " with an empty key", join(header, payload, "")});
    out.push_back({what + " with the key AAAA", join(header, payload, std::string(3, '\0'))});
  }
}

// Guessed keys and other digests under the right header.
inline void add_keys(std::vector<Forgery>& out, std::string_view payload) {
  constexpr std::string_view kHeader = R"({"alg":"HS256","typ":"JWT"})";
  for (const std::string_view key : {"", "secret", "changeme", "jwt.key", "parley", "key", "password", "HS256",
                                     "super-secret", "your-256-bit-secret", "0123456789abcdef0123456789abcdef"}) {
    out.push_back({"key '" + std::string(key) + "'", join(kHeader, payload, key)});
    out.push_back({"SHA-512 with key '" + std::string(key) + "'", join(kHeader, payload, key, EVP_sha512())});
    out.push_back({"SHA-1 with key '" + std::string(key) + "'", join(kHeader, payload, key, EVP_sha1())});
  }
  for (std::size_t size : {1U, 16U, 32U, 64U}) {
    out.push_back({"key of " + std::to_string(size) + " zero bytes", join(kHeader, payload, std::string(size, '\0'))});
  }
}

// Every part of the good token bent at many places, and its shape changed.
inline void add_bent(std::vector<Forgery>& out, const std::string& good) {
  for (std::size_t i = 0; i < good.size(); i += good.size() / 90) {
    if (good[i] == '.') continue;
    std::string bent = good;
    bent[i] = bent[i] == 'A' ? 'B' : 'A';
    out.push_back({"character " + std::to_string(i) + " changed", bent});
  }
  for (std::size_t cut = 1; cut < good.size(); cut += good.size() / 25) {
    out.push_back({"cut by " + std::to_string(cut), good.substr(0, good.size() - cut)});
  }
  const std::size_t first = good.find('.');
  const std::size_t second = good.rfind('.');
  const std::string header = good.substr(0, first);
  const std::string payload = good.substr(first + 1, second - first - 1);
  const std::string signature = good.substr(second + 1);
  const std::vector<std::pair<std::string, std::string>> shapes{
      {"padding", good + "="},
      {"one more byte", good + "A"},
      {"a fourth part", good + "."},
      {"a fourth part with text", good + ".AAAA"},
      {"five parts as JWE", good + ".AAAA.AAAA"},
      {"no signature", header + "." + payload + "."},
      {"no payload", header + ".." + signature},
      {"no header", "." + payload + "." + signature},
      {"only dots", ".."},
      {"one word", "token"},
      {"null", "null"},
      {"undefined", "undefined"},
      {"padding in the payload", header + "." + payload + "==." + signature},
      {"the signature twice", header + "." + payload + "." + signature + signature},
      {"a byte over 127", header + "." + payload + "." + signature.substr(1) + "\xC3\xA9"},
      {"longer than any token", header + "." + std::string(64 * 1024, 'A') + "." + signature},
      {"parts in another order", payload + "." + header + "." + signature},
      {"standard base64 digits", header + "." + payload + ".+/" + signature.substr(2)},
      {"a scheme in it", "Bearer" + good},
  };
  for (const auto& [what, token] : shapes) out.push_back({what, token});
  // 43 characters hold 258 bits: of the last one, two bits say nothing, so three other texts mean the same bytes.
  constexpr std::string_view kAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  const std::size_t last = kAlphabet.find(signature.back());
  for (std::size_t step = 1; step <= 3; ++step) {
    std::string other = good;
    other.back() = kAlphabet[(last & ~std::size_t{3}) | ((last + step) & 3U)];
    out.push_back({"non-canonical end of the signature " + std::to_string(step), other});
  }
}

inline void add_claims(std::vector<Forgery>& out, const std::string& good, std::string_view payload) {
  const std::size_t first = good.find('.');
  const std::string header = good.substr(0, first);
  const std::string signature = good.substr(good.rfind('.') + 1);
  for (int user = 1; user <= 20; ++user) {
    for (const std::string_view role : {"admin", "user"}) {
      const std::string claims = R"({"sub":")" + std::to_string(1000 + user) + R"(","role":")" + std::string(role) +
                                 R"(","type":"access","iat":1,"nbf":1,"exp":99999999999,"jti":"x","sid":"y"})";
      out.push_back({"claims of " + std::to_string(1000 + user) + " as " + std::string(role),
                     header + "." + base64url_encode(claims) + "." + signature});
    }
  }
  out.push_back(
      {"payload with a space", header + "." + base64url_encode(std::string(payload) + " ") + "." + signature});
}

inline std::vector<Forgery> forged_tokens(const std::string& good) {
  const std::size_t first = good.find('.');
  const std::size_t second = good.rfind('.');
  const std::string payload = *base64url_decode(good.substr(first + 1, second - first - 1));
  std::vector<Forgery> out;
  add_headers(out, payload, good.substr(second + 1));
  add_keys(out, payload);
  add_bent(out, good);
  add_claims(out, good, payload);
  return out;
}

}  // namespace parley::auth::testing
