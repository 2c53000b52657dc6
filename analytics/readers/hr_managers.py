"""Whom a manager's cell means, and where everybody then stands in the tree."""

from datetime import date

import polars as pl

from analytics.readers.base import Sink
from analytics.readers.org_tree import DEEPEST_USUAL, circles, levels

MANAGER_FIELDS = ("manager_id", "manager", "manager_email", "manager_name")  # the order of trust
TECHNICAL = (
    r"(?i)\b(technical|service account|system account|not used|shared mailbox|resource mailbox|functional account"
    r"|account tecnico|tecnic[ao]|account di servizio|di servizio|non (?:è )?(?:usat|utilizzat)[oa]"
    r"|casella condivisa|casella di posta condivisa)\b"
)
FORMER = (
    r"(?i)\b(former|left the company|left|leaver|ex|terminated|departed|dimess[oa]|cessat[oa]"
    r"|uscit[oa]|non più in forza)\b"
)
MOST_STEPS = (
    20_000_000  # dates x people for which the tree is drawn anew; beyond, the last tree serves
)


def name_key(name: pl.Expr) -> pl.Expr:
    """Return a name without case, order, commas and brackets: "Rossi, Anna" and "Anna ROSSI" agree."""
    bare = name.str.to_lowercase().str.replace_all(r"\(.*?\)", " ")
    return bare.str.extract_all(r"[\w'’-]+").list.sort().list.join(" ").replace("", None)


def resolve(people: pl.DataFrame, sink: Sink) -> pl.DataFrame:
    """Add manager (a `person` of the file or null) and may_head; set special accounts apart.

    Takes place, person, email, name and any of MANAGER_FIELDS. Each cell is tried as an id, an address and
    a name that exactly one person has; an id outweighs an address, an address a name.
    """
    given = [field for field in MANAGER_FIELDS if field in people.columns]
    if not given:
        return people.with_columns(manager=pl.lit(None, pl.String), may_head=pl.lit(False))
    known = _keys(people)
    cells = people.select("place", *given)
    for field in given:
        cells = _look_up(cells, field, known)
    answers = [f"{field}_is" for field in given]
    clash = pl.any_horizontal(pl.col(answer) != pl.coalesce(answers) for answer in answers)
    if "manager_email" in given:
        addresses = people.select(manager="person", address="email").drop_nulls().unique("manager")
        cells = cells.with_columns(manager=pl.coalesce(answers))
        cells = cells.join(addresses, on="manager", how="left", maintain_order="left").drop(
            "manager"
        )
        clash |= (pl.col("address") != pl.col("manager_email")).fill_null(False)
    people = people.drop(given).with_columns(
        cells.select(
            manager=pl.coalesce(answers),
            said=pl.coalesce(given),
            clash=clash.fill_null(False),
        )
    )
    _warn(sink, "manager_disagreement", people.select(pl.col("clash").sum()).item())
    return _settle(people.drop("clash"), sink)


def _keys(people: pl.DataFrame) -> pl.DataFrame:
    """Return key -> person for ids, addresses and names; a key of two people is left out, ids come first."""
    parts = [people.select(key="person", person="person", rank=0)]
    parts.append(people.select(key="email", person="person", rank=1))
    parts.append(people.select(key=name_key(pl.col("name")), person="person", rank=2))
    keys = pl.concat(parts).drop_nulls().unique()
    clear = keys.filter(pl.col("person").n_unique().over("key", "rank") == 1)
    return clear.sort("rank", "person").unique("key", keep="first", maintain_order=True)


def _look_up(cells: pl.DataFrame, field: str, known: pl.DataFrame) -> pl.DataFrame:
    """Add <field>_is: the person that the cell means."""
    keys = known.select("key", "person")
    exact = keys.rename({"key": field, "person": "exact"})
    named = keys.rename({"key": "by_name", "person": "named"})
    return (
        cells.with_columns(by_name=name_key(pl.col(field)))
        .join(exact, on=field, how="left", maintain_order="left")
        .join(named, on="by_name", how="left", maintain_order="left")
        .with_columns(pl.coalesce("exact", "named").alias(f"{field}_is"))
        .drop("by_name", "exact", "named")
    )


def _settle(people: pl.DataFrame, sink: Sink) -> pl.DataFrame:
    """Tell special accounts, heads who name themselves and managers outside the file."""
    lost = pl.col("manager").is_null() & pl.col("said").is_not_null()
    text = lost & ~pl.col("said").str.contains("@", literal=True)
    technical = text & pl.col("said").str.contains(TECHNICAL)
    former = text & pl.col("said").str.contains(FORMER) & ~technical
    for code, which in (("account_technical", technical), ("account_former", former)):
        places = people.filter(which).get_column("place").to_list()
        if places:
            sink.reject_many(places, code)
    people = people.filter(~(technical | former).fill_null(False))
    # the manager of somebody may have been one of those just set apart
    gone = pl.col("manager").is_not_null() & ~pl.col("manager").is_in(
        people.get_column("person").implode()
    )
    people = people.with_columns(manager=pl.when(~gone).then("manager"))
    themselves = pl.col("manager") == pl.col("person")
    _warn(sink, "manager_self", people.select(themselves.sum()).item())
    _warn(sink, "manager_unknown", people.select(lost.sum()).item())
    return people.with_columns(
        manager=pl.when(~themselves).then("manager"),
        may_head=pl.col("said").is_null() | themselves.fill_null(False),
    ).drop("said")


def place(people: pl.DataFrame, sink: Sink) -> pl.DataFrame:
    """Add level and open the circles (manager becomes null); a row's level is that of its first day.

    Takes person, manager, may_head, valid_from; sorted by person and valid_from.
    """
    dates = people.get_column("valid_from").unique().sort().to_list()
    has_history = people.get_column("person").is_duplicated().any()
    if not has_history or len(dates) * people.height > MOST_STEPS:
        last = people.group_by("person", maintain_order=True).tail(1)
        placed, in_circle = _tree(last, last)
        tree = placed.select("person", "level")
        people = people.join(tree, on="person", how="left", maintain_order="left")
    else:
        parts = [_as_of(people, day) for day in dates]
        in_circle = set().union(*(found for _, found in parts))
        levels_by_row = pl.concat(part for part, _ in parts)
        people = people.join(
            levels_by_row, on=["person", "valid_from"], how="left", nulls_equal=True
        )
        people = people.sort("person", "valid_from", nulls_last=False)
    _warn(sink, "manager_cycle", len(in_circle))
    deepest = people.get_column("level").max()
    if isinstance(deepest, int) and deepest > DEEPEST_USUAL:
        sink.warn("manager_depth_suspicious")
    heads = people.filter(pl.col("level") == 0).get_column("person").n_unique()
    _warn(sink, "several_heads", heads if heads > 1 else 0)
    caught = pl.col("person").is_in(list(in_circle))
    return people.with_columns(manager=pl.when(~caught).then("manager")).drop("may_head")


def _as_of(people: pl.DataFrame, day: date | None) -> tuple[pl.DataFrame, set[str]]:
    """Return person, valid_from, level of the rows that begin on a day, and who lies on a circle then."""
    begun = (
        pl.col("valid_from").is_null()
        if day is None
        else (pl.col("valid_from").is_null() | (pl.col("valid_from") <= day))
    )
    now = people.filter(begun).group_by("person", maintain_order=True).tail(1)
    # a manager whose first row begins later was already there: files often start history at different dates
    later = (
        people.join(now, on="person", how="anti").group_by("person", maintain_order=True).head(1)
    )
    placed, in_circle = _tree(pl.concat([now, later]), now)
    starts = pl.col("valid_from").is_null() if day is None else pl.col("valid_from") == day
    return placed.filter(starts).select("person", "valid_from", "level"), in_circle


def _tree(rows: pl.DataFrame, sure: pl.DataFrame) -> tuple[pl.DataFrame, set[str]]:
    """Return one row a person with level, and the people on circles among the rows that hold for sure."""
    people = rows.get_column("person").to_list()
    index = {person: number for number, person in enumerate(people)}
    managers = [index.get(manager) for manager in rows.get_column("manager")]
    certain = set(sure.get_column("person"))
    caught = circles([m if p in certain else None for p, m in zip(people, managers, strict=True)])
    open_chain = [None if number in caught else m for number, m in enumerate(managers)]
    may_head = [
        flag and number not in caught for number, flag in enumerate(rows.get_column("may_head"))
    ]
    level = pl.Series("level", levels(open_chain, may_head), dtype=pl.Int32)
    return rows.with_columns(level), {people[number] for number in caught}


def _warn(sink: Sink, code: str, times: int | None) -> None:
    if times:
        sink.warn(code, times)
