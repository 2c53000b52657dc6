"""What may not come in at all: feelings, attention, keystrokes, recordings and transcripts, told by content.

A column is refused for what its name claims, a file for how its bytes begin. Names of files decide nothing: an
export may list recordings that were shared, as long as it does not hold them.
"""

import contextlib
import io
import re
import zipfile
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from analytics.readers import csv_text, xlsx_sheet
from analytics.readers.base import UnreadableExport
from analytics.readers.headers import SHOWN_LENGTH, looks_like_header, plain

if TYPE_CHECKING:
    from analytics.readers.files import Source

CODE = "forbidden_content"
HEAD = 65_536  # bytes of a file that are looked at
HEADERS_WITHIN = 20  # first rows of a sheet
EMOTION = (
    "reading emotions or states of mind at work is prohibited in the EU (AI Act, Article 5(1)(f)) and is never "
    "done here"
)
WATCHING = (
    "it measures how tired, busy or talkative a single person is, which is surveillance and not the use of a tool "
    "(GDPR, Articles 5(1)(c) and 88), and is never kept here"
)
SPEECH = (
    "what people say, their voices and their faces are never kept: how tools are used shows without them (GDPR, "
    "Article 5(1)(c), data minimisation)"
)

_MEASURED = (
    "score|level|index|rate|rating|value|share|ratio|percent|average|avg|mean|detected|analysis|tracking|trend"
    "|punteggio|livello|indice|wert|niveau"
)
_COUNTED = "count|number|minutes|hours|enabled|allowed|available|policy|licen[cs]e|consent|storage|quota|mb|gb|on|off"
# Compared with headers.plain: lower case, words apart, no accents. English, Italian, German, French.
COLUMNS: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (reason, re.compile(rf"\b(?:{pattern})"))
    for reason, pattern in (
        (EMOTION, r"sentiments?\b|sentimento\b|sentimenti\b|feelings?\b|gefuhle?\w*"),
        (EMOTION, r"emotion(?!al (?:intelligence|support))\w*|emozion[ei]\b|emotiv[oaie]\b"),
        (EMOTION, r"moods?\b(?! (?:media|board)\b)|umore\b|stato d animo\b|stimmung(?!en?\b)\w*|humeurs?\b"),
        (EMOTION, r"stress\b(?! (?:tests?|testing|analysis of|engineer\w*)\b)|stress(?:level|wert|index)\w*"),
        (EMOTION, r"(?:talk|voice|vocal) tone\b|tone of (?:voice|message)\b|tone (?:score|analysis|sentiment)\b|tone$"),
        (EMOTION, r"tono (?:di |della )?voce\b|ton de (?:la )?voix\b|tonfall\b|stimmlage\b"),
        (EMOTION, r"facial\b|facciale\b|facciali\b|faciale?s?\b|face (?:recognition|analysis|expression|emotion|detected)"),
        (EMOTION, r"gesichts(?:ausdruck|analyse|erkennung)\w*|(?:voice|vocal) (?:analysis|pitch|biometrics?|print|stress)\b"),
        (EMOTION, r"analisi vocale\b|stimmanalyse\w*|analyse vocale\b"),
        (
            EMOTION,
            r"(?<!all )(?<!alla )(?<!a l )(?<!cortese )(?:attention|attenzione)\b"
            r"(?! (?:name|to|of|line|person|contact|required|needed|de|di)\b)|aufmerksamkeit\w*",
        ),
        (WATCHING, rf"(?:engagement|coinvolgimento) (?:{_MEASURED})\b|(?:punteggio|indice|livello) (?:di )?(?:engagement|coinvolgimento)\b"),
        (WATCHING, r"(?:score|indice|taux) d engagement\b|engagement(?:wert|score|index)\b"),
        (WATCHING, r"talk (?:to )?(?:listen )?(?:ratio|share)\b|speaking (?:ratio|share)\b|(?:rede|sprech)anteil\w*"),
        (WATCHING, r"(?:quota|percentuale) (?:di )?parlato\b|(?:part|ratio) de parole\b"),
        (WATCHING, r"fatigue\b(?! test\w*)|(?:er)?mudigkeit\w*|ermudung\w*|stanchezza\b|affaticamento\b"),
        (WATCHING, r"key ?strokes?\b|key ?press(?:es)?\b|typing (?!pool)\w+|typing$|keyboard (?:activity|clicks|input)\b"),
        (WATCHING, r"mouse (?:activity|clicks|movements?)\b|tastenanschlag\w*|tippgeschwindigkeit\b"),
        (WATCHING, r"battitur[ae]\b|tasti premuti\b|velocita (?:di )?digitazione\b|frappes?\b (?:clavier|au clavier)|vitesse de frappe\b"),
        (SPEECH, rf"transcript(?:s|ions?)?\b(?! (?:{_COUNTED})\b)|trascri(?:zion[ei]|tto|tti)\b|transkript\w*|wortprotokoll\w*"),
        (SPEECH, r"utterances?\b|spoken (?:text|words?)\b|closed captions?\b|subtitles?\b|sottotitoli\b|untertitel\b|sous titres\b"),
        (SPEECH, rf"(?:audio|video|voice|call|screen|meeting) recordings?\b(?! (?:{_COUNTED})\b)"),
        (SPEECH, r"(?:audio|video|recording) (?:files?|url|link|path|clip|data|blob|base64)\b|registrazione (?:audio|video|vocale)\b"),
        (SPEECH, r"(?:ton|video|sprach|gesprachs)(?:aufnahme|aufzeichnung)\w*|enregistrement (?:audio|video|vocal)\b"),
    )
)  # fmt: skip
SPEAKERS = {
    "speaker", "speaker id", "speaker name", "speaker label", "parlante", "sprecher", "locuteur", "orateur",
}  # fmt: skip
WORDS = {
    "text", "words", "said", "line", "caption", "content", "testo", "parole", "wortlaut", "inhalt", "texte", "paroles",
}  # fmt: skip
TIMED_TEXT = {"segments", "start", "end", "text"}  # as speech recognition writes it
DAY_FILE = re.compile(r"(?:^|/)\d{4}-\d\d-\d\d\.json$")
LISTS_FILES = {"mimetype", "url private"}  # names what was shared, does not hold it
JSON_KEY = re.compile(r'(?<!\\)"((?:[^"\\]|\\.){1,80})"\s*:')

PICTURE_BRANDS = (b"heic", b"heix", b"mif1", b"avif")
STARTS = (
    b"ID3", b"OggS", b"fLaC", b"#!AMR", b"caff", b".snd", b"\x1aE\xdf\xa3", b"FLV\x01", b"\x00\x00\x01\xba",
    b"\x30\x26\xb2\x75\x8e\x66\xcf\x11",
)  # fmt: skip
SUBTITLES = re.compile(
    r"\s*(?:WEBVTT(?:[ \t\r\n]|$)|\[Script Info\]|<\?xml[^>]*>\s*<tt[ >]|<tt[ >]"
    r"|\d+[ \t]*\r?\n\s*\d+:\d\d:\d\d[,.]\d{1,3}\s*-->|\d+:\d\d:\d\d[.,]\d{3},\d+:\d\d:\d\d[.,]\d{3}\s*\r?\n)"
)


def refuse_columns(names: Sequence[str], file: str) -> None:
    """Raise UnreadableExport(forbidden_content) when a column claims to hold what may not come in."""
    for number, name in enumerate(names, start=1):
        if reason := _claims(plain(name)):
            raise UnreadableExport(
                CODE,
                f"{file}: column {number} (“{name[:SHOWN_LENGTH]}”) is not accepted: {reason}. "
                "Remove this column and import again.",
            )
    if _is_speech({plain(name) for name in names}):
        raise UnreadableExport(
            CODE,
            f"{file}: a column for the speaker beside one for the words makes this a transcript, which is not "
            f"accepted: {SPEECH}. Import who took part and when, without the words.",
        )


def is_claimed(name: str) -> bool:
    """Say whether a name speaks of what may not come in."""
    return _claims(plain(name)) is not None


def refuse_sheets(rows: Iterable[tuple[str, list[str]]], file: str) -> None:
    """Refuse by the first line of each part, (part, cells), that could be a header: what no reader chose counts too."""
    looked_at = set()
    for part, cells in rows:
        if part not in looked_at and len(cells) > 1 and looks_like_header(cells):
            looked_at.add(part)
            refuse_columns(cells, file)


def refuse_content(source: "Source") -> None:
    """Raise UnreadableExport(forbidden_content) when a file, or one inside an archive, is what may not come in."""
    if source.kind == "file":
        _judge(source.head(HEAD), source.name, "the file", None)
    if source.kind not in ("zip", "folder"):
        return
    for member in source.members():
        # day files are many, and their reader takes them apart record by record
        if not DAY_FILE.search(member):
            with contextlib.suppress(OSError, zipfile.BadZipFile):
                _judge(source.head(HEAD, member), source.name, "a file inside it", member)
            if member.casefold().endswith(".xlsx"):
                _judge_workbook(source, member)


def _judge(head: bytes, file: str, which: str, member: str | None) -> None:
    """Refuse by the first bytes; the columns of a table only inside an archive, else its reader finds the header."""
    if _is_media(head):
        raise _refusal(file, f"{which} is a recording of sound or pictures", SPEECH)
    codec, mark = csv_text.head_encoding(head)
    text = head[mark:].decode(codec, "replace").lstrip()
    if SUBTITLES.match(text):
        raise _refusal(file, f"{which} is a transcript", SPEECH)
    if text[:1] in ("{", "["):
        names = {plain(key) for key in JSON_KEY.findall(text)}
        if names & LISTS_FILES:
            return
    elif member and member.casefold().endswith((".csv", ".tsv", ".txt")):
        line = text.partition("\n")[0]
        names = {plain(cell) for cell in csv_text.cells(line, csv_text.separator_of(line))}
    else:
        return
    if _is_speech(names):
        raise _refusal(file, f"{which} is a transcript", SPEECH)
    for name in sorted(names):
        if reason := _claims(name):
            raise _refusal(file, f"{which} holds “{name[:SHOWN_LENGTH]}”", reason)


def _judge_workbook(source: "Source", member: str) -> None:
    try:
        data = source.read(member)
        xlsx_sheet.check(io.BytesIO(data), source.name)
        sheets = xlsx_sheet.sheets(data, source.name, HEADERS_WITHIN)
    except UnreadableExport:
        return  # a workbook that nobody can open tells nobody anything
    rows = (
        (str(number), [cell or "" for cell in cells])
        for number, sheet in enumerate(sheets)
        for cells in sheet.drop("line").iter_rows()
    )
    refuse_sheets(rows, source.name)


def _refusal(file: str, what: str, reason: str) -> UnreadableExport:
    return UnreadableExport(
        CODE, f"{file}: {what}, which is not accepted: {reason}. Take it out and import the rest."
    )


def _is_media(head: bytes) -> bool:
    container = (head[:4] == b"RIFF" and head[8:12] in (b"WAVE", b"AVI ")) or (
        head[:4] == b"FORM" and head[8:12] in (b"AIFF", b"AIFC")
    )
    is_mp4 = head[4:8] == b"ftyp" and head[8:12] not in PICTURE_BRANDS
    return container or is_mp4 or head.startswith(STARTS) or _is_frame(head)


def _is_frame(head: bytes) -> bool:
    """Say whether a bare MPEG layer III or AAC frame begins here (a UTF-16 mark, FF FE, is neither)."""
    if len(head) < 3 or head[0] != 0xFF:  # noqa: PLR2004
        return False
    is_layer_3 = head[1] & 0xE6 == 0xE2 and head[2] >> 4 not in (0, 15) and head[2] & 0x0C != 0x0C  # noqa: PLR2004
    return is_layer_3 or head[1] & 0xF6 == 0xF0  # noqa: PLR2004


def _claims(name: str) -> str | None:
    return next((reason for reason, pattern in COLUMNS if pattern.search(name)), None)


def _is_speech(names: set[str]) -> bool:
    return bool(names & SPEAKERS and names & WORDS) or names >= TIMED_TEXT
