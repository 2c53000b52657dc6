"""How logs of messages spell their columns, their kinds of act and the accounts of machines."""

from analytics.readers.headers import Aliases

ALIASES: Aliases = {
    "time": (
        "time", "timestamp", "datetime", "date time", "sent at", "sent on", "sent", "sent time", "date sent",
        "time sent", "occurred at", "created at", "when", "epoch", "unix time", "unix timestamp", "ts", "start time",
        "start", "date", "data e ora", "data ora", "ora", "inviato il", "inviato", "data invio", "data di invio",
        "data", "zeitpunkt", "zeitstempel", "gesendet", "gesendet am", "datum", "horodatage", "envoye le", "date d envoi",
    ),
    "sender": (
        "sender", "from", "actor1", "sender id", "from id", "sender email", "from email", "sender address",
        "from address", "source", "src", "author", "sent by", "caller", "organizer", "organiser", "mittente", "da",
        "autore", "organizzatore", "absender", "von", "expediteur", "de",
    ),
    "recipient": (
        "recipient", "recipients", "to", "actor2", "recipient id", "to id", "recipient email", "recipient address",
        "to email", "to address", "receiver", "receivers", "target", "dst", "addressee", "callee", "attendee",
        "attendees", "participants", "destinatario", "destinatari", "partecipanti", "empfanger", "an", "teilnehmer",
        "destinataire", "destinataires", "participants a",
    ),
    "kind": (
        "kind", "type", "action", "event type", "interaction type", "activity", "tipo", "azione", "attivita", "typ",
        "art",
    ),
    "id": ("id", "message id", "event id", "mail id", "interaction id", "uid", "id messaggio", "nachrichten id"),
    "thread": (
        "thread", "thread id", "conversation", "conversation id", "conversazione", "id conversazione", "discussione",
        "unterhaltung", "fil",
    ),
    "reply_to": ("reply to", "in reply to", "reply to id", "in reply to id", "parent id", "risposta a", "antwort auf"),
    "seconds": (
        "duration seconds", "duration s", "duration sec", "duration in seconds", "seconds", "durata secondi",
        "durata in secondi", "secondi", "dauer sekunden", "duree secondes",
    ),
    "minutes": (
        "duration minutes", "duration min", "duration in minutes", "duration mins", "minutes", "durata minuti",
        "durata in minuti", "minuti", "dauer minuten", "duree minutes",
    ),
    "duration": ("duration", "length", "durata", "dauer", "duree"),
    "tool": ("tool", "platform", "app", "application", "strumento", "piattaforma"),
}  # fmt: skip

_WORDS = {
    "email": ("email", "e mail", "mail", "posta", "posta elettronica", "courriel"),
    "post": (
        "post", "message", "chat", "chat message", "im", "instant message", "dm", "direct message", "messaggio",
        "nachricht", "beitrag",
    ),
    "reply": ("reply", "response", "answer", "comment", "risposta", "commento", "antwort", "reponse"),
    "reaction": ("reaction", "like", "emoji", "reazione", "mi piace", "reaktion"),
    "meeting": (
        "meeting", "appointment", "calendar", "event", "riunione", "incontro", "appuntamento", "besprechung", "termin",
        "reunion",
    ),
    "call": (
        "call", "phone", "phone call", "voice call", "video call", "chiamata", "telefonata", "videochiamata", "anruf",
        "appel",
    ),
    "file": ("file", "upload", "share", "document", "documento", "condivisione", "datei"),
    "view": ("view", "read", "open", "visualizzazione", "lettura"),
}  # fmt: skip
KINDS = {word: action for action, words in _WORDS.items() for word in words}
MAIL_LIKE = ("email",)

SYSTEM_ACCOUNT = (
    r"(?i)^(no[-_.]?reply|do[-_.]?not[-_.]?reply|non[-_.]?rispondere|mailer[-_.]?daemon|postmaster|bounces?"
    r"|notifications?|notify|notifiche|alerts?|automation|automailer|system|daemon|root|cron|jira|confluence|workflow)"
    r"([-+_.].*)?(@|$)"
)
