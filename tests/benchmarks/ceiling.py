"""The ceiling to compare with: Flask, one durable SQLite commit, and nothing else.

Served like the real thing and measured in the same run, because the speed of a
virtual machine changes from hour to hour. With a photo, 300 KB are also written
and fsynced before the commit. Not a part of the product.
"""

import os
import sqlite3
from pathlib import Path
from uuid import uuid4

from flask import Flask, Response, request

FOLDER = Path(os.environ.get("CEILING_FOLDER", "."))
app = Flask(__name__)


def connection() -> sqlite3.Connection:
    """Open the database with the product's durability."""
    opened = sqlite3.connect(FOLDER / "ceiling.sqlite3", timeout=20, isolation_level=None)
    opened.execute("PRAGMA journal_mode=WAL")
    opened.execute("PRAGMA synchronous=FULL")
    return opened


with connection() as first:
    first.execute("CREATE TABLE IF NOT EXISTS kept (uuid TEXT PRIMARY KEY, body BLOB)")


@app.get("/api/v1/ping")
def ping() -> Response:
    """Ready."""
    return Response(status=204)


@app.put("/api/v1/records/<uuid>")
def put(uuid: str) -> Response:
    """Keep one body durably."""
    with connection() as database:
        database.execute("INSERT INTO kept VALUES (?, ?)", (uuid, request.get_data()))
    return Response(status=201)


@app.patch("/api/v1/blobs/<digest>")
def patch(digest: str) -> Response:
    """Write and fsync one piece."""
    with (FOLDER / f"{digest[:8]}-{uuid4()}").open("wb") as file:
        file.write(request.get_data())
        file.flush()
        os.fsync(file.fileno())
    return Response(status=204)
