#include "sio/engineio/packet.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace sio::eio {
namespace {

std::vector<std::string> packets_of(std::string_view body) {
  PayloadReader reader(body);
  std::vector<std::string> packets;
  while (const auto packet = reader.next()) packets.emplace_back(*packet);
  return packets;
}

TEST(EnginePayload, SplitsAtEachSeparatorAndKeepsEmptyPackets) {
  EXPECT_EQ(packets_of("4a"), (std::vector<std::string>{"4a"}));
  EXPECT_EQ(packets_of("4a\x1e"
                       "4b\x1e"
                       "bAQ=="),
            (std::vector<std::string>{"4a", "4b", "bAQ=="}));
  // An empty packet is invalid, wherever it stands, so it must be seen.
  EXPECT_EQ(packets_of(""), (std::vector<std::string>{""}));
  EXPECT_EQ(packets_of("\x1e"), (std::vector<std::string>{"", ""}));
  EXPECT_EQ(packets_of("4a\x1e"), (std::vector<std::string>{"4a", ""}));
  EXPECT_EQ(packets_of("\x1e"
                       "4a"),
            (std::vector<std::string>{"", "4a"}));
}

TEST(EnginePayload, CountsWhatItWillGive) {
  for (const std::string_view body : {"", "4", "\x1e",
                                      "4a\x1e"
                                      "4b",
                                      "\x1e\x1e\x1e"}) {
    EXPECT_EQ(PayloadReader::count(body), packets_of(body).size()) << body;
    PayloadReader reader(body);
    for (std::size_t left = PayloadReader::count(body); left > 0; --left) {
      EXPECT_EQ(reader.left(), left);
      EXPECT_TRUE(reader.next());
    }
    EXPECT_EQ(reader.left(), 0U);
    EXPECT_FALSE(reader.next());
  }
}

TEST(EnginePayload, GivesViewsIntoTheBody) {
  const std::string body =
      "4a\x1e"
      "4b";
  PayloadReader reader(body);
  EXPECT_EQ(reader.next()->data(), body.data());
  EXPECT_EQ(reader.next()->data(), body.data() + 3);
}

TEST(EnginePacket, PollingFormIsTextAsItIsAndBinaryInBase64) {
  const auto polling = [](std::string_view bytes, bool binary) {
    const Packet packet{SharedBytes{bytes}, binary};
    std::string body = "before";
    append_polling(body, packet);
    EXPECT_EQ(body.size() - 6, polling_size(packet));
    return body.substr(6);
  };
  EXPECT_EQ(polling("4hello", false), "4hello");
  EXPECT_EQ(polling("2", false), "2");
  EXPECT_EQ(polling(std::string_view("\x01\x02\x03\x04", 4), true), "bAQIDBA==");
  EXPECT_EQ(polling("", true), "b");
  EXPECT_EQ(polling("2", true), "bMg==");
}

struct Base64Vector {
  std::string_view bytes;
  std::string_view text;
};

TEST(Base64, WritesAndReadsTheVectorsOfRfc4648) {
  const Base64Vector vectors[] = {{"", ""},
                                  {"f", "Zg=="},
                                  {"fo", "Zm8="},
                                  {"foo", "Zm9v"},
                                  {"foob", "Zm9vYg=="},
                                  {"fooba", "Zm9vYmE="},
                                  {"foobar", "Zm9vYmFy"},
                                  {"\xFB\xFF\xBF", "+/+/"}};
  for (const auto& [bytes, text] : vectors) {
    std::string written;
    base64_append(written, bytes);
    EXPECT_EQ(written, text);
    EXPECT_EQ(base64_decode(text), bytes);
  }
}

TEST(Base64, AllBytesComeBackAtEveryLength) {
  std::string bytes;
  for (int i = 0; i < 260; ++i) {
    std::string text;
    base64_append(text, bytes);
    EXPECT_EQ(base64_decode(text), bytes);
    bytes.push_back(static_cast<char>(i * 7));
  }
}

// Two spellings of the same bytes, or text that some decoders stop at, would be seen differently by different programs.
TEST(Base64, RefusesWhatIsNotCanonical) {
  for (const std::string_view bad :
       {"Z",    "Zg",   "Zg=",   "Zm8",      "====", "=",     "Z===", "Zg==Zg==", "Zg=v",   "=Zg=", "Z=g=",
        "Zh==", "Zm9=", "Zm9v=", "Zm9v====", "Zm 9", "Zm9\n", " Zg=", "Zg==\n",   "Zm9vZg", "-_-_", "Zm9v\xC3\xA9==",
        "Zg\0="}) {
    EXPECT_EQ(base64_decode(bad), std::nullopt) << bad;
  }
  EXPECT_EQ(base64_decode(std::string_view("Zg\0=", 4)), std::nullopt);
}

// Independent of the table in the code: exactly 64 characters stand for a value, whatever place they are in.
TEST(Base64, TakesExactlyItsAlphabetAtEveryPlace) {
  for (int place = 0; place < 4; ++place) {
    int taken = 0;
    for (int c = 0; c < 256; ++c) {
      std::string text = "AAAAAAAA";
      text[static_cast<std::size_t>(place)] = static_cast<char>(c);
      if (base64_decode(text)) ++taken;
    }
    EXPECT_EQ(taken, 64);
  }
}

TEST(Base64, DecodingIntoAStringReplacesItsContent) {
  std::string out = "something longer than the result";
  EXPECT_TRUE(base64_decode_into("Zm9v", out));
  EXPECT_EQ(out, "foo");
  EXPECT_TRUE(base64_decode_into("", out));
  EXPECT_EQ(out, "");
}

}  // namespace
}  // namespace sio::eio
