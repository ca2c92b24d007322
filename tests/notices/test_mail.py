"""Notices by e-mail: handed to a real server, with no more in them than is needed."""

import re
from dataclasses import replace
from datetime import date, timedelta

import pytest
from werkzeug.test import TestResponse

from inspection import worker
from inspection.hazards import escalation
from inspection.jobs import queue
from inspection.notices.mail import Post
from tests.builders.people import Person
from tests.builders.stepping import raised
from tests.live import free_port
from tests.notices.desk import Desk
from tests.notices.post import post_office
from tests.scene import Scene

SENDER = "zhencha@example.cn"


def mails_to(scene: Scene, url: str) -> None:
    """From now on this server hands its mail over there."""
    post = Post(url, SENDER, "https://zhencha.example.cn")
    scene.app.extensions["zhencha"] = replace(scene.wiring, post=post)


def asks_for_mail(scene: Scene, language: str = "zh", rhythm: str = "each", **said: str) -> None:
    fields = {"email": "zhou@example.cn", "rhythm": rhythm, "language": language, **said}
    assert Desk(scene, scene.cast.head).send("/inbox/channels", **fields).status_code == 303


def wants_mail(scene: Scene, language: str = "zh", rhythm: str = "each") -> None:
    """The head asks for mail, and confirms the address by the link that comes to it."""
    with post_office() as office:
        mails_to(scene, office.url)
        asks_for_mail(scene, language, rhythm)
        work(scene)
    (mail,) = office.mails
    assert follow(scene, mail.get_content()).status_code == 303


def follow(scene: Scene, body: str, person: Person | None = None) -> TestResponse:
    """Follow the link of a mail that asks whether the address is one's own, and say yes."""
    link = re.search(r"https://zhencha.example.cn(/inbox/channels/confirmation\?token=(\w+))", body)
    assert link, body
    desk = Desk(scene, person or scene.cast.head)
    return desk.send("/inbox/channels/confirmation", "/inbox/channels", token=link[2])


def urged(scene: Scene) -> str:
    """A hazard whose deadline has come, told."""
    made = scene.filled()
    assert scene.tablet.hand_in(made).status == 201
    ((due,),) = scene.rows("SELECT deadline_on FROM hazard")
    scene.clock.passes(date.fromisoformat(str(due)) - scene.clock().date())
    assert escalation.escalate(engine=scene.engine, clock=scene.clock) == 1
    return raised(scene, made)


def work(scene: Scene) -> None:
    while worker.work_once(scene.wiring):
        pass


@pytest.mark.parametrize(("language", "words"), [("zh", "催办"), ("en", "Urging")])
def test_a_mail_says_which_hazard_until_when_and_where_to_read_on(
    scene: Scene, language: str, words: str
) -> None:
    wants_mail(scene, language)
    with post_office() as office:
        mails_to(scene, office.url)
        urged(scene)
        work(scene)
    (mail,) = office.mails
    ((number, due),) = scene.rows("SELECT number, deadline_on FROM hazard")
    ((notice,),) = scene.rows(
        "SELECT n.uuid FROM notice n JOIN person p ON p.id = n.person_id WHERE p.uuid = :uuid",
        uuid=scene.cast.head.uuid,
    )
    assert mail["To"] == "zhou@example.cn"
    assert mail["From"] == SENDER
    assert words in mail["Subject"]
    assert number in mail["Subject"]
    body = mail.get_content()
    assert mail.get_content_type() == "text/plain"
    assert str(due) in body
    assert scene.settled.enterprise.name in body
    assert f"https://zhencha.example.cn/inbox/{notice}" in body
    ((summary,),) = scene.rows("SELECT summary FROM hazard")
    assert summary not in body, "the words stay behind the sign-in"


def test_nothing_goes_to_an_address_that_nobody_confirmed(scene: Scene) -> None:
    with post_office() as office:
        mails_to(scene, office.url)
        asks_for_mail(scene)
        urged(scene)
        work(scene)
        (question,) = office.mails
        assert "请确认邮箱" in question["Subject"]
        assert scene.settled.enterprise.name not in question.get_content()
        head = Desk(scene, scene.cast.head)
        assert "还没有确认" in head.read("/inbox/channels")
        body = question.get_content()
        assert follow(scene, body, scene.cast.officer).status_code == 404, "it is not theirs"
        assert follow(scene, body.replace("token=", "token=0")).status_code == 404
        asks_for_mail(scene, email="new@example.cn")
        assert follow(scene, body).status_code == 404, "the address is another by now"
        work(scene)
        assert follow(scene, office.mails[-1].get_content()).status_code == 303
        assert "还没有确认" not in head.read("/inbox/channels")
        asks_for_mail(scene, "en", email="new@example.cn")
        assert "还没有确认" not in head.read("/inbox/channels"), "it is still the same address"


def test_nobody_has_many_addresses_asked(scene: Scene) -> None:
    with post_office() as office:
        mails_to(scene, office.url)
        for number in range(7):
            asks_for_mail(scene, email=f"a{number}@example.cn")
            work(scene)
    assert len(office.mails) == 5


def test_a_days_notices_come_in_one_mail_in_the_morning(scene: Scene) -> None:
    wants_mail(scene, rhythm="daily")
    with post_office() as office:
        mails_to(scene, office.url)
        assert scene.tablet.hand_in(scene.filled(failed=2)).status == 201
        scene.clock.passes(timedelta(days=30))
        escalation.escalate(engine=scene.engine, clock=scene.clock)
        work(scene)
        assert office.mails == [], "not before the morning"
        scene.clock.passes(timedelta(days=1))
        work(scene)
        scene.clock.passes(timedelta(days=1))
        work(scene)
    (mail,) = office.mails
    ((told,),) = scene.rows(
        "SELECT count(*) FROM notice n JOIN person p ON p.id = n.person_id WHERE p.uuid = :uuid",
        uuid=scene.cast.head.uuid,
    )
    assert f"{told} 条通知还没有打开" in mail["Subject"]
    body = mail.get_content()
    for (number,) in scene.rows("SELECT number FROM hazard"):
        assert body.count(number) == 1, "what is told of one hazard stands together"
    assert "https://zhencha.example.cn/inbox\n" in body
    ((summary,), *_) = scene.rows("SELECT summary FROM hazard")
    assert summary not in body


def test_only_who_asked_for_mail_gets_any(scene: Scene) -> None:
    with post_office() as office:
        mails_to(scene, office.url)
        urged(scene)
        work(scene)
    assert office.mails == []


def test_a_server_that_is_down_is_tried_again_and_the_mail_comes_once(scene: Scene) -> None:
    wants_mail(scene)
    port = free_port()
    mails_to(scene, f"smtp://127.0.0.1:{port}")
    urged(scene)
    work(scene)
    with post_office(port) as office:
        scene.clock.passes(queue.FIRST_RETRY_AFTER)
        work(scene)
        scene.clock.passes(timedelta(hours=1))
        work(scene)
    assert len(office.mails) == 1


def test_an_address_that_is_refused_for_good_is_told_to_its_owner(scene: Scene) -> None:
    wants_mail(scene)
    with post_office() as office:
        office.answer = "550 no such user"
        mails_to(scene, office.url)
        urged(scene)
        work(scene)
        scene.clock.passes(timedelta(hours=1))
        assert worker.work_once(scene.wiring) is False, "it is not tried again"
    assert "550 no such user" in Desk(scene, scene.cast.head).read("/inbox/channels")


def test_a_full_mailbox_is_tried_again(scene: Scene) -> None:
    wants_mail(scene)
    with post_office() as office:
        office.answer = "452 mailbox full"
        mails_to(scene, office.url)
        urged(scene)
        work(scene)
        office.answer = "250 OK"
        scene.clock.passes(queue.FIRST_RETRY_AFTER)
        work(scene)
    assert len(office.mails) == 1


def test_what_was_opened_or_is_stale_is_not_mailed(scene: Scene) -> None:
    wants_mail(scene)
    mails_to(scene, f"smtp://127.0.0.1:{free_port()}")
    urged(scene)
    work(scene)
    scene.clock.passes(timedelta(days=4))
    with post_office() as office:
        mails_to(scene, office.url)
        work(scene)
    assert office.mails == []
    assert queue_is_empty(scene)


def queue_is_empty(scene: Scene) -> bool:
    return scene.rows("SELECT count(*) FROM job WHERE finished_at IS NULL") == [(0,)]


@pytest.mark.parametrize(
    "address",
    [
        "zhou@example.cn\r\nBcc: all@example.cn",
        "zhou@example.cn\nSubject: x",
        "zhou@example.cn, other@example.cn",
        '"zhou"@example.cn',
        "zhou@localhost",
        "周@example.cn",
        "zhou",
        "a" * 250 + "@example.cn",
    ],
)
def test_nothing_but_one_address_is_taken(scene: Scene, address: str) -> None:
    answer = Desk(scene, scene.cast.head).send(
        "/inbox/channels", email=address, rhythm="each", language="zh"
    )
    assert answer.status_code == 422
    assert scene.count("contact") == 0


def test_an_address_that_came_in_otherwise_cannot_add_a_header(scene: Scene) -> None:
    wants_mail(scene)
    with scene.engine.connect() as connection, connection.begin():
        connection.exec_driver_sql("UPDATE contact SET email = 'a@b.cn\nBcc: c@d.cn'")
    with post_office() as office:
        mails_to(scene, office.url)
        urged(scene)
        work(scene)
    assert office.mails == []


def test_mail_needs_an_address(scene: Scene) -> None:
    answer = Desk(scene, scene.cast.head).send(
        "/inbox/channels", email="", rhythm="each", language="zh"
    )
    assert answer.status_code == 422
    assert "请先填邮箱地址" in answer.text


def test_without_a_mail_server_nothing_is_tried(scene: Scene) -> None:
    asks_for_mail(scene)
    urged(scene)
    work(scene)
    assert queue_is_empty(scene)
    assert "还没有设置邮件服务器" in Desk(scene, scene.cast.head).read("/inbox/channels")
