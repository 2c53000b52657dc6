import numpy as np
import pytest
from scipy import sparse

from analytics.privacy import audit, kernel
from analytics.privacy.lattice import build
from analytics.privacy.system import System
from tests.attacks import dense
from tests.attacks.organisations import organisation, panel


def random_system(seed: int) -> tuple[np.ndarray, System]:
    """Published rows in three departments, some that cross them, and some unknowns that two departments share."""
    rng = np.random.default_rng(seed)
    width = 24
    rows, block = [], []
    for number in range(3):
        for _ in range(int(rng.integers(2, 6))):
            row = np.zeros(width, np.int64)
            row[number * 7 : number * 7 + 7] = rng.random(7) < 0.5
            row[21:] = rng.random(3) < 0.3
            rows.append(row)
            block.append(number)
    for _ in range(int(rng.integers(1, 5))):
        rows.append((rng.random(width) < 0.5).astype(np.int64))
        block.append(-1)
    rows.append(np.ones(width, np.int64))
    block.append(-1)
    matrix = np.array(rows)
    p = kernel.random_primes(rng)[0]
    system = System(sparse.csr_matrix(matrix.astype(float)), np.array(block), p, rng)
    system.eliminate()
    return matrix, system


def follows(matrix: np.ndarray, target: np.ndarray) -> bool:
    return np.linalg.matrix_rank(np.vstack([matrix, target])) == np.linalg.matrix_rank(matrix)


@pytest.mark.parametrize("seed", range(40))
def test_a_sum_of_kernel_values_is_zero_exactly_where_the_rank_does_not_grow(seed):
    matrix, system = random_system(seed)
    rng = np.random.default_rng(1000 + seed)
    mixed = rng.integers(-1, 2, (30, len(matrix))) @ matrix
    targets = np.vstack([mixed, rng.integers(0, 2, (60, matrix.shape[1])), np.eye(24, dtype=int)])

    x = system.kernel(2)
    zero = (kernel.values(sparse.csr_matrix(targets.astype(float)), x, system.p) == 0).all(axis=1)

    assert zero.tolist() == [follows(matrix, target) for target in targets]


@pytest.mark.parametrize("seed", range(20))
def test_participants_add_up_to_the_target_also_after_rows_were_hidden(seed):
    matrix, system = random_system(seed)
    hidden = np.array([0, len(matrix) - 2])
    system.hide(hidden)
    system.eliminate()
    left = np.delete(matrix, hidden, axis=0)
    targets = np.vstack([left[:4], left[0] + left[-1], left[1] - left[2], matrix[0]])

    weights = system.participants(sparse.csr_matrix(targets.astype(float)))

    assert not weights[:, hidden].any()
    given = kernel.product(weights, matrix, system.p)
    assert (given[:6] == targets[:6] % system.p).all()
    assert weights[6].any() == follows(left, matrix[0])


def test_products_of_residues_are_exact():
    rng = np.random.default_rng(1)
    p = 536_870_909
    left, right = rng.integers(0, p, (7, 900)), rng.integers(0, p, (900, 5))

    got = kernel.product(left, right, p)

    exact = (left.astype(object) @ right.astype(object)) % p
    assert (got == exact).all()


def test_an_inverse_times_its_number_is_one():
    p = 335_337_259
    numbers = np.array([1, 2, 3, p - 1, 12_345_678])

    assert (kernel.inverse(numbers, p) * numbers % p).tolist() == [1] * 5
    assert kernel.inverse(np.array([0]), p).tolist() == [0]


def test_random_primes_differ_and_have_29_bits():
    primes = kernel.random_primes(np.random.default_rng(0), 4)

    assert len(set(primes)) == 4
    for p in primes:
        assert p.bit_length() == 29
        assert all(p % d for d in range(2, int(p**0.5) + 1))


def test_the_lattice_holds_the_cells_that_counting_people_gives():
    people = organisation(14)
    company = dense.Company(people)

    lattice = build(people)

    columns = ["cut", "quarter", "division", "department", "level", "location", "tool", "n"]
    got = {row[:-1]: row[-1] for row in lattice.cells.select(columns).iter_rows()}
    assert got == {cell: len(company.people(unknowns)) for cell, unknowns in company.cells.items()}


def test_a_person_in_two_quarters_is_one_person():
    quarters = sorted(organisation(14)["quarter"].drop_nulls().unique())[:2]
    people = panel(
        [(quarter, i, "Sales", "1", None, "a,b") for quarter in quarters for i in range(7)]
    )
    lattice = build(people)

    everything = sparse.csr_matrix(np.ones((1, len(lattice.atom))))

    assert lattice.count_people(everything).tolist() == [7]


def test_the_audit_tries_what_the_plain_attacker_tries():
    people = organisation(1, people=300, quarters=3, sites=3, tools=2)
    lattice = build(people)

    sets = audit.targets(lattice, 10, np.random.default_rng(1))

    assert (sets.people > 0).all()
    assert (sets.people < 10).all()
    plain = dense.small_sets(dense.Company(people), 10)
    assert len(sets.people) >= len(plain)
    assert set(sets.kind) == {"atom", "cell", "union", "nested", "whole"}
