"""Which texts of each subject are read and weighed: the same ones in every run."""

from __future__ import annotations

import pyarrow as pa

from counterveil.encoders.chosen import reader_of
from counterveil.engine.duck import Engine
from counterveil.pipeline.reader import encoder_choice
from counterveil.settings import Settings


def readers(engine: Engine, settings: Settings) -> None:
    """Make ``readers``: which encoder reads which languages first; a pair that none reads is not in it. Needs ``sifted``."""
    choice = encoder_choice(settings)
    pairs = engine.rows("select distinct own_lang, pasted_lang from sifted order by all")
    found = [{**p, "reader": reader_of(choice, p["own_lang"], p["pasted_lang"])} for p in pairs]
    schema = pa.schema([("own_lang", pa.string()), ("pasted_lang", pa.string()), ("reader", pa.int32())])
    engine.table("readers", pa.Table.from_pylist([r for r in found if r["reader"] is not None], schema=schema))


def sample(engine: Engine, settings: Settings) -> None:
    """Make ``readers`` and ``asked`` (subject, text, encoder, place in the sample).

    A fixed sample of each subject's user turns in covered languages, in an order that depends on nothing but the turns
    themselves (a digest of the event id), so that a resumed, repeated or incremental run weighs the same texts.
    Needs ``turns`` and ``sifted``.
    """
    readers(engine, settings)
    engine.run(f"""
    create or replace table asked as
    select * from (
      select subject_id, content_key, reader, first_pass,
             row_number() over (partition by subject_id order by place, content_key) as nth
      from (
        select subject_id, content_key, any_value(reader) as reader, any_value(first_pass) as first_pass,
               min(md5(event_id)) as place
        from turns join sifted using (content_key) join readers using (own_lang, pasted_lang)
        where side = 0 and role = 'user'
        group by subject_id, content_key
      )
    ) where nth <= {settings.max_read_texts_per_subject} and (reader = 0 or nth <= {settings.second_texts_per_subject})
    """)
