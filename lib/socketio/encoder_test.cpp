#include <gtest/gtest.h>

#include <array>
#include <random>
#include <string>

#include "sio/socketio/packet.hpp"

namespace sio {
namespace {

std::string packet_text(PacketType type, std::string_view nsp, std::optional<AckId> ack_id, std::string_view json,
                        std::size_t attachments = 0) {
  std::string out = "4";
  append_packet(out, type, nsp, ack_id, json, attachments);
  return out;
}

// The examples of protocol page 2.1.
TEST(SocketioEncoder, WritesEveryFormOfThePage) {
  using enum PacketType;
  EXPECT_EQ(packet_text(connect, "/", {}, R"({"sid":"w"})"), R"(40{"sid":"w"})");
  EXPECT_EQ(packet_text(connect, "/admin", {}, R"({"token":"x"})"), R"(40/admin,{"token":"x"})");
  EXPECT_EQ(packet_text(connect_error, "/admin", {}, R"({"message":"no"})"), R"(44/admin,{"message":"no"})");
  EXPECT_EQ(packet_text(event, "/", {}, R"(["hello",1])"), R"(42["hello",1])");
  EXPECT_EQ(packet_text(ack, "/", 12, R"(["done",1])"), R"(4312["done",1])");
  EXPECT_EQ(packet_text(ack, "/admin", 0, "[]"), "43/admin,0[]");
  EXPECT_EQ(packet_text(ack, "/", 9007199254740991, "[]"), "439007199254740991[]");
  EXPECT_EQ(packet_text(binary_event, "/", {}, R"(["up"])", 1), R"(451-["up"])");
  EXPECT_EQ(packet_text(binary_ack, "/admin", 13, "[]", 10), "4610-/admin,13[]");
  EXPECT_EQ(packet_text(disconnect, "/", {}, ""), "41");
  EXPECT_EQ(packet_text(disconnect, "/admin", {}, ""), "41/admin,");
  EXPECT_EQ(packet_text(event, "/a", 1, "[7]"), "42/a,1[7]");
}

TEST(SocketioEncoder, WritesEventPayloads) {
  std::string out = "x";
  append_event_payload(out, "auth", "{}");
  append_event_payload(out, "a\"\x1E", "");
  append_event_payload(out, "", "1,{}");
  EXPECT_EQ(out, "x[\"auth\",{}][\"a\\\"\\u001e\"][\"\",1,{}]");
}

TEST(SocketioEncoderDeathTest, MisuseIsChecked) {
  EXPECT_DEATH(packet_text(PacketType::event, "/", {}, "[]", 1), "CHECK failed");
  EXPECT_DEATH(packet_text(PacketType::binary_event, "/", {}, "[]"), "CHECK failed");
  EXPECT_DEATH(packet_text(PacketType::event, "admin", {}, "[]"), "CHECK failed");
  EXPECT_DEATH(packet_text(PacketType::event, "", {}, "[]"), "CHECK failed");
}

// What is written is read back as it was, whatever the parts.
TEST(SocketioEncoder, DecoderReadsWhatWasWritten) {
  const std::uint32_t seed = std::random_device{}();
  SCOPED_TRACE(testing::Message() << "seed " << seed);
  std::mt19937 random(seed);
  const auto pick = [&](auto... options) {
    const std::array list{std::string_view(options)...};
    return list[random() % list.size()];
  };
  const DecoderLimits limits;
  Decoder decoder(limits);
  for (int i = 0; i < 2000; ++i) {
    const std::string_view nsp = pick("/", "/admin", "/a/b?c=[\"x\"]", "/\u00e9");
    const std::string_view args = pick("", "1", "1,\"2\",{\"3\":[true]}", "[],[[]]", "\"],\\\"[\"", "-0.0e+0,null");
    const std::string name(pick("hello", "", "a b", "\u00e9\n", "\"\\", "connect?"));
    const std::optional<AckId> id = random() % 2 == 0
                                        ? std::nullopt
                                        : std::optional<AckId>((std::uint64_t{random()} << 21) + random() % (1U << 21));
    const bool is_event = random() % 2 == 0;
    const std::size_t attachments = random() % 3;
    using enum PacketType;
    const PacketType type = attachments > 0 ? (is_event ? binary_event : binary_ack) : (is_event ? event : ack);

    std::string payload;
    if (is_event) {
      append_event_payload(payload, name, args);
    } else {
      payload = "[" + std::string(args) + "]";
    }
    std::string text;
    append_packet(text, type, nsp, id, payload, attachments);

    DecodedPacket packet;
    Decoder::Status status = decoder.feed_text(text, packet);
    for (std::size_t n = 0; n < attachments; ++n) {
      ASSERT_EQ(status, Decoder::Status::pending) << text;
      status = decoder.feed_binary(std::to_string(n), packet);
    }
    ASSERT_EQ(status, Decoder::Status::packet) << text;
    EXPECT_EQ(packet.type, type) << text;
    EXPECT_EQ(packet.nsp, nsp) << text;
    EXPECT_EQ(packet.ack_id, id) << text;
    EXPECT_EQ(packet.payload, payload) << text;
    EXPECT_EQ(arguments_text(packet), args) << text;
    ASSERT_EQ(packet.attachments.size(), attachments) << text;
    for (std::size_t n = 0; n < attachments; ++n) EXPECT_EQ(packet.attachments[n].view(), std::to_string(n));
  }
}

}  // namespace
}  // namespace sio
