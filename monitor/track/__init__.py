"""Track: what is new about an article's events.

`judge` compares them with the stories of the last days and returns a named decision for each; `fold_relations` folds
dated events into the state of each pair of companies, `trace_relations` into its steps. Pure: the caller brings
stories and times.
"""

from monitor.track.fingerprint import fold_name, is_copy, is_same_company, list_bands, text_digest
from monitor.track.passage import passage_of
from monitor.track.relation import fold_relations, read_relations, relation_key, trace_relations
from monitor.track.story import Verdict, fact_of, judge

__all__ = [
    "Verdict",
    "fact_of",
    "fold_name",
    "fold_relations",
    "is_copy",
    "is_same_company",
    "judge",
    "list_bands",
    "passage_of",
    "read_relations",
    "relation_key",
    "text_digest",
    "trace_relations",
]
