// RFC 7692 7.1: which offers are taken, and what is answered. W5: compression only where both sides have agreed.
#include <gtest/gtest.h>

#include "sio/websocket/deflate.hpp"

namespace sio::ws {
namespace {

constexpr DeflateOptions kDefault{.enabled = true};
constexpr DeflateOptions kTakeover{.enabled = true, .context_takeover = true};
constexpr std::string_view kNoTakeover = "permessage-deflate; server_no_context_takeover; client_no_context_takeover";

// The answer to an offer; "none" without one.
std::string answer_to(std::string_view offers, const DeflateOptions& options = kDefault) {
  const auto terms = negotiate_deflate(offers, options);
  if (!terms) return "malformed";
  return terms.value() ? deflate_answer(*terms.value()) : "none";
}

TEST(DeflateNegotiation, W5_NothingIsAgreedOnWithoutAnOffer) {
  for (const std::string_view offers : {"", " ", ",", " , ,", "x-webkit-deflate-frame", "permessage-bzip2; level=9",
                                        "permessage-deflate2", "Permessage-Deflate", "a;permessage-deflate"}) {
    EXPECT_EQ(answer_to(offers), "none") << offers;
  }
}

// An idle connection shall hold no window, so that is asked of the client whether it offers it or not.
TEST(DeflateNegotiation, NeitherSideKeepsItsWindowByDefault) {
  EXPECT_EQ(answer_to("permessage-deflate"), kNoTakeover);
  EXPECT_EQ(answer_to("permessage-deflate; client_max_window_bits"), kNoTakeover);
  EXPECT_EQ(answer_to("permessage-deflate;server_no_context_takeover;client_no_context_takeover"), kNoTakeover);
}

TEST(DeflateNegotiation, TakeoverIsKeptUnlessTheClientAsksOtherwise) {
  EXPECT_EQ(answer_to("permessage-deflate", kTakeover), "permessage-deflate");
  EXPECT_EQ(answer_to("permessage-deflate; server_no_context_takeover", kTakeover),
            "permessage-deflate; server_no_context_takeover");
  EXPECT_EQ(answer_to("permessage-deflate; client_no_context_takeover", kTakeover),
            "permessage-deflate; client_no_context_takeover");
}

TEST(DeflateNegotiation, TheServersWindowIsTheOneAskedForOrSmaller) {
  for (int bits = 9; bits <= 15; ++bits) {
    const std::string parameter = "; server_max_window_bits=" + std::to_string(bits);
    EXPECT_EQ(answer_to("permessage-deflate" + parameter, kTakeover), "permessage-deflate" + parameter);
  }
  const DeflateOptions small{.enabled = true, .context_takeover = true, .window_bits = 11};
  EXPECT_EQ(answer_to("permessage-deflate; server_max_window_bits=15", small),
            "permessage-deflate; server_max_window_bits=11");
  EXPECT_EQ(answer_to("permessage-deflate; server_max_window_bits=10", small),
            "permessage-deflate; server_max_window_bits=10");
  EXPECT_EQ(answer_to("permessage-deflate", small), "permessage-deflate; server_max_window_bits=11");
}

// zlib makes no raw stream with a window of 256 bytes; 512 would break what was agreed on.
TEST(DeflateNegotiation, AServersWindowOf256BytesIsDeclined) {
  EXPECT_EQ(answer_to("permessage-deflate; server_max_window_bits=8"), "none");
  EXPECT_EQ(answer_to("permessage-deflate; server_max_window_bits=8, permessage-deflate"), kNoTakeover);
}

TEST(DeflateNegotiation, TheClientsWindowIsBoundOnlyIfTheClientUnderstandsThat) {
  const DeflateOptions small{.enabled = true, .context_takeover = true, .window_bits = 10};
  EXPECT_EQ(answer_to("permessage-deflate", small), "permessage-deflate; server_max_window_bits=10");
  EXPECT_EQ(answer_to("permessage-deflate; client_max_window_bits", small),
            "permessage-deflate; server_max_window_bits=10; client_max_window_bits=10");
  EXPECT_EQ(answer_to("permessage-deflate; client_max_window_bits=8", small),
            "permessage-deflate; server_max_window_bits=10; client_max_window_bits=8");
  EXPECT_EQ(answer_to("permessage-deflate; client_max_window_bits=12", kTakeover),
            "permessage-deflate; client_max_window_bits=12");
  // Without the parameter the client uses the largest one.
  EXPECT_EQ(negotiate_deflate("permessage-deflate", small).value()->client_window_bits, 15);
}

TEST(DeflateNegotiation, AnOfferWithAWrongParameterIsDeclined) {
  for (const std::string_view parameters :
       {"unknown", "unknown=1", "server_no_context_takeover=1", "client_no_context_takeover=true",
        "server_max_window_bits", "server_max_window_bits=7", "server_max_window_bits=16", "server_max_window_bits=08",
        "server_max_window_bits=-9", "server_max_window_bits=1", "server_max_window_bits=1x",
        "client_max_window_bits=7", "client_max_window_bits=16", "client_max_window_bits=010",
        "client_max_window_bits=100", "Server_No_Context_Takeover"}) {
    EXPECT_EQ(answer_to("permessage-deflate; " + std::string(parameters)), "none") << parameters;
    EXPECT_EQ(answer_to("permessage-deflate; " + std::string(parameters) + ", permessage-deflate"), kNoTakeover)
        << parameters << ", then a fallback";
  }
}

TEST(DeflateNegotiation, ARepeatedParameterIsDeclined) {
  for (const std::string_view parameter : {"server_no_context_takeover", "client_no_context_takeover",
                                           "server_max_window_bits=10", "client_max_window_bits"}) {
    const std::string offer =
        "permessage-deflate; " + std::string(parameter) + "; client_max_window_bits=9; " + std::string(parameter);
    EXPECT_EQ(answer_to(offer), "none") << parameter;
  }
}

TEST(DeflateNegotiation, TheFirstOfferThatCanBeKeptIsTaken) {
  EXPECT_EQ(answer_to("x, permessage-deflate; server_max_window_bits=9, permessage-deflate", kTakeover),
            "permessage-deflate; server_max_window_bits=9");
  EXPECT_EQ(answer_to("permessage-deflate; server_max_window_bits=10, permessage-deflate; server_max_window_bits=9",
                      kTakeover),
            "permessage-deflate; server_max_window_bits=10");
}

TEST(DeflateNegotiation, QuotedValuesAndBlanksAreThoseOfTheGrammar) {
  EXPECT_EQ(answer_to("permessage-deflate; server_max_window_bits=\"10\"", kTakeover),
            "permessage-deflate; server_max_window_bits=10");
  EXPECT_EQ(answer_to("permessage-deflate; server_max_window_bits=\"1\\0\"", kTakeover),
            "permessage-deflate; server_max_window_bits=10");
  EXPECT_EQ(answer_to("\t permessage-deflate ;\tserver_max_window_bits = 10 ,", kTakeover),
            "permessage-deflate; server_max_window_bits=10");
}

TEST(DeflateNegotiation, WhatIsNoListOfExtensionsIsMalformed) {
  for (const std::string_view offers :
       {";", "permessage-deflate;", "permessage-deflate;;x", "permessage-deflate; =1", "permessage-deflate; x=",
        "permessage-deflate; x=\"", "permessage-deflate; x=\"\"", "permessage-deflate; x=\"a b\"",
        "permessage-deflate; x=\"a\\", "permessage-deflate x", "permessage-deflate; x y",
        "permessage-deflate, =", "(comment)", "permessage-deflate; x=1=2", "permessage-deflate\x80"}) {
    EXPECT_EQ(answer_to(offers), "malformed") << offers;
  }
}

}  // namespace
}  // namespace sio::ws
