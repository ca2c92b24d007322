"""Reads the environment once into one frozen value and names everything missing at once.

Each `INSPECTION_*` name has a heading in docs/settings.md. Nothing else in the
package reads the environment.
"""

import contextlib
import re
import secrets
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path

from inspection.domain.problems import SettingsIncomplete

ROOT = Path(__file__).resolve().parent.parent

_DEMONSTRATION_NAME = "云岚区安全生产委员会办公室（演示）"

NAMES = (
    "INSPECTION_HOME",
    "INSPECTION_MODE",
    "INSPECTION_SECRET",
    "INSPECTION_PUBLIC_URL",
    "INSPECTION_OWN_ROOTS",
    "INSPECTION_ORGANISATION",
    "INSPECTION_TSA_URL",
    "INSPECTION_TSA_ROOTS",
    "INSPECTION_SEAL_P12",
    "INSPECTION_SEAL_PASSWORD",
    "INSPECTION_SEAL_PKCS11",
    "INSPECTION_SEAL_TOKEN",
    "INSPECTION_SEAL_LABEL",
    "INSPECTION_SEAL_PIN",
    "INSPECTION_SEAL_CHAIN",
    "INSPECTION_CA_CHAIN",
    "INSPECTION_CA_KEY",
    "INSPECTION_CA_PASSWORD",
    "INSPECTION_PROXIES",
    "INSPECTION_SMTP_URL",
    "INSPECTION_MAIL_FROM",
    "DATABASE_URL",
    "HOST",
    "PORT",
)

_GOES_WITH = {
    "INSPECTION_TSA_URL": ("INSPECTION_TSA_ROOTS",),
    "INSPECTION_TSA_ROOTS": ("INSPECTION_TSA_URL",),
    "INSPECTION_SEAL_PASSWORD": ("INSPECTION_SEAL_P12",),
    "INSPECTION_SEAL_PKCS11": (
        "INSPECTION_SEAL_TOKEN",
        "INSPECTION_SEAL_LABEL",
        "INSPECTION_SEAL_PIN",
    ),
    "INSPECTION_SEAL_TOKEN": ("INSPECTION_SEAL_PKCS11",),
    "INSPECTION_SEAL_LABEL": ("INSPECTION_SEAL_PKCS11",),
    "INSPECTION_SEAL_PIN": ("INSPECTION_SEAL_PKCS11",),
    "INSPECTION_CA_CHAIN": ("INSPECTION_CA_KEY",),
    "INSPECTION_CA_KEY": ("INSPECTION_CA_CHAIN",),
    "INSPECTION_CA_PASSWORD": ("INSPECTION_CA_KEY",),
    "INSPECTION_SMTP_URL": ("INSPECTION_MAIL_FROM",),
    "INSPECTION_MAIL_FROM": ("INSPECTION_SMTP_URL",),
}
"""Setting → those without which it means nothing."""


@dataclass(frozen=True)
class OwnSettings:
    """The organisation's own credentials, as they were told: addresses, files, words. "" is unset.

    Whether the files hold what they must is found by `signing.own`.
    """

    tsa_url: str = ""
    tsa_roots: str = ""
    seal_p12: str = ""
    seal_password: str = ""
    seal_pkcs11: str = ""
    seal_token: str = ""
    seal_label: str = ""
    seal_pin: str = ""
    seal_chain: str = ""
    ca_chain: str = ""
    ca_key: str = ""
    ca_password: str = ""


_OWN_FIELDS = tuple(each.name for each in fields(OwnSettings))


@dataclass(frozen=True)
class Settings:
    """Everything the process was told from outside."""

    home: Path
    """Directory for the database, the blobs and the keys."""
    mode: str
    """`demonstration` or `production`."""
    secret: bytes
    """Encrypts the keys in `home`; at least 32 bytes."""
    public_url: str
    """Where readers of a printed QR code reach this server, without a trailing slash."""
    own_roots: Path | None
    """PEM file of roots that may name people who sign with an own certificate."""
    organisation: str
    """Name that the seal certificate carries."""
    database_url: str
    host: str
    """Address to listen on; anything but loopback wants a TLS proxy in front."""
    port: int
    proxies: int = 0
    """How many proxies in front each add the address they speak for to X-Forwarded-For."""
    smtp_url: str = ""
    """Mail server for notices, `smtp://` or `smtps://`; "" when no mail is sent."""
    mail_from: str = ""
    own: OwnSettings = OwnSettings()
    """What takes the place of the built-in seal, authority and clock."""

    @property
    def production(self) -> bool:
        """Whether real people depend on this server."""
        return self.mode == "production"


def from_environment(environment: Mapping[str, str]) -> Settings:
    """Build settings. Raises SettingsIncomplete with every missing or malformed name."""
    wrong: list[str] = []
    mode = environment.get("INSPECTION_MODE", "demonstration")
    if mode not in ("demonstration", "production"):
        wrong.append("INSPECTION_MODE")
    home = Path(environment.get("INSPECTION_HOME") or ROOT / "var").resolve()
    port = environment.get("PORT", "8000")
    if not (port.isascii() and port.isdigit()) or not 0 < int(port) < 65536:
        wrong.append("PORT")
    proxies = environment.get("INSPECTION_PROXIES") or "0"
    if not (proxies.isascii() and proxies.isdigit() and len(proxies) == 1):
        wrong.append("INSPECTION_PROXIES")
    secret = environment.get("INSPECTION_SECRET", "")
    if mode == "production":
        wrong += [] if len(secret) >= 32 else ["INSPECTION_SECRET"]
        wrong += [
            n
            for n in ("INSPECTION_PUBLIC_URL", "INSPECTION_ORGANISATION")
            if not environment.get(n)
        ]
    roots = environment.get("INSPECTION_OWN_ROOTS", "")
    if roots and not Path(roots).is_file():
        wrong.append("INSPECTION_OWN_ROOTS")
    own = _own(environment)
    why = _disagreements(environment)
    if wrong or why:
        raise SettingsIncomplete(names=[*wrong, *(n for n in why if n not in wrong)], why=why)
    return Settings(
        home=home,
        mode=mode,
        secret=secret.encode() or _demonstration_secret(home),
        own_roots=Path(roots).resolve() if roots else None,
        public_url=environment.get("INSPECTION_PUBLIC_URL", f"http://127.0.0.1:{port}").rstrip("/"),
        organisation=environment.get("INSPECTION_ORGANISATION", _DEMONSTRATION_NAME),
        database_url=environment.get("DATABASE_URL") or f"sqlite:///{home / 'zhencha.sqlite3'}",
        host=environment.get("HOST") or "127.0.0.1",
        port=int(port),
        proxies=int(proxies),
        smtp_url=environment.get("INSPECTION_SMTP_URL", ""),
        mail_from=environment.get("INSPECTION_MAIL_FROM", ""),
        own=own,
    )


def _own(environment: Mapping[str, str]) -> OwnSettings:
    told = {name: environment.get(f"INSPECTION_{name.upper()}", "") for name in _OWN_FIELDS}
    return OwnSettings(**told)


def _disagreements(environment: Mapping[str, str]) -> dict[str, str]:
    """Which of the organisation's own settings lack another one, or exclude each other, and why."""
    why = {}
    for name, others in _GOES_WITH.items():
        for other in others:
            if environment.get(name) and not environment.get(other):
                why[other] = f"设了 {name} 就要设它 · {name} is of no use without it"
    files = ("INSPECTION_SEAL_P12", "INSPECTION_SEAL_PKCS11")
    if all(environment.get(each) for each in files):
        why[files[1]] = f"与 {files[0]} 只能设一个 · set this or {files[0]}, not both"
    if environment.get("INSPECTION_SEAL_CHAIN") and not any(environment.get(n) for n in files):
        why["INSPECTION_SEAL_CHAIN"] = (
            "没有设封印 · there is no seal of your own that it belongs to"
        )
    url = environment.get("INSPECTION_TSA_URL", "")
    if url and not url.startswith(("http://", "https://")):
        why["INSPECTION_TSA_URL"] = "不是网址 · not an address that begins with http:// or https://"
    return why | _mail_faults(environment)


def _mail_faults(environment: Mapping[str, str]) -> dict[str, str]:
    """What of the two settings for mail cannot be used, and why."""
    why = {}
    server = environment.get("INSPECTION_SMTP_URL", "")
    if server and not re.fullmatch(r"smtps?://([^@/\s]+@)?[\w.-]+(:\d{1,5})?/?", server):
        why["INSPECTION_SMTP_URL"] = (
            "不是邮件服务器地址 · not smtp://host:port or smtps://host:port"
        )
    sender = environment.get("INSPECTION_MAIL_FROM", "")
    if sender and not re.fullmatch(r"[^@\s<>,\"]+@[\w.-]+", sender, re.ASCII):
        why["INSPECTION_MAIL_FROM"] = "不是邮箱地址 · not an address such as zhencha@example.cn"
    return why


def _demonstration_secret(home: Path) -> bytes:
    """Keep a random secret beside the demonstration data, so that restarts can read its keys."""
    path = home / "demonstration-secret"
    home.mkdir(parents=True, exist_ok=True)
    if not path.exists():
        # Made whole beside it and then linked: the first process wins, none reads half.
        with tempfile.NamedTemporaryFile("w", dir=home, encoding="ascii") as file:
            file.write(secrets.token_hex(32))
            file.flush()
            with contextlib.suppress(FileExistsError):
                path.hardlink_to(file.name)
    return path.read_bytes()
