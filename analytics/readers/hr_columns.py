"""How HR systems spell their columns, in English, Italian, German and French (compared as headers.plain)."""

from collections.abc import Iterable

from analytics.readers.headers import Aliases, plain

# The first spelling that is there wins. `ufficio` may be a department or a place, so it comes last in both.
ALIASES: Aliases = {
    "person": (
        "person id", "employee id", "employee no", "employee number", "worker id", "emp id", "empl id", "userid",
        "user id", "personnel number", "personnel no", "associate id", "staff id", "person", "matricola",
        "id dipendente", "codice dipendente", "id persona", "numero matricola", "personalnummer", "mitarbeiter id",
        "mitarbeiternummer", "matricule", "id employe", "no employe", "numero employe", "id",
    ),
    "email": (
        "email", "e mail", "work email", "email work", "microsoft person email", "primary email", "business email",
        "company email", "employee email", "person email", "mail", "email address", "e mail address",
        "email address required", "user principal name", "upn", "posta elettronica", "indirizzo email",
        "indirizzo e mail", "email aziendale", "e mail aziendale", "indirizzo di posta elettronica", "mail aziendale",
        "e mail adresse", "geschaftliche e mail", "courriel", "adresse e mail", "email professionnel",
    ),
    "name": (
        "name", "full name", "display name", "employee name", "worker", "preferred name", "username", "nominativo",
        "nome e cognome", "cognome e nome", "dipendente", "nom complet", "vollstandiger name",
    ),
    "first_name": ("first name", "given name", "firstname", "first name required", "nome", "vorname", "prenom"),
    "last_name": (
        "last name", "surname", "family name", "lastname", "last name required", "cognome", "nachname",
        "nom de famille", "nom",
    ),
    "manager_id": (
        "manager id", "managerid", "mgr id", "manager employee id", "organization manager employee id",
        "manager person id", "manager number", "supervisor id", "supervisor eid", "line manager id", "reports to id",
        "reportstoid", "matricola responsabile", "id responsabile", "codice responsabile", "vorgesetzten id",
        "personalnummer vorgesetzter", "matricule responsable", "matricule manager",
    ),
    "manager": (
        "manager", "supervisor", "reports to", "reporting to", "line manager", "direct manager", "responsabile",
        "responsabile diretto", "superiore", "superiore diretto", "capo", "riporta a", "vorgesetzter", "vorgesetzte r",
        "vorgesetzte", "fuhrungskraft", "responsable", "superieur hierarchique", "n 1",
    ),
    "manager_email": (
        "manager email", "manager e mail", "microsoft manager email", "organization manager email",
        "supervisor email", "line manager email", "email responsabile", "e mail responsabile", "email del responsabile",
        "e mail vorgesetzter", "email responsable", "email manager",
    ),
    "manager_name": (
        "manager name", "organization manager", "supervisor name", "line manager name", "nome responsabile",
        "nominativo responsabile", "name vorgesetzter", "nom du responsable", "nom manager",
    ),
    "department": (
        "department", "dept", "department name", "organization", "microsoft organization", "organisation", "org unit",
        "organizational unit", "supervisory organization", "division", "business unit", "org unit path required",
        "org code", "cost center name", "cost center", "reparto", "dipartimento", "direzione", "area",
        "unita organizzativa", "unita operativa", "funzione", "centro di costo", "cdc desc", "cdc", "abteilung",
        "bereich", "organisationseinheit", "kostenstelle", "service", "departement", "direction", "unite",
        "centre de cout", "ufficio",
    ),
    # Where a file has both, the department takes the first of its own spellings, and this what is left: most of
    # these are the department of a smaller company.
    "division": (
        "division", "division name", "business unit", "business unit name", "business area", "business line",
        "divisione", "nome divisione", "direzione", "area aziendale", "area", "linea di business",
        "geschaftsbereich", "geschaftseinheit", "unternehmensbereich", "sparte", "direktion", "bereich", "direction",
        "pole", "branche",
    ),
    "team": ("team", "squad", "gruppo", "gruppo di lavoro", "equipe"),
    "written_level": (
        "level", "level designation", "leveldesignation", "microsoft level designation", "management level", "grade", "band", "job level",
        "layer", "lvl", "livello", "inquadramento", "qualifica", "livello contrattuale", "ebene", "stufe",
        "tarifgruppe", "niveau", "echelon", "classification",
    ),
    "location": (
        "location", "site", "office location", "office", "location address city", "work location", "city", "sede",
        "sede di lavoro", "luogo di lavoro", "citta", "standort", "arbeitsort", "buro", "lieu de travail", "lieu",
        "bureau", "ufficio", "country", "paese", "nazione", "land", "pays",
    ),
    "hired_on": (
        "hire date", "hired on", "date hired", "hire dt", "original hire date", "hiredate", "start date", "joined on", "data assunzione",
        "data di assunzione", "assunto il", "data inizio", "eintrittsdatum", "einstellungsdatum", "date d embauche",
        "date d entree",
    ),
    "valid_from": (
        "effective date", "valid from", "eff dt", "eff date", "as of", "as of date", "valido dal", "valida dal",
        "data decorrenza", "decorrenza", "data validita", "in vigore dal", "gultig ab", "gultig von", "valable du",
        "date d effet", "date",
    ),
    "left_on": (
        "termination date", "end date", "left on", "leaving date", "last day of work", "end employment date",
        "contract ends", "data cessazione", "data di cessazione", "data fine rapporto", "data fine", "cessato il",
        "austrittsdatum", "vertragsende", "date de sortie", "date de fin",
    ),
    "status": (
        "status", "employment status", "employee status", "active", "is active", "account enabled",
        "status read only", "stato", "in forza", "attivo", "aktiv", "statut", "actif",
    ),
    "month": ("mese", "month", "monat", "mois"),
    "year": ("anno", "year", "jahr", "annee"),
    # A table with these is a log of messages, whatever else it holds: never a staff list.
    "log_sender": ("sender", "from", "mittente", "absender", "expediteur", "actor1", "sender address"),
    "ticket": ("requester", "requester id", "ticket id", "issue key", "property createdate"),
    "answers": (
        "completion time", "ora di completamento", "fertigstellungszeit", "heure de fin", "collector id", "date submitted",
        "submitdate", "recorded date", "response id", "respondent", "respondent id", "timestamp",
        "informazioni cronologiche", "zeitstempel", "horodateur",
    ),
    "log_recipient": (
        "recipient", "recipients", "to", "destinatario", "destinatari", "empfanger", "destinataire", "actor2",
        "recipient address",
    ),
}  # fmt: skip

INACTIVE = (
    "inactive", "terminated", "left", "leaver", "retired", "resigned", "suspended", "deleted", "false", "no", "n", "0", "f",
    "cessato", "cessata", "dimesso", "dimessa", "inattivo", "inattiva", "non attivo", "non attiva", "non in forza",
    "ausgeschieden", "inaktiv", "nein", "inactif", "inactive e", "sorti", "non",
)  # fmt: skip

SUMMARY = r"^(grand total|sub ?total|total|totals|totale|totali|somma|summe|gesamt|gesamtsumme|total general|count|conteggio)\b:?"

# Lists of accounts with readers of their own: who may use the tools, beside the department.
DIRECTORIES = {
    "google_users": frozenset(
        {"first name required", "last name required", "email address required"}
    ),
    "entra_users": frozenset({"user principal name", "display name"}),
}
REPORT = "report refresh date"  # a report of use names people in the same words


def is_directory(names: Iterable[str], which: str | None = None) -> bool:
    """Say whether this is the header of a directory's list of users; `which` is the id of its format."""
    found = {plain(name) for name in names}
    kinds = [DIRECTORIES[which]] if which else DIRECTORIES.values()
    return REPORT not in found and any(kind <= found for kind in kinds)
