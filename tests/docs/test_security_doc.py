"""`docs/security.md` tells the rights that the command gives, each process and partner in a row of a table."""

from __future__ import annotations

from pathlib import Path

from streams.kafka.access.acls import Needs
from streams.rights.granting import Grants
from streams.rights.partners import PartnerPrincipal
from streams.rights.processes import SAID
from streams.topics import BY_NAME

TEXT = (Path(__file__).parents[2] / "docs" / "security.md").read_text()
BEGIN, END = "<!-- rights: begin -->\n", "<!-- rights: end -->"
HEAD = "| user | is | reads | writes | consumer groups | more |\n|---|---|---|---|---|---|\n"


def test_the_table_is_what_the_command_gives() -> None:
    """Nobody may anything that the page does not tell, and nothing is told that nobody may."""
    told = TEXT.split(BEGIN)[1].split(END)[0]
    assert told == table()


def table() -> str:
    """Return the table as it should stand in the page: all processes, and one partner for all."""
    rows = [row(name, SAID[name], needs) for name, needs in Grants.of({}).needs.items()]
    partner = PartnerPrincipal.named("politie").needs()
    return HEAD + "".join([*rows, row("ID", "a partner", partner).replace("politie", "ID")])


def row(name: str, said: str, needs: Needs) -> str:
    """Return one row."""
    groups = [*sorted(needs.groups), *(f"{each}…" for each in sorted(needs.group_prefixes))]
    more = []
    if needs.describes:
        more.append(f"asks where {topics_of(needs.describes)} end")
    if needs.asks_groups:
        more.append(f"asks how far {words(needs.asks_groups)} are")
    if needs.keeps:
        more.append(f"creates and corrects {topics_of(needs.keeps)}")
    if needs.deletes:
        more.append(f"deletes the oldest records of {topics_of(needs.deletes)}")
    if needs.asks_settings:
        more.append(f"asks for the settings of {topics_of(needs.asks_settings)}")
    if needs.cluster:
        more.append(f"{', '.join(sorted(needs.cluster))} of the cluster")
    cells = [f"`{name}`", said, words(needs.reads), words(needs.writes), words(groups), "; ".join(more)]
    return f"| {' | '.join(cells)} |\n"


def topics_of(names: frozenset[str]) -> str:
    """Return topics as words."""
    return "all topics" if names == set(BY_NAME) else words(names)


def words(names: frozenset[str] | list[str]) -> str:
    """Return names as code, in order."""
    return ", ".join(f"`{name}`" for name in sorted(names))
