from analytics.readers.org_tree import circles, levels

HEADS = [True] * 9


def test_levels_count_steps_from_the_head():
    managers = [None, 0, 0, 1, 3]

    found = levels(managers, HEADS)

    assert found == [0, 1, 1, 2, 3]


def test_two_heads_begin_two_trees():
    assert levels([None, 0, None, 2, 3], HEADS) == [0, 1, 0, 1, 2]


def test_somebody_without_manager_and_without_reports_is_in_no_tree():
    assert levels([None, 0, None], HEADS) == [0, 1, None]


def test_people_below_a_manager_outside_the_file_have_no_level():
    assert levels([None, 0, None, 2], [True, True, False, True]) == [0, 1, None, None]


def test_people_below_a_circle_have_no_level():
    assert levels([1, 0, 1, None, 3], HEADS) == [None, None, None, 0, 1]


def test_a_circle_holds_its_members_and_not_those_who_hang_on_it():
    managers = [1, 2, 0, 0, 3, None, 5]

    assert circles(managers) == {0, 1, 2}


def test_a_tree_has_no_circle():
    assert circles([None, 0, 1, 2, 0]) == set()


def test_a_chain_of_200_000_is_walked_without_recursion():
    managers = [None, *range(199_999)]

    assert levels(managers, [True] * 200_000)[-1] == 199_999
    assert levels(list(reversed([*range(1, 200_000), None])), [True] * 200_000) is not None


def test_nobody_gives_nothing():
    assert levels([], []) == []
    assert circles([]) == set()
