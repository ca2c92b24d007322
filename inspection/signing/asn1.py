"""Three mends of asn1crypto, without which certificates cannot be compared nor signatures written.

Names: it prepares strings by the tables of Unicode 3.2 (RFC 4518), in which the characters of
Extension C and later, such as 𫖯 𬭎 𬀩, do not exist, and raises ValueError for 163 of the 8 105
characters that Chinese names may use.

Lengths: it takes a header that ends in 0x80 for an indefinite length, although one length in 256
ends so, and then takes everything apart and writes it anew.

Writing: it writes what was changed twice at each level, so that a signature with a timestamp in
it, twenty levels deep, takes minutes. Together the last two befell one signature in some dozens.
"""

import re
import unicodedata
from collections.abc import Callable
from typing import Any

from asn1crypto import core, parser
from asn1crypto.x509 import NameTypeAndValue

_Dump = Callable[[Any, bool], bytes]
_prepared_by_the_old_tables = NameTypeAndValue._ldap_string_prep
_dump_sequence, _dump_sequence_of = core.Sequence.dump, core.SequenceOf.dump


def _prepared(self: NameTypeAndValue, string: str) -> str:
    try:
        return str(_prepared_by_the_old_tables(self, string))
    except ValueError:
        folded = unicodedata.normalize("NFKC", string).casefold().strip()
        return f" {re.sub(' +', '  ', folded)} "


def _as_it_came(written_anew: _Dump) -> _Dump:
    def dump(self: Any, force: bool = False) -> bytes:
        # Only an indefinite length has a trailer.
        if not force and self._header is not None and not self._trailer:
            return _headed(self, self.contents)
        return written_anew(self, force)

    return dump


def _written_once(self: Any, force: bool = False) -> bytes:
    contents = self.contents
    if self._trailer or force:
        self._header = None
    return _headed(self, contents)


def _headed(value: Any, contents: bytes) -> bytes:
    """Put the header before the contents; it was emptied when they were written anew."""
    if value._header is None:
        if isinstance(value, core.Constructable) and value._indefinite:
            value.method = 0
        header = parser._dump_header(value.class_, value.method, value.tag, contents)
        for class_, tag in value.explicit or ():
            header = parser._dump_header(class_, 1, tag, header + contents) + header
        value._header, value._trailer = header, b""
    return bytes(value._header + contents)


def mend() -> None:
    """Put the mended parts in place. Harmless to call again."""
    NameTypeAndValue._ldap_string_prep = _prepared
    core.Asn1Value.dump = _written_once
    core.Sequence.dump = _as_it_came(_dump_sequence)
    core.SequenceOf.dump = _as_it_came(_dump_sequence_of)
