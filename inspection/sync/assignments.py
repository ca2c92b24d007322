"""What a tablet is told of hazards and of last inspections: enough to work without a network.

A hazard that its reader has to look at again (复查) comes with all that this needs: the item's
title, the list that it was raised from, what the enterprise says it has done, and the photos
taken so far, by digest.
"""

import json
from collections.abc import Iterable, Iterator
from dataclasses import asdict
from typing import Any

from sqlalchemy.orm import Session

from inspection.accounts.people import Actor
from inspection.accounts.policy import Permission
from inspection.blobs import FilesystemBlobs
from inspection.catalog import Catalog
from inspection.domain.checklist import Text
from inspection.domain.hazard import ENDED, State, Step
from inspection.domain.record import Photo, Record
from inspection.hazards import enquiries
from inspection.hazards.enquiries import HazardCard, HistoryEntry
from inspection.ledger.journal import instant_text
from inspection.submissions import last, records
from inspection.upkeep import entries

MOST_LAST_INSPECTIONS = 500
MOST_CITED = 60
"""So many entries of one unit go along, the newest."""
_RECORDS_AT_ONCE = 50
_UNTOLD = ("finder_accounts",)


def hazards(
    session: Session, actor: Actor, *, after_seq: int, catalog: Catalog, blobs: FilesystemBlobs
) -> list[dict[str, Any]]:
    """The hazards in scope that changed; `mine` are the open ones that this reader found."""
    cards = enquiries.changed(session, actor.scope(Permission.HAZARD_READ), after_seq=after_seq)
    mine = [card for card in cards if _is_for(actor, card)]
    photos, claims = _photos(session, mine), _claims(session, mine, blobs)
    needs = {
        card.uuid: _needs(card, photos[card.uuid], claims.get(card.uuid), catalog) for card in mine
    }
    return [_told(card) | needs.get(card.uuid, {}) for card in cards]


def _is_for(actor: Actor, card: HazardCard) -> bool:
    found = actor.uuid in card.finder_accounts
    return found and card.state not in ENDED and actor.may(Permission.INSPECT)


def _told(card: HazardCard) -> dict[str, Any]:
    facts = {name: value for name, value in asdict(card).items() if name not in _UNTOLD}
    over = card.state in ENDED
    return {"type": "hazard", "id": card.uuid, "hazard": _plain(facts), "over": over, "mine": False}


def _needs(
    card: HazardCard,
    photos: list[dict[str, Any]],
    claim: dict[str, Any] | None,
    catalog: Catalog,
) -> dict[str, Any]:
    checklist = catalog.find(card.checklist_slug, card.checklist_revision)
    item = checklist.item(card.item_code) if checklist else None
    return {
        "mine": True,
        "item": {"code": card.item_code, "title": _in_both(item.title if item else None)},
        "checklist": {
            "slug": card.checklist_slug,
            "revision": card.checklist_revision,
            "digest": checklist.digest if checklist else "",
            "title": _in_both(checklist.title if checklist else None),
        },
        "photos": photos,
        "claim": claim,
    }


def _claims(
    session: Session, cards: list[HazardCard], blobs: FilesystemBlobs
) -> dict[str, dict[str, Any]]:
    """Return what was said and shown when each of these was last claimed to be rectified."""
    claimed = [card.uuid for card in cards if card.state == State.CLAIMED]
    newest = enquiries.newest_of_kind(session, claimed, f"hazard.{Step.CLAIM}")
    return {uuid: _claim(entry, blobs) for uuid, entry in newest.items()}


def _claim(entry: HistoryEntry, blobs: FilesystemBlobs) -> dict[str, Any]:
    said = entry.body["said"]
    return {
        "words": said["words"],
        "rectifier": said["rectifier"],
        "finished_on": said["finished_on"],
        "photos": [
            {
                "sha256": digest,
                "type": "image/jpeg",
                "size": blobs.size(digest),
                "taken_at": instant_text(entry.at),
                "caption": "",
                "moment": "claimed",
            }
            for digest in said.get("photos", ())
            if blobs.has(digest)
        ],
    }


def _photos(session: Session, cards: list[HazardCard]) -> dict[str, list[dict[str, Any]]]:
    """Return by hazard the photos of the records that spoke of it first and last."""
    wanted = {card.uuid: dict.fromkeys((*card.photos_before, *card.photos_after)) for card in cards}
    hazards_of: dict[str, list[str]] = {}
    for card in cards:
        for record_uuid in dict.fromkeys((card.record_uuid, card.last_record_uuid)):
            hazards_of.setdefault(record_uuid, []).append(card.uuid)
    found: dict[str, list[dict[str, Any]]] = {card.uuid: [] for card in cards}
    for record in _records(session, hazards_of):
        for uuid in hazards_of[record.uuid]:
            found[uuid] += [_photo(each) for each in record.photos if each.sha256 in wanted[uuid]]
    return {uuid: sorted(each, key=lambda photo: photo["taken_at"]) for uuid, each in found.items()}


def _records(session: Session, uuids: Iterable[str]) -> Iterator[Record]:
    every = list(uuids)
    for start in range(0, len(every), _RECORDS_AT_ONCE):
        yield from records.payloads(session, every[start : start + _RECORDS_AT_ONCE])


def _photo(photo: Photo) -> dict[str, Any]:
    return {
        "sha256": photo.sha256,
        "type": photo.type,
        "size": photo.size,
        "taken_at": photo.taken_at.isoformat(),
        "caption": photo.caption,
        "moment": photo.moment,
    }


def last_inspections(
    session: Session, actor: Actor, *, after_seq: int, catalog: Catalog
) -> list[dict[str, Any]]:
    """The last inspections that changed, for those who inspect; newest 500 at once."""
    if not (actor.may(Permission.ASSIST) or actor.may(Permission.SELF_INSPECT)):
        return []
    found = last.last_inspections(
        session,
        actor.scope(Permission.RECORD_READ),
        after_seq=after_seq,
        catalog=catalog,
        limit=MOST_LAST_INSPECTIONS,
    )
    return [
        {
            "type": "last_inspection",
            "id": f"{each.unit_uuid}:{each.checklist_slug}",
            "unit": each.unit_uuid,
            "slug": each.checklist_slug,
            "revision": each.checklist_revision,
            "record": each.record_uuid,
            "finished_at": instant_text(each.finished_at),
            "answers": dict(each.answers),
            "words": dict(each.words),
        }
        for each in found
    ]


def registers(session: Session, actor: Actor, *, after_seq: int) -> list[dict[str, Any]]:
    """The registers of units in which something changed, whole: what stands, a line for each entry,
    for those who inspect and may cite it.
    """
    if not (actor.may(Permission.ASSIST) or actor.may(Permission.SELF_INSPECT)):
        return []
    found = entries.changed(session, actor, after_seq=after_seq, most_of_one=MOST_CITED)
    return [
        {
            "type": "registers",
            "id": unit,
            "entries": [
                {"number": each.number, "words": {"zh": each.line("zh"), "en": each.line("en")}}
                for each in cards
            ],
        }
        for unit, cards in found.items()
    ]


def _in_both(text: Text | None) -> dict[str, str]:
    return {"zh": text.zh, "en": text.en} if text else {"zh": "", "en": ""}


def _plain(value: Any) -> Any:
    return json.loads(json.dumps(value, default=str))
