"""A tablet's storage as somebody finds it who does not go through the app: raw IndexedDB, files.

Only for tests that prove what lies there; functions of an inspector stand in inspector.py.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from playwright.sync_api import Page

OPEN = """const opened = (name, version, upgrade) => new Promise((resolve, reject) => {
  const request = indexedDB.open(name, version);
  request.onupgradeneeded = () => upgrade?.(request.result);
  request.onsuccess = () => resolve(request.result);
  request.onerror = () => reject(request.error);
});
const done = (request) => new Promise((resolve, reject) => {
  request.onsuccess = () => resolve(request.result);
  request.onerror = () => reject(request.error);
});
"""


def run(page: Page, body: str, argument: object = None) -> Any:
    """Run an async function body in the page, with `opened`, `done` and its `given` at hand."""
    return page.evaluate(f"async (given) => {{ {OPEN} {body} }}", argument)


def databases(page: Page) -> list[str]:
    """Names of all databases."""
    return list(run(page, "return (await indexedDB.databases()).map(({ name }) => name);"))


def rows(page: Page, name: str, store: str) -> list[dict[str, Any]]:
    """Every row of a store, bytes left out."""
    found = run(
        page,
        """const database = await opened(given.name);
        const all = await done(database.transaction(given.store).objectStore(given.store).getAll());
        database.close();
        return JSON.stringify(all, (_, value) =>
          value instanceof ArrayBuffer || ArrayBuffer.isView(value) ? undefined : value);""",
        {"name": name, "store": store},
    )
    return list(json.loads(found))


def person_of(page: Page, name: str) -> dict[str, Any]:
    """Somebody's row on this tablet."""
    return next(row for row in rows(page, "zhencha-device", "people") if name in row["name"])


def change(page: Page, name: str, store: str, body: str, argument: object = None) -> None:
    """Change a store with `store` and `given` at hand, in one transaction."""
    run(
        page,
        f"""const database = await opened(given.name);
        const transaction = database.transaction(given.store, "readwrite");
        await (async (store, given) => {{ {body} }})(
          transaction.objectStore(given.store), given.given);
        await new Promise((resolve) => {{ transaction.oncomplete = resolve; }});
        database.close();""",
        {"name": name, "store": store, "given": argument},
    )


def files(profile: Path) -> Iterator[bytes]:
    """Content of every file of a profile."""
    for path in profile.rglob("*"):
        if path.is_file() and not path.is_symlink():
            yield path.read_bytes()


def lies_in(profile: Path, *wanted: str | bytes) -> bool:
    """Whether any of these, as UTF-8, UTF-16 or bytes, can be read from a profile."""
    needles = [
        each
        for one in wanted
        for each in ([one] if isinstance(one, bytes) else [one.encode(), one.encode("utf-16-le")])
    ]
    return any(needle in content for content in files(profile) for needle in needles)
