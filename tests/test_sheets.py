"""No cell of a downloaded table is ever a formula."""

import io
import zipfile

import polars as pl

from analytics.sheets import csv_text, excel_bytes

NASTY = ["=1+1", "+1", "-1", "@sum", "\tx", " =1", "＝1", "Sales", "-", ""]


def test_text_that_a_spreadsheet_would_calculate_is_made_text():
    frame = pl.DataFrame({"department": NASTY, "value": range(len(NASTY))})

    back = pl.read_csv(csv_text(frame).encode(), infer_schema=False)["department"].to_list()

    assert back[:7] == ["'" + text for text in NASTY[:7]]
    assert back[7] == "Sales"


def test_negative_numbers_stay_numbers():
    assert csv_text(pl.DataFrame({"value": [-1.5]})) == "value\n-1.5\n"


def test_an_excel_file_holds_no_formula():
    workbook = zipfile.ZipFile(io.BytesIO(excel_bytes(pl.DataFrame({"department": NASTY}))))

    sheet = workbook.read("xl/worksheets/sheet1.xml").decode()

    assert "<f>" not in sheet


def test_a_workbook_carries_the_certificate_on_a_sheet_of_its_own():
    certificate = pl.DataFrame({"What": ["Release"], "How much": ["=1+1"]})

    file = zipfile.ZipFile(
        io.BytesIO(excel_bytes(pl.DataFrame({"value": [1]}), certificate=certificate))
    )

    names = file.read("xl/workbook.xml").decode()
    assert names.index('name="figures"') < names.index('name="Certificate"')
    assert "<f>" not in file.read("xl/worksheets/sheet2.xml").decode()
