"""How a sentence is written out: slots come from the release, numbers get their words here, so that a release holds no language."""

from collections.abc import Mapping
from typing import Any

from analytics.charts import numbers
from analytics.charts.words import capitals, group
from analytics.findings.templates import SUBJECTS, TEMPLATES
from analytics.metrics.reasons import REASONS

MOST_NAMED = 2  # of the figures that did not move: the rest is counted


def sentence(finding: str, slots: Mapping[str, Any]) -> tuple[str, str]:
    """Return (claim, evidence), numbers written out; ("", "") for an id that this version does not know.

    Names of departments stand in it as they came from the export: escape before showing it as Markdown.
    """
    template = TEMPLATES.get(finding)
    if template is None:
        return "", ""
    written = _Slots(_written(slots))
    return tuple(_opened(part.format_map(written)) for part in (template.claim, template.evidence))  # type: ignore[return-value]


def say(name: str, **slots: Any) -> str:  # noqa: ANN401  # numbers, names and lists alike
    """Return the claim alone, without a full stop: the title of a figure."""
    return sentence(name, slots)[0].removesuffix(".")


def subject(metric: str, bin_: str | None, title: str | None = None) -> str:
    """Return the metric as the subject of a sentence."""
    name = SUBJECTS.get(f"{metric}:{bin_}") or SUBJECTS.get(metric)
    return name or title or metric.replace("_", " ").capitalize()


class _Slots(dict[str, str]):
    """A slot that the release lacks is written as unknown, never as an error."""

    def __missing__(self, key: str) -> str:
        return numbers.UNKNOWN


def _written(slots: Mapping[str, Any]) -> dict[str, str]:
    """Turn raw slots into text: numbers by their unit, lists into enumerations, reasons into sentences."""
    unit = str(slots.get("unit", "share"))
    text = {"units": "departments", "the_tools": "the tools", "them": "them"}
    text |= {key: str(value) for key, value in slots.items() if isinstance(value, str | int)}
    text["earlier"] = f"the {slots.get('grain') or 'period'} before"
    if "metric" in slots:
        text["subject"] = subject(slots["metric"], slots.get("bin"), slots.get("title"))
        went = "went up" if (slots.get("change") or 0) > 0 else "went down"
        text["moved"] = str(slots.get("words") or f"{text['subject']} {went}").rstrip(".")
    if slots.get("value") is not None:
        text["now"] = numbers.number(slots["value"], unit, _half(slots, "low", "high"))
    if slots.get("change") is not None:
        text |= _change(slots, unit)
    for name in ("active", "talking", "coverage", "share", "top", "silent"):
        if isinstance(slots.get(name), float):
            text[name] = numbers.number(slots[name], "share")
            text[f"about_{name}"] = numbers.about(slots[name])
    if isinstance(slots.get("gap"), float):
        text |= _gap(slots)
    if slots.get("reason") in REASONS:
        text["reason"] = REASONS[slots["reason"]]
    if "checked" in slots:
        names = [subject(*name.partition(":")[::2]) for name in slots["checked"]]
        told = [names[0], *map(inside, names[1:MOST_NAMED])]
        rest = len(names) - len(told)
        more = [f"{numbers.spelled(rest)} more"] if rest else []
        text["subjects_checked"] = listed([*told, *more])
    if isinstance(slots.get("beyond"), float):
        text["points"] = numbers.change(slots["beyond"], "share").lstrip("+" + numbers.MINUS)
        text["way"] = "more" if slots["beyond"] > 0 else "less"
    text |= _turned(slots) | _facts(slots) | _net(slots) | _heard(slots)
    return text | (_apart(slots) if "others" in slots else {})


def _half(slots: Mapping[str, Any], low: str, high: str) -> float | None:
    first, last = slots.get(low), slots.get(high)
    return None if first is None or last is None else (last - first) / 2


def _change(slots: Mapping[str, Any], unit: str) -> dict[str, str]:
    half = _half(slots, "change_low", "change_high")
    change = numbers.change(slots["change"], unit, half)
    before = None if slots.get("value") is None else slots["value"] - slots["change"]
    return {
        "change": change,
        "change_size": change.lstrip("+" + numbers.MINUS),
        "change_span": numbers.change_span(slots.get("change_low"), slots.get("change_high"), unit),
        "before": numbers.number(before, unit, half),
    }


def _gap(slots: Mapping[str, Any]) -> dict[str, str]:
    """Write a gap in points with its interval, and how many departments of the usual size are as many people."""
    half = _half(slots, "gap_low", "gap_high")
    worth = slots.get("worth") or 0
    return {
        "gap": numbers.change(slots["gap"], "share", half).removeprefix("+"),
        "gap_span": numbers.span(slots.get("gap_low"), slots.get("gap_high"), "share").rstrip("%"),
        "people": numbers.people(slots.get("people")),
        "as_departments": f", as many as work in {numbers.spelled(worth)} departments of the usual size"
        if worth > 1 else ", as many as work in a department of the usual size" if worth else "",
    }  # fmt: skip


def _apart(slots: Mapping[str, Any]) -> dict[str, str]:
    higher, lower = (list(map(group, slots.get(side, []))) for side in ("higher", "lower"))
    others = int(slots["others"])
    parts = []
    if higher:
        parts.append(f"{listed(higher)} {_is(higher)} higher than the company")
    if lower:
        parts.append(
            f"{listed(lower)} lower"
            if higher
            else f"{listed(lower)} {_is(lower)} lower than the company"
        )
    count = len(higher) + len(lower)
    hidden = int(slots.get("hidden", 0))
    shown = " shown" if hidden else ""
    alike = (
        f"the other {numbers.spelled(others)}{shown} can't be told apart"
        if others > 1
        else f"the other one{shown} can't be told apart"
    )
    warning = ": don't read an order into them" if others > 1 else ""  # of one there is none
    all_apart = "the rest can't be shown" if hidden else "every group stands apart"
    rest = f"{numbers.spelled(hidden)} more can't be shown" if hidden else ""
    return {
        "against": _against(slots),
        "apart_list": ", ".join(parts),
        "apart_count": numbers.spelled(count),
        "stand": "stands" if count == 1 else "stand",
        "others_alike": alike if others else all_apart,
        "others_sentence": f"{_opened(alike)}{warning}."
        if others
        else f"{_opened(rest)}."
        if rest
        else "",
        "nobody_else": f"nobody else{shown} stands apart" if others else all_apart,
        "of_shown": shown,
        "groups": numbers.spelled(count + others),
        "others": numbers.spelled(others),
    }


def _against(slots: Mapping[str, Any]) -> str:
    """Say the values of the groups that stand apart, against that of all others together."""
    told, rest = slots.get("values"), slots.get("elsewhere")
    if not isinstance(told, dict) or not isinstance(rest, float):
        return ""
    unit = str(slots.get("unit", "share"))
    values = listed(
        [f"{group(name)} {numbers.number(value, unit)}" for name, value in told.items()]
    )
    return f"{values}, all others together {numbers.number(rest, unit)}; "


def _facts(slots: Mapping[str, Any]) -> dict[str, str]:
    """Write what is told without a comparison."""
    text: dict[str, str] = {}
    for name in ("used", "enabled"):
        if isinstance(slots.get(name), int):
            text[name] = numbers.count(slots[name])
    for name in ("of_ten_contribute", "of_ten_exchange"):
        if isinstance(slots.get(name), int):
            text[name] = numbers.spelled(slots[name]) if slots[name] else "none"
    text["take"] = "takes" if slots.get("of_ten_contribute") == 1 else "take"
    text["exchange_are"] = "is" if slots.get("of_ten_exchange") == 1 else "are"
    tools = slots.get("tools")
    if isinstance(tools, list):
        one = len(tools) == 1
        text |= {"the_tools": capitals(str(tools[0])), "them": "it"} if one else {}
        text["the_tool"] = capitals(str(tools[0])) if tools else "the tool"
    for name in ("before_it", "after_it", "late_most", "late_company"):
        if isinstance(slots.get(name), float):
            text[name] = numbers.number(slots[name], "share")
    if "late_most" in text:  # of several levels the most; of one its own
        upto = "Up to " if " and " in str(slots.get("late_levels")) else ""
        text["late_upto"] = upto + text["late_most"]
    if isinstance(slots.get("least"), float):
        text["least"] = numbers.change(slots["least"], "share").removeprefix("+")
    if isinstance(slots.get("groups_tried"), int):
        text["groups_tried"] = numbers.spelled(slots["groups_tried"])
    low, high = slots.get("minutes_low"), slots.get("minutes_high")
    if isinstance(low, float) and isinstance(high, float):
        text["minutes"] = f"{numbers.count(low)} to {numbers.count(high)}"
    if isinstance(slots.get("needs"), str):
        export, _, rest = slots["needs"].rstrip(".").partition(". ")
        text["export"] = inside(export)
        text["read_from"] = f"{rest}." if rest else ""
    return text


def _net(slots: Mapping[str, Any]) -> dict[str, str]:
    """Write the ends of a net effect: without a sign where both lie on one side of zero, the smaller first."""
    low, high = slots.get("net_low"), slots.get("net_high")
    if not (isinstance(low, float) and isinstance(high, float)):
        return {}
    if low < 0 < high:
        written = [numbers.change(end, "minutes") for end in (low, high)]
    else:
        first, last = (numbers.number(end, "minutes") for end in sorted((abs(low), abs(high))))
        written = [first.removesuffix(f"{numbers.SPACE}min"), last]  # 0.6 to 52.6 min
    return dict(zip(("net_low", "net_high"), written, strict=True))


PHASES = {
    "pre_sale": "the sale", "onboarding": "onboarding", "support": "support", "renewal": "renewal",
    "unphased": "no known phase", "all": "all phases",
}  # fmt: skip


def _heard(slots: Mapping[str, Any]) -> dict[str, str]:
    """Write what became of questions, of customers, and the ends of a correlation."""
    shares = [name for name in ("soon", "never", "asking") if isinstance(slots.get(name), float)]
    counts = [name for name in ("answered", "conversations", "waiting", "posts") if isinstance(slots.get(name), int)]  # fmt: skip
    text = {name: numbers.number(slots[name], "share") for name in shares}
    text |= {name: numbers.count(slots[name]) for name in counts}
    if isinstance(slots.get("phase"), str):
        text["phase"] = PHASES.get(slots["phase"], slots["phase"])
    if isinstance(slots.get("rho_low"), float):
        text["rho_span"] = numbers.span(slots["rho_low"], slots.get("rho_high"), "ratio")
    return text


def _turned(slots: Mapping[str, Any]) -> dict[str, str]:
    """Say who stands on one side of the company, but on the other at its mix."""
    parts = [
        f"{listed(list(map(group, slots[key])))} {_is(slots[key])} {side} than the company, but {other}"
        for key, side, other in (
            ("was_higher", "higher", "lower"),
            ("was_lower", "lower", "higher"),
        )
        if slots.get(key) and isinstance(slots[key], list)
    ]
    return {"turned": ", and ".join(parts)} if parts else {}


def _is(names: list[str]) -> str:
    return "is" if len(names) == 1 else "are"


def _opened(text: str) -> str:
    return text[:1].upper() + text[1:]


def listed(names: list[str]) -> str:
    """Return "a, b and c"."""
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def inside(words: str) -> str:
    """Return words that begin with a capital as they stand within a sentence."""
    return words[:1].lower() + words[1:]
