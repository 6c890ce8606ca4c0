#!/usr/bin/env python3
"""The tables of the main page are what the headers say: every limit with its default, every reason, every header.
Closes with "N passed, N failed"."""

import pathlib
import re
import sys
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs/reference/mainpage.md").read_text()
# The structs whose members are limits, and what stands before a member in the tables.
STRUCTS = {
    ("engineio/session.hpp", "Config"): "o.engine.session.",
    ("http/parser.hpp", "ParserLimits"): "s.http.parser.",
    ("http/pace.hpp", "BodyPace"): "s.http.body.",
    ("json/scanner.hpp", "Limits"): "o.decoder.json.",
    ("socketio/packet.hpp", "DecoderLimits"): "o.decoder.",
    ("server/options.hpp", "HttpOptions"): "s.http.",
    ("server/options.hpp", "EngineOptions"): "o.engine.",
    ("server/options.hpp", "SocketIoOptions"): "o.",
    ("server/options.hpp", "ServerOptions"): "s.",
    ("server/recovery.hpp", "RecoveryLimits"): "limits.",
    ("websocket/deflate_options.hpp", "DeflateOptions"): "",
}
NO_LIMIT = {"s.threads"}  # numbers that bound nothing


def header(name: str) -> str:
    return (ROOT / f"lib/{name.split('/')[0]}/include/sio/{name}").read_text()


def limits():
    """(name in the tables, default) of every number and time in the structs."""
    number = re.compile(r"^  (?:Milliseconds|std::size_t|std::uint32_t|unsigned|int) (\w+)(?:\{| = )([\d' *]+)\}?;", re.M)
    for (file, struct), prefix in STRUCTS.items():
        body = re.search(rf"^struct {struct} \{{\n(.*?)^\}};", header(file), re.M | re.S)[1]
        for name, value in number.findall(body):
            factors = [int(factor.replace("'", "")) for factor in value.split("*")]
            product = 1
            for factor in factors:
                product *= factor
            yield prefix + name, product


class Tables(unittest.TestCase):
    def test_name_every_limit_with_its_default(self):
        found = dict(limits())
        self.assertGreater(len(found), 35)
        for name, default in found.items():
            if name not in NO_LIMIT:
                with self.subTest(name):
                    self.assertIn(f"| `{name}` | {default:,} |", PAGE)

    def test_name_no_limit_that_is_not_there(self):
        found = dict(limits())
        for name in re.findall(r"^\| `((?:o|s|limits)\.[\w.]+)` \|", PAGE, re.M):
            self.assertIn(name, found)

    def test_name_every_reason_and_its_text(self):
        listed = re.search(r"enum class DisconnectReason[^{]*\{(.*?)\};", header("base/disconnect_reason.hpp"), re.S)[1]
        reasons = re.findall(r"^  (\w+),", listed, re.M)
        texts = dict(re.findall(r'DisconnectReason::(\w+):\s+return "([^"]+)"', (ROOT / "lib/base/disconnect_reason.cpp").read_text()))
        self.assertEqual(sorted(reasons), sorted(texts))
        rows = re.findall(r"^\| `(\w+)` \| ([a-z ]+) \| ", PAGE[PAGE.index("| sio::DisconnectReason | text |"):], re.M)
        self.assertEqual(rows, [(reason, texts[reason]) for reason in reasons])

    def test_name_headers_that_are_there(self):
        headers = re.findall(r"^\| `sio/server/(\w+\.hpp)` \|", PAGE, re.M)
        self.assertGreater(len(headers), 10)
        for name in headers:
            self.assertTrue(header(f"server/{name}"), name)


if __name__ == "__main__":
    result = unittest.main(exit=False).result
    failed = len(result.failures) + len(result.errors)
    print(f"{result.testsRun - min(failed, result.testsRun)} passed, {failed} failed: tables of the reference")
    sys.exit(1 if failed else 0)
