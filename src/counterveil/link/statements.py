"""The relational part of linking, as SQL over an incidence table of (subject, kind, thing).

Weights are log2 Bayes factors after Fellegi & Sunter 1969, as worked out in references/coordination.md §5.3:

    alone = min(cap, log2(m / u)) − activity,   u = (n − 1 + a) / (N − 1 + b)

with n the number of subjects that have the thing, N all subjects, (a, b) the prior of ``evidence.toml``, and activity the
log2 of how much busier than the mean each side is (a busy subject meets more things by chance). Within a kind the k-th
best thing counts ``damping``^(k−1) of its weight; a family is capped. Sums are integers in milli-bits, so that every run
and every engine adds up to the same total. Pairs are only formed through things that at most ``hub`` subjects have.
"""

from __future__ import annotations

# The class and family rule comes last: one A, or two B of different families, each carrying min_family_mb by itself, so
# that a common name next to a copied sentence is not "a second family". Context (C) adds to the weight of a link that A and
# B evidence have made, and never helps to make it: the threshold looks at their weight alone.
#
# Parameters of the statements: min_family_mb, n_population, prior_subjects, prior_count, damping, threshold_mb, embedded_share, listed.

COMMONNESS = """
create or replace table commonness as
select i.kind, i.thing_key, count(*) as n_subjects,
       count(*) > min(p.hub) or min(case when h.thing_key is null then 0 else 1 end) = 1 as is_hub
from incidence i join kind_policy p using (kind) left join public_things h using (thing_key)
group by i.kind, i.thing_key
"""

# One copied text is one coincidence, however many names stand in it. An artefact whose subjects have it (nearly) only
# inside one shared passage is *embedded*: it counts in the passage's family, damped with it, not as a second family.
EMBEDDED = """
create or replace table embedded as
with usable as (
  select c.kind, c.thing_key, c.n_subjects, p.family
  from commonness c join kind_policy p using (kind) where not c.is_hub and c.n_subjects >= 2
),
here as (
  select t.content_key, t.thing_key, u.kind, u.family, u.n_subjects
  from (select distinct content_key, kind, thing_key from things) t join usable u using (kind, thing_key)
),
together as (
  select a.kind, a.thing_key, p.thing_key as passage_key, min(a.n_subjects) as n_subjects,
         count(distinct s.subject) as n_both
  from here a join here p using (content_key) join subject_contents s using (content_key)
  where a.family = 'artefact' and p.family = 'content'
  group by a.kind, a.thing_key, p.thing_key
)
select kind, thing_key from together group by kind, thing_key
having max(n_both) >= $embedded_share * min(n_subjects)
"""

PAIRS = """
create or replace table shared as
with usable as (
  select i.subject, i.kind, i.thing_key, i.n_turns, i.n_own_turns, i.log2_activity, c.n_subjects
  from incidence i join commonness c using (kind, thing_key)
  where not c.is_hub and c.n_subjects >= 2
)
select l.subject as left_subject, r.subject as right_subject, l.kind, l.thing_key, l.n_subjects,
       least(l.n_turns, r.n_turns) as n_turns, l.log2_activity + r.log2_activity as log2_activity
from usable l join usable r on l.kind = r.kind and l.thing_key = r.thing_key and l.subject < r.subject
-- What only the model said to both is the model's habit, not theirs; what it said to one and the other sent is evidence.
where l.n_own_turns > 0 or r.n_own_turns > 0
"""

# The same within one pair: an artefact that one of the two has only in texts that hold a passage which both share.
EMBEDDED_PAIRS = """
create or replace table embedded_pairs as
with artefacts as (
  select s.left_subject, s.right_subject, s.kind, s.thing_key
  from shared s join kind_policy p using (kind) where p.family = 'artefact'
),
passages as (
  select s.left_subject, s.right_subject, s.thing_key as passage_key
  from shared s join kind_policy p using (kind) where p.family = 'content'
),
sides as (
  select left_subject as subject, left_subject, right_subject, kind, thing_key from artefacts
  union all
  select right_subject as subject, left_subject, right_subject, kind, thing_key from artefacts
),
wanted as (select distinct subject, kind, thing_key from sides),
places as (
  select w.subject, w.kind, w.thing_key, t.content_key
  from wanted w join (select distinct content_key, kind, thing_key from things) t using (kind, thing_key)
  join subject_contents c on c.subject = w.subject and c.content_key = t.content_key
),
counted as (select subject, kind, thing_key, count(*) as n from places group by subject, kind, thing_key),
inside as (
  select l.subject, l.kind, l.thing_key, p.passage_key
  from places l join counted c on l.subject = c.subject and l.kind = c.kind and l.thing_key = c.thing_key
  join (select distinct content_key, thing_key as passage_key from things
        where thing_key in (select passage_key from passages)) p on p.content_key = l.content_key
  group by l.subject, l.kind, l.thing_key, p.passage_key having count(*) = min(c.n)
)
select distinct s.left_subject, s.right_subject, s.kind, s.thing_key
from sides s join inside i on s.subject = i.subject and s.kind = i.kind and s.thing_key = i.thing_key
join passages p on p.left_subject = s.left_subject and p.right_subject = s.right_subject and p.passage_key = i.passage_key
"""

WEIGHED = """
create or replace table weighed as
with alone as (
  select s.*, p.class_order,
    case when e.thing_key is null and ep.thing_key is null then p.family else 'content' end as family,
    case when e.thing_key is null and ep.thing_key is null then s.kind else 'passage' end as damped_with,
    case
      when p.class_order = 1 and s.n_subjects <= p.a_max and s.n_turns >= p.a_min_turns then 1
      when p.class_order <= 2 and s.n_subjects <= p.b_max then 2
      else 3 end as evidence_class,
    greatest(0, round(1000 * (
      least(p.cap_bits, log2(p.m * ($n_population - 1 + $prior_subjects) / (s.n_subjects - 1 + $prior_count)))
      - case when p.activity then s.log2_activity else 0 end)))::bigint as alone_mb
  from shared s join kind_policy p using (kind) left join embedded e on s.kind = e.kind and s.thing_key = e.thing_key
  left join embedded_pairs ep on s.left_subject = ep.left_subject and s.right_subject = ep.right_subject
                             and s.kind = ep.kind and s.thing_key = ep.thing_key
),
ranked as (
  select *, row_number() over (partition by left_subject, right_subject, damped_with
                               order by alone_mb desc, evidence_class, thing_key) as nth
  from alone
)
select left_subject, right_subject, kind, thing_key, n_subjects, family, evidence_class, alone_mb, nth,
       round(alone_mb * power($damping, nth - 1))::bigint as mb
from ranked
"""

LINKS = """
create or replace table links as
with by_family as (
  select w.left_subject, w.right_subject, w.family, count(*) as n_things,
         least(sum(w.mb), min(f.cap_mb))::bigint as mb,
         least(coalesce(sum(w.mb) filter (where w.evidence_class <= 2), 0), min(f.cap_mb))::bigint as own_mb,
         coalesce(max(w.alone_mb) filter (where w.evidence_class = 1), 0) as best_a_mb
  from weighed w join family_caps f using (family)
  group by w.left_subject, w.right_subject, w.family
),
totals as (
  select left_subject, right_subject, sum(mb)::bigint as mb, sum(own_mb)::bigint as own_mb,
         max(best_a_mb) as best_a_mb,
         count(*) filter (where own_mb >= $min_family_mb) as n_families,
         sum(n_things)::bigint as n_things
  from by_family group by left_subject, right_subject
)
select left_subject, right_subject, mb, n_things from totals
where own_mb >= $threshold_mb and (best_a_mb >= $min_family_mb or n_families >= 2)
"""

LINK_ROWS = "select left_subject, right_subject, mb, n_things from links order by left_subject, right_subject"

LEDGER_ROWS = """
with chosen as (
  select w.*, row_number() over (partition by w.left_subject, w.right_subject
                                 order by w.mb desc, w.evidence_class, w.kind, w.thing_key) as place
  from weighed w join links using (left_subject, right_subject)
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
       (select count(*) from (select distinct left_subject, right_subject from shared)) as n_pairs,
       (select count(*) from links) as n_links
"""
