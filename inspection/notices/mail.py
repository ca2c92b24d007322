"""Notices by e-mail: plain text that says no more than which hazard, whose, until when, and where.

The words of a notice stay in the inbox, behind the sign-in: a mail passes through other hands.
"""

import smtplib
import ssl
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.message import EmailMessage
from email.utils import format_datetime
from urllib.parse import unquote, urlsplit

from sqlalchemy import update
from sqlalchemy.engine import Engine

from inspection.database import reading, writing
from inspection.notices import contacts, inbox
from inspection.notices.contacts import ContactRow
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


def compose(notice: Notice, address: str, language: str, *, post: Post) -> EmailMessage:
    """Write the mail. ValueError when a header would hold a line end: nothing slips in by one."""
    said = notice.said
    facts = {
        "title": said.title[language],
        "number": said.number or "–",
        "unit": said.unit_name,
        "deadline": said.deadline_on.isoformat() if said.deadline_on else "–",
        "link": f"{post.public_url}/inbox/{notice.uuid}",
    }
    mail = EmailMessage()
    mail["Subject"] = _SUBJECT[language].format(title=facts["title"], number=said.number).strip()
    mail["From"] = post.sender
    mail["To"] = address
    mail["Date"] = format_datetime(notice.sent_at)
    # The same notice is the same message, however often it has to be handed over.
    mail["Message-ID"] = f"<{notice.uuid}@{post.sender.rpartition('@')[2]}>"
    mail["Auto-Submitted"] = "auto-generated"
    mail["Content-Language"] = language
    mail.set_content(_BODY[language].format(**facts))
    return mail


def deliver(notice_uuid: str, *, engine: Engine, post: Post, at: datetime) -> None:
    """Hand one notice to the mail server, unless it was opened, grew stale or is not wanted.

    An address that is refused for good is noted with its contact and not tried again; anything
    else that goes wrong is raised, for a later try.
    """
    with reading(engine) as session:
        notice = inbox.on_its_way(session, notice_uuid)
        contact = contacts.of(session, notice.person_id) if notice else None
    if notice is None or contact is None or not (post.url and contact.by_mail):
        return
    if at - notice.sent_at > STALE_AFTER:
        return
    refusal = _hand_over(compose(notice, contact.email, contact.language, post=post), post)
    if refusal != contact.mail_trouble:
        with writing(engine) as session:
            session.execute(
                update(ContactRow)
                .where(ContactRow.person_id == notice.person_id, ContactRow.email == contact.email)
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
