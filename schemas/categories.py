"""The closed list of what an incident can be (domain fact sheet §7), and the four priorities."""

from __future__ import annotations

from schemas.base import Word


class Category(Word):
    """Category: what a report or an episode is about. An unknown source code becomes `overig`, never nothing."""

    WONINGINBRAAK = "woninginbraak"
    ZAKKENROLLERIJ = "zakkenrollerij"
    STRAATROOF = "straatroof"
    FIETSDIEFSTAL = "fietsdiefstal"
    VERWARD_PERSOON = "verward_persoon"
    JEUGDOVERLAST = "jeugdoverlast"
    DRUGSOVERLAST_DEALEN = "drugsoverlast_dealen"
    ONDERMIJNING_PAND = "ondermijning_pand"
    WOONFRAUDE_OVERBEWONING = "woonfraude_overbewoning"
    WOONOVERLAST = "woonoverlast"
    BRAND = "brand"
    GEWELD_VECHTPARTIJ = "geweld_vechtpartij"
    CROWD_DENSITY = "crowd_density"
    DEMONSTRATIE = "demonstratie"
    VERDACHT_VOORWERP = "verdacht_voorwerp"
    MEDISCH_ONWEL = "medisch_onwel"
    VERKEER_CONTEXT = "verkeer_context"
    OVERIG = "overig"


class Priority(Word):
    """P1 immediate, P2 prompt, P3 routine, P4 log only."""

    P1 = "P1"
    P2 = "P2"
    P3 = "P3"
    P4 = "P4"
