"""Which words do answers on a scale come in, and which say that there is none?"""

from analytics.readers.headers import plain

# low to high; spellings of one level with / between. Source of the marked sets: formats-usage.md §9
AGREEMENT = (
    "strongly disagree; disagree; neither agree nor disagree/neither disagree nor agree/neutral/undecided; agree; strongly agree",
    "completely disagree; disagree; neither agree nor disagree/neutral; agree; completely agree",
    "strongly disagree; disagree; agree; strongly agree",
    "strongly disagree; somewhat disagree/slightly disagree; neither agree nor disagree/neutral; somewhat agree/slightly agree;"
    " strongly agree",
    "strongly disagree; disagree; somewhat disagree/slightly disagree; neither agree nor disagree/neutral;"
    " somewhat agree/slightly agree; agree; strongly agree",
    "strongly disagree; disagree; somewhat disagree/slightly disagree; somewhat agree/slightly agree; agree; strongly agree",
    "per nulla d'accordo; un poco d'accordo; abbastanza d'accordo; molto d'accordo; completamente d'accordo",
    "per niente d'accordo; un po' d'accordo; moderatamente d'accordo; molto d'accordo; completamente d'accordo",
    "in completo disaccordo; in disaccordo; incerto; d'accordo; completamente d'accordo",
    "per niente d'accordo; abbastanza in disaccordo; un po' d'accordo; completamente d'accordo",
    "fortemente in disaccordo; in disaccordo; né d'accordo né in disaccordo/neutrale; d'accordo; fortemente d'accordo",
    "completamente in disaccordo; in disaccordo; né d'accordo né in disaccordo/neutrale; d'accordo; completamente d'accordo",
    "stimme überhaupt nicht zu; stimme eher nicht zu; teils teils/teils/weder noch/neutral; stimme eher zu;"
    " stimme voll und ganz zu/stimme voll zu",
    "stimme überhaupt nicht zu; stimme nicht zu; weder noch/neutral/unentschieden/stimme weder zu noch nicht zu; stimme zu;"
    " stimme voll und ganz zu/stimme voll zu",
    "stimme überhaupt nicht zu; stimme eher nicht zu; stimme eher zu; stimme voll und ganz zu/stimme voll zu",
    "pas du tout d'accord; pas d'accord/plutôt pas d'accord; ni d'accord ni pas d'accord/ni en accord ni en désaccord/neutre;"
    " d'accord/plutôt d'accord; tout à fait d'accord",
    "pas du tout d'accord; plutôt pas d'accord; plutôt d'accord; tout à fait d'accord",
    "totalmente en desacuerdo; en desacuerdo; ni de acuerdo ni en desacuerdo/neutral; de acuerdo; totalmente de acuerdo",
)
FREQUENCY = (
    "never; rarely/seldom; sometimes; often; always",
    "mai; raramente; qualche volta/a volte/talvolta; spesso; sempre",
    "nie; selten; manchmal; oft/häufig; immer",
    "jamais; rarement; parfois/quelquefois; souvent; toujours",
)
SATISFACTION = (
    "very dissatisfied; dissatisfied; neither satisfied nor dissatisfied/neutral; satisfied; very satisfied",
    "molto insoddisfatto; insoddisfatto; né soddisfatto né insoddisfatto/neutrale; soddisfatto; molto soddisfatto",
    "sehr unzufrieden; unzufrieden; weder noch/neutral/teils teils; zufrieden; sehr zufrieden",
    "très insatisfait; insatisfait; ni satisfait ni insatisfait/neutre; satisfait; très satisfait",
)
# the numbers 1 to 7 with words at both ends and in the middle
ENDS = {"completamente in disaccordo": 1.0, "indifferente": 4.0, "completamente d accordo": 7.0}

NO_ANSWER = frozenset(
    plain(text)
    for text in (
        "don't know", "do not know", "i don't know", "not sure", "non so", "non saprei", "non lo so", "weiss nicht",
        "weiß nicht", "keine Angabe", "k. A.", "je ne sais pas", "ne sait pas", "sans avis", "no sé", "N/A", "NA", "n. a.",
        "not applicable", "non applicabile", "nicht zutreffend", "trifft nicht zu", "non applicable", "sans objet",
        "no basis for evaluation", "no opinion", "nessuna opinione", "prefer not to answer", "prefer not to say",
        "preferisco non rispondere", "no answer", "keine Antwort", "nessuna risposta", "pas de réponse",
    )
)  # fmt: skip
NOT_SEEN = frozenset({"-99", "-999", "-9999"})  # asked on no screen, as Qualtrics and SPSS write it
