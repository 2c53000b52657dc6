"""A drawn company of three hundred people over three tools whose true owner of every account is known."""

import random
from dataclasses import dataclass, field

GIVEN = (  # noqa: SIM905
    "Anna Marco Giulia Luca Sofia Matteo Chiara Paolo Elena Davide Laura Stefano Sara Andrea Irene Fabio Marta Simone "
    "Jörg Zoë Łukasz Søren Noémie François Jürgen Bjørn Ilse Héctor Małgorzata Günther"
).split()
FAMILY = (  # noqa: SIM905
    "Rossi Bianchi Ferrari Esposito Romano Colombo Ricci Marino Greco Bruno Gallo Conti Costa Giordano Mancini Rizzo "
    "Lombardi Moretti Barbieri Fontana Santoro Mariani Rinaldi Caruso Ferrara Galli Martini Leone Longo Gentile "
    "Müller Groß Lefèvre Núñez Žižek Øster Kowalski Weiß D'Angelo De_Luca"
).split()


@dataclass
class Company:
    """Reader rows of every file, and the truth: (tool, account) -> number of the person, None = nobody."""

    hr: list[dict] = field(default_factory=list)
    slack: list[dict] = field(default_factory=list)
    zoom: list[dict] = field(default_factory=list)
    mail: list[dict] = field(default_factory=list)
    truth: dict[tuple[str, str], int | None] = field(default_factory=dict)

    def add(self, tool, account, person, **values):
        kind = {"account": account, "tool": tool, **values}
        getattr(self, tool).append(kind)
        self.truth[tool, account] = person


def plain(text):
    from anyascii import anyascii

    return anyascii(text).lower().replace("'", "").replace("_", "").replace(" ", "")


def draw(seed=5, people=300):
    """Return a company in which a third of the people go under another address or name in some tool."""
    dice = random.Random(seed)
    names = [(given, family) for family in FAMILY for given in GIVEN]
    dice.shuffle(names)
    names = [*names[: people - 2], names[0], names[1]]  # two pairs of namesakes
    company = Company()
    for number, (given, family) in enumerate(names):
        name = f"{given} {family.replace('_', ' ')}"
        local = f"{plain(given)}.{plain(family)}" + ("2" if number >= people - 2 else "")
        address = f"{local}@acme.it"
        company.hr.append(
            {"person": f"HR-{number}", "email": address, "name": name, "department": "A"}
        )
        company.truth["", f"HR-{number}"] = number
        _slack(company, number, name, address, dice)
        _zoom(company, number, (given, family.replace("_", " ")), local, dice)
        _mail(company, number, (plain(given), plain(family)), address)
    for local, name in (
        ("info", "Info"),
        ("hr", "Human Resources"),
        ("noreply", None),
        ("conf-a1", "CONF-A1 Milano"),
    ):
        company.add("mail", f"{local}@acme.it", None, email=f"{local}@acme.it", name=name)
    for number, name in enumerate(
        ("Anna's Notetaker", "Otter.ai", "+39 02 1234567", "Sala riunioni Roma")
    ):
        company.add("zoom", f"zz{number}", None, name=name)
    company.add("slack", "USLACKBOT", None, name="slackbot", kind="bot")
    for number in range(30):  # customers, some of whom share a colleague's name
        given, family = names[number * 7] if number % 3 == 0 else (f"Kim{number}", "Customer")
        address = f"c{number}@customer{number}.example"
        company.add("mail", address, None, email=address, name=f"{given} {family}")
    return company


def _slack(company, number, name, address, dice):
    """Most by address; some under the company's other domain, some with a tag, some as a guest, some without."""
    form = dice.choices(("own", "domain", "tag", "cloud", "guest", "none"), (70, 6, 4, 6, 4, 10))[0]
    local = address.partition("@")[0]
    email = {
        "own": address,
        "domain": f"{local}@acme.com",
        "tag": f"{local}+slack@acme.it",
        "cloud": f"{local}@acme.onmicrosoft.com",
        "guest": f"{local}_acme.it#EXT#@partner.onmicrosoft.com".lower(),
        "none": None,
    }[form]
    kind = "guest" if form == "guest" else "human"
    company.add("slack", f"U{number:05}", number, email=email, name=name, kind=kind)


def _zoom(company, number, name, local, dice):
    """Names only, as attendance lists have them: Cognome Nome, capitals, without accents, with further names, misspelt."""
    given, family = name
    form = dice.choices(("plain", "swapped", "comma", "ascii", "further", "typo", "initial", "own"), (20, 20, 10, 15, 10, 5, 5, 15))[0]  # fmt: skip
    from anyascii import anyascii

    said = {
        "plain": f"{given} {family}",
        "swapped": f"{family} {given}",
        "comma": f"{family.upper()}, {given}",
        "ascii": anyascii(f"{given} {family}"),
        "further": f"{given} Maria {family}",
        "typo": f"{given} {family[:2]}{family[1:]}",
        "initial": f"{given[0]}. {family}",
        "own": f"{given} {family}",
    }[form]
    email = f"{local}@acme.it" if form == "own" else None
    company.add("zoom", f"z{number}", number, email=email, name=said)


def _mail(company, number, name, address):
    """Addresses only; a few of the other form that the company once had."""
    given, family = name
    other = f"{given[0]}{family}@acme.it" if number % 11 == 3 else address
    if ("mail", other) not in company.truth:
        company.add("mail", other, number, email=other)
