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
    [woonoverlast] Woonoverlast
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
urgency-assumed = urgentie { $urgency } op de schaal van 0 (hoogste) tot 4: { $source } zegt niet hoe dringend het is, de regels gaan hiervan uit
reported-after = gemeld { $delay_min } min nadat het gebeurde
independent-sources = { $sources } bronnen: { $names }
position-missing = geen enkele melding noemt een plek
position-poor = de beste plek klopt tot op { $accuracy_m } m; andere meldingen tellen mee tot { $further_m } m verder weg
unknown-kind = onbekend soort: geen tabel legt uit wat { $sources } meldt, en het is dringend
best-pending = een camera kijkt nog: { $camera }, { $why }
best-corroborated = een camera zag wat erbij hoort: { $camera }, { $why }
best-consistent = wat een camera zag past erbij: { $camera }, { $why }
best-contradicted = wat een camera zag, spreekt het tegen: { $camera }, { $why }
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
near-repeat = { $earlier ->
    [one] { $earlier } eerdere melding binnen { $within_m } m en { $within_days } dagen
   *[other] { $earlier } eerdere meldingen binnen { $within_m } m en { $within_days } dagen, de dichtstbijzijnde
} op ongeveer { $nearest_m } m, op { MOMENT($at, format: "d MMM HH:mm", zone: "Europe/Amsterdam") }
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
} (onzekere herkenningen meegeteld)
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
looked-seldom = keek { $sampled_s } s lang { $looks ->
    [one] één keer
   *[other] { $looks } keer
} per seconde
view-not-clear = het beeld was { $unclear_s } s niet helder
not-kept-before = wat de camera vóór { MOMENT($at, format: "HH:mm:ss", zone: "Europe/Amsterdam") } liet zien, is niet bewaard
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
} sinds { MOMENT($since, format: "HH:mm:ss", zone: "Europe/Amsterdam") } ({ $reason })

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
crowding = { $level ->
    [none] rustig
    [warn] let op
    [high] druk
    [critical] gevaarlijk druk
   *[other] { $level }
}
crowd-persons = { $persons } personen
crowd-on-ground = { $persons } personen op { $area_m2 } m², { $densest_per_m2 } per m² op de drukste plek,
crowd-density = { $persons_per_m2 } personen per m²
crowd-probably = { $amount } waarschijnlijk { $estimated_per_m2 } ± { $error_per_m2 } per m²,
crowd-not-measurable = { $level } ({ $persons_per_m2 } personen per m²) is hier niet te meten: kijk zelf. Waarschijnlijk { $estimated_per_m2 } ± { $error_per_m2 } per m²; { $rise }; { $drop }
crowd-rise = het aantal personen stijgt met { $rise_per_min } per minuut
crowd-rise-unknown = of het drukker wordt is niet bekend
crowd-drop = { $percent } % langzamer dan gewoon
crowd-drop-unknown = de gewone snelheid is niet bekend
zone-closed = { $persons ->
    [one] { $persons } persoon
   *[other] { $persons } personen
} erin terwijl de zone gesloten is ({ $window })
running = { $runners ->
    [one] { $runners } persoon rent
   *[other] { $runners } personen rennen
}, met { $fastest } { $unit ->
    [m] m
   *[other] lichaamslengtes
}/s; { $normal } { $unit ->
    [m] m
   *[other] lichaamslengtes
}/s is hier gewoon
came-together = { $together } mensen staan bij elkaar in het beeld van de camera; kort daarvoor { $before }
went-away = { $gone } van de { $before } mensen verdwenen binnen tien seconden uit het beeld van de camera
dwelling = iemand blijft { $stay_s } s, meer dan { $limit_s } s
group = { $persons } personen blijven { $stay_s } s of langer; vanaf { $least } is het een groep
wrong-direction = { $persons ->
    [one] { $persons } persoon ging
   *[other] { $persons } personen gingen
} over de lijn { $direction ->
    [left_to_right] van links naar rechts
    [right_to_left] van rechts naar links
   *[other] { $direction }
}
told-by-camera = { $what }, al { $held_s } s, volgens de camera zelf
object-left = er staat een tas; wie hem bracht is al { $away_s } s meer dan { $reach } { $unit ->
    [m] m
   *[other] lichaamslengtes
} weg

## Cameras: what a camera can do, and why not

never-told = deze camera heeft nog niets laten weten
no-snapshot = { $reason ->
    [not_permitted] Deze camera mag nu niet bekeken worden.
    [not_permitted_then] Deze camera mocht op dat moment niet bekeken worden.
    [too_old] Beeld van dat moment wordt niet meer bewaard.
    [in_the_future] Dat moment moet nog komen.
    [no_picture] De camera gaf op dat moment geen beeld.
    [failed] Het beeld kon niet gemaakt worden.
    [no_answer] De camera heeft niet geantwoord. Vraag het opnieuw.
    [no_image] Wat de camera stuurde is geen beeld.
    [not_sent] Het verzoek kon niet verstuurd worden. Vraag het opnieuw.
    [forgotten] Het beeld wordt niet langer bewaard. Vraag het opnieuw.
   *[other] Geen beeld: { $reason }
}
no-picture-for = { $silent_s } s geen beeld
all-read = { $fps } beelden per seconde, alles is gelezen
looked-at-by = { $detector } { $version }
looked-at-roughly = ruwe herkenning: wie ver weg of in een groep staat, wordt vaak gemist
picture-size = het beeld is { $width_px }x{ $height_px }, volgens het register { $known_width_px }x{ $known_height_px }
view-masked = maskers laten { $left_percent }% van het beeld over
view-black = { $bright_percent }% van het beeld is lichter dan zwart, gemiddeld { $mean }
view-blinded = { $saturated_percent }% is te licht, gemiddeld { $mean }
view-frozen = al { $same_s } s hetzelfde beeld
view-unknown = nog geen beeld om mee te vergelijken
view-not-looked = nog niet bekeken
view-structure = er is { $usual_percent }% van de gewone vormen te zien
view-sharpness = de scherpte is { $usual_percent }% van gewoon
view-matched = { $matched_percent }% van het beeld staat waar het stond
view-covered = { $matched_percent }% van het beeld staat waar het stond, en wat ervoor staat beweegt: te vol om te beoordelen
decision-limits = besluit { $decision } { $limit }
decision-permits = besluit { $decision }, { $window }
valid-from = geldt vanaf { $day }
valid-until = gold tot en met { $day }
area-not-covered = geldt niet voor { $outside_percent } % van view_area
area-hardly-not-covered = geldt niet voor minder dan { $least_percent } % van view_area
hours-allowed = staat { $windows } toe; het is nu { $day } { $clock }
viewing-window = { $days } { $from_clock }-{ $until_clock }
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
} de gemelde tijd; het beeld was niet helder
persons-weaker = { $persons ->
    [one] { $persons } persoon
   *[other] { $persons } personen
} (onzekere herkenningen meegeteld)
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
usual-here = hier gebeurt dat in { $times } van de { $of } zulke periodes van { $minutes } minuten
usual-from = hier is dat { $measure ->
    [stay] { $least } s
   *[other] { $least }
} of meer in { $times } van de { $of } zulke periodes van { $minutes } minuten
not-learnt = hoe gewoon dat hier is, is nog niet bekend ({ $blocks } van { $needed } blokken van tien minuten)
place-in-view = de kans dat de plek in beeld is, is { $chance_percent }%
not-measured = wat erbij hoort, wordt in dit beeld niet gemeten
likelihood-ratio = { $ratio } keer zo waarschijnlijk als de melding klopt
would-show = als het zo is, is dat in { $times } van de { $of } gevallen te zien

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
    [woonoverlast] woonoverlast
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
title-exercise = OEFENING: { $title }
title-placed = { $what }, { $place }
title-seen-by = { $what } gezien door { $camera }
zone-of-camera = zone { $zone } van { $camera }
grouped = { $open } gegroepeerd: { $priorities }; { $categories }
grouped-none-left = { $grouped ->
    [one] niets over van { $grouped } gegroepeerde melding
   *[other] niets over van { $grouped } gegroepeerde meldingen
}
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
alert-state-because = { $state }: { $why }
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
    [routine] wie het meldt, noemt het niet dringend
   *[other] hoogste voor deze soort
}
capped = ≤ { $priority } ({ $limit })
falls-to = → { $priority } om { MOMENT($at, format: "HH:mm:ss", zone: "Europe/Amsterdam") }
attended = extra aandacht: { $left }
summary-of = { $open } gegroepeerd
closing-verdict = { $verdict ->
    [true] waar
    [false] niet waar
    [test] test
   *[duplicate] dubbel
}
change-told = { $change ->
    [opened] gemeld
    [reopened] opnieuw geopend
    [evidence] nieuwe informatie
    [action] actie van een operator
    [back] terug op de lijst
    [escalated] niemand nam de melding in behandeling
    [dispatch] nieuws over de inzet
    [overdue] een partner is er nog niet
    [cancelled] alle meldingen zijn ingetrokken
    [expired] lange tijd niets nieuws
   *[other] { $change }
}: { $state }
action-name = { $action ->
    [acknowledge] in behandeling nemen
    [release] teruggeven
    [shelve] uitstellen
    [unshelve] terughalen
    [assign] toewijzen
    [false_alarm] vals alarm
    [confirm_dispatch] inzet vragen
    [close] sluiten
    [reopen] heropenen
    [note] notitie
    [merge] samenvoegen
    [split] splitsen
    [detach] losmaken van de oorzaak
    [attach] terug onder de oorzaak
   *[other] { $action }
}
history-refused = { $action } niet gedaan: { $why }
no-alerts = Geen meldingen.

## Explanations: why an alert has its priority, and whether it comes out again

explained-alert = melding { $alert_id }, versie { $revision }, gewijzigd { $at }
explained-points = punten
explained-points-held = punten, gehouden tussen 0 en 100: { $score }
explained-thresholds = P1 vanaf { $p1 }, P2 vanaf { $p2 }, P3 vanaf { $p3 }: de punten geven { $priority }
explained-limit = { $limit }: blijft { $priority }, hoeveel punten er ook zijn
explained-fall = zakt naar { $priority } om { $at }; tot dan geldt { $shown }
explained-camera = { $camera }, { $distance_m } m: { $verdict }, { $why }
no-camera-near = geen camera in de buurt
explained-cause = { $stands ->
    [under] staat onder de oorzaak, { $alert }
   *[beside] staat op zichzelf, al is { $alert } de oorzaak
}: { $reason }
explained-symptoms = { $symptoms ->
    [one] verklaart { $symptoms } melding
   *[other] verklaart { $symptoms } meldingen
}: { $alerts }
explained-movement = verklaart wat mensen deden: { $what }
explained-next = advies: { $step } ({ $reason })
scored-by-other-rules = berekend met regels { $version }; dit zijn regels { $known }
played-again = { $decisions ->
    [one] { $decisions } beslissing
   *[other] { $decisions } beslissingen
} opnieuw genomen met regels { $version }: { $outcome ->
    [same] dezelfde uitkomst
    [different] EEN ANDERE UITKOMST
   *[incomplete] NIET TE ZEGGEN: er ontbreekt invoer
}
comes-out-otherwise = { $what }: was { $was }, wordt nu { $now }
factor-comes-out-otherwise = factor { $rule }: was { $was }, wordt nu { $now }
factor-told = { $points } { $reason }
factor-not-there = ontbreekt
input-not-retained = { $place } wordt niet meer bewaard
input-undecodable = { $place } is niet te lezen: { $detail }
revision-not-reached = versie { $revision } kwam er niet uit: niet al haar beslissingen staan in het logboek

## Faults: why a record or a line was set aside

header-missing = kop { $header } ontbreekt
header-missing-carrier = kop { $header } ontbreekt, en daarin staat { $message }
header-not-text = kop { $header } is geen UTF-8
header-not-time = kop { $header } is geen tijd volgens RFC 3339
message-version-unknown = versie { $version } van { $message } is hier niet bekend
message-type-unknown = ce_type noemt geen bekend bericht
not-json = { $message }: geen JSON ({ $what })
field-unexpected = { $message }, veld { $field } klopt niet: { $what }
notice-not-delivered = { $partner } heeft dit via { $channel } niet gekregen, na { $attempts } pogingen: { $reason ->
    [received] ontvangen
    [nothing_to_cancel] er was niets om in te trekken
    [unreachable] niet bereikbaar
    [timeout] geen antwoord op tijd
    [tls] geen veilige verbinding
    [name_unknown] de naam bestaat niet
    [address_forbidden] het adres is niet toegestaan
    [redirected] doorverwezen naar een ander adres
    [too_many_requests] de ontvanger vraagt om te wachten
    [server_error] fout bij de ontvanger
    [client_error] de ontvanger neemt niets van ons aan
    [message_refused] de ontvanger weigert dit bericht
    [secret_unreadable] de sleutel is niet te lezen
    [not_confirmed] niet bevestigd
    [defect] fout in dit programma
   *[other] { $reason }
}
record-empty = het record is leeg, verwacht werd een bericht
record-too-large = { $bytes } bytes met sleutel en koppen, hooguit { $at_most } mag
key-wrong = { $message }: de sleutel van het record is niet die van het bericht
happened-after-arrival = { $message }: gebeurde { $ahead_s } s nadat het binnenkwam
happened-too-early = { $message }: gebeurde { $at }, meer dan { $limit } voordat het binnenkwam
not-in-registry = { $subject } staat niet in het register waarmee dit proces begon (versie { $version })
case-handed-over = overgedragen: hij is van u tot u doorverwijst of afsluit, of de tijd voor een antwoord om is
case-referred = { $partner } verwees hem door naar { $to }
case-given-back = { $partner } gaf hem terug aan de eigenaar
case-no-answer = { $partner } antwoordde niet op tijd, dus hij is van de eigenaar
case-overdue = { $partner } antwoordde niet op tijd, en er is niemand anders van wie hij is
case-changed = er is meer over bekend
case-over = { $end ->
    [expired] de tijd is om en niemand nam hem aan: hier wordt er niets van bewaard
    [cancelled] wat gemeld werd geldt niet meer
    [on_list] hij is nu een alarm van de meldkamer
   *[no_ground] er is geen grond meer om ervan te weten
}
case-answer-of-another = { $partner } antwoordt op een zaak die een andere partner heeft
case-answer-of-nothing = { $partner } antwoordt op een zaak die hier niet bekend is, of al lang voorbij
case-answer-late = { $partner } antwoordt op een zaak die niet meer van haar is
case-referred-late = { $partner } verwijst een zaak door die eerder aangenomen werd, of die voorbij is
case-referred-to-nobody = { $partner } geeft een zaak terug waarvan zij de eigenaar is, of verwijst door naar zichzelf
case-referred-without-ground = { $partner } verwijst een zaak door naar { $to }, die niets van { $category } krijgt
case-referred-back = { $partner } verwijst een zaak door naar { $to }, bij wie zij al was
case-referred-too-often = { $partner } verwijst een zaak door die zo vaak doorverwezen is als mag: geef haar terug aan { $owner }, zonder partner in refer_to
hit-of-pair = { $one } en { $other } hoorden dat beide iets hebben, op grond van { $ground }
receipt-of-another = { $partner } antwoordt op een verzoek aan een andere partner
receipt-of-nothing = { $partner } antwoordt op een verzoek dat hier niet bekend is, of al lang voorbij
not-from-partners = { $partner } stuurde een bericht van de soort { $message }, verwacht was een antwoord op een verzoek of een zaak
causes-too-large = het geeft een bericht van meer dan { $at_most } bytes: { $what }
row-too-large = het geeft een rij van meer dan { $at_most } bytes
copy-too-large = het hoort op partitie { $partition }, en de kopie heeft { $bytes } bytes; hooguit { $at_most } mag
handling-failed = { $error } bij het verwerken
detector-failed = { $error } in de herkenning
told-again = { $what }; { $before } keer meer sinds dit voor het laatst is gemeld
message-unexpected = verwacht was { $expected }, dit is { $got }
line-too-large = { $bytes } bytes, hooguit { $at_most } worden gelezen
reading-failed = het lezen mislukte: { $error }
overdue-failed = het lezen van wat nog komen moest mislukte: { $error }
json-expected = verwacht werd JSON: { $what }
cap-expected = verwacht werd een bericht van CAP 1.2: { $what }
expected-json-object = verwacht werd een JSON-object
report-field = veld { $field }: { $expected }
expected-object = verwacht werd een object met source en source_id
expected-partner = verwacht werd de naam van een partner met letters, cijfers en . _ : -
name-of-canary = deze naam is van de kanarie: niemand zou de melding zien
expected-text-or-number = verwacht werd een tekst of een getal
expected-flex = verwacht werd een regel FLEX, zoals multimon-ng die schrijft
expected-flex-words = verwacht werd FLEX: datum tijd modus frame [capcodes] type tekst
expected-flex-fields = verwacht werd { $kind } en { $fields } velden tussen |
expected-flex-json = verwacht werd JSON zoals multimon-ng --json die schrijft
expected-decoder = demod_name: verwacht werd de naam van de decoder
expected-page-text = message: verwacht werd de tekst van de oproep
expected-page-type = type: verwacht werd ALN, of een type zonder tekst
not-as-incident = { $field }: zo kan een melding het niet hebben
happened-days-ago = gebeurde { $days } dagen geleden; hooguit 28 wordt aangenomen
checksum-wrong = de controlesom klopt niet
no-batch = het is geen batch van records ({ $error })
record-over = { $bytes } bytes, hooguit { $at_most } mag
too-many-headers = { $headers } koppen, hooguit { $at_most } mag
letter-urgent = DRINGEND
letters = { $count ->
    [one] bericht dat niet is verwerkt
   *[other] berichten die niet zijn verwerkt
}
offsets-of = { $what }; plaatsen { $first } tot en met { $last }

## Sources: why a camera or a file gives no pictures

source-fault = { $source }: { $what }
address-empty = het adres is leeg of geen pad
address-kind = verwacht werd rtsp://, een videobestand of een map
address-encrypted = RTSP over TLS wordt niet gelezen; laat de camera rtsp:// geven binnen het eigen cameranetwerk of een VPN, of zet een gateway op deze machine (go2rtc) die de camera leest en rtsp:// geeft
address-stills = MJPEG en losse beelden via HTTP worden niet gelezen; zulke camera's geven meestal ook rtsp:// (kijk onder streams of ONVIF), zet anders een gateway op deze machine (go2rtc) die de camera leest en rtsp:// geeft
address-onvif = hier vraagt men de camera naar zichzelf; verwacht werd het rtsp://-adres van de stream, zoals de eigen pagina van de camera het toont
address-form = verwacht werd rtsp://[user:password@]host[:port]/path
address-encoding = schrijf @ / ? # in naam of wachtwoord als %40 %2F %3F %23, of gebruik een variabele
no-such-file = dit bestand of deze map is er niet
file-empty = het bestand is leeg
file-unreadable = niet te lezen ({ $reason })
file-cannot-be-read = niet te lezen
start-ahead = het begin, { $at }, moet nog komen
offset-behind = offset_s { $offset_s } ligt na het laatste beeld
no-video = geen video die te lezen is
no-stills = in de map staan geen foto's
no-video-given = wat de camera daar geeft is geen video die te lezen is
no-video-in-time = de verbinding is er, maar de video komt niet op tijd
pictures-late = alle beelden komen te laat: de lijn of de camera is te traag, of de klok loopt verkeerd
packets-undecoded = er komt iets binnen, maar al { $since_s } s is niets ervan te lezen: een andere codec dan H.264 of H.265, of de camera laat SPS en PPS weg
stream-ended = de verbinding hield op of werd stil
unreachable = niet te bereiken: { $reason }
no-rtsp = wat daar antwoordt spreekt geen RTSP: kijk de poort na
camera-does = de camera { $what }
camera-answers = de camera { $what } ({ $status })
asks-login-unsaid = vraagt om inloggen en zegt niet hoe: zet dit op digest (MD5) of basic
asks-login-unspoken = vraagt om inloggen op een manier die hier niet kan: zet dit op digest (MD5) of basic
asks-login-hash = vraagt om inloggen met digest en { $algorithm }, dat kan hier niet: zet dit op digest met MD5
asks-login-hash-unknown = vraagt om inloggen met digest en een onbekende hash, dat kan hier niet: zet dit op digest met MD5
asks-password = vraagt om een gebruiker en een wachtwoord
refuses-login = weigert deze gebruiker of dit wachtwoord; misschien is de gebruiker geblokkeerd
refused-login-waits = weigerde deze gebruiker of dit wachtwoord; de volgende poging is over { $left_s } s, zodat niemand wordt geblokkeerd
refuses-form = geeft deze video niet in een vorm die hier te lezen is: zet dit op H.264 of H.265
refuses-transport = stuurt niet op de gevraagde manier: zet source.transport op de andere van tcp en udp
is-full = heeft geen ruimte meer: sluit andere kijkers, of neem een kleinere video
is-loaded = start op of heeft het te druk: wacht, of geef minder kijkers
has-no-path = heeft op dit pad geen video: vergelijk het adres met de handleiding
is-unable = doet niet wat een kijker vraagt: vergelijk het adres met de handleiding, en werk de firmware bij
wants-login-elsewhere = wil een verbinding of proxy die inlogt: gebruik gewoon RTSP met digest
forbids = staat deze gebruiker of computer niet toe om te kijken: geef de gebruiker daar het recht op live beeld
lost-session = verloor de verbinding bij het openen: start de camera opnieuw als dat zo blijft
not-understood = begrijpt de vraag niet: vergelijk het adres met de handleiding
has-error = heeft zelf een fout: start de camera opnieuw als dat zo blijft
sends-on = de camera stuurt door naar { $host } ({ $status }): als dat klopt, zet dat adres in het register
sends-on-elsewhere = de camera stuurt door naar een ander adres ({ $status }): als dat klopt, zet dat adres in het register
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
refused-merged-away = de melding gaat verder in een andere melding: splits daar af wat iets anders is ({ $where })
refused-no-such-alert = deze toezichtcentrale heeft die melding niet
refused-no-such-summary = deze toezichtcentrale heeft die verzamelregel niet
refused-decided-before = over deze handeling is al beslist
refused-unknown-action = deze versie kent de handeling { $action } niet
refused-not-for-a-summary = een verzamelregel kunt u aannemen, teruggeven, toewijzen of sluiten; { $action } is voor de meldingen eronder
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
refused-reason-unknown = reason_code is een van deze codes: { $known }: tekst wordt niet bewaard en de melding is niet veranderd
refused-no-other-alert = deze toezichtcentrale heeft die andere melding niet
refused-merge-into-itself = een melding kan niet met zichzelf worden samengevoegd
refused-other-alert = de andere melding is al afgelopen ({ $state })
refused-exercise-and-real = een oefening en iets echts gaan nooit samen
refused-too-many-reports = samen hebben ze { $together } berichten, en een melding heeft er hooguit { $at_most }
refused-too-many-episodes = samen hebben ze { $together } waarnemingen, en een melding heeft er hooguit { $at_most }
refused-no-such-fact = de melding heeft dat bericht of die waarneming niet
refused-only-fact = de melding heeft niets anders
refused-fact-over = dat bericht is ingetrokken, of die waarneming is voorbij
refused-no-cause = de melding staat niet onder een oorzaak
refused-not-detached = niemand heeft de melding van haar oorzaak losgemaakt
refused-no-movement = camera { $camera } zag hier niemand voor rennen, ineens weggaan of bij elkaar komen

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
note-choice = { $note ->
    [called_back] de melder is teruggebeld
    [no_answer] er werd niet opgenomen
    [camera_checked] een camera is bekeken
    [nothing_on_camera] op een camera is niets te zien
    [persons_on_camera] er zijn personen te zien
    [police_informed] de politie weet het
    [fire_service_informed] de brandweer weet het
    [ambulance_informed] de ambulancedienst weet het
    [enforcement_informed] handhaving weet het
    [help_on_scene] er is hulp ter plaatse
    [waiting_for_partner] wacht op een partner
    [over_in_minutes] over enkele minuten voorbij
    [handed_over] overgedragen aan de volgende dienst
   *[other] { $note }
}

## Oorzaken: waarom een melding bij een andere staat

cause-link = { $symptom } op { $distance_m } m van { $cause }, { $order ->
    [after] { $lag_s } s na het begin
   *[before] { $lag_s } s voor het begin
}
movement = { $kind ->
    [running] { $persons ->
        [one] iemand rende
       *[other] { $persons } mensen renden
    }
    [leaving] { $persons ->
        [one] iemand ging ineens weg
       *[other] { $persons } mensen gingen ineens weg
    }
   *[gathering] { $persons ->
        [one] iemand stond stil
       *[other] { $persons } mensen stonden bij elkaar
    }
} { $where ->
    [in_view] hier
   *[away] op { $distance_m } m
}, { $order ->
    [after] { $lag_s } s na het begin
   *[before] { $lag_s } s voor het begin
} (camera { $camera })

## Redenen: waarom een centralist een melding uitstelt, of vals noemt

shelved-waiting-for-unit = wacht op een eenheid
shelved-waiting-for-partner = wacht op antwoord van een partner
shelved-being-watched = bekend, wordt in de gaten gehouden
shelved-planned-event = hoort bij een aangekondigd evenement
shelved-known-works = bekende werkzaamheden
shelved-camera-fault = storing van een camera
shelved-other-reason = een andere reden
false-nothing-there = er was niets
false-camera-mistaken = de camera zag het verkeerd
false-reporter-mistaken = de melder vergiste zich
false-test = een test
false-known-exercise = een bekende oefening
false-known-works = bekende werkzaamheden
false-other-reason = een andere reden

## Inzet: wie een mens heeft gevraagd te komen, en wat ervan kwam

the-partner = { $partner ->
    [politie] de politie
    [brandweer] de brandweer
    [ambulance] de ambulance
    [hor] handhaving
    [ggd] de GGD
    [oov] het team veiligheid
    [corporatie] de woningcorporatie
    [organisator] de organisator
   *[other] { $partner }
}
dispatch-state = { $state ->
    [asked] gevraagd
    [accepted] komt
    [en_route] onderweg
    [arrived] ter plaatse
    [done] klaar
    [rejected] komt niet
    [expired] geen antwoord
   *[withdrawn] niet meer gevraagd
}
dispatch-asked = { $partner }: gevraagd, antwoord verwacht voor { MOMENT($until, format: "HH:mm:ss", zone: "Europe/Amsterdam") }
dispatch-asked-instead = { $partner }: gevraagd in plaats van { $failed }, antwoord verwacht voor { MOMENT($until, format: "HH:mm:ss", zone: "Europe/Amsterdam") }
dispatch-answered = { $partner }: { $state }
dispatch-answered-late = { $partner }: { $state }, maar het antwoord kwam te laat
dispatch-rejected = { $partner }: komt niet, { $why ->
    [no_unit] er is geen eenheid vrij
    [not_ours] het hoort niet bij hen
    [known_already] zij weten het al
    [too_little_known] er is te weinig bekend
   *[other_reason] om een andere reden
}
dispatch-expired = { $partner }: geen antwoord voor { MOMENT($at, format: "HH:mm:ss", zone: "Europe/Amsterdam") }
dispatch-not-reached = { $partner }: niet bereikt
dispatch-withdrawn = { $partner }: niet meer gevraagd, { $why ->
    [ended] de melding is afgelopen zonder antwoord
   *[other_request] een andere vraag aan deze partner loopt nog
}
dispatch-overdue = { $partner }: verwacht voor { MOMENT($at, format: "HH:mm:ss", zone: "Europe/Amsterdam") }, maar nog niet ter plaatse
next-ask-other = geen hulp van { $failed }: vraag { $other } of bel
next-call-partner = bel { $partner }
next-await-answer = wacht op antwoord van { $partner }, tot { MOMENT($until, format: "HH:mm:ss", zone: "Europe/Amsterdam") }
next-await-arrival = wacht tot { $partner } er is
refused-dispatch-case = dit is een zaak voor de partners: van hieruit wordt niemand gestuurd
refused-no-recipient = vraag een partner van deze melding: { $known }
refused-already-asked = { $partner } is al gevraagd ({ $state })
refused-all-asked = alle partners van deze melding zijn al gevraagd
refused-dispatches-full = bij een melding horen hoogstens { $at_most } vragen
refused-drill-alone = deze melding is geen oefening: alleen een mens kan hier partners vragen
refused-receipt-unknown = deze toezichtcentrale heeft die vraag niet
refused-receipt-not-theirs = een andere partner is gevraagd
refused-receipt-known = dat is al bekend ({ $state })
refused-receipt-over = niemand wacht nog op antwoord ({ $state })
refused-receipt-outdated = er is al een nieuwer antwoord ({ $state })
refused-receipt-ended = de melding is al afgelopen
refused-receipt-other-request = een andere vraag aan deze partner loopt nog

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
next-with-cause = pak deze samen aan met de oorzaak
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
    [contradicted] wat een camera zag, spreekt het tegen
    [camera_unavailable] de camera kon niet kijken
    [camera_only] een camera zag het en niemand meldde het
   *[no_coverage] geen camera kan het zeggen
}

## Beelden: waarom er geen beeld is, of een ander dan gevraagd

picture-ahead = { MOMENT($at, format: "d MMM HH:mm:ss", zone: "Europe/Amsterdam") } moet nog komen
no-picture-kept = de camera heeft geen beeld gegeven dat nog wordt bewaard
oldest-picture = het oudste beeld dat wordt bewaard is van { MOMENT($at, format: "d MMM HH:mm:ss", zone: "Europe/Amsterdam") }
newest-picture = het nieuwste beeld van de camera is van { MOMENT($at, format: "d MMM HH:mm:ss", zone: "Europe/Amsterdam") }
no-picture-between = de camera gaf geen beeld van { MOMENT($since, format: "d MMM HH:mm:ss", zone: "Europe/Amsterdam") } tot { MOMENT($until, format: "d MMM HH:mm:ss", zone: "Europe/Amsterdam") }
capture-ends = het opnemen stopt
picture-failed = { $error } bij het maken van het beeld
picture-too-large = het beeld kan niet klein genoeg worden gemaakt
only-pixelated = zonder blokjes wordt geweigerd: deze gebruiker staat niet in TOEZICHT_SNAPSHOT_UNBLURRED_USERS
whole-picture-coarse = het hele beeld is grof: { $why }
detector-unreliable = er is geen herkenning waar u op kunt vertrouwen
detector-loading = de herkenning wordt nog geladen, vraag het straks opnieuw
detector-of-snapshots-failed = de herkenning mislukte
picture-asked = { $kind ->
    [unblurred] een beeld zonder blokjes
   *[pixelated] een beeld
} van { MOMENT($at, format: "d MMM HH:mm:ss", zone: "Europe/Amsterdam") } voor melding { $alert }
picture-asked-for-nothing = { $kind ->
    [unblurred] een beeld zonder blokjes
   *[pixelated] een beeld
} van { MOMENT($at, format: "d MMM HH:mm:ss", zone: "Europe/Amsterdam") }, niet voor een melding
picture-asked-told = { $asked }: { $detail }

## Berichten: wat een partner leest in mail, chat en CAP

notice-what = { $priority ->
    [none] Melding
   *[other] { $priority }
} { $category ->
    [none] uit de toezichtcentrale
   *[other] { category-name }
}
notice-at-place = { $what }, { $place }
notice-dispatch = Inzet gevraagd: { $what }
notice-case = Zaak: { $what }
notice-case-answer-before = Neem aan, verwijs door of sluit af vóór { MOMENT($at, format: "d MMM HH:mm", zone: "Europe/Amsterdam") }
notice-ended = { $ending ->
    [withdrawn] Niet meer voor u
    [cancelled] Vervallen
   *[over] Afgesloten
}: { $what }
notice-exercise = OEFENING: { $what }
notice-exercise-line = Dit is een oefening. Stuur niemand.
notice-several = { $count ->
    [one] { $count } melding
   *[other] { $count } meldingen
}
notice-happened = Gebeurd op { MOMENT($at, format: "d MMM HH:mm", zone: "Europe/Amsterdam") }
notice-changed = Bijgewerkt op { MOMENT($at, format: "d MMM HH:mm:ss", zone: "Europe/Amsterdam") }
notice-answer-before = Antwoord vóór { MOMENT($at, format: "d MMM HH:mm:ss", zone: "Europe/Amsterdam") } of u komt
notice-answer = Antwoord of u komt
notice-reference = Kenmerk: { $id }
notice-sender = Toezichtcentrale, bericht voor { $partner }

## Opdrachten: wat een centralist in een terminal leest

wrong-value = { $where }: { $field } is { $value }, verwacht werd { $expected }
text-of-length = een tekst van { $characters } { $characters ->
    [one] teken
   *[other] tekens
}
expected-time-ahead = een tijd met een zone zoals 2026-11-24T12:00:00Z, of hoe lang vanaf nu, zoals 30m, 2h of 3d
expected-time-ago = een tijd met een zone zoals 2026-11-24T12:00:00Z, of hoe lang geleden, zoals 30m, 2h of 3d
expected-identifier = letters, cijfers en . _ : -, hooguit { $at_most }
expected-alert-id = het id van een melding, hooguit { $at_most } tekens
expected-camera-id = het id van een camera, hooguit { $at_most } tekens
expected-fact-id = een incident_id of episode_id, hooguit { $at_most } tekens
expected-revision = een versie, 0 of meer
expected-one-of = een van { $codes }
expected-no-reason = niets: alleen uitstellen en vals alarm hebben een reden
expected-priority = een prioriteit die een partner zegt, zoals A1, P 1 of P 2
expected-both = allebei de coördinaten, of geen van beide
option-given = gegeven
expected-id-beside = --id erbij: welk bericht wordt ingetrokken
expected-printed-id = een id zoals deze opdracht het liet zien
expected-name-of-place = de naam van een straat of een plaats
expected-file = een bestand in een map die er is
expected-cluster = het adres van Kafka: vraag het aan beheer
topics-missing = Kafka op { $servers }: '{ $names }' ontbreekt, vraag het aan beheer
no-cluster = Kafka op { $servers } is niet te gebruiken: vraag het aan beheer
not-confirmed = wat is gestuurd is niet bevestigd: misschien kwam het niet aan
no-alert-known = er is geen melding { $alert }
alerts-not-read = de meldingen waren na { $within_s } s nog niet allemaal gelezen: probeer het opnieuw
no-answer = geen antwoord binnen { $within_s } s: daarvoor is nodig { $expected }
no-answer-undecodable = geen antwoord binnen { $within_s } s: daarvoor is nodig { $expected } (niet te lezen: { $counts })
expected-decide = een toezichtcentrale die beslist: vraag het aan beheer
expected-capture = iets dat beelden van camera { $camera } bewaart: vraag het aan beheer
action-named = { action-name }
action-done = { $action } { $alert }: gedaan
action-done-also = { $action } { $alert }: gedaan, en ook veranderd: { $others }
action-so-already = { $action } { $alert }: gedaan, het was al zo
action-refused = { $action } { $alert }: geweigerd, { $why }
report-result = { $result ->
    [created] verstuurd als nieuw bericht
    [updated] verstuurd als wijziging
    [cancelled] verstuurd als intrekking
    [duplicate] niet verstuurd: dit is al bekend
    [stale] niet verstuurd: er is al iets nieuwers bekend
    [after_cancel] niet verstuurd: het bericht is ingetrokken
    [reactivated] verstuurd: het bericht geldt weer
    [nothing] niet verstuurd: er staat niets in
   *[other] niet verwerkt: { $result }
}
report-not-confirmed = NIET BEVESTIGD: misschien kwam het niet aan
report-entered = { $report }: { $results }
snapshot-hidden = personen en voertuigen in blokjes
snapshot-unblurred = zonder blokjes
snapshot-written = in { $file }
snapshot-not-written = niet bewaard: noem een bestand om het te zien
snapshot-taken = { $camera }: opgenomen { MOMENT($at, format: "d MMM HH:mm:ss", zone: "Europe/Amsterdam") }, { $width_px }x{ $height_px }, { $bytes } bytes, { $how }, { $where }
snapshot-taken-but = { $taken }: { $why }
snapshot-refused = { $camera }: geweigerd, { $refused ->
    [not_permitted] de camera mag nu niet worden bekeken
    [not_permitted_then] de camera mocht toen niet worden bekeken
    [too_old] te lang geleden
    [in_the_future] dat moet nog komen
    [no_picture] geen beeld
    [failed] mislukt
   *[other] { $refused }
}
snapshot-refused-since = { $camera }: geweigerd, { $refused ->
    [not_permitted] de camera mag nu niet worden bekeken
    [not_permitted_then] de camera mocht toen niet worden bekeken
    [too_old] te lang geleden
    [in_the_future] dat moet nog komen
    [no_picture] geen beeld
    [failed] mislukt
   *[other] { $refused }
}: { $why }

## Verantwoording: wat een gemeente moet kunnen laten zien

compliance-title = Verantwoording cameratoezicht
compliance-of = Gelezen van { $cluster } op { MOMENT($at, format: "d MMMM yyyy HH:mm", zone: "Europe/Amsterdam") }.
compliance-counts = { $breaches ->
    [0] Geen overtreding gevonden
    [one] { $breaches } overtreding gevonden
   *[other] { $breaches } overtredingen gevonden
}; { $unknown ->
    [0] alles kon worden nagegaan.
    [one] { $unknown } punt kon niet worden nagegaan.
   *[other] { $unknown } punten konden niet worden nagegaan.
}
compliance-part = { $part ->
    [cameras] Camera's en hun besluit
    [refused] Wanneer niet gekeken mocht worden
    [topics] Hoe lang gegevens blijven
    [folders] Mappen op deze machine
    [access] Wie wat heeft gezien en gedaan
    [deletions] Wat is verwijderd
    [holds] Wat langer wordt bewaard
    [in_force] Regels, model en licenties
   *[other] { $part }
}
compliance-standing = { $standing ->
    [kept] in orde
    [breach] OVERTREDING
    [not_known] NIET BEKEND
    [told] opgave
   *[other] { $standing }
}
compliance-nothing = Niets.
span-minutes = { $minutes } minuten
span-hours = { $hours } uur
span-days = { $days } dagen
not-read = dit kon niet worden gelezen: { $why }
kept-without-end = wordt zonder einde bewaard; toegestaan is { $limit }
settings-keep-longer = is ingesteld op { $kept }; toegestaan is { $limit }
older-than-allowed = het oudste is { $old } oud; toegestaan is { $limit }
times-of-clients = de tijden zijn die van de afzenders: hoe oud iets is, is niet te zeggen
topic-empty = er staat niets op
topic-unlimited = het oudste is { $old } oud; hier geldt geen grens
topic-within = het oudste is { $old } oud; toegestaan is { $limit }
topic-absent = bestaat niet, of mag niet worden gezien
topics-of-others = { $count ->
    [one] { $count } andere topic op dit cluster is niet van dit systeem: wat erop staat, is niet nagegaan
   *[other] { $count } andere topics op dit cluster zijn niet van dit systeem: wat erop staat, is niet nagegaan
}
hours-of-viewing = live kijken { $windows }
decision-in-force = besluit { $decision } geldt van { MOMENT($since, format: "d MMMM yyyy") } t/m { MOMENT($until, format: "d MMMM yyyy") }; { $hours }; { $masks ->
    [0] geen masker
    [one] { $masks } masker
   *[other] { $masks } maskers
} (versie { $version })
decision-not-in-force = wordt niet gebruikt: { $why }
camera-not-registered = keek, maar staat niet in het register
looked-without-basis = keek op { MOMENT($at, format: "d MMMM yyyy HH:mm", zone: "Europe/Amsterdam") } terwijl dat niet mocht: { $why }
may-have-looked = mocht kijken tot { MOMENT($until, format: "d MMMM yyyy HH:mm", zone: "Europe/Amsterdam") }, maar meldde pas iets op { MOMENT($next, format: "d MMMM yyyy HH:mm", zone: "Europe/Amsterdam") }: of er is gekeken, is niet te zeggen
refused-for = { $why }: { $times ->
    [one] { $times } keer
   *[other] { $times } keer
}, samen { $time }; in die tijd is geen beeld gemaakt
refused-by-stages = { $count ->
    [one] { $count } bericht is geweigerd door { $stage }: { $reason }
   *[other] { $count } berichten zijn geweigerd door { $stage }: { $reason }
}
never-refused = geen enkele camera heeft gemeld dat zij niet mocht kijken
folder-used = { $old } geleden voor het laatst beschreven
folder-forgotten = { $old } geleden voor het laatst beschreven en niet opgeruimd; toegestaan is { $limit }
folder-absent = bestaat hier niet
other-hosts = andere machines, opnamen en uitvoer die iemand heeft gemaakt, zijn niet nagegaan
pictures-in-memory = beelden blijven ten hoogste { $seconds } seconden in het geheugen, nooit op schijf
chain-broken = de keten van de audit klopt niet: { $count ->
    [one] { $count } fout
   *[other] { $count } fouten
}
chain-empty = er staat niets in de audit: wie wat zag, is niet bekend
chain-holds = de keten van de audit klopt: { $count ->
    [one] { $count } regel
   *[other] { $count } regels
}
accessed = { $count } keer { $action } ({ $kind })
accessed-between = { $done }; van { MOMENT($first, format: "d MMMM yyyy HH:mm", zone: "Europe/Amsterdam") } tot { MOMENT($last, format: "d MMMM yyyy HH:mm", zone: "Europe/Amsterdam") }
nothing-deleted = niemand heeft iets met de hand verwijderd
deletions-counted = { $count } regels van de audit gaan over wat is verwijderd; hier staan de laatste { $shown }
deleted-proved = { $kind }: { $result }, door { $actor } op { MOMENT($at, format: "d MMMM yyyy HH:mm", zone: "Europe/Amsterdam") } (regel { $entry } van de audit)
file-in-force = versie { $version }, SHA-256 { $digest }
detector-in-force = versie { $version }, keek het laatst op { MOMENT($at, format: "d MMMM yyyy HH:mm", zone: "Europe/Amsterdam") }
detector-not-known = welk model kijkt, is niet bekend: er is een dag lang niets gezien
licences-in-force = { $count ->
    [one] { $count } pakket
   *[other] { $count } pakketten
}: { $named }
licence-not-known = { $count ->
    [one] { $count } pakket noemt geen licentie
   *[other] { $count } pakketten noemen geen licentie
}
hold-kept = wordt bewaard tot { MOMENT($until, format: "d MMMM yyyy", zone: "Europe/Amsterdam") } op verzoek van { $requester } ({ $ground }): { $records ->
    [one] { $records } bericht
   *[other] { $records } berichten
}
hold-past-end = moest op { MOMENT($until, format: "d MMMM yyyy", zone: "Europe/Amsterdam") } weg zijn en wordt nog bewaard op verzoek van { $requester } ({ $ground }): { $records ->
    [one] { $records } bericht
   *[other] { $records } berichten
}
no-holds = niets wordt langer bewaard dan zijn tijd

## Onderbouwing: wat elke camera heeft gebracht

dossier-title = Onderbouwing van de noodzaak per camera
dossier-period = Van { MOMENT($since, format: "d MMMM yyyy", zone: "Europe/Amsterdam") } tot { MOMENT($until, format: "d MMMM yyyy", zone: "Europe/Amsterdam") }: { $alerts ->
    [one] { $alerts } melding
   *[other] { $alerts } meldingen
}, regels { $rules }.
dossier-necessity = { $necessity ->
    [brought_something] heeft iets gebracht
    [brought_nothing] HEEFT NIETS GEBRACHT
    [hardly_looked] heeft bijna niet gekeken
    [not_known] NIET BEKEND of zij iets heeft gebracht
   *[other] { $necessity }
}
dossier-hours = keek { $looked_h } uur, waarvan { $blind_h } uur zonder goed zicht; mocht { $refused_h } uur niet kijken; was { $away_h } uur weg
dossier-no-hours = hoe lang zij keek, is niet bekend
dossier-asked = { $asked ->
    [one] bij { $asked } melding gevraagd
   *[other] bij { $asked } meldingen gevraagd
}, bij { $answered } iets gezegd
dossier-changed = { $changed ->
    [0] geen enkele melding zou zonder haar anders zijn
    [one] { $changed } melding zou zonder haar anders zijn
   *[other] { $changed } meldingen zouden zonder haar anders zijn
}: { $opened } er niet, { $raised } minder dringend, { $lowered } dringender, { $told } met minder zekerheid
dossier-judged = daarvan { $right } terecht volgens een mens, { $wrong } niet, { $open } niet beoordeeld
dossier-passed-on = bij { $passed ->
    [one] { $passed } daarvan
   *[other] { $passed } daarvan
} is een partner gevraagd te komen
dossier-viewed = { $viewed ->
    [0] niemand vroeg of zag een beeld van haar
    [one] { $viewed } keer vroeg of zag iemand een beeld van haar
   *[other] { $viewed } keer vroeg of zag iemand een beeld van haar
}
dossier-views-not-known = of iemand haar beelden zag, is niet bekend
dossier-method = Elke melding is opnieuw beslist zonder wat een camera zag. Of een camera nodig is, beslist een mens. Live kijken naar een scherm telt hier niet mee.

## Trends: the safety team's report

trend-title = Weekbericht veiligheid
trend-week = Week { $number } van { $year }
trend-period = { MOMENT($first, format: "d MMMM yyyy") } t/m { MOMENT($last, format: "d MMMM yyyy") }
trend-open = Deze week is nog niet voorbij: de aantallen zijn een tussenstand.
trend-made = Gemaakt op { MOMENT($day, format: "d MMMM yyyy") }. Geteld wordt sinds { MOMENT($since, format: "d MMMM yyyy") }.
trend-short = In het kort
trend-short-count = { $count ->
    [one] { $count } melding geteld deze week.
   *[other] { $count } meldingen geteld deze week.
}
trend-short-usual = Gebruikelijk is { $usual } per week (gemiddelde van { $weeks } weken).
trend-short-no-usual = Wat gebruikelijk is, is nog niet bekend.
trend-short-surges = Opvallende stijging: { $what }.
trend-short-no-surge = Geen opvallende stijging.
trend-short-repeats = { $category }, { $where }: paren binnen 200 meter en { $days } dagen: { $count }.
trend-short-no-repeats = Geen herhaling dichtbij gevonden.
trend-targets = Doelen van het plan
trend-target = { $category }: minder dan { $below } in { $year }
trend-target-count = { $count } geteld sinds { MOMENT($since, format: "d MMMM yyyy") }.
trend-target-on = Naar rato mogen het er nu { $expected } zijn; het aantal ligt daar niet boven.
trend-target-off = Naar rato mogen het er nu { $expected } zijn; het aantal ligt daarboven.
trend-target-over = Het doel van dit jaar is niet gehaald.
trend-target-as-of = Stand van { MOMENT($day, format: "d MMMM yyyy") }.
trend-target-part = Er is pas geteld vanaf { MOMENT($since, format: "d MMMM yyyy") }: het jaar is niet volledig.
trend-target-bar = { $count } van ten hoogste { $most }; naar rato { $expected }
trend-bar-count = geteld
trend-bar-expected = naar rato van het doel
trend-categories = Per soort
trend-categories-caption = Aantallen in het hele gebied. In de staafjes is deze week donker; de streepjeslijn is wat gebruikelijk is.
trend-category = Soort
trend-this-week = Deze week
trend-usual = Gebruikelijk per week
trend-change = Verschil
trend-last-weeks = Laatste 52 weken
trend-says = Wat het zegt
trend-nothing = Er is deze week niets geteld, en ook niet in de 52 weken ervoor.
trend-unknown-usual = niet bekend
trend-areas = Per buurt
trend-areas-caption = Aantallen deze week per buurt en soort
trend-area = Buurt
trend-all-categories = Alles
trend-whole = Hele gebied
trend-no-areas = Er is geen bestand met buurten ingesteld (TOEZICHT_AREAS). Er wordt geteld voor het hele gebied.
trend-unknown = Plaats niet bekend
trend-elsewhere = Buiten de buurten
trend-small-mark = klein aantal
trend-small-note = ° Klein aantal (minder dan 5): genoemd zoals het is, zonder percentage. Toeval verklaart zulke verschillen.
trend-surges = Opvallende stijgingen
trend-surge = { $where }: { $count } keer { $category }. Gebruikelijk is { $usual } per week.
trend-surge-reason = Zo veel of meer komt bij het gebruikelijke aantal voor met kans { $probability }; de grens is { $limit }.
trend-no-surges = Deze week is geen enkel aantal zo hoog dat toeval het slecht verklaart.
trend-surge-tested = Er is gekeken naar { $tested } combinaties van soort en buurt met genoeg verleden.
trend-not-judged = Niet te beoordelen
trend-short-history = { $where }: { $count } keer { $category }. { $weeks ->
    [one] Er is pas { $weeks } hele week bekend
   *[other] Er zijn pas { $weeks } hele weken bekend
}; er zijn er { $least } nodig.
trend-small-base = { $where }: { $count } keer { $category }. In de { $weeks } weken ervoor samen maar { $total }: te weinig om te vergelijken.
trend-repeats = Herhaling dichtbij
trend-repeats-caption = Paren binnen 14 dagen, naar de buurt van de latere
trend-to-100 = Tot 100 m
trend-to-200 = 100 tot 200 m
trend-no-repeats = Deze week is geen paar binnen 200 meter en 14 dagen gevonden.
trend-knox = { $category }, laatste 52 weken: { $pairs ->
    [one] { $pairs } paar
   *[other] { $pairs } paren
} in een vak van 200 meter binnen 14 dagen, uit { $events } gevallen.
trend-knox-chance = Bij toeval zouden dat er { $expected } zijn. Kans op { $pairs } of meer: { $probability }.
trend-knox-few = Dat zijn te weinig gevallen om met toeval te vergelijken.
trend-unknowns = Wat dit bericht niet weet
trend-unknown-reported = Alleen wat gemeld is, en wat niemand als vals, test of dubbel sloot. Aangiften bij de politie staan hier niet in.
trend-unknown-late = Meldingen over deze week kunnen nog komen; dan verandert het aantal.
trend-unknown-place = Zonder bruikbare plaats: { $count }. Buiten de buurten: { $elsewhere }. Die tellen alleen mee in het hele gebied.
trend-unknown-season = Seizoen en feestdagen zijn niet meegerekend: een jaarwisseling kan een stijging zijn die elk jaar komt.
trend-unknown-since = Van voor { MOMENT($since, format: "d MMMM yyyy") } is niets bekend. Gebruikelijk is het gemiddelde van de { $weeks } hele weken die dat wel zijn.
trend-unknown-why = Een stijging zegt niet waardoor. Meer melden of een nieuwe bron geeft ook een stijging.
trend-how = Hoe er gerekend is
trend-how-surge = Een aantal is een opvallende stijging als het bij het gemiddelde van ten hoogste 52 eerdere weken onwaarschijnlijk is (negatief-binomiale voorspelling naar Farrington e.a. 1996). De grens is 5 % gedeeld door het aantal beoordeelde combinaties: zonder enige verandering heeft ten hoogste ongeveer één op de twintig weken toch een stijging.
trend-how-small = Over minder dan 5 keer, minder dan 13 hele weken verleden of minder dan 5 keer in dat verleden wordt niets beweerd.
trend-how-repeats = Een herhaling dichtbij is een tweede geval binnen 200 meter en 14 dagen. De toets is die van Knox (1964), met 999 keer loten van de datums.
trend-how-privacy = Dit bericht bevat aantallen. Geen personen, geen adressen, geen punten op een kaart.
trend-sparkline = Laatste 52 weken: laagste { $low }, hoogste { $high }, deze week { $count }
trend-room = Toezichtcentrale { $room }
trend-no-rooms = Er is nog niets geteld.
trend-one-in = 1 op { NUMBER($number, useGrouping: 1) }
trend-less-than-one-in-a-million = minder dan 1 op een miljoen
trend-judged = { $judgement ->
    [surge] opvallende stijging
    [usual] kan toeval zijn
    [small_count] te klein voor een uitspraak
    [short_history] te kort geteld voor een uitspraak
    [small_base] te weinig verleden voor een uitspraak
    [not_an_area] wordt niet beoordeeld
   *[other] { $judgement }
}
trend-in-area = { $category }, { $where }
trend-percent = { $percent } %
