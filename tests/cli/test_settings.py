"""Settings are read once, and everything that is missing is named at once."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from inspection import settings
from inspection.domain.problems import SettingsIncomplete
from tests.conftest import ROOT

PRODUCTION = {
    "INSPECTION_MODE": "production",
    "INSPECTION_SECRET": "x" * 32,
    "INSPECTION_PUBLIC_URL": "https://zhencha.example/",
    "INSPECTION_ORGANISATION": "云岚区安委办",
}


def _named(environment: dict[str, str], home: Path) -> list[str]:
    with pytest.raises(SettingsIncomplete) as told:
        settings.from_environment({"INSPECTION_HOME": str(home), **environment})
    return list(told.value.details["names"])


def test_production_with_everything_is_production(tmp_path: Path) -> None:
    found = settings.from_environment({"INSPECTION_HOME": str(tmp_path), **PRODUCTION})
    assert (found.production, found.public_url) == (True, "https://zhencha.example")
    assert list(tmp_path.iterdir()) == [], "production makes up no secret"


def test_production_with_nothing_names_all_that_is_missing(tmp_path: Path) -> None:
    assert _named({"INSPECTION_MODE": "production", "PORT": "http"}, tmp_path) == [
        "PORT",
        "INSPECTION_SECRET",
        "INSPECTION_PUBLIC_URL",
        "INSPECTION_ORGANISATION",
    ]


@pytest.mark.parametrize(
    "name", ["INSPECTION_SECRET", "INSPECTION_PUBLIC_URL", "INSPECTION_ORGANISATION"]
)
def test_each_missing_name_is_named(tmp_path: Path, name: str) -> None:
    assert _named({**PRODUCTION, name: ""}, tmp_path) == [name]


def test_a_secret_of_thirty_one_characters_is_none(tmp_path: Path) -> None:
    assert _named({**PRODUCTION, "INSPECTION_SECRET": "x" * 31}, tmp_path) == ["INSPECTION_SECRET"]


@pytest.mark.parametrize("port", ["0", "65536", "-1", "x", "80 ", "٨٠"])
def test_a_port_that_is_none_is_named(tmp_path: Path, port: str) -> None:
    assert _named({"PORT": port}, tmp_path) == ["PORT"]


@pytest.mark.parametrize("proxies", ["-1", "10", "one", "٣"])
def test_a_number_of_proxies_that_is_none_is_named(tmp_path: Path, proxies: str) -> None:
    assert _named({"INSPECTION_PROXIES": proxies}, tmp_path) == ["INSPECTION_PROXIES"]


def test_an_unknown_mode_is_named(tmp_path: Path) -> None:
    assert _named({"INSPECTION_MODE": "prod"}, tmp_path) == ["INSPECTION_MODE"]


def test_a_demonstration_keeps_its_secret_over_restarts(tmp_path: Path) -> None:
    first, again = (settings.from_environment({"INSPECTION_HOME": str(tmp_path)}) for _ in range(2))
    assert first.secret == again.secret
    assert len(first.secret) >= 32
    assert (tmp_path / "demonstration-secret").stat().st_mode & 0o077 == 0


def test_a_server_without_its_settings_says_which_before_it_starts(tmp_path: Path) -> None:
    environment = {**os.environ, "INSPECTION_HOME": str(tmp_path), "INSPECTION_MODE": "production"}
    done = subprocess.run(
        [str(Path(sys.executable).with_name("flask")), "--app", "app", "serve"],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode != 0
    for name in ("INSPECTION_SECRET", "INSPECTION_PUBLIC_URL", "INSPECTION_ORGANISATION"):
        assert name in done.stderr


@pytest.mark.parametrize(
    ("told", "named"),
    [
        ({"INSPECTION_TSA_URL": "https://tsa.example"}, ["INSPECTION_TSA_ROOTS"]),
        ({"INSPECTION_TSA_ROOTS": "r.pem"}, ["INSPECTION_TSA_URL"]),
        (
            {"INSPECTION_TSA_URL": "tsa.example", "INSPECTION_TSA_ROOTS": "r.pem"},
            ["INSPECTION_TSA_URL"],
        ),
        ({"INSPECTION_SEAL_PASSWORD": "x"}, ["INSPECTION_SEAL_P12"]),
        ({"INSPECTION_SEAL_CHAIN": "c.pem"}, ["INSPECTION_SEAL_CHAIN"]),
        (
            {"INSPECTION_SEAL_PKCS11": "m.so", "INSPECTION_SEAL_TOKEN": "t"},
            ["INSPECTION_SEAL_LABEL", "INSPECTION_SEAL_PIN"],
        ),
        ({"INSPECTION_SEAL_PIN": "1"}, ["INSPECTION_SEAL_PKCS11"]),
        ({"INSPECTION_CA_KEY": "k.pem"}, ["INSPECTION_CA_CHAIN"]),
        ({"INSPECTION_CA_CHAIN": "c.pem", "INSPECTION_CA_PASSWORD": "x"}, ["INSPECTION_CA_KEY"]),
    ],
)
def test_half_of_what_belongs_together_names_the_other_half(
    tmp_path: Path, told: dict[str, str], named: list[str]
) -> None:
    assert _named(told, tmp_path) == named


def test_two_seals_at_once_are_refused_with_a_reason(tmp_path: Path) -> None:
    told = {"INSPECTION_SEAL_P12": "s.p12", "INSPECTION_SEAL_PKCS11": "m.so"}
    told |= {f"INSPECTION_SEAL_{each}": "x" for each in ("TOKEN", "LABEL", "PIN")}
    with pytest.raises(SettingsIncomplete, match="只能设一个"):
        settings.from_environment({"INSPECTION_HOME": str(tmp_path), **told})


def test_a_server_whose_seal_cannot_be_opened_does_not_start(tmp_path: Path) -> None:
    seal = tmp_path / "seal.p12"
    seal.write_bytes(b"not one")
    environment = {
        **os.environ,
        "INSPECTION_HOME": str(tmp_path / "home"),
        "INSPECTION_SEAL_P12": str(seal),
        "INSPECTION_SEAL_PASSWORD": "x",
    }
    done = subprocess.run(
        [str(Path(sys.executable).with_name("flask")), "--app", "app", "serve"],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode != 0
    assert "INSPECTION_SEAL_P12：密码打不开这个文件" in done.stderr
    assert not (tmp_path / "home" / "authority").exists()
