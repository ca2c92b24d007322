"""Lets asn1crypto compare certificate names with rare characters.

It prepares strings by the tables of Unicode 3.2 (RFC 4518), in which the
characters of Extension C and later, such as 𫖯 𬭎 𬀩, do not exist, and raises
ValueError for 163 of the 8 105 characters that Chinese names may use.
"""

import re
import unicodedata

from asn1crypto.x509 import NameTypeAndValue

_by_the_old_tables = NameTypeAndValue._ldap_string_prep


def _prepared(self: NameTypeAndValue, string: str) -> str:
    try:
        return str(_by_the_old_tables(self, string))
    except ValueError:
        folded = unicodedata.normalize("NFKC", string).casefold().strip()
        return f" {re.sub(' +', '  ', folded)} "


def accept_rare_characters() -> None:
    """Replace asn1crypto's string preparation. Harmless to call again."""
    NameTypeAndValue._ldap_string_prep = _prepared
