"""0017: who had mail of each notice keeps that wish; no address counts as confirmed."""

import sqlalchemy
from sqlalchemy import text

from inspection.database import install
from tests.conftest import Database
from tests.migrations.test_0003_reinspection import _migrate, database  # noqa: F401


def test_wishes_are_kept_and_every_address_has_to_be_confirmed(database: Database) -> None:  # noqa: F811
    engine = sqlalchemy.create_engine(database.url)
    install(engine)
    _migrate(engine, "0014")
    with engine.connect() as connection:
        connection.execution_options(writes=True)
        for number, by_mail in ((1, True), (2, False)):
            connection.execute(
                text(
                    "INSERT INTO person (id, uuid, username, name, title, badge, password_hash,"
                    " active, demonstration) VALUES (:id, :uuid, :uuid, '', '', '', '', true,"
                    " false)"
                ),
                {"id": number, "uuid": f"p{number}"},
            )
            connection.execute(
                text(
                    "INSERT INTO contact (person_id, email, by_mail, language, mail_trouble)"
                    " VALUES (:id, 'a@example.cn', :by_mail, 'zh', '')"
                ),
                {"id": number, "by_mail": by_mail},
            )
        connection.commit()
    _migrate(engine, "0017")
    with engine.connect() as connection:
        rows = connection.execute(
            text("SELECT rhythm, confirmed FROM contact ORDER BY person_id")
        ).all()
        assert [(rhythm, bool(confirmed)) for rhythm, confirmed in rows] == [
            ("each", False),
            ("never", False),
        ]
    engine.dispose()
