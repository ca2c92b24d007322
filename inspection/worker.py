"""Which function does which kind of job, and the loop that does them.

Run it as often as there are cores: claims keep two workers off the same job.
"""

import hashlib
import logging
import signal
import threading
from collections.abc import Callable
from datetime import datetime
from typing import Any

from inspection import database
from inspection.analysis import bulletins
from inspection.audits import opinions, verdicts
from inspection.campaigns import reminding as campaign_reminding
from inspection.cards import drawings, sendings
from inspection.dispatch import reminding as table_reminding
from inspection.domain.problems import OwnFileOutdated
from inspection.hazards import escalation
from inspection.jobs import queue
from inspection.jobs.queue import Claim
from inspection.ledger import checkpoints, journal
from inspection.ledger.checkpoints import Checkpoint
from inspection.ledger.journal import Event
from inspection.notices import inbox, mail, push
from inspection.orders import months
from inspection.orders import reminding as order_reminding
from inspection.paperwork import sealing
from inspection.paperwork.issuing import SEAL_JOB
from inspection.reports import exports, issuing, own_certificate
from inspection.signing.authority import RENEWED
from inspection.submissions.intake import REPORT_JOB
from inspection.upkeep import reminding as duty_reminding
from inspection.wiring import Wiring

_log = logging.getLogger("zhencha.worker")

IDLE_SECONDS = 0.5
HOUR_SECONDS = 3600
"""How often a checkpoint is signed, certificates that end soon are renewed, what is due is told."""


def _issue_report(wiring: Wiring, args: dict[str, Any]) -> None:
    issuing.issue(
        args["record"],
        engine=wiring.engine,
        blobs=wiring.blobs,
        catalog=wiring.catalog,
        library=wiring.library,
        authority=wiring.authority,
        server_key=wiring.server_key,
        public_url=wiring.settings.public_url,
        clock=wiring.clock,
    )


def _sign_opinion(wiring: Wiring, args: dict[str, Any]) -> None:
    opinions.sign(
        args["opinion"],
        engine=wiring.engine,
        blobs=wiring.blobs,
        authority=wiring.authority,
        clock=wiring.clock,
    )


def _examine(wiring: Wiring, args: dict[str, Any]) -> None:
    verdicts.examine(
        args["sha256"],
        engine=wiring.engine,
        blobs=wiring.blobs,
        authority=wiring.authority,
        server_key=wiring.server_key,
        clock=wiring.clock,
    )


def _finish_own_signature(wiring: Wiring, args: dict[str, Any]) -> None:
    own_certificate.finish(
        args,
        engine=wiring.engine,
        blobs=wiring.blobs,
        authority=wiring.authority,
        clock=wiring.clock,
    )


def _seal_paper(wiring: Wiring, args: dict[str, Any]) -> None:
    sealing.seal(
        args["paper"],
        engine=wiring.engine,
        blobs=wiring.blobs,
        authority=wiring.authority,
        server_key=wiring.server_key,
        public_url=wiring.settings.public_url,
        clock=wiring.clock,
    )


def _export_list(wiring: Wiring, args: dict[str, Any]) -> None:
    exports.make(args["export"], engine=wiring.engine, blobs=wiring.blobs, clock=wiring.clock)


def _mail(wiring: Wiring, args: dict[str, Any]) -> None:
    mail.deliver(args["notice"], engine=wiring.engine, post=wiring.post, at=wiring.clock())


def _digest(wiring: Wiring, args: dict[str, Any]) -> None:
    mail.deliver_digest(
        args["person"],
        datetime.fromisoformat(args["until"]),
        engine=wiring.engine,
        post=wiring.post,
        at=wiring.clock(),
    )


def _ask_to_confirm(wiring: Wiring, args: dict[str, Any]) -> None:
    mail.ask_to_confirm(
        args["person"],
        args["email"],
        secret=wiring.settings.secret,
        engine=wiring.engine,
        post=wiring.post,
        at=wiring.clock(),
    )


def _push(wiring: Wiring, args: dict[str, Any]) -> None:
    push.deliver(
        args["notice"],
        args["browser"],
        engine=wiring.engine,
        pusher=wiring.pusher,
        at=wiring.clock(),
    )


def _draw_card(wiring: Wiring, args: dict[str, Any]) -> None:
    drawings.draw(
        args,
        engine=wiring.engine,
        blobs=wiring.blobs,
        catalog=wiring.catalog,
        library=wiring.library,
        organisation=wiring.settings.organisation,
    )


def _tell_card(wiring: Wiring, args: dict[str, Any]) -> None:
    sendings.tell(args, engine=wiring.engine, catalog=wiring.catalog, clock=wiring.clock)


def _tell_bulletin(wiring: Wiring, args: dict[str, Any]) -> None:
    bulletins.tell(args, engine=wiring.engine, clock=wiring.clock)


WORK: dict[str, Callable[[Wiring, dict[str, Any]], None]] = {
    REPORT_JOB: _issue_report,
    opinions.OPINION_JOB: _sign_opinion,
    verdicts.VERDICT_JOB: _examine,
    SEAL_JOB: _seal_paper,
    own_certificate.OWN_JOB: _finish_own_signature,
    exports.EXPORT_JOB: _export_list,
    drawings.CARD_JOB: _draw_card,
    sendings.TELL_JOB: _tell_card,
    bulletins.TELL_JOB: _tell_bulletin,
    inbox.MAIL_JOB: _mail,
    inbox.DIGEST_JOB: _digest,
    inbox.CONFIRM_JOB: _ask_to_confirm,
    inbox.PUSH_JOB: _push,
}
"""Job kind → function. A kind without a row here is a programming mistake; a test says so."""


def work_once(wiring: Wiring) -> bool:
    """Do one due job; returns whether there was one. A failed job waits and is tried again."""
    with database.writing(wiring.engine) as session:
        claimed = queue.claim(session, at=wiring.clock())
    if claimed is None:
        return False
    try:
        WORK[claimed.kind](wiring, claimed.args)
    except OwnFileOutdated as problem:  # no later try can help: they have to sign again
        with database.writing(wiring.engine) as session:
            queue.give_up(session, claimed.id, problem.code, at=wiring.clock())
    except Exception as error:
        _put_back(wiring, claimed, error)
    else:
        with database.writing(wiring.engine) as session:
            queue.finish(session, claimed.id, at=wiring.clock())
        _log.info("done %s after %d attempts", claimed.kind, claimed.attempts)
    return True


def _put_back(wiring: Wiring, claimed: Claim, error: Exception) -> None:
    _log.exception("failed %s, attempt %d", claimed.kind, claimed.attempts)
    with database.writing(wiring.engine) as session:
        queue.retry_later(session, claimed, queue.told(error), at=wiring.clock())


def take_checkpoint(wiring: Wiring) -> Checkpoint:
    """Sign where the ledger ends now; the same end is not signed twice."""
    with database.writing(wiring.engine) as session:
        return checkpoints.take(session, key=wiring.server_key, at=wiring.clock())


def renew_certificates(wiring: Wiring) -> None:
    """Renew the built-in seal and clock in time, and write each renewal into the ledger, once."""
    authority = wiring.authority
    authority.renew(at=wiring.clock())
    renewed = [(name, each) for name in RENEWED for each in authority.built_in(name)[1:]]
    if not renewed:
        return
    with database.writing(wiring.engine) as session:
        for name, certificate in renewed:
            digest = hashlib.sha256(certificate).hexdigest()
            if not journal.about(session, digest, kind="certificate.renewed"):
                event = Event("certificate.renewed", {"of": name, "sha256": digest}, subject=digest)
                journal.append(session, [event], at=wiring.clock())
                _log.warning("renewed the built-in certificate of %s", name)


def escalate(wiring: Wiring) -> int:
    """Tell every rung of the ladder that is due; returns how many."""
    told = escalation.escalate(engine=wiring.engine, clock=wiring.clock)
    _log.info("escalated %d rungs", told)
    return told


def press_orders(wiring: Wiring) -> None:
    """Remind of orders that are due, and ask for the month's written word."""
    reminded = order_reminding.remind(engine=wiring.engine, clock=wiring.clock)
    asked = months.ask(engine=wiring.engine, clock=wiring.clock)
    _log.info("reminded of %d orders, asked for the month of %d offices", reminded, asked)


def remind_of_tables(wiring: Wiring) -> int:
    """Remind of dispatch tables that are due soon or late; returns of how many offices'."""
    told = table_reminding.remind(engine=wiring.engine, clock=wiring.clock)
    _log.info("reminded of %d dispatch tables", told)
    return told


def remind_of_duties(wiring: Wiring) -> int:
    """Remind enterprises of duties that come round; returns how many were told."""
    told = duty_reminding.remind(engine=wiring.engine, clock=wiring.clock)
    _log.info("reminded %d enterprises of duties", told)
    return told


def remind_of_campaigns(wiring: Wiring) -> int:
    """Remind offices of stages that end and of campaigns past their last day; returns how many."""
    told = campaign_reminding.remind(engine=wiring.engine, clock=wiring.clock)
    _log.info("reminded of %d campaigns", told)
    return told


def _on_time(wiring: Wiring, work: Callable[[Wiring], object]) -> None:
    """Do what the clock asks for; if it fails, the next hour tries again and jobs go on."""
    try:
        work(wiring)
    except Exception:
        _log.exception("failed %s", work.__name__)


PRESSING: tuple[Callable[[Wiring], object], ...] = (
    escalate,
    press_orders,
    remind_of_tables,
    remind_of_duties,
    remind_of_campaigns,
)
"""What people are told when it is due; a server that was down has missed some."""
HOURLY = (renew_certificates, take_checkpoint, *PRESSING)


def run(wiring: Wiring) -> None:
    """Do jobs until told to stop by SIGTERM or SIGINT; finishes the job in hand."""
    stop = threading.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, lambda *_: stop.set())
    for work in (renew_certificates, *PRESSING):
        _on_time(wiring, work)
    hour_ends = wiring.clock().timestamp() + HOUR_SECONDS
    while not stop.is_set():
        busy = work_once(wiring)
        if wiring.clock().timestamp() >= hour_ends:
            for work in HOURLY:
                _on_time(wiring, work)
            hour_ends += HOUR_SECONDS
        if not busy:
            stop.wait(IDLE_SECONDS)
