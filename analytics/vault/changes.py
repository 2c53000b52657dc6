"""Changing a workspace's settings from words: what they mean, which changes need a reason, and the log of them."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from analytics import audit_log
from analytics.errors import UsageError
from analytics.vault import milestones
from analytics.vault.settings import Settings, WrongSetting, with_values
from analytics.vault.workspace import Workspace

USUAL_THRESHOLD = Settings().threshold


def _whole(text: str) -> int:
    return int(text)


def _many(kind: Callable[[str], object]) -> Callable[[str], tuple[object, ...]]:
    return lambda text: tuple(kind(part.strip()) for part in text.split(",") if part.strip())


# How each setting is written in words; the demo's mark is nobody's to set
READ: dict[str, Callable[[str], object]] = {
    "company": str,
    "purpose": str,
    "legal_basis": str,
    "agreement": str,
    "country": str.lower,
    "keep_days": _whole,
    "keep_days_by_tool": _many(str),
    "threshold": _whole,
    "time_zone": str,
    "day_starts": _whole,
    "day_ends": _whole,
    "workdays": _many(int),
    "holidays": str.upper,
    "calendars": str,
    "hourly_cost": _many(float),
    "currency": str,
    "milestones": milestones.split,
}


class WrongChange(UsageError):
    """The settings cannot be changed like this."""


def split(entries: Sequence[str]) -> dict[str, str]:
    """Return {setting: text} of entries such as threshold=12; raises WrongChange."""
    said = {}
    for entry in entries:
        name, equals, text = entry.partition("=")
        if not (name.strip() and equals):
            raise WrongChange(
                f"--set takes KEY=VALUE, such as threshold=12; it was given {entry!r}."
            )
        said[name.strip()] = text.strip()
    return said


def changed(before: Settings, said: Mapping[str, str]) -> Settings:
    """Return the settings with some said anew; an empty text takes one back. Raises WrongChange."""
    usual = Settings()
    values: dict[str, Any] = {}
    for name, text in said.items():
        if name not in READ:
            raise WrongChange(
                f"There is no setting {name!r} to change. There are: {', '.join(READ)}."
            )
        try:
            values[name] = READ[name](text) if text else getattr(usual, name)
        except ValueError:
            raise WrongChange(
                f"{name} takes numbers, such as {_example(name)}; it was given {text!r}."
            ) from None
    try:
        return with_values(before, values)
    except WrongSetting as error:
        raise WrongChange(str(error)) from None


def _example(name: str) -> str:
    return {"workdays": "1,2,3,4,5", "hourly_cost": "28,36,48"}.get(name, "10")


def loosened(before: Settings, after: Settings) -> list[str]:
    """Return what protects people less than before: each needs a reason."""
    found = []
    if after.threshold < min(before.threshold, USUAL_THRESHOLD):
        found.append(f"groups of {after.threshold} instead of {before.threshold} are shown")
    tools = {
        entry.partition("=")[0].strip()
        for entry in (*before.keep_days_by_tool, *after.keep_days_by_tool)
    }
    for tool in ("", *sorted(tools)):
        old, new = before.days_kept(tool), after.days_kept(tool)
        if old is not None and (new is None or new > old):
            what = f"acts in {tool}" if tool else "acts"
            found.append(
                f"{what} are kept {'without end' if new is None else f'{new} days'} instead of {old}"
            )
    return found


def settled(before: Settings, said: Mapping[str, str], reason: str) -> Settings:
    """Return the changed settings; raises WrongChange, also where a reason is asked for and missing."""
    after = changed(before, said)
    if (worse := loosened(before, after)) and not reason.strip():
        raise WrongChange(
            f"This needs a reason (--reason), which goes into the log: {'; '.join(worse)}."
        )
    return after


def apply(workspace: Workspace, said: Mapping[str, str], reason: str = "") -> Settings:
    """Write changed settings, log each change and return the settings; raises WrongChange, WorkspaceBusy.

    Nothing is written unless all of it can be.
    """
    with workspace.locked():
        workspace.__dict__.pop("settings", None)  # as they are now, not as they were first read
        before = workspace.settings
        after = settled(before, said, reason)
        why = reason.strip() or None
        for name in READ:
            old, new = shown(getattr(before, name)), shown(getattr(after, name))
            if old != new:
                audit_log.append(
                    workspace.folder, "settings", setting=name, old=old, new=new, reason=why
                )
        if after != before:
            workspace.write_settings(after)
    return after


def shown(value: object) -> str:
    """Return a setting as words, as `changed` would read them."""
    if value is None:
        return ""
    return ",".join(map(str, value)) if isinstance(value, tuple) else str(value)
