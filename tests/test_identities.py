"""Whose account is whose: what joins itself, what is suggested, what somebody decided, and how it is taken back."""

import hashlib
import json
import shutil
from itertools import permutations

import pytest

from analytics import audit_log, erasure, identities, people
from analytics.errors import UsageError
from analytics.vault import identity, imports, matches, store, subject
from analytics.vault.workspace import BrokenWorkspace, Workspace
from tests import parts, staff
from tests.parts import at
from tests.test_ingest import publish

HR = [
    {"person": "HR-1", "email": "anna.rossi@acme.it", "name": "Anna Rossi", "department": "Sales"},
    {"person": "HR-2", "email": "bo.conti@acme.it", "name": "Bo Conti", "department": "Sales"},
]


@pytest.fixture
def workspace(home):
    return Workspace.open("acme", create=True)


def add(workspace, name, form="slack_export", **tables):
    folder = workspace.scratch("parts")
    report = parts.write(folder, form=form, **tables)
    return imports.add(
        workspace, report, folder, hashlib.sha256(name.encode()).hexdigest(), f"{name}.csv"
    )


def zoom(account, name, **values):
    return {"tool": "zoom", "account": account, "name": name} | values


def acted(account, number=1):
    return {"tool": "zoom", "event": f"{account}{number}", "at": at("2026-01-05T09:00"), "actor": account}  # fmt: skip


def in_short(suggestions):
    """(accounts of the person, accounts that may be hers, reason), whatever the ids."""
    return sorted(
        (*row["person"]["accounts"], *row["other"]["accounts"], row["reason"])
        for row in suggestions
    )


def ids(found, *accounts):
    """The ids of the suggestions or decisions about all of these accounts."""
    return [
        row["id"]
        for row in (*found["suggestions"], *found["decided"])
        if set(accounts) <= {*row["person"]["accounts"], *row["other"]["accounts"]}
    ]


def decide(**said):
    return identities.decide("acme", publish=publish, **said)


def bytes_of(workspace):
    folder = store.build(workspace).folder
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()}


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A folder of workspaces: acme knows Anna by address in slack, by name alone in zoom."""
    folder = tmp_path_factory.mktemp("anna")
    workspace = Workspace.open("acme", folder, create=True)
    add(workspace, "hr", "hr_file", org=HR)
    add(workspace, "slack", account=[{"account": "U1", "email": "anna.rossi@acme.it"}])
    add(
        workspace,
        "zoom",
        account=[zoom("z1", "ROSSI, Anna"), zoom("z9", "Hans Groß")],
        event=[acted("z1"), acted("z9")],
    )
    return folder


@pytest.fixture
def anna(made, home):
    """A copy of acme for one test."""
    shutil.copytree(made, home)
    return Workspace.open("acme")


@pytest.fixture(scope="module")
def staffed(tmp_path_factory):
    """A folder of workspaces: acme has the HR file alone."""
    folder = tmp_path_factory.mktemp("staffed")
    add(Workspace.open("acme", folder, create=True), "hr", "hr_file", org=HR)
    return folder


@pytest.fixture
def with_staff(staffed, home):
    """A copy of acme with the HR file, for one test."""
    shutil.copytree(staffed, home)
    return Workspace.open("acme")


# ---------------------------------------------------------------------------------------- planted truth


@pytest.fixture(scope="module")
def company(tmp_path_factory):
    """Three hundred people over three tools: the groups that the product makes, and what it suggests."""
    drawn = staff.draw()
    workspace = Workspace.open("acme", tmp_path_factory.mktemp("staff"), create=True)
    add(workspace, "hr", "hr_file", org=drawn.hr)
    for tool in ("slack", "zoom", "mail"):
        add(workspace, tool, account=getattr(drawn, tool))
    known = identities._known(workspace)
    owners, groups = {}, {}
    for tool, account, group in known.accounts.select("tool", "account", "group").rows():
        owners.setdefault(group, set()).add(drawn.truth[tool, account])
        groups[tool, account] = group
    in_hr = {number: groups[key] for key, number in drawn.truth.items() if key[0] == ""}
    pairs = set(identities._open(known).select("person", "other").rows())
    return drawn, owners, groups, in_hr, pairs


def test_whoever_is_joined_without_being_asked_is_one_person(company):
    _, owners, *_ = company

    assert {len(owner) for owner in owners.values()} == {1}


def test_nearly_all_of_the_true_rest_is_suggested(company):
    drawn, _, groups, in_hr, pairs = company

    rest = {
        (in_hr[number], groups[key])
        for key, number in drawn.truth.items()
        if number is not None and groups[key] != in_hr[number]
    }

    assert len(rest) > 300
    assert len(rest & pairs) / len(rest) >= 0.95


def test_rooms_shared_mailboxes_and_notetakers_are_suggested_for_nobody(company):
    drawn, _, groups, _, pairs = company
    customers = {key for key in drawn.truth if "customer" in key[1]}
    nobody = {
        groups[key]
        for key, number in drawn.truth.items()
        if number is None and key not in customers
    }

    assert len(nobody) == 9
    assert not nobody & {end for pair in pairs for end in pair}


def test_each_of_two_namesakes_is_suggested_and_both_are_named(workspace):
    twins = [
        {"person": f"HR-{number}", "email": f"marco.rossi{number}@acme.it", "name": "Marco Rossi"}
        for number in (1, 2)
    ]
    add(workspace, "hr", "hr_file", org=twins)
    add(workspace, "zoom", account=[zoom("z1", "Rossi Marco")])

    found = identities.listed("acme")["suggestions"]

    assert in_short(found) == [("hr:HR-1", "zoom:z1", "same_name"), ("hr:HR-2", "zoom:z1", "same_name")]  # fmt: skip
    assert [row["also"] for row in found] == [[found[1]["id"]], [found[0]["id"]]]


@pytest.mark.parametrize(
    ("account", "reason"),
    [
        ({"email": "anna.rossi_acme.it#EXT#@partner.onmicrosoft.com", "kind": "guest"}, "guest_form"),
        ({"email": "anna.rossi+zoom@acme.it"}, "plus_tag"),
        ({"email": "anna.rossi@acme.onmicrosoft.com"}, "cloud_twin"),
        ({"name": "Rossi Anna"}, "same_name"),
        ({"name": "Dott.ssa Ånna RÖSSI"}, "same_name"),
        ({"name": "Анна Росси"}, "same_name"),
        ({"name": "Anna Maria Rossi"}, "name_in_part"),
        ({"name": "Anna Rosssi"}, "similar_name"),
        ({"name": "A. Rossi"}, "initial"),
        ({"email": "rossi.anna@acme.it"}, "address_spells_name"),
        ({"email": "annarossi77@gmail.com"}, "address_spells_name"),
        ({"email": "a.rossi@acme.it"}, "initial"),
    ],
)  # fmt: skip
def test_a_form_of_a_name_or_address_is_suggested_with_its_reason(with_staff, account, reason):
    add(with_staff, "zoom", account=[zoom("z1", account.get("name")) | account])

    found = identities.listed("acme")["suggestions"]

    assert in_short(found) == [("hr:HR-1", "zoom:z1", reason)]


@pytest.mark.parametrize(
    "account",
    [
        {"email": "anna.rossi@customer.example"},
        {"email": "info@acme.it", "name": "Anna Rossi"},
        {"name": "Anna Rossi", "kind": "guest"},
        {"name": "Anna Rossi", "kind": "bot"},
        {"name": "Anna"},
        {"name": "Bruno Rossi"},
        {"name": "Anna Rossi's Notetaker"},
    ],
)
def test_what_only_looks_like_somebody_is_not_suggested(with_staff, account):
    add(with_staff, "zoom", account=[zoom("z1", account.get("name")) | account])

    assert identities.listed("acme")["suggestions"] == []


def test_another_domain_is_the_companys_where_several_people_have_the_same_address_there(workspace):
    names = ["anna.rossi", "bo.conti", "cy.gallo", "dee.longo"]
    add(workspace, "hr", "hr_file", org=[{"person": name, "email": f"{name}@acme.it"} for name in names])  # fmt: skip
    add(workspace, "zoom", account=[zoom(name, None, email=f"{name}@acme.com") for name in names])

    found = identities.listed("acme")["suggestions"]

    assert {row["reason"] for row in found} == {"same_local_part"}
    assert len(found) == 4


def test_concealed_names_are_said_and_never_matched(with_staff):
    digest = "AAAABBBB1111CCCC2222DDDD3333EEEE"  # in two tools: still nobody knows whether it is one person
    id_ = add(with_staff, "zoom", account=[zoom(digest, digest), zoom("z2", "Bo Conti")])

    add(with_staff, "phone", account=[{"tool": "phone", "account": digest, "name": digest}])

    found = identities.listed("acme")

    assert found["concealed"] == {"phone": 1, "zoom": 1}
    assert in_short(found["suggestions"]) == [("hr:HR-2", "zoom:z2", "same_name")]
    assert "names_concealed" in imports.find(with_staff, id_).report["warnings"]


# ------------------------------------------------------------------------------------------- deciding


def test_nothing_is_joined_until_somebody_says_so(anna):
    before = store.counts(store.build(anna))
    [one] = ids(identities.listed("acme"), "zoom:z1")

    done = decide(accept=[one])

    assert before == {"in_org": 2, "matched": 1, "unmatched": 2}
    assert done == {
        "accepted": 1,
        "refused": 0,
        "undone": 0,
        "people": {"in_org": 2, "matched": 1, "unmatched": 1},
        "release": done["release"],
    }
    rows = identity.rows(anna).filter(identity.rows(anna)["account"] == "z1")
    assert rows["how_matched"].to_list() == ["by hand"]


def test_taking_a_decision_back_brings_the_earlier_store_bit_for_bit(anna):
    before = bytes_of(anna)
    [one] = ids(identities.listed("acme"), "zoom:z1")

    decide(accept=[one])
    joined = bytes_of(anna)
    decide(undo=[one])

    assert joined != before
    assert bytes_of(anna) == before
    assert [line.verdict for line in matches.lines(anna)] == ["same", "open"]
    assert in_short(identities.listed("acme")["suggestions"])[0][-1] == "same_name"


def test_decisions_give_the_same_store_in_either_order(with_staff):
    add(with_staff, "zoom", account=[zoom("z1", "Rossi Anna"), zoom("z2", "Conti Bo"), {"tool": "phone", "account": "p1", "name": "Anna Rossi"}])  # fmt: skip
    found = set()
    # three of the six orders: of any two decisions each comes first in one of them
    for place, order in enumerate([*permutations(("z1", "z2", "p1"))][::2]):
        shutil.copytree(with_staff.folder, with_staff.folder.with_name(f"w{place}"))
        workspace = Workspace.open(f"w{place}")
        for account in order:
            tool = "phone" if account == "p1" else "zoom"
            [one] = ids(identities.listed(workspace.name), f"{tool}:{account}")
            identities.decide(workspace.name, accept=[one], publish=publish)
        found.add(tuple(sorted(bytes_of(workspace).items())))

    assert len(found) == 1


def test_what_was_refused_is_not_suggested_again_after_the_next_import(anna):
    [one] = ids(identities.listed("acme"), "zoom:z1")

    decide(refuse=[one])
    add(anna, "slack2", account=[{"account": "U1", "email": "anna.rossi@acme.it", "name": "Anna Rossi"}])  # fmt: skip
    add(anna, "zoom2", account=[zoom("z1", "Anna Rossi")], event=[acted("z1", 2)])

    found = identities.listed("acme")
    assert found["suggestions"] == []
    assert [(row["id"], row["verdict"], row["who"]) for row in found["decided"]] == [
        (one, "apart", "this machine")
    ]


def test_a_refusal_joins_nothing_and_leaves_the_store(anna):
    before = bytes_of(anna)

    decide(refuse=ids(identities.listed("acme"), "zoom:z1"))

    assert bytes_of(anna) == before


def test_one_account_cannot_become_two_people_of_the_hr_file(workspace):
    twins = [{"person": f"HR-{n}", "email": f"rossi{n}@acme.it", "name": "Marco Rossi"} for n in (1, 2)]  # fmt: skip
    add(workspace, "hr", "hr_file", org=twins)
    add(workspace, "zoom", account=[zoom("z1", "Rossi Marco")])
    both = ids(identities.listed("acme"), "zoom:z1")

    with pytest.raises(UsageError, match="two people of the HR file one, so nothing was changed"):
        decide(accept=both)

    assert matches.lines(workspace) == []
    decide(accept=both[:1])
    assert identities.listed("acme")["suggestions"] == []


def test_an_account_that_was_refused_cannot_come_in_by_a_third(workspace):
    add(workspace, "zoom", account=[zoom("z1", "Anna Rossi")])
    add(workspace, "phone", account=[{"tool": "phone", "account": "p1", "name": "Rossi Anna"}])
    add(workspace, "chat", account=[{"tool": "chat", "account": "c1", "name": "Rossi, Anna"}])
    found = identities.listed("acme")
    [refused] = ids(found, "zoom:z1", "phone:p1")
    others = [*ids(found, "zoom:z1", "chat:c1"), *ids(found, "phone:p1", "chat:c1")]

    with pytest.raises(UsageError, match=f"{refused} was refused"):
        decide(refuse=[refused], accept=others)

    assert matches.lines(workspace) == []


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        ({"accept": ["abc"]}, "abc is not suggested"),
        ({"undo": ["abc"]}, "abc was not decided"),
        ({"accept": ["abc"], "refuse": ["abc"]}, "abc is named twice"),
    ],
)
def test_an_id_that_is_not_there_changes_nothing(anna, said, sentence):
    with pytest.raises(UsageError, match=sentence):
        decide(**said)

    assert not anna.matches.exists()


# ---------------------------------------------------------------------------- the journal and its keeping


def test_the_journal_holds_no_name_and_the_log_notes_its_end(anna):
    decide(accept=ids(identities.listed("acme"), "zoom:z1"))

    text = anna.matches.read_text().lower()
    [entry, *_] = [line for line in audit_log.read(anna.folder) if line["kind"] == "identities"]
    assert not any(word in text for word in ("rossi", "anna", "z1", "acme.it"))
    assert entry["journal"] == json.loads(text.splitlines()[-1])["hash"]
    assert anna.matches.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("change", ["alter", "remove", "swap"])
def test_a_line_of_the_journal_cannot_be_changed_unseen(anna, change):
    [one] = ids(identities.listed("acme"), "zoom:z1")
    for said in ({"accept": [one]}, {"undo": [one]}, {"refuse": [one]}):
        decide(**said)
    lines = anna.matches.read_text().splitlines(keepends=True)
    if change == "alter":
        lines[1] = lines[1].replace('"open"', '"same"')
    elif change == "remove":
        del lines[0]
    else:
        lines[0], lines[1] = lines[1], lines[0]
    anna.matches.write_text("".join(lines))

    with pytest.raises(BrokenWorkspace, match="altered or does not follow"):
        store.build(anna)


def test_the_beginning_of_a_line_that_a_crash_cut_off_counts_for_nothing(anna):
    [one] = ids(identities.listed("acme"), "zoom:z1")
    decide(accept=[one])
    with anna.matches.open("a") as file:
        file.write('{"n": 2, "verd')

    decide(undo=[one])

    assert [line.verdict for line in matches.lines(anna)] == ["same", "open"]


def test_whoever_is_erased_leaves_the_journal_with_all_accounts_joined_by_hand(anna):
    add(anna, "phone", account=[{"tool": "phone", "account": "p2", "name": "Conti Bo"}])
    found = identities.listed("acme")
    decide(accept=[*ids(found, "zoom:z1"), *ids(found, "phone:p2")])
    hers = subject.find(anna, "anna.rossi@acme.it").keys

    erasure.erase("acme", "anna.rossi@acme.it", publish=publish)

    assert len(hers) >= 3
    assert not hers & matches.keys(anna)
    assert len(matches.accepted(anna)) == 1
    assert "z1" not in identity.rows(anna)["account"].to_list()


def test_decisions_outlive_a_new_key(anna):
    [one] = ids(identities.listed("acme"), "zoom:z1")
    decide(accept=[one])
    before = store.counts(store.build(anna)), matches.keys(anna)

    erasure.rotate_key("acme", publish=publish)

    assert store.counts(store.build(anna)) == before[0]
    assert not matches.keys(anna) & before[1]
    assert identities.listed("acme")["decided"][0]["other"]["accounts"] == ["zoom:z1"]


def test_subject_access_finds_what_was_joined_by_hand(anna):
    decide(accept=ids(identities.listed("acme"), "zoom:z1"))

    found = subject.find(anna, "anna.rossi@acme.it")

    assert sorted(found.accounts["account"]) == ["HR-1", "U1", "z1"]


def test_looking_at_the_names_is_logged(anna):
    identities.listed("acme")

    assert audit_log.read(anna.folder)[0]["kind"] == "identities_seen"


# ------------------------------------------------------------------------------------------- not people


@pytest.mark.parametrize(
    ("email", "name", "expected"),
    [
        ("info@acme.it", None, "shared"),
        ("hr.it@acme.it", None, "shared"),
        ("no-reply@acme.it", None, "noreply"),
        ("c_18@resource.calendar.google.com", "Milano-2", "room"),
        ("conf-2@acme.it", "CONF-2 Milano", "room"),
        ("r@acme.it", "Sala riunioni Nord", "room"),
        (None, "Fred's AI Notetaker", "notetaker"),
        (None, "Read.ai meeting notes", "notetaker"),
        (None, "+39 02 123 456", "telephone"),
        ("test1@acme.it", None, "test"),
        ("sala@acme.it", "Beppe Sala", None),
        ("infante@acme.it", "Rosa Infante", None),
        ("testa@acme.it", "Carlo Testa", None),
        ("otto@acme.it", "Otto Raum", None),
        (None, "Anna Rossi", None),
    ],
)  # fmt: skip
def test_a_rule_tells_what_is_nobody(email, name, expected):
    found = people.traits(parts.frame("account", [{"account": "x", "email": email, "name": name}]).select("tool", "account", "email", "name", "kind"))  # fmt: skip

    assert found["not_person"].to_list() == [expected]
    assert (found["kind"][0] == "human") == (expected is None)


def test_whoever_the_hr_file_lists_is_a_person_whatever_a_rule_says(workspace):
    add(workspace, "hr", "hr_file", org=[{"person": "HR-1", "email": "hr@acme.it", "name": "Hannah Rau"}])  # fmt: skip
    add(workspace, "slack", account=[{"account": "U1", "email": "hr@acme.it"}, {"account": "U2", "email": "info@acme.it"}])  # fmt: skip

    with store.build(workspace).connect() as connection:
        kinds = connection.sql("select kind, in_org from person order by all").fetchall()

    assert kinds == [("human", True), ("service", False)]
