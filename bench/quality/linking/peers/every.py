"""The peers with the settings that the tables name: one row each."""

from __future__ import annotations

from bench.quality.linking.peers import astro, coortweet, shared, splink, svn, tfidf, toolkit
from bench.quality.linking.peers.base import Peer
from bench.quality.linking.peers.keys import INFRASTRUCTURE

DAY_S, WEEK_S = 86_400, 7 * 86_400

PEERS = (
    Peer("exact duplicate prompts", shared.run, {"kinds": ("text",)}),
    Peer("shared infrastructure", shared.run, {"kinds": INFRASTRUCTURE}),
    Peer("TF-IDF cosine, shared keys", tfidf.run),
    Peer("TF-IDF cosine, all words", tfidf.run, {"words": True}),
    Peer("validated network (SVN)", svn.run),
    Peer("toolkit co_tweet, 300 s", toolkit.run, {"network": "co_tweet"}),
    Peer("toolkit co_tweet, 1 d", toolkit.run, {"network": "co_tweet", "window_s": DAY_S}),
    Peer(
        "toolkit co_similar J≥0.9, 60 s", toolkit.run, {"network": "co_similar_tweet", "window_s": 60, "jaccard": 0.9}
    ),
    Peer("toolkit co_similar J≥0.6, 300 s", toolkit.run, {"network": "co_similar_tweet", "jaccard": 0.6}),
    Peer("toolkit co_link, 7 d", toolkit.run, {"network": "co_link", "window_s": WEEK_S}),
    Peer("CooRTweet exact text, 300 s", coortweet.run),
    Peer("astrodetection co-URL", astro.run),
    Peer("Splink, infrastructure", splink.run),
)
