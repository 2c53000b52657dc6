"""Who stands above whom: heads, levels below them, and circles of people who manage each other."""

from collections.abc import Sequence

UNSEEN, OPEN, LOOSE = -3, -2, -1
DEEPEST_USUAL = 20  # real organisations have 4 to 12 levels; deeper chains are faults of an export


def circles(managers: Sequence[int | None]) -> set[int]:
    """Return the people who lie on a circle; `managers` holds the position of each person's manager."""
    state = [UNSEEN] * len(managers)
    found: set[int] = set()
    for start in range(len(managers)):
        path: list[int] = []
        node: int | None = start
        while node is not None and state[node] == UNSEEN:
            state[node] = OPEN
            path.append(node)
            node = managers[node]
        if node is not None and state[node] == OPEN:
            found.update(path[path.index(node) :])
        for seen in path:
            state[seen] = LOOSE
    return found


def levels(managers: Sequence[int | None], may_head: Sequence[bool]) -> list[int | None]:
    """Return the steps from each person up to the head (0); null = the chain ends at no head.

    A head has no manager, may be one (`may_head`: the file names no manager for them, rather than one we
    cannot find) and has at least one report. Chains of any length are walked without recursion.
    """
    leads = {manager for manager in managers if manager is not None}
    level = [UNSEEN] * len(managers)
    for start in range(len(managers)):
        path: list[int] = []
        node: int | None = start
        while node is not None and level[node] == UNSEEN:
            level[node] = OPEN
            path.append(node)
            node = managers[node]
        if node is None:
            top = path[-1]
            above = -1 if may_head[top] and top in leads else None
        else:
            above = level[node] if level[node] >= 0 else None
        for seen in reversed(path):
            above = None if above is None else above + 1
            level[seen] = LOOSE if above is None else above
    return [steps if steps >= 0 else None for steps in level]
