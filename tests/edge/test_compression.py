"""What everybody may keep travels compressed; what is somebody's own never does."""

import gzip

from flask.testing import FlaskClient

GZIP = {"Accept-Encoding": "gzip, br"}


def test_a_page_that_tablets_keep_travels_compressed_and_says_the_same(client: FlaskClient) -> None:
    plain = client.get("/tablet/zh/start")
    packed = client.get("/tablet/zh/start", headers=GZIP)
    assert packed.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(packed.data) == plain.data
    assert len(packed.data) < len(plain.data) / 3
    assert "Accept-Encoding" in plain.headers["Vary"], "a shared cache must not mix them up"


def test_a_built_file_is_still_known_by_its_tag(client: FlaskClient) -> None:
    packed = client.get("/static/dist/app.css", headers=GZIP)
    assert packed.headers["Content-Encoding"] == "gzip"
    again = client.get(
        "/static/dist/app.css", headers={**GZIP, "If-None-Match": packed.headers["ETag"]}
    )
    assert (again.status_code, again.data) == (304, b"")


def test_what_belongs_to_somebody_is_not_compressed(client: FlaskClient) -> None:
    """Lengths of compressed pages with a token in them can be asked out of them (BREACH)."""
    for path in ("/sign-in", "/verify", "/api/v1/me"):
        answer = client.get(path, headers=GZIP)
        assert "no-store" in answer.headers["Cache-Control"]
        assert "Content-Encoding" not in answer.headers, path
