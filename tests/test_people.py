from itertools import permutations

import pytest

from analytics import people

SECRET = bytes(range(32))


@pytest.mark.parametrize(
    ("tool", "account", "email", "expected"),
    [
        ("slack", "U1", " Ann.Rossi@Example.ORG ", "mail:ann.rossi@example.org"),
        ("mail", "Ann.Rossi@example.org", None, "mail:ann.rossi@example.org"),
        (people.ORG, "0042", None, "id:0042"),
        (people.ORG, "0042", "ann.rossi@example.org", "mail:ann.rossi@example.org"),
        ("slack", "U1", None, "slack:U1"),
        ("matrix", "@ann:example.org", None, "matrix:@ann:example.org"),
        ("slack", "Ann @ work", None, "slack:Ann @ work"),
    ],
)
def test_an_address_names_somebody_everywhere_and_an_id_where_it_holds(
    tool, account, email, expected
):
    assert people.identifier(tool, account, email) == expected


def test_a_pseudonym_is_the_beginning_of_an_hmac():
    """First 8 bytes of HMAC-SHA-256, big endian, signed: RFC 4231 test case 2."""
    expected = int.from_bytes(bytes.fromhex("5bdcc146bf60754e"), "big", signed=True)

    assert people.pseudonym(b"Jefe", "what do ya want for nothing?") == expected


def test_another_secret_gives_another_pseudonym():
    assert people.pseudonym(SECRET, "mail:a@b.c") != people.pseudonym(bytes(32), "mail:a@b.c")
    assert people.derived(SECRET, "event") != people.derived(SECRET, "space")


def test_an_id_that_two_addresses_share_makes_them_one_person():
    """10 and 20 are addresses; 1 and 2 ids; 1 was seen with both addresses."""
    pairs = [(20, 1), (10, 1), (20, 2), (30, 3)]

    found = {tuple(people.same_people(order).items()) for order in permutations(pairs)}

    assert found == {((1, 10), (2, 10), (3, 30), (20, 10))}


def test_nobody_is_merged_without_a_pair():
    assert people.same_people([]) == {}
