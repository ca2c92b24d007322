"""What a record's page says while its report waits for somebody else's time server."""

import subprocess
from dataclasses import replace
from pathlib import Path

from inspection import worker
from inspection.jobs import queue
from inspection.signing.authority import Authority
from inspection.signing.own import Own, TimeServer
from tests.scene import Scene
from tests.signing import outside, sealed
from tests.tablet import COOKIE


def _asks(scene: Scene, directory: Path, server: TimeServer) -> None:
    """From now on this server asks that one for the time."""
    authority = Authority.open(
        directory / "authority",
        sealed.SECRET,
        organisation=sealed.ORGANISATION,
        at=scene.clock(),
        own=Own(time=server),
    )
    scene.app.extensions["zhencha"] = replace(scene.wiring, authority=authority)


def test_a_report_waits_for_the_time_says_so_and_comes_by_itself(
    scene: Scene, tmp_path: Path
) -> None:
    with outside.time_server(lambda _request: b"") as server:
        pass  # the port is free again: nobody answers there
    _asks(scene, tmp_path, server)
    made = scene.filled()
    scene.tablet.hand_in(made)
    scene.tablet.send_all(made)
    assert worker.work_once(scene.wiring) is True
    assert scene.count("report") == 0
    browser = scene.app.test_client()
    browser.set_cookie(COOKIE, scene.token_of(scene.cast.office))
    page = browser.get(f"/records/{made.uuid}", headers={"Accept-Language": "zh"})
    said = page.get_data(as_text=True)
    assert "时间戳服务器 127.0.0.1 没有应答。" in said
    assert "报告会自动出具" in said
    assert "已试 1 次" in said
    scene.clock.passes(queue.FIRST_RETRY_AFTER)
    with outside.time_server(lambda it: outside.granted(it, scene.clock()).dump()) as server:
        _asks(scene, tmp_path, server)
        assert worker.work_once(scene.wiring) is True
    ((digest,),) = scene.rows("SELECT sha256 FROM report")
    (tmp_path / "report.pdf").write_bytes(scene.wiring.blobs.read(digest))
    read = ["pdftotext", tmp_path / "report.pdf", "-"]
    words = subprocess.run(read, capture_output=True, text=True, check=True).stdout
    assert "第三方时间戳服务127.0.0.1" in "".join(words.split())
