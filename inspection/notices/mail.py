"""Notices by e-mail: plain text that says no more than which hazard, whose, until when, and where.

The words of a notice stay in the inbox, behind the sign-in: a mail passes through other hands.
"""

import smtplib
import ssl
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.message import EmailMessage
from email.utils import format_datetime
from itertools import groupby
from urllib.parse import unquote, urlsplit

from sqlalchemy import update
from sqlalchemy.engine import Engine

from inspection.database import reading, writing
from inspection.notices import contacts, inbox
from inspection.notices.contacts import Contact, ContactRow, Rhythm
from inspection.notices.inbox import Notice

TIMEOUT_SECONDS = 20
STALE_AFTER = timedelta(days=3)
"""A mail that could not be handed over for so long is not sent any more: the inbox has it."""
_LOOPBACK = ("localhost", "127.0.0.1", "::1")


@dataclass(frozen=True)
class Post:
    """The mail server and the address that mail comes from; "" when no mail is to be sent."""

    url: str
    sender: str
    public_url: str


_BODY = {
    "zh": "{title}\n\n编号：{number}\n单位：{unit}\n整改期限：{deadline}\n\n"
    "登录后查看全文并签收：\n{link}\n\n"
    "这封邮件由系统发出，请不要回复。不想再收邮件，可在“收件箱 - 接收方式”里关闭。\n",
    "en": "{title}\n\nNumber: {number}\nUnit: {unit}\nDeadline: {deadline}\n\n"
    "Sign in to read it in full and to acknowledge it:\n{link}\n\n"
    "This mail was sent by a machine; please do not reply. To get no more of them, turn mail off "
    "under Inbox - How to reach me.\n",
}
_SUBJECT = {"zh": "【真查】{title} {number}", "en": "Zhencha: {title} {number}"}


_DIGEST_SUBJECT = {
    "zh": "【真查】{count} 条通知还没有打开",
    "en": "Zhencha: {count} unopened notices",
}
_DIGEST = {
    "zh": "过去一天有 {count} 条通知还没有打开：\n\n{lines}\n\n登录后查看全文并签收：\n{link}\n\n"
    "这封邮件由系统发出，请不要回复。多久收一次，可在“收件箱 - 接收方式”里改。\n",
    "en": "{count} notices of the last day are not opened yet:\n\n{lines}\n\n"
    "Sign in to read them in full and to acknowledge them:\n{link}\n\n"
    "This mail was sent by a machine; please do not reply. How often it comes is set under "
    "Inbox - How to reach me.\n",
}
_AND_MORE = {"zh": "……另有 {more} 条", "en": "... and {more} more"}
LINES_A_DIGEST = 50
_CONFIRM_SUBJECT = {"zh": "【真查】请确认邮箱", "en": "Zhencha: please confirm this address"}
_CONFIRM = {
    "zh": "有人在真查里填了这个邮箱，要用它收通知。\n\n如果是您，请登录后确认：\n{link}\n\n"
    "如果不是您，不用理会：没有确认，就不会再发邮件来。\n",
    "en": "Somebody entered this address in Zhencha to receive notices.\n\n"
    "If it was you, sign in and confirm it:\n{link}\n\n"
    "If not, do nothing: unless it is confirmed, no more mail comes.\n",
}


def compose(notice: Notice, contact: Contact, *, post: Post) -> EmailMessage:
    """Write the mail. ValueError when a header would hold a line end: nothing slips in by one."""
    said, language = notice.said, contact.language
    facts = {
        "title": said.title[language],
        "number": said.number or "–",
        "unit": said.unit_name,
        "deadline": said.deadline_on.isoformat() if said.deadline_on else "–",
        "link": f"{post.public_url}/inbox/{notice.uuid}",
    }
    return _written(
        _SUBJECT[language].format(title=facts["title"], number=said.number).strip(),
        _BODY[language].format(**facts),
        contact,
        name=notice.uuid,
        dated=notice.sent_at,
        post=post,
    )


def compose_digest(
    notices: Sequence[Notice], contact: Contact, *, name: str, dated: datetime, post: Post
) -> EmailMessage:
    """Write the mail of a day: what was told, by the thing it is about."""
    language = contact.language
    lines = [
        f"{number} {unit}{'：' if language == 'zh' else ': '}"
        + ("、" if language == "zh" else ", ").join(each.said.title[language] for each in told)
        for (number, unit), told in groupby(
            notices, key=lambda each: (each.said.number, each.said.unit_name)
        )
    ]
    more = len(lines) - LINES_A_DIGEST
    shown = lines[:LINES_A_DIGEST] + ([_AND_MORE[language].format(more=more)] if more > 0 else [])
    facts = {
        "count": len(notices),
        "lines": "\n".join(shown),
        "link": f"{post.public_url}/inbox",
    }
    subject = _DIGEST_SUBJECT[language].format(**facts)
    body = _DIGEST[language].format(**facts)
    return _written(subject, body, contact, name=name, dated=dated, post=post)


def _written(
    subject: str, body: str, contact: Contact, *, name: str, dated: datetime, post: Post
) -> EmailMessage:
    """Put a mail together; of the same name it is the same message, however often handed over."""
    mail = EmailMessage()
    mail["Subject"] = subject
    mail["From"] = post.sender
    mail["To"] = contact.email
    mail["Date"] = format_datetime(dated)
    mail["Message-ID"] = f"<{name}@{post.sender.rpartition('@')[2]}>"
    mail["Auto-Submitted"] = "auto-generated"
    mail["Content-Language"] = contact.language
    mail.set_content(body)
    return mail


def deliver(notice_uuid: str, *, engine: Engine, post: Post, at: datetime) -> None:
    """Hand one notice to the mail server, unless it was opened, grew stale or is not wanted.

    An address that is refused for good is noted with its contact and not tried again; anything
    else that goes wrong is raised, for a later try.
    """
    with reading(engine) as session:
        notice = inbox.on_its_way(session, notice_uuid)
        contact = contacts.of(session, notice.person_id) if notice else None
    if notice is None or contact is None or not _goes_to(contact, post):
        return
    if at - notice.sent_at > STALE_AFTER:
        return
    mail = compose(notice, contact, post=post)
    _deliver(mail, notice.person_id, contact, engine=engine, post=post)


def deliver_digest(
    person_id: int, until: datetime, *, engine: Engine, post: Post, at: datetime
) -> None:
    """Hand over, in one mail, what somebody was told in the day before `until` and did not open."""
    with reading(engine) as session:
        contact = contacts.of(session, person_id)
        notices = inbox.unread_of_day(session, person_id, until=until)
    if not notices or not _goes_to(contact, post) or at - until > STALE_AFTER:
        return
    name = f"digest-{person_id}-{until:%Y%m%d}"
    mail = compose_digest(notices, contact, name=name, dated=until, post=post)
    _deliver(mail, person_id, contact, engine=engine, post=post)


def ask_to_confirm(
    person_id: int, email: str, *, secret: bytes, engine: Engine, post: Post, at: datetime
) -> None:
    """Ask an address whether it is theirs who gave it, unless they gave another meanwhile."""
    with reading(engine) as session:
        contact = contacts.of(session, person_id)
    if not post.url or contact.confirmed or contact.email != email:
        return
    said = contacts.token(secret, person_id, email)
    body = _CONFIRM[contact.language].format(
        link=f"{post.public_url}/inbox/channels/confirmation?token={said}"
    )
    subject = _CONFIRM_SUBJECT[contact.language]
    mail = _written(subject, body, contact, name=f"confirm-{said[:32]}", dated=at, post=post)
    _deliver(mail, person_id, contact, engine=engine, post=post)


def _goes_to(contact: Contact, post: Post) -> bool:
    return bool(post.url) and contact.confirmed and contact.rhythm is not Rhythm.NEVER


def _deliver(
    mail: EmailMessage, person_id: int, contact: Contact, *, engine: Engine, post: Post
) -> None:
    refusal = _hand_over(mail, post)
    if refusal != contact.mail_trouble:
        with writing(engine) as session:
            session.execute(
                update(ContactRow)
                .where(ContactRow.person_id == person_id, ContactRow.email == contact.email)
                .values(mail_trouble=refusal)
            )


def _hand_over(mail: EmailMessage, post: Post) -> str:
    """Send it; returns what the server said when it refused the reader for good, else ""."""
    where = urlsplit(post.url)
    host, secure = where.hostname or "", where.scheme == "smtps"
    context = ssl.create_default_context()
    server: smtplib.SMTP = (
        smtplib.SMTP_SSL(host, where.port or 465, timeout=TIMEOUT_SECONDS, context=context)
        if secure
        else smtplib.SMTP(host, where.port or 25, timeout=TIMEOUT_SECONDS)
    )
    with server:
        server.ehlo()
        if not secure and server.has_extn("starttls"):
            server.starttls(context=context)
            server.ehlo()
            secure = True
        if where.username:
            if not secure and host not in _LOOPBACK:
                raise ConnectionError("the mail server offers no TLS: the password is not sent")
            server.login(unquote(where.username), unquote(where.password or ""))
        try:
            server.send_message(mail)
        except smtplib.SMTPRecipientsRefused as refused:
            code, said = next(iter(refused.recipients.values()))
            if code < 500:
                raise
            return f"{code} {said.decode('utf-8', 'replace')}"[:200]
    return ""
