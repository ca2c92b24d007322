"""Web push: sealed for one browser, signed by this server, and only to public push services."""

import base64
import json
import socket
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

from inspection.jobs import queue
from inspection.notices import push
from inspection.notices.push import Pusher, public_target
from tests.builders.people import Person
from tests.notices.desk import Desk
from tests.notices.pushing import Browser, PushService, push_service
from tests.notices.test_mail import queue_is_empty, urged, work
from tests.scene import Scene

ENDPOINT = "https://push.example.com/send/abc?d=1"


@pytest.fixture
def service(scene: Scene) -> Iterator[PushService]:
    """A push service that stands for all."""
    with push_service() as service:
        pusher = replace(scene.wiring.pusher, target=service.target)
        scene.app.extensions["zhencha"] = replace(scene.wiring, pusher=pusher)
        yield service


def allow(scene: Scene, person: Person, browser: Browser, **fields: str) -> None:
    answer = Desk(scene, person).send("/inbox/browsers", **{**browser.offered, **fields})
    assert answer.status_code == 303


def test_a_browser_is_told_a_title_and_a_number_and_nobody_else_can_read_it(
    scene: Scene, service: PushService
) -> None:
    browser = Browser(ENDPOINT)
    allow(scene, scene.cast.head, browser)
    urged(scene)
    work(scene)
    ((path, headers, sealed),) = service.messages
    ((number,),) = scene.rows("SELECT number FROM hazard")
    assert path == "/send/abc?d=1"
    assert browser.opens(sealed) == {"title": "催办", "number": number}
    assert number.encode() not in sealed
    assert headers["Content-Encoding"] == "aes128gcm"
    assert int(headers["TTL"]) > 0


def test_the_message_is_signed_by_the_key_that_browsers_were_given(
    scene: Scene, service: PushService
) -> None:
    allow(scene, scene.cast.head, Browser(ENDPOINT))
    page = Desk(scene, scene.cast.head).read("/inbox/channels")
    urged(scene)
    work(scene)
    ((_, headers, _body),) = service.messages
    token, key = headers["Authorization"].removeprefix("vapid t=").split(",k=")
    assert f'data-key="{key}"' in page
    signed, _, signature = token.rpartition(".")
    claims = json.loads(decoded(signed.split(".")[1]))
    assert claims["aud"] == f"http://127.0.0.1:{service.port}"
    assert claims["sub"].startswith("mailto:")
    raw = decoded(signature)
    public = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), decoded(key))
    der = encode_dss_signature(int.from_bytes(raw[:32]), int.from_bytes(raw[32:]))
    public.verify(der, signed.encode(), ec.ECDSA(hashes.SHA256()))


def decoded(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


@pytest.mark.parametrize("status", [404, 410])
def test_a_browser_that_is_gone_is_forgotten(
    scene: Scene, service: PushService, status: int
) -> None:
    allow(scene, scene.cast.head, Browser(ENDPOINT))
    service.status = status
    urged(scene)
    work(scene)
    assert scene.count("push_subscription") == 0
    assert queue_is_empty(scene)


def test_a_push_service_in_trouble_is_tried_again(scene: Scene, service: PushService) -> None:
    allow(scene, scene.cast.head, Browser(ENDPOINT))
    service.status = 503
    urged(scene)
    work(scene)
    service.status = 201
    scene.clock.passes(queue.FIRST_RETRY_AFTER)
    work(scene)
    assert len(service.messages) == 2
    assert queue_is_empty(scene)


def test_no_redirect_is_followed(scene: Scene, service: PushService) -> None:
    allow(scene, scene.cast.head, Browser(ENDPOINT))
    service.status, service.headers = 307, {"Location": "/elsewhere"}
    urged(scene)
    work(scene)
    assert [path for path, _, _ in service.messages] == ["/send/abc?d=1"]


def test_a_browser_that_was_stopped_gets_nothing(scene: Scene, service: PushService) -> None:
    allow(scene, scene.cast.head, Browser(ENDPOINT))
    ((uuid,),) = scene.rows("SELECT uuid FROM push_subscription")
    Desk(scene, scene.cast.officer).send(f"/inbox/browsers/{uuid}/removal")
    assert scene.count("push_subscription") == 1, "it is not theirs to stop"
    Desk(scene, scene.cast.head).send(f"/inbox/browsers/{uuid}/removal")
    urged(scene)
    work(scene)
    assert service.messages == []


def test_a_browser_belongs_to_whoever_allowed_it_last(scene: Scene, service: PushService) -> None:
    allow(scene, scene.cast.head, Browser(ENDPOINT))
    allow(scene, scene.cast.auditor, Browser(ENDPOINT))
    urged(scene)
    work(scene)
    assert service.messages == []


def test_what_is_stale_is_not_pushed(scene: Scene, service: PushService) -> None:
    allow(scene, scene.cast.head, Browser(ENDPOINT))
    urged(scene)
    scene.clock.passes(timedelta(days=2))
    work(scene)
    assert service.messages == []


@pytest.mark.parametrize(
    "endpoint",
    [
        "http://push.example.com/x",
        "https://127.0.0.1/x",
        "https://[::1]/x",
        "https://2130706433/x",
        "https://0x7f.1/x",
        "https://localhost/x",
        "https://push.example.com:8443/x",
        "https://user@push.example.com/x",
        "https://push.example.com/\r\nX: y",
        "file:///etc/passwd",
        "https://push.example.com/" + "x" * 1000,
        "",
    ],
)
def test_only_addresses_of_push_services_are_taken(scene: Scene, endpoint: str) -> None:
    allow(scene, scene.cast.head, Browser(endpoint))
    assert scene.count("push_subscription") == 0


@pytest.mark.parametrize(
    "fields", [{"p256dh": "AAAA"}, {"auth": "AAAA"}, {"p256dh": "!"}, {"auth": ""}]
)
def test_keys_that_seal_nothing_are_refused(scene: Scene, fields: dict[str, str]) -> None:
    allow(scene, scene.cast.head, Browser(ENDPOINT), **fields)
    assert scene.count("push_subscription") == 0


@pytest.mark.parametrize(
    "address", ["127.0.0.1", "10.1.2.3", "169.254.169.254", "192.168.0.1", "::1", "fd00::1"]
)
def test_a_name_that_leads_into_the_house_is_not_followed(
    monkeypatch: pytest.MonkeyPatch, address: str
) -> None:
    def looked_up(*_: object, **__: object) -> list[tuple[object, ...]]:
        public = (socket.AF_INET, socket.SOCK_STREAM, 6, "", ("203.0.114.1", 443))
        return [public, (socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, 443))]

    monkeypatch.setattr(push.socket, "getaddrinfo", looked_up)
    assert public_target(ENDPOINT) is None


def test_the_address_that_was_examined_is_the_one_that_is_asked(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    found = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("203.0.114.1", 443))]
    monkeypatch.setattr(push.socket, "getaddrinfo", lambda *_, **__: found)
    target = public_target(ENDPOINT)
    assert target is not None
    assert (target.address, target.host) == ("203.0.114.1", "push.example.com")
    pool = push._pool(target)
    assert (pool.host, pool.conn_kw["server_hostname"]) == ("203.0.114.1", "push.example.com")


def test_the_key_towards_push_services_is_kept(scene: Scene) -> None:
    settings = scene.wiring.settings
    again = Pusher.open(settings.home / "push-key.pem", settings.secret, contact="mailto:a@b.cn")
    assert again.public_key == scene.wiring.pusher.public_key
    assert b"ENCRYPTED" in (settings.home / "push-key.pem").read_bytes()
