"""Which accounts might be one person's, and why: suggestions for somebody to judge, never joined by themselves.

A suggestion is a pair of groups (accounts that are known to be one person's). Two people of the HR file are never
suggested to be one, nor what is no person, nor accounts whose names the export conceals.
"""

from collections.abc import Callable, Iterator
from functools import cache

import polars as pl

from analytics import people, places
from analytics.names import folded, initials, spellings, two_words, without_umlauts

# reason -> (score, the sentence): the higher the score, the surer
REASONS: dict[str, tuple[int, str]] = {
    "guest_form": (95, "The guest address spells this person's own address."),
    "plus_tag": (95, "The same address but for what follows the plus sign."),
    "cloud_twin": (90, "The same address in the company's onmicrosoft.com domain."),
    "same_local_part": (80, "The same address at another domain of the company."),
    "same_name": (75, "The same name."),
    "name_in_part": (60, "The same first and last name; one of them has further names."),
    "address_spells_name": (55, "The address is made of this name."),
    "similar_name": (50, "Nearly the same name."),
    "initial": (40, "The same last name, and the first letter fits."),
}
ACCOUNTS = {
    "group": pl.Int64,
    "tool": pl.String,  # empty for the HR file
    "account": pl.String,
    "email": pl.String,
    "name": pl.String,
    "kind": pl.String,
    "is_concealed": pl.Boolean,
}
PAIRS = {"person": pl.Int64, "other": pl.Int64, "reason": pl.String, "score": pl.Int64}
PROVIDERS = places.ROOT / "data" / "mail_providers.txt"
GUEST = r"^(.+)_([^_@]+\.[^_@]+)#ext#@"  # anna_acme.com#EXT#@tenant.onmicrosoft.com
CLOUD = r"\.onmicrosoft\.com$"
SHARED_LOCALS = 3  # people with the same local part at both domains: then both are the company's
OWN_DOMAIN = 5  # accounts at a domain, where no HR file tells which domain is the company's
LONG_ENOUGH = 4  # letters of a local part that tells anything
MOST_WORDS = 5  # of a name
ALIKE = 88  # of 100, rapidfuzz's ratio of two names with their words in order
AT_ONCE = 500  # names compared with all others at once
MOST = 5  # people one account is suggested for


def pairs(accounts: pl.DataFrame) -> pl.DataFrame:
    """Return PAIRS from ACCOUNTS, surest first: `person` stays (somebody of the HR file where one is), `other` joins.

    The order of the accounts does not matter.
    """
    known = _known(accounts)
    addresses, names = _addresses(known), _names(known)
    company = _company_domains(addresses)
    found = [
        _by_address(addresses, company),
        _by_name(names, company),
        _by_spelling(names, addresses.filter(pl.col("kind") == "human"), company),
    ]
    clear = pl.concat(found)
    near = _alike(names, _admissible(clear, known), company)
    return _admissible(pl.concat([clear, near]), known)


def _known(accounts: pl.DataFrame) -> pl.DataFrame:
    """Return the accounts of groups that are people, with in_hr and the group's kind: human or guest."""
    in_hr = (pl.col("tool") == "").any().over("group")
    kind = pl.when(in_hr | (pl.col("kind") == "human").any().over("group")).then(pl.lit("human"))
    guest = (pl.col("kind") == "guest").any().over("group")
    return (
        accounts.with_columns(
            in_hr=in_hr, kind=kind.otherwise(pl.when(guest).then(pl.lit("guest")))
        )
        .filter(pl.col("kind").is_not_null(), ~pl.col("is_concealed").fill_null(value=False))
        .sort("group", "tool", "account", "name", nulls_last=True)
    )


def _addresses(known: pl.DataFrame) -> pl.DataFrame:
    """Return group, in_hr, kind, tool, address, local, domain of every address; role mailboxes are left out."""
    address = pl.col("email").fill_null(pl.when(people.is_address("account")).then("account"))
    shared = pl.any_horizontal(
        rule.fits() for rule in people.nobodies() if rule.kind in ("shared", "noreply", "test")
    )
    return (
        known.with_columns(address=address.str.strip_chars().str.to_lowercase())
        .drop_nulls("address")
        .with_columns(
            local=pl.col("address").str.extract(r"^(.*)@"),
            domain=pl.col("address").str.extract(r"@([^@]+)$"),
            said=pl.col("address"),
        )
        .filter(~shared)
        .select("group", "in_hr", "kind", "tool", "address", "local", "domain")
        .unique(maintain_order=True)
    )


def _company_domains(addresses: pl.DataFrame) -> list[str]:
    """Return the company's own domains: the HR file's, and those where several people have the same local part.

    Without an HR file: those of several accounts. Where anybody can have a mailbox is nobody's.
    """
    ours = addresses.filter(~pl.col("domain").is_in(list(providers())))
    in_hr = ours.filter("in_hr").select("domain", "local").unique()
    if in_hr.is_empty():
        many = ours.group_by("domain").agg(pl.col("group").n_unique())
        return sorted(many.filter(pl.col("group") >= OWN_DOMAIN)["domain"])
    twins = (
        ours.filter(~pl.col("domain").is_in(in_hr["domain"].implode()))
        .join(in_hr.filter(pl.col("local").str.len_chars() >= LONG_ENOUGH), on="local")
        .group_by("domain")
        .agg(pl.col("local").n_unique())
        .filter(pl.col("local") >= SHARED_LOCALS)
    )
    return sorted({*in_hr["domain"], *twins["domain"]})


def _by_address(addresses: pl.DataFrame, company: list[str]) -> pl.DataFrame:
    """Return raw pairs of addresses that are forms of one another."""
    plain = addresses.select("address", right="group")
    guests = addresses.select(
        "group", address=pl.format("{}@{}", pl.col("address").str.extract(GUEST, 1), pl.col("address").str.extract(GUEST, 2))
    )  # fmt: skip
    bare = addresses.with_columns(
        bare=pl.format("{}@{}", pl.col("local").str.replace(r"\+.*$", ""), "domain")
    )
    own = addresses.filter(
        pl.col("domain").is_in(company), pl.col("local").str.len_chars() >= LONG_ENOUGH
    )
    cloud = addresses.filter(pl.col("domain").str.contains(CLOUD))
    away = own.select("local", other_domain="domain", right="group")
    return pl.concat(
        [
            _raw(guests.drop_nulls().join(plain, on="address"), "guest_form"),
            _raw(bare.join(bare.select("bare", right="group"), on="bare"), "plus_tag"),
            _raw(cloud.join(away, on="local"), "cloud_twin"),
            _raw(
                own.join(away, on="local").filter(pl.col("domain") != pl.col("other_domain")),
                "same_local_part",
            ),
        ]
    )


def _raw(joined: pl.DataFrame, reason: str) -> pl.DataFrame:
    """Return left, right, reason of two groups apart, from group and right."""
    return joined.filter(pl.col("group") != pl.col("right")).select(
        left="group", right="right", reason=pl.lit(reason)
    )


def _names(known: pl.DataFrame) -> pl.DataFrame:
    """Return group, in_hr, tool, domain, words (of two and more, folded and sorted) of the people who have a name."""
    named = known.filter(pl.col("kind") == "human").drop_nulls("name")
    address = pl.col("email").fill_null(pl.when(people.is_address("account")).then("account"))
    return (
        named.with_columns(
            domain=address.str.to_lowercase().str.extract(r"@([^@]+)$"),
            words=pl.Series([folded(name) for name in named["name"]], dtype=pl.List(pl.String)),
        )
        .filter(pl.col("words").list.len().is_between(2, MOST_WORDS))
        .select("group", "in_hr", "tool", "domain", "words")
        .unique(maintain_order=True)
    )


def _by_name(names: pl.DataFrame, company: list[str]) -> pl.DataFrame:
    """Return raw pairs of people whose names are the same, or the same but for further names or an initial."""
    known = names.with_columns(key=pl.col("words").list.join(" "))
    near = known.filter(_near(company))
    parts = _exploded(near, two_words)
    short = _exploded(near, initials)
    return pl.concat(
        [
            _raw(known.join(known.select("key", right="group"), on="key"), "same_name"),
            _raw(_within(parts), "name_in_part"),
            _raw(short.join(short.select("key", right="group"), on="key"), "initial"),
        ]
    )


def _within(parts: pl.DataFrame) -> pl.DataFrame:
    """Return pairs of which one has all the words of the other, from pairs of two words that both have."""
    both = parts.join(parts.select("key", right="group", others="words"), on="key")
    shared = pl.col("words").list.set_intersection("others").list.len()
    fewer = pl.min_horizontal(pl.col("words").list.len(), pl.col("others").list.len())
    return both.filter(shared == fewer)


def _near(company: list[str]) -> pl.Expr:
    """Return whether an account could be a colleague's: no address, the company's, or one that anybody can have."""
    return pl.col("domain").is_null() | pl.col("domain").is_in([*company, *providers()]) | pl.col("domain").str.contains(CLOUD)  # fmt: skip


def _exploded(names: pl.DataFrame, forms: Callable[[list[str]], Iterator[str]]) -> pl.DataFrame:
    """Return group, key, words for every form of every name; of initials only those that somebody goes by."""
    keys = pl.Series([list(forms(words)) for words in names["words"]], dtype=pl.List(pl.String))
    found = names.with_columns(key=keys).explode("key").drop_nulls("key")
    if forms is initials:
        short = names.filter(
            pl.col("words").list.eval(pl.element().str.len_chars() == 1).list.any()
        )
        used = short.with_columns(key=pl.col("words").list.join(" "))["key"]
        found = found.filter(pl.col("key").is_in(used.implode()))
    return found.select("group", "key", "words").unique(maintain_order=True)


def _by_spelling(names: pl.DataFrame, addresses: pl.DataFrame, company: list[str]) -> pl.DataFrame:
    """Return raw pairs of an address of the company and a name that it is made of: m.rossi, rossimario, mario.rossi2."""
    bare = pl.col("local").str.replace(r"\+.*$", "").str.replace_all("[^a-z]", "")
    cloud = pl.col("domain").str.contains(CLOUD)
    public = pl.col("domain").is_in(list(providers()))
    spelled = addresses.filter(pl.col("domain").is_in(company) | cloud | public).with_columns(
        key=bare.str.replace_all("([aou])e", "${1}"), is_public=public
    )
    whole, short = (_spellings(names.filter(_near(company)), whole=kind) for kind in (True, False))
    full = spelled.join(whole.select("key", right="group"), on="key")
    initial = spelled.filter(~pl.col("is_public")).join(
        short.select("key", right="group"), on="key"
    )
    return pl.concat([_raw(full, "address_spells_name"), _raw(initial, "initial")])


def _spellings(names: pl.DataFrame, *, whole: bool) -> pl.DataFrame:
    """Return group, key: how a person's address may be made of her name, with whole words or with an initial."""
    keys = pl.Series(
        [
            sorted({without_umlauts(form) for form in spellings(words, whole=whole)})
            for words in names["words"]
        ],
        dtype=pl.List(pl.String),
    )
    return names.select("group", key=keys).explode("key").unique(maintain_order=True)


def _alike(names: pl.DataFrame, found: pl.DataFrame, company: list[str]) -> pl.DataFrame:
    """Return raw pairs of nearly equal names for those for whom nothing else was found."""
    from rapidfuzz import fuzz, process

    seen = pl.concat([found["person"], found["other"]]).unique()
    key = pl.col("words").list.join(" ")
    near = (
        names.filter(_near(company))
        .select("group", "in_hr", "words", key=key)
        .unique(maintain_order=True)
    )
    lonely = near.filter(~pl.col("in_hr"), ~pl.col("group").is_in(seen.implode()))
    others = near.filter("in_hr") if near["in_hr"].any() else near
    # a misspelt word may stand elsewhere in the order
    turned = others.with_columns(key=pl.col("words").list.reverse().list.join(" "))
    others = pl.concat([others, turned])
    texts = others["key"].to_list()
    parts = [pl.DataFrame(schema={"left": pl.Int64, "right": pl.Int64, "reason": pl.String})]
    for start in range(0, lonely.height, AT_ONCE):
        some = lonely[start : start + AT_ONCE]
        likeness = process.cdist(
            some["key"].to_list(), texts, scorer=fuzz.ratio, score_cutoff=ALIKE, dtype="uint8"
        )
        rows, columns = likeness.nonzero()
        parts.append(
            _raw(
                pl.DataFrame(
                    {"group": some["group"].gather(rows), "right": others["group"].gather(columns)}
                ),
                "similar_name",
            )
        )
    return pl.concat(parts)


def _admissible(raw: pl.DataFrame, known: pl.DataFrame) -> pl.DataFrame:
    """Return what may be suggested of raw pairs, each once with its surest reason, as PAIRS.

    Two accounts of one tool that only share a name are two people, as are two lines of the HR file. Whoever has a
    candidate in the HR file is not also suggested to be the same as others.
    """
    groups = known.group_by("group").agg(
        pl.col("in_hr").first(), tools=pl.col("tool").unique().sort()
    )
    score = pl.col("reason").replace_strict(
        {name: s for name, (s, _) in REASONS.items()}, return_dtype=pl.Int64
    )
    about = [
        groups.rename({"group": side, "in_hr": f"{side}_hr", "tools": f"{side}_tools"})
        for side in ("left", "right")
    ]
    both = raw.select("left", "right", "reason", score=score)
    for side, facts in zip(("left", "right"), about, strict=True):
        both = both.join(facts, on=side)
    by_address = pl.col("reason").is_in(["guest_form", "plus_tag", "cloud_twin", "same_local_part"])
    share_tool = pl.col("left_tools").list.set_intersection("right_tools").list.len() > 0
    swap = ~pl.col("left_hr") & (pl.col("right_hr") | (pl.col("right") < pl.col("left")))
    once = (
        both.filter(~(pl.col("left_hr") & pl.col("right_hr")))
        .filter(by_address | ~share_tool | pl.col("left_hr") | pl.col("right_hr"))
        .with_columns(
            person=pl.when(swap).then("right").otherwise("left"),
            other=pl.when(swap).then("left").otherwise("right"),
            with_hr=pl.col("left_hr") | pl.col("right_hr"),
            # somebody of that tool already: perhaps a namesake
            score=pl.col("score") - 10 * (share_tool & ~by_address).cast(pl.Int64),
        )
        .sort("score", "reason", "person", "other", descending=[True, False, False, False])
        .unique(["person", "other"], keep="first", maintain_order=True)
    )
    placed = once.filter("with_hr")["other"].unique().implode()
    return (
        once.filter(
            pl.col("with_hr") | ~(pl.col("person").is_in(placed) | pl.col("other").is_in(placed))
        )
        .filter(pl.int_range(pl.len()).over("other") < MOST)
        .select(*PAIRS)
    )


@cache
def providers() -> frozenset[str]:
    """Return the domains where anybody can have a mailbox."""
    lines = PROVIDERS.read_text("ascii").splitlines()
    return frozenset(line for line in lines if line and not line.startswith("#"))
