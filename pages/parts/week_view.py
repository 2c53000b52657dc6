"""When in the week people act, and whose working time that is held against."""

from pages.parts.data import Figures


def off(figures: Figures) -> str:
    """Return whose public holidays count as days off, in words."""
    known = figures.release.company().get("days_off")
    return (
        f"public holidays: {known}" if known else "public holidays are not known: no country is set"
    )
