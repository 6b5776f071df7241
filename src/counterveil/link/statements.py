"""The relational part of linking, as SQL over an incidence table of (subject, kind, thing).

Weights are log2 Bayes factors after Fellegi & Sunter 1969, as worked out in references/coordination.md §5.3:

    alone = min(cap, log2(m / u), log2(m / u_met)) − activity,   u = (n − 1 + a) / (N − 1 + b)

with n the number of subjects that have the thing, N all subjects, (a, b) the prior of ``evidence.toml``, u_met how often
strangers are measured to share a thing of this kind that about as many have (``MEASURED``), and activity the log2 of how
much busier than the mean each side is (a busy subject meets more things by chance). Within a kind the k-th best thing counts
``damping``^(k−1) of its weight, and so do the kinds within a family; a family is capped. Sums are integers in milli-bits, so
that every run and every engine adds up to the same total. Pairs are only formed through things that at most ``hub`` subjects
have. What is alike without being the same comes as ready pairs in the table ``alike`` (``alike.py``).

Statements hold ``{w}``, the world that they are about: nothing for the log as it is, ``_null`` for the one in which subjects
have changed places (``null.py``). Both run through the same arithmetic.
"""

from __future__ import annotations

# The class and family rule comes last: one A, or two B of different families, each carrying min_family_mb by itself, so
# that a common name next to a copied sentence is not "a second family". Context (C) adds to the weight of a link that A and
# B evidence have made, and never helps to make it: the threshold looks at their weight alone.
#
# Parameters of the statements: min_family_mb, n_population, prior_subjects, prior_count, damping, listed.

COMMONNESS = """
create or replace table commonness as
select i.kind, i.thing_key, count(*) as n_subjects, ceil(log2(count(*)))::int as size_bin,
       count(*) > min(p.hub) or min(case when h.thing_key is null then 0 else 1 end) = 1 as is_hub
from incidence i join kind_policy p using (kind) left join public_things h using (thing_key)
group by i.kind, i.thing_key
"""

PAIRS = """
create or replace table shared{w} as
with usable as (
  select i.subject, i.kind, i.thing_key, i.n_turns, i.n_own_turns, i.log2_activity, i.unit, i.lang, c.n_subjects, c.size_bin
  from incidence{w} i join commonness c using (kind, thing_key)
  where not c.is_hub and c.n_subjects >= 2
)
select l.subject as left_subject, r.subject as right_subject, l.kind, l.thing_key, l.n_subjects, l.size_bin,
       least(l.n_turns, r.n_turns) as n_turns, l.log2_activity + r.log2_activity as log2_activity,
       l.unit as left_unit, r.unit as right_unit, case when l.lang = r.lang then l.lang else -2 end as lang
from usable l join usable r on l.kind = r.kind and l.thing_key = r.thing_key and l.subject < r.subject
-- What only the model said to both is the model's habit, not theirs; what it said to one and the other sent is evidence.
where l.n_own_turns > 0 or r.n_own_turns > 0
"""

# One copied text is one coincidence, however many names stand in it. An artefact is *embedded* in a pair when the text that
# stands for it on one side (``unit``: of the texts that hold it, the one that says least else) holds a passage which both
# share: it then counts with the passages, damped, and not as a second family.
EMBEDDED_PAIRS = """
create or replace table embedded_pairs{w} as
with artefacts as (
  select s.left_subject, s.right_subject, s.kind, s.thing_key, s.left_unit, s.right_unit
  from shared{w} s join kind_policy p using (kind) where p.family = 'artefact'
),
passages as (
  select s.left_subject, s.right_subject, c.content_key
  from shared{w} s join kind_policy p using (kind) join unit_passages c using (thing_key) where p.family = 'content'
)
select distinct a.left_subject, a.right_subject, a.kind, a.thing_key
from (
  select left_subject, right_subject, kind, thing_key, left_unit as content_key from artefacts
  union all
  select left_subject, right_subject, kind, thing_key, right_unit as content_key from artefacts
) a join passages p using (left_subject, right_subject, content_key)
"""

# How often two subjects that nothing links share a thing of a kind that some 2^size_bin subjects have, as the most bits that
# such a thing may weigh. Kinds of which strangers share many (names, for one) weigh less than their rarity suggests. What
# stands in texts is counted among those who write in their language (``lang`` ≥ 0, table ``language_pairs``), drawn
# towards the rate of all languages as in ``alike.py``: else a language would be evidence. The rate over all pairs is the least.
MEASURED = """
create or replace table measured as
with met as (
  select s.kind, s.size_bin, s.lang, count(*) as n from (
    select distinct left_subject, right_subject, kind, size_bin, lang from shared
  ) s anti join links l using (left_subject, right_subject)
  group by s.kind, s.size_bin, s.lang
),
of_all as (
  select kind, size_bin,
         (sum(n) + $prior_count) / ($n_population * ($n_population - 1.0) / 2 + $prior_subjects) as every,
         sum(case when lang >= 0 then n else 0 end)
         / ((select coalesce(sum(n_pairs), 0) from language_pairs) + $prior_subjects) as in_one
  from met group by kind, size_bin
)
select m.kind, m.size_bin, m.lang, log2(p.m / greatest(a.every, case when m.lang < 0 then 0 else
  (m.n + $like_all * a.in_one) / (l.n_pairs + $like_all) end)) as bits
from met m join kind_policy p using (kind) join of_all a using (kind, size_bin) left join language_pairs l using (lang)
"""

WEIGHED = """
create or replace table weighed{w} as
with alone as (
  select s.*, p.class_order,
    case when ep.thing_key is null then p.family else 'content' end as family,
    case when ep.thing_key is null then s.kind else 'passage' end as damped_with,
    case
      when p.class_order = 1 and s.n_subjects <= p.a_max and s.n_turns >= p.a_min_turns then 1
      when p.class_order <= 2 and s.n_subjects <= p.b_max then 2
      else 3 end as evidence_class,
    greatest(0, round(1000 * (
      least(p.cap_bits, log2(p.m * ($n_population - 1 + $prior_subjects) / (s.n_subjects - 1 + $prior_count)),
            coalesce(u.bits, p.cap_bits))
      - case when p.activity then s.log2_activity else 0 end)))::bigint as alone_mb
  from shared{w} s join kind_policy p using (kind) left join measured u using (kind, size_bin, lang)
  left join embedded_pairs{w} ep on s.left_subject = ep.left_subject and s.right_subject = ep.right_subject
                             and s.kind = ep.kind and s.thing_key = ep.thing_key
),
ranked as (
  select *, row_number() over (partition by left_subject, right_subject, damped_with
                               order by alone_mb desc, evidence_class, thing_key) as nth,
         row_number() over (partition by left_subject, right_subject, damped_with, evidence_class <= 2
                            order by alone_mb desc, evidence_class, thing_key) as own_nth
  from alone
)
select left_subject, right_subject, kind, thing_key, n_subjects, family, damped_with, evidence_class, alone_mb, nth,
       round(alone_mb * power($damping, nth - 1))::bigint as mb,
       case when evidence_class <= 2 then round(alone_mb * power($damping, own_nth - 1)) else 0 end::bigint as own_mb
from ranked
"""

TOTALS = """
create or replace table totals{w} as
with by_kind as (
  select left_subject, right_subject, family, damped_with as kind, count(*) as n_things, sum(mb)::bigint as mb,
         sum(own_mb)::bigint as own_mb,
         coalesce(max(alone_mb) filter (where evidence_class = 1), 0)::bigint as best_a_mb
  from weighed{w} group by left_subject, right_subject, family, damped_with
  union all
  select left_subject, right_subject, family, kind, n_things, mb,
         case when evidence_class <= 2 then mb else 0 end as own_mb, case when evidence_class = 1 then mb else 0 end as best_a_mb
  from alike{w}
),
ranked as (
  -- Context is damped beside what is evidence, never the other way round.
  select *, row_number() over (partition by left_subject, right_subject, family order by mb desc, kind) as nth,
         row_number() over (partition by left_subject, right_subject, family order by own_mb desc, kind) as own_nth
  from by_kind
),
by_family as (
  select r.left_subject, r.right_subject, r.family, sum(n_things)::bigint as n_things,
         least(sum(round(mb * power($damping, nth - 1))), min(f.cap_mb))::bigint as mb,
         least(sum(round(own_mb * power($damping, own_nth - 1))), min(f.cap_mb))::bigint as own_mb, max(best_a_mb) as best_a_mb
  from ranked r join family_caps f using (family)
  group by r.left_subject, r.right_subject, r.family
)
select left_subject, right_subject, sum(mb)::bigint as mb, sum(own_mb)::bigint as own_mb,
       sum(n_things)::bigint as n_things,
       max(best_a_mb) >= $min_family_mb or count(*) filter (where own_mb >= $min_family_mb) >= 2 as is_ruled,
       max(case when own_mb > 0 and family in ('infrastructure', 'identity') then 1 else 0 end)::int as stratum
from by_family group by left_subject, right_subject
"""

# Pairs without (0) and with (1) evidence of infrastructure or registration. Chance is another in each, and so is the
# threshold (table ``thresholds``: stratum, sure_mb, and least_mb for links that only count where others bear them out).
STRATA = ("what they write", "infrastructure or identity as well")

LINKS = """
create or replace table links as
select left_subject, right_subject, mb, own_mb, n_things, stratum, own_mb >= sure_mb as is_sure
from totals join thresholds using (stratum)
where is_ruled and own_mb >= least_mb
"""

LINK_ROWS = (
    "select left_subject, right_subject, mb, own_mb, n_things, is_sure from links order by left_subject, right_subject"
)

# How many pairs that the rule admits reach how many bits (in quarters), for the false discovery rate of the links.
REACHED = """
select stratum, (own_mb // 250)::int as quarters, count(*) as n from totals{w} where is_ruled and own_mb >= $least_mb
group by stratum, own_mb // 250 order by stratum, quarters
"""

LEDGER_ROWS = """
with every as (
  select left_subject, right_subject, kind, thing_key, n_subjects, family, evidence_class, alone_mb, mb from weighed
  union all
  select left_subject, right_subject, kind, thing_key, n_subjects, family, evidence_class, mb as alone_mb, mb from alike
),
chosen as (
  select w.*, row_number() over (partition by w.left_subject, w.right_subject
                                 order by w.mb desc, w.evidence_class, w.kind, w.thing_key) as place
  from every w join links using (left_subject, right_subject)
)
select * from chosen where place <= $listed order by left_subject, right_subject, place
"""

HUB_ROWS = """
select kind, thing_key, n_subjects from commonness
where is_hub and n_subjects >= 2 order by n_subjects desc, kind, thing_key limit 200
"""

FUNNEL = """
select (select count(*) from incidence) as n_incidences,
       (select count(*) from commonness where n_subjects >= 2 and not is_hub) as n_shared_things,
       (select count(*) from commonness where n_subjects >= 2 and is_hub) as n_hubs,
       (select count(*) from totals) as n_pairs,
       (select count(*) from links) as n_links
"""
