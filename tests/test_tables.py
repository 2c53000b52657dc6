import gzip
import io
import zipfile
from datetime import UTC, date, datetime
from pathlib import Path

import polars as pl
import pytest

from analytics.readers import csv_text, dates, table_rows, tables, xlsx_sheet
from analytics.readers.base import NOTHING_SAID, Options, Sink, UnreadableExport
from analytics.readers.files import open_source
from analytics.readers.headers import (
    account_for_others,
    assign,
    found_names,
    plain,
)
from analytics.readers.sandbox import parse

ROWS = "id,name\n1,Anna\n2,Bruno\n"


def first(rows: list[table_rows.Row]) -> tables.Header:
    return tables.Header(rows[0].cells, rows[0].line, rows[0].part)


def table(data: bytes | str, tmp_path: Path, name: str = "t.csv") -> tuple[list, Sink]:
    path = tmp_path / name
    path.write_bytes(data if isinstance(data, bytes) else data.encode())
    sink = Sink(tmp_path)
    opened = tables.open_table(open_source(path), sink, first)
    frames = list(opened.batches(sink))
    return (pl.concat(frames).rows() if frames else []), sink


# ------------------------------------------------------------------------------------------- bytes to text


@pytest.mark.parametrize(
    "data",
    [
        ROWS.encode(),
        b"\xef\xbb\xbf" + ROWS.encode(),
        b"\xff\xfe" + ROWS.encode("utf-16-le"),
        b"\xfe\xff" + ROWS.encode("utf-16-be"),
        ROWS.encode("utf-16-le"),
        ROWS.encode("utf-16-be"),
        ROWS.replace("\n", "\r\n").encode(),
        ROWS.replace("\n", "\r").encode(),
        ROWS.replace("\n", "\r\r\n").encode(),
        ROWS.rstrip("\n").encode(),
        ROWS.replace(",", ";").encode(),
        ROWS.replace(",", "\t").encode(),
        ROWS.replace(",", "|").encode(),
        ROWS.replace(",", "  ").encode(),
        b'"id","name"\n"1","Anna"\n"2","Bruno"\n',
        b"id,name,\n1,Anna,\n2,Bruno,\n".replace(b"name,", b"name"),
    ],
    ids=[
        "utf8", "bom", "utf16le-bom", "utf16be-bom", "utf16le", "utf16be", "crlf", "cr", "crcrlf", "no-end",
        "semicolon", "tab", "pipe", "blanks", "quoted", "trailing",
    ],
)  # fmt: skip
def test_the_same_table_is_read_whatever_its_bytes(data, tmp_path):
    rows, sink = table(data, tmp_path)

    assert rows == [(2, "1", "Anna"), (3, "2", "Bruno")]
    assert not sink.rejected


def test_a_line_keeps_its_number_when_blocks_are_cut_anywhere(tmp_path, monkeypatch):
    data = "id,name\r\n" + "".join(
        f'{i},"a\r\nb{i}"\r\n' if i % 7 == 0 else f"{i},x{i}\r\n" for i in range(1, 60)
    )
    whole, _ = table(data, tmp_path)

    for size in (1, 2, 3, 5, 17, 64):
        monkeypatch.setattr(csv_text, "BLOCK", size)
        assert table(data, tmp_path)[0] == whole
    assert whole[6] == (8, "7", "a\nb7")
    assert whole[7] == (10, "8", "x8")


def test_a_windows_1252_file_is_converted_and_said(tmp_path):
    rows, sink = table("id,name\n1,Niccolò\n2,“Qualità” – €\n".encode("cp1252"), tmp_path)

    assert rows == [(2, "1", "Niccolò"), (3, "2", "“Qualità” – €")]
    assert sink.warnings == {"encoding_converted": 1}


def test_a_line_that_is_no_utf8_in_a_utf8_file_is_set_apart(tmp_path):
    rows, sink = table("id,name\n1,Niccolò\n".encode() + b"2,No\xe9\n3,Carla\n", tmp_path)

    assert rows == [(2, "1", "Niccolò"), (4, "3", "Carla")]
    assert sink.rejects().rows() == [("line 3", "encoding_invalid")]


def test_control_characters_set_a_line_apart(tmp_path):
    rows, sink = table(b"id,name\n1,An\x00na\n2,Bruno\n", tmp_path)

    assert rows == [(3, "2", "Bruno")]
    assert sink.rejects().rows() == [("line 2", "control_character")]


def test_short_and_long_rows_are_set_apart_and_trailing_separators_are_not(tmp_path):
    rows, sink = table("id,name\n1\n2,Bruno,,\n3,Carla,x\n", tmp_path)

    assert rows == [(3, "2", "Bruno")]
    assert sink.rejects().sort("place").rows() == [
        ("line 2", "too_few_fields"),
        ("line 4", "too_many_fields"),
    ]


def test_a_quote_that_is_never_closed_sets_the_rest_apart(tmp_path):
    rows, sink = table('id,name\n1,"Anna"\n2,"Bruno\n3,Carla\n', tmp_path)

    assert rows == [(2, "1", "Anna")]
    assert sink.rejects().rows() == [("line 3", "quote_unclosed")]


def test_an_endless_quoted_cell_does_not_fill_the_memory(tmp_path, monkeypatch):
    monkeypatch.setattr(csv_text, "BLOCK", 4096)
    monkeypatch.setattr(csv_text, "LONGEST_RECORD", 8192)
    rows, sink = table('id,name\n1,"Anna\n' + "x,y\n" * 10_000, tmp_path)

    assert rows == []
    assert sink.rejects().rows() == [("line 2", "quote_unclosed")]


def test_a_quote_within_a_cell_is_an_ordinary_character(tmp_path):
    rows, sink = table('id,name\n1,5" pipe\n2,Bruno\n', tmp_path)

    assert rows == [(2, "1", '5" pipe'), (3, "2", "Bruno")]
    assert not sink.rejected


def test_excel_and_powershell_first_lines_are_skipped(tmp_path):
    assert table("sep=;\nid;name\n1;Anna\n", tmp_path)[0] == [(3, "1", "Anna")]
    assert table('#TYPE Some.Thing\n"id","name"\n"1","Anna"\n', tmp_path)[0] == [(3, "1", "Anna")]


def test_blank_lines_are_no_rows(tmp_path):
    assert table("id,name\n\n1,Anna\n , \n\n", tmp_path)[0] == [(3, "1", "Anna")]


@pytest.mark.parametrize(
    ("data", "name", "code"),
    [
        (b"\xef\xbb\xbf", "t.csv", "file_empty"),
        (b" \r\n\n", "t.csv", "file_empty"),
        (gzip.compress(b"id,name\n1,Anna\n", mtime=0), "t.csv", "not_csv"),
        (b"%PDF-1.7 ...", "t.csv", "not_csv"),
        (b"\xd0\xcf\x11\xe0" + bytes(600), "t.xls", "xlsx_encrypted"),
        (b"id,name\n1,Anna\n", "t.xlsx", "xlsx_corrupt"),
        (",".join(f"c{i}" for i in range(1001)).encode() + b"\n", "t.csv", "too_many_columns"),
        (b"PAR1 and no more", "t.parquet", "not_csv"),
    ],
)
def test_a_file_that_is_no_table_is_refused_in_one_sentence_that_says_what_to_do(
    data, name, code, tmp_path
):
    with pytest.raises(UnreadableExport, match=name) as refusal:
        table(data, tmp_path, name)

    assert refusal.value.code == code
    assert str(refusal.value).endswith(".")


def test_parquet_types_become_the_text_that_a_csv_would_hold(tmp_path):
    at = datetime(2026, 1, 31, 9, 0, tzinfo=UTC)
    path = tmp_path / "t.parquet"
    pl.DataFrame({"at": [at], "n": [17], "who": [["a", "b"]], "blob": [b"x"]}).write_parquet(path)

    rows, _ = table(path.read_bytes(), tmp_path, "t.parquet")

    assert rows == [(1, "2026-01-31 09:00:00.000000Z", "17", "a;b", None)]


# ---------------------------------------------------------------------------------------------- workbooks


def workbook(path: Path, *sheets: list[list[object]]) -> Path:
    import xlsxwriter

    with xlsxwriter.Workbook(path, {"default_date_format": "yyyy-mm-dd"}) as book:
        for cells in sheets:
            sheet = book.add_worksheet()
            for number, row in enumerate(cells):
                sheet.write_row(number, 0, row)
    return path


def with_part(path: Path, name: str, old: bytes, new: bytes) -> Path:
    other = path.with_name("changed.xlsx")
    with (
        zipfile.ZipFile(path) as before,
        zipfile.ZipFile(other, "w", zipfile.ZIP_DEFLATED) as after,
    ):
        for member in before.namelist():
            data = before.read(member)
            after.writestr(member, data.replace(old, new) if member == name else data)
    return other


def test_a_sheet_keeps_row_numbers_below_empty_rows_and_turns_dates_to_text(tmp_path):
    path = workbook(
        tmp_path / "t.xlsx", [[], ["id", "on"], [1, date(2026, 1, 31)], [], ["00012", "x"]]
    )

    rows, sink = table(path.read_bytes(), tmp_path, "t.xlsx")

    assert rows == [(3, "1", "2026-01-31 00:00:00"), (5, "00012", "x")]
    assert not sink.warnings


def test_the_sheet_whose_header_fits_is_taken(tmp_path):
    path = workbook(tmp_path / "t.xlsx", [["notes"]], [["id", "name"], [1, "Anna"]])
    sink = Sink(tmp_path)

    opened = tables.open_table(
        open_source(path), sink, lambda rows: tables.find_header(rows, lambda cells: "id" in cells)
    )

    assert [frame.rows() for frame in opened.batches(sink)] == [[(2, "1", "Anna")]]


def with_far_cell(tmp_path: Path, where: str) -> Path:
    path = workbook(tmp_path / "t.xlsx", [["id", "name"], [1, "Anna"]])
    row = where.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ")
    far = f'<row r="{row}"><c r="{where}"><v>1</v></c></row></sheetData>'.encode()
    return with_part(path, "xl/worksheets/sheet1.xml", b"</sheetData>", far)


@pytest.mark.parametrize("where", ["XFD1048576", "XFD30000", "ZZ1048576"])
def test_one_cell_far_out_is_refused_before_the_parser_lays_out_the_rectangle(where, tmp_path):
    path = with_far_cell(tmp_path, where)

    with pytest.raises(UnreadableExport, match="stray cell") as refusal:
        table(path.read_bytes(), tmp_path, "far.xlsx")

    assert refusal.value.code == "xlsx_dimensions"


def test_a_cell_beyond_the_header_is_an_ignored_column(tmp_path):
    rows, sink = table(with_far_cell(tmp_path, "ZZ3").read_bytes(), tmp_path, "far.xlsx")

    assert rows == [(2, "1", "Anna")]
    assert sink.ignored == ["column 702"]


def test_entities_and_bombs_never_reach_the_parser(tmp_path):
    path = workbook(tmp_path / "t.xlsx", [["id", "name"], [1, "Anna"]])
    entity = with_part(
        path, "xl/workbook.xml", b"<workbook", b'<!DOCTYPE x [<!ENTITY a "b">]><workbook'
    )
    bomb = tmp_path / "bomb.xlsx"
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as book:
        book.writestr("xl/workbook.xml", b" " * (101 * 2**20))

    for path, code in ((entity, "xml_entity"), (bomb, "zip_bomb")):
        with path.open("rb") as stream, pytest.raises(UnreadableExport) as refusal:
            xlsx_sheet.check(stream, path.name)
        assert refusal.value.code == code


def test_a_workbook_damaged_within_is_refused_in_words(tmp_path):
    data = bytearray(
        workbook(
            tmp_path / "t.xlsx", [["id", "name"], *([i, f"n{i}"] for i in range(500))]
        ).read_bytes()
    )
    with zipfile.ZipFile(tmp_path / "t.xlsx") as book:
        at = book.getinfo("xl/worksheets/sheet1.xml").header_offset + 70
    data[at : at + 40] = bytes(40)

    with pytest.raises(UnreadableExport) as refusal:
        xlsx_sheet.check(io.BytesIO(bytes(data)), "t.xlsx")

    assert refusal.value.code == "xlsx_corrupt"


# ------------------------------------------------------------------------------------------------- headers


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("ReportsToID", "reports to id"),
        (" Employee  # ", "employee no"),
        ("Unità_organizzativa", "unita organizzativa"),
        ("E-mail", "e mail"),
        ("EMP_ID", "emp id"),
        ("First\u00a0Name [Required]", "first name required"),
    ],
)
def test_spellings_of_one_name_agree(name, expected):
    assert plain(name) == expected


def test_a_column_named_by_hand_wins_and_a_missing_one_is_said():
    aliases = {"sender": ("from",), "time": ("time",)}

    found = assign(["from", "who", "time"], aliases, Options(columns={"sender": "who"}))
    with pytest.raises(UnreadableExport) as refusal:
        assign(["from", "time"], aliases, Options(columns={"sender": "who"}), file="t.csv")

    assert found.at == {"sender": 1, "time": 2}
    assert refusal.value.code == "column_missing"
    assert "Found: from, time." in str(refusal.value)


def test_a_needed_name_that_stands_twice_is_refused():
    with pytest.raises(UnreadableExport) as refusal:
        assign(["email", "E-Mail", "Email"], {"email": ("email",)}, NOTHING_SAID)

    assert refusal.value.code == "header_duplicate"


def test_what_the_first_line_holds_is_told_only_when_it_is_a_header():
    assert found_names(["email", "name"]) == "Found: email, name."
    assert "anna" not in found_names(["1", "anna@acme.example", "Anna"])
    assert "anna" not in found_names(["Dear", "anna \x03\x04"])
    assert "anna" not in found_names(["Dear anna " + "we have to speak about this " * 4, "yours"])


def test_other_columns_are_counted_and_sensitive_ones_by_their_own_code(tmp_path):
    sink = Sink(tmp_path)

    account_for_others(
        assign(["id", "Codice fiscale", "Salary", "Notes", ""], {"id": ("id",)}), sink
    )

    assert sink.warnings == {"sensitive_column_dropped": 2, "column_ignored": 2}
    assert sink.ignored == ["Codice fiscale", "Salary", "Notes", "column 5"]


# --------------------------------------------------------------------------------------------------- dates


@pytest.mark.parametrize(
    ("cells", "order"),
    [
        (["13/01/2026", "02/03/2026"], "dmy"),
        (["01/13/2026"], "mdy"),
        (["01/02/2026", "03.04.2026"], None),
        (["13/01/2026", "01/13/2026"], None),
        (["2026-01-13"], None),
        (["0/01/1900", "12/31/9999", "04/05/2026"], None),
        (["31/31/2026", "04/05/2026"], None),
    ],
)
def test_the_order_of_day_and_month_is_proved_by_a_number_above_12_or_not_at_all(cells, order):
    assert dates.prove(pl.Series(cells)).order == order


def test_days_are_read_and_what_means_never_is_null():
    cells = ["2026-01-31", "31/01/2026", "31.1.26", "2026/01/31 00:00:00", "20260131", "0/01/1900", "31/12/9999",
             "31/02/2026", "later", None]  # fmt: skip
    good = date(2026, 1, 31)

    found = dates.days(pl.Series(cells), "dmy")

    assert found.get_column("day").to_list() == [good] * 5 + [None] * 5
    assert found.get_column("problem").to_list() == [None] * 7 + [
        "date_invalid",
        "unreadable",
        None,
    ]


def test_without_an_order_a_date_is_ambiguous_and_an_iso_date_is_not():
    found = dates.days(pl.Series(["01/02/2026", "2026-02-01"]), None)

    assert found.rows() == [(None, "ambiguous"), (date(2026, 2, 1), None)]


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("2026-01-31 09:30:05", datetime(2026, 1, 31, 9, 30, 5)),
        ("2026-01-31T09:30:05.25Z", datetime(2026, 1, 31, 9, 30, 5, 250_000)),
        ("2026-01-31T09:30:05+02:00", datetime(2026, 1, 31, 7, 30, 5)),
        ("2026-01-31 09:30:05 -0130", datetime(2026, 1, 31, 11, 0, 5)),
        ("31/01/2026 19.07.17", datetime(2026, 1, 31, 19, 7, 17)),
        ("31/01/26, 09:30", datetime(2026, 1, 31, 9, 30)),
        ("31-1-2026 12:05 AM", datetime(2026, 1, 31, 0, 5)),
        ("31-1-2026 1:05 PM", datetime(2026, 1, 31, 13, 5)),
        ("2026-01-31", datetime(2026, 1, 31)),
        ("1262450410", datetime(2010, 1, 2, 16, 40, 10)),
        ("1262450410.5", datetime(2010, 1, 2, 16, 40, 10, 500_000)),
        ("1262450410123", datetime(2010, 1, 2, 16, 40, 10, 123_000)),
        ("1262450410123456", datetime(2010, 1, 2, 16, 40, 10, 123_456)),
        ("2026-02-31 09:00:00", None),
        ("2026-01-31 25:00:00", None),
        ("28840", None),
        ("soon", None),
    ],
)
def test_instants_are_read_the_same_alone_and_among_others(cell, expected):
    alone = dates.instants(pl.Series([cell]), "dmy").get_column("at")
    mixed = dates.instants(pl.Series([cell, "2026-01-01", "1262450410", "x"]), "dmy").get_column(
        "at"
    )

    assert (alone[0], mixed[0]) == (expected, expected)


def test_a_date_without_time_of_day_and_a_time_without_zone_are_marked():
    found = dates.instants(pl.Series(["2026-01-31", "2026-01-31T09:00:00Z", "1262450410"]), None)

    assert found.get_column("timed").to_list() == [False, True, True]
    assert found.get_column("zoned").to_list() == [False, True, True]


LETTERS = {
    "long": "Dear Anna,\n\nI was so glad to hear from you, and I hope that all of you are well.\nYours, Ben\n",
    "wrapped": "Dear Anna,\n\nthank you, we came home\nwell, and the children\nslept all the way, as\never. Write soon, will\nyou?\n\nYours, Ben\n",
    "commas": "Milan, 5 January\nDear Anna, dear Ben,\nwe came, and saw you.\nIt was, as ever, a joy.\nYours, Cy\n",
}


@pytest.mark.parametrize("letter", LETTERS)
@pytest.mark.parametrize("options", [NOTHING_SAID, Options({"sender": "from"})])
def test_a_letter_is_called_text_and_nobody_is_asked_for_its_columns(tmp_path, letter, options):
    path = tmp_path / "letter.txt"
    path.write_text(LETTERS[letter])

    report = parse(path, tmp_path / "out", options)

    assert (report.reject_code, report.header) == ("no_recognised_data", [])
    assert "text written for people, no table" in report.message
    assert "a line that names its columns" in report.message


@pytest.mark.parametrize(
    ("text", "said", "told"),
    [
        ("time,from,to,#\n2026-01-05 09:00,a@x.org,b@x.org,1\n", {"sender": "sendr"},
         "the column named for “sender” is not in the file. Found: time, from, to, #."),
        ("wann;wer;wem\n2026-01-05 09:00;a@x.org;b@x.org\n", {"time": "wann", "sender": "who", "recipient": "whom"},
         "the columns named for “sender” and “recipient” are not in the file. Found: wann, wer, wem."),
        ("1,2,1700000000\n2,3,1700000100\n", {"sender": "from"},
         "the column named for “sender” is not in the file. Found: column1, column2, column3."),
        ("2026-01-05 09:00,a@x.org,b@x.org\n", {"sender": "from"},
         "the column named for “sender” is not in the file. No line of it names columns."),
    ],
)  # fmt: skip
def test_after_a_wrong_name_it_is_said_which_one_is_wrong(tmp_path, text, said, told):
    path = tmp_path / "log.csv"
    path.write_text(text)

    report = parse(path, tmp_path / "out", Options(said))

    assert report.reject_code == "column_missing"
    assert told in report.message
