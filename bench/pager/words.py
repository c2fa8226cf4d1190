"""Words of a made national day. They are the generator's own: nothing here is taken from the lists of the parser that is measured.

Classifications as dispatchers write them, with what they are about; towns with their region, of which the parser's lists have a
part; streets, objects, and surnames of nobody. `HARD` words are of the kind that no table has yet.
"""

# ruff: noqa: E501 - lists

from __future__ import annotations

from typing import Final

OWN_TOWN: Final = "Amstelveen"
OWN_REGION: Final = 13
GROUP_OF: Final = {
    1: "BNN", 2: "BNN", 3: "BNN", 4: "BON", 5: "BON", 6: "BON", 7: "BON", 8: "BON", 9: "BMD", 10: "BNH", 11: "BNH", 12: "BNH", 13: "BAD",
    14: "BMD", 15: "BDH", 16: "BDH", 17: "BRT", 18: "BRT", 19: "BZB", 20: "BZB", 21: "BOB", 22: "BOB", 23: "BLB", 24: "BLB", 25: "BMD",
}  # fmt: skip
TOWNS: Final[dict[int, tuple[str, ...]]] = {
    1: ("Groningen", "Delfzijl", "Veendam", "Onderdendam", "Garmerwolde", "Ter Apelkanaal"),
    2: ("Leeuwarden", "Sneek", "Drachten", "Wergea", "Oudebildtzijl", "Nes", "Sint Nicolaasga"),
    3: ("Assen", "Emmen", "Hoogeveen", "Smilde", "Nieuw-Buinen", "Zuidwolde"),
    4: ("Zwolle", "Deventer", "Kampen", "Ossenzijl", "Sint Jansklooster", "Balkbrug"),
    5: ("Enschede", "Almelo", "Hengelo", "Rijssen", "De Lutte", "Bornerbroek"),
    6: ("Apeldoorn", "Doetinchem", "Zutphen", "'t Harde", "Gaanderen", "Hengelo Gld"),
    7: ("Arnhem", "Ede", "Barneveld", "Oosterbeek", "Lienden", "De Glind"),
    8: ("Nijmegen", "Tiel", "Wijchen", "Beneden-Leeuwen", "Ooij", "Est"),
    9: ("Utrecht", "Amersfoort", "Mijdrecht", "Vinkeveen", "De Hoef", "Haarzuilens", "Amstelhoek"),
    10: ("Alkmaar", "Den Helder", "Hoorn", "De Cocksdorp", "Oudkarspel", "Spierdijk"),
    11: ("Zaandam", "Purmerend", "Volendam", "Koog aan de Zaan", "Den Ilp", "Katwoude"),
    12: ("Haarlem", "Hoofddorp", "Badhoevedorp", "Schiphol", "Rijsenhout", "Wijk aan Zee", "Burgerveen", "Oude Meer"),
    13: (
        "Amsterdam",
        "Amsterdam",
        "Amsterdam",
        "Diemen",
        "Aalsmeer",
        "Uithoorn",
        "Duivendrecht",
        "Ouderkerk aan de Amstel",
        "De Kwakel",
    ),
    14: ("Hilversum", "Bussum", "Huizen", "Nederhorst den Berg", "Breukeleveen"),
    15: ("'s-Gravenhage", "Delft", "Zoetermeer", "Kwintsheul", "Ter Heijde"),
    16: (
        "Leiden",
        "Gouda",
        "Alphen aan den Rijn",
        "Ouderkerk aan den IJssel",
        "Bovenkerk ZH",
        "Hoogmade",
        "Rijpwetering",
    ),
    17: ("Rotterdam", "Schiedam", "Vlaardingen", "Capelle aan den IJssel", "Den Bommel", "Zuidland"),
    18: ("Dordrecht", "Gorinchem", "Hendrik-Ido-Ambacht", "Ottoland", "Mijnsheerenland"),
    19: ("Middelburg", "Goes", "Terneuzen", "Nieuwdorp", "Sint Jansteen", "Kapelle"),
    20: ("Breda", "Tilburg", "Roosendaal", "Zevenbergen", "Sprang-Capelle", "Nispen", "Riel"),
    21: ("'s-Hertogenbosch", "Oss", "Uden", "Sint Hubert", "Erp"),
    22: ("Eindhoven", "Helmond", "Oirschot", "Knegsel", "Vessem"),
    23: ("Venlo", "Roermond", "Weert", "Ell", "Beegden", "Meijel"),
    24: ("Maastricht", "Heerlen", "Sittard", "Bemelen", "Eys"),
    25: ("Almere", "Lelystad", "Urk", "Ens", "Tollebeek"),
}
POSTCODE_OF: Final = {
    1: "97", 2: "89", 3: "94", 4: "80", 5: "75", 6: "73", 7: "68", 8: "65", 9: "35", 10: "18", 11: "15", 12: "20", 13: "10", 14: "12",
    15: "25", 16: "23", 17: "30", 18: "33", 19: "43", 20: "48", 21: "53", 22: "56", 23: "59", 24: "62", 25: "13",
}  # fmt: skip
SHORT: Final = {
    "Schiedam": "SCHIDM",
    "Hendrik-Ido-Ambacht": "HENDIA",
    "Vlaardingen": "VLAARD",
    "Rotterdam": "RDAM",
    "Dordrecht": "DORDRT",
}

STREETS: Final = (
    "Kostverlorenweg", "Amsteldijk Noord", "Van der Hooplaan", "Keizer Karelplein", "Laan van Kronenburg", "Graaf Florislaan", "Noorddammerweg",
    "Burgemeester Haspelslaan", "Legmeerdijk", "Groen van Prinstererlaan", "Charlotte van Pallandtlaan", "Dorpsstraat", "Handweg", "Bovenkerkerkade",
    "Laan van de Helende Meesters", "Sint Urbanuslaan", "Zonnesteinhof", "Oude Karselaan", "Van Heuven Goedhartlaan", "Piet de Winterlaan",
    "Prof. J.H. Bavincklaan", "Nieuwe Kalfjeslaan", "Populierenlaan", "Traviatastraat", "Asserring", "Ringdijk", "Lindenlaan",
    "Rembrandtweg", "Machineweg", "Wolfert van Borsselenweg", "Spoorlaan", "Brandwijk", "Jacob van Ruysdaelweg", "Rooseveltlaan", "Startbaan",
    "Mr. G. Groen van Prinstererlaan", "Lange Laan", "Westelijke Randweg", "Eerste Oosterweg",
)  # fmt: skip
HARD_STREETS: Final = (
    "Lange Wei",
    "Uilenstede Noord",
    "Turfschip",
    "Ouverture",
    "Meander",
    "Uilenstede",
    "Biesbosch",
    "Parelvisser",
    "Backershagen",
)
"""Names without a street's ending: only a gazetteer can know them."""
FOREIGN_STREETS: Final = (
    "Kerkstraat", "Stationsweg", "Molenweg", "Dorpsstraat", "Stadsplein", "Amstelveenseweg", "Aalsmeerderweg", "Robijnhorst", "Griend", "Beemdstraat",
    "Julianalaan", "Schoolstraat", "Nieuwe Kadijk", "Van Schravendijkplein", "Willem van Oranjelaan", "Spoorstraat", "Brandstraat",
    "Noordeinde", "Laan van Meerdervoort", "Trompstraat", "Haven", "Grote Markt", "Veenlaan", "Sluis",
)  # fmt: skip
TRAP_STREET: Final = "Amstelveen"
TRAP_SHARE: Final = 0.002
"""A street of another town that is called as a town of ours: there are a few. [own]"""

KINDS: Final[tuple[tuple[str, str], ...]] = (
    ("BR woning", "brand"), ("BR gebouw", "brand"), ("BR industrie", "brand"), ("BR gezondheidszorg", "brand"), ("BR kantoor", "brand"),
    ("BR bijeenkomst", "brand"), ("BR wegvervoer", "brand"), ("BR natuur/berm", "brand"), ("BR buiten", "brand"), ("BR container", "brand"),
    ("BR afval/rommel", "brand"), ("Brandgerucht", "brand"), ("OMS brandmelding", "brand"), ("OMS handmelder", "brand"), ("BR scooter", "brand"),
    ("Ongeval gev. stof (Gaslekkage)", "brand"), ("Gaslucht", "brand"), ("CO-melder", "brand"), ("Explosie", "brand"),
    ("Reanimatie", "medisch_onwel"), ("Persoon te water", "medisch_onwel"), ("Letsel", "medisch_onwel"), ("Assistentie Ambu", "medisch_onwel"),
    ("Ongeval wegvervoer letsel", "medisch_onwel"), ("Ongeval wegvervoer (beknelling)", "medisch_onwel"), ("Voertuig te water", "medisch_onwel"),
    ("Steekincident", "geweld_vechtpartij"), ("Schietpartij", "geweld_vechtpartij"),
    ("Ongeval wegvervoer", "verkeer_context"), ("Verkeersstremming", "verkeer_context"),
    ("Liftopsluiting", "overig"), ("Buitensluiting", "overig"), ("Nacontrole", "overig"), ("Dier te water", "overig"), ("Dier in problemen", "overig"),
    ("Stormschade", "overig"), ("Wateroverlast", "overig"), ("Dienstverlening", "overig"),
)  # fmt: skip
HARD_KINDS: Final[tuple[tuple[str, str], ...]] = (
    ("Brand dakterras", "brand"), ("BR zonnepanelen", "brand"), ("Brnd woning", "brand"), ("Rookontw. woning", "brand"), ("Accu in brand", "brand"),
    ("Persoon van hoogte", "medisch_onwel"), ("Onwelwording zwembad", "medisch_onwel"), ("Pers. te water", "medisch_onwel"),
    ("Mes incident", "geweld_vechtpartij"), ("Vechtende personen", "geweld_vechtpartij"), ("Geval boom op auto", "overig"), ("Putdeksel los", "overig"),
)  # fmt: skip
"""What no table has: an abbreviation, a slip, a word of its own. Truth is what a person would say."""
OBJECTS: Final = (
    "Restaurant De Boer", "Zorgcentrum Het Nieuwe Huis", "Basisschool De Regenboog", "Huisartsenpraktijk Kwakkelstein", "Flat Zonnebaken", "Hotel Uitzicht",
    "Bouwbedrijf Klepstra BV", "Sporthal Zuid", "Restaurant Amstelveen", "Garage Poelmanga",
)  # fmt: skip
SURNAMES: Final = (
    "Kwakkelstein", "Poelmanga", "Zwartjanssen", "Klepstra", "Oosterveldink", "Van Dijkhuizerveld", "Van der Kerkhof", "De Vriesendijk", "Uitdenbogaardt",
    "Ten Hoveplein", "Bakkerman", "Smitsloo", "Jansenius", "El Amraouiti", "Yildirimli",
)  # fmt: skip
"""Made up; some end as streets do."""
BEFORE_NAMES: Final = ("fam.", "mw", "dhr", "mevr.", "fam", "bewoner", "dhr.")
FREE_TEXTS: Final = (
    "Zuid", "graag spoed", "mensen nog binnen", "achterzijde", "op straat", "2e verdieping", "in de kelder", "graag met spoed komen", "lift defect",
    "tpv parkeerplaats", "hoek Handweg", "bewoners buiten", "rook uit dak", "centrum", "let op hond", "portiek", "ingang links",
)  # fmt: skip
"""What stands behind a town and says nothing of another."""
TOWN_NAMES: Final = ("De Vries", "Stein", "Best", "Ter Horst", "Van Buren", "Van Asten", "Van Delden")
"""Surnames that are towns; no figure of names shown counts them, since a town may be shown."""
BEFORE_TOWNS: Final = ("ri", "richting", "nabij", "afrit", "TS", "HV", "rtg")
"""Before a town where the call is not."""
HOSPITALS: Final = ("VUmc Amsterdam", "AMC Amsterdam", "Spaarne Gasthuis Hoofddorp")
NOISE: Final = (
    "TESTOPROEP HOOFDSYSTEEM MKOB DEN BOSCH", "Graag telefonisch contact MKA", "Contact OC 58806", "Posten Oost svp", "Proefalarm", "fijne dienst",
    "Passage Ambulance Zijlbrug Leiden", "graag posten Amstelveen svp", "Wekelijks proefalarm Veiligheidsregio Hollands Midden.", "10", "SPOED AMBU",
    "Test: TEST Code 100 Contact meldkamer Group Talk", "p 1 test voor autospuit amstelveen", "Einde storing werkwijze als normaal",
)  # fmt: skip
