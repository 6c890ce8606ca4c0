#!/usr/bin/python3
"""Debian's python3-socketio (synchronous client) against a running server; driven by python.test.mjs.

Argument: JSON {url, transports, admin: {id, token}, user: {id, token}}. One unittest class; exit status 0 if all pass.
"""
import json
import queue
import sys
import unittest

import socketio

CONFIG = {}
PATIENCE_S = 10


class Chat:
    """One connection with a queue per event."""

    def __init__(self, person, wait=True, **auth):
        self.id = person["id"]
        self.events = {}
        self.client = socketio.Client(reconnection=False)
        for name in ("connection", "receive_message", "message_sent", "read_status_update", "resumed", "error"):
            self.events[name] = queue.Queue()
            self.client.on(name, self.events[name].put)
        self.refusals = queue.Queue()
        self.client.on("connect_error", self.refusals.put)
        self.client.connect(
            CONFIG["url"],
            auth={"token": person["token"], **auth},
            transports=CONFIG["transports"],
            wait=wait,
            wait_timeout=PATIENCE_S,
        )

    def next(self, event):
        return self.events[event].get(timeout=PATIENCE_S)

    def call(self, event, payload):
        return self.client.call(event, payload, timeout=PATIENCE_S)

    def close(self):
        self.client.disconnect()


class PythonClient(unittest.TestCase):
    def setUp(self):
        self.admin = Chat(CONFIG["admin"])
        self.user = Chat(CONFIG["user"])

    def tearDown(self):
        self.admin.close()
        self.user.close()

    def test_is_on_the_transport_meant(self):
        want = "polling" if CONFIG["transports"] == ["polling"] else "websocket"
        self.assertEqual(self.user.client.transport(), want)

    def test_connection_event(self):
        self.assertEqual(self.user.next("connection"), {"User_id": self.user.id, "Connection": True})

    def test_message_without_acknowledgement(self):
        self.user.client.emit("smessage", {"receiver_id": self.admin.id, "content": "h\u00e9llo \U0001f600"})
        sent = self.user.next("message_sent")
        got = self.admin.next("receive_message")
        self.assertEqual(sent["msg"], "Message sent successfully")
        self.assertEqual(got["content"], "h\u00e9llo \U0001f600")
        self.assertEqual((got["id"], got["sender_id"], got["receiver_id"]), (sent["id"], self.user.id, self.admin.id))

    def test_message_with_acknowledgement(self):
        answer = self.admin.call("smessage", {"receiver_id": self.user.id, "content": "hi"})
        self.assertIs(answer["ok"], True)
        self.assertEqual(self.user.next("receive_message")["id"], answer["id"])
        self.assertEqual(self.admin.next("message_sent")["id"], answer["id"])

    def test_a_burst_arrives_in_order(self):
        # More packets than this client takes in one poll (16) are under way.
        for i in range(60):
            self.user.client.emit("smessage", {"receiver_id": self.admin.id, "content": str(i)})
        got = [self.admin.next("receive_message") for _ in range(60)]
        self.assertEqual([message["content"] for message in got], [str(i) for i in range(60)])
        sent = [self.user.next("message_sent")["id"] for _ in range(60)]
        self.assertEqual(sent, [message["id"] for message in got])

    def test_read_marks(self):
        answer = self.user.call("smessage", {"receiver_id": self.admin.id, "content": "read me"})
        self.admin.next("receive_message")
        self.assertIs(self.admin.call("mark_message_read", {"sender_id": self.user.id})["ok"], True)
        update = {"sender_id": self.user.id, "receiver_id": self.admin.id, "up_to_id": answer["id"]}
        self.assertEqual(self.user.next("read_status_update"), update)
        self.assertEqual(self.admin.next("read_status_update"), update)

    def test_errors(self):
        answer = self.user.call("nonsense", {})
        self.assertEqual((answer["ok"], answer["code"]), (False, "unknown_event"))
        self.user.client.emit("smessage", {"receiver_id": self.user.id, "content": "to myself"})
        error = self.user.next("error")
        self.assertEqual((error["code"], error["event"]), ("receiver_not_found", "smessage"))

    def test_catching_up(self):
        first = self.user.call("smessage", {"receiver_id": self.admin.id, "content": "seen"})
        self.user.close()
        missed = [self.admin.call("smessage", {"receiver_id": self.user.id, "content": f"missed {i}"}) for i in range(40)]
        self.user = Chat(CONFIG["user"], after_id=first["id"])
        got = [self.user.next("receive_message")["id"] for _ in missed]
        self.assertEqual(got, [answer["id"] for answer in missed])
        self.assertGreaterEqual(self.user.next("resumed")["up_to_id"], got[-1])
        page = self.user.call("resume", {"after_id": first["id"]})
        self.assertEqual([message["id"] for message in page["messages"]], got)

    def test_a_bad_token_is_refused(self):
        refused = Chat({"id": 0, "token": "bad"}, wait=False)
        refusal = refused.refusals.get(timeout=PATIENCE_S)
        self.assertEqual(refusal, {"message": "Unauthorized", "data": {"code": "token_invalid"}})
        refused.close()


if __name__ == "__main__":
    CONFIG.update(json.loads(sys.argv.pop()))
    unittest.main(verbosity=2, warnings="ignore")  # this client leaves sockets to the garbage collector
