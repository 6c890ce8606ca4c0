#include <gtest/gtest.h>

#include <array>
#include <ctime>
#include <string>
#include <vector>

#include "counting_new.hpp"
#include "sio/socketio/packet.hpp"

namespace sio {
namespace {

using std::string_literals::operator""s;
using Status = Decoder::Status;

const DecoderLimits kLimits;

Status feed(std::string_view text, DecodedPacket& packet) { return Decoder(kLimits).feed_text(text, packet); }

struct Accepted {
  std::string_view text;
  PacketType type;
  std::string_view nsp;
  std::optional<AckId> ack_id;
  std::string_view payload;
  std::string_view event_name;
  std::string_view arguments;
};

TEST(SocketioDecoder, ReadsEveryFormOfTextPackets) {
  using enum PacketType;
  // clang-format off
  const std::vector<Accepted> table = {
      {"0", connect, "/", {}, "", "", ""},
      {R"(0{"token":"x"})", connect, "/", {}, R"({"token":"x"})", "", ""},
      {"0{}", connect, "/", {}, "{}", "", ""},
      {"0/admin", connect, "/admin", {}, "", "", ""},
      {"0/admin,", connect, "/admin", {}, "", "", ""},
      {R"(0/admin,{"a":1})", connect, "/admin", {}, R"({"a":1})", "", ""},
      {"0/", connect, "/", {}, "", "", ""},
      {"0/,{}", connect, "/", {}, "{}", "", ""},
      {"0/nsp?x=1&y={}", connect, "/nsp?x=1&y={}", {}, "", "", ""},
      {"0/caf\u00e9/12,", connect, "/caf\u00e9/12", {}, "", "", ""},
      {"0//,", connect, "//", {}, "", "", ""},
      {"1", disconnect, "/", {}, "", "", ""},
      {"1/admin", disconnect, "/admin", {}, "", "", ""},
      {"1/admin,", disconnect, "/admin", {}, "", "", ""},
      {"1/,", disconnect, "/", {}, "", "", ""},
      {R"(2["hello",1,{"a":true}])", event, "/", {}, R"(["hello",1,{"a":true}])", R"("hello")", R"(1,{"a":true})"},
      {R"(2["hello"])", event, "/", {}, R"(["hello"])", R"("hello")", ""},
      {R"(2/admin,["hello"])", event, "/admin", {}, R"(["hello"])", R"("hello")", ""},
      {R"(212["hello"])", event, "/", 12, R"(["hello"])", R"("hello")", ""},
      {R"(2/admin,0["hello"])", event, "/admin", 0, R"(["hello"])", R"("hello")", ""},
      {R"(2007["a"])", event, "/", 7, R"(["a"])", R"("a")", ""},
      {R"(29007199254740991["a"])", event, "/", 9007199254740991, R"(["a"])", R"("a")", ""},
      {R"(2[7,"x"])", event, "/", {}, R"([7,"x"])", "7", R"("x")"},
      {R"(2[-1.5e3])", event, "/", {}, R"([-1.5e3])", "-1.5e3", ""},
      {R"(2[""])", event, "/", {}, R"([""])", R"("")", ""},
      {R"(2["error"])", event, "/", {}, R"(["error"])", R"("error")", ""},
      {R"(2["connection"])", event, "/", {}, R"(["connection"])", R"("connection")", ""},
      {R"(2["Connect"])", event, "/", {}, R"(["Connect"])", R"("Connect")", ""},
      {R"(2["connect "])", event, "/", {}, R"(["connect "])", R"("connect ")", ""},
      {R"(2["\\u0063onnect"])", event, "/", {}, R"(["\\u0063onnect"])", R"("\\u0063onnect")", ""},
      {R"(2["a","disconnect"])", event, "/", {}, R"(["a","disconnect"])", R"("a")", R"("disconnect")"},
      {R"(2["a,b]",[]])", event, "/", {}, R"(["a,b]",[]])", R"("a,b]")", "[]"},
      {"2 [ \"a\" , 1 , [ ] ] \n", event, "/", {}, "[ \"a\" , 1 , [ ] ]", R"("a")", "1 , [ ]"},
      {"21 [ \"a\" ]", event, "/", 1, "[ \"a\" ]", R"("a")", ""},
      // In types 2 and 3 a placeholder is ordinary data.
      {R"(2["a",{"_placeholder":true,"num":9}])", event, "/", {}, R"(["a",{"_placeholder":true,"num":9}])", R"("a")",
       R"({"_placeholder":true,"num":9})"},
      {"3[]", ack, "/", {}, "[]", "", ""},
      {"312[]", ack, "/", 12, "[]", "", ""},
      {R"(3/admin,13[1,"2",{"3":[false]}])", ack, "/admin", 13, R"([1,"2",{"3":[false]}])", "", R"(1,"2",{"3":[false]})"},
      {R"(30[ ])", ack, "/", 0, "[ ]", "", ""},
      {R"(30["connect",null])", ack, "/", 0, R"(["connect",null])", "", R"("connect",null)"},
      {R"(4{"message":"no"})", connect_error, "/", {}, R"({"message":"no"})", "", ""},
  };
  // clang-format on
  for (const Accepted& row : table) {
    DecodedPacket packet;
    ASSERT_EQ(feed(row.text, packet), Status::packet) << row.text;
    EXPECT_EQ(packet.type, row.type) << row.text;
    EXPECT_EQ(packet.nsp, row.nsp) << row.text;
    EXPECT_EQ(packet.ack_id, row.ack_id) << row.text;
    EXPECT_EQ(packet.payload, row.payload) << row.text;
    EXPECT_EQ(packet.event_name, row.event_name) << row.text;
    EXPECT_EQ(arguments_text(packet), row.arguments) << row.text;
    EXPECT_EQ(packet.json_error, json::Error::none) << row.text;
    EXPECT_TRUE(packet.attachments.empty()) << row.text;
  }
}

TEST(SocketioDecoder, S1_RefusesWhatNoClientMaySend) {
  // clang-format off
  for (const std::string& text : {
      // type
      ""s, "abc"s, "7"s, "7{}"s, "8[]"s, "9[]"s, "/{}"s, ":{}"s, "-1"s, " 0"s, "\0"s, "{}"s, "/admin,"s, "\xFF"s,
      // CONNECT
      "0null"s, "0[]"s, R"(0"text")"s, "0true"s, "01"s, "012{}"s, "0{"s, "0{}x"s, "0{}{}"s, "0/admin,null"s, "0/admin,[]"s, "0,"s, "0 "s, "0abc"s,
      // DISCONNECT
      "1{}"s, "1[]"s, "10"s, "1null"s, "1 "s, "1/admin,{}"s, "1/admin,1"s, "1x"s,
      // EVENT: payload
      "2"s, "2/admin"s, "2/admin,"s, "212"s, "2/admin,12"s, "2{}"s, "2null"s, R"(2"a")"s, "2true"s, "2[]"s, "2[ ]"s, "2/admin,{}"s,
      "2[null]"s, "2[true]"s, R"(2[["a"]])"s, R"(2[{"a":1}])"s, R"(2/admin["a"])"s,
      // EVENT: broken JSON
      "2["s, R"(2["a")"s, R"(2["a"],)"s, R"(2["a"]x)"s, R"(2["a"]["b"])"s, R"(2["a",])"s, R"(2[a])"s, "2[\"\xFF\"]"s, "2[\"\x1E\"]"s, R"(2["a"]/)"s,
      // ack ids
      R"(2abc["a"])"s, R"(2-1["a"])"s, R"(2+1["a"])"s, R"(21.5["a"])"s, R"(21e3["a"])"s, R"(21a["a"])"s, R"(2 1["a"])"s, R"(20x1["a"])"s,
      R"(29007199254740992["a"])"s, R"(218446744073709551616["a"])"s, "2" + std::string(1000, '9') + R"(["a"])", "2\xD9\xA1[\"a\"]"s,
      R"(2/admin,abc["a"])"s, "39007199254740992[]"s, R"(2,["a"])"s, R"(2admin,["a"])"s,
      // reserved names, as written or escaped
      R"(2["connect"])"s, R"(2["connect_error"])"s, R"(2["disconnect",1])"s, R"(2["disconnecting"])"s, R"(2["newListener"])"s, R"(2["removeListener"])"s,
      R"(2["\u0063onnect"])"s, R"(2["disconnectin\u0067"])"s, R"(2 [ "connect" ])"s, R"(2/admin,1["connect"])"s,
      // ACK
      "3"s, "312"s, "3{}"s, "3null"s, R"(3"a")"s, "3/admin,1"s, "3[1"s, "3abc[]"s, "3[]]"s,
      // CONNECT_ERROR
      "4"s, "4[]"s, R"(4"no")"s, "4/admin,"s,
      // namespaces that could not be sent back
      "0/a\x1E"s, "0/a\nb,{}"s, "0/\0,"s, "0/a\x7F"s, "0/\xFF"s, "0/\xC3"s, "2/\xC3,[\"a\"]"s, "1/\xED\xA0\x80"s,
  }) {
    // clang-format on
    DecodedPacket packet;
    EXPECT_EQ(feed(text, packet), Status::invalid) << testing::PrintToString(text);
  }
}

// An application that hears its own `disconnect` from a client would believe it.
TEST(SocketioDecoder, S4_ReservedNamesAreRefusedHoweverTheyAreWritten) {
  for (const std::string_view name :
       {"connect", "connect_error", "disconnect", "disconnecting", "newListener", "removeListener"}) {
    const std::string rest(name.substr(1));
    const std::string escaped = name.front() == 'c'   ? "\\u0063"
                                : name.front() == 'd' ? "\\u0064"
                                : name.front() == 'n' ? "\\u006e"
                                                      : "\\u0072";
    for (const std::string& written : {std::string(name), escaped + rest}) {
      DecodedPacket packet;
      EXPECT_EQ(feed("2[\"" + written + "\"]", packet), Status::invalid) << written;
      EXPECT_EQ(feed("2/admin,7[\"" + written + "\",1]", packet), Status::invalid) << written;
      EXPECT_EQ(feed("51-[\"" + written + "\",{\"_placeholder\":true,\"num\":0}]", packet), Status::invalid) << written;
      EXPECT_EQ(feed("2[\"x\",\"" + written + "\"]", packet), Status::packet) << written;
      EXPECT_EQ(feed("3[\"" + written + "\"]", packet), Status::packet) << written;
    }
  }
}

TEST(SocketioDecoder, S4_NumbersAndMegabytesAreNamesLikeOthers) {
  for (const std::string& name : {std::string("7"), std::string("-0.5e3"), '"' + std::string(1'000'000, 'n') + '"'}) {
    const std::string text = "2[" + name + ",1]";
    DecodedPacket packet;
    ASSERT_EQ(feed(text, packet), Status::packet) << name.substr(0, 20);
    EXPECT_EQ(packet.event_name, name);
  }
}

// The sender of a text that is JSON but breaks a limit is told so; the session stays.
TEST(SocketioDecoder, W7_BrokenLimitsAreHandedOnWithTheirPacket) {
  using json::Error;
  const std::string deep = std::string(40, '[') + std::string(40, ']');
  const std::vector<std::pair<std::string, Error>> table = {
      {"2[\"a\"," + deep + "]", Error::depth},
      {R"(2["a",{"x":1,"x":2}])", Error::duplicate_key},
      {R"(2["a","\ud800"])", Error::lone_surrogate},
      {R"(2["\ud800connect"])", Error::lone_surrogate},
      {R"(2["a",1e999])", Error::number_range},
      {R"(2[1e999])", Error::number_range},
      {R"(0{"token":"\udc00"})", Error::lone_surrogate},
      {R"(0/admin,{"x":1,"x":2})", Error::duplicate_key},
      {R"(31[1e999])", Error::number_range},
  };
  for (const auto& [text, error] : table) {
    DecodedPacket packet;
    ASSERT_EQ(feed(text, packet), Status::packet) << text;
    EXPECT_EQ(packet.json_error, error) << text;
    EXPECT_FALSE(packet.payload.empty()) << text;
  }
  // The shape counts before the limits: these are packets of no client.
  for (const std::string& text : {"2" + deep, "0" + deep, R"(2{"x":1,"x":2})"s, R"(31{"x":1,"x":1})"s,
                                  R"(2["connect","\ud800"])"s, R"(2["a",1e999)"s}) {
    DecodedPacket packet;
    EXPECT_EQ(feed(text, packet), Status::invalid) << text;
  }
  // Under a binary header too, once its attachments are there.
  Decoder decoder(kLimits);
  DecodedPacket packet;
  ASSERT_EQ(decoder.feed_text(R"(51-["a",1e999])", packet), Status::pending);
  ASSERT_EQ(decoder.feed_binary("x", packet), Status::packet);
  EXPECT_EQ(packet.json_error, Error::number_range);
}

TEST(SocketioDecoder, CollectsAttachmentsInOrder) {
  Decoder decoder(kLimits);
  DecodedPacket packet;
  for (int round = 0; round < 2; ++round) {
    std::string text = R"(52-/admin,13["up",{"_placeholder":true,"num":1},[[{"x":{"num":0,"_placeholder":true}}]]])";
    EXPECT_EQ(decoder.feed_text(text, packet), Status::pending);
    text.assign(text.size(), '#');  // the decoder must not look at it again
    EXPECT_TRUE(decoder.attachments_due());
    EXPECT_EQ(decoder.feed_binary("first", packet), Status::pending);
    EXPECT_TRUE(decoder.attachments_due());
    ASSERT_EQ(decoder.feed_binary("\0\xFF"s, packet), Status::packet);
    EXPECT_FALSE(decoder.attachments_due());
    EXPECT_EQ(packet.type, PacketType::binary_event);
    EXPECT_EQ(packet.nsp, "/admin");
    EXPECT_EQ(packet.ack_id, 13U);
    EXPECT_EQ(packet.event_name, "\"up\"");
    EXPECT_EQ(arguments_text(packet), R"({"_placeholder":true,"num":1},[[{"x":{"num":0,"_placeholder":true}}]])");
    ASSERT_EQ(packet.attachments.size(), 2U);
    EXPECT_EQ(packet.attachments[0].view(), "first");
    EXPECT_EQ(packet.attachments[1].view(), "\0\xFF"s);
  }
  ASSERT_EQ(decoder.feed_text("2[\"next\"]", packet), Status::packet);
  EXPECT_EQ(packet.event_name, "\"next\"");
  EXPECT_TRUE(packet.attachments.empty());
}

TEST(SocketioDecoder, TakesBinaryAcksAndEmptyAttachments) {
  Decoder decoder(kLimits);
  DecodedPacket packet;
  EXPECT_EQ(decoder.feed_text(R"(61-7[{"_placeholder":true,"num":0}])", packet), Status::pending);
  ASSERT_EQ(decoder.feed_binary("", packet), Status::packet);
  EXPECT_EQ(packet.type, PacketType::binary_ack);
  EXPECT_EQ(packet.nsp, "/");
  EXPECT_EQ(packet.ack_id, 7U);
  EXPECT_EQ(packet.event_name, "");
  EXPECT_EQ(arguments_text(packet), R"({"_placeholder":true,"num":0})");
  ASSERT_EQ(packet.attachments.size(), 1U);
  EXPECT_EQ(packet.attachments[0].view(), "");
}

// The root may be written out; its name must not stay a view of a text that is gone.
TEST(SocketioDecoder, KeepsTheRootOfABinaryPacket) {
  Decoder decoder(kLimits);
  DecodedPacket packet;
  std::string text = R"(51-/,["a"])";
  ASSERT_EQ(decoder.feed_text(text, packet), Status::pending);
  text.assign(text.size(), '#');
  ASSERT_EQ(decoder.feed_binary("x", packet), Status::packet);
  EXPECT_EQ(packet.nsp, "/");
  EXPECT_EQ(packet.payload, R"(["a"])");
}

// A packet that waits moves with its decoder.
TEST(SocketioDecoder, MovesWhileAttachmentsAreDue) {
  Decoder first(kLimits);
  DecodedPacket packet;
  ASSERT_EQ(first.feed_text(R"(51-["a"])", packet), Status::pending);
  Decoder second = std::move(first);
  ASSERT_EQ(second.feed_binary("x", packet), Status::packet);
  EXPECT_EQ(packet.event_name, "\"a\"");
}

TEST(SocketioDecoder, S2_RefusesAttachmentCountsBeforeMemory) {
  const DecoderLimits none{.json = {}, .attachments_max = 0, .attachment_bytes_max = 1000};
  for (const std::string_view text : {
           R"(50-["a"])",
           R"(60-[])",
           R"(511-["a"])",
           R"(5-["a"])",
           R"(5["a"])",
           R"(51["a"])",
           R"(5--1["a"])",
           R"(5-1-["a"])",
           R"(5+1-["a"])",
           R"(51.0-["a"])",
           R"(5x-["a"])",
           R"(5 1-["a"])",
           R"(54294967297-["a"])",
           R"(599999999999999999999999999-["a"])",
           "5",
           "51",
           "51-",
           "51-[]",
           "51-{}",
           "61-",
           "61-{}",
           "51-/admin,",
           R"(51-["connect"])",
           R"(51-["a"]x)",
           R"(21-["a"])",
           R"(51/admin,-["a"])",
       }) {
    DecodedPacket packet;
    Decoder decoder(kLimits);
    const std::size_t before = test::allocations().count;
    EXPECT_EQ(decoder.feed_text(text, packet), Status::invalid) << text;
    EXPECT_EQ(test::allocations().count, before) << text;
    EXPECT_FALSE(decoder.attachments_due());
    EXPECT_EQ(Decoder(none).feed_text(text, packet), Status::invalid) << text;
  }
  DecodedPacket packet;
  EXPECT_EQ(feed(R"(510-["a"])", packet), Status::pending);
  EXPECT_EQ(Decoder(none).feed_text(R"(51-["a"])", packet), Status::invalid);
}

TEST(SocketioDecoder, S2_RefusesTextAndBinaryOutOfTurn) {
  DecodedPacket packet;
  Decoder decoder(kLimits);
  EXPECT_EQ(decoder.feed_binary("x", packet), Status::invalid);
  ASSERT_EQ(decoder.feed_text(R"(52-["a"])", packet), Status::pending);
  ASSERT_EQ(decoder.feed_binary("x", packet), Status::pending);
  EXPECT_EQ(decoder.feed_text(R"(2["b"])", packet), Status::invalid);
  EXPECT_FALSE(decoder.attachments_due());
  ASSERT_EQ(decoder.feed_text(R"(51-["a"])", packet), Status::pending);
  ASSERT_EQ(decoder.feed_binary("x", packet), Status::packet);
  EXPECT_EQ(decoder.feed_binary("y", packet), Status::invalid);
}

TEST(SocketioDecoder, S2_AttachmentBytesAreLimitedTogether) {
  const DecoderLimits limits{.json = {}, .attachments_max = 10, .attachment_bytes_max = 10};
  DecodedPacket packet;
  Decoder decoder(limits);
  ASSERT_EQ(decoder.feed_text(R"(52-["a"])", packet), Status::pending);
  ASSERT_EQ(decoder.feed_binary("123456", packet), Status::pending);
  EXPECT_EQ(decoder.feed_binary("7890", packet), Status::packet);
  ASSERT_EQ(decoder.feed_text(R"(52-["a"])", packet), Status::pending);
  ASSERT_EQ(decoder.feed_binary("123456", packet), Status::pending);
  EXPECT_EQ(decoder.feed_binary("78901", packet), Status::invalid);
  EXPECT_FALSE(decoder.attachments_due());
  ASSERT_EQ(decoder.feed_text(R"(51-["a"])", packet), Status::pending);
  EXPECT_EQ(decoder.feed_binary("12345678901", packet), Status::invalid);
}

TEST(SocketioDecoder, S3_PlaceholdersMustNameAnAttachment) {
  for (const std::string_view num : {"2", "-1", "0.5", "0.0", "1e0", "\"0\"", "null", "true", "[]", "{}", "[0]",
                                     "99999999999999999999", "18446744073709551616", "-9223372036854775808"}) {
    for (const std::string_view around :
         {"N", "[N]", "[1,[[N]],2]", "{\"x\":N}", "{\"x\":[{\"y\":N}]}", "[{\"_placeholder\":true,\"num\":0},N]"}) {
      std::string inner(around);
      inner.replace(inner.find('N'), 1, "{\"_placeholder\":true,\"num\":" + std::string(num) + "}");
      DecodedPacket packet;
      EXPECT_EQ(feed("52-[\"a\"," + inner + "]", packet), Status::invalid) << inner;
      EXPECT_EQ(feed("62-1[" + inner + "]", packet), Status::invalid) << inner;
    }
  }
  for (const std::string_view inner :
       {R"({"_placeholder":true})", R"({"num":5,"_placeholder":true})", R"({"_placeholder":true,"x":{"num":0}})",
        R"({"\u005fplaceholder":true,"num":2})", R"({"_placeholder":true,"n\u0075m":7})"}) {
    DecodedPacket packet;
    EXPECT_EQ(feed("52-[\"a\"," + std::string(inner) + "]", packet), Status::invalid) << inner;
  }
  for (const std::string_view inner :
       {R"({"_placeholder":true,"num":1})", R"({"_placeholder":true,"num":-0})", "1",
        R"({"_placeholder":false,"num":9})", R"({"_placeholder":1,"num":9})", R"({"_placeholder":"true","num":9})",
        R"({"num":9})", R"("{\"_placeholder\":true}")", R"({"placeholder":true,"num":9})",
        R"({"_placeholder":true,"num":0,"more":[]})"}) {
    DecodedPacket packet;
    EXPECT_EQ(feed("52-[\"a\"," + std::string(inner) + "]", packet), Status::pending) << inner;
  }
}

// An application may raise the limit of depth; the check of placeholders must stay one walk.
TEST(SocketioDecoder, S3_DeepTextCostsLinearTime) {
  const DecoderLimits deep{.json = {.depth_max = 1'000'000, .members_max = 1'000'000}};
  const std::string text = "51-[\"a\"," + std::string(200'000, '[') + std::string(200'000, ']') + "]";
  DecodedPacket packet;
  const std::clock_t begin = std::clock();
  EXPECT_EQ(Decoder(deep).feed_text(text, packet), Status::pending);
  EXPECT_LT(std::clock() - begin, 2 * CLOCKS_PER_SEC);
}

TEST(SocketioDecoder, NoPacketLeavesTheOutputAlone) {
  DecodedPacket packet;
  packet.nsp = "/before";
  EXPECT_EQ(feed("2[]", packet), Status::invalid);
  EXPECT_EQ(feed("51-/x,[\"a\"]", packet), Status::pending);
  EXPECT_EQ(packet.nsp, "/before");
}

// One such packet comes per chat message.
TEST(SocketioDecoder, PlainEventsTakeNoMemory) {
  const std::string text =
      R"(2/chat,12["smessage",{"receiver_id":7,"content":"Guten Tag, wie geht es Ihnen? ÄÖÜ \n"}])";
  DecodedPacket packet;
  Decoder decoder(kLimits);
  const std::size_t before = test::allocations().count;
  const Status status = decoder.feed_text(text, packet);
  const std::size_t taken = test::allocations().count - before;
  EXPECT_EQ(status, Status::packet);
  EXPECT_EQ(taken, 0U);
}

// Every cell of protocol page 2.3.
TEST(SocketioJudge, S5_EveryPacketInEveryState) {
  using enum PacketType;
  constexpr Verdict kAccept = Verdict::accept;
  constexpr Verdict kClose = Verdict::close;
  struct Row {
    PacketType type;
    Verdict absent, connecting, connected;
  };
  constexpr std::array<Row, 7> kTable = {{
      {connect, kAccept, kClose, kClose},
      {disconnect, kClose, kClose, kAccept},
      {event, kClose, kClose, kAccept},
      {ack, kClose, kClose, kAccept},
      {connect_error, kClose, kClose, kClose},
      {binary_event, kClose, kClose, kAccept},
      {binary_ack, kClose, kClose, kAccept},
  }};
  for (const Row& row : kTable) {
    EXPECT_EQ(judge(row.type, NamespaceState::absent), row.absent) << static_cast<int>(row.type);
    EXPECT_EQ(judge(row.type, NamespaceState::connecting), row.connecting) << static_cast<int>(row.type);
    EXPECT_EQ(judge(row.type, NamespaceState::connected), row.connected) << static_cast<int>(row.type);
  }
}

// S2: who takes no binary data still has to judge the event, and keeps nothing of what came with it.
TEST(Decoder, S2_DropsAttachmentsThatNobodyWants) {
  DecoderLimits limits;
  limits.keep_attachments = false;
  Decoder decoder(limits);
  DecodedPacket packet;
  ASSERT_EQ(decoder.feed_text(R"(51-["up",{"_placeholder":true,"num":0}])", packet), Decoder::Status::pending);
  ASSERT_EQ(decoder.feed_binary("bytes", packet), Decoder::Status::packet);
  EXPECT_EQ(packet.event_name, R"("up")");
  EXPECT_TRUE(packet.attachments.empty());
  EXPECT_FALSE(decoder.attachments_due());
}

}  // namespace
}  // namespace sio
