"""Does what is posted reach people? Only where an export says who opened what."""

from analytics.metrics.adoption import LONGER
from analytics.metrics.engine import Measure
from analytics.metrics.passport import Cut, Passport, Words

CUTS: tuple[Cut, ...] = ("total", "tool", "department")
MEASURES = (
    Measure(
        "meaningful_reach", "weeks_opened", "weeks_posted", kind="clustered", grains=LONGER, cuts=CUTS,
        reason="case when not bool_or(has_views) then 'no_views' when sum(weeks_posted) = 0 then 'no_data' end",
    ),
)  # fmt: skip

PASSPORTS = (
    Passport(
        id="meaningful_reach",
        family="adoption",
        title="Reach of what is posted",
        question="Does what is posted reach people?",
        unit="share",
        better="up",
        definition=(
            "Of the weeks in which something new was posted in a channel or community of theirs, the share in which its members opened it. "
            "numerator = members who opened the space in that week; denominator = members of the space, for every space and week with a post. "
            "It cannot see what was read in a notification or a mail, nor whether somebody who opened a space read on. Members are those of the export's day."
        ),
        cuts=CUTS,
        grains=LONGER,
        minimum="10 people; an export that says who opened which space",
        smallest_worth_showing=0.05,
        tables=("event", "membership", "space_week"),
        needs=("views", "acts"),
        source="SWOOP Analytics, reach (seen ÷ members), within seven days",
        peers="SWOOP counts views of posts, vendors' usage reports of files and pages; a chat export holds none",
        check="Three members and two weeks with a post by hand: opened 3 of 6 times, 0.5",
        words=Words(
            up="what is posted reaches more of its members than before",
            down="what is posted reaches fewer of its members than before",
            same="what is posted reaches as many of its members as before",
            unseen="nobody can say whom posts reach",
        ),
    ),
)  # fmt: skip
