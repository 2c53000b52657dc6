"""What the figures of surveys mean: their published definitions."""

from dataclasses import replace

from analytics.metrics import answers
from analytics.metrics.passport import Passport, Words

SCORE, FAVOURABLE, RELIABILITY = "construct_score", "favourable_share", "survey_reliability"
WORTH = {SCORE: 5.0, FAVOURABLE: 0.05}

COMMON = replace(
    answers.COMMON,
    definition="",
    cuts=("total", "department"),
    grains=("all",),
    minimum="10 responses; two thirds of a construct's items answered; departments only where they differ (ICC(2) of 0.5, or one stands apart)",
    tables=("survey_answer",),
    needs=("answers",),
    bins="construct/first day/last day of the newest wave",
    fewest=0,
)
PASSPORTS: tuple[Passport, ...] = (
    replace(
        COMMON,
        id=SCORE,
        title="What people say",
        question="How do people rate trust, voice and being heard?",
        unit="score",
        smallest_worth_showing=WORTH[SCORE],
        definition=(
            "The mean of the responses on 0 to 100, whatever the scale: 0 = its lowest end, 100 = its highest, reversed items turned. "
            "A response counts with the mean of the items answered. "
            "numerator = sum of the responses' scores; denominator = responses. "
            "It cannot see those who did not answer, nor how many were asked."
        ),
        source="Mean of the items of a scale; interval over responses, Student's t; departments compared by ranks",
        peers="Survey tools publish means of items, departments of five and fewer included",
        check="4 2 5 of five, the third reversed: 75, 25, 0, mean 33.333333",
        words=Words(
            "people rate it higher than before",
            "people rate it lower than before",
            "people rate it as before",
            "nobody can say how people rate it",
        ),
    ),
    replace(
        COMMON,
        id=FAVOURABLE,
        title="Favourable answers",
        question="How many are content with it?",
        definition=(
            "The share of responses with a score of 70 or more of 100 (four of five is 75). "
            "numerator = responses of 70 or more; denominator = responses. "
            "It cannot see those who did not answer."
        ),
        source="Usual cut of survey tools; Wilson's interval",
        peers="Survey tools count the upper two of five answers as favourable",
        check="Of 75, 25 and 100, two are favourable",
        words=Words(
            "more people are content with it than before",
            "fewer people are content with it than before",
            "as many people are content with it as before",
            "nobody can say how many are content with it",
        ),
    ),
    replace(
        COMMON,
        id=RELIABILITY,
        title="Do the items belong together?",
        question="May the items of a construct be taken together?",
        unit="ratio",
        better="neither",
        cuts=("total",),
        minimum="50 responses without a gap; two items",
        definition=(
            "Cronbach's alpha of a construct's items: 1 = all ask the same. Below 0.7 the construct is not shown. "
            "numerator = items / (items − 1) times what the sum of the items varies more than each alone; denominator = how much the sum varies. "
            "It cannot see whether the items ask about the right thing."
        ),
        source="Cronbach 1951",
        peers="Survey tools do not publish it",
        check="Six responses to three items by hand: 0.956107; the six published dyestuff batches of lme4: ICC(2) 0.782527",
        words=Words(
            "the items belong together more than before",
            "the items belong together less than before",
            "the items belong together as before",
            "nobody can say whether the items belong together",
        ),
    ),
)
