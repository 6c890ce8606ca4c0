import sys

import socketio

client = socketio.Client()
client.on("welcome", lambda id: sys.stdout.write(f"I am {id}\n"))
client.on("said", lambda text: sys.stdout.write(f"said: {text}\n"))
client.connect(sys.argv[1] if len(sys.argv) > 1 else "http://127.0.0.1:3000")
print(client.call("say", "Hello from Python", timeout=5))
client.disconnect()
