"""The pages of docs/ that are made from code: metrics.md from the passports, formats.md from the readers, data-model.md and data/schema.json from data/schema.sql."""

from pathlib import Path
from types import ModuleType

from analytics import schema
from analytics.metrics.passport import Passport
from analytics.places import ROOT

FAMILIES = {
    "adoption": "Adoption",
    "time_cost": "Time cost",
    "hierarchy": "Hierarchy",
    "listening": "Listening",
}
MADE = "<!-- Made by `make docs`; a test fails when this file and the code disagree. -->"


def pages() -> dict[Path, str]:
    """Return the text of every generated page by its path."""
    return {
        ROOT / "docs" / "metrics.md": metrics_page(),
        ROOT / "docs" / "formats.md": formats_page(),
        ROOT / "docs" / "data-model.md": data_model_page(),
        schema.NOTED: schema.note(),
    }


def metrics_page() -> str:
    """Return docs/metrics.md: every metric's passport, family by family."""
    from analytics.metrics.catalogue import passports
    from analytics.metrics.reasons import REASONS

    lines = [
        MADE,
        "# Metrics",
        "",
        "What every figure means, how it is counted and what it cannot see.",
        "",
    ]
    for family, title in FAMILIES.items():
        lines += [f"## {title}", ""]
        for passport in passports():
            if passport.family == family:
                lines += entry(passport)
    lines += [
        "## When a figure is not known",
        "",
        "Unknown is never zero. Instead of a number there is one of these reasons.",
        "",
    ]
    lines += ["| code | meaning |", "|---|---|"]
    lines += [f"| `{code}` | {meaning} |" for code, meaning in REASONS.items()]
    return "\n".join(lines) + "\n"


def entry(passport: Passport) -> list[str]:
    """Return one metric's lines."""
    facts = {
        "Unit": passport.unit,
        "Better": passport.better,
        "Cuts": ", ".join(passport.cuts),
        "Grains": ", ".join(passport.grains),
        "Smallest difference worth showing": f"{passport.smallest_worth_showing:g}",
        "Minimum data": passport.minimum,
        "Needs": ", ".join(passport.needs),
        "Reads": ", ".join(f"`{table}`" for table in passport.tables),
        "Bins": passport.bins,
        "Source": passport.source,
        "Others": passport.peers,
        "Checked against": passport.check,
    }
    from analytics.metrics import others

    variants = {name: text for name, text in passport.variants.items() if name or text}
    lines = [
        f"### {passport.title} (`{passport.id}`)",
        "",
        f"*{passport.question}*",
        "",
        passport.definition,
        "",
    ]
    lines += [f"* **{name}**: {text}" for name, text in facts.items() if text]
    lines += [f"* **Others' numbers**: {sentence}" for sentence in others.of(passport.id)]
    if variants:
        told = "; ".join(f"`{name or 'default'}` {text}" for name, text in variants.items())
        lines.append(f"* **Variants**: {told}")
    return [*lines, ""]


KINDS = {
    "readers": "On their own",
    "chat": "Chat",
    "usage": "Usage, as vendors count it",
    "meetings": "Meetings",
    "mail": "Mail",
    "people": "People",
    "surveys": "Surveys",
    "tickets": "Customers and work items",
    "documents": "Documents",
}


def formats_page() -> str:
    """Return docs/formats.md: every export that is read, what it tells and what it cannot."""
    from analytics.readers.registry import READERS

    lines = [
        MADE,
        "# Exports that are read",
        "",
        "Every file is told by its content; its name does not matter. What an export cannot tell stays unknown, never zero.",
        "",
    ]
    for kind, heading in KINDS.items():
        readers = [reader for reader in READERS if reader.__name__.split(".")[-2] == kind]
        if readers:
            lines += [f"## {heading}", ""]
        for reader in readers:
            lines += _format_lines(reader)
    return "\n".join([*lines, *_unread_lines()])


def _unread_lines() -> list[str]:
    from analytics.readers.unread import KINDS as UNREAD

    lines = [
        "## Known, and not read",
        "",
        "Such a file is named at its import, with what to bring instead.",
        "",
    ]
    for kind in UNREAD:
        title = kind.title[:1].upper() + kind.title[1:]
        lines += [f"### {title} (`{kind.id}`)", "", f"{kind.why} {kind.instead}", ""]
    return lines


def _format_lines(reader: ModuleType) -> list[str]:
    about = reader.FORMAT
    seen = (
        "real files" if about.is_seen else "the vendor's documentation only: no real file was seen"
    )
    facts = {
        "Forms": about.versions,
        "Tells": ", ".join(sorted(about.provides)),
        "Cannot tell": ", ".join(sorted(about.cannot_see)),
        "Built on": seen,
    }
    text = " ".join((reader.__doc__ or "").split())
    return [
        f"### {about.title} (`{about.id}`)",
        "",
        text,
        "",
        *(f"* **{name}**: {value}" for name, value in facts.items() if value),
        "",
    ]


def data_model_page() -> str:
    """Return docs/data-model.md: every table and column of data/schema.sql with its meaning."""
    from analytics.schema import comments, tables

    about = comments()
    lines = [
        MADE,
        "# Data model",
        "",
        "Three schemas, in the direction the data flow. `data/schema.sql` is the single definition.",
        "",
    ]
    for table, columns in tables().items():
        lines += [
            f"## {table}",
            "",
            about.get(table) or "",
            "",
            "| column | type | null | meaning |",
            "|---|---|---|---|",
        ]
        lines += [
            f"| `{c.name}` | {c.type} | {'yes' if c.nullable else ''} | {(c.comment or '').replace('|', '/')} |"
            for c in columns.values()
        ]
        lines.append("")
    return "\n".join(lines)


def write() -> None:
    """Write every generated page."""
    for path, text in pages().items():
        path.write_text(text, "utf-8")


if __name__ == "__main__":
    write()
