"""Claims: what an ID token must say under the NL GOV profile for OpenID Connect, and who it says somebody is."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from pydantic import TypeAdapter, ValidationError

from console.access.session import Identity
from console.settings import ConsoleSettings
from console.wire.base import Identifier
from console.wire.people import Role

ALGORITHMS: Final = ("PS256", "RS256", "ES256", "PS384", "RS384", "ES384", "PS512", "RS512", "ES512")
"""Signatures at least as secure as RS256, which alone the profile allows: no `none`, and no secret that both sides know."""
LEEWAY_S: Final = 30
"""How far the provider's clock may be from ours (s)."""
OLDEST_S: Final = 600
"""How long ago an ID token may be issued (s): it was fetched within the last seconds."""
_IDENTIFIER: Final[TypeAdapter[str]] = TypeAdapter(Identifier)


@dataclass(frozen=True, slots=True)
class ClaimRules:
    """Claim rules: where a provider tells what, and what it must tell."""

    user_claim: str
    roles_claim: str
    roles: Mapping[str, Role]
    rooms_claim: str
    acr: frozenset[str]


def claim_rules(settings: ConsoleSettings) -> ClaimRules:
    """Return the rules of some settings.

    Raises:
        ValueError: A role of `openid_roles` is none.
    """
    pairs = [pair.split("=", 1) for pair in _listed(settings.openid_roles)]
    if bad := [pair for pair in pairs if len(pair) != 2 or pair[1] not in set(Role)]:
        raise ValueError(f"expected theirs=ours with a role of {', '.join(Role)}, not {'='.join(bad[0])}")
    return ClaimRules(
        user_claim=settings.openid_user_claim,
        roles_claim=settings.openid_roles_claim,
        roles={theirs: Role(ours) for theirs, ours in pairs} if pairs else {role.value: role for role in Role},
        rooms_claim=settings.openid_rooms_claim,
        acr=frozenset(_listed(settings.openid_acr)),
    )


def fault(claims: Mapping[str, Any], rules: ClaimRules, now_s: float, max_age_s: float) -> str:
    """Return what the profile asks of an ID token beyond its signature, issuer, audience, nonce and end, and it lacks.

    Args:
        claims: The token's claims, whose types are not known.
        rules: See `ClaimRules`.
        now_s: Now (s).
        max_age_s: How long ago somebody may have proved who they are (s).
    """
    for name, oldest_s in (("iat", OLDEST_S), ("auth_time", max_age_s)):
        at_s = claims.get(name)
        if isinstance(at_s, bool) or not isinstance(at_s, int | float):
            return f"{name} is missing, or no time"
        if not now_s - oldest_s - LEEWAY_S <= at_s <= now_s + LEEWAY_S:
            return f"{name} is too long ago, or in the future"
    level = claims.get("acr")
    if rules.acr and not (isinstance(level, str) and level in rules.acr):
        return "acr is none of the levels of assurance that are asked for"
    return ""


def identity_of(claims: Mapping[str, Any], rules: ClaimRules) -> Identity | None:
    """Return who an ID token says somebody is, or None where it names nobody in a way that can be used.

    A role that is not known gives no right, and a room that is no room is left out.
    """
    try:
        user = _IDENTIFIER.validate_python(claim(claims, rules.user_claim), strict=True)
    except ValidationError:
        return None
    told = _words(claim(claims, rules.roles_claim))
    roles = tuple(dict.fromkeys(rules.roles[name] for name in told if name in rules.roles))
    rooms = tuple(dict.fromkeys(filter(_is_identifier, _words(claim(claims, rules.rooms_claim)))))
    return Identity(user, roles, rooms if rules.rooms_claim else None, "openid")


def claim(claims: Mapping[str, Any], path: str) -> Any:
    """Return a claim, or the one within it: `realm_access.roles`; a claim whose name has the dots goes first."""
    if path in claims:
        return claims[path]
    found: Any = claims
    for name in path.split("."):
        found = found.get(name) if isinstance(found, Mapping) else None
    return found


def _words(value: Any) -> Iterable[str]:
    """Return the words of a claim that is a list, or one text with spaces or commas."""
    if isinstance(value, str):
        return value.replace(",", " ").split()
    return [each for each in value if isinstance(each, str)] if isinstance(value, list) else []


def _is_identifier(text: str) -> bool:
    try:
        _IDENTIFIER.validate_python(text)
    except ValidationError:
        return False
    return True


def _listed(text: str) -> list[str]:
    return [each.strip() for each in text.split(",") if each.strip()]
