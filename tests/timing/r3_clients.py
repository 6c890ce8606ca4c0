"""The clients of r3.py, over bare sockets: readers that stop reading, pairs that chat at a steady rate, and whoever comes back.
Each kind runs in a process of its own and says what it sees in lines of JSON."""

import asyncio
import base64
import gc
import json
import os
import re
import socket
import struct
import sys
import time

SMALL_SEGMENT = 536
SMALL_WINDOW = 4_096
OPENING = 100  # at a time
ATTEMPTS = 20
DUE = re.compile(rb'"content":"h(\d+) ')
ID = re.compile(rb'"id":(\d+)')


def frame(payload: bytes) -> bytes:
    """A text message of a client, masked with zeros."""
    length = len(payload)
    if length < 126:
        return struct.pack("!BB4x", 0x81, 0x80 | length) + payload
    return struct.pack("!BBH4x", 0x81, 0xFE, length) + payload


class WebSocket:
    """A session over WebSocket; take() gives whole messages, heartbeats are answered in it."""

    def __init__(self, sock: socket.socket):
        self.sock, self.buffer = sock, bytearray()

    @classmethod
    async def open(cls, port: int, token: str, after: int | None = None, small: bool = False):
        loop = asyncio.get_running_loop()
        sock = socket.socket()
        sock.setblocking(False)
        if small:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, SMALL_WINDOW)
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_MAXSEG, SMALL_SEGMENT)
        await loop.sock_connect(sock, ("127.0.0.1", port))
        self = cls(sock)
        key = base64.b64encode(os.urandom(16))
        await loop.sock_sendall(sock, b"GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nHost: r3\r\nConnection: Upgrade\r\n"
                                b"Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: " + key + b"\r\n\r\n")
        while b"\r\n\r\n" not in self.buffer:
            await self.more()
        head, _, rest = bytes(self.buffer).partition(b"\r\n\r\n")
        if not head.startswith(b"HTTP/1.1 101 "):
            raise ConnectionError(head.decode())
        self.buffer = bytearray(rest)
        auth = {"token": token} if after is None else {"token": token, "after_id": after}
        await self.send(b"40" + json.dumps(auth).encode())
        await self.until(b'42["connection"')
        return self

    async def more(self) -> None:
        data = await asyncio.get_running_loop().sock_recv(self.sock, 262_144)
        if not data:
            raise ConnectionError("closed by the server")
        self.buffer += data

    async def send(self, payload: bytes) -> None:
        await asyncio.get_running_loop().sock_sendall(self.sock, frame(payload))

    async def take(self) -> bytes:
        while True:
            size, head = len(self.buffer), 2
            if size >= 2:
                length = self.buffer[1]
                head = {126: 4, 127: 10}.get(length, 2)
                if size >= head:
                    length = int.from_bytes(self.buffer[2:head], "big") if head > 2 else length
                    if size >= head + length:
                        opcode, message = self.buffer[0] & 15, bytes(self.buffer[head:head + length])
                        del self.buffer[:head + length]
                        if opcode != 1:
                            raise ConnectionError(f"opcode {opcode}")
                        if message == b"2":
                            await self.send(b"3")
                            continue
                        return message
            await self.more()

    async def until(self, begin: bytes) -> bytes:
        while not (message := await self.take()).startswith(begin):
            pass
        return message


# ---- readers that stop


async def stall_on_websocket(port: int, token: str) -> socket.socket:
    session = await WebSocket.open(port, token, after=0, small=True)
    return session.sock  # what comes now stays where it is


async def stall_on_polling(port: int, token: str) -> socket.socket:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)

    async def ask(method: bytes, target: bytes, body: bytes = b"") -> bytes:
        length = b"Content-Length: %d\r\n" % len(body) if method == b"POST" else b""
        writer.write(method + b" " + target + b" HTTP/1.1\r\nHost: r3\r\n" + length + b"\r\n" + body)
        head = await reader.readuntil(b"\r\n\r\n")
        answer = await reader.readexactly(int(re.search(rb"content-length: (\d+)", head, re.I)[1]))
        if b" 200 " not in head[:20]:
            raise ConnectionError(f"{head!r} {answer!r}")
        return answer

    target = b"/socket.io/?EIO=4&transport=polling"
    target += b"&sid=" + re.search(rb'"sid":"([^"]*)"', await ask(b"GET", target))[1]
    await ask(b"POST", target, b"40" + json.dumps({"token": token, "after_id": 0}).encode())
    writer.transport.pause_reading()
    return writer  # and no poll is ever sent


async def hold(port: int, tokens: list[str], websockets: int) -> None:
    """Opens one reader for each token, the first ones over WebSocket. Says how many are there, then waits to be ended."""
    opening, kept, failed = asyncio.Semaphore(OPENING), [], []

    async def one(number: int) -> None:
        for _ in range(ATTEMPTS):
            async with opening:
                try:
                    kept.append(await (stall_on_websocket if number < websockets else stall_on_polling)(port, tokens[number]))
                    return
                except (OSError, asyncio.IncompleteReadError) as error:
                    failed.append(str(error)[:60])
            await asyncio.sleep(1)  # as a late server says, which refuses for a while

    await asyncio.gather(*(one(number) for number in range(len(tokens))))
    print(json.dumps({"held": len(kept), "failed": failed}), flush=True)
    await asyncio.sleep(3_600)


async def come_back(port: int, tokens: list[str]) -> None:
    """Each catches up from the beginning. Says how many messages each got, if their ids only grew; else -1."""
    counts = []
    for token in tokens:
        session = await WebSocket.open(port, token, after=0)
        ids = []
        while not (message := await session.take()).startswith(b'42["resumed"'):
            if message.startswith(b'42["receive_message"'):
                ids.append(int(ID.search(message)[1]))
        counts.append(len(ids) if ids == sorted(set(ids)) else -1)
        session.sock.close()
    print(json.dumps({"counts": counts}), flush=True)


# ---- healthy pairs


async def chat(port: int, tokens: list[str], receivers: list[int], per_second: int) -> None:
    """Pair i: tokens[2i] writes to tokens[2i+1], whose id is receivers[i]. Says each second how late its messages came, from when
    they were due; one that does not come is as late as the end."""
    sessions = await asyncio.gather(*(WebSocket.open(port, token) for token in tokens))
    begun, due, waiting, late = time.perf_counter(), {}, set(), []

    async def listen(session: WebSocket) -> None:
        while True:
            message = await session.take()
            if (found := DUE.search(message)) and message.startswith(b'42["receive_message"'):
                number = int(found[1])
                late.append((time.perf_counter() - due.pop(number)) * 1_000)
                waiting.discard(number)
            elif message.startswith(b'42["error"'):
                raise ConnectionError(message.decode())

    async def drain(session: WebSocket) -> None:
        while True:
            if (await session.take()).startswith(b'42["error"'):
                raise ConnectionError("a send was refused")

    tasks = [asyncio.create_task(drain(session)) for session in sessions[0::2]]
    tasks += [asyncio.create_task(listen(session)) for session in sessions[1::2]]
    pairs, number, told = len(receivers), 0, begun
    gc.freeze()
    gc.disable()
    while True:
        now = time.perf_counter()
        while begun + number / per_second <= now:
            due[number] = begun + number / per_second
            waiting.add(number)
            payload = json.dumps({"receiver_id": receivers[number % pairs], "content": f"h{number} " + "x" * 90})
            await sessions[2 * (number % pairs)].send(b'42["smessage",' + payload.encode() + b"]")
            number += 1
        if now - told >= 1:
            overdue = [(now - due[each]) * 1_000 for each in waiting if now - due[each] > 1]
            print(json.dumps({"late": late + overdue}), flush=True)
            late.clear()
            told = now
        for task in tasks:
            if task.done():
                task.result()
        await asyncio.sleep(0.001)


if __name__ == "__main__":
    given = json.loads(sys.stdin.readline())
    asyncio.run({"hold": hold, "come_back": come_back, "chat": chat}[sys.argv[1]](**given))
