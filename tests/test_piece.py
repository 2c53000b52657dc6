"""What is hidden so that no secret follows from equations, judged by ranks over fractions."""

import numpy as np
import pytest

from analytics.privacy.elimination import Entries, Solved
from analytics.privacy.equations import Equations
from analytics.privacy.piece import Piece
from tests.test_by_value import exact_rank

PRIME = 536_870_909


def follows(equations: np.ndarray, unknown: np.ndarray, at: int) -> bool:
    """One unknown has one value if its unit vector is a combination of the equations over the unknowns."""
    inside, unit = equations[:, unknown], np.eye(equations.shape[1], dtype=int)[at, unknown]
    return exact_rank([*inside, unit]) == exact_rank([*inside])


def drawn(seed: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Sums of three or four of twelve figures; two are secret, and two that nobody asks about are unknown too."""
    rng = np.random.default_rng(seed)
    equations = np.zeros((7, 12), int)
    for row in equations:
        some = rng.choice(12, rng.integers(3, 5), replace=False)
        row[some] = [1, *[-1] * (len(some) - 1)]
    return equations, np.arange(12) < 2, np.arange(12) < 4


def entries(equations: np.ndarray) -> Equations:
    row, column = np.nonzero(equations)
    return row, column, equations[row, column]


@pytest.mark.parametrize("seed", range(20))
def test_no_secret_follows_and_no_hidden_figure_could_be_shown_as_well(seed):
    equations, secret, unknown = drawn(seed)
    cost, told = np.linspace(1, 2, 12), entries(equations)

    hidden = unknown.copy()
    first = Piece(told, np.flatnonzero(unknown), ~unknown, PRIME)
    chosen, told_at_first, _ = first.hide(secret, cost)
    hidden[chosen] = True
    piece = Piece(told, np.flatnonzero(hidden), ~hidden, PRIME)
    shown, rest = piece.restore(secret, np.flatnonzero(hidden & ~unknown), np.random.default_rng(1))
    hidden[shown] = False

    assert len(rest) == 0
    assert told_at_first.tolist() == [at for at in (0, 1) if follows(equations, unknown, at)]
    assert not any(follows(equations, hidden, at) for at in (0, 1))
    for figure in np.flatnonzero(hidden & ~unknown):
        fewer = hidden & (np.arange(12) != figure)
        needed = any(follows(equations, fewer, at) for at in (0, 1))
        assert needed


def test_what_is_hidden_is_what_tells_most_for_its_cost():
    """1 − 2 − 3 = 0 and 1 − 4 − 5 = 0: the first hides both secrets, 2 and 4, at half of their neighbours' cost."""
    equations = entries(np.array([[0, 1, -1, -1, 0, 0], [0, 1, 0, 0, -1, -1]]))
    secret = np.array([False, False, True, False, True, False])

    def hidden(cost: float) -> list[int]:
        piece = Piece(equations, np.flatnonzero(secret), ~secret, PRIME)
        return piece.hide(secret, np.array([9.0, cost, 1, 1, 1, 1]))[0].tolist()

    assert hidden(1.9) == [1]
    assert hidden(2.1) == [3, 5]


def test_what_equations_alone_tell_is_told_whatever_is_hidden():
    """0 + 0 = 0 tells 0, and with it 1 − 0 = 0 the other; 2 − 3 = 0 tells 2 by 3, which can be hidden."""
    equations = entries(np.array([[2, 0, 0, 0], [-1, 1, 0, 0], [0, 0, 1, -1]]))
    secret = np.array([True, True, True, False])

    found = Piece(equations, np.flatnonzero(secret), ~secret, PRIME).hide(secret, np.ones(4))

    assert [part.tolist() for part in found] == [[3], [2], [0, 1]]


def test_solutions_fit_equations_with_many_unknowns_each():
    rng = np.random.default_rng(3)
    work = rng.integers(1, PRIME, (40, 60)) * (rng.random((40, 60)) < 0.3)
    row, column = np.nonzero(work)

    solved = Solved(Entries(row, column, work[row, column]), np.arange(60) < 50, PRIME)
    x = solved.solutions(2, rng)

    assert (x[:50].any(axis=1)).all()
    exact = [
        [sum(int(a) * int(b) for a, b in zip(line, one, strict=True)) % PRIME for one in x.T]
        for line in work
    ]
    assert not np.array(exact).any()
    assert sum(len(stage[0]) for stage in solved.stages) == 40
