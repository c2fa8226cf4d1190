### Dutch, language level B1. One sentence per code; the values that each takes, and of which type, are declared in schemas/phrases/codes/.

## Common

own-words = { $text }
several = { $phrases }
beside = { $first } { $other }
weekday = { $day ->
    [mon] ma
    [tue] di
    [wed] wo
    [thu] do
    [fri] vr
    [sat] za
    [sun] zo
   *[other] { $day }
}

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

## Places: what is unusual about where a report goes

place-missing = geen plek bekend: geen camera kan kijken, de melding gaat naar de eerste toezichtcentrale van het register
place-outside = buiten alle gebieden: de melding gaat naar de dichtstbijzijnde toezichtcentrale
place-late = { $delay_h } uur na het gebeuren gemeld: geen camera is gevraagd
place-poor = de plek klopt tot op { $accuracy_m } m: camera's tot { $reach_m } m ver tellen mee
place-many-cameras = { $near } camera's zijn dichtbij genoeg: alleen de dichtstbijzijnde { $asked } tellen mee

## Sightings: what a camera says of a report

sighting = { $what } in zone { $zone }, { $amount } { $unit } { $side ->
    [before] voor
   *[after] na
} de gemelde tijd
sighting-unclear = { $what } in zone { $zone }, { $amount } { $unit } { $side ->
    [before] voor
   *[after] na
} de gemelde tijd; het beeld was niet helder
seen-group = een groep van { $persons }
seen-persons = { $persons ->
    [one] { $persons } persoon
   *[other] { $persons } personen
}
seen-persons-weaker = { $persons ->
    [one] { $persons } persoon
   *[other] { $persons } personen
} (met zwakke herkenning mee)
seen-vehicles = { $vehicles ->
    [one] { $vehicles } voertuig
   *[other] { $vehicles } voertuigen
}
seen-density = { $persons_per_m2 } personen per m²
seen-stay = blijft { $stay_s } s
seen-situation = { $situation ->
    [dwelling] iemand die blijft
    [group] een groep die blijft
    [running] iemand rent
    [converging] mensen komen bij elkaar
    [dispersing] mensen gaan uit elkaar
    [object_left] een voorwerp dat is achtergelaten
    [wrong_direction] beweging tegen de richting in
    [closed_zone] iemand in een gesloten zone
   *[other] { $situation }
}
saw-at-most = zag { $persons ->
    [0] niemand
    [one] hooguit { $persons } persoon
   *[other] hooguit { $persons } personen
} in { $min } min { $s } s, keek { $watched_percent }% daarvan
looked-too-little = keek maar { $watched_percent }% van de tijd
view-not-clear = het beeld was { $unclear_s } s niet helder
not-kept-before = wat de camera voor { MOMENT($at, format: "HH:mm:ss") } UTC liet zien, is niet bewaard
view-degraded = { $visibility ->
    [frozen] het beeld staat stil
    [black] het beeld is zwart
    [blinded] de camera is verblind door licht
    [blurred] het beeld is onscherp
    [moved] de camera is weggedraaid
    [covered] mensen of dingen vlak voor de camera houden het beeld tegen
    [masked_out] maskers bedekken wat de camera ziet
   *[other] { $visibility }
}
gives-no-pictures = geeft geen beeld
camera-trouble = { $state ->
    [online] werkt weer
    [offline] werkt niet
    [degraded] werkt niet goed
    [refused] geweigerd
   *[other] { $state }
} sinds { MOMENT($since, format: "HH:mm:ss") } UTC ({ $reason })

## Zones: crowds and zone events

in-zone = { $what }, in zone { $zone }
no-longer = { $what }: niet meer
zone-unseen = zone { $zone } is niet meer gezien
crowd = { $amount } in zone { $zone }, { $held_s } s lang: niveau { $level }
crowd-at-least = zeker { $amount } in zone { $zone }, { $held_s } s lang: niveau { $level }
crowd-level = { $level ->
    [none] geen
    [warn] let op
    [high] hoog
    [critical] kritiek
   *[other] { $level }
}
crowd-persons = { $persons } personen
crowd-on-ground = { $persons } personen op { $area_m2 } m², { $densest_per_m2 } per m² op de drukste plek,
crowd-density = { $persons_per_m2 } personen per m²
zone-closed = { $persons ->
    [one] { $persons } persoon
   *[other] { $persons } personen
} erin terwijl de zone gesloten is ({ $days } { $from_clock }-{ $until_clock })
running = { $runners } rennen, met { $fastest } { $unit ->
    [m] m
   *[other] lichaamslengtes
}/s; { $normal } { $unit ->
    [m] m
   *[other] lichaamslengtes
}/s is hier gewoon
came-together = { $together } mensen staan bij elkaar in het beeld van de camera; kort daarvoor { $before }
went-away = { $gone } van { $before } mensen verdwenen binnen tien seconden uit het beeld van de camera
dwelling = iemand blijft { $stay_s } s, meer dan { $limit_s } s
group = { $persons } personen blijven { $stay_s } s of langer; vanaf { $least } is het een groep
wrong-direction = { $persons } gingen over de lijn { $direction ->
    [left_to_right] van links naar rechts
    [right_to_left] van rechts naar links
   *[other] { $direction }
}
object-left = er staat een tas; wie hem bracht is al { $away_s } s meer dan { $reach } { $unit ->
    [m] m
   *[other] lichaamslengtes
} weg

## Cameras: what a camera can do, and why not

status-reason = { $reason ->
    [streaming] geeft beeld
    [opening] wordt geopend
    [silent] geeft geen beeld meer
    [stopped] gestopt
    [end_of_file] einde van het bestand
    [internal_error] fout in het programma
    [too_large] te groot
    [fallback_detector] ruwe herkenning
    [detector_ready] herkenning werkt
    [clear] helder beeld
    [frozen] het beeld staat stil
    [black] zwart beeld
    [blinded] verblind door licht
    [blurred] onscherp beeld
    [moved] weggedraaid
    [covered] beeld geblokkeerd
    [masked_out] bedekt door maskers
    [bad_address] adres klopt niet
    [missing_file] bestand ontbreekt
    [unreadable_video] video niet te lezen
    [unreadable_picture] beeld niet te lezen
    [empty] leeg
    [starts_later] begint later
    [no_connection] geen verbinding
    [not_found] niet gevonden
    [wrong_password] verkeerd wachtwoord
    [login_unsupported] inloggen gaat niet
    [forbidden] geen toegang
    [redirected] doorgestuurd
    [busy] te druk
    [transport_refused] manier van zenden geweigerd
    [format_refused] soort video geweigerd
    [camera_error] fout in de camera
    [lost] verbinding weg
    [wrong_size] verkeerde maat
    [permitted] mag bekeken worden
    [not_yet_valid] besluit geldt nog niet
    [expired] besluit is verlopen
    [outside_viewing_window] buiten de kijktijden
    [outside_public_area] buiten het openbare gebied
   *[other] { $reason }
}


## Likelihoods: what the whole view shows of a report, and how usual that is there

in-view = { $what }, { $amount } { $unit } { $side ->
    [before] voor
   *[after] na
} de gemelde tijd
in-view-unclear = { $what }, { $amount } { $unit } { $side ->
    [before] voor
   *[after] na
} de gemelde tijd, het beeld was niet goed
runs = iemand rent met { $speed_m_per_s } m/s
stand-together = { $persons ->
    [one] { $persons } persoon staat stil
   *[other] { $persons } personen staan bij elkaar
}
left-at-once = { $persons ->
    [one] { $persons } persoon ging weg
   *[other] { $persons } personen gingen weg
} binnen tien seconden
stays = iemand blijft { $stay_s } s
usual-here = hier gebeurt dat op dit uur in { $times } van de { $of } periodes van { $minutes } minuten
not-learnt = hoe gewoon dat hier is, is nog niet bekend ({ $blocks } van { $needed } blokken van tien minuten)
place-in-view = de kans dat de plek in beeld is, is { $chance_percent }%
would-show = wat erbij hoort, is te zien in { $times } van de { $of } zulke gevallen
