"""Rows of the drawn release about who is heard: questions and answers, leaders, customers, a survey; nothing drawn by chance."""

from collections.abc import Iterator

EDGES = {"5m": 0.06, "15m": 0.14, "1h": 0.3, "4h": 0.46, "1d": 0.58, "3d": 0.66}
PHASES = {"pre_sale": (0.84, 156), "onboarding": (0.92, 208), "support": (0.94, 624), "renewal": (0.52, 156), "all": (0.86, 1144)}  # fmt: skip
WAVE = "2026-06-01/2026-06-12"
# metric -> (unit, variants)
SHAPES = {
    "answered_share": ("share", ["", "4h", "72h"]), "time_to_first_answer": ("share", ["", "questions"]),
    "unanswered_share": ("share", [""]), "leader_question_ratio": ("share", [""]), "customer_answered_share": ("share", [""]),
    "customer_first_answer": ("share", [""]), "customer_waiting": ("share", [""]), "construct_score": ("score", [""]),
    "favourable_share": ("share", [""]), "survey_reliability": ("ratio", [""]), "gap_words_deeds": ("ratio", [""]),
}  # fmt: skip


def figure(metric: str, bin_: str | None, value: float | None, n: int, asked: float, **more: object) -> dict[str, object]:  # fmt: skip
    entry = {
        "metric": metric, "variant": "", "grain": "all", "period": None, "bin": bin_, "position": 0, "coverage": None,
        "division": None, "department": None, "level": None, "location": None, "tool": None, "reason": None,
    } | more  # fmt: skip
    if n < 10 or value is None:
        return entry | {"reason": entry["reason"] or "small_group"}
    half = 0.6 / n**0.5 * (100 if metric == "construct_score" else 1)
    return entry | {
        "value": value, "low": value - half, "high": value + half, "n": n, "numerator": value * asked, "denominator": asked,
    }  # fmt: skip


def rows(periods: list[tuple[str, object]], levels: dict[str, int], departments: dict[str, int], people: int) -> list[dict[str, object]]:  # fmt: skip
    """periods: (grain, first day) of quarters and the whole."""
    cells = [({}, people, 0.0, None), *(({"level": level}, n, 0.02 * i, i == 3) for i, (level, n) in enumerate(levels.items()))]  # fmt: skip
    cells += [({"department": name}, n, 0.01 * i, i == 0) for i, (name, n) in enumerate(departments.items())]  # fmt: skip
    told = []
    for grain, period in periods:
        when = {"grain": grain, "period": period}
        for cell, n, by, named in cells:
            told += _asked(n, by, **when, **cell, **({} if named is None else {"named": named}))
    return [*told, *_customers(), *_survey(departments)]


def _asked(n: int, by: float, **cell: object) -> Iterator[dict[str, object]]:
    asked = 12.0 * n
    for i, (bin_, share) in enumerate({"all": 0.55, "questions": 0.62}.items()):
        yield figure("answered_share", bin_, share + by, n, asked, position=i, **cell)
        yield figure("unanswered_share", bin_, 0.3 + by, n, asked, position=i, **cell)
    for variant, more in {"": 0.0, "questions": 0.04}.items():
        for i, (edge, share) in enumerate(EDGES.items()):
            yield figure("time_to_first_answer", edge, share + more - by, n, asked, position=i, variant=variant, **cell)  # fmt: skip
    if "department" not in cell:
        yield figure("leader_question_ratio", None, 0.2 + by, n, 4.0 * n, **cell)


def _customers() -> Iterator[dict[str, object]]:
    for i, (phase, (share, asked)) in enumerate(PHASES.items()):
        yield figure("customer_answered_share", phase, share, 90, float(asked), position=i)
        yield figure("customer_waiting", phase, round(1 - share, 2), 90, float(asked), position=i)
        for j, edge in enumerate(("1h", "4h", "1d", "3d")):
            yield figure("customer_first_answer", f"{phase}/{edge}", share * (0.4 + 0.2 * j), 90, float(asked), position=10 * j + i)  # fmt: skip


def _survey(departments: dict[str, int]) -> Iterator[dict[str, object]]:
    for i, (construct, score) in enumerate(
        {"listened_to": 61.0, "psychological_safety": 58.0}.items()
    ):
        bin_ = f"{construct}/{WAVE}"
        yield figure("construct_score", bin_, score, 290, 290.0, position=i)
        yield figure("favourable_share", bin_, 0.33, 290, 290.0, position=i)
        yield figure("survey_reliability", bin_, 0.81, 290, 290.0, position=i)
    for j, (name, n) in enumerate(departments.items()):
        yield figure("construct_score", f"listened_to/{WAVE}", 52.0 + 3 * j, n, float(n), department=name, named=j == 0)  # fmt: skip
    yield figure("gap_words_deeds", "7", None, 0, 0.0, reason="too_few_groups")
