"""Need to know as tables: the matrix of a file, and what one partner gets."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from schemas.categories import Category
from schemas.sharing import SharedField
from streams.domain.partners.case_lines import CaseLine
from streams.domain.partners.need_to_know import Grant, Partners
from streams.domain.partners.pairs import Pair, PairEntry
from streams.presentation.columns import columns
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
                "hits": ground.hits,
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
        "cases": [line.model_dump() for line in partners.cases if partner in {None, *_can_have(partners, line)}],
    }


def _can_have(partners: Partners, line: CaseLine) -> list[str]:
    """Return who can have a case of a line: all with a grant for a category of it, in the order of the file."""
    return [name for name in partners.partners if any(partners.grant(name, Category(each)) for each in line.categories)]


def _case_rows(partners: Partners) -> list[tuple[str, ...]]:
    """Return the lines of cases as rows: who has it first, whose it is, to whom it can be referred, and the times."""
    rows: list[tuple[str, ...]] = [
        ("case", "first to", "owner", "can be referred to", "at most", "answer within", "kept at most")
    ]
    for line in partners.cases:
        for category in line.categories:
            others = [
                name for name in partners.partners if name != line.owner and partners.grant(name, Category(category))
            ]
            to = ", ".join(others) if line.hops_at_most else ""
            times = (f"{line.hops_at_most} times", _hours(line.answer_s), _hours(line.keep_s))
            rows.append((category, line.to, line.owner, to or "nobody", *times))
    return rows


def pairs_as_dict(partners: Partners) -> dict[str, Any]:
    """Return for a program which two partners learn of each other, of what, on what ground, and what each learns by a hit."""
    return {
        "version": partners.version,
        "partners": {
            name: {"sources": list(each.sources), "contact": each.contact}
            for name, each in partners.hits.partners.items()
        },
        "pairs": [
            {
                "categories": {name: list(categories) for name, categories in entry.categories.items()},
                "ground": entry.ground,
                "law": partners.grounds[entry.ground].law,
                "near_m": entry.near_m,
                "within_s": entry.within_s,
                "expires_s": entry.expires_s,
                "topics": {pair.partner: _topic(pair) for pair in _lines(partners, entry)},
                "gives_away": {
                    pair.partner: [each.value for each in pair.gives_away] for pair in _lines(partners, entry)
                },
            }
            for entry in partners.hits.pairs
        ],
    }


def pairs_as_text(partners: Partners) -> str:
    """Return the pairs for a person: a line for each of the two, with what a hit tells it of the other."""
    head = f"partners {partners.version}: who learns that another has something too. Two that no line names never do."
    rows: list[tuple[str, ...]] = [
        ("partner", "with its", "learns of", "who has one of", "near", "within", "holds", "ground", "topic")
    ]
    for entry in partners.hits.pairs:
        for pair in _lines(partners, entry):
            mine, theirs = entry.categories[pair.partner], entry.categories[pair.other]
            sizes = (f"{pair.near_m} m", _hours(pair.within_s), _hours(pair.expires_s))
            rows.append(
                (pair.partner, ", ".join(mine), pair.other, ", ".join(theirs), *sizes, pair.ground, _topic(pair))
            )
    desks = [("partner", "sources", "asked by")]
    desks += [(name, ", ".join(each.sources), each.contact) for name, each in partners.hits.partners.items()]
    laws = [("ground", "law", "nl", "en")]
    used = dict.fromkeys(entry.ground for entry in partners.hits.pairs)
    laws += [
        (code, ground.law, ground.text.nl, ground.text.en) for code in used for ground in (partners.grounds[code],)
    ]
    return "\n".join([head, "", *columns(rows), "", *columns(desks), "", *columns(laws)])


def _lines(partners: Partners, entry: PairEntry) -> Iterator[Pair]:
    """Yield a line of the file as each of its two partners sees it."""
    one, other = entry.categories
    for mine, theirs in ((one, other), (other, one)):
        categories = Category(entry.categories[mine][0]), Category(entry.categories[theirs][0])
        pair = partners.pairs.pair(mine, categories[0], theirs, categories[1])
        assert pair is not None  # it is a line of this file
        yield pair


def _topic(pair: Pair) -> str:
    return health_topic(pair.partner) if pair.health else partner_topic(pair.partner)


def _hours(seconds: int) -> str:
    hours = seconds / 3_600
    return f"{hours:g} h" if hours < 48 else f"{hours / 24:g} d"


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
    cases = ["", *columns(_case_rows(partners))] if partners.cases else []
    return "\n".join([head, "", *columns(rows), *cases, "", *columns(grounds)])


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
    return "\n".join([*head, "", *columns(rows), "", *columns(laws)])


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
