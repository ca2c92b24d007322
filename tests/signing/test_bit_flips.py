"""Two hundred random bits, each flipped alone, each noticed by the signatures alone.

By a reading of our own of the last timestamp, because two hundred full examinations would take
minutes; `test_examination` asks the examination itself for some of them, and
`tests/verification/test_attacks.py` the digest for all.
"""

import random

from inspection.signing.facts import Outcome
from tests.signing import by_hand, sealed


def test_the_reading_by_hand_calls_the_sealed_report_good():
    authority = sealed.authority().tsa.certificate
    assert by_hand.last_timestamp_holds(sealed.sealed(), authority)
    assert stands(sealed.sealed())
    assert not by_hand.last_timestamp_holds(sealed.sealed(), sealed.authority().seal.certificate)


def flipped(places, count):
    """The sealed report with one bit flipped, again and again, at random places of these."""
    dice, data = random.Random(20261122), bytearray(sealed.sealed())
    for _ in range(count):
        place, bit = dice.choice(places), 1 << dice.randrange(8)
        data[place] ^= bit
        yield (place, bit), bytes(data)
        data[place] ^= bit


def gap():
    """Where the last timestamp itself lies, which no signature covers; its padding left out."""
    data = sealed.sealed()
    last = by_hand.parts(data)[-1].gap
    start = data.rindex(last)
    return range(start, start + len(last.rstrip(b"0>")))


def stands(data):
    """Whether the examination calls every signature good and the file covered."""
    found = sealed.examined(data)
    outcomes = {each.outcome for each in found.signatures}
    return not found.trouble and outcomes == {Outcome.PASSED} and found.covered_to_the_end


def test_no_flipped_bit_of_two_hundred_leaves_the_last_timestamp_standing():
    """The reading by hand knows only what counts of a timestamp; for its rest we examine."""
    authority, itself = sealed.authority().tsa.certificate, gap()
    unnoticed = [
        where
        for where, data in flipped(range(len(sealed.sealed())), 200)
        if by_hand.last_timestamp_holds(data, authority)
        and not (where[0] in itself and not stands(data))
    ]
    assert unnoticed == []


def test_no_flipped_bit_of_the_last_timestamp_itself_goes_unnoticed():
    """Copies of certificates travel in it that nobody signs and nobody needs."""
    assert [where for where, data in flipped(gap(), 40) if stands(data)] == []
