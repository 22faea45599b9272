"""Store: everything that the monitor remembers, in one SQLite database.

`Store` opens, migrates and closes it, and gives transactions: `with store.write() as session:`. The functions of the
modules beside it take such a session and return the types of models.py: `sources` (what to look at next), `rhythms`
(what looks taught), `articles`, `news` (stories, events, alerts), `deliveries` (the outbox), `feedback` (what
people say of alerts), `history` and `browse` (what they ask for). `views` are what people see who open the file
themselves.
"""

from monitor.store.database import Session, Store

__all__ = ["Session", "Store"]
