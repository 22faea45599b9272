"""The one change that the page makes: dead deliveries are due again."""

import hmac
from collections.abc import Awaitable, Callable
from datetime import datetime
from urllib.parse import parse_qs

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from monitor.store import Store, deliveries
from monitor.web.asking import read_id

REQUEUE_PATH = "/deliveries/requeue"
_MAX_FORM_BYTES = 2_000


def make_requeue(
    store: Store, now: Callable[[], datetime], form_token: str
) -> Callable[[Request], Awaitable[Response]]:
    """Return the endpoint of the form: `id` of one delivery, or none for all that are dead.

    The form brings `form_token`, which only a reader of our own pages can know.
    """

    def requeue(delivery_id: int | None) -> None:
        with store.write() as session:
            deliveries.requeue(session, now(), delivery_id=delivery_id)

    async def answer(request: Request) -> Response:
        form = await _read_form(request)
        if not hmac.compare_digest(form.get("token", "").encode(), form_token.encode()):
            raise HTTPException(403, "The form is out of date: open the page again and press the button once more.")
        given = form.get("id", "")
        delivery_id = read_id(given)
        if given and delivery_id is None:
            raise HTTPException(400, "The number of a delivery must be a whole number.")
        await run_in_threadpool(requeue, delivery_id)
        return RedirectResponse("/deliveries", status_code=303)

    return answer


async def _read_form(request: Request) -> dict[str, str]:
    """Return the fields of a small form; HTTPException 400 if it is anything else."""
    body = b""
    async for part in request.stream():
        body += part
        if len(body) > _MAX_FORM_BYTES:
            raise HTTPException(400, "That is not our form.")
    try:
        fields = parse_qs(body.decode("ascii"), max_num_fields=5, keep_blank_values=True, encoding="utf-8")
    except ValueError as error:
        raise HTTPException(400, "That is not our form.") from error
    return {name: values[-1] for name, values in fields.items()}
