"""Which groups differ from the company? Four blocks, and behind each dot where chance would put it."""

import altair as alt
import polars as pl

from analytics.charts.rows import heads_above, names_above, row_axis
from analytics.charts.theme import Drawn, Look, X, either, finish

HEADS = {
    "higher": "HIGHER THAN THE COMPANY",
    "alike": "CAN’T BE TOLD APART (A–Z)",
    "lower": "LOWER THAN THE COMPANY",
    "hidden": "NOT SHOWN ON THEIR OWN",
}
STEP = 30
STEP_COMPACT = 50
VALUE_ROOM, LABEL_ROOM = (
    4,
    14,
)  # right of the last mark, for what is written there: the value, or value and place


def block_order(rows: pl.DataFrame) -> tuple[list[str], list[str]]:
    """Return (every row name top to bottom, the heads among them).

    Takes group, block (higher, alike, lower, hidden), value. Higher and lower are sorted by value, the
    others by name: there is no order to misread.
    """
    order, heads = [], []
    for block, head in HEADS.items():
        inside = rows.filter(pl.col("block") == block)
        if inside.is_empty():
            continue
        by_value = block in {"higher", "lower"}
        names = inside.sort("value", descending=True) if by_value else inside.sort("group")
        heads.append(head)
        order += [head, *names["group"]]
    return order, heads


def compare(rows: pl.DataFrame, company: float, company_text: str, unit: str, k: Look) -> Drawn:
    """Draw the blocks.

    Takes group, block, n, value, low, high, shrunken (the value drawn towards the company), chance_low, chance_high,
    text (written value), label (with the place, where the group stands apart), interval (written), people (written),
    reason (short, for hidden rows). Clicking a dot selects its group
    (parameter "group", field group).
    """
    order, heads = block_order(rows)
    y = row_axis("group", order, heads, k)
    shown = rows.filter(pl.col("block") != "hidden")
    is_named = not shown.filter(pl.col("block") != "alike").is_empty()
    scale = scale_of(shown, company, LABEL_ROOM if is_named and not k.compact else VALUE_ROOM)
    axis = axis_of(unit)

    def x(field: str) -> alt.X:
        return alt.X(f"{field}:Q", scale=scale, title=None, axis=axis)

    layers = [
        *_chance(shown, x, y, k),
        *_company(company, company_text, x, k),
        *_drawn_in(shown, x, y, k),
        *_estimates(shown, x, y, k),
        *_hidden(rows.filter(pl.col("block") == "hidden"), scale, x, y, k),
        *_names(rows, shown, heads, y, k),
    ]
    return finish(alt.layer(*layers, height=alt.Step(STEP_COMPACT if k.compact else STEP)), k)


def axis_of(unit: str) -> alt.Axis:
    """Return the axis on top, in the unit's own writing."""
    if unit == "share":
        return alt.Axis(format="%", orient="top", tickCount=5)
    return alt.Axis(
        orient="top",
        tickCount=5,
        labelExpr="datum.label + ' h'" if unit == "hours" else "datum.label",
    )


def scale_of(shown: pl.DataFrame, company: float, right: int = VALUE_ROOM) -> alt.Scale:
    """Return a scale that holds every dot, interval and bar of chance, with room for the written value."""
    ends = [
        v
        for c in ("low", "high", "value", "chance_low", "chance_high")
        for v in shown[c].drop_nulls()
    ]
    low, high = min([*ends, company]), max([*ends, company])
    room = (high - low) * 0.03 or abs(company) * 0.1 or 1.0
    return alt.Scale(
        domain=[low - room, high + room * right], nice=False
    )  # to the right the written value


def _chance(shown: pl.DataFrame, x: X, y: alt.Y, k: Look) -> list[Drawn]:
    known = shown.filter(pl.col("chance_low").is_not_null())
    pale = alt.Chart(known).mark_bar(height=14 if k.compact else 20, color=k.band, cornerRadius=3)
    return [pale.encode(x("chance_low"), y, alt.X2("chance_high:Q"))]


def _company(company: float, text: str, x: X, k: Look) -> list[Drawn]:
    at = alt.Chart(pl.DataFrame({"at": [company], "text": [text]}))
    line = at.mark_rule(color=k.muted).encode(x("at"))
    name = at.mark_text(fontWeight=600, baseline="top", align="left", dx=5, color=k.ink)
    return [
        line,
        name.encode(x("at"), y=alt.YValue(2 if k.compact else 8), text=alt.Text("text:N")),
    ]


def _estimates(shown: pl.DataFrame, x: X, y: alt.Y, k: Look) -> list[Drawn]:
    is_apart = pl.col("block").is_in(["higher", "lower"])
    tone = either("datum.block !== 'alike'", k.accent, k.noise)
    tips = [
        alt.Tooltip("group:N", title="Group"),
        alt.Tooltip("people:N", title="Size"),
        alt.Tooltip("text:N", title="Estimate"),
        alt.Tooltip("interval:N", title="95% interval"),
        alt.Tooltip("expected:N", title="Drawn towards the company"),
    ]
    pick = alt.selection_point(
        name="group", fields=["group"], on="click", clear="dblclick", empty=False
    )
    known = shown.filter(pl.col("low").is_not_null())
    line = (
        alt.Chart(known)
        .mark_rule(strokeWidth=1.5)
        .encode(x("low"), y, alt.X2("high:Q"), color=tone)
    )
    hollow = alt.Chart(shown.filter(~is_apart)).mark_point(
        filled=True, size=95, fill=k.bg, stroke=k.noise, strokeWidth=2, opacity=1
    )
    full = alt.Chart(shown.filter(is_apart)).mark_point(
        filled=True, size=130, color=k.accent, opacity=1
    )
    # the click is caught by an unseen mark over every dot: a parameter may sit on one layer only
    catch = alt.Chart(shown).mark_point(filled=True, size=260, opacity=0.01, color=k.noise)
    return [
        line,
        hollow.encode(x("value"), y),
        full.encode(x("value"), y),
        *_values(shown.filter(is_apart), x, y, k),
        catch.encode(x("value"), y, tooltip=tips).add_params(pick),
    ]


def _values(apart: pl.DataFrame, x: X, y: alt.Y, k: Look) -> list[Drawn]:
    """Write the value where its line ends, and the place beyond the bar of chance where that reaches further."""
    end, standing = pl.coalesce("high", "value"), pl.col("label").str.strip_prefix(pl.col("text"))
    is_over = (pl.col("chance_high") > end).fill_null(value=False)
    last = pl.when(is_over).then("chance_high").otherwise(end)
    rows = apart.with_columns(
        end=end, at=last, said=pl.when(is_over | pl.lit(k.compact)).then("text").otherwise("label"),
        beyond=pl.when(is_over).then(standing.str.strip_chars_start(" ·")),
    )  # fmt: skip
    value = alt.Chart(rows).mark_text(align="left", dx=8, fontWeight=600, fontSize=13, color=k.label[0])  # fmt: skip
    layers = [value.encode(x("end"), y, text=alt.Text("said:N"))]
    beyond = rows.filter(pl.col("beyond").fill_null("") != "")
    if beyond.height and not k.compact:
        place = alt.Chart(beyond).mark_text(align="left", dx=8, fontSize=13, color=k.label[0])
        layers.append(place.encode(x("at"), y, text=alt.Text("beyond:N")))
    return layers


def _drawn_in(shown: pl.DataFrame, x: X, y: alt.Y, k: Look) -> list[Drawn]:
    """Mark where a group would be expected once its size is taken into account: a tick beside the dot."""
    known = alt.Chart(shown.filter(pl.col("shrunken").is_not_null()))
    return [known.mark_tick(thickness=2, size=16, color=k.muted).encode(x("shrunken"), y)]


def _hidden(hidden: pl.DataFrame, scale: alt.Scale, x: X, y: alt.Y, k: Look) -> list[Drawn]:
    if hidden.is_empty():
        return []
    low, high = scale.to_dict()["domain"]
    rows = alt.Chart(hidden.with_columns(first=pl.lit(low), last=pl.lit(high)))
    line = rows.mark_rule(strokeDash=[2, 4], color=k.hidden, strokeWidth=1.5)
    words = rows.mark_text(align="left", dy=-9, color=k.muted, fontSize=11.5)
    dotted = line.encode(x("first"), y, alt.X2("last:Q"))
    return (
        [dotted] if k.compact else [dotted, words.encode(x("first"), y, text=alt.Text("reason:N"))]
    )


def _names(
    rows: pl.DataFrame, shown: pl.DataFrame, heads: list[str], y: alt.Y, k: Look
) -> list[Drawn]:
    if k.compact:
        right = rows.with_columns(right=pl.coalesce("people", "reason"))
        return [names_above(right, "group", y, k, "right"), heads_above(heads, "group", y, k)]
    sizes = alt.Chart(shown).mark_text(align="right", color=k.muted)
    title = alt.Chart(pl.DataFrame({"t": ["people"]})).mark_text(
        align="right", baseline="top", color=k.muted
    )
    return [
        sizes.encode(x=alt.XValue("width"), y=y, text=alt.Text("n:Q")),
        title.encode(x=alt.XValue("width"), y=alt.YValue(8), text=alt.Text("t:N")),
    ]
