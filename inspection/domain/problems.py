"""Everything that can go wrong in a way the caller can act on.

A problem has a code that never changes (tablets in the field know it by heart): its name, in small
letters, so that a name never changes either. It has details that a program can read. Its sentence
and its HTTP status belong to `edge/problems.py`. Programming mistakes stay ordinary exceptions.
"""

import re
from typing import Any

_NEXT_WORD = re.compile(r"(?<!^)(?=[A-Z])")


class Problem(Exception):
    """Base of all problems; `details` are JSON values."""

    code = "problem"

    def __init_subclass__(cls) -> None:
        cls.code = _NEXT_WORD.sub("_", cls.__name__).lower()

    def __init__(self, **details: Any) -> None:
        super().__init__(f"{self.code}: {details}" if details else self.code)
        self.details = details

    def __reduce__(self) -> tuple[Any, ...]:
        # Problems cross process borders (confined rendering); keep their details.
        return (_rebuilt, (type(self), self.details))


def _rebuilt(kind: type[Problem], details: dict[str, Any]) -> Problem:
    return kind(**details)


# --- who is asking ----------------------------------------------------------


class NotSignedIn(Problem):
    """Nobody is signed in, or the session has expired. Stops sending, never working."""


class CredentialsWrong(Problem):
    """The user name or the password does not fit; which of the two is not told."""


class TooManyTries(Problem):
    """Signing in was tried too often; `retry_after_seconds` says when to try again."""


class NotAllowed(Problem):
    """The actor's roles do not carry the permission that the route asks for."""


class InvitationUnknown(Problem):
    """No invitation has this code: it was misread, mistyped or made by another server."""


class InvitationExpired(Problem):
    """The invitation is older than it may be."""


class InvitationUsed(Problem):
    """The invitation has signed a tablet in already; each does so once."""


class InvitationWithdrawn(Problem):
    """A newer invitation took its place, or the person may not enrol any more."""


class InvitationLimit(Problem):
    """Too many invitations were issued lately; `retry_after_seconds` says when to go on."""


class OriginForeign(Problem):
    """A state-changing request came from another site's page."""


class FormExpired(Problem):
    """The form's CSRF token does not belong to this session."""


class DemonstrationRefused(Problem):
    """A demonstration account was used in production mode."""


# --- what was asked for ------------------------------------------------------


class NotFound(Problem):
    """No such thing, or none in the actor's scope: the two are not told apart."""


class ChecklistUnknown(Problem):
    """No checklist has this slug."""


class RevisionUnpublished(Problem):
    """The checklist exists, but this revision was never published."""


class ChecklistAltered(Problem):
    """A published checklist file no longer has the digest it was published with."""


class DraftMovedOn(Problem):
    """Somebody saved, sent, published or gave up this part of a draft after it was read."""


class DraftOpen(Problem):
    """The next revision of this list is being drafted already; `draft` names it."""


class DraftFaulty(Problem):
    """A draft with faults is neither sent nor published; `faults` says how many."""


class DraftFull(Problem):
    """The draft has as many items, or as many bytes, as a list may have."""


class SecondPersonNeeded(Problem):
    """Somebody else does the next step (四眼原则).

    Who drafts a list does not publish it; who closes a tip-off does not grant its reward, and who
    grants that does not pay it.
    """


class SettingsIncomplete(Problem):
    """Settings are missing or malformed; `names` lists every one, `why` gives reasons in words."""

    def __str__(self) -> str:
        why = self.details.get("why", {})
        plain = "缺少或写错 · missing or malformed"
        lines = [f"{name}：{why.get(name, plain)}" for name in self.details.get("names", [])]
        return "\n  ".join(("设置不完整 · settings are incomplete (docs/settings.md)", *lines))


# --- what was sent -----------------------------------------------------------


class ContentTypeWrong(Problem):
    """The body is of a type that this address does not take."""


class JsonMalformed(Problem):
    """The body is not the JSON that this address expects; `pointer` says where."""


class CursorMalformed(Problem):
    """The cursor was not made by this server."""


class RecordTooLarge(Problem):
    """A record may be at most one megabyte; photos travel on their own."""


class RecordConflict(Problem):
    """The same record uuid arrived before with other bytes; both are kept."""


class RecordUuidMismatch(Problem):
    """The uuid inside the signed record is not the one in the address."""


class JwsMalformed(Problem):
    """The body is not a complete JWS in general JSON serialisation (RFC 7515)."""


class PayloadMalformed(Problem):
    """The signed bytes are not a record in the format they claim; `pointer` says where."""


class RecordExcessive(Problem):
    """One part of the record holds more than any may; `pointer` says which, `most` how much."""


class SignatureInvalid(Problem):
    """A signature does not fit the bytes: they were changed after signing."""


class KeyUnknown(Problem):
    """The signing key was never enrolled here."""


class KeyRevoked(Problem):
    """The signing key was revoked before this record arrived."""


class KeyMalformed(Problem):
    """What was offered for enrolment is not a P-256 public key with a valid proof."""


class KeyTaken(Problem):
    """This key is enrolled for somebody else."""


class TooManyUploads(Problem):
    """This person sends too many pieces at once; `retry_after_seconds` says when to go on."""


class BlobUnknown(Problem):
    """No bytes with this digest are held."""


class BlobOffsetWrong(Problem):
    """The piece does not start where the held bytes end; `offset` says where that is."""


class BlobTooLarge(Problem):
    """One file may be at most twenty megabytes."""


class BlobPieceTooLarge(Problem):
    """One piece may be at most 256 KB."""


class BlobDigestMismatch(Problem):
    """The received bytes do not have the promised digest; the upload starts over."""


class StorageFull(Problem):
    """The disk is full: nothing was taken, nothing held was harmed; try again later."""


# --- the life of a hazard ------------------------------------------------------


class StepNotAllowed(Problem):
    """The step is not lawful now; `obstacle` says why, `state` where the hazard stands."""


class StepIncomplete(Problem):
    """What was said with a step does not do; `fields` has a code for each field that is wrong."""


class PhotoUnfit(Problem):
    """A file is no photo that is kept: `reason` is too_large, too_many_pixels or unreadable."""


class CaseIncomplete(Problem):
    """A measure or penalty lacks something or does not fit; `fields` holds a code for each."""


class HazardMovedOn(Problem):
    """Somebody took another step since the page was read; `seq` is that entry's."""


class LadderUnfit(Problem):
    """A ladder cannot be used as given; `fields` has a code for each place that is wrong."""


class LadderMovedOn(Problem):
    """Somebody saved another version of the ladder since the page was read."""


class SubscriptionUnfit(Problem):
    """A browser offered no usable address and keys for push messages, or one too many."""


# --- documents ---------------------------------------------------------------


class DocumentTooLarge(Problem):
    """A document for verification may be at most fifty megabytes."""


class WorkbookTooLarge(Problem):
    """A workbook that is sent may be at most ten megabytes."""


class WorkbookForeign(Problem):
    """The file is no .xlsx workbook that can be read; `why` is for whoever looks into it."""


class WorkbookMacros(Problem):
    """The workbook holds macros; such are not opened."""


class WorkbookExcessive(Problem):
    """Unpacked, the workbook holds more than any list does; `most` and the count say of what."""


class WorkbookWithoutItems(Problem):
    """No sheet has a row of headings with 检查内容 among them, and items below it."""


class ChecklistTooLong(Problem):
    """More items than a list may have; `count` says how many, `most` how many may be."""


class FormUnfit(Problem):
    """The workbook is a form (XLSForm), but not a valid one; `why` is pyxform's word for it."""


class GlyphMissing(Problem):
    """No font can print these `characters`; `places` says where each stands. The report waits."""


class PaperUnfit(Problem):
    """This record gives no ground for that paper; `fitting` lists those it does give ground for."""


class PremisesOdd(Problem):
    """What was said of a unit's premises is none of the choices; `field` names it."""


class PaperIncomplete(Problem):
    """What was filled in for a paper does not do; `fields` has a code for each field."""


class OfficerMissing(Problem):
    """Papers on an inspection are signed by those who inspected; this person did not."""


class SecondOfficerNeeded(Problem):
    """Whoever proposed a paper does not also confirm it: two officers are needed."""


class IssuerUnnamed(Problem):
    """Nobody has said yet which mark this unit's papers bear in their numbers."""


class MarkTaken(Problem):
    """Another unit has this mark or gave numbers with it; both would give the same number."""


class PaperStands(Problem):
    """The same paper on the same problems is on its way or in force; `number` is "" before."""


class SheetTooLong(Problem):
    """More rows or words than one signed PDF holds; `most` is the number of rows."""


class PaperMovedOn(Problem):
    """The paper, a hazard in it or the paper it follows is no longer as the page showed it."""


class WarrantMissing(Problem):
    """A person's PDF key does only what a verified device signature or entry warrants (0005)."""


class TimestampUnavailable(Problem):
    """The time server (`server`) did not answer or answered wrongly; the report waits.

    `reason`: `down`, `refused`, `malformed`, `nonce`, `imprint`, `certificate` or `clock`.
    """


class SealUnavailable(Problem):
    """The token that holds the seal's key does not sign at the moment; the report waits."""


class WorkOverrun(Problem):
    """Confined work took more time or memory than it was given."""


class WorkBusy(Problem):
    """Others are being served and enough wait already; nothing was begun."""


class TooManyExaminations(Problem):
    """This address had many documents verified lately; `retry_after_seconds` says when to go on."""


class RecordIncomplete(Problem):
    """The report waits until every photo of the record has arrived."""


class ReportMovedOn(Problem):
    """The addition was made from a file that is no longer the newest; `current` names that one."""


class OwnFileForeign(Problem):
    """The uploaded file does not begin with any file of this report."""


class OwnFileOutdated(Problem):
    """The uploaded file continues an earlier revision of the report; `revision` says which."""


class OwnFileUnsigned(Problem):
    """The uploaded file is the report as it was downloaded, without any new signature."""


class OwnFileTooLarge(Problem):
    """More was added to the report than one signature needs; `largest` is in bytes."""


class OwnFileAltered(Problem):
    """The update changes something else than this person's own signature field."""


class OwnSignatureMany(Problem):
    """The file carries more than one update or more than one new signature."""


class OwnFieldWrong(Problem):
    """The signature is not in the field reserved for this person; `field` names that field."""


class OwnSignatureBroken(Problem):
    """The new signature does not fit the file, or does not cover it from first to last byte."""


class OwnSignatureLocks(Problem):
    """The new signature forbids what may still come: opinions, others' signatures, timestamps."""


class OwnCertificateExpired(Problem):
    """The certificate had run out, or was not yet valid, when the file arrived."""


class OwnFieldAbsent(Problem):
    """This report has no field reserved for this person, or that field is signed already."""


class OpinionsFull(Problem):
    """The report has as many opinions as its pages leave room for; `most` says how many."""


class OpinionOnOwnRecord(Problem):
    """Nobody gives an opinion on a record that names them."""


class OpinionPlaceMissing(Problem):
    """The report was issued before reports had a place for opinions."""


class UnitUnfit(Problem):
    """A unit cannot be changed as asked; `fields` has a code for each that is wrong."""


class SelectionEmpty(Problem):
    """No report in scope meets the conditions, so there is nothing to draw from or to pack."""


class DownloadTooLarge(Problem):
    """More than one archive may hold; `most_files` and `most_bytes` say how much that is."""


class ListTooLong(Problem):
    """A list has more lines than one sheet holds; `most` says how many it may have."""


class WorkbookIncomplete(Problem):
    """A workbook does not hold all lines; `promised` and `held` say how many."""


class LedgerBroken(Problem):
    """An entry of the ledger does not follow the one before it; `seq` names the first."""
