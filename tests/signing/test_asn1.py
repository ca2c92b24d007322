"""Writing out what asn1crypto holds: as it came, and each level once."""

from asn1crypto import core, x509

from inspection.signing import asn1

asn1.mend()


class Nest(core.Sequence):
    """As deep as one likes."""


Nest._fields = [("egg", core.Integer, {"optional": True}), ("inner", Nest, {"optional": True})]


def test_what_has_a_length_that_ends_in_0x80_is_written_as_it_came():
    """A header of an indefinite length ends so too, and what has one is taken apart."""
    name = b"\x86\x81\x7d" + b"u" * 125  # a length that DER would write with one byte
    written = b"\x30\x81\x80" + name
    assert x509.GeneralNames.load(written).dump() == written
    endless = b"\x30\x80" + name + b"\x00\x00"
    assert x509.GeneralNames.load(endless).dump() == b"\x30\x7f\x86\x7d" + name[3:]


def test_what_was_changed_is_written_once_at_each_level(monkeypatch):
    """Twice at each would be a million times at the twentieth."""
    built = Nest({"egg": 1})
    for _ in range(12):
        built = Nest({"inner": built})
    times, write = [], Nest._set_contents
    monkeypatch.setattr(Nest, "_set_contents", lambda *a, **k: times.append(1) or write(*a, **k))
    shells = b"".join(bytes([0x30, 2 * n + 3]) for n in range(12, -1, -1))
    assert built.dump() == shells + b"\x02\x01\x01"
    assert len(times) == 13
