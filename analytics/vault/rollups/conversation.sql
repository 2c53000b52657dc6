-- One row an act that opens a conversation: whether and when somebody else answered first, and how much working time the
-- one who asked had waited then, by their own hours and days off. Only tools whose exports hold whole conversations, and
-- no direct messages of a chat, where nothing says what answers what. Known until the exports end, or leave days out.
-- due: seven whole working days have passed since; null = not yet. Without an answer, answered and waited are null.
with known as (
    select tool from answer_known where rooted * 10 >= answers * 9
),
reach as (
    select tool, max(us) as us, max(day) as day from event where action <> 'notice' group by tool
),
break as (
    select g.tool, g.valid_from as day, n.number * 86400000000 as us from gap g join day_number n on n.day = g.valid_from
),
opening as (
    select
        e.event, e.tool, e.actor as person, p.kind, e.us, e.day, e.second_of_day, e.is_question,
        p.time_zone, c.offset_s,
        case when s.purpose = 'customer' then 1 else 0 end as is_customer,
        s.phase,
        l.calendar
    from event e
    join known k      on k.tool = e.tool
    join person p     on p.person = e.actor and p.kind in ('human', 'guest')
    join lives l      on l.person = e.actor and e.day >= l.valid_from and e.day < l.valid_to
    left join local_clock c on c.time_zone = p.time_zone and e.us >= c.from_us and e.us < c.until_us
    left join space s on s.space = e.space
    where e.is_timed
      and e.action in ('post', 'email')
      and e.in_reply_to is null
      and (e.thread is null or e.thread = e.event)
      and (e.action = 'email' or s.openness is null or s.openness <> 'direct')
),
answer as (
    select thread as root, actor, us, tool from event
    where thread is not null and thread <> event and is_timed and action in ('post', 'reply', 'email')
    union all
    select in_reply_to, actor, us, tool from event
    where in_reply_to is not null and is_timed and action in ('post', 'reply', 'email')
),
-- a customer is answered by a person of the company, and what comes within a minute is an automatic receipt
first_answer as (
    select o.event, min(a.us) as us
    from opening o
    join answer a on a.root = o.event and a.tool = o.tool and a.actor <> o.person and a.us >= o.us
    join person p on p.person = a.actor
    where (o.is_customer = 0 and p.kind in ('human', 'guest'))
       or (o.is_customer = 1 and p.kind = 'human' and a.us >= o.us + 60000000)
    group by o.event
),
next_break as (
    select o.event, min(b.us) as us, min(b.day) as day
    from opening o
    join break b on b.tool = o.tool and b.us > o.us
    group by o.event
),
longest as (
    select calendar, max(ends - starts) as working_s from working_day group by calendar
),
-- worked: working days before this one
counted as (
    select
        w.calendar, w.day, w.starts, w.ends, n.number,
        cast(sum(case when w.ends > w.starts then 1 else 0 end) over (partition by w.calendar order by w.day nulls last) as bigint)
            - case when w.ends > w.starts then 1 else 0 end as worked
    from working_day w
    join day_number n on n.day = w.day
),
asked as (
    select
        o.event, o.tool, o.person, o.kind, o.is_customer, o.phase, o.is_question, o.us, o.day, o.calendar, a.us as answered,
        w.number, l.working_s,
        w.worked * l.working_s + least(greatest(o.second_of_day - w.starts, 0), w.ends - w.starts) as asked_s,
        -- by the clock that the question was asked by, which of people who moved since is not that of the person now
        (w.number * 86400 + o.second_of_day + c.offset_s - o.offset_s) * 1000000 + o.us % 1000000 + a.us - o.us as local_us
    from opening o
    join counted w           on w.calendar = o.calendar and w.day = o.day
    join longest l           on l.calendar = o.calendar
    left join first_answer a on a.event = o.event
    left join local_clock c  on c.time_zone = o.time_zone and a.us >= c.from_us and a.us < c.until_us
),
waited as (
    select
        q.*,
        w.worked * q.working_s
            + least(greatest(cast(floor(q.local_us / 1000000) as bigint) - w.number * 86400 - w.starts, 0), w.ends - w.starts)
            - q.asked_s as waited_s
    from asked q
    left join counted w on w.calendar = q.calendar and w.number = cast(floor(q.local_us / 86400000000) as bigint)
)
select
    q.event,
    q.tool,
    q.person,
    q.kind,
    q.is_customer,
    q.phase,
    q.is_question,
    q.us,
    q.day,
    q.number,
    least(r.us, coalesce(b.us, r.us)) as known_until,
    q.answered,
    q.waited_s as waited,
    q.working_s,
    case when d.day <= r.day and (b.day is null or d.day < b.day) then d.number end as due
from waited q
join reach r        on r.tool = q.tool
left join next_break b on b.event = q.event
left join counted d on d.calendar = q.calendar and d.ends > d.starts
                   and d.worked = cast(floor(q.asked_s / nullif(q.working_s, 0)) as bigint) + 8
