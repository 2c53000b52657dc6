"""Where everything about one company lies on disk, and which release is the current one."""

import contextlib
import fcntl
import hashlib
import json
import os
import re
import secrets
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from analytics import people, places
from analytics.errors import AnalyticsError
from analytics.vault import durable
from analytics.vault.settings import Settings, as_toml, read_settings

RELEASE = re.compile(r"\d{6}\.duckdb")
KEPT_RELEASES = (
    4  # the current one and three before it: readers that opened an older one finish in peace
)


class UnknownWorkspace(AnalyticsError):
    """There is no such workspace."""


class WorkspaceBusy(AnalyticsError):
    """Another import into the same workspace is running."""


class BrokenWorkspace(AnalyticsError):
    """A file that the workspace cannot do without is missing or spoilt."""


class KeyDestroyed(AnalyticsError):
    """The key was destroyed on purpose: nobody can be recognised in the workspace any more."""


@dataclass(frozen=True)
class Workspace:
    """One company's folder; only the paths are here, what lies in them belongs to the other modules."""

    name: str
    folder: Path

    @classmethod
    def open(cls, name: str, home: Path | None = None, create: bool = False) -> "Workspace":
        """Return the workspace of that name; raises AnalyticsError when it is neither there nor to be made."""
        workspace = cls(name, places.folder(name, home).absolute())
        if create:
            workspace._make()
        elif not workspace.folder.is_dir():
            raise UnknownWorkspace(
                f"There is no workspace {name!r} in {workspace.folder.parent}."
                f" Make it by importing a file: python -m analytics ingest FILE --workspace {name}"
            )
        return workspace

    @property
    def imports(self) -> Path:
        """One folder an import, never changed once it is there."""
        return self.folder / "imports"

    @property
    def store(self) -> Path:
        """The live imports together, as the vault tables of schema.sql."""
        return self.folder / "store"

    @property
    def releases(self) -> Path:
        """The published files, numbered."""
        return self.folder / "releases"

    @property
    def jobs(self) -> Path:
        """State of the imports that were started from a page."""
        return self.folder / "jobs"

    @property
    def temporary(self) -> Path:
        """Half-done work of one running import; emptied at the next start."""
        return self.folder / "tmp"

    @property
    def erased(self) -> Path:
        """Keyed marks of the people who were erased (tombstones.py)."""
        return self.folder / "erased.jsonl"

    @property
    def rewriting(self) -> Path:
        """Files that are to take the place of kept ones, all or none of them (rewrite.py)."""
        return self.folder / "rewriting"

    @property
    def backups(self) -> Path:
        """Where backups go when no other place is said."""
        return self.folder / "backups"

    @property
    def key(self) -> Path:
        """The secret and, once it was changed, the keys derived from the first one; for the owner alone."""
        return self.folder / "secret.key"

    @property
    def key_destroyed(self) -> Path:
        """Holds the day on which the key was destroyed on purpose."""
        return self.folder / "key.destroyed"

    @property
    def identity(self) -> Path:
        """The only file with names and addresses."""
        return self.folder / "identity.duckdb"

    @property
    def matches(self) -> Path:
        """Which accounts were said by hand to be one person's (matches.py); pseudonyms only."""
        return self.folder / "matches.jsonl"

    @property
    def ledger(self) -> Path:
        """Which imports there are and which are left out."""
        return self.folder / "ledger.jsonl"

    @property
    def imports_list(self) -> Path:
        """The same without any identity, for the pages, which never open the vault."""
        return self.folder / "imports.json"

    @property
    def pointer(self) -> Path:
        """Names the current release."""
        return self.folder / "CURRENT"

    @cached_property
    def settings(self) -> Settings:
        """What settings.toml says; raises WrongSetting."""
        return read_settings(self.folder / "settings.toml")

    def write_settings(self, settings: Settings) -> None:
        """Write settings.toml; figures follow at the next import."""
        durable.write(self.folder / "settings.toml", as_toml(settings))
        self.__dict__.pop("settings", None)

    def secret(self) -> bytes:
        """Return the 32 bytes that key the pseudonyms; raises BrokenWorkspace or KeyDestroyed."""
        if self.key_destroyed.exists():
            raise KeyDestroyed(
                f"The key of workspace {self.name} was destroyed on {self.key_destroyed.read_text().strip()}:"
                " what it holds is anonymous, so it takes no new files and nobody can be found in it."
                " Its releases stay readable. Start a new workspace for new files."
            )
        try:
            key = bytes.fromhex(self.key.read_text("ascii").splitlines()[0])
        except (FileNotFoundError, ValueError, IndexError):
            key = b""
        if len(key) < 32:  # noqa: PLR2004
            raise BrokenWorkspace(
                f"Workspace {self.name}: secret.key is missing or spoilt, so new files would not match"
                " the people already imported. Put the key back from its backup, or start a new workspace."
            )
        return key

    def derived(self, purpose: str) -> str:
        """Return the key for one purpose (64 hexadecimal digits): the same before and after the secret was changed."""
        secret = self.secret()
        kept = dict(line.split() for line in self.key.read_text("ascii").splitlines()[1:])
        return kept.get(purpose) or people.derived(secret, purpose)

    @contextlib.contextmanager
    def locked(self) -> Iterator[None]:
        """Hold the workspace for writing; raises WorkspaceBusy at once when somebody else does.

        The lock goes with the process, so that a crash leaves none behind.
        """
        with (self.folder / "lock").open("w") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise WorkspaceBusy(
                    f"Another import into workspace {self.name} is running. Wait until it has ended, then try again."
                ) from None
            yield

    def current_release(self) -> Path | None:
        """Return the release that CURRENT names, else the newest whole one, else None."""
        with contextlib.suppress(OSError, ValueError):
            name = self.pointer.read_text("ascii").strip()
            if RELEASE.fullmatch(name) and (self.releases / name).is_file():
                return self.releases / name
        return max(self._published(), default=None)

    def next_release_path(self) -> Path:
        """Return where to write the next release: in a folder of its own, so that a half is never taken for a whole."""
        newest = max((int(path.stem) for path in self._published()), default=0)
        part = self.releases / "new"
        part.mkdir(parents=True, exist_ok=True)
        path = part / f"{newest + 1:06d}.duckdb"
        path.unlink(missing_ok=True)
        return path

    def publish_pointer(self, path: Path) -> Path:
        """Put a finished release in its place, point CURRENT to it and return where it lies now."""
        final = self.releases / path.name
        durable.sync(path)
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
        durable.write(final.with_suffix(".sha256"), f"{digest}  {final.name}\n")
        path.replace(final)
        durable.sync(self.releases)
        durable.write(self.pointer, f"{final.name}\n")
        for old in sorted(self._published())[:-KEPT_RELEASES]:
            old.unlink()
            old.with_suffix(".sha256").unlink(missing_ok=True)
        return final

    def withdraw(self) -> None:
        """Take every release back: no import is left that they could tell of."""
        for path in (self.pointer, self.folder / "published", *self.releases.glob("*")):
            durable.remove(path)

    def published_from(self) -> str | None:
        """Return what `note_published` was told last."""
        note = self.folder / "published"
        return note.read_text("ascii").strip() if note.is_file() else None

    def note_published(self, fingerprint: str) -> None:
        """Remember what the current release was made from, so that nothing is published twice."""
        durable.write(self.folder / "published", fingerprint + "\n")

    def sweep(self) -> None:
        """Remove what a crash left behind; only while the workspace is held."""
        # a reader whose parent was killed may still write for a moment: what it adds goes the next time
        shutil.rmtree(self.temporary, ignore_errors=True)
        durable.remove(self.releases / "new")
        for path in self.folder.glob(".*.part"):
            path.unlink()

    def scratch(self, name: str) -> Path:
        """Return a new empty folder under tmp/."""
        path = self.temporary / f"{name}-{secrets.token_hex(4)}"
        path.mkdir(parents=True)
        return path

    def write_json(self, path: Path, content: object) -> None:
        """Replace a small JSON file of the workspace in one step."""
        durable.write(path, json.dumps(content, ensure_ascii=False, indent=1) + "\n")

    def _published(self) -> list[Path]:
        found = self.releases.glob("*.duckdb") if self.releases.is_dir() else []
        return [path for path in found if RELEASE.fullmatch(path.name)]

    def _make(self) -> None:
        for folder in (self.folder, self.imports, self.releases, self.jobs):
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        # a workspace with imports keeps the key that they were made with
        if not (self.ledger.exists() or self.key_destroyed.exists()):
            self._make_secret()
        if not (self.folder / "settings.toml").exists():
            self.write_settings(Settings(company=self.name))

    def _make_secret(self) -> None:
        part = self.folder / f".secret.{os.getpid()}.part"
        part.unlink(missing_ok=True)
        with open(part, "x", opener=lambda p, f: os.open(p, f, 0o600)) as file:
            file.write(secrets.token_hex(32) + "\n")
            file.flush()
            os.fsync(file.fileno())
        # a hard link fails where a file exists: of two starts at once the first one's key stays
        with contextlib.suppress(FileExistsError):
            self.key.hardlink_to(part)
        part.unlink()
        durable.sync(self.folder)
