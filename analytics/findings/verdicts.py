"""What may be said of a figure: we can tell, it can't be told from noise, or we can't see."""

from collections.abc import Iterable, Mapping
from typing import Any, Literal

Verdict = Literal["clear", "noise", "unseen"]
Block = Literal["higher", "alike", "lower", "hidden"]
Row = Mapping[str, Any]

# which way each measure loosens the hierarchy (+1: a rise, −1: a fall), by facet; the order of the page
FACETS: dict[str, dict[str, int]] = {
    "Voice": {"upward_initiation_share": 1, "leadership_voice_ratio": -1},
    "Listening": {"reply_asymmetry": 1},
    "Reach": {"tree_reach_ratio": 1, "skip_level_lift": 1, "direct_line_lift": -1},
    "Bridges": {"department_ei_excess": 1, "manager_brokerage_lift": -1},
}


def change_verdict(row: Row | None, smallest: float) -> Verdict:
    """Return clear only when the interval leaves out zero and the change is worth showing."""
    if row is None or row.get("change") is None:
        return "unseen"
    low, high, change = row.get("change_low"), row.get("change_high"), row["change"]
    if low is None or high is None:
        return "noise"
    return "clear" if (low > 0 or high < 0) and abs(change) >= smallest else "noise"


def block(row: Row, company: float | None) -> Block:
    """Return the block of a comparison in which a group stands."""
    if row.get("value") is None:
        return "hidden"
    if not row.get("named") or company is None:
        return "alike"
    return "higher" if row["value"] > company else "lower"


def facet_moves(changes: Iterable[Row], facet: str, smallest: Mapping[str, float]) -> list[int]:
    """Return +1 (looser), −1 (tighter) or 0 for each measure of a facet whose change is known."""
    moves = []
    for row in changes:
        sign = FACETS[facet].get(row["metric"])
        if sign is None or row.get("change") is None:
            continue
        is_clear = change_verdict(row, smallest.get(row["metric"], 0.0)) == "clear"
        moves.append(0 if not is_clear else sign * (1 if row["change"] > 0 else -1))
    return moves


HierarchyVerdict = Literal["flatter", "louder", "steeper", "quieter", "same", "unseen"]


def hierarchy_verdict(changes: Iterable[Row], smallest: Mapping[str, float]) -> HierarchyVerdict:
    """Return what the changes together allow to say.

    "flatter" only if voice rises and listening is known not to fall; "louder" if voice rises and listening
    falls or is not known; "steeper" if voice falls and listening does not rise; "quieter" if only
    listening falls. Mixed voice measures count as no rise.
    """
    rows = list(changes)
    voice = facet_moves(rows, "Voice", smallest)
    listening = facet_moves(rows, "Listening", smallest)
    if not voice and not listening:
        return "unseen"
    rises, falls = _direction(voice)
    heard, unheard = _direction(listening)
    if rises:
        return "flatter" if listening and not unheard else "louder"
    if falls:
        return "same" if heard else "steeper"
    return "quieter" if unheard else "same"


def _direction(moves: list[int]) -> tuple[bool, bool]:
    return (1 in moves and -1 not in moves), (-1 in moves and 1 not in moves)
