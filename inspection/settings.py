"""Reads the environment once into one frozen value and names everything missing at once.

Each `INSPECTION_*` name has a heading in docs/settings.md. Nothing else in the
package reads the environment.
"""

import contextlib
import secrets
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from inspection.domain.problems import SettingsIncomplete

ROOT = Path(__file__).resolve().parent.parent

_DEMONSTRATION_NAME = "云岚区安全生产委员会办公室（演示）"

NAMES = (
    "INSPECTION_HOME",
    "INSPECTION_MODE",
    "INSPECTION_SECRET",
    "INSPECTION_PUBLIC_URL",
    "INSPECTION_ORGANISATION",
    "DATABASE_URL",
    "HOST",
    "PORT",
)


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
    organisation: str
    """Name that the seal certificate carries."""
    database_url: str
    host: str
    """Address to listen on; anything but loopback wants a TLS proxy in front."""
    port: int

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
    secret = environment.get("INSPECTION_SECRET", "")
    if mode == "production":
        wrong += [] if len(secret) >= 32 else ["INSPECTION_SECRET"]
        wrong += [
            n
            for n in ("INSPECTION_PUBLIC_URL", "INSPECTION_ORGANISATION")
            if not environment.get(n)
        ]
    if wrong:
        raise SettingsIncomplete(names=wrong)
    return Settings(
        home=home,
        mode=mode,
        secret=secret.encode() or _demonstration_secret(home),
        public_url=environment.get("INSPECTION_PUBLIC_URL", f"http://127.0.0.1:{port}").rstrip("/"),
        organisation=environment.get("INSPECTION_ORGANISATION", _DEMONSTRATION_NAME),
        database_url=environment.get("DATABASE_URL") or f"sqlite:///{home / 'zhencha.sqlite3'}",
        host=environment.get("HOST") or "127.0.0.1",
        port=int(port),
    )


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
