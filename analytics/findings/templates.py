"""Every sentence about the figures that the product may say, with the verdict that allows it.

A sentence has two parts, claim and evidence. Slots come from the release; numbers are written here,
so that the release itself holds no language.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from analytics.charts import numbers
from analytics.findings.verdicts import Verdict
from analytics.metrics.reasons import REASONS

SUBJECTS = {
    # a metric (and bin) as the subject of a sentence: singular, whole company or group
    "active_people": "The share of people who contribute",
    "adoption_funnel:active": "The share of people who use the tools",
    "adoption_funnel:contributing": "The share of people who contribute",
    "adoption_funnel:reciprocal": "The share of people in conversation",
    "adoption_funnel:habitual": "The share of people with a habit",
    "stickiness": "The share of working days with an act",
    "collaboration_hours:total": "Time in the tools",
    "meeting_hours": "Time in meetings",
    "outside_hours_share": "Work outside working hours",
    "weekend_share": "Work on weekends",
    "deliveries_per_day:total": "The number of messages that reach a person",
    "tree_reach_ratio": "How far messages reach across the org tree",
    "skip_level_lift": "Talk that skips a level",
    "direct_line_lift": "Talk along the reporting line",
    "department_ei_excess": "Talk across departments",
    "manager_brokerage_lift": "The part of managers in talk across departments",
    "upward_share": "The upward part of talk between levels",
    "upward_initiation_share": "The share of conversations begun from below",
    "reply_asymmetry": "Answers given upwards against downwards",
    "leadership_voice_ratio": "How much leaders write against everybody",
    "broadcast_share": "The share of messages to many at once",
}  # fmt: skip


MOST_NAMED = 2  # of the figures that did not move: the rest is counted


@dataclass(frozen=True)
class Template:
    """Two parts with slots in braces; the verdict that must hold."""

    verdict: Verdict
    claim: str
    evidence: str = ""


TEMPLATES: dict[str, Template] = {
    # ---- findings on the overview
    "change_up": Template(
        "clear", "{moved}.",
        "From {before} to {now} in {period}: {change} ({change_span}), among the same people in both periods.",
    ),
    "change_down": Template(
        "clear", "{moved}.",
        "From {before} to {now} in {period}: {change} ({change_span}), among the same people in both periods.",
    ),
    "gap": Template(
        "clear", "Many use the tools without being in conversation.",
        "{active} use them, {talking} are in an exchange with somebody: a gap of {gap}.",
    ),
    "departments_apart": Template(
        "clear", "{apart_list}.",
        "{measure}, {period}: {others_alike}.",
    ),
    "flatter": Template(
        "clear", "A little flatter than in {earlier}.",
        "Those below the top have more of the say, and they are answered no less than before.",
    ),
    "louder": Template(
        "clear", "Louder, not flatter.",
        "Those below the top have more of the say, but we can't say that they are answered as often as before.",
    ),
    "steeper": Template(
        "clear", "A little steeper than in {earlier}.",
        "Those below the top have less of the say, and they are answered no more than before.",
    ),
    "quieter": Template(
        "clear", "Upward messages are answered less than in {earlier}.",
        "Who has the say shows no change we can tell.",
    ),
    "no_change": Template(
        "noise", "No change we can tell in what people do.",
        "{subjects_checked}: since {earlier} nothing moved beyond what chance explains.",
    ),
    "departments_alike": Template(
        "noise", "The departments can't be told apart.",
        "{measure}, {period}: the {groups} groups do not differ beyond what chance explains.",
    ),
    "others_alike": Template(
        "noise", "{others} departments can't be told apart.",
        "{measure}, {period}: they lie where chance would put them, so don't read an order into them.",
    ),
    "hierarchy_same": Template(
        "noise", "The hierarchy shows no change we can tell.",
        "Voice, listening, reach and bridges stayed within what chance explains.",
    ),
    "unseen_metric": Template("unseen", "We can't see {what}.", "{reason}"),
    "unseen_people": Template(
        "unseen", "We can't see everybody.",
        "The exports cover {coverage} of the people in the HR file: nothing here speaks for the others.",
    ),
    "unseen_text": Template(
        "unseen", "We can't see what happens outside the tools.",
        "Talk in the corridor, on the phone or in a tool without an export is not in any figure.",
    ),
    # ---- leads of pages
    "adoption_up": Template("clear", "{about_active} used the tools; {about_talking} had a conversation in them.", "Conversation went up by {change} since {earlier}."),
    "adoption_down": Template("clear", "{about_active} used the tools; {about_talking} had a conversation in them.", "Conversation went down by {change} since {earlier}."),
    "adoption_same": Template("noise", "{about_active} used the tools; {about_talking} had a conversation in them.", "Since {earlier} conversation shows no change we can tell."),
    "adoption_now": Template("unseen", "{about_active} used the tools; {about_talking} had a conversation in them.", "There is no earlier period to compare with."),
    "adoption_partly": Template("unseen", "{about_active} used the tools.", "Who had a conversation in them we can't see."),
    "departments_some": Template("clear", "{apart_count} of {groups} {units} {stand} apart from the company.", "{others_sentence}"),
    "departments_none": Template("noise", "The {units} can't be told apart from the company:", "what differs is within what chance explains."),
    "departments_shown": Template("unseen", "Departments stand side by side here, without a verdict:", "they are told apart for the company as a whole."),
    "departments_few": Template("unseen", "There are too few groups of at least ten people to compare."),
    "time_up": Template("clear", "People spend {now} a week in meetings, calls and writing.", "That is {change_size} more than in {earlier}."),
    "time_down": Template("clear", "People spend {now} a week in meetings, calls and writing.", "That is {change_size} less than in {earlier}."),
    "time_same": Template("noise", "People spend {now} a week in meetings, calls and writing.", "Since {earlier} that shows no change we can tell."),
    "time_now": Template("unseen", "People spend {now} a week in meetings, calls and writing.", "There is no earlier period to compare with."),
    "hierarchy_flatter": Template("clear", "A little flatter than in {earlier}.", "Those below the top have more of the say, and listening did not fall. {rest}"),
    "hierarchy_louder": Template("clear", "Louder, not flatter:", "those below the top have more of the say, and we can't say that they are answered as often as before. {rest}"),
    "hierarchy_steeper": Template("clear", "A little steeper than in {earlier}.", "Those below the top have less of the say, and listening did not rise. {rest}"),
    "hierarchy_quieter": Template("clear", "People at the top listen less than in {earlier}.", "Voice shows no change we can tell. {rest}"),
    "hierarchy_unchanged": Template("noise", "No change we can tell.", "Voice and listening are within what chance explains."),
    "hierarchy_now": Template("unseen", "This is how talk runs through the org chart today.", "There is no earlier period of the same length to compare with."),
    "page_unseen": Template("unseen", "{reason}"),
    "overview_only": Template("unseen", "These exports show who is there, and little of what people do."),
    # ---- titles of figures
    "ladder_gap": Template("clear", "{gap} between using the tools and being in conversation"),
    "ladder_question": Template("noise", "Where do people stop?"),
    "trend_up": Template("clear", "Conversation went up by {change} since {earlier}"),
    "trend_down": Template("clear", "Conversation went down by {change} since {earlier}"),
    "trend_question": Template("noise", "How does use move, and does conversation move with it?"),
    "cohorts_known": Template("clear", "{share} of those who started were there {later} weeks on"),
    "cohorts_question": Template("noise", "Who stays?"),
    "lifecycle_known": Template("clear", "{period}: {returned} came back or were new, {silent} fell silent"),
    "lifecycle_question": Template("noise", "Who comes, who goes?"),
    "definitions": Template("clear", "The same people, by {count} definitions of “active”"),
    "definitions_question": Template("noise", "What does “active” mean?"),
    "gini_known": Template("clear", "The busiest tenth makes {top} of all acts, {silent} make none"),
    "gini_question": Template("noise", "Do a few speak for all?"),
    "compare_apart": Template("clear", "{apart_list}; {nobody_else}"),
    "compare_question": Template("noise", "Do {units} differ?"),
    "mix_flips": Template("clear", "{turned} at the company's mix of {mix}.", "The difference lies in who works there."),
    "hours_known": Template("clear", "{largest} take {part} of the hours we can place"),
    "hours_question": Template("noise", "Where do the hours go?"),
    "outside_up": Template("clear", "Work outside working hours went up by {change}"),
    "outside_down": Template("clear", "Work outside working hours went down by {change}"),
    "outside_question": Template("noise", "How much happens outside working hours?"),
    "load_up": Template("clear", "{now} messages reach a person on a working day, {change} since {earlier}"),
    "load_down": Template("clear", "{now} messages reach a person on a working day, {change} since {earlier}"),
    "load_question": Template("noise", "How much lands on a person?"),
    "facets_flatter": Template("clear", "Voice grew, listening held: that is what we call flatter"),
    "facets_louder": Template("clear", "Voice grew; that listening held we can't say"),
    "facets_steeper": Template("clear", "Voice fell, and listening did not rise: that is what we call steeper"),
    "facets_quieter": Template("clear", "Upward messages are answered less than before"),
    "facets_question": Template("noise", "Does the hierarchy move?"),
    "matrix_near": Template("clear", "Talk stays with the level next door"),
    "matrix_question": Template("noise", "Which levels talk with each other?"),
    "distance_near": Template("clear", "The nearer in the org tree, the more people talk"),
    "distance_question": Template("noise", "Does talk follow the org tree?"),
    "answers_less": Template("clear", "Upward messages are answered less often than downward ones"),
    "answers_more": Template("clear", "Upward messages are answered more often than downward ones"),
    "answers_question": Template("noise", "Is everybody answered alike?"),
}  # fmt: skip


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
    """Return the claim alone: the title of a figure."""
    return sentence(name, slots)[0]


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
    text = {"units": "departments"}
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
        text["gap"] = numbers.change(slots["gap"], "share").removeprefix("+")
    if slots.get("reason") in REASONS:
        text["reason"] = REASONS[slots["reason"]]
    if "checked" in slots:
        names = [subject(*name.partition(":")[::2]) for name in slots["checked"]]
        told = [names[0], *[name[:1].lower() + name[1:] for name in names[1:MOST_NAMED]]]
        rest = len(names) - len(told)
        more = [f"{numbers.spelled(rest)} more"] if rest else []
        text["subjects_checked"] = listed([*told, *more])
    text |= _turned(slots)
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


def _apart(slots: Mapping[str, Any]) -> dict[str, str]:
    higher, lower, others = (
        list(slots.get("higher", [])),
        list(slots.get("lower", [])),
        int(slots["others"]),
    )
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
    alike = (
        f"the other {numbers.spelled(others)} can't be told apart"
        if others > 1
        else "the other one can't be told apart"
    )
    return {
        "apart_list": ", ".join(parts),
        "apart_count": numbers.spelled(count),
        "stand": "stands" if count == 1 else "stand",
        "others_alike": alike if others else "every group stands apart",
        "others_sentence": f"{_opened(alike)}: don't read an order into them." if others else "",
        "nobody_else": "nobody else stands apart" if others else "every group stands apart",
        "groups": numbers.spelled(count + others),
        "others": numbers.spelled(others),
    }


def _turned(slots: Mapping[str, Any]) -> dict[str, str]:
    """Say who stands on one side of the company, but on the other at its mix."""
    parts = [
        f"{listed(slots[key])} {_is(slots[key])} {side} than the company, but {other}"
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
