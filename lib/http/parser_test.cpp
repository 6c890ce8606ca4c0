// The rows H1–H5 of the fault table, each case in one piece, byte by byte, and with another request behind it: after a
// refusal not one later byte is parsed, after a good request the next one is found where it begins.
#include "sio/http/parser.hpp"

#include <gtest/gtest.h>

#include "parser_cases.hpp"

namespace sio::http {
namespace {

using testing::Outcome;
using testing::Parsed;

constexpr std::size_t kBodyLimit = 64;
const std::string kNext = "GET /smuggled HTTP/1.1\r\nHost: x\r\n\r\n";

Outcome run(std::string_view bytes, const ParserLimits& limits = {}) {
  const Outcome whole = testing::run(bytes, limits, kBodyLimit, std::max<std::size_t>(bytes.size(), 1));
  for (const std::size_t piece_bytes : {1U, 2U, 3U, 7U, 64U}) {
    EXPECT_EQ(testing::run(bytes, limits, kBodyLimit, piece_bytes), whole) << "in pieces of " << piece_bytes;
  }
  return whole;
}

void expect_refused(const std::string& bytes, int status, const ParserLimits& limits = {}) {
  for (const std::string& input : {bytes, bytes + kNext}) {
    const Outcome result = run(input, limits);
    ASSERT_EQ(result.requests.size(), 1U) << ::testing::PrintToString(bytes);
    EXPECT_EQ(result.requests[0].error, status) << ::testing::PrintToString(bytes);
  }
}

Parsed expect_taken(const std::string& bytes, const ParserLimits& limits = {}) {
  const Outcome alone = run(bytes, limits);
  EXPECT_EQ(alone.requests.size(), 1U) << ::testing::PrintToString(bytes);
  EXPECT_FALSE(alone.unfinished);
  const Outcome pipelined = run(bytes + kNext, limits);
  EXPECT_EQ(pipelined.requests.size(), 2U) << ::testing::PrintToString(bytes);
  if (alone.requests.empty() || pipelined.requests.size() < 2) return {};
  EXPECT_EQ(alone.requests[0].error, 0) << ::testing::PrintToString(bytes);
  EXPECT_EQ(pipelined.requests[0], alone.requests[0]);
  EXPECT_EQ(pipelined.requests[1].path, "/smuggled");
  return alone.requests[0];
}

std::string post(const std::string& headers, const std::string& rest) {
  return "POST /p HTTP/1.1\r\nHost: x\r\n" + headers + "\r\n" + rest;
}

TEST(RequestParser, TakesWhatBrowsersSend) {
  const Parsed request = expect_taken(
      "GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nHost: localhost:5000\r\nConnection: keep-alive, "
      "Upgrade\r\n"
      "Upgrade: websocket\r\nX-Empty:\r\nX-Blanks: \t a b \t \r\nX-Latin: \xE9\r\n\r\n");
  EXPECT_EQ(request.method, "GET");
  EXPECT_EQ(request.target, "/socket.io/?EIO=4&transport=websocket");
  EXPECT_EQ(request.path, "/socket.io/");
  EXPECT_TRUE(request.keep_alive);
  EXPECT_TRUE(request.upgrade);
  const std::vector<std::pair<std::string, std::string>> headers = {
      {"Host", "localhost:5000"}, {"Connection", "keep-alive, Upgrade"},
      {"Upgrade", "websocket"},   {"X-Empty", ""},
      {"X-Blanks", "a b"},        {"X-Latin", "\xE9"}};
  EXPECT_EQ(request.headers, headers);
}

TEST(RequestParser, TakesBodiesByLengthAndInChunks) {
  EXPECT_EQ(expect_taken(post("Content-Length: 5\r\n", "hello")).body, "hello");
  EXPECT_EQ(expect_taken(post("Content-Length: 0\r\n", "")).body, "");
  EXPECT_EQ(expect_taken(post("Content-Length: 0005\r\n", "hello")).body, "hello");
  EXPECT_EQ(expect_taken(post("Transfer-Encoding: chunked\r\n", "0\r\n\r\n")).body, "");
  EXPECT_EQ(
      expect_taken(post("transfer-encoding: chunked\r\n", "5\r\nhello\r\n00c\r\n, \r\n0\r\n\r\nyou\r\n0\r\n\r\n")).body,
      "hello, \r\n0\r\n\r\nyou");
  EXPECT_EQ(expect_taken(post("Transfer-Encoding: chunked\r\n", "1;a=b;c=\"d\"\r\nx\r\n0;z\r\n\r\n")).body, "x");
  EXPECT_EQ(expect_taken("GET / HTTP/1.1\r\nHost: x\r\n\r\n").body, "");
}

TEST(RequestParser, SaysWhetherTheConnectionMayBeKept) {
  EXPECT_TRUE(expect_taken("GET / HTTP/1.1\r\nHost: x\r\n\r\n").keep_alive);
  EXPECT_FALSE(expect_taken("GET / HTTP/1.1\r\nHost: x\r\nConnection: Close\r\n\r\n").keep_alive);
  EXPECT_FALSE(expect_taken("GET / HTTP/1.1\r\nHost: x\r\nConnection: a\r\nConnection: b, close\r\n\r\n").keep_alive);
  EXPECT_FALSE(expect_taken("GET / HTTP/1.0\r\n\r\n").keep_alive);
  EXPECT_TRUE(expect_taken("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n").keep_alive);
  EXPECT_TRUE(expect_taken("GET / HTTP/1.1\r\nHost: x\r\nProxy-Connection: close, upgrade\r\n\r\n").keep_alive);
  EXPECT_FALSE(expect_taken("GET / HTTP/1.1\r\nHost: x\r\nProxy-Connection: close, upgrade\r\n\r\n").upgrade);
}

TEST(RequestParser, StopsAtTheEndOfTheHead) {
  const ParserLimits limits;
  RequestParser parser(limits);
  EXPECT_FALSE(parser.started());
  const std::string bytes = post("Content-Length: 3\r\n", "abcGET");
  const std::size_t head = parser.feed(bytes);
  EXPECT_EQ(head, bytes.size() - 6);
  ASSERT_EQ(parser.state(), ParseState::body);
  EXPECT_TRUE(parser.started());
  EXPECT_EQ(parser.head().path, "/p");
  EXPECT_EQ(parser.declared_body_bytes(), 3U);
  EXPECT_FALSE(parser.chunked());
  parser.set_body_limit(3);
  EXPECT_EQ(parser.feed(std::string_view(bytes).substr(head, 1)), 1U);
  EXPECT_EQ(parser.body_bytes(), 1U);
  EXPECT_EQ(parser.feed(std::string_view(bytes).substr(head + 1)), 2U);
  ASSERT_EQ(parser.state(), ParseState::complete);
  EXPECT_EQ(parser.feed("GET"), 0U);
  EXPECT_EQ(parser.take().body, "abc");
  EXPECT_EQ(parser.state(), ParseState::head);
  EXPECT_FALSE(parser.started());
}

TEST(RequestParser, H3_NothingButAnEmptyLineStandsInFront) {
  expect_taken("\r\nGET / HTTP/1.1\r\nHost: x\r\n\r\n");
  expect_refused("\r\n\r\nGET / HTTP/1.1\r\nHost: x\r\n\r\n", 400);
  expect_refused("\nGET / HTTP/1.1\r\nHost: x\r\n\r\n", 400);
  expect_refused("\rGET / HTTP/1.1\r\nHost: x\r\n\r\n", 400);
}

TEST(RequestParser, RefusesWhatIsNoRequestLine) {
  for (const std::string line : {"GET",
                                 "GET /",
                                 "GET  / HTTP/1.1",
                                 "GET / HTTP/1.1 ",
                                 "GET / http/1.1",
                                 "GET /a b HTTP/1.1",
                                 " GET / HTTP/1.1",
                                 "G(T / HTTP/1.1",
                                 "GET\t/ HTTP/1.1",
                                 "GET / HTTP/11",
                                 "GET / HTTP/1.1x",
                                 "GET / HTTPS/1.1",
                                 "GET /\xC3\xA9 HTTP/1.1",
                                 "GET /a#b HTTP/1.1",
                                 "GET a HTTP/1.1",
                                 "GET * HTTP/1.1",
                                 "GET ftp://x/ HTTP/1.1",
                                 "GET http:///a HTTP/1.1",
                                 "GET http://u@x/ HTTP/1.1",
                                 "GET x:443 HTTP/1.1"}) {
    expect_refused(line + "\r\nHost: x\r\n\r\n", 400);
  }
  expect_refused("\x16\x03\x01\x02", 400);  // TLS where none is spoken: at once
}

TEST(RequestParser, RefusesOtherVersionsAndConnect) {
  expect_refused("GET / HTTP/2.0\r\nHost: x\r\n\r\n", 505);
  expect_refused("GET / HTTP/1.2\r\nHost: x\r\n\r\n", 505);
  expect_refused("GET / HTTP/0.9\r\nHost: x\r\n\r\n", 505);
  expect_refused("PRI * HTTP/2.0\r\n\r\n", 505);
  expect_refused("CONNECT x:443 HTTP/1.1\r\nHost: x\r\n\r\n", 501);
}

// Which methods exist is the router's matter (H8).
TEST(RequestParser, TakesAnyMethod) {
  for (const std::string method : {"TRACE", "get", "BREW", "M-SEARCH"}) {
    EXPECT_EQ(expect_taken(method + " / HTTP/1.1\r\nHost: x\r\n\r\n").method, method);
  }
}

TEST(RequestParser, TakesAbsoluteAndAsteriskTargets) {
  const Parsed absolute = expect_taken("GET HTTP://Other:81/a?b HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_EQ(absolute.path, "/a");
  EXPECT_EQ(absolute.headers.at(0).second, "Other:81");  // the target counts, not Host
  EXPECT_EQ(expect_taken("GET http://x?b HTTP/1.1\r\nHost: x\r\n\r\n").path, "/");
  EXPECT_EQ(expect_taken("GET https://x HTTP/1.1\r\nHost: x\r\n\r\n").path, "/");
  EXPECT_EQ(expect_taken("OPTIONS * HTTP/1.1\r\nHost: x\r\n\r\n").path, "*");
}

TEST(RequestParser, H3_PathsAreDecodedStrictly) {
  const auto path_of = [](const std::string& target) {
    return expect_taken("GET " + target + " HTTP/1.1\r\nHost: x\r\n\r\n").path;
  };
  EXPECT_EQ(path_of("/a%20b+c%2fd%C3%A9?%zz=%"), "/a b+c/d\xC3\xA9");
  EXPECT_EQ(path_of("/"), "/");
  EXPECT_EQ(path_of("/?"), "/");
  EXPECT_EQ(path_of("//a/../b"), "//a/../b");
  for (const std::string target : {"/%", "/%4", "/%zz", "/%4g", "/a%00b", "/%%41", "/%u0041"}) {
    expect_refused("GET " + target + " HTTP/1.1\r\nHost: x\r\n\r\n", 400);
  }
}

TEST(RequestParser, H1_RefusesLengthTogetherWithTransferEncoding) {
  expect_refused(post("Content-Length: 5\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n"), 400);
  expect_refused(post("Transfer-Encoding: chunked\r\nContent-Length: 5\r\n", "0\r\n\r\n"), 400);
  expect_refused(post("Transfer-Encoding: chunked\r\nContent-Length: 0\r\n", "0\r\n\r\n"), 400);
  expect_refused(post("Transfer-Encoding: identity\r\nContent-Length: 5\r\n", "hello"), 400);
}

TEST(RequestParser, H1_RefusesEveryTransferEncodingButChunked) {
  for (const std::string value :
       {"gzip", "gzip, chunked", "chunked, chunked", "chunked, identity", "identity", "xchunked", "chunkedx", "Chunked",
        "CHUNKED", "chunked;q=1", "\"chunked\"", "", ",chunked", "chunked,", "\x0b\x63hunked", "chunked \xA0"}) {
    expect_refused(post("Transfer-Encoding: " + value + "\r\n", "0\r\n\r\n"), 400);
  }
  expect_refused(post("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n"), 400);
  expect_refused(post("Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n", "0\r\n\r\n"), 400);
  expect_refused(post("Transfer-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n"), 400);
  expect_refused(post("Transfer-Encoding : chunked\r\n", "0\r\n\r\n"), 400);
  expect_refused(post("X: y\r\n Transfer-Encoding: chunked\r\n", "0\r\n\r\n"), 400);
  // Looks like it, and is another header: no body, so what follows is no request.
  const Outcome lookalike = run(post("Transfer_Encoding: chunked\r\n", "0\r\n\r\n"));
  ASSERT_EQ(lookalike.requests.size(), 2U);
  EXPECT_EQ(lookalike.requests[1].error, 400);
}

TEST(RequestParser, H1_RefusesTransferEncodingInHttp10) {
  expect_refused("POST / HTTP/1.0\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400);
}

TEST(RequestParser, H1_RefusesTwoLengthsEvenIfEqual) {
  expect_refused(post("Content-Length: 5\r\nContent-Length: 5\r\n", "hello"), 400);
  expect_refused(post("Content-Length: 5\r\ncontent-length: 6\r\n", "hello"), 400);
  expect_refused(post("Content-Length: 5, 5\r\n", "hello"), 400);
  expect_refused(post("Content-Length: 5,\r\n", "hello"), 400);
}

TEST(RequestParser, H1_RefusesLengthsThatAreNoNumber) {
  for (const std::string value :
       {"", "+5", "-5", "5 5", "0x5", "5.0", "five", "5\t5", "18446744073709551616", "\xB5"}) {
    expect_refused(post("Content-Length: " + value + "\r\n", "hello"), 400);
  }
}

TEST(RequestParser, H2_RefusesTrailers) {
  expect_refused(post("Transfer-Encoding: chunked\r\n", "1\r\nx\r\n0\r\nX-Trailer: a\r\n\r\n"), 400);
  expect_refused(post("Transfer-Encoding: chunked\r\n", "0\r\nContent-Length: 5\r\n\r\n"), 400);
  expect_refused(post("Transfer-Encoding: chunked\r\n", "0\r\n \r\n"), 400);
}

TEST(RequestParser, H2_TakesExtensionsUpTo256BytesInAll) {
  const auto chunked = [](std::size_t first, std::size_t last) {
    return post("Transfer-Encoding: chunked\r\n",
                "1;" + std::string(first - 1, 'e') + "\r\nx\r\n0;" + std::string(last - 1, 'e') + "\r\n\r\n");
  };
  EXPECT_EQ(expect_taken(chunked(255, 1)).body, "x");
  EXPECT_EQ(expect_taken(chunked(1, 255)).body, "x");
  expect_refused(chunked(256, 1), 400);
  expect_refused(chunked(1, 256), 400);
  expect_refused(chunked(257, 1), 400);
}

TEST(RequestParser, H2_RefusesMalformedChunks) {
  for (const std::string body :
       {"\r\n\r\n", "g\r\nx\r\n0\r\n\r\n", "-1\r\nx\r\n0\r\n\r\n", "0x1\r\nx\r\n0\r\n\r\n", " 1\r\nx\r\n0\r\n\r\n",
        "1 \r\nx\r\n0\r\n\r\n", "1\nx\r\n0\r\n\r\n", "1\r\nxx\r\n0\r\n\r\n", "1\r\nx0\r\n\r\n", "1\r\nx\n0\r\n\r\n",
        "1\r\nxx\n0\r\n\r\n", "1\rx\r\n0\r\n\r\n", "1;a\nb\r\nx\r\n0\r\n\r\n", "1;a\rb\r\nx\r\n0\r\n\r\n", "0\r\n\n",
        "0\n\r\n", ";a\r\n\r\n", "00000000000000001\r\nx\r\n0\r\n\r\n"}) {
    expect_refused(post("Transfer-Encoding: chunked\r\n", body), 400);
  }
}

TEST(RequestParser, H3_NeedsExactlyOneHost) {
  expect_refused("GET / HTTP/1.1\r\n\r\n", 400);
  expect_refused("GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n", 400);
  expect_refused("GET / HTTP/1.1\r\nHost: a\r\nhOST: b\r\n\r\n", 400);
  expect_refused("GET / HTTP/1.0\r\nHost: a\r\nHost: b\r\n\r\n", 400);
  expect_taken("GET / HTTP/1.0\r\n\r\n");
  expect_taken("GET / HTTP/1.1\r\nHost:\r\n\r\n");
  for (const std::string host : {"a b", "a,b", "a/b", "u@a", "a\\b", "a?b", "a#b", "<a>", "\xC3\xA9"}) {
    expect_refused("GET / HTTP/1.1\r\nHost: " + host + "\r\n\r\n", 400);
  }
  for (const std::string host : {"localhost:5000", "[::1]:5000", "xn--e1afmkfd.example", "a_b.example"}) {
    expect_taken("GET / HTTP/1.1\r\nHost: " + host + "\r\n\r\n");
  }
}

TEST(RequestParser, H3_RefusesFoldedLines) {
  expect_refused("GET / HTTP/1.1\r\nHost: x\r\nX: a\r\n b\r\n\r\n", 400);
  expect_refused("GET / HTTP/1.1\r\nHost: x\r\nX: a\r\n\tb\r\n\r\n", 400);
  expect_refused("GET / HTTP/1.1\r\nHost: x\r\nX:\r\n \r\n\r\n", 400);
  expect_refused("GET / HTTP/1.1\r\n Host: x\r\n\r\n", 400);
}

TEST(RequestParser, H3_RefusesBareLineFeedsAndCarriageReturns) {
  for (const std::string bytes :
       {"GET / HTTP/1.1\nHost: x\r\n\r\n", "GET / HTTP/1.1\r\nHost: x\n\r\n", "GET / HTTP/1.1\r\nHost: x\r\n\n",
        "GET / HTTP/1.1\r\nHost: x\r\nX: a\nY: b\r\n\r\n", "GET / HTTP/1.1\r\nHost: x\r\nX: a\rY: b\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: x\r\n\rX", "GET / HTTP/1.1\r\r\nHost: x\r\n\r\n", "GET /\r\nHost: x\r\n\r\n"}) {
    expect_refused(bytes, 400);
  }
}

TEST(RequestParser, H3_RefusesNulAndOtherControlsWhereverTheyStand) {
  const std::string good = "GET /a HTTP/1.1\r\nHost: x\r\nX-Name: value\r\n\r\n";
  for (const char control : {'\0', '\x01', '\x08', '\x0B', '\x1F', '\x7F'}) {
    for (std::size_t at = 0; at < good.size(); ++at) {
      std::string bad = good;
      bad.insert(at, 1, control);
      expect_refused(bad, 400);
    }
  }
}

// The scanner looks at eight bytes at a time: each byte value at each place of such a group, among neighbours with high
// bits.
TEST(RequestParser, H3_FindsControlsAmongOtherBytes) {
  const ParserLimits limits;
  for (int byte = 0; byte < 256; ++byte) {
    const bool control = (byte < 0x20 && byte != '\t') || byte == 0x7F;
    for (const char neighbour : {'a', '\x80', '\xFF', ' '}) {
      for (std::size_t at = 0; at < 18; ++at) {
        std::string value(18, neighbour);
        value[at] = static_cast<char>(byte);
        const std::string bytes = "GET / HTTP/1.1\r\nHost: x\r\nX: " + value + "z\r\n\r\n";
        const Outcome outcome = testing::run(bytes, limits, kBodyLimit, bytes.size());
        ASSERT_EQ(outcome.requests.at(0).error, control ? 400 : 0) << byte << " at " << at;
      }
    }
  }
}

TEST(RequestParser, H3_RefusesFieldNamesThatAreNoToken) {
  for (const std::string line : {"X : a", "X\t: a", ": a", "X", "X a: b", "X(: a", "\xC3\xA9: a", "X\xA0: a"}) {
    expect_refused("GET / HTTP/1.1\r\nHost: x\r\n" + line + "\r\n\r\n", 400);
  }
}

std::string with_fields(std::size_t count) {
  std::string bytes = "GET / HTTP/1.1\r\nHost: x\r\n";
  for (std::size_t i = 1; i < count; ++i) bytes += "A: b\r\n";
  return bytes + "\r\n";
}

TEST(RequestParser, H4_TakesAHundredFields) {
  expect_taken(with_fields(99));
  EXPECT_EQ(expect_taken(with_fields(100)).headers.size(), 100U);
  expect_refused(with_fields(101), 431);
}

TEST(RequestParser, H4_TakesEightKiBOfHead) {
  const auto with_head = [](std::size_t bytes) {
    const std::string start = "GET / HTTP/1.1\r\nHost: x\r\nX: ";
    return start + std::string(bytes - start.size() - 4, 'v') + "\r\n\r\n";
  };
  expect_taken(with_head(8191));
  expect_taken(with_head(8192));
  expect_refused(with_head(8193), 431);
  expect_refused(with_head(100'000), 431);
}

TEST(RequestParser, H4_TakesFourKiBOfTarget) {
  const auto with_target = [](std::size_t bytes) {
    return "GET /" + std::string(bytes - 1, 't') + " HTTP/1.1\r\nHost: x\r\n\r\n";
  };
  expect_taken(with_target(4095));
  expect_taken(with_target(4096));
  expect_refused(with_target(4097), 414);
  expect_refused(with_target(100'000), 414);
  expect_refused("GET /" + std::string(4096, 't'), 414);  // before the line has ended
}

TEST(RequestParser, H5_TakesBodiesUpToTheLimit) {
  const auto chunked = [](std::size_t bytes) {  // in two chunks, the second one of two hex digits at most
    const std::string size = {"0123456789abcdef"[(bytes - 1) / 16], "0123456789abcdef"[(bytes - 1) % 16]};
    return post("Transfer-Encoding: chunked\r\n",
                "1\r\nx\r\n" + size + "\r\n" + std::string(bytes - 1, 'y') + "\r\n0\r\n\r\n");
  };
  for (const std::size_t bytes : {kBodyLimit - 1, kBodyLimit}) {
    EXPECT_EQ(
        expect_taken(post("Content-Length: " + std::to_string(bytes) + "\r\n", std::string(bytes, 'b'))).body.size(),
        bytes);
    EXPECT_EQ(expect_taken(chunked(bytes)).body.size(), bytes);
  }
  expect_refused(post("Content-Length: " + std::to_string(kBodyLimit + 1) + "\r\n", std::string(kBodyLimit + 1, 'b')),
                 413);
  expect_refused(chunked(kBodyLimit + 1), 413);
}

// Before it is buffered: by what the head or the chunk announces.
TEST(RequestParser, H5_RefusesByTheAnnouncedLength) {
  const ParserLimits limits;
  RequestParser parser(limits);
  parser.feed(post("Content-Length: 65\r\n", ""));
  parser.set_body_limit(64);
  EXPECT_EQ(parser.state(), ParseState::failed);
  EXPECT_EQ(parser.error_status(), 413);
  EXPECT_EQ(parser.head().path, "/p");  // still there, to answer by its headers
  EXPECT_EQ(parser.feed("anything"), 0U);

  expect_refused(post("Content-Length: 18446744073709551615\r\n", ""), 413);
  expect_refused(post("Transfer-Encoding: chunked\r\n", "41\r\n"), 413);
  expect_refused(post("Transfer-Encoding: chunked\r\n", "ffffffffffffffff\r\n"), 413);
  expect_refused(post("Transfer-Encoding: chunked\r\n", "1\r\nx\r\nffffffffffffffff\r\n"), 413);
}

TEST(RequestParser, H5_TakesNoBodyUnlessALimitIsSet) {
  const ParserLimits limits;
  RequestParser parser(limits);
  const std::string bytes = post("Content-Length: 1\r\n", "b");
  const std::size_t head = parser.feed(bytes);
  parser.feed(std::string_view(bytes).substr(head));
  EXPECT_EQ(parser.error_status(), 413);
}

TEST(RequestParser, H7_LeavesTheNextRequestAlone) {
  std::string bytes;
  for (int i = 0; i < 5; ++i)
    bytes += post("Content-Length: 2\r\n", "ab") + post("Transfer-Encoding: chunked\r\n", "1\r\nc\r\n0\r\n\r\n");
  const Outcome result = run(bytes);
  ASSERT_EQ(result.requests.size(), 10U);
  for (std::size_t i = 0; i < result.requests.size(); ++i) EXPECT_EQ(result.requests[i].body, i % 2 == 0 ? "ab" : "c");
}

// An Engine.IO client expects Engine.IO's error body even when its head was refused.
TEST(RequestParser, NamesTheTargetOfARefusedHead) {
  const auto refused_target = [](std::string_view bytes, std::size_t piece_bytes) {
    const ParserLimits limits;
    RequestParser parser(limits);
    for (std::size_t at = 0; at < bytes.size(); at += piece_bytes) parser.feed(bytes.substr(at, piece_bytes));
    EXPECT_EQ(parser.state(), ParseState::failed);
    return std::string(parser.refused_target());
  };
  for (const std::size_t piece_bytes : {1U, 7U, 500U}) {
    EXPECT_EQ(refused_target("GET /e?a=b HTTP/1.1\r\nHost: x\r\nX: \x01", piece_bytes), "/e?a=b");  // by the scanner
    EXPECT_EQ(refused_target("\r\nGET /e HTTP/1.1\r\nX : y\r\n\r\n", piece_bytes), "/e");           // by the grammar
    EXPECT_EQ(refused_target("GET /e HTTP/1.1\r\n\r\n", piece_bytes), "/e");                        // by the rules
    EXPECT_EQ(refused_target("GET /e\x01", piece_bytes), "");                                       // not whole
  }
}

TEST(RequestParser, IsSmallWhileIdle) { EXPECT_LE(sizeof(RequestParser), 2 * sizeof(void*)); }

TEST(RequestParser, MovesWithItsHalfRequest) {
  const ParserLimits limits;
  RequestParser parser(limits);
  parser.feed("GET /moved HT");
  RequestParser other = std::move(parser);
  other.feed("TP/1.1\r\nHost: x\r\n\r\n");
  other.feed({});
  ASSERT_EQ(other.state(), ParseState::complete);
  EXPECT_EQ(other.take().path, "/moved");
}

}  // namespace
}  // namespace sio::http
