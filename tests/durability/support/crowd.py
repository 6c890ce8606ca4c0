"""Adds people with a login each to a database that no server has open: thousands, without hashing a password for each.

    crowd.py DATABASE COUNT ROLE

Copies the password of user 1. Prints the id of the first one; the others follow it. The login of user N is `crowd-N`.
"""

import sqlite3
import sys
import time

database, count, role = sys.argv[1], int(sys.argv[2]), sys.argv[3]
with sqlite3.connect(database) as db:
    (password,) = db.execute("SELECT password FROM user WHERE id = 1").fetchone()
    (last,) = db.execute("SELECT max(id) FROM user").fetchone()
    now = int(time.time() * 1_000_000)
    ids = range(last + 1, last + 1 + count)
    db.executemany("INSERT INTO user (id, name, email, password, role) VALUES (?, ?, ?, ?, ?)",
                   ((i, f"crowd {i}", f"crowd{i}@example.com", password, role) for i in ids))
    db.executemany("INSERT INTO login (id, user_id, refresh_token_id, begun_unix_us, expires_unix_us) VALUES (?, ?, ?, ?, ?)",
                   ((f"crowd-{i}", i, f"none-{i}", now, now + 86_400_000_000) for i in ids))
print(last + 1)
