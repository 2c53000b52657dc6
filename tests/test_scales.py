"""Answers stand on the scale that their whole set of labels shows: never label by label, never guessed at."""

import pytest

from analytics.readers.base import UnreadableExport
from analytics.readers.surveys import constructs
from analytics.readers.surveys.items import known_item
from analytics.readers.surveys.scales import AGREEMENT, FREQUENCY, SATISFACTION, Column, find

EN = ("Strongly disagree", "Disagree", "Neither agree nor disagree", "Agree", "Strongly agree")
SEVEN = (*EN, "Somewhat disagree", "Somewhat agree")
FOUR = ("Strongly disagree", "Disagree", "Agree", "Strongly agree")


def column(labels, times=9, **more):
    return Column(dict.fromkeys(labels, times), **more)


def scores(labels, **more):
    found = find({"a": column(labels, **more)}, {}, "f")
    return [found["a"].scores.get(label) for label in labels] if found else None


@pytest.mark.parametrize("text", (*AGREEMENT, *FREQUENCY, *SATISFACTION))
def test_every_known_set_is_ordered_from_low_to_high(text):
    labels = [level.split("/")[0].strip() for level in text.split(";")]

    assert scores(labels) == list(range(1, len(labels) + 1))


def test_the_same_label_stands_where_its_set_puts_it():
    five = ["Per niente d’accordo", "Un po’ d'accordo", "Moderatamente d'accordo", "Molto d'accordo", "Completamente d'accordo"]  # fmt: skip
    four = ["Per niente d'accordo", "Abbastanza in disaccordo", "Un po' d'accordo", "Completamente d'accordo"]  # fmt: skip

    assert scores(five) == [1, 2, 3, 4, 5]
    assert scores(four) == [1, 2, 3, 4]
    assert scores([five[0], five[1], five[4]]) is None  # it may be either


def test_few_answers_without_a_level_leave_open_whether_it_is_on_the_list():
    assert scores(EN, times=2) is None  # of five or of seven
    assert scores(EN, times=4) == [1, 2, 3, 4, 5]


def test_questions_of_one_block_have_one_set():
    block = {
        "a": column(FOUR, block="Q1"),
        "b": column(SEVEN, block="Q1"),
        "c": column(FOUR, block="Q2"),
    }

    found = find(block, {}, "f")

    assert found["a"].scores == {"Strongly disagree": 1, "Disagree": 2, "Agree": 6, "Strongly agree": 7}  # fmt: skip
    assert (found["c"].low, found["c"].high) == (1, 4)


def test_questions_by_themselves_may_spell_the_middle_in_two_ways():
    other = ("Strongly disagree", "Disagree", "Neutral", "Agree", "Strongly agree")
    found = find({"a": column(EN), "b": column(other)}, {}, "f")

    assert {
        scale.scores[label]
        for scale in found.values()
        for label in (EN[2], other[2])
        if label in scale.scores
    } == {3}
    assert len(found) == 2
    both = (
        "Pas du tout d'accord",
        "Pas d'accord",
        "Plutôt pas d'accord",
        "Plutôt d'accord",
        "Tout à fait d'accord",
    )
    assert scores(both) is None  # two labels for one level: a longer list than we know


def test_many_answers_without_the_middle_of_the_others_are_left_open():
    alone = {"a": column(FOUR, times=20), "b": column(EN)}

    assert set(find(alone, {}, "f")) == {"b"}


def test_numbers_letters_and_dashes_before_a_label_are_passed_over():
    assert scores([f"{n} - {label}" for n, label in enumerate(EN, 1)]) == [1, 2, 3, 4, 5]
    assert scores([f"{n}: {label}." for n, label in zip("ABCDE", EN, strict=True)]) == [1, 2, 3, 4, 5]  # fmt: skip


def test_labels_without_an_order_are_left_alone_until_it_is_said():
    labels = ["poor", "fair", "grand"]

    assert scores(labels) is None
    said = find({"a": column(labels)}, {"labels": "poor; fair; grand"}, "f")["a"]
    assert (said.scores, said.low, said.high) == ({"poor": 1, "fair": 2, "grand": 3}, 1, 3)


def test_who_does_not_know_has_not_answered():
    assert scores([*EN, "Non so", "N/A", "-99"]) == [1, 2, 3, 4, 5, None, None, None]


def test_numbers_are_a_scale_where_enough_answers_show_both_ends():
    three = {name: column(["1", "2", "3", "4", "5"], times=3) for name in "abc"}
    found = find(three, {}, "f")

    assert (found["a"].low, found["a"].high, found["a"].is_assumed) == (1, 5, True)
    assert find({name: column(["2", "3", "4"]) for name in "abc"}, {}, "f") == {}
    assert find({"a": column(["1", "2", "3", "4", "5"])}, {}, "f") == {}  # a question by itself


def test_recoded_answers_from_10_to_13_are_no_scale():
    codes = {name: column(["10", "11", "12", "13"], block="Q4") for name in "abc"}

    assert find(codes, {}, "f") == {}


def test_a_said_scale_holds_and_one_said_downwards_is_turned():
    up = find({"a": column(["2", "3", "9"])}, {"scale": "1-4"}, "f")["a"]
    down = find({"a": column(["1", "4"])}, {"scale": "5-1"}, "f")["a"]

    assert (up.scores, up.low, up.high) == ({"2": 2, "3": 3}, 1, 4)
    assert (down.scores, down.low, down.high) == ({"1": 5, "4": 2}, 1, 5)
    with pytest.raises(UnreadableExport, match="no scale"):
        find({"a": column(["1"])}, {"scale": "five"}, "f")


def test_numbers_with_words_at_the_ends_are_one_to_seven():
    given = ["completamente in disaccordo", "2", "3", "indifferente", "6", "completamente d'accordo"]  # fmt: skip

    assert scores(given) == [1, 2, 3, 4, 6, 7]


@pytest.mark.parametrize(
    ("text", "item", "is_reversed"),
    [
        ("If you make a mistake on this team, it is often held against you.", 1, True),
        ("How far do you agree? [Members of our team are able to bring up problems and tough issues]", 2, False),
        ("People on this team sometimes reject others for being different", 3, True),
        ("5. It is safe to take a risk in my team", 4, False),
        ("It is difficult to ask other members of this team for help.", 5, True),
        ("No one on this team would deliberately act in a way that undermines my efforts", 6, False),
        ("Working with members of this team, my unique skills and talents are valued and utilized.", 7, False),
        ("Si vous commettez une erreur dans cette équipe, elle sera souvent retenue contre vous.", 1, True),
    ],
)  # fmt: skip
def test_items_of_psychological_safety_are_known_by_their_words_and_turned_by_them(
    text, item, is_reversed
):
    assert known_item(text) == constructs.Known(
        f"edmondson_{item}", "psychological_safety", is_reversed
    )


@pytest.mark.parametrize(
    "text",
    [
        "If you make a mistake on this team, it is never held against you",
        "It is not safe to take a risk on this team",
        "It is easy to ask other members of this team for help",
        "I can take a risk with new customers",
    ],
)
def test_an_item_turned_round_or_another_is_not_known(text):
    assert constructs.recognise(text) is None


@pytest.mark.parametrize(
    ("text", "construct"),
    [
        ("Ho fiducia nella direzione", "trust_in_leaders"),
        ("I can speak my mind", "voice"),
        ("Ich habe Vertrauen in meine Führungskraft", "trust_in_leaders"),
        ("Il mio carico di lavoro è gestibile", "overload"),
        ("How likely are you to recommend us as a place to work?", "recommendation"),
        ("We have lunch at noon", None),
    ],
)
def test_words_point_to_what_a_question_may_measure(text, construct):
    assert constructs.suggest(text) == construct
