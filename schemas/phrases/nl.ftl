### Dutch, language level B1. One sentence per code; the values that each takes, and of which type, are declared in schemas/phrases/codes/.

## Common

own-words = { $text }
several = { $phrases }
listed = { $first }, { $other }
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
best-consistent = wat een camera zag past erbij, en is daar gewoon: { $camera }, { $why }
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
moving = { $share_percent }% van { $movers } bewegende mensen gaat { $way ->
    [toward] naar één punt toe
   *[away] van één punt weg
} { $where ->
    [picture] in het beeld
   *[ground] op de grond
}
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

## Titles: what an alert is called, and where it is

category-name = { $category ->
    [woninginbraak] woninginbraak
    [zakkenrollerij] zakkenrollerij
    [straatroof] straatroof
    [fietsdiefstal] fietsdiefstal
    [verward_persoon] verward persoon
    [jeugdoverlast] jeugdoverlast
    [drugsoverlast_dealen] drugsoverlast
    [ondermijning_pand] ondermijning (pand)
    [woonfraude_overbewoning] woonfraude
    [brand] brand
    [geweld_vechtpartij] geweld
    [crowd_density] drukte
    [demonstratie] demonstratie
    [verdacht_voorwerp] verdacht voorwerp
    [medisch_onwel] onwel
    [verkeer_context] verkeer
    [overig] overig
   *[other] { $category }
}
category-id = { category-name }
kind-unknown = onbekend soort
title-placed = { $what }, { $place }
title-seen-by = { $what } gezien door { $camera }
zone-of-camera = zone { $zone } van { $camera }
grouped = { $open } gegroepeerd: { $priorities }; { $categories }
grouped-none-left = niets over van { $grouped } gegroepeerde meldingen
summary-highest = de hoogste van deze meldingen is { $priority }
counted = { $number } { $what }

## The operator's list

heading = { $column ->
    [priority] Prio
    [what] Wat
    [where] Waar
    [state] Status
    [why] Waarom
    [cameras] Camera's
    [since] Sinds
   *[other] { $column }
}
alert-state = { $state ->
    [new] nieuw
    [acknowledged] in behandeling
    [returned_to_normal] voorbij
    [shelved] uitgesteld
    [suppressed] onderdrukt
    [closed] gesloten
    [cancelled] ingetrokken
    [expired] verlopen
   *[other] { $state }
}
verdict = { $verdict ->
    [pending] kijkt nog
    [corroborated] bevestigd
    [consistent] past erbij
    [unseen] niet gezien
    [contradicted] tegengesproken
    [camera_unavailable] kon niet kijken
    [no_coverage] geen camera
   *[other] { $verdict }
}
report-note = { $note ->
    [position_swapped] de coördinaten stonden verwisseld en zijn omgedraaid
    [position_converted] de coördinaten waren van een ander stelsel en zijn omgerekend
    [position_left_out] de coördinaten kloppen niet en zijn weggelaten
    [accuracy_unknown] hoe nauwkeurig de plek is, is niet bekend
    [number_repaired] een getal stond er anders dan afgesproken
    [time_of_arrival] de tijd klopt niet: dit is de tijd van binnenkomst
    [zone_assumed] de tijd noemt geen tijdzone: gelezen als plaatselijke tijd
    [clock_off] de klok van de melder loopt verkeerd: dit is de tijd van binnenkomst
    [place_left_out] straat of plaats is niet te lezen
    [place_uncertain] de plek is niet zeker
    [priority_unknown] de prioriteit van de melder is niet bekend
    [unknown_kind] onbekend soort melding
    [field_left_out] een deel van de melding is niet te lezen
    [text_repaired] een deel van de tekst is beschadigd
    [incomplete] een deel van de melding is niet binnengekomen
    [id_hashed] het nummer van de melding was te lang en is ingekort
   *[other] { $note }
}
limit = { $limit ->
    [case] een zaak voor wie hem krijgt
    [camera_only] alleen een camera zag het
   *[other] hoogste voor deze soort
}
capped = ≤ { $priority } ({ $limit })
falls-to = → { $priority } { MOMENT($at, format: "HH:mm:ss") } UTC
attended = extra aandacht: { $left }
summary-of = { $open } gegroepeerd
no-alerts = Geen meldingen.

## Weigeringen: waarom een handeling niet is gedaan

refused-where = { $state }
refused-where-merged = { $state }, samengevoegd met { $merged_into }
refused-handled = { $user ->
    [none] iemand
   *[other] { $user }
} heeft de melding al in behandeling ({ $where })
refused-ended = de melding is al afgelopen ({ $where })
refused-withdrawn = alle berichten over deze melding zijn ingetrokken ({ $where })
refused-on-shelf = de melding is uitgesteld ({ $where })
refused-not-on-shelf = de melding is niet uitgesteld ({ $where })
refused-planned = de melding wordt verwacht volgens het plan ({ $where })
refused-over = de melding is voorbij ({ $where })
refused-open = de melding is al open ({ $where })
refused-no-dispatch = van hieruit kan nog geen hulp worden gestuurd ({ $where })
refused-merged-away = de melding gaat verder in een andere melding: splits daar af wat iets anders is ({ $where })
refused-no-such-alert = deze meldkamer heeft die melding niet
refused-no-such-summary = deze meldkamer heeft die verzamelregel niet
refused-decided-before = over deze handeling is al beslist
refused-unknown-action = deze versie kent de handeling { $action } niet
refused-not-for-a-summary = een verzamelregel kunt u aannemen, toewijzen of sluiten; { $action } is voor de meldingen eronder
refused-revision-ahead = versie { $seen } bestaat nog niet, de nieuwste is { $newest }
refused-acted-since = { $user } deed iets met de melding in versie { $revision }, en u zag versie { $seen }
refused-rose-since = de prioriteit is gestegen in versie { $revision }, en u zag versie { $seen }
refused-p1-shelved = een P1 kan nooit worden uitgesteld
refused-shelf-incomplete = uitstellen kan alleen met een reden en een eindtijd die nog komt
refused-shelf-too-long = uitstellen kan hooguit { $days } dagen; langer hoort in het plan
refused-no-verdict = sluiten kan alleen met een oordeel: { $verdicts } of { $last }
refused-nobody-assigned = toewijzen kan alleen aan iemand: noem een gebruiker
refused-assignee = een gebruiker bestaat uit letters, cijfers en . _ : -, hooguit { $at_most }
refused-nobody-has-it = niemand heeft de melding in behandeling
refused-note-too-long = een notitie is een code uit de lijst, hooguit { $at_most } tekens, en dit zijn er { $length }: de notitie is niet bewaard en de melding is niet veranderd
refused-note-unknown = een notitie is een van deze codes: { $known }
refused-note-value = { $takes ->
    [nothing] bij de notitie { $note } hoort geen waarde
    [number] bij de notitie { $note } hoort een heel getal van 0 tot 9999
    [camera] bij de notitie { $note } hoort een camera van deze melding
   *[partner] bij de notitie { $note } hoort een partner die deze melding deed
}
refused-notes-full = een melding heeft hooguit { $at_most } notities
refused-no-other-alert = deze meldkamer heeft die andere melding niet
refused-merge-into-itself = een melding kan niet met zichzelf worden samengevoegd
refused-other-alert = de andere melding is al afgelopen ({ $state })
refused-too-many-reports = samen hebben ze { $together } berichten, en een melding heeft er hooguit { $at_most }
refused-too-many-episodes = samen hebben ze { $together } waarnemingen, en een melding heeft er hooguit { $at_most }
refused-no-such-fact = de melding heeft dat bericht of die waarneming niet
refused-only-fact = de melding heeft niets anders
refused-fact-over = dat bericht is ingetrokken, of die waarneming is voorbij
refused-no-cause = de melding staat niet onder een oorzaak
refused-not-detached = niemand heeft de melding van haar oorzaak losgemaakt

## Notities: wat een centralist bij een melding noteerde

note-called-back = de melder is teruggebeld
note-no-answer = er werd niet opgenomen
note-camera-checked = camera { $camera } is bekeken
note-nothing-on-camera = op camera { $camera } is niets te zien
note-persons-on-camera = { $persons ->
    [one] { $persons } persoon te zien
   *[other] { $persons } personen te zien
}
note-police-informed = de politie weet het
note-fire-service-informed = de brandweer weet het
note-ambulance-informed = de ambulancedienst weet het
note-enforcement-informed = handhaving weet het
note-help-on-scene = er is hulp ter plaatse
note-waiting-for-partner = wacht op { $partner }
note-over-in-minutes = { $minutes ->
    [one] over { $minutes } minuut voorbij
   *[other] over { $minutes } minuten voorbij
}
note-handed-over = overgedragen aan de volgende dienst

## Oorzaken: waarom een melding bij een andere staat

cause-link = { $symptom } op { $distance_m } m van { $cause }, { $order ->
    [after] { $lag_s } s na het begin
   *[before] { $lag_s } s voor het begin
}

## Volgende stap: wat de regels aanraden, en waarom

next-send = vraag { $service ->
    [politie] de politie
    [brandweer] de brandweer
    [ambulance] de ambulance
    [hor] handhaving
    [ggd] de GGD
    [oov] het team veiligheid
   *[other] { $service }
} om te gaan
next-send-and-look = vraag { $service ->
    [politie] de politie
    [brandweer] de brandweer
    [ambulance] de ambulance
    [hor] handhaving
    [ggd] de GGD
    [oov] het team veiligheid
   *[other] { $service }
} om te gaan en kijk op camera { $camera }
next-look = kijk eerst op camera { $camera }
next-call-back = bel { $partner } terug
next-wait = wacht
next-with-cause = pak deze samen aan met de oorzaak, { $alert }
next-close = sluit als { $verdict ->
    [true] echt
    [false] vals
    [test] test
   *[duplicate] dubbel
} als u het ook zo ziet
next-step-reason = { $state ->
    [returned_to_normal] het is voorbij
   *[other] { $priority }
}, { $verdict ->
    [corroborated] een camera zag wat erbij hoort
    [consistent] wat camera's zien past erbij, maar zegt weinig
    [pending] een camera kijkt nog
    [unseen] een camera kon de plek zien en zag het niet
    [contradicted] een camera zag dat het niet zo is
    [camera_unavailable] de camera kon niet kijken
    [camera_only] een camera zag het en niemand meldde het
   *[no_coverage] geen camera kan het zeggen
}
