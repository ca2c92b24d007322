"""The table of units (单位): districts, towns, departments and enterprises in one tree."""

from enum import StrEnum

from sqlalchemy import BindParameter, CheckConstraint, ForeignKey, Index, ScalarSelect, select
from sqlalchemy.orm import Mapped, mapped_column

from inspection.database import Base


class UnitKind(StrEnum):
    """What kind of body a unit is."""

    DISTRICT = "district"
    TOWN = "town"
    DEPARTMENT = "department"
    ENTERPRISE = "enterprise"


class Sector(StrEnum):
    """Sectors (行业领域) by which departments supervise and tables group."""

    CHEMICALS = "chemicals"
    MACHINERY = "machinery"
    METALLURGY = "metallurgy"
    BUILDING_MATERIALS = "building_materials"
    CONSTRUCTION = "construction"
    CATERING = "catering"
    LODGING = "lodging"
    RETAIL = "retail"
    TRANSPORT = "transport"
    FOOD = "food"
    WOOD = "wood"
    TEXTILES = "textiles"
    FISHERY = "fishery"
    EDUCATION = "education"
    HEALTH = "health"
    ENTERTAINMENT = "entertainment"


class Unit(Base):
    """A unit. `path` holds the ids from the root down ("/1/3/17/"), for subtree questions."""

    __tablename__ = "unit"

    id: Mapped[int] = mapped_column(primary_key=True)
    uuid: Mapped[str] = mapped_column(unique=True)
    kind: Mapped[str]
    name: Mapped[str]
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"), index=True)
    supervisor_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"), index=True)
    """The department (主管部门) that supervises this enterprise."""
    path: Mapped[str]
    credit_code: Mapped[str] = mapped_column(default="")
    sector: Mapped[str] = mapped_column(default="")
    high_risk: Mapped[bool] = mapped_column(default=False)
    venues: Mapped[str] = mapped_column(default="", server_default="")
    """What is on its premises (场所与风险特征): names of `Venue`, by spaces."""
    staff: Mapped[int | None]
    """How many people work there; unknown is None."""
    address: Mapped[str] = mapped_column(default="")
    principal: Mapped[str] = mapped_column(default="")
    """Name of the principal person in charge (主要负责人)."""
    phone: Mapped[str] = mapped_column(default="")

    __table_args__ = (
        CheckConstraint("path LIKE '/%/'", name="path_is_rooted"),
        Index("ix_unit_path", "path", postgresql_ops={"path": "text_pattern_ops"}),
    )


def id_of(uuid: str | BindParameter[str]) -> ScalarSelect[int]:
    """The id of the unit with this uuid, to be asked inside another statement."""
    return select(Unit.id).where(Unit.uuid == uuid).scalar_subquery()
