"""The commands about what is published: which figures there are, how they are computed, what may be told of them."""

import argparse
import json
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from analytics import arguments
from analytics.errors import AnalyticsError, UsageError
from analytics.metrics.passport import CUTS, LABELS
from analytics.printing import write

if TYPE_CHECKING:
    from analytics.release import Release

BY = (*(cut for cut in CUTS if cut != "total"), "bin")
RESULT = (
    "metric", "variant", "period", "grain", *LABELS, "bin",
    "value", "low", "high", "shrunken", "named", "places", "n", "numerator", "denominator",
    "coverage", "reason",
)  # fmt: skip
WITHHELD = ("small_group", "protected", "dominated", "nearly_all_or_none")


def offer(command: arguments.Command) -> None:
    """Add these commands; `command` makes one from its name, its function and a sentence."""
    one = command(
        "coverage", coverage, "What the exports cover, and what they can and cannot tell."
    )
    arguments.workspace(one)
    arguments.format(one)

    one = command("metrics", metrics, "Every metric with its definition.")
    arguments.format(one)

    one = command("metric", metric, "The released figures of one metric.")
    one.add_argument("id", metavar="ID")
    arguments.workspace(one)
    one.add_argument("--by", choices=BY)
    one.add_argument("--grain", choices=("week", "month", "quarter", "all"), default="all")
    one.add_argument("--from", type=date.fromisoformat, dest="start", metavar="DATE")
    one.add_argument(
        "--to", type=date.fromisoformat, dest="end", metavar="DATE", help="day after the last"
    )
    for cut in LABELS:
        one.add_argument(f"--{cut}")
    one.add_argument("--variant", default="")
    arguments.format(one)

    one = command("council", council, "Write what a works council may know into one HTML document.")
    arguments.workspace(one)
    one.add_argument("--out", type=Path, required=True, metavar="FILE.html")

    one = command("attack", attack, "Try to work out small groups from a release file.")
    one.add_argument("release", type=Path)
    one.add_argument(
        "--earlier", type=Path, nargs="+", default=[], metavar="OLD", help="other releases of it"
    )
    one.add_argument(
        "--vault", metavar="WORKSPACE", help="know who belongs where, as the workspace does"
    )
    arguments.format(one)


def opened(workspace: str) -> "Release":
    """Return the workspace's present release."""
    from analytics import release

    path = release.current(workspace)
    if path is None:
        known = ", ".join(release.workspaces()) or "none yet"
        raise AnalyticsError(
            f"Workspace {workspace} has no release: import an export first. Workspaces with one: {known}."
        )
    return release.open_release(path)


def coverage(options: argparse.Namespace) -> None:
    """Print what the exports cover and what can be computed."""
    present = opened(options.workspace)
    company = present.company()
    tools = [
        {"tool": item.removeprefix("tool:"), **json.loads(value)}
        for item, value in company.items()
        if value and item.startswith("tool:")
    ]
    computable = present.computable().drop("position", strict=False).to_dicts()
    if options.format == "json":
        print(json.dumps({"tools": tools, "metrics": computable}, ensure_ascii=False))
        return
    write(tools, options.format)
    print()
    write(computable, options.format)


def metrics(options: argparse.Namespace) -> None:
    """Print every passport."""
    from analytics.metrics.catalogue import passports

    entries = [passport.as_dict() for passport in passports()]
    if options.format == "json":
        print(json.dumps({"metrics": entries}, ensure_ascii=False))
        return
    write(
        [{key: e[key] for key in ("id", "family", "unit", "question")} for e in entries],
        options.format,
    )


def metric(options: argparse.Namespace) -> None:
    """Print released figures of one metric."""
    import polars as pl

    present = opened(options.workspace)
    known = {passport["id"]: passport for passport in present.passports()}
    if options.id not in known:
        raise UsageError(f"There is no metric {options.id!r}. There are: {', '.join(known)}.")
    passport = known[options.id]
    if options.variant not in passport["variants"]:
        raise UsageError(
            f"{options.id} has no variant {options.variant!r}. It has: "
            + ", ".join(repr(variant) for variant in passport["variants"])
        )
    rows = present.figures(
        options.id,
        variant=options.variant,
        grain=options.grain,
        by=None if options.by == "bin" else options.by,
        start=options.start,
        end=options.end,
        **{cut: getattr(options, cut) for cut in LABELS},
    )
    if options.by != "bin" and (rows["bin"] == "total").any():
        rows = rows.filter(pl.col("bin") == "total")
    if rows.is_empty():
        raise AnalyticsError(
            f"The release holds no {options.id} for this cut and grain. It is published by "
            f"{', '.join(passport['cuts'])} and {', '.join(passport['grains'])}."
        )
    columns = [name for name in RESULT if name != "division" or present.divisions()]
    shown = rows.select(columns).with_columns(pl.col("period").cast(pl.String)).to_dicts()
    if options.format == "json":
        answer = {
            "metric": options.id,
            "unit": passport["unit"],
            "definition": passport["definition"],
            "release": present.number,
            "suppressed": sum(row["reason"] in WITHHELD for row in shown),
            "rows": shown,
        }
        print(json.dumps(answer, ensure_ascii=False))
        return
    write(shown, options.format)


def council(options: argparse.Namespace) -> None:
    """Write the works council's document."""
    from analytics.council import document

    text = document(opened(options.workspace))
    try:
        options.out.write_text(text, "utf-8")
    except OSError as error:
        raise UsageError(
            f"{options.out} cannot be written ({error.strerror}): choose another place."
        ) from error
    print(f"Written: {options.out}")


def attack(options: argparse.Namespace) -> None:
    """Run every attack on a release, with others and with the truth if they are given; exit 1 when one succeeds."""
    from analytics.privacy.attack import attack as run
    from analytics.vault.workspace import Workspace

    for path in (options.release, *options.earlier):
        if not path.is_file():
            raise UsageError(f"There is no release file {path}: check the path.")
    vault = Workspace.open(options.vault).folder if options.vault else None
    tried = run(options.release, options.earlier, vault)
    write(tried, options.format, wrap="attacks")
    broken = [one["class"] for one in tried if one["succeeded"]]
    if broken:
        raise AnalyticsError(f"This release can be taken apart: {', '.join(map(str, broken))}.")
