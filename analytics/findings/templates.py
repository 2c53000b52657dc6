"""Every sentence about the figures that the product may say, with the verdict that allows it: claim and evidence."""

from dataclasses import dataclass

from analytics.findings.verdicts import Verdict

SUBJECTS = {
    # a metric (and bin) as the subject of a sentence: singular, whole company or group
    "active_people": "The share of people who contribute",
    "technical_human_gap": "The share of people who use the tools without a habit",
    "adoption_funnel:active": "The share of people who use the tools",
    "adoption_funnel:contributing": "The share of people who contribute",
    "adoption_funnel:reciprocal": "The share of people in conversation",
    "adoption_funnel:habitual": "The share of people with a habit",
    "stickiness": "The share of working days with an act",
    "collaboration_hours:total": "Time in the tools",
    "meeting_hours": "Time in meetings",
    "outside_hours_share": "Work outside working hours",
    "weekend_share": "Work on days off",
    "day_span": "The stretch from the first act of a day to the last",
    "short_rest_share": "The share of nights under eleven hours",
    "answered_outside_hours": "The share of late messages that are answered late",
    "pressure_outside_hours:all": "The share of messages that arrive outside hours",
    "deliveries_per_day:total": "The number of messages that reach a person",
    "tree_reach_ratio": "How far messages reach across the org tree",
    "skip_level_lift": "Talk that skips a level",
    "direct_line_lift": "Talk along the reporting line",
    "department_ei_excess": "Talk across departments",
    "manager_brokerage_lift": "The part of managers in talk across departments",
    "upward_share": "The upward part of talk between levels",
    "upward_initiation_share": "The share of conversations begun from below",
    "reply_asymmetry": "Answers given upwards against downwards",
    "leadership_voice_ratio": "How much leaders write against everybody",
    "broadcast_share": "The share of messages to many at once",
}  # fmt: skip


@dataclass(frozen=True)
class Template:
    """Two parts with slots in braces; the verdict that must hold."""

    verdict: Verdict
    claim: str
    evidence: str = ""


TEMPLATES: dict[str, Template] = {
    # ---- findings on the overview
    "change_up": Template(
        "clear", "{moved}.",
        "From {before} to {now} in {period}: {change} ({change_span}), among the same people in both periods.",
    ),
    "change_down": Template(
        "clear", "{moved}.",
        "From {before} to {now} in {period}: {change} ({change_span}), among the same people in both periods.",
    ),
    "gap": Template(
        "clear", "The tools are installed but not alive for {people}{as_departments}.",
        "{gap} ({gap_span}) lie between using them and a habit of talking in them, in the last four weeks of {period}.",
    ),
    "departments_apart": Template(
        "clear", "{apart_list}.",
        "{measure}, {period}: {against}{others_alike}.",
    ),
    "flatter": Template(
        "clear", "A little flatter than in {earlier}.",
        "Those below the top have more of the say, and they are answered no less than before.",
    ),
    "louder": Template(
        "clear", "Louder, not flatter.",
        "Those below the top have more of the say, but we can't say that they are answered as often as before.",
    ),
    "steeper": Template(
        "clear", "A little steeper than in {earlier}.",
        "Those below the top have less of the say, and they are answered no more than before.",
    ),
    "quieter": Template(
        "clear", "Upward messages are answered less than in {earlier}.",
        "Who has the say shows no change we can tell.",
    ),
    # facts, where nothing is compared
    "used": Template(
        "clear", "{used} of {enabled} people with a seat used {the_tools} in {period}.",
        "Used: did at least one thing that others can see, such as a post, a reply, a mail or a reaction.",
    ),
    "used_by_vendor": Template(
        "clear", "{used} of {enabled} people with a licence were active in {the_tool} in the {days} days to {last_day}, by the vendor's own count.",
        "What a vendor calls active is often no more than opening it: no figure of ours is added to it.",
    ),
    "meetings_take": Template(
        "clear", "Meetings take {now} of a person's working week.",
        "In {period}, by the calendars: they know who was invited, not who came. Meetings at the same time count once.",
    ),
    "late_from": Template(
        "clear", "Messages outside hours come more from {late_levels} than from the others.",
        "{late_upto} of what they write reaches others outside those people's working hours, in {period}; of what everybody writes, {late_company}.",
    ),
    "milestone_whole": Template(
        "clear", "Before {milestone} people contributed in {before_it} of their weeks, after it in {after_it}.",
        "Eight weeks before, twelve after, the same people. A date for everybody cannot be told from all else that happened then.",
    ),
    "milestone_apart": Template(
        "clear", "After {milestone}, {department} moved {points} {way} than other departments; {as_large} of {others} others moved as much.",
        "From {before_it} of the weeks with a contribution to {after_it}, the same people; each other department was put in its place in turn.",
    ),
    "milestone_alike": Template(
        "noise", "{department} after {milestone}: it moved, but other departments moved too.",
        "From {before_it} of the weeks with a contribution to {after_it}; put in its place, others moved as much, or it had moved before.",
    ),
    "milestone_few": Template(
        "noise", "{department} after {milestone}: too few departments to tell.",
        "From {before_it} of the weeks with a contribution to {after_it}. Where one department alone tries something, chance can be ruled out among at least twenty only.",
    ),
    "milestone_still": Template(
        "noise", "{department} after {milestone}: no change we can tell.",
        "{before_it} of the weeks with a contribution before it, {after_it} after: within what chance explains.",
    ),
    "trial_shows": Template(
        "noise", "With {groups_tried} departments a trial would show only an effect above {least}.",
        "That holds for the share of weeks in which people contribute, in four trials of five, with half of the departments in the trial and half waiting.",
    ),
    "of_ten": Template(
        "clear", "Of every ten people whom the tools reach, {of_ten_contribute} {take} part and {of_ten_exchange} {exchange_are} in exchange with somebody.",
        "In the last four weeks of {period}. In exchange: they wrote to somebody who wrote to them.",
    ),
    "minutes": Template(
        "clear", "Reading and answering in {the_tools} takes {minutes} minutes of a person's working day, by what one assumes.",
        "The range: three to ten of ten messages are opened, a mail takes a minute to read and a chat message 15 seconds, and writing takes half a minute to five minutes at most.",
    ),
    "tool_costs": Template(
        "clear", "{the_tool} takes more time than it gives back, whichever end of the assumptions one takes.",
        "{net_low} to {net_high} of a person's working day: reading, writing and coming back to work, less the mail and meetings that gave way among those who took it up, against those who never did.",
    ),
    "tool_saves": Template(
        "clear", "{the_tool} gives back more time than it takes, whichever end of the assumptions one takes.",
        "{net_low} to {net_high} of a person's working day: the mail and meetings that gave way among those who took it up, against those who never did, less reading, writing and coming back to work.",
    ),
    "tool_unsaid": Template(
        "noise", "Whether {the_tool} saves time cannot be said.",
        "By what one assumes, the result runs from {net_low} to {net_high} of a person's working day; above zero it costs time.",
    ),
    "no_change": Template(
        "noise", "No change we can tell in what people do.",
        "{subjects_checked}: what moved since {earlier} is within what chance explains, or too little to matter.",
    ),
    "no_other_change": Template(
        "noise", "No other change we can tell in what people do.",
        "{subjects_checked}: what of this moved since {earlier} is within what chance explains, or too little to matter.",
    ),
    "departments_alike": Template(
        "noise", "The departments{of_shown} can't be told apart.",
        "{measure}, {period}: the {groups} groups do not differ beyond what chance explains.",
    ),
    "others_alike": Template(
        "noise", "{others} departments can't be told apart.",
        "{measure}, {period}: they lie where chance would put them, so don't read an order into them.",
    ),
    "hierarchy_same": Template(
        "noise", "The hierarchy shows no change we can tell.",
        "What moved in voice, listening, reach and bridges is within what chance explains, or too little to matter.",
    ),
    "unseen_metric": Template("unseen", "We can't see {what}.", "{reason}"),
    "unknown_without": Template("unseen", "Without {export} we can't know {what}.", "{read_from}"),
    "forecast_open": Template(
        "unseen", "The forecast is not possible yet.",
        "Many curves fit the weeks so far: where use levels off shows once most have come.",
    ),
    "unseen_people": Template(
        "unseen", "We can't see everybody.",
        "The exports cover {coverage} of the people in the HR file: nothing here speaks for the others.",
    ),
    "unseen_text": Template(
        "unseen", "We can't see what happens outside the tools.",
        "Talk in the corridor, on the phone or in a tool without an export is not in any figure.",
    ),
    # ---- listening
    "heard": Template(
        "clear", "{soon} of {asked} got an answer within 4 working hours; {never} had none after seven working days.",
        "In {period}, in tools whose exports hold whole conversations; an answer outside the thread is not seen.",
    ),
    "heard_level": Template(
        "clear", "{soon} of {asked} from level {of_level} got an answer within 4 working hours; {never} had none after seven working days.",
        "In {period}; this level stands apart from the others beyond what chance explains.",
    ),
    "leaders_ask": Template(
        "clear", "Leaders ask in {asking} of their posts.",
        "Of {posts} posts by people with reports to ten people or more, in {period}: those with a question mark.",
    ),
    "customers_phase": Template(
        "clear", "Customers in {phase}: {answered} of {conversations} conversations answered.",
        "{waiting} still wait, among them some that were answered before: the customer had the last word, and two working days have passed since.",
    ),
    "words_with_deeds": Template(
        "clear", "Departments that say they are listened to also get more answers.",
        "{groups} departments, rank correlation {rho_span}; it is about departments, not about the people in them.",
    ),
    "words_against_deeds": Template(
        "clear", "Departments that say they are listened to get fewer answers.",
        "{groups} departments, rank correlation {rho_span}; it is about departments, not about the people in them.",
    ),
    "relations_now": Template("clear", "{soon} of {asked} got an answer within 4 working hours;", "{never} had none after seven working days."),
    "relations_said": Template("unseen", "Known is what people say themselves.", "Whether they answer each other, an export of their messages tells."),
    "waits_known": Template("clear", "Half of {asked} are answered within {half}"),
    "waits_fewer": Template("clear", "Fewer than half of {asked} are answered within seven working days"),
    "waits_question": Template("noise", "How long does one wait for an answer?"),
    "levels_apart": Template("clear", "Left without an answer: {apart_list}"),
    "levels_alike": Template("noise", "Who is left without an answer can't be told apart by level"),
    "levels_question": Template("noise", "Whose words are left without an answer?"),
    "leaders_question": Template("noise", "Do leaders ask or announce?"),
    "customers_question": Template("noise", "Are customers heard?"),
    "customers_slowest": Template("clear", "Customers in {phase} wait longest"),
    "customers_wait_question": Template("noise", "How long do customers wait?"),
    "said_question": Template("noise", "What do people say themselves?"),
    "words_question": Template("noise", "Who says that they are listened to?"),
    "words_named": Template("clear", "Being listened to: {apart_list}"),
    # ---- leads of pages
    "adoption_up": Template("clear", "{about_active} used {the_tools}; {about_talking} had a conversation in {them}.", "Conversation went up by {change_size} since {earlier}."),
    "adoption_down": Template("clear", "{about_active} used {the_tools}; {about_talking} had a conversation in {them}.", "Conversation went down by {change_size} since {earlier}."),
    "adoption_same": Template("noise", "{about_active} used {the_tools}; {about_talking} had a conversation in {them}.", "Since {earlier} conversation shows no change we can tell."),
    "adoption_now": Template("unseen", "{about_active} used {the_tools}; {about_talking} had a conversation in {them}.", "There is no earlier period to compare with."),
    "adoption_partly": Template("unseen", "{about_active} used {the_tools}.", "Who had a conversation in {them} we can't see."),
    "departments_some": Template("clear", "{apart_count} of {groups} {units}{of_shown} {stand} apart from the company.", "{others_sentence}"),
    "departments_none": Template("noise", "The {units}{of_shown} can't be told apart from the company.", "What differs is within what chance explains."),
    "departments_shown": Template("unseen", "Departments stand side by side here, without a verdict.", "They are told apart for the company as a whole."),
    "departments_few": Template("unseen", "There are too few groups of at least ten people to compare."),
    "time_up": Template("clear", "People spend {now} a week in {activities}.", "In {when} it was {change_size} more than in {earlier}."),
    "time_down": Template("clear", "People spend {now} a week in {activities}.", "In {when} it was {change_size} less than in {earlier}."),
    "time_same": Template("noise", "People spend {now} a week in {activities}.", "In {when} that shows no change we can tell since {earlier}."),
    "time_now": Template("unseen", "People spend {now} a week in {activities}.", "There is no earlier period to compare with."),
    "hierarchy_flatter": Template("clear", "A little flatter than in {earlier}.", "Those below the top have more of the say, and listening did not fall. {rest}"),
    "hierarchy_louder": Template("clear", "Louder, not flatter.", "Those below the top have more of the say, and we can't say that they are answered as often as before. {rest}"),
    "hierarchy_steeper": Template("clear", "A little steeper than in {earlier}.", "Those below the top have less of the say, and listening did not rise. {rest}"),
    "hierarchy_quieter": Template("clear", "People at the top listen less than in {earlier}.", "Voice shows no change we can tell. {rest}"),
    "hierarchy_unchanged": Template("noise", "No change we can tell.", "What moved in voice and listening is within what chance explains, or too little to matter."),
    "hierarchy_now": Template("unseen", "This is how talk runs through the org chart today.", "There is no earlier period of the same length to compare with."),
    "page_unseen": Template("unseen", "{reason}"),
    "overview_said": Template("unseen", "These exports show what people say themselves, and little of what they do."),
    "overview_only": Template("unseen", "These exports show who is there, and little of what people do."),
    # ---- titles of figures
    "ladder_gap": Template("clear", "Installed but not alive: {gap} ({gap_span}) between using {the_tools} and a habit"),
    "ladder_question": Template("noise", "Where do people stop?"),
    "trend_up": Template("clear", "Conversation went up by {change_size} since {earlier}"),
    "trend_down": Template("clear", "Conversation went down by {change_size} since {earlier}"),
    "trend_question": Template("noise", "How does use move, and does conversation move with it?"),
    "cohorts_known": Template("clear", "{share} of those who started contributed again {later}"),
    "cohorts_question": Template("noise", "Who stays?"),
    "uptake_half": Template("clear", "At least half of them had contributed after {weeks} weeks"),
    "uptake_fewer": Template("clear", "Fewer than half of them had contributed after {weeks} weeks"),
    "uptake_question": Template("noise", "How long until people first contribute?"),
    "habit_known": Template("clear", "{share} have a habit: something in nine of twelve weeks"),
    "habit_question": Template("noise", "Is it part of the week?"),
    "several_known": Template("clear", "{share} use at least two tools"),
    "several_question": Template("noise", "One tool alone, or several?"),
    "seats_known": Template("clear", "{share} of the staff have a seat"),
    "seats_question": Template("noise", "How many could use it?"),
    "reach_known": Template("clear", "What is posted is opened by {share} of those who could"),
    "reach_question": Template("noise", "Does what is posted reach people?"),
    "forecast_known": Template("clear", "If people go on coming as they came, it levels off at {share}"),
    "forecast_question": Template("noise", "Where does use level off?"),
    "milestone_open": Template("unseen", "After {milestone}"),
    "milestone_none": Template("unseen", "Did a launch, a training or a rule do anything?"),
    "lifecycle_known": Template("clear", "{period}: {returned} came back or were new, {silent} fell silent"),
    "lifecycle_question": Template("noise", "Who comes, who goes?"),
    "definitions": Template("clear", "“Active” by {count} definitions"),
    "definitions_question": Template("noise", "What does “active” mean?"),
    "gini_known": Template("clear", "The busiest tenth makes {top} of all acts, {silent} make none"),
    "gini_question": Template("noise", "Do a few speak for all?"),
    "compare_apart": Template("clear", "{apart_list}; {nobody_else}"),
    "compare_question": Template("noise", "Do {units} differ?"),
    "mix_flips": Template("clear", "{turned} at the company's mix of {mix}.", "The difference lies in who works there."),
    "hours_known": Template("clear", "{largest} take {part} of the hours we can place"),
    "hours_question": Template("noise", "Where do the hours go?"),
    "whole_known": Template("clear", "{part} of a working day is left in stretches of an hour or more"),
    "whole_question": Template("noise", "Is there uninterrupted time left?"),
    "broken_question": Template("noise", "How broken up is the day?"),
    "kinds_known": Template("clear", "{part} of the meeting hours are with {kind}"),
    "kinds_question": Template("noise", "Which kinds of meetings take the hours?"),
    "large_known": Template("clear", "{part} of the meeting hours are with nine people or more"),
    "large_question": Template("noise", "What else is true of meetings?"),
    "caused_question": Template("noise", "Whose messages land on others?"),
    "outside_up": Template("clear", "Work outside working hours went up by {change_size}"),
    "outside_down": Template("clear", "Work outside working hours went down by {change_size}"),
    "outside_question": Template("noise", "How much happens outside working hours?"),
    "swing_most": Template("clear", "What moves the cost most: {moved_by}"),
    "swing_question": Template("noise", "What moves the cost?"),
    "net_costs": Template("clear", "{the_tool} takes more time than it gives back: {net_low} to {net_high} a day"),
    "net_saves": Template("clear", "{the_tool} gives back more time than it takes: {net_low} to {net_high} a day"),
    "net_unsaid": Template("noise", "Whether {the_tool} saves time cannot be said: from {net_low} to {net_high} a day"),
    "net_one_sided": Template("unseen", "{the_tool} takes {net_low} to {net_high} a day; whether it saves time cannot be said"),
    "net_swing_most": Template("clear", "What moves it most: {moved_by}"),
    "week_question": Template("noise", "When in the week do people write?"),
    "late_alike": Template("noise", "Who writes late can't be told apart by level"),
    "late_question": Template("noise", "Whose messages arrive when people should be off?"),
    "nights_question": Template("noise", "Is there a night between two days?"),
    "stretch_question": Template("noise", "How long is the stretch of a day?"),
    "load_up": Template("clear", "{now} messages reached a person on a working day in {when}, {change_size} more than in {earlier}"),
    "load_down": Template("clear", "{now} messages reached a person on a working day in {when}, {change_size} fewer than in {earlier}"),
    "sent_known": Template("clear", "{part} of what reaches a person: {kind}"),
    "sent_question": Template("noise", "How does it reach a person?"),
    "load_question": Template("noise", "How much lands on a person?"),
    "facets_flatter": Template("clear", "Voice grew, listening held: that is what we call flatter"),
    "facets_louder": Template("clear", "Voice grew; that listening held we can't say"),
    "facets_steeper": Template("clear", "Voice fell, and listening did not rise: that is what we call steeper"),
    "facets_quieter": Template("clear", "Upward messages are answered less than before"),
    "facets_question": Template("noise", "Does the hierarchy move?"),
    "matrix_near": Template("clear", "More talk within a level than chance would give, less between the farthest"),
    "matrix_question": Template("noise", "Which levels talk with each other?"),
    "distance_near": Template("clear", "The nearer in the org tree, the more people talk"),
    "distance_question": Template("noise", "Does talk follow the org tree?"),
    "answers_less": Template("clear", "Upward messages are answered less often than downward ones"),
    "answers_more": Template("clear", "Upward messages are answered more often than downward ones"),
    "answers_question": Template("noise", "Is everybody answered alike?"),
}  # fmt: skip
