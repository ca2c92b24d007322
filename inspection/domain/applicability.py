"""Whom a checklist or one of its items is for (适用对象): sectors, premises, risk and size.

Offers and hints follow from it, never an answer: an inspector may use any list anywhere.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any


class Venue(StrEnum):
    """What is on a unit's premises or done there (场所与风险特征)."""

    CROWDED = "crowded"
    SMALL_PREMISES = "small_premises"
    COMBINED_PREMISES = "combined_premises"
    GAS = "gas"
    SPECIAL_EQUIPMENT = "special_equipment"
    CONFINED_SPACE = "confined_space"
    DUST = "dust"
    AMMONIA = "ammonia"
    MOLTEN_METAL = "molten_metal"
    HAZARDOUS_CHEMICALS = "hazardous_chemicals"
    FIREWORKS = "fireworks"
    RENTED_OUT = "rented_out"
    CONTRACTORS = "contractors"
    SELF_BUILT = "self_built"


@dataclass(frozen=True)
class Profile:
    """What is known of a unit. Unknown size (None) shuts nothing out."""

    sector: str
    venues: frozenset[str]
    high_risk: bool
    staff: int | None


@dataclass(frozen=True)
class Applicability:
    """A unit of one of these sectors or with one of these venues; the rest is asked besides."""

    sectors: tuple[str, ...] = ()
    venues: tuple[str, ...] = ()
    high_risk: bool = False
    staff_at_least: int = 0

    def fits(self, unit: Profile) -> bool:
        """Whether it is meant for `unit`."""
        named = self.sectors or self.venues
        placed = unit.sector in self.sectors or not unit.venues.isdisjoint(self.venues)
        large = unit.staff is None or unit.staff >= self.staff_at_least
        return (placed or not named) and (unit.high_risk or not self.high_risk) and large


EVERYONE = Applicability()


def from_json(data: Mapping[str, Any]) -> Applicability:
    """Read it from a checklist's file; what is not said limits nothing."""
    return Applicability(
        sectors=tuple(data.get("sectors", ())),
        venues=tuple(data.get("venues", ())),
        high_risk=data.get("high_risk", False),
        staff_at_least=data.get("staff_at_least", 0),
    )


def to_json(applies: Applicability) -> dict[str, Any]:
    """Write it as a checklist's file has it; empty when it is for everyone."""
    said = {**vars(applies), "sectors": list(applies.sectors), "venues": list(applies.venues)}
    return {key: value for key, value in said.items() if value}


def in_order(venues: Iterable[str]) -> tuple[str, ...]:
    """Return known venues, each once, in the order of `Venue`."""
    wanted = set(venues)
    return tuple(each for each in Venue if each in wanted)
