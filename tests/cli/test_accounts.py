"""An empty production server gets its units and people from the command line."""

from pathlib import Path

from flask import Flask
from flask.testing import FlaskClient


def _run(app: Flask, *words: str) -> tuple[int, str]:
    with app.app_context():
        result = app.test_cli_runner().invoke(args=list(words))
    return result.exit_code, result.output


def _enlist(
    app: Flask, username: str, unit: str, password: str = "long enough 1"
) -> tuple[int, str]:
    return _run(
        app,
        "people",
        "enlist",
        username,
        "王安",
        "--unit",
        unit,
        "--role",
        "inspector",
        "--password",
        password,
    )


def _sign_in(client: FlaskClient, username: str) -> bool:
    client.get("/sign-in")
    page = client.get("/sign-in").get_data(as_text=True)
    token = page.split('name="csrf_token"')[1].split('value="')[1].split('"')[0]
    client.post(
        "/sign-in",
        data={"username": username, "password": "long enough 1", "csrf_token": token},
    )
    return client.get("/api/v1/me").status_code == 200


def test_units_and_people_are_founded_and_people_dismissed(app: Flask, client: FlaskClient) -> None:
    assert _run(app, "units", "found", "云岚区", "--kind", "district")[0] == 0
    town = _run(app, "units", "found", "花桥镇", "--kind", "town", "--parent", "云岚区")
    assert town[0] == 0, town
    assert _enlist(app, "wang", "花桥镇")[0] == 0
    assert _sign_in(client, "wang")
    assert _run(app, "people", "password", "wang", "--password", "another one 2")[0] == 0
    assert not _sign_in(app.test_client(), "wang")
    assert _run(app, "people", "dismiss", "wang", "--reason", "调离")[0] == 0
    assert client.get("/api/v1/me").status_code == 401


def test_what_does_not_fit_is_refused_and_changes_nothing(app: Flask, home: Path) -> None:
    assert _run(app, "units", "found", "甲", "--kind", "town", "--parent", "没有")[0] == 2
    assert (
        "GB 32100"
        in _run(
            app,
            "units",
            "found",
            "甲",
            "--kind",
            "enterprise",
            "--credit-code",
            "91999901MA0001000X",
        )[1]
    )
    assert _enlist(app, "wang", "没有")[0] == 2
    assert _run(app, "units", "found", "甲", "--kind", "town")[0] == 0
    assert _run(app, "units", "found", "甲", "--kind", "town")[0] == 2
    assert _enlist(app, "wang", "甲", password="short")[0] == 2
    assert _enlist(app, "wang", "甲")[0] == 0
    assert _enlist(app, "wang", "甲")[0] == 2
    assert _run(app, "people", "dismiss", "nobody", "--reason", "x")[0] == 2
