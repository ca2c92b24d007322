"""What is true without a database: lawful steps, ink at its limits, law in force on a day."""

from datetime import date
from typing import Any

import pytest

from inspection.domain import checklist, hazard, ink, record
from tests.builders import checklists, records
from tests.builders import ink as drawings
from tests.builders.devices import compact


def test_a_hazards_number_sorts_as_it_was_registered() -> None:
    numbers = [hazard.number(2026, 9), hazard.number(2026, 10), hazard.number(2027, 1)]
    assert numbers == sorted(numbers) == ["YH2026-000009", "YH2026-000010", "YH2027-000001"]


@pytest.mark.parametrize(
    ("points", "width", "height", "blank"),
    [
        (8, 60, 0, False),
        (7, 600, 200, True),
        (8, 30, 30, False),
        (8, 29, 30, True),
        (8, 0, 60, False),
        (8, 0, 59, True),
        (200, 20, 20, True),
    ],
)
def test_ink_is_blank_below_eight_points_or_sixty_pixels(
    points: int, width: int, height: int, blank: bool
) -> None:
    line = [[0, 0, step] for step in range(points - 1)] + [[width, height, points]]
    assert ink.is_blank(ink.from_bytes(drawings.written([line]).data)) is blank


def test_dots_far_from_each_other_are_as_wide_as_they_lie() -> None:
    strokes = [[[50 * n, 10, n]] for n in range(8)]
    assert not ink.is_blank(ink.from_bytes(drawings.written(strokes).data))


def test_law_is_in_force_from_its_first_day_to_its_last() -> None:
    item = checklists.item(
        citations=[checklists.citation(**{"from": "2021-09-01", "to": "2026-04-30"})]
    )
    read = checklist.from_json(checklists.document(item), digest="0" * 64)
    (citation,) = read.items[0].citations
    in_force = {
        day: citation.in_force_on(date.fromisoformat(day))
        for day in ("2021-08-31", "2021-09-01", "2026-04-30", "2026-05-01")
    }
    assert in_force == {
        "2021-08-31": False,
        "2021-09-01": True,
        "2026-04-30": True,
        "2026-05-01": False,
    }


def test_a_record_is_read_as_it_was_written() -> None:
    made = records.filled(failed=2)
    read = record.from_bytes(made.data)
    assert read.uuid == made.uuid
    assert read.blob_digests == tuple(
        [each["ink"]["sha256"] for each in made.payload["signatures"]]
        + [each["sha256"] for each in made.payload["photos"]]
    )
    assert [each.name for each in read.people] == ["王安", "李静", "周明"]
    assert read.place.latitude == "31.298860", "the string that the device wrote"


@pytest.mark.parametrize("member", list(records.payload()))
def test_every_member_that_must_be_there_is_asked_for_by_name(member: str) -> None:
    payload = records.payload()
    del payload[member]
    if member in ("opinion", "statement", "previous"):
        record.from_bytes(compact(payload))
        return
    with pytest.raises(record.Malformed) as told:
        record.from_bytes(compact(payload))
    assert told.value.pointer == f"/{member}"


@pytest.mark.parametrize("member", list(records.payload()))
@pytest.mark.parametrize("value", [5, [5], {"x": 5}, True, "\u0007", ["x"], {"x": []}])
def test_a_member_of_another_kind_is_malformed_and_never_a_crash(
    member: str, value: object
) -> None:
    pointer = _trouble({**records.payload(), member: value})
    assert pointer is None or pointer.startswith(f"/{member}")


def _trouble(payload: dict[str, Any]) -> str | None:
    """Where a payload is malformed; None when it is not."""
    try:
        record.from_bytes(compact(payload))
    except record.Malformed as told:
        return told.pointer
    return None


def test_an_annotated_photo_and_its_original_are_both_files_of_the_record() -> None:
    made = records.filled()
    original = {"sha256": "1" * 64, "type": "image/jpeg", "size": 10}
    made.payload["photos"][0]["original"] = original
    read = record.from_bytes(made.data)
    (photo,) = read.photos
    assert [file.sha256 for file in photo.files] == [photo.sha256, "1" * 64]
    assert read.blob_digests[-2:] == (photo.sha256, "1" * 64)
    made.payload["photos"][0]["original"] = {**original, "type": "image/gif"}
    with pytest.raises(record.Malformed, match="/photos/0/original/type"):
        record.from_bytes(made.data)
