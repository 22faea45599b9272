"""What readers change from the page: dead deliveries are due again, alerts are judged, stories acknowledged."""

import hmac
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from urllib.parse import parse_qs

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from monitor.models import Judgement
from monitor.store import Session, Store, deliveries, feedback, news, searches
from monitor.web.asking import SEARCH_FIELDS, read_id, read_place, read_query

_MAX_FORM_BYTES = 20_000
_MAX_FIELDS = 20
_MAX_NAME_CHARS = 100
Form = Mapping[str, str]
Act = Callable[[Session, Form, datetime], str]
"""Changes what a form asks for; returns the address of what to show then."""


def make_action(
    act: Act, store: Store, now: Callable[[], datetime], form_token: str
) -> Callable[[Request], Awaitable[Response]]:
    """Return the endpoint of a form, which brings `form_token`: only a reader of our own pages can know it."""

    def change(form: Form) -> str:
        with store.write() as session:
            return act(session, form, now())

    async def answer(request: Request) -> Response:
        form = await _read_form(request)
        if not hmac.compare_digest(form.get("token", "").encode(), form_token.encode()):
            raise HTTPException(403, "The form is out of date: open the page again and press the button once more.")
        return RedirectResponse(await run_in_threadpool(change, form), status_code=303)

    return answer


def _requeue(session: Session, form: Form, now: datetime) -> str:
    """Send again the delivery `id`, or all that are dead."""
    delivery_id = _read_number(form) if form.get("id") else None
    deliveries.requeue(session, now, delivery_id=delivery_id)
    return read_place(form.get("at", ""), otherwise="/deliveries")


def _judge(session: Session, form: Form, now: datetime) -> str:
    """Note what a reader says of the alert `id`; an empty `judgement` takes it back."""
    given, alert_id = form.get("judgement"), _read_number(form)
    if given is None or given not in {"", *Judgement}:
        raise HTTPException(400, f"An alert is {', '.join(Judgement)}.")
    if not feedback.record_judgement(session, alert_id, Judgement(given) if given else None, now):
        raise HTTPException(404, "There is no alert with this number.")
    return read_place(form.get("at", ""), otherwise=f"/alerts/{alert_id}") + f"#alert-{alert_id}"


def _acknowledge(session: Session, form: Form, now: datetime) -> str:
    """Note that somebody knows the story `id`, or with `undo` that nobody does."""
    story_id = _read_number(form)
    if not news.acknowledge_story(session, story_id, None if form.get("undo") else now):
        raise HTTPException(404, "There is no story with this number.")
    anchor = form.get("anchor", "")
    place = read_place(form.get("at", ""), otherwise=f"/stories/{story_id}")
    return f"{place}#alert-{anchor}" if read_id(anchor) is not None else place


def _save_search(session: Session, form: Form, now: datetime) -> str:
    """Keep what the form asks for under its `name`."""
    name, asked = form.get("name", "").strip(), read_query({one: form.get(one, "") for one in SEARCH_FIELDS}).search
    if not 0 < len(name) <= _MAX_NAME_CHARS:
        raise HTTPException(400, f"A saved search has a name of {_MAX_NAME_CHARS} characters at most.")
    if not asked:
        raise HTTPException(400, "A search that asks for nothing is not saved.")
    if searches.save_search(session, name, asked, now) is None:
        raise HTTPException(400, f"{searches.MAX_SEARCHES} searches are saved already: remove one first.")
    return "/searches"


def _forget_search(session: Session, form: Form, _now: datetime) -> str:
    """Remove the saved search `id`."""
    if not searches.forget_search(session, _read_number(form)):
        raise HTTPException(404, "There is no saved search with this number.")
    return "/searches"


ACTIONS: Mapping[str, Act] = {
    "/deliveries/requeue": _requeue,
    "/alerts/judge": _judge,
    "/stories/acknowledge": _acknowledge,
    "/searches/save": _save_search,
    "/searches/forget": _forget_search,
}


def _read_number(form: Form) -> int:
    number = read_id(form.get("id", ""))
    if number is None:
        raise HTTPException(400, "The “id” of a form is a whole number.")
    return number


async def _read_form(request: Request) -> dict[str, str]:
    """Return the fields of a small form; HTTPException 400 if it is anything else."""
    body = b""
    async for part in request.stream():
        body += part
        if len(body) > _MAX_FORM_BYTES:
            raise HTTPException(400, "That is not our form.")
    try:
        fields = parse_qs(body.decode("ascii"), max_num_fields=_MAX_FIELDS, keep_blank_values=True, encoding="utf-8")
    except ValueError as error:
        raise HTTPException(400, "That is not our form.") from error
    return {name: values[-1] for name, values in fields.items()}
