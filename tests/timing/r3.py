#!/usr/bin/env python3
"""R3: readers that do not read cost bounded memory, and the others nothing. One server process; READERS people, each with
messages of their own that wait for them, connect, ask for those, and stop reading, some over WebSocket (with a small window),
the others by never polling. Meanwhile pairs chat at 1,000 messages a second. Then many get more, so that the budget of all
queues is passed and the most stalled are closed. In the end some of either kind come back and must get all of theirs.

Fails over 256 MiB + 24 KiB a reader of resident memory, over 50 ms at p99 of the pairs, if fewer than nearly all readers were
there at once, if the budget was never reached, or if somebody misses a message.

    r3.py SERVER [--readers 15000]         SERVER: build/release/bin/parley
"""

import argparse
import base64
import hashlib
import hmac
import json
import os
import pathlib
import re
import socket
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request

from r3_clients import WebSocket

MIB = 1_048_576
BUDGET = 256 * MIB
PER_READER = 24 * 1_024
P99_MS_MAX = 50
HELD_MIN = 0.99
PAIRS = 50
PER_SECOND = 1_000
ALONE_S = 10
HELD_S = 8
MESSAGE_BYTES = 1_000
# Waiting messages: what an unread queue of its own holds, and for WebSockets also what the kernel takes.
POLLING_MESSAGES = 10
WEBSOCKET_MESSAGES = 300
MORE_SHARE = 0.4  # of the readers get one message more, of MORE_BYTES
MORE_PER_SECOND = 500
MORE_BYTES = 10_000
SAMPLE = 60
DESCRIPTORS_MAX = 20_000


def token(user: int, role: str, key: bytes) -> str:
    def text(value: dict) -> bytes:
        return base64.urlsafe_b64encode(json.dumps(value, separators=(",", ":")).encode()).rstrip(b"=")

    now = int(time.time())
    claims = {"sub": str(user), "role": role, "type": "access", "iat": now, "nbf": now, "exp": now + 7_200, "jti": f"t{user}", "sid": f"l{user}"}
    signed = text({"alg": "HS256", "typ": "JWT"}) + b"." + text(claims)
    return (signed + b"." + base64.urlsafe_b64encode(hmac.digest(key, signed, hashlib.sha256)).rstrip(b"=")).decode()


class People:
    """In the database before the server starts, with logins and waiting messages: user 1 is the admin who writes to all readers;
    the pairs' users and admins come after the readers."""

    def __init__(self, data: pathlib.Path, server: str, readers: int):
        self.readers, self.websockets = readers, readers // 30
        key = os.urandom(32)
        (data / "jwt.key").write_bytes(key)
        (data / "jwt.key").chmod(0o600)
        subprocess.run([server, "migrate", "--data", str(data)], check=True, stdout=subprocess.DEVNULL)
        self.total = 1 + readers + 2 * PAIRS
        roles = ["admin"] + ["user"] * readers + ["user", "admin"] * PAIRS
        self.tokens = [token(i + 1, role, key) for i, role in enumerate(roles)]
        until = int((time.time() + 86_400) * 1e6)
        with sqlite3.connect(data / "parley.db") as db:
            db.executemany("INSERT INTO user (id, name, email, password, role) VALUES (?, ?, ?, '-', ?)",
                           ((i + 1, f"p{i + 1}", f"p{i + 1}@r3.test", role) for i, role in enumerate(roles)))
            db.executemany("INSERT INTO login VALUES (?, ?, '-', 0, ?)", ((f"l{i}", i, until) for i in range(1, self.total + 1)))
            db.executemany("INSERT INTO chat (sender_id, receiver_id, content, timestamp, read_status) VALUES (1, ?, ?, '2026-01-01 00:00:00', 0)",
                           ((reader + 2, "w" * MESSAGE_BYTES) for reader in range(readers) for _ in range(self.waiting(reader))))
        db.close()

    def waiting(self, reader: int) -> int:
        return WEBSOCKET_MESSAGES if reader < self.websockets else POLLING_MESSAGES

    def more(self) -> list[int]:
        """Who gets one more, in no order that the server could know: 7,919 is a prime."""
        return [number * 7_919 % self.readers for number in range(int(self.readers * MORE_SHARE))]

    def pair_tokens(self) -> list[str]:
        return self.tokens[1 + self.readers:]

    def pair_receivers(self) -> list[int]:
        return [self.readers + 3 + 2 * i for i in range(PAIRS)]


class Client(threading.Thread):
    """A process of r3_clients.py; keeps the lines it says."""

    def __init__(self, kind: str, **given):
        super().__init__(daemon=True)
        path = pathlib.Path(__file__).with_name("r3_clients.py")
        # pylint: disable=consider-using-with  # ended by close()
        self.process = subprocess.Popen([sys.executable, str(path), kind], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.process.stdin.write(json.dumps(given) + "\n")
        self.process.stdin.flush()
        self.said = []
        self.start()

    def run(self) -> None:
        for line in self.process.stdout:
            self.said.append(json.loads(line))

    def first(self, seconds: float) -> dict:
        deadline = time.monotonic() + seconds
        while not self.said and time.monotonic() < deadline and self.process.poll() is None:
            time.sleep(0.1)
        if self.process.poll() is not None:
            self.join(10)  # the rest of what it said
        if not self.said:
            raise SystemExit("a client process failed or is not ready in time")
        return self.said[0]

    def close(self) -> None:
        self.process.kill()
        self.process.wait()


class Server:
    def __init__(self, path: str, data: pathlib.Path):
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.metrics_port = free.getsockname()[1]
        # pylint: disable=consider-using-with  # ended by close()
        self.process = subprocess.Popen([path, "serve", "--data", str(data), "--listen", "127.0.0.1:0", "--rate-limits", "off", "--log-level", "warning",
                                         "--metrics-listen", f"127.0.0.1:{self.metrics_port}"], stdout=subprocess.PIPE, text=True)
        for line in self.process.stdout:
            if found := re.search(r"listening.*?:(\d+)", line):
                self.port = int(found[1])
                break
        else:
            raise SystemExit("the server did not start")
        self.peak, self.ended = 0, False
        threading.Thread(target=self.watch, daemon=True).start()

    def watch(self) -> None:
        while not self.ended:
            self.peak = max(self.peak, self.resident())
            time.sleep(0.1)

    def resident(self) -> int:
        status = pathlib.Path(f"/proc/{self.process.pid}/status").read_text(encoding="ascii")
        found = re.search(r"^VmRSS:\s+(\d+)", status, re.M)
        return int(found[1]) * 1_024 if found else 0

    def metrics(self) -> dict[str, float]:
        with urllib.request.urlopen(f"http://127.0.0.1:{self.metrics_port}/metrics", timeout=10) as answer:
            text = answer.read().decode()
        return {m[1]: float(m[2]) for m in re.finditer(r"^(\w+) ([0-9.e+]+)$", text, re.M)}

    def close(self) -> None:
        self.ended = True
        self.process.terminate()
        self.process.wait(30)


def send_more(port: int, people: People) -> int:
    """The admin writes to one reader after the other; how many were stored."""
    import asyncio  # pylint: disable=import-outside-toplevel

    async def write() -> None:
        session = await WebSocket.open(port, people.tokens[0])
        begun, stored, due = time.perf_counter(), 0, people.more()

        async def answers() -> None:
            nonlocal stored
            while stored < len(due):
                if (await session.take()).startswith(b'42["message_sent"'):
                    stored += 1

        reading = asyncio.create_task(answers())
        for number, reader in enumerate(due):
            while begun + number / MORE_PER_SECOND > time.perf_counter():
                await asyncio.sleep(0.001)
            payload = json.dumps({"receiver_id": reader + 2, "content": "m" * MORE_BYTES})
            await session.send(b'42["smessage",' + payload.encode() + b"]")
        await asyncio.wait_for(reading, 60)

    asyncio.run(write())
    return len(people.more())


def percentile(times: list[float], share: float) -> float:
    return times[min(len(times) - 1, int(len(times) * share))]


def show(what: str, pairs: Client, begin: int, server: Server) -> float:
    deadline = time.monotonic() + 10
    while len(pairs.said) <= begin:
        if time.monotonic() > deadline or pairs.process.poll() is not None:
            raise SystemExit("the pairs say nothing any more")
        time.sleep(0.1)
    times = sorted(each for said in pairs.said[begin:] for each in said["late"])
    now = server.metrics()
    print(f"{what:34}{len(times):7} messages   " + "   ".join(f"{name} {percentile(times, share):7.2f} ms" for share, name in ((0.5, "p50"), (0.99, "p99"), (0.999, "p99.9")))
          + f"   waiting {now['parley_waiting_bytes'] / MIB:6.1f} MiB   resident {server.resident() / MIB:6.1f} MiB"
          + f"   closed {int(now['parley_slow_consumers_queue_total'])} + {int(now['parley_slow_consumers_budget_total'])}"
          + f"   load {os.getloadavg()[0]:.1f}", flush=True)
    return percentile(times, 0.99)


def check_sample(server: Server, people: People) -> bool:
    """Everybody of the sample gets what was there before and what came while they did not read."""
    step = max(1, people.readers // SAMPLE)
    sample = list(range(0, people.readers, step))
    back = Client("come_back", port=server.port, tokens=[people.tokens[reader + 1] for reader in sample])
    counts = back.first(120)["counts"]
    back.close()
    more = set(people.more())
    expected = [people.waiting(reader) + (reader in more) for reader in sample]
    wrong = [(reader, count, due) for reader, count, due in zip(sample, counts, expected) if count != due]
    print(f"{len(sample)} of them came back; messages missing, double or out of order: {wrong or 'none'}")
    return not wrong


def run(arguments) -> bool:
    clients: list[Client] = []
    with tempfile.TemporaryDirectory(prefix="parley-r3-") as directory:
        data = pathlib.Path(directory)
        people = People(data, arguments.server, arguments.readers)
        server = Server(arguments.server, data)
        try:
            pairs = Client("chat", port=server.port, tokens=people.pair_tokens(), receivers=people.pair_receivers(), per_second=PER_SECOND)
            clients.append(pairs)
            pairs.first(60)
            time.sleep(ALONE_S)
            show("pairs alone", pairs, 1, server)
            begin = len(pairs.said)
            readers = Client("hold", port=server.port, tokens=people.tokens[1:1 + people.readers], websockets=people.websockets)
            clients.append(readers)
            held = readers.first(120)
            show(f"while {people.readers} readers connect", pairs, begin, server)
            begin = len(pairs.said)
            time.sleep(HELD_S)
            p99 = [show(f"with {held['held']} that do not read", pairs, begin, server)]
            begin = len(pairs.said)
            sent = send_more(server.port, people)
            p99.append(show(f"and {sent} messages of {MORE_BYTES // 1_000} kB more", pairs, begin, server))
            closed = server.metrics()["parley_slow_consumers_budget_total"]
            complete = check_sample(server, people)
        finally:
            for client in clients:
                client.close()
            server.close()
    bound = BUDGET + people.readers * PER_READER
    checks = {
        f"{held['held']} of {people.readers} readers were there; refused or broken on the way {len(held['failed'])} {held['failed'][:1]}": held["held"] >= people.readers * HELD_MIN,
        f"resident memory at most {server.peak / MIB:.0f} MiB, allowed {bound / MIB:.0f}": server.peak <= bound,
        f"p99 at most {max(p99):.2f} ms, allowed {P99_MS_MAX}": max(p99) <= P99_MS_MAX,
        f"{int(closed)} closed for the budget": closed > 0,
        "nobody misses a message": complete,
    }
    for what, good in checks.items():
        print(("ok      " if good else "FAILED  ") + what)
    print(f"{sum(checks.values())} passed, {len(checks) - sum(checks.values())} failed")
    return all(checks.values())


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("server")
    parser.add_argument("--readers", type=int, default=15_000)
    arguments = parser.parse_args()
    if arguments.readers > DESCRIPTORS_MAX - 1_000:
        raise SystemExit("one process may not have so many descriptors")
    return 0 if run(arguments) else 1


if __name__ == "__main__":
    sys.exit(main())
