"""Examining: whatever is done to a sealed report, the examination notices and says what."""

import functools
import random
import re

import pytest

from inspection.signing.examination import examine
from inspection.signing.facts import Outcome, worst
from tests.signing import attacks, sealed
from tests.signing.attacks import ATTACKS, sign_once_more


def good(found):
    """What verification demands of an examination before it compares with the issued bytes."""
    return (
        found.trouble == ""
        and len(found.signatures) == 4
        and worst(*(each.outcome for each in found.signatures)) == Outcome.PASSED
        and not found.unsigned_fields
        and found.covered_to_the_end
    )


@functools.cache
def attacked(attack):
    """The report after an attack, and what is found in it: looking takes most of a second."""
    altered = attack(sealed.sealed())
    return altered, sealed.examined(altered)


def test_the_sealed_report_itself_is_good():
    assert good(sealed.examined(sealed.sealed()))


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: attack.__name__)
def test_no_appended_change_goes_unnoticed(attack):
    altered, found = attacked(attack)
    assert altered.startswith(sealed.sealed()), "the attack must leave the signed bytes alone"
    assert found.trouble == ""
    assert not good(found)
    assert not found.covered_to_the_end


@pytest.mark.parametrize("attack", ATTACKS[:7], ids=lambda attack: attack.__name__)
@pytest.mark.hurts(34)
def test_a_forbidden_change_is_named_as_one(attack):
    _, found = attacked(attack)
    assert Outcome.FAILED in {each.unchanged for each in found.signatures}


def test_a_signature_after_the_lock_fails_the_person_who_locked():
    _, found = attacked(sign_once_more)
    by_field = {each.field: each for each in found.signatures}
    assert by_field["sig-p2"].unchanged == Outcome.FAILED
    assert by_field["sig-p2"].intact == Outcome.PASSED


def test_a_file_that_unpacks_without_end_does_not_fill_the_memory_of_whoever_asked():
    bomb = attacks.add_attachments(sealed.sealed(), 30, bytes(3 * 1024 * 1024))
    found = sealed.examined(bomb)
    assert found.attachment("record.jws")
    assert sum(len(data) for _, data in found.attachments) <= 8 * 1024 * 1024


def test_a_broken_object_stream_raises_nothing():
    data = bytearray(sealed.sealed())
    start = data.index(b"stream", data.index(b"/ObjStm")) + 300
    data[start : start + 40] = bytes(40)
    found = sealed.examined(bytes(data))
    broken = {each.intact for each in found.signatures} == {Outcome.FAILED}
    assert found.trouble == "unreadable" or broken


@pytest.mark.parametrize("seed", range(12))
def test_a_single_flipped_bit_is_noticed(seed):
    """Anywhere but inside the last timestamp itself, which nothing signs: there digests tell."""
    dice = random.Random(seed)
    data = bytearray(sealed.sealed())
    _, before, after, rest = map(int, re.findall(rb"/ByteRange \[([\d ]+)\]", data)[-1].split())
    place = dice.randrange(before + rest)
    data[place if place < before else place - before + after] ^= 1 << dice.randrange(8)
    assert not good(sealed.examined(bytes(data)))


def test_a_bit_in_the_signed_bytes_breaks_every_signature_after_it():
    data = bytearray(sealed.sealed())
    data[data.index(b"/DCTDecode") + 3000] ^= 1
    found = sealed.examined(bytes(data))
    assert {each.intact for each in found.signatures} == {Outcome.FAILED}


def test_a_revision_cut_off_at_an_earlier_end_is_valid_by_itself():
    """That is why verification compares with the issued bytes: nothing inside can tell."""
    data = sealed.sealed()
    cut = data[: data.index(b"%%EOF", data.index(b"/ByteRange")) + 6]
    found = sealed.examined(cut)
    assert [each.field for each in found.signatures] == ["seal"]
    assert found.signatures[0].outcome == Outcome.PASSED
    assert found.unsigned_fields == ("sig-p1", "sig-p2")
    assert not found.covered_to_the_end


@pytest.mark.parametrize("data", [b"", b"hello", b"\x89PNG\r\n\x1a\n" * 50, b"PK\x03\x04" * 9])
def test_what_is_no_pdf_is_said_to_be_none(data):
    assert sealed.examined(data).trouble == "not_a_pdf"


@pytest.mark.parametrize("keep", [9, 100, 5_000, 200_000])
def test_a_torn_pdf_is_unreadable_and_raises_nothing(keep):
    assert sealed.examined(sealed.sealed()[:keep]).trouble == "unreadable"


def test_an_unsigned_report_has_no_signatures_and_open_fields():
    found = sealed.examined(sealed.drawn()[0].pdf)
    assert found.signatures == ()
    assert found.unsigned_fields == ("sig-p1", "sig-p2")


def test_nobody_is_trusted_whose_root_is_not():
    from inspection.signing.authority import Authority, Trust

    assert isinstance(sealed.authority(), Authority)
    trust = sealed.trust()
    found = examine(
        sealed.sealed(),
        Trust((), trust.intermediates, trust.revocation_lists),
        sealed.VERIFIED_AT,
    )
    assert {each.trusted for each in found.signatures} == {Outcome.INDETERMINATE}
    assert {each.intact for each in found.signatures} == {Outcome.PASSED}
