"""Need to know as tables: the matrix of a file, and what one partner gets."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from schemas.sharing import SharedField
from streams.domain.partners.need_to_know import Grant, Partners
from streams.topics import answers_topic, health_topic, partner_topic


def as_dict(partners: Partners, partner: str | None = None) -> dict[str, Any]:
    """Return the matrix for a program: of one partner, or of all."""
    return {
        "version": partners.version,
        "towns": list(partners.towns),
        "grounds": {
            code: {
                "law": ground.law,
                "text": ground.text.model_dump(),
                "kinds": list(ground.kinds),
                "categories": ground.categories if ground.categories == "all" else list(ground.categories),
                "footage": ground.footage,
                "health": ground.health,
            }
            for code, ground in partners.grounds.items()
        },
        "partners": {
            name: {
                "name": each.name,
                "kind": each.kind,
                "principal": each.principal,
                "reads": reads(partners, name),
                "writes": [answers_topic(name)],
                "gets": [_grant(grant) for grant in _grants(partners, name)],
            }
            for name, each in partners.partners.items()
            if partner in {None, name}
        },
    }


def reads(partners: Partners, partner: str) -> list[str]:
    """Return the topics that a partner reads."""
    return [partner_topic(partner), *([health_topic(partner)] if partners.about_health(partner) else [])]


def as_text(partners: Partners) -> str:
    """Return the matrix for a person: partner by category, with the fields, the grain and the ground."""
    rows: list[tuple[str, ...]] = [("partner", "category", "fields", "grain", "from", "ground", "topic")]
    rows += [(grant.partner, *_cells(grant)) for name in partners.partners for grant in _grants(partners, name)]
    grounds = [("ground", "law", "for", "footage", "health")]
    grounds += [
        (code, each.law, ", ".join(each.kinds), "yes" if each.footage else "no", "yes" if each.health else "no")
        for code, each in partners.grounds.items()
    ]
    head = f"partners {partners.version}: what each gets, and nothing else. Grounds are proposals until counsel confirmed them."
    return "\n".join([head, "", *_columns(rows), "", *_columns(grounds)])


def partner_as_text(partners: Partners, partner: str) -> str:
    """Return what one partner may see, for a person."""
    about = partners.partners[partner]
    rows: list[tuple[str, ...]] = [("category", "fields", "grain", "from", "ground", "topic")]
    rows += [_cells(grant) for grant in _grants(partners, partner)]
    used = {grant.ground for grant in _grants(partners, partner)}
    laws = [("ground", "law", "nl", "en")]
    laws += [(code, g.law, g.text.nl, g.text.en) for code, g in partners.grounds.items() if code in used]
    head = [
        f"{partner}: {about.name} ({about.kind}), user {about.principal} on the cluster; file of partners {partners.version}",
        f"reads {', '.join(reads(partners, partner))}; answers on {answers_topic(partner)}",
    ]
    return "\n".join([*head, "", *_columns(rows), "", *_columns(laws)])


def _grants(partners: Partners, partner: str) -> list[Grant]:
    return [grant for (each, _), grant in partners.grants.items() if each == partner]


def _fields(grant: Grant) -> list[str]:
    """Return granted fields in the order of the list of all."""
    return [field.value for field in SharedField if field in grant.fields]


def _grant(grant: Grant) -> dict[str, Any]:
    return {
        "category": grant.category,
        "fields": _fields(grant),
        "grain_m": grant.grain_m,
        "lowest": grant.lowest,
        "ground": grant.ground,
        "topic": "health" if grant.health else "ordinary",
    }


def _cells(grant: Grant) -> tuple[str, ...]:
    topic = health_topic(grant.partner) if grant.health else partner_topic(grant.partner)
    grain = "-" if grant.grain_m is None else f"{grant.grain_m} m"
    return (grant.category.value, ", ".join(_fields(grant)), grain, grant.lowest.value, grant.ground, topic)


def _columns(rows: Sequence[tuple[str, ...]]) -> Iterator[str]:
    """Yield rows as lines, each column as wide as its widest cell."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        yield "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
