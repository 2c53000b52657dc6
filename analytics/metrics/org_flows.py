"""Which groups write to which, more or less than their totals would give?"""

import numpy as np
import polars as pl

from analytics.metrics.org_measures import Scope, Sums

Array = np.ndarray


def flows(scope: Scope, sums: Sums, labels: list[str | None]) -> pl.DataFrame:
    """Return source, target, ratio, reason for every two groups; `labels` are those of the tree's places.

    ratio = messages from source to target / what the margins give, two significant digits. A block is shown only
    with `threshold` people at each end, and as many different senders and receivers in it.
    """
    counted = pl.Series(labels).to_frame("label").with_columns(counted=pl.Series(scope.counted))
    names = counted.filter("counted")["label"].drop_nulls().unique().sort().to_list()
    places = {name: place for place, name in enumerate(names)}
    code = np.array([places.get(label, -1) for label in labels])
    code[~scope.counted] = -1
    if not names:
        return pl.DataFrame(
            schema={
                "source": pl.String,
                "target": pl.String,
                "ratio": pl.Float64,
                "reason": pl.String,
            }
        )
    observed, senders, receivers = _blocks(sums, code, len(names))
    expected = _expected(sums, code, len(names))
    size = np.bincount(code[code >= 0], minlength=len(names))
    enough = np.minimum(senders, receivers) >= scope.threshold
    enough &= np.minimum.outer(size, size) >= scope.threshold
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = observed / expected
    shown = enough & (expected > 0)
    source, target = np.indices(ratio.shape)
    return pl.DataFrame(
        {
            "source": [names[i] for i in source.ravel()],
            "target": [names[i] for i in target.ravel()],
            "ratio": [
                float(f"{r:.2g}") if ok else None
                for r, ok in zip(ratio.ravel(), shown.ravel(), strict=True)
            ],
            "reason": [None if ok else "small_group" for ok in shown.ravel()],
        },
        schema={"source": pl.String, "target": pl.String, "ratio": pl.Float64, "reason": pl.String},
    )


def _blocks(sums: Sums, code: Array, groups: int) -> tuple[Array, Array, Array]:
    """Return groups × groups: messages, different senders and different receivers."""
    a, b = code[sums.sender], code[sums.receiver]
    known = (a >= 0) & (b >= 0)
    a, b = a[known], b[known]
    messages = np.bincount(a * groups + b, sums.messages[known], minlength=groups**2)
    senders = _different(sums.sender[known], code, b, groups)
    receivers = _different(sums.receiver[known], code, a, groups)
    return messages.reshape(groups, groups), senders, receivers.T


def _different(people: Array, code: Array, others: Array, groups: int) -> Array:
    """Return groups × groups: how many of each group, by `code`, are among `people` with somebody of the other group beside them."""
    met = np.zeros((len(code), groups), dtype=bool)
    met[people, others] = True
    person, other = np.nonzero(met)
    return np.bincount(code[person] * groups + other, minlength=groups**2).reshape(groups, groups)


def _expected(sums: Sums, code: Array, groups: int) -> Array:
    """Return groups × groups: what margins give between different people, adding up to the messages there are."""
    out, into, known = sums.out.sum(0), sums.into.sum(0), code >= 0
    sent = np.bincount(code[known], out[known], minlength=groups)
    received = np.bincount(code[known], into[known], minlength=groups)
    pairs = np.outer(sent, received)
    pairs[np.diag_indices(groups)] -= np.bincount(
        code[known], (out * into)[known], minlength=groups
    )
    possible = out.sum() * into.sum() - out @ into
    return pairs * out.sum() / possible if possible else pairs
