"""The application: every address a transaction and what is made of it, and what is shown when that fails."""

import mimetypes
from collections.abc import Callable, Collection
from hashlib import sha256
from importlib.resources import files
from secrets import token_urlsafe

from jinja2 import Environment, PackageLoader, StrictUndefined
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from monitor.errors import RuleError
from monitor.store import Store
from monitor.web import wording
from monitor.web.actions import ACTIONS, make_action
from monitor.web.api import fail_as_json, list_api_routes
from monitor.web.asking import read_query
from monitor.web.guard import Guard
from monitor.web.listings import Surroundings
from monitor.web.live import LIVE_PATH, Live
from monitor.web.views import VIEWS, View

_ASSETS = {file.name: file.read_bytes() for file in files(__package__).joinpath("static").iterdir() if file.is_file()}
"""Small, and read once: no path of a request ever reaches the disk."""
_TITLES = {400: "That was not understood", 403: "Not allowed", 404: "Nothing here", 500: "Something broke"}


def make_page(
    *,
    store: Store,
    around: Surroundings,
    hosts: Collection[str],
    secrets: Collection[str] = (),
    token: str | None = None,
) -> Guard:
    """Return the page as an ASGI application that answers under `hosts` (as "127.0.0.1") only.

    `secrets` are blacked out wherever they stand. With a `token`, nobody is answered who does not bring it.
    """
    form_token = token_urlsafe()
    say = wording.make_sayer(secrets)
    templates = _load_templates(secrets)
    templates.globals["form_token"] = form_token

    def fail(request: Request, error: Exception) -> Response:
        if isinstance(error, RuleError):
            error = HTTPException(400, f"The query makes no sense: {error}")
        if isinstance(error, HTTPException) and request.url.path.startswith("/api/"):
            return fail_as_json(error)
        status, detail = (
            (error.status_code, error.detail)
            if isinstance(error, HTTPException)
            else (500, "The log has the details. Try again in a moment.")
        )
        values = {"status": status, "title": _TITLES.get(status, "This did not work"), "detail": detail}
        return HTMLResponse(templates.get_template("error.html").render(values), status_code=status)

    routes = [
        *list_api_routes(store, around, say),
        *(
            Route(path, make_action(act, store, around.now, form_token), methods=["POST"])
            for path, act in ACTIONS.items()
        ),
        *(Route(view.path, _make_endpoint(view, store, around, templates)) for view in VIEWS),
        Route(LIVE_PATH, Live(store).make_endpoint()),
        Route("/static/{name}", _send_asset),
        Route("/{path:path}", _refuse),
    ]
    app = Starlette(routes=routes, exception_handlers={HTTPException: fail, RuleError: fail, Exception: fail})
    return Guard(app, hosts=hosts, writes=list(ACTIONS), token=token)


def _make_endpoint(
    view: View, store: Store, around: Surroundings, templates: Environment
) -> Callable[[Request], Response]:
    """Return a view's endpoint; not async, so that Starlette runs it in a thread: it waits for the database."""
    template = templates.get_template(view.template)

    def answer(request: Request) -> Response:
        query = read_query(request.query_params)
        with store.read() as session:
            values = view.read(session, query, request.path_params, around)
        return HTMLResponse(
            template.render(values, path=view.path, listing=view.listing, here=query.address(request.url.path))
        )

    return answer


def _refuse(_request: Request) -> Response:
    """Answer every other path; with a route for all, Starlette redirects none."""
    raise HTTPException(404, "There is no page with this address.")


def _send_asset(request: Request) -> Response:
    name = request.path_params["name"]
    if name not in _ASSETS:
        raise HTTPException(404, "There is no such file.")
    kind = mimetypes.guess_type(name)[0]
    # Pages name an asset with its digest: a new version has a new URL.
    return Response(_ASSETS[name], media_type=kind, headers={"Cache-Control": "public, max-age=31536000, immutable"})


def _load_templates(secrets: Collection[str]) -> Environment:
    environment = Environment(
        loader=PackageLoader("monitor.web"),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=wording.make_finalizer(secrets),
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    environment.filters |= {
        "words": wording.say_words,
        "day": wording.say_day,
        "clock": wording.say_clock,
        "date": wording.say_date,
        "span": wording.say_span,
        "link": wording.find_link,
    }
    environment.globals["assets"] = {
        name: f"/static/{name}?{sha256(body).hexdigest()[:12]}" for name, body in _ASSETS.items()
    }
    return environment
