"""Web push (RFC 8030, 8291, 8292): a number and a title to browsers that asked for them.

The message is sealed for the browser; its push service sees only that there is one. pywebpush is
imported nowhere else. The address of a push service comes from a browser, so it is not believed:
only public hosts are asked, at the address that was examined, and no redirect is followed.
"""

import ipaddress
import json
import logging
import re
import socket
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

import urllib3
from cryptography.hazmat.primitives import serialization
from py_vapid import Vapid02
from py_vapid.utils import b64urlencode
from sqlalchemy.engine import Engine

from inspection.database import reading, writing
from inspection.notices import contacts, inbox, subscriptions
from inspection.notices.subscriptions import Subscription
from inspection.signing.jose import kept_key

_log = logging.getLogger("zhencha.notices")

TIMEOUT_SECONDS = 15
STALE_AFTER = timedelta(days=1)
_GONE = (404, 410)
_LATER = (408, 425, 429)
_NAME = re.compile(r"(?:[a-z0-9-]+\.)+[a-z][a-z0-9-]+")
"""A name of the public internet; no number in any of the ways in which addresses are written."""


@dataclass(frozen=True)
class Target:
    """Where a push service is: its name, and the address that its name was found to have."""

    scheme: str
    host: str
    port: int
    address: str
    path: str


def admissible(endpoint: str) -> bool:
    """Whether an address can be that of a push service: https, a name with a dot, no user."""
    try:
        where = urlsplit(endpoint)
        port = where.port
    except ValueError:
        return False
    return (
        where.scheme == "https"
        and _NAME.fullmatch(where.hostname or "") is not None
        and endpoint.isascii()
        and endpoint.isprintable()
        and " " not in endpoint
        and where.username is None
        and port in (None, 443)
    )


def public_target(endpoint: str) -> Target | None:
    """Return where an admissible address leads; None when that is not on the public internet.

    Raises OSError while its name cannot be looked up.
    """
    if not admissible(endpoint):
        return None
    where = urlsplit(endpoint)
    host = where.hostname or ""
    found = [str(each[4][0]) for each in socket.getaddrinfo(host, 443, type=socket.SOCK_STREAM)]
    if not found or not all(ipaddress.ip_address(each).is_global for each in found):
        return None
    return Target("https", host, 443, found[0], _path(endpoint))


def _path(endpoint: str) -> str:
    where = urlsplit(endpoint)
    return (where.path or "/") + (f"?{where.query}" if where.query else "")


@dataclass(frozen=True)
class Pusher:
    """The server's own key towards push services (VAPID), and how their addresses are examined."""

    key: Vapid02
    public_key: str
    """What browsers take as `applicationServerKey`."""
    contact: str
    """Where a push service finds whoever runs this server: mailto: or https:."""
    target: Callable[[str], Target | None] = public_target

    @classmethod
    def open(cls, path: Path, secret: bytes, *, contact: str) -> "Pusher":
        """Read the key from `path`, encrypted with `secret`; make it on first use."""
        private = kept_key(path, secret)
        point = private.public_key().public_bytes(
            serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint
        )
        return cls(Vapid02(private), b64urlencode(point), contact)


def deliver(
    notice_uuid: str, browser_uuid: str, *, engine: Engine, pusher: Pusher, at: datetime
) -> None:
    """Push one notice to one browser, unless it was opened or grew stale.

    A browser that its service no longer knows is forgotten; whatever else a later try may mend
    is raised.
    """
    with reading(engine) as session:
        notice = inbox.on_its_way(session, notice_uuid)
        browser = subscriptions.find(session, browser_uuid)
        if notice is None or browser is None or browser.person_id != notice.person_id:
            return
        language = contacts.of(session, notice.person_id).language
    if at - notice.sent_at > STALE_AFTER:
        return
    said = {"title": notice.said.title[language], "number": notice.said.number}
    where = pusher.target(browser.endpoint)
    status = _post(where, browser, json.dumps(said), pusher, at) if where else 410
    if status in _GONE:
        with writing(engine) as session:
            subscriptions.remove(session, browser_uuid)
    elif status in _LATER or status >= 500:
        raise ConnectionError(f"the push service answered {status}")
    elif status >= 300:
        _log.warning("push service refused a message: %d", status)


def _post(where: Target, browser: Subscription, text: str, pusher: Pusher, at: datetime) -> int:
    # It loads a whole second library for asking, and most processes push nothing.
    from pywebpush import WebPusher

    keys = {"p256dh": browser.p256dh, "auth": browser.auth}
    sealed = WebPusher({"endpoint": browser.endpoint, "keys": keys}).encode(text.encode())
    origin = f"{where.scheme}://{where.host}" + ("" if where.port == 443 else f":{where.port}")
    claims = {
        "sub": pusher.contact,
        "aud": origin,
        "exp": int((at + timedelta(hours=12)).timestamp()),
    }
    headers = {
        **pusher.key.sign(claims),
        "Host": origin.partition("://")[2],
        "Content-Encoding": "aes128gcm",
        "Content-Type": "application/octet-stream",
        "TTL": str(int(STALE_AFTER.total_seconds())),
        "Urgency": "normal",
    }
    with _pool(where) as pool:
        answer = pool.urlopen(
            "POST", where.path, body=sealed["body"], headers=headers, redirect=False, retries=False
        )
        return int(answer.status)


def _pool(where: Target) -> urllib3.HTTPConnectionPool:
    """Connect to the examined address, and to nobody who cannot prove the name."""
    if where.scheme != "https":
        return urllib3.HTTPConnectionPool(where.address, where.port, timeout=TIMEOUT_SECONDS)
    return urllib3.HTTPSConnectionPool(
        where.address,
        where.port,
        timeout=TIMEOUT_SECONDS,
        server_hostname=where.host,
        assert_hostname=where.host,
    )
