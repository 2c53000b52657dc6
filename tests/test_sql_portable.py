"""The rollups hold nothing that DuckDB and Spark read differently, or that one of them refuses.

The list comes from running each construct on both: the silent ones are worst, since nobody would notice.
"""

import re

import pytest

from analytics.vault import rollups

QUERIES = (*rollups.STEPS, *rollups.NAMES)

# construct -> (pattern, an example that must be caught)
FORBIDDEN = {
    "x::type": (r"::", "select x::int"),
    "qualify": (r"\bqualify\b", "select 1 qualify row_number() over () = 1"),
    "group by all": (r"\bgroup\s+by\s+all\b", "group by all"),
    "whole division": (r"//", "select 7 // 2"),
    "division by what may be 0": (r"/(?!\s*(nullif\(|\d))", "select x / y"),
    "decimal literal": (r"(?<![\w.])\d+\.\d+(?!\d*e)", "select 1.0 / 3"),
    "whole number of a double": (r"as\s+(int|integer|smallint|tinyint)\b", "cast(x as int)"),
    "day of week": (r"\b(isodow|dayofweek|extract\s*\()", "extract(dow from day)"),
    "interval": (r"\binterval\b", "day + interval '7' day"),
    "date arithmetic": (r"\b(day|week|month|quarter)\s*[-+]\s*[\w']", "select week + 7"),
    "date functions": (r"\b(date_diff|datediff|date_trunc|epoch_us|strftime)\b", "datediff('day', a, b)"),
    "hash": (r"\b(hash|md5_number\w*)\s*\(", "hash(x)"),
    "unsigned": (r"\bu(big|small|tiny)?int(eger)?\b", "cast(x as ubigint)"),
    "arg_max": (r"\b(arg_max|arg_min|quantile_cont)\b", "arg_max(a, b)"),
    "grouping of two": (r"\bgrouping\([^)]*,", "grouping(a, b)"),
    "distinct of two": (r"count\(\s*distinct\s+[^)]*,", "count(distinct a, b)"),
    "lateral alias or star in the result": (r"^select\s+\*", "select *\nfrom event"),
}  # fmt: skip


def code(sql: str) -> str:
    """Return the statement without comments, in lower case."""
    return re.sub(r"--[^\n]*", "", sql).lower()


def found_in(sql: str, pattern: str) -> str | None:
    match = re.search(pattern, code(sql), re.MULTILINE)
    return match[0] if match else None


@pytest.mark.parametrize("name", QUERIES)
@pytest.mark.parametrize("construct", FORBIDDEN)
def test_a_rollup_holds_no_construct_that_engines_read_differently(name, construct):
    sql = rollups.statement(name)

    assert found_in(sql, FORBIDDEN[construct][0]) is None


@pytest.mark.parametrize("construct", FORBIDDEN)
def test_the_search_finds_what_it_looks_for(construct):
    pattern, example = FORBIDDEN[construct]

    assert found_in(example, pattern)


@pytest.mark.parametrize("name", QUERIES)
def test_sums_are_written_as_bigint(name):
    """Without the cast a sum is a HUGEINT, which Parquet keeps as a double, losing digits."""
    sql = code(rollups.statement(name))

    bare = [
        line
        for line in sql.splitlines()
        if re.search(r"\b(sum|count)\(", line) and "as bigint" not in line
    ]

    assert bare == []


@pytest.mark.parametrize("name", QUERIES)
def test_every_window_has_a_total_order_with_nulls_last(name):
    sql = code(rollups.statement(name))

    orders = re.findall(r"order by ([^)]*?)(?:rows|\))", sql)
    loose = [
        column for order in orders for column in order.split(",") if "nulls last" not in column
    ]

    assert loose == []
