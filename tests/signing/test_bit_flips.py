"""Two hundred random bits, each flipped alone, each noticed by the signatures alone.

By a reading of our own of the last timestamp, because two hundred full examinations would take
minutes; `test_examination` asks the examination itself for some of them, and
`tests/verification/test_attacks.py` the digest for all.
"""

import random

from tests.signing import by_hand, sealed


def test_the_reading_by_hand_calls_the_sealed_report_good():
    authority = sealed.authority().tsa.certificate
    assert by_hand.last_timestamp_holds(sealed.sealed(), authority)
    assert not by_hand.last_timestamp_holds(sealed.sealed(), sealed.authority().seal.certificate)


def test_no_flipped_bit_of_two_hundred_leaves_the_last_timestamp_standing():
    dice = random.Random(20261122)
    data, authority = bytearray(sealed.sealed()), sealed.authority().tsa.certificate
    unnoticed = []
    for _ in range(200):
        place, bit = dice.randrange(len(data)), 1 << dice.randrange(8)
        data[place] ^= bit
        if by_hand.last_timestamp_holds(bytes(data), authority):
            unnoticed.append((place, bit, bytes(data[place - 4 : place + 5])))
        data[place] ^= bit
    assert unnoticed == []
