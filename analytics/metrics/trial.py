"""How large must the effect of a trial be to show in use? Told before anybody plans one."""

from typing import TYPE_CHECKING

import numpy as np

from analytics.metrics.passport import Passport, Words
from analytics.statistics import trial

if TYPE_CHECKING:
    from collections.abc import Iterable

METRIC = "smallest_visible_effect"
DIGITS = 2
FEWEST_GROUPS = (
    7  # of fewer, half of them can be chosen in too few ways for any effect to be rare by chance
)


def rows(
    department: np.ndarray, before: np.ndarray, after: np.ndarray, threshold: int
) -> "Iterable[dict[str, object]]":
    """Yield the release.figure row of the company, from each person's share of weeks with a contribution.

    bin = "half/<departments>": a trial in half of them; those of fewer than `threshold` people take no part.
    """
    names, counts = np.unique(department[department != ""], return_counts=True)
    large = counts >= threshold
    groups, n = int(large.sum()), int(counts[large].sum())
    if groups < FEWEST_GROUPS:
        yield {"bin": "half", "reason": "too_few_groups"}
        return
    inside = np.isin(department, names[large])
    alike = trial.spread(after[inside], department[inside])
    if alike.deviation == 0 or before[inside].std() == 0:
        yield {"bin": "half", "reason": "nearly_all_or_none"}
        return
    known = float(np.corrcoef(before[inside], after[inside])[0, 1]) ** 2
    people = float(
        groups / (1 / counts[large]).sum()
    )  # unequal groups count as their harmonic mean
    least = trial.smallest_effect(groups, people, alike, (groups // 2) / groups, known)
    # rounded up, and never more than there is
    yield {"bin": f"half/{groups}", "value": min(_up(least), 1.0), "n": n}


def _up(value: float) -> float:
    step = 10.0 ** (np.floor(np.log10(value)) - DIGITS + 1)
    return float(round(np.ceil(value / step) * step, 6))


PASSPORTS = (
    Passport(
        id=METRIC,
        family="adoption",
        title="Smallest effect that would show",
        question="How large must an effect be for a trial to show it?",
        unit="share",
        better="neither",
        definition=(
            "By how many points of the share of weeks in which people contribute a trial would have to move departments, so that four of five such trials show it beyond chance, with half of the departments in the trial. "
            "It rests on the last twenty whole weeks: how far people differ, how alike those of one department are, and how well eight weeks tell the next twelve. "
            "numerator = (t of 97.5% + t of 80%, departments less two) times the people's standard deviation times the square root of (likeness within departments + the rest by people a department) times what the weeks before do not tell; denominator = square root of the departments times the share in the trial times the share out of it. "
            "It cannot see an effect that is not in how often people contribute, and more people help little: departments are what is tried. One department alone can be told from chance among twenty and more only; and one of 20 people who double their messages is seldom told from others, so much do people differ."
        ),
        cuts=("total",),
        grains=("all",),
        minimum="seven departments of 10 people with a seat; twenty whole weeks",
        smallest_worth_showing=0.05,
        tables=("seat", "person_day"),
        needs=("seats", "acts", "departments"),
        source="Bloom 2005, minimum detectable effect of trials in groups, at 5% and 80% power",
        peers="None of the products compared says what could not be found",
        check="25 people a department, likeness 0.1, half of them tried: 0.874255 standard deviations with 8 departments, 0.488666 with 20; dyestuff of lme4: likeness 0.418487",
        words=Words(
            up="only a larger effect would show than before",
            down="a smaller effect would show than before",
            same="the same effect would show as before",
            unseen="nobody can say how large an effect must be to show",
        ),
        bins="half of the departments/how many there are",
    ),
)  # fmt: skip
