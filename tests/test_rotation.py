"""Keys: another one, the same people; none, nobody; and no list of names opens a pseudonym."""

import hashlib
import hmac
import io
import json

import polars as pl
import pytest

from analytics import erasure, people
from analytics.ingest import ingest
from analytics.vault import identity, ledger, rewrite, store, tombstones
from analytics.vault.workspace import KeyDestroyed, Workspace
from tests.anna import ANNA, IDS, NAMES, WORDS, acts, copy_files, copy_workspace, keys
from tests.test_ingest import publish
from tests.traces import traces

pytestmark = pytest.mark.usefixtures("home")


@pytest.fixture
def files(tmp_path):
    return copy_files(tmp_path)


@pytest.fixture
def workspace(files, home):
    return copy_workspace(home)


def graph(workspace):
    """The store's people and acts with each person called by how much she did: the same whatever the keys are."""
    with store.build(workspace).connect() as connection:
        return connection.sql(
            "with busy as (select person, count(event.event) as acts, any_value(in_org) as in_org, any_value(kind) as kind"
            "   from person left join event on actor = person group by person)"
            " select b.acts, b.in_org, b.kind, tool, action, us, event, space, recipients from event"
            " join busy b on b.person = actor order by all"
        ).fetchall()


def test_every_pseudonym_is_new_and_everything_still_fits_together(workspace, home):
    before, old = graph(workspace), keys(workspace)
    everybody = {row["key"] for row in identity.rows(workspace).to_dicts()}

    erasure.rotate_key("acme", publish=publish)

    assert graph(Workspace.open("acme")) == before
    assert not keys(workspace) & old
    assert traces(home, [], everybody) == []
    assert {row["key"] for row in identity.rows(workspace).to_dicts()} >= keys(workspace) - {
        people.pseudonym(workspace.secret(), "slack:U0ANNAQ9X")
    }


def test_a_later_export_fits_what_was_imported_under_the_old_key(workspace, tmp_path):
    before = acts(workspace)
    erasure.rotate_key("acme", publish=publish)
    more = tmp_path / "phone again.csv"
    more.write_text(IDS + "2026-01-12 09:00:00,HR-77415,HR-3,phone\n")

    ingest([more], "acme", publish=publish)

    assert acts(workspace) == [
        (tool, action, count + (tool == "phone")) for tool, action, count in before
    ]


def test_the_old_secret_is_gone_and_what_was_derived_from_it_stays(workspace, home):
    old = workspace.secret()
    derived = {purpose: workspace.derived(purpose) for purpose in ("event", "space", "erased")}

    erasure.rotate_key("acme", publish=publish)

    assert {purpose: workspace.derived(purpose) for purpose in derived} == derived
    assert workspace.key.stat().st_mode & 0o777 == 0o600
    assert traces(home, [old.hex()]) == []


def test_an_erased_person_stays_erased_under_a_new_key(workspace, files, home):
    erasure.erase("acme", ANNA, publish=publish)
    erasure.rotate_key("acme", publish=publish)
    files[0].write_text(files[0].read_text() + "HR-4,di@example.org,Di Zoll,HR-1,Sales\n")

    report = ingest(files[:1], "acme", publish=publish)["files"][0]

    assert report["rejected"] == {"erased": 1}
    assert traces(home, WORDS, keys(workspace)) == []


@pytest.mark.parametrize("step", ["decide", "move", "close"])
@pytest.mark.parametrize("after", [False, True])
def test_cut_off_at_any_step_all_keys_are_old_or_all_are_new(workspace, monkeypatch, step, after):
    before, secret = graph(workspace), workspace.secret()
    real = getattr(rewrite, step)

    def cut(*given):
        if after:
            real(*given)
        raise KeyboardInterrupt

    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(rewrite, step, cut)
        erasure.rotate_key("acme", publish=publish)
    ingest([], "acme", publish=publish)

    assert graph(workspace) == before
    assert (workspace.secret() == secret) == ((step, after) == ("decide", False))
    assert set(keys(workspace)) & set(identity.rows(workspace)["key"])


def test_without_the_key_nobody_is_known_and_releases_stay(workspace, files, home):
    hers, release = keys(workspace), workspace.current_release().read_bytes()
    erasure.back_up("acme")

    left = erasure.destroy_key("acme")

    assert left == []
    assert workspace.current_release().read_bytes() == release
    assert not workspace.key.exists()
    assert [
        line for line in traces(home, [ANNA, "U0ANNAQ9X", "HR-77415"]) if ".json" not in line
    ] == []
    for refused in (
        lambda: ingest(files, "acme", publish=publish),
        lambda: erasure.erase("acme", ANNA, publish=publish),
        lambda: erasure.subject_access("acme", ANNA),
        lambda: erasure.rotate_key("acme", publish=publish),
    ):
        with pytest.raises(KeyDestroyed, match="was destroyed on"):
            refused()
    assert Workspace.open("acme", create=True)
    assert not workspace.key.exists()
    assert traces(home / "acme" / "imports", [], hers)  # the acts stay, as nobody's


def test_a_list_of_all_staff_opens_no_pseudonym(workspace, home):
    """P-10: every usual way to hash an address, guessed keys included, against every number and text that is kept."""
    addresses = [ANNA, "head@example.org", "cy@example.org"]
    known = [f"mail:{one}" for one in addresses] + addresses + NAMES + ["HR-77415", "U0ANNAQ9X"]
    guesses = [
        b"",
        b"convivio",
        b"acme",
        b"secret",
        b"key",
        bytes(32),
        workspace.derived("event").encode(),
    ]
    tried = set()
    for name in (name.encode() for name in known):
        digests = [
            hashlib.new(kind, name).digest()
            for kind in ("md5", "sha1", "sha256", "sha512", "blake2b")
        ]
        digests += [hashlib.sha256(guess + name).digest() for guess in guesses]
        digests += [hashlib.sha256(name + guess).digest() for guess in guesses]
        digests += [hmac.digest(guess, name, "sha256") for guess in guesses]
        for digest in digests:
            tried |= {int.from_bytes(digest[:8], order, signed=True) for order in ("big", "little")}
    frames = [pl.read_parquet(io.BytesIO(path.read_bytes())) for path in home.rglob("*.parquet")]
    kept = {
        value
        for frame in frames
        for column in frame.select(pl.col(pl.Int64)).get_columns()
        for value in column.drop_nulls()
    }

    assert keys(workspace) & kept
    assert tried & kept == set()


def test_the_same_person_in_two_workspaces_has_no_pseudonym_in_common(workspace, files):
    ingest(files, "other", publish=publish)
    other = Workspace.open("other")

    ours, theirs = (set(identity.rows(one)["key"]) for one in (workspace, other))

    assert len(ours) == len(theirs) > 0
    assert ours & theirs == set()
    marks = [
        {tombstones.mark(one.derived("erased"), name) for name in NAMES}
        for one in (workspace, other)
    ]
    assert marks[0] & marks[1] == set()
    assert [e.id for e in ledger.live(workspace)] == [e.id for e in ledger.live(other)]
    assert json.loads(workspace.imports_list.read_text())
