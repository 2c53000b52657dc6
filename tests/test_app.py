"""The frame: who comes in, which figures an address asks for, how words and numbers are written."""

import json
import shutil
import time
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from streamlit.testing.v1 import AppTest

from analytics import jobs, release
from analytics.charts.coverage import gaps
from pages.parts import access, coverage_view, filters, lay, mapping, text
from tests.drawn_release import draw_release

ROOT = Path(__file__).resolve().parent.parent
SHELL = ROOT / "pages" / "shell.py"
AUTH = {"auth": {"cookie_secret": "a" * 40}}
NASTY = (
    "![x](https://evil.example/x.png)", "<img src=https://evil.example/x.png>", "[a](javascript:alert(1))", "$$x$$",
    ":red[x]", ":material/home:", "**bold**", "`code`", "# head", "a | b", "~~x~~", "line\nbreak", "\u202egnp.exe",
    "https://evil.example", "- item", "1. item", "> quote", "&lt;b&gt;", "\x00\x1b[31m", "a\u200bb",
)  # fmt: skip


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("CONVIVIO_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("CONVIVIO_ACCESS", str(tmp_path / "access.toml"))
    (tmp_path / "home").mkdir()
    return tmp_path / "home"


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return draw_release(tmp_path_factory.mktemp("template")).parents[1]


@pytest.fixture
def draw(home: Path, template: Path) -> Callable[..., Path]:
    """Return a function that lays a release into the home, drawn once for all tests."""

    def lay(workspace: str = "drawn") -> Path:
        return Path(shutil.copytree(template, home / workspace)) / "releases" / "000001.duckdb"

    return lay


@pytest.fixture
def drawn(draw: Callable[..., Path]) -> release.Release:
    return release.open_release(draw())


def seen_by(user: dict[str, object] | None, page: str | None = None, **query: str) -> AppTest:
    at = AppTest.from_file(str(SHELL), default_timeout=30)
    for key, value in query.items():
        at.query_params[key] = value
    if user is not None:
        at.secrets.update(AUTH)
        at.user = {"iat": time.time(), **user} if user.get("is_logged_in") else user
    at.run()
    if page:
        at.switch_page(f"{page}.py").run()
    assert not at.exception
    return at


def words(at: AppTest) -> str:
    return "\n".join(
        str(element.value) for kind in ("title", "markdown") for element in getattr(at, kind)
    )


# --- words and numbers


@pytest.mark.parametrize("word", NASTY)
def test_a_foreign_word_is_never_markup(word):
    safe = text.plain(word)

    assert "\n" not in safe and "\x00" not in safe and "\u202e" not in safe and "\u200b" not in safe
    for mark in "[](){}<>*_`$:!|#~&":
        assert all(safe[i - 1] == "\\" for i, letter in enumerate(safe) if letter == mark)


@given(st.text())
def test_whatever_is_written_stays_readable(word):
    safe = text.plain(word)

    read = ""
    escaped = False
    for letter in safe:
        escaped = letter == "\\" and not escaped
        read += "" if escaped else letter
    assert read.replace(text.JOINER, "") == text.bare(word)


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        (text.share(0.27, 0.25, 0.29), "27% (25–29%)"),
        (text.of_staff(388, 400), "388 of 400 people"),
        (text.of_staff(116, 116), "116 people"),
        (text.share(0.27), "27%"),
        (text.share(0.272, 0.2701, 0.2739), "27.2% (27.0–27.4%)"),
        (text.hours(15.2, 14.6, 15.8), "15.2\u00a0h (14.6–15.8)"),
        (text.change(7, 4, 9), "+7 points (+4 to +9)"),
        (text.change(-31, -42, -19, "%"), "−31% (−42 to −19)"),
        (text.number(-0.3, 0), "0"),
        (text.interval(-4, 9), "−4 to 9"),
        (text.count(1240), "1,240 people"),
        (text.count(1), "1 person"),
        (text.money(29e6, 34e6), "€29–34\u00a0m"),
        (text.money(900, 1500), "€0.9–1.5\u00a0k"),
        (text.amount(None, "share"), "—"),
        (text.listed(["a", "b", "c"]), "a, b and c"),
        (text.day(date(2026, 11, 22)), "22 November 2026"),
    ],
)
def test_numbers_are_written_as_agreed(written, expected):
    assert written == expected


@given(st.floats(-1e6, 1e6), st.floats(0, 1e5))
def test_no_number_carries_a_hyphen_or_a_negative_zero(value, half):
    for written in (
        text.change(value, value - half, value + half),
        text.interval(value - half, value + half),
    ):
        assert "-" not in written
        assert "−0 " not in f"{written} " or "−0." in written


# --- which figures


@given(st.dates(date(2015, 1, 1), date(2035, 1, 1)), st.sampled_from(["month", "quarter"]))
def test_the_next_period_begins_where_the_last_one_ends(day, block):
    monday = day - timedelta(days=day.weekday())
    name = filters.code(monday, block)
    after = filters.following(monday, block)

    assert after.weekday() == 0
    assert filters.code(after, block) != name
    assert filters.code(after - timedelta(weeks=1), block) == name


def test_an_address_and_a_scope_are_the_same(drawn):
    for asked in (
        {},
        {"period": "2026-Q2", "step": "month"},
        {"period": "2026-03"},
        {"department": "Finance", "tool": "slack"},
        {"level": "3"},
        {"location": "Milano", "period": "2026-Q1"},
    ):
        assert filters.written(filters.read(asked, drawn)) == asked


@pytest.mark.parametrize(
    "asked",
    [
        {"period": "2031-Q1"}, {"period": "'; drop table figure"}, {"step": "year"}, {"department": "Board"},
        {"level": "99"}, {"location": "../.."}, {"tool": "teams"}, {"step": ""}, {"period": ""},
    ],
)  # fmt: skip
def test_what_is_not_released_falls_back_to_the_whole(drawn, asked):
    assert filters.read(asked, drawn) == filters.Scope()


def test_only_one_group_at_a_time_and_a_tool_only_where_the_release_splits(drawn):
    scope = filters.read({"department": "Finance", "level": "3", "tool": "slack"}, drawn)
    assert (scope.department, scope.level, scope.tool) == ("Finance", None, "slack")

    assert filters.read({"level": "3", "tool": "slack"}, drawn).tool is None
    assert filters.read({"location": "Milano", "tool": "slack"}, drawn).tool is None


def test_a_month_has_no_step_of_quarters(drawn):
    assert filters.read({"period": "2026-03", "step": "quarter"}, drawn).grain == "week"


def test_the_filter_bar_says_how_many_people_are_counted_and_keeps_the_address(drawn):
    at = seen_by(None, level="3", period="2026-Q2")

    assert "388 of 400 people counted" in words(at)
    assert at.query_params["level"] == "3"
    assert at.query_params["period"] == "2026-Q2"
    assert "tool" not in at.query_params


def test_choosing_in_the_bar_changes_the_address_and_lasts_over_pages(drawn):
    at = seen_by(None)
    at.radio(key="f_cut").set_value("department").run()
    first = at.query_params["department"]
    at.radio(key="f_kind").set_value("quarter").run()

    assert first in release.Release.groups(drawn, "department")
    assert at.query_params["period"] == "2026-Q2"
    at.switch_page("adoption.py").run()
    assert not at.exception
    assert at.query_params["department"] == first
    at.radio(key="f_cut").set_value("").run()
    assert "department" not in at.query_params


# --- who


def test_without_a_sign_in_everything_is_ones_own_also_a_report_without_figures(drawn, home):
    refused = {"outcome": "reject", "format": None, "import": None, "rejected": {}, "records": 0, "stored": 0, "duplicates": 0,
               "non_records": 0, "warnings": []}  # fmt: skip
    files = [
        refused | {"file": name, "message": f"{name}: cut off."} for name in ("a.csv", "b.csv")
    ]
    left_by("drawn", home, {"files": files, "not_published": "The disk is full."})

    at = seen_by(None, "imports")
    text = words(at).replace("\\", "")

    assert "Import exports" in text and "○ The disk is full." in text
    assert "**2 files:** Cut off. :gray[a.csv, b.csv]" in text
    assert "publish_again" in {button.key for button in at.button}


def left_by(workspace, home, result):
    """Put an import on record that ended with this result."""
    folder = home / workspace / "jobs"
    folder.mkdir(parents=True, exist_ok=True)
    job = {"id": "20260105T090000-0123abcd", "kind": "import", "files": ["a.zip"], "started": "2026-01-05T09:00:00+00:00",
           "pid": 2**22 - 1, "born": "1", "uploads": []}  # fmt: skip
    for ending, content in (("json", job), ("out", result), ("err", {"stage": "publishing"})):
        (folder / f"{job['id']}.{ending}").write_text(json.dumps(content))


@pytest.mark.parametrize(
    ("claims", "role"),
    [
        ({"email": "hr@aurelia.example"}, "hr"),
        ({"email": "HR@Aurelia.example"}, "hr"),
        ({"email": "hr@aurelia.example", "groups": ["convivio:consultant"]}, "hr"),
        ({"email": "hr@aurelia.example", "email_verified": False}, None),
        ({"email": "x@aurelia.example", "groups": ["staff", "convivio:cio"]}, "cio"),
        ({"email": "x@aurelia.example", "roles": "convivio:reader"}, "reader"),
        ({"email": "x@aurelia.example", "roles": ["consultant"]}, None),
        ({"email": "x@aurelia.example", "roles": ["convivio:god"]}, None),
        ({"email": "x@aurelia.example"}, None),
        ({}, None),
        ({"email": "hr@aurelia.example", "iat": 1_700_000_000 - 12 * 3600 - 1}, "visitor"),
        ({"email": "hr@aurelia.example", "iat": 1_700_000_000 + 3600}, "visitor"),
        ({"email": "hr@aurelia.example", "iat": None}, "visitor"),
        ({"email": "hr@aurelia.example", "is_logged_in": False}, "visitor"),
    ],
)
def test_a_role_comes_from_the_table_then_from_the_token(home, claims, role):
    (home.parent / "access.toml").write_text('[people."hr@aurelia.example"]\nrole = "hr"\n')

    assert (
        access.role_of({"is_logged_in": True, "iat": 1_700_000_000, **claims}, now=1_700_000_000)
        == role
    )


def test_a_broken_table_lets_nobody_in(home):
    (home.parent / "access.toml").write_text("[people")

    with pytest.raises(access.AccessFileError, match="nobody is let in"):
        access.role_of({"is_logged_in": True, "iat": time.time(), "email": "hr@aurelia.example"})


@pytest.mark.parametrize("page", access.BY_NAME)
def test_every_page_refuses_by_itself_what_its_table_refuses(drawn, page):
    at = AppTest.from_file(str(ROOT / "pages" / f"{page}.py"), default_timeout=30)
    at.secrets.update(AUTH)
    at.user = {
        "is_logged_in": True,
        "iat": time.time(),
        "email": "x@x.example",
        "roles": ["convivio:nobody"],
    }
    at.run()

    assert not at.exception
    assert words(at) == "This page is not open to you."


def test_a_stranger_sees_the_sign_in_and_nothing_else(drawn):
    at = seen_by({"is_logged_in": False})

    assert "who gets heard" in words(at)
    assert "Aurelia" not in words(at)
    with pytest.raises(ValueError, match="departments"):
        at.switch_page("departments.py")


def test_signed_in_without_a_role_nothing_is_open(drawn):
    at = seen_by({"is_logged_in": True, "email": "new@aurelia.example"})

    assert "Nothing is open to you yet" in words(at)
    assert "Aurelia" not in words(at)


def test_a_reader_has_the_overview_and_what_we_see_only(drawn):
    user = {"is_logged_in": True, "roles": ["convivio:reader"], "workspaces": ["drawn"]}
    at = seen_by(user)

    assert "Overview" in words(at)
    for page in ("departments", "imports", "hierarchy"):
        with pytest.raises(ValueError, match=page):
            at.switch_page(f"{page}.py")


def test_no_address_opens_the_company_of_somebody_else(home, draw):
    draw("drawn")
    draw("other")
    user = {"is_logged_in": True, "roles": ["convivio:hr"], "workspaces": ["drawn"]}

    at = seen_by(user, ws="other")

    assert at.session_state["workspace"] == "drawn"
    assert seen_by({**user, "workspaces": []}, ws="other").session_state["workspace"] is None


def test_of_several_companies_one_is_chosen(home, draw):
    draw("acme")
    draw("globex")

    at = seen_by(None, ws="globex", department="Finance")
    assert at.session_state["workspace"] == "globex"
    at.selectbox(key="pick_workspace").set_value("acme").run()

    assert at.session_state["workspace"] == "acme"
    assert at.query_params["ws"] == "acme"
    assert "department" not in at.query_params


def test_a_page_that_breaks_says_a_number_and_logs_no_data(drawn, monkeypatch, caplog):
    def burst(*_: object) -> None:
        raise KeyError("anna.rossi@aurelia.example")

    monkeypatch.setattr(filters, "bar", burst)
    at = seen_by(None)

    assert "This page could not be drawn" in words(at)
    assert "anna.rossi" not in words(at)
    note = next(line for line in caplog.messages if line.startswith("note "))
    assert "KeyError" in note and "anna.rossi" not in caplog.text


def test_a_damaged_release_is_said_in_a_sentence(home, draw):
    draw().write_bytes(b"no database")

    assert "cannot be opened" in words(seen_by(None))


# --- what we see


def test_what_we_see_names_promise_certificate_and_definitions(drawn):
    at = seen_by(None, "trust")
    seen = words(at)

    assert "groups of 10 or more" in seen
    assert "0 of 41,208" in seen
    assert "In the last four weeks we see nearly everybody through" in seen
    cells = [str(cell) for table in at.table for line in table.value.to_numpy() for cell in line]
    assert any("No export with meetings or calls" in cell for cell in cells)


def test_a_figure_is_found_by_its_words(drawn):
    at = seen_by(None, "trust")
    at.text_input(key="find_figure").set_value("outside hours").run()
    assert [box.label for box in at.expander if "Outside" in box.label]
    at.text_input(key="find_figure").set_value("zebra").run()

    assert "No figure speaks of that" in words(at)


def test_before_signing_in_definitions_are_open_but_no_company(home, draw):
    draw()
    alone = words(seen_by({"is_logged_in": False}, "trust"))
    assert "0 of 41,208" in alone and "Customer care" not in alone and "Aurelia" not in alone

    draw("second")
    of_several = words(seen_by({"is_logged_in": False}, "trust"))
    assert "41,208" not in of_several and "What never is" in of_several


def test_what_we_see_can_be_closed_to_strangers(home, draw):
    draw()
    (home.parent / "access.toml").write_text("open_before_sign_in = false\n")

    at = seen_by({"is_logged_in": False})
    with pytest.raises(ValueError, match="trust"):
        at.switch_page("trust.py")


def test_what_we_see_opens_without_any_import(home):
    seen = words(seen_by(None, "trust"))

    assert "What never is" in seen and "attempts found" not in seen


def test_a_gap_is_outlined_once_for_each_reason():
    weeks = [date(2026, 1, 5) + timedelta(weeks=i) for i in range(6)]
    rows = pl.DataFrame(
        {
            "row": "Mail",
            "week": [weeks[0], weeks[3], weeks[4]],
            "share": [0.9, None, None],
            "reason": [None, "kept back", "kept back"],
        }
    )

    found = gaps(rows, weeks)

    assert found.rows() == [
        ("Mail", weeks[1], weeks[3], "no export"),
        ("Mail", weeks[3], weeks[5], "kept back"),
        ("Mail", weeks[5], weeks[5] + timedelta(weeks=1), "no export"),
    ]


@pytest.mark.parametrize(
    ("share", "said"),
    [(1.0, "everybody"), (0.9975, "nearly everybody"), (0.91, "nine people in ten"), (0.5, "half the people"),
     (0.12, "one person in ten"), (0.02, "fewer than one person in ten")],
)  # fmt: skip
def test_a_share_is_said_as_people_say_it(share, said):
    assert coverage_view.how_many(share) == said


# --- welcome and imports


def test_a_newcomer_can_have_the_demo_made(home, monkeypatch):
    started = []
    monkeypatch.setattr(jobs, "start_demo", lambda name, who: started.append((name, who)))
    at = seen_by(None)
    at.button(key="open_demo").click().run()

    assert started == [("demo", "this machine")]
    assert not at.exception


def test_a_reader_cannot_have_the_demo_made(home):
    at = seen_by({"is_logged_in": True, "roles": ["convivio:hr"]})

    assert "Welcome" in words(at)
    assert "open_demo" not in {button.key for button in at.button}


def test_what_is_left_out_stands_last_and_nothing_can_be_left_out_while_a_job_runs(home, draw):
    draw("acme")
    one = {"format": "hr_file", "rows": 3, "undone": False, "report": {}}
    listed = [
        one | {"id": "a" * 16, "file": "first.csv", "at": "2026-01-05T09:00:00+00:00"},
        one | {"id": "b" * 16, "file": "second.csv", "at": "2026-01-06T09:00:00+00:00"},
        one | {"id": "c" * 16, "file": "third.csv", "at": "2026-01-07T09:00:00+00:00", "undone": True},
    ]  # fmt: skip
    (home / "acme" / "imports.json").write_text(json.dumps(listed))

    calm = seen_by(None, "imports", ws="acme")
    with jobs.announced("acme", ["fourth.csv"]):
        busy = seen_by(None, "imports", ws="acme")

    text = words(calm)
    places = [text.index(name) for name in ("second", "first", "Left out: **third")]
    assert places == sorted(places)
    buttons = [[b.disabled for b in at.button if b.label == "Leave out"] for at in (calm, busy)]
    assert buttons == [[False, False], [True, True]]


@pytest.mark.parametrize(
    "name",
    ["../../etc/passwd", "/etc/passwd", "C:\\temp\\a.csv", "..", ".hidden", "a" * 300 + ".csv", "CON", "-rf", "*.csv",
     "a\x00b.csv", "\u202egnp.csv", "", "https://evil.example/a.csv"],
)  # fmt: skip
def test_an_uploaded_name_is_only_a_label(home, name):
    home.mkdir(exist_ok=True)

    spot = lay.kept(home, name, b"x")

    assert spot.parent == home
    assert spot.read_bytes() == b"x"
    assert len(spot.name) <= 140


@pytest.mark.parametrize(
    ("names", "written"),
    [
        (
            ["client/hr.csv", "client/Slack/users.json"],
            {"client/hr.csv", "client/Slack/users.json"},
        ),
        (["client/.DS_Store", "client/a.csv"], {"client/a.csv"}),
        (["../../etc/passwd", "a/../../b.csv"], {"etc/passwd", "a/b.csv"}),
        (["C:\\x\\a.csv", "/abs/b.csv"], {"C:/x/a.csv", "abs/b.csv"}),
        (["a/b.csv", "a/b.csv/c.csv"], {"a/b.csv", "c.csv"}),
        (["one.csv"], {"one.csv"}),
    ],
)
def test_a_dropped_folder_is_laid_out_as_it_was_and_never_outside(home, names, written):
    home.mkdir(exist_ok=True)
    files = [lay.Upload(str(n), name, b"x", in_folder=True) for n, name in enumerate(names)]

    tops = lay.laid(home, files)

    found = {path.relative_to(home).as_posix() for path in home.rglob("*") if path.is_file()}
    assert found == written
    assert {top.relative_to(home).as_posix() for top in tops} == {
        name.split("/")[0] for name in written
    }


def test_a_table_with_unknown_columns_is_asked_about():
    header = ["stamp", "who", "Anno 2026"]
    assert mapping.may_ask({"header": header, "reject_code": "column_missing"})
    assert mapping.may_ask({"header": header, "reject_code": "dates_ambiguous"})
    assert not mapping.may_ask({"header": [], "reject_code": "column_missing"})
    assert not mapping.may_ask({"header": header, "reject_code": "no_rows"})


@pytest.mark.parametrize(
    ("kind", "columns", "is_enough"),
    [
        ("log", {"time": "a", "sender": "b", "recipient": "c"}, True),
        ("log", {"time": "a", "sender": "b"}, False),
        ("staff", {"person": "a", "manager": "b"}, True),
        ("staff", {"email": "a", "department": "b"}, True),
        ("staff", {"manager": "a", "department": "b"}, False),
        ("staff", {"person": "a"}, False),
    ],
)
def test_how_many_columns_are_enough(kind, columns, is_enough):
    assert mapping.enough(kind, columns) is is_enough
