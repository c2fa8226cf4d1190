### Dutch, language level B1. One sentence per code; the values that each takes, and of which type, are declared in schemas/phrases/codes/.

## Common

own-words = { $text }
several = { $phrases }

## Factors: why an alert has its points

category = { $category ->
    [woninginbraak] Woninginbraak
    [zakkenrollerij] Zakkenrollerij
    [straatroof] Straatroof
    [fietsdiefstal] Fietsdiefstal
    [verward_persoon] Verward persoon
    [jeugdoverlast] Jeugdoverlast
    [drugsoverlast_dealen] Drugsoverlast
    [ondermijning_pand] Ondermijning (pand)
    [woonfraude_overbewoning] Woonfraude
    [brand] Brand
    [geweld_vechtpartij] Geweld
    [crowd_density] Drukte
    [demonstratie] Demonstratie
    [verdacht_voorwerp] Verdacht voorwerp
    [medisch_onwel] Persoon onwel
    [verkeer_context] Verkeer
    [overig] Overig
   *[other] { $category }
}
urgency = urgentie { $urgency } op de schaal van 0 (hoogste) tot 4: { $source } zegt { $source_priority }
urgency-unsaid = urgentie { $urgency } op de schaal van 0 (hoogste) tot 4: { $source } zegt niets
reported-after = gemeld { $delay_min } min nadat het gebeurde
independent-sources = { $sources } bronnen: { $names }
position-missing = geen enkele melding noemt een plek
position-poor = de beste plek klopt tot op { $accuracy_m } m; andere meldingen tellen mee tot { $further_m } m verder weg
unknown-kind = onbekend soort: geen tabel legt uit wat { $sources } meldt, en het is dringend
best-pending = een camera kijkt nog: { $camera }, { $why }
best-corroborated = een camera zag het: { $camera }, { $why }
best-consistent = wat een camera zag past erbij: { $camera }, { $why }
best-contradicted = een camera zag dat het niet zo is: { $camera }, { $why }
best-unseen = een camera kon kijken en zag het niet: { $camera }, { $why }
best-camera-unavailable = er zijn camera's bij de plek, maar die konden niet kijken: { $camera }, { $why }
best-no-coverage = geen camera kon de plek zien
best-camera-only = een camera zag het, niemand heeft het gemeld
crowd-seen = { $camera }: { $what }
crowd-growth = { $camera }: { $rise_per_min ->
    [one] steeg met { $rise_per_min } persoon per minuut
   *[other] steeg met { $rise_per_min } personen per minuut
} toen dit niveau werd bereikt
circumstance = { $what } ({ $weekday ->
    [mon] ma
    [tue] di
    [wed] wo
    [thu] do
    [fri] vr
    [sat] za
    [sun] zo
   *[other] { $weekday }
} { $clock } lokale tijd)
circumstance-night = in de nacht
near-repeat = { $earlier } eerder binnen { $within_m } m en { $within_days } dagen; de dichtstbijzijnde op ongeveer { $nearest_m } m, op { MOMENT($at, format: "d MMM HH:mm") } UTC
camera-not-permitted-now = mag nu niet bekeken worden
camera-not-for-category = niet gevraagd: voor dit soort meldingen kijken geen camera's
camera-out-of-range = ziet de plek niet
camera-still-looking = gevraagd, kijkt nog

## Likelihoods: what a camera saw of a report, and how usual that is there

runs = iemand rent met { NUMBER($speed_m_per_s, minimumFractionDigits: 1) } m/s
counts-persons = { $persons ->
    [one] { $persons } persoon
   *[other] { $persons } personen
}
stand-together = { $persons ->
    [one] { $persons } persoon staat stil
   *[other] { $persons } personen staan bij elkaar
}
left-at-once = { $persons ->
    [one] { $persons } persoon ging weg
   *[other] { $persons } personen gingen weg
} binnen tien seconden
stays = iemand blijft { $stay_s } s
seen-when = { $what }, { $apart } { $unit } { $side ->
    [before] voor
   *[after] na
} de gemelde tijd
usual-here = hier is dat zo in { $times } van de { $of } keer { $minutes ->
    [10] tien
   *[other] { $minutes }
} minuten op dit uur
not-learnt = hoe gewoon dat hier is, is nog niet bekend: { $blocks ->
    [one] { $blocks } blok
   *[other] { $blocks } blokken
} van tien minuten geleerd, { $needed } nodig
place-in-view = de kans dat de plek in beeld is, is { $chance }%
looked = zag { $persons ->
    [0] niemand
    [one] hoogstens { $persons } persoon
   *[other] hoogstens { $persons } personen
} in { $minutes } min { $seconds } s, { $share }% daarvan bekeken
view-not-clear = het beeld was { $unclear_s } s niet goed
would-show = wat erbij hoort, is te zien in { $times } van de { $of } zulke gevallen
seen-unclearly = het beeld was toen niet goed
