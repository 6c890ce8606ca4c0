#!/usr/bin/python3
"""Debian's Python clients against a running sio-clients-server; driven by python.test.mjs.

Argument: JSON {kind, url, transports, controls}; kind: threads (socketio.Client), asyncio (socketio.AsyncClient),
engine (engineio.Client), engine_asyncio (engineio.AsyncClient). Each scenario of that kind is run once. Writes one line a
scenario, "ok NAME" or "failed NAME: why", and ends with status 0 if none failed. Where a scenario wants the server
killed or started it writes "want kill" or "want launch" and reads a line that says it is done.
"""
import asyncio
import inspect
import json
import queue
import sys
import traceback

import engineio
import socketio

CONFIG = {}
PATIENCE_S = 20
TEXTS = [["plain"], ["h\u00e9 \U0001f600 \u2028", '"\\/' + "".join(map(chr, range(32)))], [0, -1.5, 2**53 - 1, True, None],
         [{"deep": {"er": [[], {}, [{"a": [1, [2]]}]]}, "": 0}], ["x" * 300_000]]
BINARIES = [[b"\x00\x01\xff"], [b"", "beside", {"list": [b"1", {"deeper": bytes(256)}]}], [bytes(200_001), b"3"]]


class Threads:
    """The synchronous client, with the methods of the other one: everything can be awaited."""

    def __init__(self, reconnection=False):
        self.client = socketio.Client(reconnection=reconnection, reconnection_delay=0.05, reconnection_delay_max=0.2)

    async def connect(self, **options):
        self.client.connect(CONFIG["url"], transports=CONFIG["transports"], wait_timeout=PATIENCE_S, **options)

    async def emit(self, event, data=None, **options):
        self.client.emit(event, data, **options)

    async def call(self, event, data=None, **options):
        return self.client.call(event, data, timeout=options.pop("timeout", PATIENCE_S), **options)

    async def disconnect(self):
        self.client.disconnect()

    def listen(self, event, namespace="/"):
        got = queue.Queue()
        self.client.on(event, lambda *args: got.put(list(args)), namespace=namespace)

        async def following():
            return await asyncio.get_running_loop().run_in_executor(None, lambda: got.get(timeout=PATIENCE_S))

        return following


class Asyncio(Threads):
    def __init__(self, reconnection=False):
        self.client = socketio.AsyncClient(reconnection=reconnection, reconnection_delay=0.05, reconnection_delay_max=0.2)

    async def connect(self, **options):
        await self.client.connect(CONFIG["url"], transports=CONFIG["transports"], wait_timeout=PATIENCE_S, **options)

    async def emit(self, event, data=None, **options):
        await self.client.emit(event, data, **options)

    async def call(self, event, data=None, **options):
        return await self.client.call(event, data, timeout=options.pop("timeout", PATIENCE_S), **options)

    async def disconnect(self):
        await self.client.disconnect()

    def listen(self, event, namespace="/"):
        got = asyncio.Queue()
        self.client.on(event, lambda *args: got.put_nowait(list(args)), namespace=namespace)
        return lambda: asyncio.wait_for(got.get(), PATIENCE_S)


def check(actual, expected):
    if actual != expected:
        raise AssertionError(f"got {str(actual)[:300]}, expected {str(expected)[:300]}")


class SocketIo:
    """The scenarios; names of methods are what the table shows."""

    def __init__(self, kind):
        self.kind = kind

    async def connects_on_its_transport(self, make):
        chat = make()
        await chat.connect()
        check(chat.client.transport(), CONFIG["transports"][-1])
        check(chat.client.sid != chat.client.get_sid(), True)
        return chat

    async def auth_payload(self, make):
        chat = make()
        seen = chat.listen("auth")
        await chat.connect(auth={"token": "h\u00e9", "n": [1, None]})
        check(await seen(), [{"token": "h\u00e9", "n": [1, None]}])
        return chat

    async def events_both_ways(self, make):
        chat = make()
        back = chat.listen("message-back")
        await chat.connect()
        for args in TEXTS:
            await chat.emit("message", tuple(args))
            check(await back(), args)
        return chat

    async def binary_both_ways(self, make):
        chat = make()
        back = chat.listen("message-back")
        await chat.connect()
        for args in BINARIES:
            await chat.emit("message", tuple(args))
            check(await back(), args)
        return chat

    async def acknowledgements_by_the_server(self, make):
        chat = make()
        await chat.connect()
        check(await chat.call("message-with-ack", "one"), "one")
        check(await chat.call("message-with-ack", ("one", b"two")), ("one", b"two"))
        return chat

    async def acknowledgements_by_the_client(self, make):
        chat = make()
        answered, unanswered = chat.listen("answered"), chat.listen("unanswered")
        chat.client.on("question", lambda *args: ("yes", *args))
        await chat.connect()
        await chat.emit("ask", ("ready?", b"\x01"))
        check(await answered(), ["yes", "ready?", b"\x01"])
        return chat

    async def timeout_of_an_acknowledgement(self, make):
        chat = make()
        await chat.connect()
        try:
            await chat.call("silence", timeout=0.1)
        except socketio.exceptions.TimeoutError:
            return chat
        raise AssertionError("no timeout")

    async def several_namespaces(self, make):
        chat = make()
        back = chat.listen("message-back", namespace="/custom")
        await chat.connect(namespaces=["/", "/custom"])
        await chat.emit("message", "in custom", namespace="/custom")
        check(await back(), ["in custom"])
        check(chat.client.get_sid("/") != chat.client.get_sid("/custom"), True)
        await chat.emit("disconnect-me", namespace="/custom")
        check(await chat.call("message-with-ack", "still here"), "still here")
        return chat

    async def refusal_with_data(self, make):
        chat = make()
        refused = chat.listen("connect_error", namespace="/guarded")
        await chat.connect(namespaces=["/guarded"], wait=False)
        check(await refused(), [{"message": "not without a token", "data": {"code": 7, "text": "h\u00e9"}}])
        unknown = make()
        missing = unknown.listen("connect_error", namespace="/nowhere")
        await unknown.connect(namespaces=["/nowhere"], wait=False)
        check(await missing(), [{"message": "Invalid namespace"}])
        await unknown.disconnect()
        return chat

    async def disconnection_by_the_server(self, make):
        chat = make()
        left = chat.listen("disconnect")
        await chat.connect()
        await chat.emit("close-me")
        await left()
        return chat

    async def rooms_and_broadcasts(self, make):
        one, other = make(), make()
        told, all_told = other.listen("told"), one.listen("told-all")
        await one.connect()
        await other.connect()
        room = "python " + one.client.get_sid()
        await one.call("join", room)
        await other.call("join", room)
        await one.emit("tell", (room, b"\x05"))
        check(await told(), [room, b"\x05"])
        await other.call("leave", room)
        await other.emit("tell-all", "to all")
        check(await all_told(), ["to all"])
        await other.disconnect()
        return one

    async def a_burst_in_order(self, make):
        chat = make()
        counted = chat.listen("counted")
        await chat.connect()
        await chat.emit("count", 100)
        for i in range(100):
            check(await counted(), [i, b"\xff" * i] if i % 4 == 3 else [i])
        return chat

    async def heartbeat_over_four_intervals(self, make):
        chat = make()
        await chat.connect()
        await asyncio.get_running_loop().run_in_executor(None, chat.client.eio.create_event().wait, 1.4) \
            if self.kind == "threads" else await asyncio.wait([asyncio.create_task(asyncio.sleep(1.4))])
        check(await chat.call("message-with-ack", "alive"), "alive")
        return chat

    async def comes_back_after_the_server_was_killed(self, make):
        chat = make(reconnection=True)
        connected, left, back = chat.listen("connect"), chat.listen("disconnect"), chat.listen("message-back")
        await chat.connect()
        await connected()
        before = chat.client.get_sid()
        await control("kill")
        await left()
        await control("launch")
        await connected()
        check(chat.client.get_sid() != before, True)
        await chat.emit("message", "back")
        check(await back(), ["back"])
        return chat


class EngineIo:
    """engineio.Client and AsyncClient by themselves, against bare Engine.IO."""

    def __init__(self, kind):
        self.kind = kind

    # Text in ASCII: over polling this client hands text to requests, which sends it as Latin-1 or not at all.
    async def echoes_text_and_binary(self, make):
        client, got = make(), asyncio.Queue()
        loop = asyncio.get_running_loop()
        client.on("message", lambda data: loop.call_soon_threadsafe(got.put_nowait, data))
        connected = client.connect(CONFIG["url"], transports=CONFIG["transports"], engineio_path="engine.io")
        if inspect.isawaitable(connected):
            await connected
        check(client.transport(), CONFIG["transports"][-1])
        for message in ["hello", "4", b"\x00\xff", b"", "x" * 200_000, bytes(200_000)]:
            sent = client.send(message)
            if inspect.isawaitable(sent):
                await sent
            check(await asyncio.wait_for(got.get(), PATIENCE_S), message)
        return client

    async def heartbeat_over_four_intervals(self, make):
        client = make()
        connected = client.connect(CONFIG["url"], transports=CONFIG["transports"], engineio_path="engine.io")
        if inspect.isawaitable(connected):
            await connected
        await asyncio.wait([asyncio.create_task(asyncio.sleep(1.4))])
        check(client.state, "connected")
        return client


async def control(word):
    print(f"want {word}", flush=True)
    await asyncio.get_running_loop().run_in_executor(None, sys.stdin.readline)


KINDS = {"threads": (SocketIo, Threads), "asyncio": (SocketIo, Asyncio),
         "engine": (EngineIo, engineio.Client), "engine_asyncio": (EngineIo, engineio.AsyncClient)}


async def main():
    scenarios, make = KINDS[CONFIG["kind"]]
    suite, failed = scenarios(CONFIG["kind"]), 0
    for name, _ in inspect.getmembers(scenarios, inspect.iscoroutinefunction):
        try:
            client = await asyncio.wait_for(getattr(suite, name)(make), 2 * PATIENCE_S)
            ended = client.disconnect()
            if inspect.isawaitable(ended):
                await ended
            print(f"ok {name}", flush=True)
        except BaseException as error:  # whatever a client throws: the others are still to be run
            failed += 1
            why = "".join(traceback.format_exception(error)).replace("\n", " | ")
            print(f"failed {name}: {why}", flush=True)
    return failed


if __name__ == "__main__":
    CONFIG.update(json.loads(sys.argv[1]))
    sys.exit(1 if asyncio.run(main()) else 0)
