"""Track: what is new about an article's events.

`judge` compares them with the stories of the last days and returns a named decision for each; `fold_relations` folds
dated events into the state of each pair of companies. Pure: the caller brings stories and times.
"""

from monitor.track.fingerprint import fold_name, text_digest
from monitor.track.relation import DatedEvent, fold_relations
from monitor.track.story import Verdict, judge

__all__ = ["DatedEvent", "Verdict", "fold_name", "fold_relations", "judge", "text_digest"]
