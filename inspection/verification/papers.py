"""What a paper carries inside (文书核验): the words that were confirmed, and by whom."""

import hashlib
import json
import re
from collections.abc import Iterator

from sqlalchemy.orm import Session

from inspection.blobs import FilesystemBlobs
from inspection.domain.sheet import OF_ENTERPRISE
from inspection.ledger import chain, journal, proofs
from inspection.paperwork import shelf
from inspection.paperwork.sealing import CONTENT_NAME, field
from inspection.paperwork.shelf import Confirmation, ShelvedPaper
from inspection.reports.issuing import PROOF_NAME
from inspection.signing.facts import Examination, SignatureFacts
from inspection.verification import signatures
from inspection.verification.facts import FAILED, PASSED, Fact, SignerLine, either

_NUMBER = re.compile(
    "（[^（）]{1,20}）(?:检记|责改|现决|复查)〔[0-9]{4}〕[0-9]{1,9}号|(?:表|通报)〔[0-9]{4}〕[0-9]{6,12}号"
)
ISSUED = ("paper.issued", "sheet.issued")


def claimed(session: Session, data: bytes, found: Examination) -> ShelvedPaper | None:
    """Find the paper that a file claims to be: by the entry it carries, or by its number."""
    proof = proofs.read(found.attachment(PROOF_NAME) or b"")
    if proof is not None and proof.record.entry.kind in ISSUED:
        return shelf.find(session, _named(proof.record.entry))
    stated = _NUMBER.search(data.decode("utf-8", errors="ignore"))
    return shelf.with_number(session, stated.group()) if stated else None


def _named(entry: chain.Entry) -> str:
    try:
        return str(json.loads(entry.body)["paper"])
    except (ValueError, KeyError, TypeError, RecursionError):
        return ""


class InsidePaper:
    """The words inside one file, examined against what was confirmed here."""

    about = "paper"

    def __init__(self, session: Session, found: Examination, paper: ShelvedPaper) -> None:
        self._session = session
        self._found = found
        self._paper = paper
        self._content = found.attachment(CONTENT_NAME)

    @property
    def digest(self) -> str:
        """SHA-256 of the words in the file; "" when there are none."""
        return hashlib.sha256(self._content).hexdigest() if self._content else ""

    def facts(self, _blobs: FilesystemBlobs) -> Iterator[Fact]:
        """Examine the words and the confirmations behind each signature."""
        details = {"paper": self._paper.uuid, "digest": self.digest}
        if not self._content:
            yield Fact("paper_missing", FAILED, details)
            return
        same = self.digest == self._paper.content_sha256
        yield Fact("paper_as_confirmed" if same else "paper_differs", either(same), details)
        yield from self._confirmations()

    def _confirmations(self) -> Iterator[Fact]:
        """Every person whose key signed has said so with their password, in the ledger.

        The server holds the keys; this is what keeps it from signing in somebody's name.
        """
        signing = [each for each in self._found.signatures if each.kind == "person"]
        without = [each for each in signing if not self._is_confirmed(each)]
        for each in without:
            details = {"field": each.field, "name": each.name}
            yield Fact("confirmation_missing", FAILED, details)
        if not without and len(signing) == len(self._paper.confirmations):
            yield Fact("confirmations_match", PASSED, {"signatures": len(signing)})

    def _is_confirmed(self, signature: SignatureFacts) -> bool:
        said = self._said(signature.field)
        entry = journal.entry(self._session, said.seq) if said else None
        if said is None or entry is None or entry.link != said.link:
            return False
        body = json.loads(entry.body)
        return (
            body["content_sha256"] == self.digest
            and body["by"]["person"] == said.person == signature.person
            and body["paper"] == self._paper.uuid
        )

    @property
    def _role(self) -> str:
        if self._paper.kind in OF_ENTERPRISE:
            return "principal"
        return "issuer" if self._paper.is_sheet else "inspector"

    def _said(self, name: str) -> Confirmation | None:
        places = enumerate(self._paper.confirmations, start=1)
        return next((each for place, each in places if field(place) == name), None)

    def signer(self, signature: SignatureFacts) -> SignerLine:
        """Describe one signature of the PDF."""
        said = self._said(signature.field)
        return SignerLine(
            field=signature.field,
            kind=signature.kind,
            name=said.name if said else signature.name,
            organisation=signature.organisation,
            role=self._role if said else signature.kind,
            stamped_at=signature.stamped_at,
            built_in_clock=signature.built_in_clock,
            device_signed_at=None,
            revision=signature.revision,
            covers_bytes=signature.covers_bytes,
            covers_all=signature.covers_all,
            outcome=signatures.worth(signature),
        )
