"""Inspected units (被检查单位) with credit codes whose check digit is right."""

from dataclasses import dataclass, field
from itertools import count

from inspection.organisations.credit_code import check_digit
from tests.builders.identifiers import uuid7

_numbers = count(1)


def credit_code(number: int) -> str:
    """A unified social credit code (统一社会信用代码, GB 32100) for the number-th test unit."""
    body = f"91320583MA{number:07d}"
    return body + check_digit(body)


@dataclass(frozen=True)
class Unit:
    """What a record says of the unit, and what the register of units knows beside it."""

    name: str
    uuid: str = field(default_factory=uuid7)
    credit_code: str = field(default_factory=lambda: credit_code(next(_numbers)))
    sector: str = "machinery"
    high_risk: bool = False
    address: str = "江苏省昆山市花桥镇测试路 1 号"
    principal: str = "周明"


def unit(name: str = "昆山测试机械有限公司", **known: object) -> Unit:
    """A unit; every call makes another one."""
    return Unit(name, **known)  # type: ignore[arg-type]
