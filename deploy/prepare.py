"""Makes a fresh clone ready: `prepare.py run` to serve, `prepare.py test` to test.

The one set-up, for people, CI and containers alike. Standard library only, because it runs
before anything is installed. Every step knows when it has nothing to do, so a second run takes a
fraction of a second; whatever is wrong ends in one sentence that names the command to type. What
the application does with the prepared clone (migrate, demonstrate, serve) is not here: see
`flask --app app serve`.
"""

from __future__ import annotations

import contextlib
import ctypes
import ctypes.util
import fcntl
import hashlib
import importlib.util
import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
STAMPS = VENV / "prepared.json"
BROWSERS = ("chromium", "google-chrome", "google-chrome-stable", "chromium-browser")


class NotReady(Exception):
    """Set-up cannot go on; the message is the one sentence for the person at the terminal."""


# --- what the system must have -----------------------------------------------


@dataclass(frozen=True)
class Package:
    """A Debian package and the question whether what it brings is here already, from wherever."""

    name: str
    present: Callable[[], bool]


def library(soname: str) -> Callable[[], bool]:
    """Whether the loader finds a shared library; the loader is asked because it will look."""

    def present() -> bool:
        with contextlib.suppress(OSError):
            ctypes.CDLL(soname)
            return True
        return sys.platform == "darwin" and bool(
            ctypes.util.find_library(soname[3:].split(".so", maxsplit=1)[0])
        )

    return present


def program(*names: str) -> Callable[[], bool]:
    """Whether every one of the programs is on the path."""
    return lambda: all(shutil.which(name) for name in names)


def postgres() -> bool:
    """Whether a PostgreSQL server can be started; Debian keeps its programs off the path."""
    return bool(shutil.which("initdb") or list(Path("/usr/lib/postgresql").glob("*/bin/initdb")))


def browser() -> str | None:
    """The Chromium that tests drive: $BROWSER_PATH, else the first on the path that is no snap.

    Ubuntu's `chromium-browser` only starts a snap, which is confined away from the files that
    tests give it.
    """
    if chosen := os.environ.get("BROWSER_PATH"):
        return shutil.which(chosen)
    for name in BROWSERS:
        path = shutil.which(name)
        if (
            path
            and not path.startswith("/snap/")
            and b"/snap/" not in Path(path).read_bytes()[:4096]
        ):
            return path
    return None


def quick_browser() -> bool:
    """Whether there is the engine without windows, which starts in half the time.

    It is Debian's; where another browser is chosen or at hand, that one does.
    """
    return bool(shutil.which("chromium-headless-shell")) or browser() != shutil.which("chromium")


def webkit() -> bool:
    """Whether WebKit can be driven: the driver, and the small browser that it starts."""
    return bool(shutil.which("WebKitWebDriver")) and bool(
        list(Path("/usr/lib").glob("*/webkit*gtk-*/MiniBrowser"))
    )


def chinese_font() -> bool:
    """Whether screens that the tests photograph have a Chinese font."""
    if not shutil.which("fc-list"):
        return False
    listed = subprocess.run(["fc-list", ":lang=zh-cn", "family"], capture_output=True, check=False)
    return bool(listed.stdout.strip())


def virtual_environments() -> bool:
    """Whether this Python can make an environment with pip in it (Debian splits that off)."""
    return VENV.exists() or all(importlib.util.find_spec(name) for name in ("venv", "ensurepip"))


PACKAGES = {
    "run": (
        Package(f"python3.{sys.version_info.minor}-venv", virtual_environments),
        Package("libpango-1.0-0", library("libpango-1.0.so.0")),
        Package("libpangoft2-1.0-0", library("libpangoft2-1.0.so.0")),
        Package("libharfbuzz-subset0", library("libharfbuzz-subset.so.0")),
    ),
    "test": (
        Package("chromium", lambda: browser() is not None),
        Package("chromium-headless-shell", quick_browser),
        Package("libatomic1", library("libatomic.so.1")),
        Package("webkit2gtk-driver", webkit),
        Package("xvfb", program("Xvfb")),
        Package("postgresql", postgres),
        Package("poppler-utils", program("pdfsig", "pdftoppm")),
        Package("mupdf-tools", program("mutool")),
        Package("qpdf", program("qpdf")),
        Package("libnss3-tools", program("certutil")),
        Package("softhsm2", program("softhsm2-util")),
        Package("fonts-noto-cjk", chinese_font),
    ),
}


def missing_packages(level: str) -> list[str]:
    """The Debian packages that this level needs and the system lacks."""
    wanted = PACKAGES["run"] if level == "run" else PACKAGES["run"] + PACKAGES["test"]
    return [package.name for package in wanted if not package.present()]


def system_packages(level: str) -> None:
    """Install what the system lacks if we may; otherwise say the command."""
    missing = missing_packages(level)
    if not missing:
        return
    if "chromium" in missing and system_name() == "ubuntu":
        raise NotReady(
            "Ubuntu's chromium is a snap, which tests cannot drive: install Google Chrome's .deb "
            "package, or set BROWSER_PATH to a Chromium that is no snap, and run this again."
        )
    install = f"apt-get install -y --no-install-recommends {' '.join(missing)}"
    if not shutil.which("apt-get"):
        raise NotReady(
            f"This system lacks what Debian calls {', '.join(missing)}; install it with the "
            "system's own package manager and run the same command again."
        )
    if os.geteuid() == 0:
        prefix: list[str] = []
    elif shutil.which("sudo") and succeeds("sudo", "-n", "true"):
        prefix = ["sudo", "-n"]
    else:
        raise NotReady(
            "Some system packages are missing and only root may install them; type this, then the "
            f"same command again: sudo apt-get update && sudo {install}"
        )
    with step(f"system packages: {' '.join(missing)}"):
        quiet = [*prefix, "env", "DEBIAN_FRONTEND=noninteractive"]
        call(*quiet, "apt-get", "update", "-qq", blame="Debian's package lists could not be read")
        call(*quiet, *install.split(), blame=f"`{install}` failed")
    if still := missing_packages(level):
        raise NotReady(
            f"{', '.join(still)} was installed and is still not found; please look at `{install}`."
        )


def system_name() -> str:
    """What kind of Linux this is (`debian`, `ubuntu`), empty where nothing says."""
    release = Path("/etc/os-release")
    lines = release.read_text(encoding="utf-8").splitlines() if release.exists() else []
    return next((line[3:].strip('"') for line in lines if line.startswith("ID=")), "")


# --- what the clone must have ------------------------------------------------


@dataclass(frozen=True)
class Part:
    """One thing that set-up makes: from what, by which command, and what must exist afterwards."""

    name: str
    command: tuple[str, ...]
    sources: tuple[str, ...]
    made: tuple[str, ...]
    blame: str


def parts(level: str) -> tuple[Part, ...]:
    """What is made inside the clone, in order."""
    python = str(VENV / "bin" / "python")
    requirements = "requirements.txt" if level == "run" else "requirements-dev.txt"
    pip = (python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-input")
    npm = str(VENV / "bin" / "npm")
    return (
        Part(
            name="Python packages",
            command=(*pip, "-r", requirements),
            sources=("requirements.txt", requirements),
            made=(".venv/bin/flask", ".venv/bin/npm"),
            blame="The Python packages could not be installed (is the package index reachable?)",
        ),
        Part(
            name="JavaScript packages",
            command=(npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"),
            sources=("package-lock.json",),
            made=("node_modules",),
            blame="The JavaScript packages could not be installed (is the registry reachable?)",
        ),
        Part(
            name="web client",
            command=(str(VENV / "bin" / "node"), "static/build.mjs"),
            sources=("static/build.mjs", "static", "package-lock.json"),
            made=("static/dist",),
            blame="The web client could not be built",
        ),
        Part(
            name="fonts",
            command=(python, "-m", "inspection.reports.typefaces", "node_modules"),
            sources=(
                "inspection/reports/typefaces.py",
                "inspection/reports/standard_characters.txt",
                "package-lock.json",
            ),
            made=(),
            blame="The fonts of the reports could not be made",
        ),
        Part(
            name="translations",
            command=(
                python,
                "-m",
                "babel.messages.frontend",
                "compile",
                "-f",
                "-d",
                "inspection/translations",
            ),
            sources=("inspection/translations",),
            made=("inspection/translations/en/LC_MESSAGES/messages.mo",),
            blame="The translations could not be compiled",
        ),
    )


def make_part(part: Part, stamps: dict[str, str]) -> None:
    """Make one part unless it was made from exactly these sources."""
    absent = [source for source in part.sources if not (ROOT / source).exists()]
    if absent:
        say(f"  {part.name}: left out, {absent[0]} does not exist yet")
        return
    key = f"{part.name} {part.command[-1]}"
    print_of = fingerprint(part.sources)
    if stamps.get(key) == print_of and all((ROOT / made).exists() for made in part.made):
        return
    with step(part.name):
        call(*part.command, blame=part.blame)
    stamps[key] = print_of
    STAMPS.write_text(json.dumps(stamps, indent=1), encoding="utf-8")


def fingerprint(sources: tuple[str, ...]) -> str:
    """The digest of the sources' names and bytes; what set-up itself makes there is left out."""
    digest = hashlib.sha256(sys.version.encode())
    for source in sources:
        path = ROOT / source
        files = (
            [path] if path.is_file() else sorted(file for file in path.rglob("*") if file.is_file())
        )
        for file in files:
            name = file.relative_to(ROOT).as_posix()
            if name.startswith("static/dist") or name.endswith(".mo"):
                continue
            digest.update(f"\0{name}\0{file.stat().st_size}\0".encode() + file.read_bytes())
    return digest.hexdigest()


def virtual_environment() -> None:
    """The interpreter of this clone; made anew when the Python it stood on is gone."""
    if (VENV / "bin" / "python").exists() and (VENV / "bin" / "pip").exists():
        return
    with step("virtual environment"):
        call(
            sys.executable,
            "-m",
            "venv",
            "--clear",
            str(VENV),
            blame="The virtual environment could not be made",
        )


# --- saying and doing --------------------------------------------------------


def say(line: str) -> None:
    """One line for the person at the terminal, at once."""
    print(line, flush=True)


@contextlib.contextmanager
def step(name: str) -> Iterator[None]:
    """Announce something slow, and how long it took."""
    say(f"  {name} …")
    start = time.monotonic()
    yield
    say(f"  {name}: {time.monotonic() - start:.0f} s")


def succeeds(*command: str) -> bool:
    """Whether a command exits with 0; its output does not matter."""
    return (
        subprocess.run(
            command, capture_output=True, check=False, stdin=subprocess.DEVNULL
        ).returncode
        == 0
    )


def call(*command: str, blame: str) -> None:
    """Run a command with the clone's own tools first on the path; on failure show its end."""
    path = f"{VENV / 'bin'}{os.pathsep}{os.environ.get('PATH', os.defpath)}"
    done = subprocess.run(
        command,
        cwd=ROOT,
        env={**os.environ, "PATH": path},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        check=False,
    )
    if done.returncode != 0:
        tail = done.stdout.decode(errors="replace").strip().splitlines()[-12:]
        say("\n".join(f"    {line}" for line in tail))
        raise NotReady(f"{blame}; the lines above say why.")


@contextlib.contextmanager
def alone() -> Iterator[None]:
    """Only one set-up at a time in one clone; a second one waits and then finds everything made."""
    with Path(__file__).open(encoding="utf-8") as door:
        fcntl.flock(door, fcntl.LOCK_EX)
        yield


def prepare(level: str) -> None:
    """Everything, in order."""
    with alone():
        system_packages(level)
        virtual_environment()
        stamps = json.loads(STAMPS.read_text(encoding="utf-8")) if STAMPS.exists() else {}
        for part in parts(level):
            make_part(part, stamps)


def main(arguments: list[str]) -> int:
    """The exit code; sentences go to stderr."""
    if len(arguments) != 1 or arguments[0] not in PACKAGES:
        print("usage: prepare.py run|test", file=sys.stderr)
        return 2
    try:
        prepare(arguments[0])
    except NotReady as stop:
        print(f"真查: {stop}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("真查: stopped; the same command goes on where it was.", file=sys.stderr)
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
