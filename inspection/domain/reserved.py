"""Signature fields that a report keeps free (保留签名域), and whose each of them is.

Two boxes for opinions of auditors, and an invisible field for each signer with
an account, who may add a signature by an own certificate. They may stay empty
for ever; nothing else can be signed once a report is sealed.
"""

import re

from inspection.domain.record import Record

OPINIONS = ("opinion-1", "opinion-2")
_RESERVED = re.compile(r"(opinion-[12]|own-[1-9][0-9]{0,2})\Z")
_OWN = re.compile(r"own-[1-9][0-9]{0,2}\Z")


def is_reserved(field: str) -> bool:
    """Whether a signature field of this name may stay empty."""
    return _RESERVED.match(field) is not None


def is_own(field: str) -> bool:
    """Whether a signature field of this name is for a certificate from outside."""
    return _OWN.match(field) is not None


def own_fields(record: Record) -> dict[str, str]:
    """Return account uuid → that person's own field, of all who signed with an account."""
    people = [record.person(each.person) for each in record.signings if each.outcome == "signed"]
    accounts = dict.fromkeys(each.account for each in people if each and each.account)
    return {account: f"own-{number}" for number, account in enumerate(accounts, start=1)}
