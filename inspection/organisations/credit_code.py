"""Unified social credit codes (统一社会信用代码, GB 32100-2015) and their check digit."""

ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_WEIGHTS = tuple(pow(3, place, 31) for place in range(17))


def check_digit(first_seventeen: str) -> str:
    """Return the 18th character. Raises ValueError for characters outside the alphabet."""
    if len(first_seventeen) != 17:
        raise ValueError("seventeen characters are needed")
    total = sum(
        ALPHABET.index(character) * weight
        for character, weight in zip(first_seventeen, _WEIGHTS, strict=True)
    )
    return ALPHABET[(31 - total % 31) % 31]


def is_valid(code: str) -> bool:
    """Whether the code has eighteen permitted characters and the right check digit."""
    if len(code) != 18 or any(character not in ALPHABET for character in code):
        return False
    return check_digit(code[:17]) == code[17]
