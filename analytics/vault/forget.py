"""Taking one person out of a workspace: her acts, her accounts and her names, as files staged to replace the old."""

import json
import re
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import polars as pl

from analytics.vault import identity, matches, removal, rewrite, sums
from analytics.vault.settings import as_toml
from analytics.vault.subject import Subject
from analytics.vault.workspace import Workspace

TOLD = (
    "file",
    "files",
    "message",
)  # where a file's name may stand, and a file may be named after somebody
SHORTEST = 3  # letters of a name that is looked for in a file's name
ERASED = "[erased]"


def stage(workspace: Workspace, staging: Path, subject: Subject) -> dict[str, int]:
    """Stage the workspace without this person and return the rows that go, by table."""
    rows = removal.stage(workspace, staging, subject.keys)
    if workspace.identity.exists():
        kept = identity.rows(workspace).select("key", becomes="key").unique()
        kept = kept.filter(~pl.col("key").is_in(list(subject.keys)))
        identity.copy(workspace, staging / workspace.identity.name, kept)
    if matches.keys(workspace) & subject.keys:
        kept_keys = {key: key for key in matches.keys(workspace) - subject.keys}
        matches.write(staging / workspace.matches.name, matches.renamed(workspace, kept_keys))
    _stage_texts(workspace, staging, _pattern(subject.accounts))
    return rows


def _pattern(accounts: pl.DataFrame) -> re.Pattern[str]:
    """Return what finds a person's addresses, names (in either order) and ids as words of their own."""
    found = {*accounts["email"].drop_nulls(), *accounts["account"]}
    words = {re.escape(word) for word in found}
    for name in accounts["name"].drop_nulls().unique():
        parts = [re.escape(part) for part in str(name).split()]
        words |= {r"[\W_]*".join(parts), r"[\W_]*".join(parts[1:] + parts[:1])}
    long = sorted((word for word in words if len(word) >= SHORTEST), key=len, reverse=True)
    return re.compile(rf"(?<![^\W_])(?:{'|'.join(long) or '(?!)'})(?![^\W_])", re.IGNORECASE)


def _stage_texts(workspace: Workspace, staging: Path, hers: re.Pattern[str]) -> None:
    """Stage every text that names her: the list of imports, their reports, ended jobs, the settings."""
    texts = [workspace.ledger, workspace.imports_list, *workspace.jobs.glob("*.*")]
    texts += [folder / "report.json" for folder in removal.kept_folders(workspace)]
    for path in texts:
        if path.is_file():
            before = path.read_text("utf-8", "surrogateescape")
            after = _without(before, hers)
            if after != before:
                _write(workspace, staging, path, after)
    settings = workspace.settings
    said = {
        field.name: hers.sub(ERASED, value)
        for field in fields(settings)
        if isinstance(value := getattr(settings, field.name), str)
    }
    if replace(settings, **said) != settings:  # type: ignore[arg-type]
        _write(
            workspace,
            staging,
            workspace.folder / "settings.toml",
            as_toml(replace(settings, **said)),  # type: ignore[arg-type]
        )


def _write(workspace: Workspace, staging: Path, path: Path, text: str) -> None:
    name = str(path.relative_to(workspace.folder))
    [target] = rewrite.paths(staging, [name])
    target.write_text(text, "utf-8", "surrogateescape")
    if path.name == "report.json":
        before = sums.read(target.parent) or sums.read(path.parent)
        sums.write(target.parent, before)


def _without(text: str, hers: re.Pattern[str]) -> str:
    """Return a JSON file, or lines of JSON and plain sentences, without her in the names of files."""
    try:
        whole = json.loads(text)
    except ValueError:
        return "".join(_line(line, hers) for line in text.splitlines(keepends=True))
    cleaned = _clean(whole, hers)
    return text if cleaned == whole else json.dumps(cleaned, ensure_ascii=False, indent=1) + "\n"


def _line(line: str, hers: re.Pattern[str]) -> str:
    try:
        whole = json.loads(line)
    except ValueError:
        return hers.sub(ERASED, line)
    cleaned = _clean(whole, hers)
    return line if cleaned == whole else json.dumps(cleaned, ensure_ascii=False) + "\n"


def _clean(value: Any, hers: re.Pattern[str], told: bool = False) -> Any:  # noqa: ANN401  # any JSON
    if isinstance(value, dict):
        return {key: _clean(one, hers, key in TOLD or told) for key, one in value.items()}
    if isinstance(value, list):
        return [_clean(one, hers, told) for one in value]
    return hers.sub(ERASED, value) if told and isinstance(value, str) else value
