"""Tables as files: CSV and Excel in which no cell is ever a formula."""

import io

import polars as pl

FORMULA_STARTS = (
    "=",
    "+",
    "-",
    "@",
    "\t",
    "\r",
    "＝",
    "＋",
    "－",
    "＠",
)  # full-width ones are read as formulas too


def without_formulas(frame: pl.DataFrame) -> pl.DataFrame:
    """Return the frame with an apostrophe before every text that a spreadsheet would calculate."""
    texts = [name for name, type_ in frame.schema.items() if type_ == pl.String]
    return frame.with_columns(
        pl.when(
            pl.any_horizontal(
                pl.col(name).str.strip_chars_start(" ").str.starts_with(start)
                for start in FORMULA_STARTS
            )
        )
        .then("'" + pl.col(name))
        .otherwise(pl.col(name))
        .alias(name)
        for name in texts
    )


def csv_text(frame: pl.DataFrame) -> str:
    """Return the frame as CSV with a header line."""
    return without_formulas(frame).write_csv()


def excel_bytes(
    frame: pl.DataFrame, sheet: str = "figures", certificate: pl.DataFrame | None = None
) -> bytes:
    """Return the frame as an Excel workbook, with the certificate as its second sheet; text stays text."""
    import xlsxwriter

    file = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(file, options) as workbook:
        frame.write_excel(workbook, worksheet=sheet[:31], freeze_panes=(1, 0), autofit=True)
        if certificate is not None:
            certificate.write_excel(workbook, worksheet="Certificate", autofit=True)
    return file.getvalue()
