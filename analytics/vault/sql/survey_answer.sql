-- Answers of all surveys, each once: the newest export of a response decides. Reads all_survey_answer.

create temp view survey_answer as
select tool, survey, respondent, department, asked_on, item, construct, score, scale_min, scale_max
from (
    select *,
        row_number() over (
            partition by tool, survey, respondent, item
            order by newest desc, later desc, asked_on desc nulls last, score desc nulls last
        ) as place
    from all_survey_answer
)
where place = 1;
