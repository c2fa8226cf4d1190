"""Routes of people: who is logged in, logging in and out, local accounts."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query, Request, Response
from fastapi.responses import RedirectResponse

from console.api.requests import COOKIE, PLAIN_COOKIE, caller_of, known, logged_in, may, parts_of
from console.wire.people import Account, AccountAsked, LoggedOut, LoginAsked, LoginWays, Me, PasswordAsked, Right
from console.wire.problems import ProblemError

router = APIRouter(tags=["people"])
KEPT = "toezicht-openid"
KEPT_PATH = "/api/v1/auth"
"""Cookie of a login by OpenID Connect that is under way."""
LoggedIn = Annotated[Me, Depends(logged_in)]
Known = Annotated[Me, Depends(known)]
"""Also who has a first password, and may do nothing else with it."""
Administrating = Annotated[Me, Depends(may(Right.USERS))]


@router.get("/login")
def ways(request: Request) -> LoginWays:
    """Return how one can log in here."""
    return parts_of(request).sessions.ways()


@router.get("/me")
def me_(request: Request, me: Known) -> Me:
    """Return who is logged in."""
    return me


@router.put("/me/password")
async def change_password(request: Request, asked: PasswordAsked, me: Known) -> Me:
    """Change one's own password of a local account; one's other sessions end."""
    return await parts_of(request).sessions.change_password(asked, caller_of(request))


@router.put("/session")
def keep_acting(request: Request, me: LoggedIn) -> Me:
    """Tell that a person is at the keys: the page does so at most once a minute; every change tells it too."""
    return parts_of(request).sessions.keep_acting(caller_of(request))


@router.post("/session")
async def login(request: Request, response: Response, asked: LoginAsked) -> Me:
    """Log in with a local account; also again, where acting asks for the password."""
    me, token = await parts_of(request).sessions.login(asked, caller_of(request))
    _set_cookie(request, response, token)
    return me


@router.delete("/session")
async def logout(request: Request, response: Response) -> LoggedOut:
    """Log out; who logged in at an OpenID provider that ends sessions goes on to its address, and comes back from there."""
    address = await parts_of(request).sessions.logout(caller_of(request))
    for name in (COOKIE, PLAIN_COOKIE):
        response.delete_cookie(name, path="/", secure=name == COOKIE, httponly=True, samesite="lax")
    return LoggedOut(go_to=address or None)


@router.get("/auth/login", status_code=302, response_class=RedirectResponse)
async def begin_openid(request: Request, back_to: Annotated[str, Query(max_length=500)] = "/") -> RedirectResponse:
    """Send the browser to the OpenID provider; `back_to` is a path of the console."""
    try:
        address, kept = await parts_of(request).sessions.begin_openid(back_to)
    except ProblemError as problem:
        return _told_on_page(request, problem)
    response = RedirectResponse(address, 302)
    response.set_cookie(KEPT, kept, 600, path=KEPT_PATH, secure=_is_secure(request), httponly=True, samesite="lax")
    return response


@router.get("/auth/callback", status_code=302, response_class=RedirectResponse)
async def end_openid(request: Request) -> RedirectResponse:
    """Take the browser back from the OpenID provider."""
    kept = request.cookies.get(KEPT)
    try:
        _, token, page = await parts_of(request).sessions.end_openid(request.url.query, kept, caller_of(request))
    except ProblemError as problem:
        response = _told_on_page(request, problem)
    else:
        response = RedirectResponse(page, 302)
        _set_cookie(request, response, token)
    response.delete_cookie(KEPT, path=KEPT_PATH)
    return response


@router.get("/users")
def accounts(request: Request, me: Administrating) -> tuple[Account, ...]:
    """Return the local accounts."""
    return parts_of(request).sessions.accounts()


@router.put("/users/{user}")
async def put_account(
    request: Request,
    user: Annotated[str, Path(min_length=1, max_length=80, pattern=r"^[A-Za-z0-9][A-Za-z0-9._:-]*$")],
    asked: AccountAsked,
    me: Administrating,
) -> Account:
    """Make or change a local account."""
    return await parts_of(request).sessions.put_account(user, asked, me)


def _told_on_page(request: Request, problem: ProblemError) -> RedirectResponse:
    """Return the page with a problem's code, where a person waits for a page: the page has the words for it.

    Raises:
        ProblemError: A program asked.
    """
    if request.headers.get("sec-fetch-mode") != "navigate":
        raise problem
    return RedirectResponse(f"/?login_problem={problem.code}", 302)


def _is_secure(request: Request) -> bool:
    return parts_of(request).settings.secure


def _set_cookie(request: Request, response: Response, token: str) -> None:
    """Hand a session's token to the browser, where no script can read it."""
    secure = _is_secure(request)
    age_s = int(parts_of(request).settings.session_hours * 3_600)
    name = COOKIE if secure else PLAIN_COOKIE
    response.set_cookie(name, token, age_s, path="/", secure=secure, httponly=True, samesite="lax")
