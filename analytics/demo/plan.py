"""The planted truth of the demo company: what a correct measurement must find, and what it must not."""

from dataclasses import dataclass
from datetime import date, timedelta

PEOPLE = 600  # so many that what is planted in a department of 80 shows for any seed
LAST_WEEK = date(2026, 9, 21)  # 52 weeks are four whole quarters


@dataclass(frozen=True)
class Department:
    """One department: its share of the staff and what is true of it."""

    name: str
    share: float
    adopters: float  # share of its people who ever take up Slack: exact, not drawn
    late: float  # share of acts outside working hours
    listening: float  # from -1, hardly answered and not listened to by its own word, to 1
    division: str = "Mercato"  # the unit above it


# Ten departments, of 18 to 144 of 600 people, adopt alike; Customer care does more, Operazioni less. Vendite writes late.
# Divisions differ in nothing but their departments. Eleven can be told, so that words can be held against deeds; the one
# that flattens is answered a little less than the others, or its writing upwards alone would raise the company's answers.
USUAL, USUAL_LATE = 0.65, 0.07
HEAD_OFFICE = "Servizi centrali"
ENGINEERING = "Engineering"
DEPARTMENTS = (
    Department(ENGINEERING, 0.24, USUAL, USUAL_LATE, -0.4, "Produzione"),
    Department("Operazioni", 0.125, 0.30, USUAL_LATE, -1.0, "Produzione"),
    Department("Vendite", 0.115, USUAL, 0.30, 0.1),
    Department("Customer care", 0.125, 0.85, USUAL_LATE, 0.8),
    Department("Logistica", 0.065, USUAL, USUAL_LATE, -0.4),
    Department("Marketing", 0.06, USUAL, USUAL_LATE, 0.5),
    Department("Finanza", 0.055, USUAL, USUAL_LATE, -0.2, HEAD_OFFICE),
    Department("Acquisti", 0.055, USUAL, USUAL_LATE, -0.5, HEAD_OFFICE),
    Department("Qualità", 0.05, USUAL, USUAL_LATE, 0.3, "Produzione"),
    Department("Risorse umane", 0.045, USUAL, USUAL_LATE, 0.4, HEAD_OFFICE),
    Department("Legal", 0.035, USUAL, USUAL_LATE, -0.3, HEAD_OFFICE),
    Department("Facilities", 0.03, USUAL, USUAL_LATE, 0.0, HEAD_OFFICE),
)
# name -> zone, share of Engineering, share of all others
PLACES = {
    "Milano": ("Europe/Rome", 0.20, 0.50),
    "Torino": ("Europe/Rome", 0.20, 0.25),
    "Berlin": ("Europe/Berlin", 0.60, 0.12),
    "Dublin": ("Europe/Dublin", 0.0, 0.13),
}
HOLIDAYS = {
    "Milano": "IT",
    "Torino": "IT",
    "Berlin": "DE-BE",
    "Dublin": "IE",
}  # nobody acts on them

# Berlin works with another continent and writes late, whoever is there; Engineering's people there less so. It lies mostly
# in Berlin: it writes late more than the company as it is, less at the company's mix of places.
BERLIN_LATE, ENGINEERING_THERE = 0.36, 0.28  # added to the department's share of late acts
# Added for levels 1 and 2, where it is more than their place adds: messages outside hours come more from them.
MANAGERS_LATE = 0.34
ON_SATURDAY = 0.10  # of late acts
# How far people lie apart in how much they write (of the logarithm): so little that no busy manager makes the late hours of a
# small department alone, which would hide them and a neighbour's.
APART = 0.25
ANSWERED_LATE = (
    0.20  # of the answers that would fall in an evening, the others wait for the morning
)

LAUNCH = 0.10  # Slack opens to all after this part of the time
STEEPEST = 0.30  # the part at which most people take it up
TAKEN_UP = 0.6  # by then everybody who ever takes it up has
SWITCH = 0.75  # from here on the planted changes of conduct hold: the last quarter of a year
FLATTENING = ENGINEERING  # its staff write past the tree and upwards, and are answered as before
SILENT = "Operazioni"  # the head of this department stops answering and writes a fifth as much
# Of the mail of Engineering's staff, after the switch: to anybody elsewhere, and to who leads them. Nobody writes more.
MIXED, UPWARD = 0.72, 0.27
ANSWERED = 0.55  # of mails, where as many are listened to as not
ANSWERED_MORE = 0.25  # where all are
SILENT_ANSWERED = 0.04
SILENT_WRITES = 0.2
NEWS_DAY = 2  # Wednesday, on which heads write to everybody in their department

# Who comes and goes does so in numbers: one at a time, nearly every figure of a department would have to be hidden, since
# with that of the quarter before it would tell of the one.
COME, COMING = (ENGINEERING, "Berlin"), (0.28, 0.46)  # twelve, in the second quarter
GO, GOING = ("Operazioni", "Milano"), (0.54, 0.71)  # twelve, in the third
MOVERS = 0.02  # of the staff come, and as many go: less than a fifth of Operazioni, or nothing could be told of it

# Of those who took Slack up some post and are in no exchange, and some are guests in one or two weeks of four, each in
# exchange with one of the others; some of these others are away for weeks. Of those who did not, half are named by others
# and read. In every department there are at least so many of each.
POSTING, OCCASIONAL, READING, FEWEST = 0.18, 0.22, 0.5, 4
# Weeks from one visit of a guest to the next, drawn: in step, all of them would be missing at once.
OCCASIONAL_AFTER = (2, 3)
AWAY, AWAY_WEEKS = 0.8, (6, 10)  # who is once away, and for how long: shorter than a quarter
# A handful writes much: two at the usual place of each of the largest departments, so that neither makes a figure alone.
POWER = {ENGINEERING: 2, "Customer care": 2, "Vendite": 2}
# So many times what others write: guests in the weeks in which they come, or they would be in no exchange.
MUCH = {"power": 12.0, "occasional": 2.0}
# A training in Customer care: before it its people take Slack up as all do, after it the others of the 85% come.
TRAINING = 0.42  # the part of the time at which it lies
TRAINED = "Customer care"

# Besides their series people meet now and then: nearly all, not all, meetings come back.
ONE_OFF = 0.2  # a week and person, for an hour with two or three near them

TO_EVERYBODY = (
    2.5  # how much likelier a post in #general is than in another channel outside one's department
)

# Viva Engage is installed for everybody, and hardly anybody writes there: of those who write elsewhere too.
ENGAGE_WRITERS = 0.05  # of the staff
ENGAGE_WEEKS = 0.25  # of the weeks in which such a person writes once
ENGAGE_REPORTS = (30, 90)  # days of Microsoft's own reports, to the last day
# Slack costs more than it displaces: it takes hours, and people write as many mails as before it came.
DISPLACED_MAIL = 0.0


@dataclass(frozen=True)
class Phase:
    """One phase of a customer's life: its tag, tickets a week, how many are answered and after how many hours of work."""

    tag: str
    tickets: float
    answered: float
    hours: float
    desk: str  # the department that answers


# Customers are heard while they buy and ask, and wait when they are about to renew.
CUSTOMERS = 160
PHASES = {
    "pre_sale": Phase("sales", 3, 0.85, 2.0, "Vendite"),
    "onboarding": Phase("onboarding", 4, 0.9, 1.5, "Customer care"),
    "support": Phase("support", 12, 0.95, 1.0, "Customer care"),
    "renewal": Phase("renewal", 3, 0.55, 8.0, "Vendite"),
}
# Who answers them writes in Slack too, or does not: of either so many that the desk can be held against it.
DESK = {"Customer care": (18, 6), "Vendite": (8, 5)}
# These have a licence and answer nobody: what is assigned to them stays unanswered.
IDLE = {"Customer care": 4}
# Of five: how far people are listened to by their own word. All alike in what they dare to say.
TOOK_PART = 0.8
LISTENED_TO, LISTENED_TO_MORE = 3.4, 0.9
SAFE = 3.4


def mondays(weeks: int) -> list[date]:
    """Return the first days of the weeks, oldest first."""
    return [LAST_WEEK - timedelta(weeks=weeks - 1 - i) for i in range(weeks)]


def training(weeks: int) -> date:
    """Return the Monday of the training."""
    return mondays(weeks)[round(weeks * TRAINING)]
