"""The planted truth of the demo company: what a correct measurement must find, and what it must not."""

from dataclasses import dataclass
from datetime import date, timedelta

LAST_WEEK = date(2026, 9, 21)  # 52 weeks are four whole quarters


@dataclass(frozen=True)
class Department:
    """One department: its share of the staff and what is true of it."""

    name: str
    share: float
    adopters: float  # share of its people who ever take up Slack: exact, not drawn
    late: float  # share of acts outside working hours
    division: str = "Mercato"  # the unit above it


# Six departments, of 14 to 84 of 400 people, adopt alike; Customer care does more, Operazioni less. Only Vendite writes
# late. Divisions differ in nothing but their departments.
USUAL, USUAL_LATE = 0.65, 0.07
HEAD_OFFICE = "Servizi centrali"
DEPARTMENTS = (
    Department("Engineering", 0.21, USUAL, USUAL_LATE, "Produzione"),
    Department("Operazioni", 0.19, 0.35, USUAL_LATE, "Produzione"),
    Department("Vendite", 0.16, USUAL, 0.30),
    Department("Customer care", 0.15, 0.92, USUAL_LATE),
    Department("Marketing", 0.10, USUAL, USUAL_LATE),
    Department("Finanza", 0.08, USUAL, USUAL_LATE, HEAD_OFFICE),
    Department("Risorse umane", 0.06, USUAL, USUAL_LATE, HEAD_OFFICE),
    Department("Legal", 0.035, USUAL, USUAL_LATE, HEAD_OFFICE),
    Department("Facilities", 0.015, USUAL, USUAL_LATE, HEAD_OFFICE),
)
PLACES = (
    ("Milano", "Europe/Rome", 0.46),
    ("Torino", "Europe/Rome", 0.24),
    ("Berlin", "Europe/Berlin", 0.18),
    ("Dublin", "Europe/Dublin", 0.12),
)

LAUNCH = 0.10  # Slack opens to all after this part of the time
STEEPEST = 0.30  # the part at which most people take it up
TAKEN_UP = 0.6  # by then everybody who ever takes it up has
SWITCH = 0.75  # from here on the planted changes of conduct hold: the last quarter of a year
FLATTENING = "Engineering"  # its people write past the tree and upwards, and are answered as before
SILENT = "Operazioni"  # the head of this department stops answering and writes a fifth as much
MIXED = 0.6  # share of Engineering's mail, after the switch, addressed without regard to the tree
UPWARD_EXTRA = 1.2  # further upward mails a week from each of Engineering's staff, after the switch
ANSWERED = 0.55
SILENT_ANSWERED = 0.04
SILENT_WRITES = 0.2

# Viva Engage is installed for everybody, and hardly anybody writes there: of those who write elsewhere too.
ENGAGE_WRITERS = 0.05  # of the staff
ENGAGE_WEEKS = 0.25  # of the weeks in which such a person writes once
ENGAGE_REPORTS = (30, 90)  # days of Microsoft's own reports, to the last day
# Slack costs more than it displaces: it takes hours, and people write as many mails as before it came.
DISPLACED_MAIL = 0.0


def mondays(weeks: int) -> list[date]:
    """Return the first days of the weeks, oldest first."""
    return [LAST_WEEK - timedelta(weeks=weeks - 1 - i) for i in range(weeks)]
