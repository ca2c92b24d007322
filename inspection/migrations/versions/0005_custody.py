"""What tablets say they hold: the unit, what is left to send, who said so; a count each."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"

_notice = sa.table(
    "custody_notice",
    sa.column("photos", sa.BigInteger),
    sa.column("bytes", sa.BigInteger),
    sa.column("photos_left", sa.BigInteger),
    sa.column("bytes_left", sa.BigInteger),
    sa.column("noticed_at", sa.DateTime),
    sa.column("first_noticed_at", sa.DateTime),
)


def upgrade() -> None:
    """Notices of before know no unit, and nothing of theirs had been sent."""
    for name in ("unit_name", "state"):
        op.add_column(
            "custody_notice", sa.Column(name, sa.String(), nullable=False, server_default="")
        )
    for name in ("photos_left", "bytes_left"):
        op.add_column(
            "custody_notice", sa.Column(name, sa.BigInteger(), nullable=False, server_default="0")
        )
    op.add_column("custody_notice", sa.Column("reported_by", sa.Integer(), nullable=True))
    op.add_column(
        "custody_notice",
        sa.Column("first_noticed_at", sa.DateTime(timezone=True), nullable=True),
    )
    op.execute(
        sa.update(_notice).values(
            photos_left=_notice.c.photos,
            bytes_left=_notice.c.bytes,
            first_noticed_at=_notice.c.noticed_at,
        )
    )
    op.create_table('tablet_holding',
    sa.Column('device', sa.String(), nullable=False),
    sa.Column('records', sa.BigInteger(), nullable=False),
    sa.Column('drafts', sa.BigInteger(), nullable=False),
    sa.Column('reported_by', sa.Integer(), nullable=False),
    sa.Column('heard_at', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('device', name=op.f('pk_tablet_holding'))
    )
