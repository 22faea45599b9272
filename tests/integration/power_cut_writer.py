"""Stores alerts and sends them, and says so: the process whose power is cut."""

import sys
from pathlib import Path

from sqlalchemy import event
from sqlalchemy.engine import Engine

from monitor.store import Store, deliveries
from tests.integration.test_store import NOW, add_delivery


def main() -> None:
    path, synchronous, count = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])
    if synchronous != "as it is":
        event.listen(Engine, "begin", lambda connection: set_synchronous(connection, synchronous))
    store = Store(path)
    for number in range(1, count + 1):
        add_delivery(store, number)
        tell(f"stored {number}")
        with store.write() as session:
            (delivery,) = deliveries.next_due(session, NOW, target="console")
            deliveries.lease(session, [delivery.id], NOW)
        with store.write() as session:
            deliveries.mark_sent(session, [delivery.id], NOW)
        tell(f"sent {number}")
    store.close()


def set_synchronous(connection: object, level: str) -> None:
    """Set it below SQLAlchemy, before its own BEGIN."""
    connection.connection.driver_connection.execute(f"PRAGMA synchronous={level}")  # type: ignore[attr-defined]  # SQLAlchemy's


def tell(words: str) -> None:
    sys.stdout.write(f"{words}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
