"""What the hierarchy figures mean: their published definitions."""

from dataclasses import replace

from analytics.metrics.passport import Passport, Words

MAIL = "Company mail of a factory, nine months, 154 people (Nurek and Michalski 2020, doi:10.7910/DVN/6Z3CGX): "
WEEKS = "interval: whole weeks drawn anew (bootstrap), Student's t"
OWN = f"Own construction after the margin-preserving expectation of Newman's modularity (2006); tree distance after Josephs, Peng and Crawford (2022); {WEEKS}"
NO_PEER = "None of the products compared relates traffic to the reporting tree"
COVERED = "Only messages with both ends among people whose own data the exports hold and who stand in the reporting tree."
CHANCE = "By chance = everybody sends and receives as much as they do, no matter with whom."


COMMON = Passport(
    id="",
    family="hierarchy",
    title="",
    question="",
    unit="ratio",
    better="neither",
    definition="",
    cuts=("total", "tool"),
    grains=("month", "quarter", "all"),
    minimum="30 people, 500 messages, 4 weeks",
    smallest_worth_showing=0.0,
    tables=("delivery", "org"),
    needs=("recipients", "managers"),
    source=OWN,
    peers=NO_PEER,
    check="",
    words=Words("", "", "", ""),
)

ORG_MATCH = replace(
    COMMON,
    id="org_match",
    title="Does the org chart fit the messages?",
    question="Do people exchange messages with their own manager more than with anybody at random?",
    unit="share",
    better="neither",
    definition=(
        "Of all reporting lines, the share where the two exchanged at least one message. People are then shuffled over the chart "
        "400 times; unless the real chart beats every shuffle, chart and messages do not belong together and no hierarchy figure is shown. "
        f"{COVERED} numerator = reporting lines in touch; denominator = reporting lines. "
        "It cannot see single people under the wrong manager."
    ),
    minimum=f"{COMMON.minimum}; 30 reporting lines",
    smallest_worth_showing=0.0,
    check=MAIL
    + "0.634 in touch, 0.41 at most by chance; with ids renumbered 0.222, which is refused",
    words=Words(
        "the org chart fits the messages better than before",
        "the org chart fits the messages less well than before",
        "the org chart fits the messages",
        "nobody can say whether the org chart fits the messages",
    ),
    grains=("all",),
    source="Own test; permutation of labels after Krackhardt (1988)",
)

TREE_REACH = replace(
    COMMON,
    id="tree_reach_ratio",
    title="Reach across the tree",
    question="How far across the reporting tree do messages travel?",
    unit="ratio",
    better="up",
    definition=(
        "How many steps along reporting lines lie between sender and receiver, on average, against what chance would give. "
        f"1 = the tree does not steer who talks to whom; lower = people stay close by. {COVERED} {CHANCE} "
        "numerator = mean steps of the messages sent; denominator = mean steps expected by chance. "
        "It cannot see talk outside the tools, and several heads count as colleagues."
    ),
    minimum=f"{COMMON.minimum}; a tree of two steps or more",
    smallest_worth_showing=0.04,
    check=MAIL + "0.8412 (3.6131 steps against 4.2951)",
    words=Words(
        "messages reach further across the reporting tree than before",
        "messages stay closer along the reporting tree than before",
        "messages reach as far across the reporting tree as before",
        "nobody can say how far messages reach across the reporting tree",
    ),
)

BY_DISTANCE = replace(
    COMMON,
    id="messages_by_distance",
    title="Messages by distance in the tree",
    question="How fast does talk thin out with distance in the reporting tree?",
    unit="count",
    better="neither",
    definition=(
        "Messages per ordered pair of people, by the steps between them along reporting lines (1 = manager and report, 2 = colleagues "
        f"of one manager or two levels up). {COVERED} "
        "numerator = messages between people that far apart; denominator = ordered pairs of people that far apart. "
        "It cannot be compared between periods of different length."
    ),
    minimum=f"{COMMON.minimum}; 30 pairs at a distance; what lies further is one bin",
    smallest_worth_showing=1.0,
    check=MAIL + "42.853, 12.757, 3.405, 2.725, 2.096, 2.271 for 1 to 6 steps",
    words=Words(
        "messages between people this far apart are more frequent than before",
        "messages between people this far apart are rarer than before",
        "messages thin out with distance as before",
        "nobody can say how messages thin out with distance",
    ),
    bins="steps along reporting lines",
)

SKIP_LEVEL = replace(
    COMMON,
    id="skip_level_lift",
    title="Talk that skips a level",
    question="Do people talk with superiors above their own manager?",
    unit="ratio",
    better="up",
    definition=(
        "Of the messages between a superior and somebody below, the share that jumps at least one level, against what chance would give. "
        f"1 = as if levels did not matter. {COVERED} {CHANCE} "
        "numerator = share of such messages two or more levels apart; denominator = that share by chance. "
        "It cannot tell an open door from an order that passes the manager by."
    ),
    minimum=f"{COMMON.minimum}; 30 pairs two or more levels apart",
    smallest_worth_showing=0.15,
    check=MAIL + "0.3997 (0.2607 of the vertical messages)",
    words=Words(
        "talk that skips a level is more common than before",
        "talk that skips a level is rarer than before",
        "talk that skips a level is as common as before",
        "nobody can say how common talk is that skips a level",
    ),
)

DIRECT_LINE = replace(
    COMMON,
    id="direct_line_lift",
    title="Weight of the direct line",
    question="How much of the talk runs between managers and their own reports?",
    unit="ratio",
    better="neither",
    definition=(
        "The share of messages exchanged between managers and their direct reports, against what chance would give. "
        f"Lower is flatter, but bosses who answer more raise it too. {COVERED} {CHANCE} "
        "numerator = share of messages on reporting lines; denominator = that share by chance. "
        "It cannot tell guidance from control."
    ),
    minimum=f"{COMMON.minimum}; 30 reporting lines",
    smallest_worth_showing=1.9,
    check=MAIL + "5.2470 (15.86 % of the messages)",
    words=Words(
        "more of the talk runs along the direct reporting line than before",
        "less of the talk runs along the direct reporting line than before",
        "as much of the talk runs along the direct reporting line as before",
        "nobody can say how much of the talk runs along the direct reporting line",
    ),
)

DEPARTMENTS = replace(
    COMMON,
    id="department_ei_excess",
    title="Talk across departments",
    question="Do departments talk with each other or keep to themselves?",
    unit="difference",
    better="up",
    definition=(
        "Messages between departments minus messages inside them, as a share of all, less what chance would give; from −2 to 2, "
        f"0 = departments do not matter. Departments merged because they are small count as one; where the HR file has none, the branches under the head stand in. {COVERED} {CHANCE} "
        "numerator = the index (E − I) / (E + I) observed; denominator = the same by chance; the figure is their difference. "
        "It cannot see how good the departments' boundaries are."
    ),
    minimum=f"{COMMON.minimum}; two departments of ten people",
    smallest_worth_showing=0.11,
    check=MAIL
    + "0.0951 − 0.4046 = −0.3095 by branch; advice among 21 managers (Krackhardt 1987): index 0.515789",
    words=Words(
        "departments talk with each other more than before",
        "departments keep to themselves more than before",
        "departments talk with each other as much as before",
        "nobody can say how much departments talk with each other",
    ),
    source="E-I index: Krackhardt and Stern (1988); against the expectation from margins: own construction; "
    + WEEKS,
    peers="Viva Insights and vivainsights show the share of collaboration across groups, without what chance would give",
)

BROKERAGE = replace(
    COMMON,
    id="manager_brokerage_lift",
    title="Bridges held by managers",
    question="Does talk between branches have to pass through a manager?",
    unit="ratio",
    better="down",
    definition=(
        "Of the messages between branches of the tree, the share with a manager at one end at least, against what chance would give. "
        f"Lower = colleagues reach each other directly. {COVERED} {CHANCE} "
        "numerator = share of cross-branch messages with a manager; denominator = that share by chance. "
        "It cannot see whom a manager passes things on to."
    ),
    minimum=f"{COMMON.minimum}; 200 messages between branches",
    smallest_worth_showing=0.05,
    check=MAIL + "0.8755 (share 0.4729), 34 managers",
    words=Words(
        "more of the talk between branches passes through managers than before",
        "less of the talk between branches passes through managers than before",
        "as much of the talk between branches passes through managers as before",
        "nobody can say how much of the talk between branches passes through managers",
    ),
)

UPWARD = replace(
    COMMON,
    id="upward_share",
    title="Messages going up",
    question="Along the chain of command, how many messages go up?",
    unit="share",
    better="up",
    definition=(
        f"Of the messages between a superior and somebody below, however far, the share that goes up. {COVERED} "
        "numerator = messages to a superior; denominator = messages to a superior or to somebody below. "
        "It also rises when superiors fall silent: read it together with who gets answers."
    ),
    minimum=f"{COMMON.minimum}; 100 messages along the chain of command",
    smallest_worth_showing=0.025,
    check=MAIL + "0.4917",
    words=Words(
        "more of the messages along the chain of command go up than before",
        "fewer of the messages along the chain of command go up than before",
        "as many of the messages along the chain of command go up as before",
        "nobody can say how many of the messages along the chain of command go up",
    ),
    source=f"Own construction; {WEEKS}",
)

INITIATION = replace(
    COMMON,
    id="upward_initiation_share",
    title="Who opens the conversation",
    question="After a silence, is it the report or the superior who writes first?",
    unit="share",
    better="up",
    definition=(
        "When a superior and somebody below have not exchanged anything for seven days, who writes the next message? The very first message "
        f"of a pair counts too. {COVERED} "
        "numerator = conversations opened from below; denominator = conversations opened along the chain of command. "
        "It also rises when superiors fall silent, and it cannot see meetings in between."
    ),
    minimum=f"{COMMON.minimum}; 100 conversations opened",
    smallest_worth_showing=0.10,
    check=MAIL + "0.5169",
    words=Words(
        "more conversations along the chain of command are opened from below than before",
        "fewer conversations along the chain of command are opened from below than before",
        "as many conversations along the chain of command are opened from below as before",
        "nobody can say who opens conversations along the chain of command",
    ),
    source=f"Own construction; {WEEKS}",
)

ASYMMETRY = replace(
    COMMON,
    id="reply_asymmetry",
    title="Who gets an answer",
    question="Are people answered by their superiors as often as superiors are answered?",
    unit="difference",
    better="up",
    definition=(
        "How often superiors answer messages from below within three days, minus how often messages from superiors are answered. "
        "Within a thread, only an act of the addressee in it counts, or one that names the message; elsewhere the next message back counts, "
        f"whatever it is about, so the two rates are an upper bound; their difference hardly suffers. The last three days are left out, and those before days that no export tells of. {COVERED} "
        "numerator = share of upward messages answered; denominator = share of downward messages answered; the figure is their difference. "
        "It cannot see answers given by voice."
    ),
    minimum=f"{COMMON.minimum}; 100 messages each way",
    smallest_worth_showing=0.08,
    check=MAIL + "+0.0175 (0.7693 and 0.7518)",
    words=Words(
        "superiors answer more, compared with how they are answered, than before",
        "superiors answer less, compared with how they are answered, than before",
        "superiors answer as much, compared with how they are answered, as before",
        "nobody can say whether superiors answer as much as they are answered",
    ),
    tables=("delivery", "event", "org"),
    source="Own construction; reply rates are inferred from the order of messages where no thread is exported (upper bound); "
    + WEEKS,
    peers="SWOOP Analytics and Adoption Score publish response rates, without direction",
    variants={
        "": "Answered by superiors minus answered by reports",
        "by_superiors": "Messages from below answered (upper bound outside threads)",
        "by_reports": "Messages from superiors answered (upper bound outside threads)",
    },
)

LEADERS_VOICE = replace(
    COMMON,
    id="leadership_voice_ratio",
    title="How loud leaders are",
    question="How much more do leaders send than everybody else?",
    unit="ratio",
    better="neither",
    definition=(
        "What a leader sends against what a person sends on average; every receiver counts. Leaders are the head and those who report to the head; "
        f"while they are too few to be shown, the next level is added. {COVERED} "
        "numerator = deliveries sent per leader; denominator = deliveries sent per person. "
        "It cannot tell whether leaders speak more or write to longer lists: see the variant without broadcasts."
    ),
    minimum=f"{COMMON.minimum}; as many leaders as the smallest group shown, and no more than a third of all",
    smallest_worth_showing=0.42,
    check=MAIL + "1.3029 with 12 leaders",
    words=Words(
        "leaders send more, compared with everybody, than before",
        "leaders send less, compared with everybody, than before",
        "leaders send as much, compared with everybody, as before",
        "nobody can say how much leaders send compared with everybody",
    ),
    source=f"Own construction; {WEEKS}",
    variants={
        "": "All messages",
        "without_broadcasts": "Without messages to five or more covered people",
    },
)

BROADCAST = replace(
    COMMON,
    id="broadcast_share",
    title="Messages to many",
    question="How much of what people receive is sent to many at once?",
    unit="share",
    better="neither",
    definition=(
        "The share of deliveries that come from a message to five or more people. Posts in channels are not counted: they reach nobody by name. "
        f"{COVERED} numerator = deliveries from acts with five or more covered receivers; denominator = deliveries. "
        "It cannot see receivers outside the exports."
    ),
    minimum=COMMON.minimum,
    smallest_worth_showing=0.05,
    check=MAIL + "0.1921",
    words=Words(
        "more of what people receive is sent to many than before",
        "less of what people receive is sent to many than before",
        "as much of what people receive is sent to many as before",
        "nobody can say how much of what people receive is sent to many",
    ),
    source=f"Own construction; {WEEKS}",
)

PASSPORTS: tuple[Passport, ...] = (
    ORG_MATCH, TREE_REACH, BY_DISTANCE, SKIP_LEVEL, DIRECT_LINE, DEPARTMENTS, BROKERAGE,
    UPWARD, INITIATION, ASYMMETRY, LEADERS_VOICE, BROADCAST,
)  # fmt: skip
