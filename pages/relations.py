"""Do people hear each other? Colleagues, leaders, customers, and what people say of it themselves."""

from pages.parts.access import guard
from pages.parts.customers_view import customers_by_phase, customers_wait
from pages.parts.data import on_screen
from pages.parts.figure import first_reason
from pages.parts.lead import opening
from pages.parts.listening_view import (
    leaders,
    opening_slots,
    unanswered_by_level,
    wait_for_an_answer,
)
from pages.parts.parts import Parts, parts
from pages.parts.said_view import what_people_say, words_and_answers

PARTS: Parts = {
    "Colleagues": ((unanswered_by_level, leaders),),
    "Customers": ((customers_by_phase, customers_wait),),
    "In their own words": ((what_people_say, words_and_answers),),
}


def page() -> None:
    """Draw the page."""
    guard("relations")
    figures = on_screen()
    slots = opening_slots(figures)
    if slots:
        opening("Relations", "relations_now", **slots)
    else:
        opening("Relations", "page_unseen", reason=first_reason(figures.block("unanswered_share")))
    wait_for_an_answer(figures)
    parts("relations", PARTS, figures)


page()
