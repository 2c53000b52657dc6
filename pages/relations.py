"""Do people hear each other? Colleagues, leaders, customers, and what people say of it themselves."""

from collections.abc import Sequence

from pages.parts.access import guard
from pages.parts.customers_view import customers_by_phase, customers_wait, of_customers
from pages.parts.data import Figures, on_screen
from pages.parts.figure import first_reason
from pages.parts.lead import opening
from pages.parts.listening_view import (
    leaders,
    opening_slots,
    unanswered_by_level,
    wait_for_an_answer,
)
from pages.parts.parts import Row, parts
from pages.parts.said_view import has_answers, what_people_say, words_and_answers

COLLEAGUES, CUSTOMERS, SAID = "Colleagues", "Customers", "In their own words"
PARTS: dict[str, Sequence[Row]] = {
    COLLEAGUES: ((unanswered_by_level, leaders),),
    CUSTOMERS: ((customers_by_phase, customers_wait),),
    SAID: ((what_people_say, words_and_answers),),
}


def page() -> None:
    """Draw the page."""
    guard("relations")
    figures = on_screen()
    first = opened(figures)
    if first == COLLEAGUES:
        wait_for_an_answer(figures)
        parts("relations", PARTS, figures)
        return
    of_colleagues = ((wait_for_an_answer,), *PARTS[COLLEAGUES])
    parts("relations", {first: PARTS[first], **PARTS} | {COLLEAGUES: of_colleagues}, figures)


def opened(figures: Figures) -> str:
    """Draw the page's sentence, and return the part that it speaks of: where nothing is known of colleagues, another."""
    if slots := opening_slots(figures):
        opening("Relations", "relations_now", **slots)
    elif slots := of_customers(figures):
        opening("Relations", "customers_phase", **slots)
        return CUSTOMERS
    elif has_answers(figures):
        opening("Relations", "relations_said")
        return SAID
    else:
        opening("Relations", "page_unseen", reason=first_reason(figures.block("unanswered_share")))
    return COLLEAGUES


page()
