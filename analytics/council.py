"""What a works council may know, in words: the sentences of What we see, and the same as one document."""

import html
import unicodedata
from collections.abc import Iterable, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from analytics import audit_log, roles
from analytics.charts.words import capitals
from analytics.metrics import others
from analytics.metrics.reasons import REASONS
from analytics.privacy.attack import TITLES
from analytics.release import Release
from analytics.vault import presets

Rows = Sequence[Sequence[str]]
NOT_SET = "not set"
FAMILIES = {
    "adoption": "Adoption",
    "time_cost": "Time",
    "hierarchy": "Hierarchy",
    "listening": "Listening",
}

PROMISE = "Figures are about groups of {k} or more. Nobody reads a message, and nobody can look up a person."
KEPT = (
    ("An act", "its time, its kind, its tool, codes for who acted and whom it reached, how long it took or how many words it had"),
    ("A place in the company", "division, department, level, place, time zone, the day of joining, a code for the manager, each with its dates"),
    ("A right to use a tool", "whose it is, as a code, and since when; and who is in which channel"),
    ("What a tool counts by itself", "as its maker's report has it: of one person, as a code, of one channel or of all"),
    ("An answer to a survey", "on its scale, and the department where the file names it; nothing leads from an answer to a person"),
    ("The link between code and name", "in one separate file, read only while files are imported, somebody says whose account is whose, or asks to be erased"),
)  # fmt: skip
NEVER = (
    "the text of a message, a subject, a comment",
    "names of files, channels, links",
    "pictures, sound, transcripts",
    "moods, emotions, attention",
    "anything about what somebody does outside these exports",
)
PROTECTION = (
    "Groups under {k} people are shown nowhere. Small neighbours are joined into one group, named as the others of its kind, so that their people "
    "still count, and some larger numbers are held back too, so that nobody can take one from another and be "
    "left with a small group. Who belongs to a group is fixed for a quarter: a colleague who joins or leaves "
    "cannot be read off two weeks."
)
RIGHTS = (
    "Everybody may ask what is kept about them, have it corrected or erased, and object to being counted: ask "
    "whoever is responsible for data protection in the company."
)
RULES = (
    ("purpose", "Purpose"),
    ("legal_basis", "Legal basis"),
    ("agreement", "Agreement or authorisation"),
    ("country", "Rules of the country"),
    ("keep_days", "Acts are kept for"),
    ("keep_days_by_tool", "Other times for single tools"),
    ("working_time", "Working time"),
    ("days_off", "Public holidays"),
)
# item of the certificate: what it says; counts and shares are written out, the rest stands as it is
CERTIFICATE = (
    ("k", "Smallest group shown, in people", "count"),
    ("targets", "Sets of people that the audit tried to work out", "count"),
    ("exposed_at_first", "… found before anything was held back", "count"),
    ("exposed", "… found in what is shown", "count"),
    ("earlier_releases", "Earlier releases audited together with it", "count"),
    ("carried", "Figures kept as the release before showed them", "count"),
    ("exposed_with_earlier", "… found together with earlier releases", "count"),
    ("exposed_before", "… that earlier releases alone had given away", "count"),
    ("staff_in_published_department", "People in a department that is shown", "share"),
    ("cells", "Groups shown, over all periods", "count"),
    ("merged", "Small groups joined with neighbours", "count"),
    ("small", "Groups too small to show", "count"),
    ("hidden", "Groups held back to protect a smaller one", "count"),
    ("figures", "Figures shown", "count"),
    ("withheld", "Figures held back", "count"),
    ("tails", "… because almost everybody or almost nobody", "count"),
    ("dominated", "… because one or two people make up most of it", "count"),
    ("interval_tight", "Held-back sums that can be guessed within a fifth", "count"),
    ("rounds", "Rounds of the audit", "count"),
    ("seed", "Seed of the audit's random numbers", "text"),
    ("primes", "Prime numbers it counted with", "text"),
    ("matrix_hash", "Fingerprint of what is shown", "text"),
    ("panel_hash", "Fingerprint of who was counted", "text"),
)  # fmt: skip


def threshold(release: Release | None) -> int:
    """Return the size of the smallest group shown."""
    return int(float((release.company().get("threshold") if release else None) or 10))


def number_of(certificate: dict[str, str], item: str) -> float:
    """Return a number of the certificate; nothing counts as none."""
    try:
        return float(certificate.get(item) or 0)
    except ValueError:
        return 0.0


def outcome(certificate: dict[str, str]) -> list[str]:
    """Return what the protection cost, in sentences: joined, held back, audited together, still visible."""
    merged, hidden = number_of(certificate, "merged"), number_of(certificate, "hidden")
    said = [
        f"{_count(merged, 'small group')} joined with neighbours, {_count(hidden, 'group')} held back."
    ]
    if certificate.get("staff_in_published_department"):
        visible = number_of(certificate, "staff_in_published_department")
        said.append(f"{visible:.0%} of people belong to a department that is shown.")
    if earlier := number_of(certificate, "earlier_releases"):
        said.append(
            f"Attacked together with {_count(earlier, 'earlier release')}: nothing more follows from all of them."
        )
    return said  # fmt: skip


def certificate_rows(release: Release) -> list[tuple[str, str]]:
    """Return the certificate in words, (what, how much); what the release does not say is left out."""
    company, found = release.company(), release.certificate()
    published = f", {_day(company['published_at'])}" if company.get("published_at") else ""
    rows = [("Release", f"{release.number}{published}")]
    for item, label, form in CERTIFICATE:
        value = found.get(item)
        if value in (None, ""):
            continue
        count = number_of(found, item)
        rows.append(
            (
                label,
                {"count": f"{count:,.0f}", "share": f"{count:.0%}"}.get(
                    form, str(value).strip("[]")
                ),
            )
        )
    return rows


def again(release: Release) -> str:
    """Return the command that repeats the attacks."""
    return f"python -m analytics attack {release.path.name}"


def attacks() -> list[str]:
    """Return the classes of attack that anybody can run on a release."""
    titles = (title.partition(" ")[2] for title in TITLES.values())
    return [title[:1].upper() + title[1:] for title in titles]


def rules(release: Release) -> list[tuple[str, str]]:
    """Return what the company has laid down, "not set" where it has not."""
    company = release.company()
    rows = [("Smallest group shown", f"{threshold(release)} people")]
    for item, label in RULES:
        value = str(company.get(item) or "")
        if item in ("keep_days", "keep_days_by_tool") and value:
            value = ", ".join(_kept(one) for one in value.split(", "))
        if value or item != "keep_days_by_tool":
            rows.append(
                (
                    label,
                    presets.presets()[value].name
                    if item == "country" and value
                    else value or NOT_SET,
                )
            )
    return rows


def _kept(entry: str) -> str:
    """Return 365 days, or Slack 90 days for slack=90."""
    tool, _, days = entry.rpartition("=")
    return f"{capitals(tool)} {days} days".strip()


def untold(release: Release) -> tuple[int, int, list[tuple[str, str, str]]]:
    """Return how many figures there are, how many can be told, and for the rest: titles, why not, what would tell.

    Figures that lack the same thing share a line.
    """
    rows = release.computable()
    titles = {passport["id"]: str(passport["title"]) for passport in release.passports()}
    missing: dict[tuple[str, str], list[str]] = {}
    for metric, computable, reason, needs in rows.iter_rows():
        if not computable:
            why = (REASONS.get(reason or "no_data", ""), needs or "")
            missing.setdefault(why, []).append(titles.get(metric, metric))
    lines = [(" · ".join(names), *why) for why, names in missing.items()]
    return rows.height, rows.filter("computable").height, lines


def facts(passport: dict[str, Any]) -> list[tuple[str, str]]:
    """Return what stands under a definition; empty facts are left out."""
    better = {"up": "more", "down": "less"}.get(passport["better"], "neither more nor less")
    rows = (
        ("Unit", passport["unit"]),
        ("Better is", better),
        ("Needs", passport["minimum"]),
        ("Rests on", ", ".join(str(need).replace("_", " ") for need in passport["needs"])),
        ("How others define it", passport["peers"]),
        *(("Others' numbers", sentence) for sentence in others.of(str(passport["id"]))),
        ("Comes from", passport["source"]),
        ("Checked against", passport["check"]),
    )
    return [(name, str(value)) for name, value in rows if value]


def document(release: Release) -> str:
    """Return everything above as one HTML page: no script, no link, nothing loaded from anywhere."""
    company, k = release.company(), threshold(release)
    name = str(company.get("name") or company.get("workspace") or "")
    total, told, missing = untold(release)
    passports = release.passports()
    parts = [
        _part(f"What is seen at {name}, and what is not", _text(PROMISE.format(k=k)), level=1),
        _part("What is kept", _list(f"{title}: {body}" for title, body in KEPT)),
        _part("What never is", _list(NEVER)),
        _part("Your rights", _text(RIGHTS)),
        _part("Who sees what", _table(["What", *roles.NAMES.values()], _matrix())),
        _part("How small groups are protected", _text(PROTECTION.format(k=k), *outcome(release.certificate()))),
        _part("What the company has laid down", _table(["", ""], rules(release))),
        _part("The certificate of these figures", _table(["", ""], certificate_rows(release)),
              _text(f"Anybody who has the file of the release can attack it again: {again(release)}. It tries:"),
              _list(attacks())),
        _part("What these exports can tell", _text(f"{told} of {total} figures."),
              _table(["Figures", "Why not", "What would tell it"], missing) if missing else ""),
        _part("The log", *_log(release.path.parents[1])),
        _part("How each figure is counted", *(_definition(passport) for passport in passports)),
        _part("When a figure is not known", _table(["", ""], [(code.replace("_", " "), why) for code, why in REASONS.items()])),
    ]  # fmt: skip
    return _page(f"What is seen at {name}", "\n".join(parts))


def _log(folder: Path) -> list[str]:
    """Return whether the log holds, and its last line to be kept: with it nobody can put in another log."""
    problem = audit_log.verify(folder)
    count, digest = audit_log.last(folder)
    whole = f"The log is whole: {_count(count, 'line')}, each tied to the one before."
    return [
        _text(
            problem.sentence if problem else whole,
            "Imports, publishing, settings, each page looked at and each file taken along stand in it. "
            "Keep this document: with the line below nobody can put another log in its place.",
            f"python -m analytics verify-log --workspace {folder.name} --noted {count}:{digest}",
        )
    ]


def _matrix() -> list[list[str]]:
    return [["–" if cell == "no" else cell for cell in row.values()] for row in roles.table()]


def _definition(passport: dict[str, Any]) -> str:
    family = FAMILIES.get(str(passport["family"]), str(passport["family"]))
    return _part(
        f"{passport['title']} ({family})",
        _text(passport["question"], passport["definition"]),
        _table(["", ""], facts(passport)),
        level=3,
    )


def _count(amount: float, noun: str) -> str:
    return f"{amount:,.0f} {noun}" if amount == 1 else f"{amount:,.0f} {noun}s"


def _day(stamp: object) -> str:
    day = date.fromisoformat(str(stamp)[:10])
    return f"{day.day} {day:%B %Y}"


def _safe(text: object) -> str:
    kept = (
        c for c in str(text) if c.isspace() or unicodedata.category(c) not in ("Cc", "Cf", "Cs")
    )
    return html.escape("".join(kept))


def _text(*sentences: object) -> str:
    return "".join(f"<p>{_safe(sentence)}</p>" for sentence in sentences)


def _list(items: Iterable[object]) -> str:
    return f"<ul>{''.join(f'<li>{_safe(item)}</li>' for item in items)}</ul>"


def _table(head: Sequence[str], rows: Rows) -> str:
    top = "".join(f"<th scope=col>{_safe(cell)}</th>" for cell in head) if any(head) else ""
    body = "".join(
        "<tr>" + f"<th scope=row>{_safe(row[0])}</th>"
        + "".join(f"<td>{_safe(cell)}</td>" for cell in row[1:]) + "</tr>"
        for row in rows
    )  # fmt: skip
    return f"<table>{f'<thead><tr>{top}</tr></thead>' if top else ''}<tbody>{body}</tbody></table>"


def _part(title: str, *content: str, level: int = 2) -> str:
    return f"<section><h{level}>{_safe(title)}</h{level}>{''.join(content)}</section>"


def _page(title: str, body: str) -> str:
    return (
        "<!doctype html>\n<html lang=en><head><meta charset=utf-8>"
        "<meta http-equiv=Content-Security-Policy content=\"default-src 'none'; style-src 'unsafe-inline'\">"
        "<meta name=viewport content='width=device-width, initial-scale=1'>"
        f"<title>{_safe(title)}</title><style>{STYLE}</style></head><body><main>\n{body}\n</main></body></html>\n"
    )


STYLE = (
    "body{background:#fffefb;color:#1f1c18;font:16px/1.5 sans-serif;margin:0}main{max-width:60rem;margin:auto;padding:2rem 1rem}"
    "h1,h2,h3{font-family:serif;font-weight:500;line-height:1.25}h2{border-top:1px solid #e5ded2;padding-top:1.25rem;margin-top:2rem}"
    "table{border-collapse:collapse;width:100%;font-size:14px}th,td{text-align:left;vertical-align:top;padding:.35rem .75rem .35rem 0;"
    "border-bottom:1px solid #e5ded2;overflow-wrap:break-word}tbody th{font-weight:500}section{overflow-x:auto}section section,tr{break-inside:avoid}"
    "@media(prefers-color-scheme:dark){body{background:#191816;color:#efeae2}h2,th,td{border-color:#3b3732}}"
    "p{overflow-wrap:anywhere}"
    "@media(max-width:40rem){thead:has(th:nth-child(5)) th:not(:first-child){writing-mode:vertical-rl;rotate:180deg;white-space:nowrap;padding:0 .3rem}}"
    "@media print{body{background:#fff;color:#000;font-size:11pt}main{max-width:none;padding:0}table{font-size:9.5pt}h2,h3{break-after:avoid}section{overflow:visible}}"
)
