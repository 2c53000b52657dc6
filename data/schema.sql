-- The canonical tables: the single definition of every column the product reads, keeps or shows.
--
-- Three schemas, in the direction the data flow:
--   export   what a reader hands over: accounts as the tool names them, times in UTC. Lives only while a file is imported.
--   vault    what is kept: keyed pseudonyms (BIGINT), no name, no address, no text.
--   release  what is shown: audited figures about groups.
--
-- A tag in square brackets in a column's comment is read by the code:
--   [account] [event] [space]   a natural key of that kind: kept as a keyed 64-bit hash
--   [identity]                  a name or address: goes to identity.duckdb and nowhere else

create schema export;
create schema vault;
create schema release;

-- ---------------------------------------------------------------------------------------------- export

create table export.account (
    tool      text not null,
    account   text not null,
    email     text,
    name      text,
    kind      text not null check (kind in ('human', 'guest', 'bot', 'service')),
    has_seat  boolean not null,
    time_zone text,
    left_on   date
);
comment on table  export.account           is 'One account in one tool, from a list of users or seen in the traffic.';
comment on column export.account.account   is 'The tool''s own id of the account [account]';
comment on column export.account.email     is 'Address as exported, trimmed and casefolded [identity]';
comment on column export.account.name      is 'Name as exported [identity]';
comment on column export.account.kind      is 'human, guest, bot or service; only humans are counted as people';
comment on column export.account.has_seat  is 'The export lists this account as able to use the tool (not merely seen in traffic)';
comment on column export.account.time_zone is 'IANA name, null = not exported';
comment on column export.account.left_on   is 'Day from which the account is closed, null = open or unknown';

create table export.org (
    person     text not null,
    email      text,
    name       text,
    manager    text,
    division   text,
    department text,
    team       text,
    level      integer,
    location   text,
    hired_on   date,
    valid_from date,
    valid_to   date
);
comment on table  export.org            is 'A person''s place in the organisation for a stretch of time.';
comment on column export.org.person     is 'Id in the HR file; the e-mail where the file has no id [account]';
comment on column export.org.email      is 'Work address, trimmed and casefolded [identity]';
comment on column export.org.name       is 'Name as exported, used only to resolve managers given by name [identity]';
comment on column export.org.manager    is 'Id of the manager, already resolved to a `person` of the same file; null = head or unknown [account]';
comment on column export.org.division   is 'The unit above the department; null = the file names none';
comment on column export.org.level      is 'Steps below the head (0), computed from the tree; null = not in a tree';
comment on column export.org.valid_from is 'First day this row holds; null = always';
comment on column export.org.valid_to   is 'Day after the last day this row holds; null = still';

create table export.space (
    tool     text not null,
    space    text not null,
    openness text not null check (openness in ('public', 'private', 'direct', 'external', 'unknown')),
    purpose  text not null check (purpose in ('work', 'social', 'customer', 'unknown')),
    phase    text check (phase in ('pre_sale', 'onboarding', 'support', 'renewal'))
);
comment on column export.space.phase is 'Where in the life of a customer; null = no customer, or not known';
comment on table  export.space       is 'A channel, group chat, mailbox or meeting series. Its name is not kept.';
comment on column export.space.space is 'The tool''s own id of the space [space]';

create table export.membership (
    tool    text not null,
    space   text not null,
    account text not null
);
comment on table  export.membership         is 'An account in a space, as of the export.';
comment on column export.membership.space   is 'The space [space]';
comment on column export.membership.account is 'The account [account]';

create table export.event (
    tool        text not null,
    event       text not null,
    "at"        timestamp not null,
    is_timed    boolean not null,
    action      text not null check (action in ('post', 'reply', 'reaction', 'email', 'meeting', 'call', 'file', 'view', 'notice')),
    actor       text not null,
    space       text,
    thread      text,
    in_reply_to text,
    recipients  integer,
    seconds     bigint,
    words       integer,
    is_question boolean,
    mentions    integer,
    version     bigint not null
);
comment on table  export.event             is 'One act of one account.';
comment on column export.event.event       is 'Natural key, unique within the tool; the same act in two exports has the same key [event]';
comment on column export.event."at"        is 'UTC instant of the act; for a meeting or call its start';
comment on column export.event.is_timed    is 'False where the export gives no time of its own (a reaction carries that of its message)';
comment on column export.event.action      is 'notice: the tool speaking (somebody joined, a topic changed); kept so that every record is accounted for, counted by no metric';
comment on column export.event.actor       is 'Account that acted; the organiser of a meeting or call [account]';
comment on column export.event.space       is 'Where [space]';
comment on column export.event.thread      is 'Key of the first act of the thread; its own key for a thread''s root; null = not threaded [event]';
comment on column export.event.in_reply_to is 'Key of the act that is answered; null = not an answer or not known [event]';
comment on column export.event.recipients  is 'How many accounts it was addressed to, without the actor; null = not known';
comment on column export.event.seconds     is 'Length of a meeting or call; null = an instant or not known';
comment on column export.event.words       is 'Words of the text, which itself is let go; null = not exported';
comment on column export.event.is_question is 'The text held a question mark; null = no text exported';
comment on column export.event.mentions    is 'How many accounts were mentioned';
comment on column export.event.version     is 'Of two copies of one act the higher version is kept (microseconds of the last edit; 0 = never edited)';

create table export.delivery (
    tool      text not null,
    event     text not null,
    account   text not null,
    how       text not null check (how in ('to', 'cc', 'mention', 'reply', 'reaction', 'attendee', 'accepted')),
    copy      integer not null
);
comment on table  export.delivery         is 'One act reaching one account. A post in a channel reaches its members: that is counted from membership, never written here.';
comment on column export.delivery.event   is 'The act [event]';
comment on column export.delivery.account is 'The account it reached, never the actor [account]';
comment on column export.delivery.how     is 'to and cc: addressed (direct and group messages too); mention; reply: author of what is answered; reaction: author of what is reacted to; attendee; accepted: an attendee who said yes or was there, beside attendee';
comment on column export.delivery.copy    is 'Running number from 0 among equal rows: repeats at the same instant that the log cannot tell apart';

create table export.usage (
    tool       text not null,
    account    text,
    space      text,
    valid_from date not null,
    valid_to   date not null,
    measure    text not null,
    value      double not null
);
comment on table  export.usage            is 'A vendor''s own count over a period: of an account, of a space, or of all that the export covers (both null). Windows that overlap are never added.';
comment on column export.usage.account    is 'Whose count it is [account]';
comment on column export.usage.space      is 'The team, group or channel it is a count of [space]';
comment on column export.usage.valid_from is 'First day of the period';
comment on column export.usage.valid_to   is 'Day after the last day of the period';
comment on column export.usage.measure    is 'What the vendor counts, under the vendor''s name in lower case with underscores: team_chat_messages';
comment on column export.usage.value      is 'The count, or hours or seconds where the measure says so; a yes is 1, a no is 0. No row = not exported';

create table export.survey_answer (
    tool       text not null,
    survey     text not null,
    respondent text not null,
    department text,
    asked_on   date,
    item       text not null,
    construct  text,
    score      double,
    scale_min  double,
    scale_max  double
);
comment on table  export.survey_answer            is 'One answer on a scale. Free text and who answered are not kept.';
comment on column export.survey_answer.survey     is 'Which questionnaire: a hash of its questions';
comment on column export.survey_answer.respondent is 'The tool''s id of the response, never an account or address [event]';
comment on column export.survey_answer.department is 'From a column of the file; null = not asked';
comment on column export.survey_answer.item       is 'Which question: a hash of its text, or the code of a known scale';
comment on column export.survey_answer.construct  is 'What the item measures, such as psychological_safety; null = not assigned';
comment on column export.survey_answer.score      is 'As answered, reversed items already turned; null = asked and not answered';

create table export.reject (
    place text not null,
    code  text not null
);
comment on table  export.reject       is 'A record that was set apart. Never its content.';
comment on column export.reject.place is 'Where: line 7, or general/2026-01-05.json#3 (zip member and number of the record, counted from 0); kept without the folder, which is called after a channel';
comment on column export.reject.code  is 'Why, from the vocabulary of readers/base.py';

-- ----------------------------------------------------------------------------------------------- vault
-- What the imports give together, once accounts are people and local time is known. Rebuilt whenever the
-- set of imports, the identities or the settings change; files under store/, one Parquet file a table.
-- day, week, month and quarter are in the local time of the actor (delivery: of the receiver).
-- A week begins on Monday; month and quarter hold the whole weeks whose Thursday falls in them, so that
-- weeks add up to months and months to quarters (docs/decisions/0003).

create table vault.person (
    person    bigint not null,
    kind      text not null,
    time_zone text not null,
    zone_known boolean not null,
    in_org    boolean not null
);
comment on table  vault.person            is 'A human, guest, bot or service account, as a keyed pseudonym.';
comment on column vault.person.zone_known is 'False where the workspace''s default zone stands in';
comment on column vault.person.in_org     is 'The HR file knows this person';

create table vault.org (
    person     bigint not null,
    valid_from date not null,
    valid_to   date not null,
    division   text,
    department text,
    team       text,
    manager    bigint,
    level      integer,
    branch     bigint,
    location   text,
    hired_on   date
);
comment on table  vault.org            is 'A person''s place for a stretch of time, half-open [valid_from, valid_to).';
comment on column vault.org.branch     is 'The ancestor at level 1, itself for people at level 1; null for the head and outside the tree';

create table vault.seat (
    tool       text not null,
    person     bigint not null,
    valid_from date not null,
    valid_to   date not null
);
comment on table vault.seat is 'The right to use a tool, half-open [valid_from, valid_to): the denominator of adoption. From the tool''s first day, or, of somebody whom an older list lacks, from the first act or the end of the first export that lists them.';

create table vault.gap (
    tool       text not null,
    valid_from date not null,
    valid_to   date not null
);
comment on table vault.gap is 'A week or more between two exports of a tool of which neither tells, half-open [valid_from, valid_to): what was done then is not known.';

create table vault.space (
    space    bigint not null,
    tool     text not null,
    openness text not null,
    purpose  text not null,
    phase    text
);
create table vault.membership (
    space  bigint not null,
    tool   text not null,
    person bigint not null
);

create table vault.event (
    event       bigint not null,
    us          bigint not null,
    tool        text not null,
    action      text not null,
    is_timed    boolean not null,
    actor       bigint not null,
    space       bigint,
    thread      bigint,
    in_reply_to bigint,
    recipients  integer,
    seconds     bigint,
    words       integer,
    is_question boolean,
    mentions    integer,
    day         date not null,
    week        date not null,
    month       date not null,
    quarter     date not null,
    second_of_day integer not null,
    dow         integer not null
);
comment on table  vault.event               is 'One act of one person (humans, guests, bots and services: join person for the kind).';
comment on column vault.event.us            is 'UTC microseconds since 1970';
comment on column vault.event.recipients    is 'Addressees, counted from delivery where the export gives them';
comment on column vault.event.second_of_day is 'Local time of day in seconds, 0 to 86399';
comment on column vault.event.dow           is '1 = Monday to 7 = Sunday, local';

create table vault.delivery (
    event      bigint not null,
    us         bigint not null,
    tool       text not null,
    action     text not null,
    actor      bigint not null,
    person     bigint not null,
    how        text not null,
    copy       integer not null,
    thread     bigint,
    in_reply_to bigint,
    recipients integer,
    seconds    bigint,
    day        date not null,
    week       date not null,
    month      date not null,
    quarter    date not null,
    second_of_day integer not null,
    dow        integer not null
);
comment on table vault.delivery is 'One act reaching one other person; the act''s columns are repeated so that rollups need no join.';

create table vault.usage (
    tool       text not null,
    person     bigint,
    space      bigint,
    valid_from date not null,
    valid_to   date not null,
    measure    text not null,
    value      double not null
);
comment on table vault.usage is 'Vendors'' own counts, half-open [valid_from, valid_to); of two exports of one window the newer counts.';

create table vault.survey_answer (
    tool       text not null,
    survey     text not null,
    respondent bigint not null,
    department text,
    asked_on   date,
    item       text not null,
    construct  text,
    score      double,
    scale_min  double,
    scale_max  double
);
comment on table vault.survey_answer is 'Answers on scales, each once; nothing leads from a respondent to a person.';

-- --------------------------------------------------------------------------------------------- release

create table release.figure (
    metric      text not null,
    variant     text not null,
    grain       text not null,
    period      date,
    division    text,
    department  text,
    level       text,
    location    text,
    tool        text,
    bin         text,
    value       double,
    low         double,
    high        double,
    shrunken    double,
    chance_low  double,
    chance_high double,
    named       boolean,
    places      text,
    change      double,
    change_low  double,
    change_high double,
    n           bigint,
    numerator   double,
    denominator double,
    coverage    double,
    reason      text,
    as_of       date,
    position    integer not null
);
comment on table  release.figure             is 'One published figure. A null cut means "all of them together".';
comment on column release.figure.variant     is '"" for a metric without variants';
comment on column release.figure.grain       is 'week, month, quarter or all';
comment on column release.figure.division    is 'A division as a whole; null too in the rows of its departments (release.company says which lies where)';
comment on column release.figure.period      is 'First day of the period; null for grain all';
comment on column release.figure.bin         is 'Step, distance, cohort or class within the metric; null = none';
comment on column release.figure.value       is 'Null exactly where reason is not';
comment on column release.figure.low         is 'Lower end of the 95 % interval, rounded outward; null = the figure is not an estimate';
comment on column release.figure.shrunken    is 'Value drawn towards the company (metrics.md F2), for charts that compare';
comment on column release.figure.chance_low  is 'Where a group of this size would land by chance, lower end';
comment on column release.figure.named       is 'May this group be said to differ from the rest? null = not compared';
comment on column release.figure.places      is 'Rank interval such as "2-7"; null = not compared';
comment on column release.figure.change      is 'Against the period before, same people; null = not comparable';
comment on column release.figure.n           is 'People in the cell; null where hidden';
comment on column release.figure.coverage    is 'Share of the cell''s headcount that the exports let us see';
comment on column release.figure.as_of       is 'Last day that the figure knows, where it is that of an earlier release, since a newer one would tell about few people; null = it knows its whole period';
comment on column release.figure.position    is 'Order of the bin within the metric';
comment on column release.figure.reason      is 'Why value is null (metrics/reasons.py)';

create table release.flow (
    grain    text not null,
    period   date,
    cut      text not null,
    source   text not null,
    target   text not null,
    ratio    double,
    reason   text
);
comment on table release.flow is 'Messages from one group to another against what their totals would give, two significant digits.';

create table release.finding (
    rank     integer not null,
    finding  text not null,
    verdict  text not null check (verdict in ('clear', 'noise', 'unseen')),
    page     text not null,
    metric   text,
    slots    text not null
);
comment on table  release.finding       is 'What may be said about the period, most important first, without language.';
comment on column release.finding.slots is 'JSON object of the numbers and names that fill the sentence';

create table release.passport (
    position integer not null,
    metric   text not null,
    passport text not null
);
comment on column release.passport.passport is 'JSON: id, title, question, unit, definition, cuts, grains, source …';

create table release.coverage (
    tool       text not null,
    week       date not null,
    department text,
    people     bigint,
    headcount  bigint,
    reason     text
);
comment on table release.coverage is 'People seen in a tool and week, of how many; null department = company.';

create table release.computable (
    position   integer not null,
    metric     text not null,
    computable boolean not null,
    reason     text,
    needs      text
);
comment on table release.computable is 'What the exports of this workspace can tell, and what would be needed for the rest.';

create table release.certificate (
    item  text not null,
    value text not null
);
create table release.company (
    item  text not null,
    value text
);
comment on table release.company is 'Name, dates, headcount, tools, cuts and settings the pages need.';
