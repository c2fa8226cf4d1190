### English. One sentence per code; the values that each takes, and of which type, are declared in schemas/phrases/codes/.

## Common

own-words = { $text }
several = { $phrases }
beside = { $first } { $other }
weekday = { $day ->
    [mon] mon
    [tue] tue
    [wed] wed
    [thu] thu
    [fri] fri
    [sat] sat
    [sun] sun
   *[other] { $day }
}

## Factors: why an alert has its points

category = { $category ->
    [woninginbraak] Burglary of a home
    [zakkenrollerij] Pickpocketing
    [straatroof] Street robbery
    [fietsdiefstal] Bicycle theft
    [verward_persoon] Person in distress
    [jeugdoverlast] Nuisance by a group
    [drugsoverlast_dealen] Drugs nuisance
    [ondermijning_pand] Undermining crime in premises
    [woonfraude_overbewoning] Housing fraud
    [brand] Fire
    [geweld_vechtpartij] Violence
    [crowd_density] Crowd
    [demonstratie] Demonstration
    [verdacht_voorwerp] Suspicious object
    [medisch_onwel] Medical emergency
    [verkeer_context] Traffic
    [overig] Other
   *[other] { $category }
}
urgency = urgency { $urgency } on the scale 0 (highest) to 4: { $source } says { $source_priority }
urgency-unsaid = urgency { $urgency } on the scale 0 (highest) to 4: { $source } does not say
reported-after = reported { $delay_min } min after it happened
independent-sources = { $sources } sources: { $names }
position-missing = no report has a position
position-poor = the best position is within { $accuracy_m } m, other reports match up to { $further_m } m further away
unknown-kind = unknown kind: no table explains what { $sources } reports, and it is urgent
best-pending = a camera was asked and may still answer: { $camera }, { $why }
best-corroborated = a camera saw it: { $camera }, { $why }
best-consistent = what a camera saw fits it: { $camera }, { $why }
best-contradicted = a camera saw that it is not so: { $camera }, { $why }
best-unseen = a camera could see and did not see it: { $camera }, { $why }
best-camera-unavailable = cameras cover the place but could not look: { $camera }, { $why }
best-no-coverage = no camera could see the place
best-camera-only = a camera saw it, nobody reported it
crowd-seen = { $camera }: { $what }
crowd-growth = { $camera }: rose by { $rise_per_min } persons per minute when it reached its level
circumstance = { $what } ({ $weekday ->
    [mon] Mon
    [tue] Tue
    [wed] Wed
    [thu] Thu
    [fri] Fri
    [sat] Sat
    [sun] Sun
   *[other] { $weekday }
} { $clock } local time)
circumstance-night = at night
near-repeat = { $earlier } earlier within { $within_m } m and { $within_days } days, the nearest about { $nearest_m } m away at { MOMENT($at, format: "dd MMM HH:mm") } UTC
camera-not-permitted-now = may not be looked at now
camera-not-for-category = not asked: no cameras for this category
camera-out-of-range = does not see the place
camera-still-looking = asked, still looking

## Places: what is unusual about where a report goes

place-missing = no position: no camera can be asked, control room is the first of the registry
place-outside = outside every control room's area: given to the nearest
place-late = reported { $delay_h } h after it happened: no camera was asked
place-poor = position within { $accuracy_m } m: cameras up to { $reach_m } m away were considered
place-many-cameras = { $near } cameras are near enough: the nearest { $asked } were considered

## Sightings: what a camera says of a report

sighting = { $what } in zone { $zone }, { $amount } { $unit } { $side ->
    [before] before
   *[after] after
} the reported time
sighting-unclear = { $what } in zone { $zone }, { $amount } { $unit } { $side ->
    [before] before
   *[after] after
} the reported time, its view not clear
seen-group = a group of { $persons }
seen-persons = { $persons ->
    [one] { $persons } person
   *[other] { $persons } persons
}
seen-persons-weaker = { $persons ->
    [one] { $persons } person
   *[other] { $persons } persons
}, weaker boxes included,
seen-vehicles = { $vehicles ->
    [one] { $vehicles } vehicle
   *[other] { $vehicles } vehicles
}
seen-density = { $persons_per_m2 } persons per m²
seen-stay = staying { $stay_s } s
seen-situation = { $situation ->
    [dwelling] somebody who stays
    [group] a group that stays
    [running] running
    [converging] persons coming together
    [dispersing] persons moving apart
    [object_left] an object that was left
    [wrong_direction] movement against the direction
    [closed_zone] somebody in a closed zone
   *[other] { $situation }
}
saw-at-most = saw { $persons ->
    [0] nobody
    [one] at most { $persons } person
   *[other] at most { $persons } persons
} in { $min } min { $s } s, { $watched_percent }% of them watched
looked-too-little = it saw { $watched_percent }% of the window
view-not-clear = its view was not clear for { $unclear_s } s
not-kept-before = what it showed before { MOMENT($at, format: "HH:mm:ss") } UTC is not kept any more
view-degraded = { $visibility ->
    [frozen] its picture stands still
    [black] its picture is black
    [blinded] it is blinded by light
    [blurred] its picture is blurred
    [moved] it was turned away from where it should look
    [covered] people or things close to it hide what it sees
    [masked_out] masks cover what it sees
   *[other] { $visibility }
}
gives-no-pictures = gives no pictures
camera-trouble = { $state } since { MOMENT($since, format: "HH:mm:ss") } UTC ({ $reason })

## Zones: crowds and zone events

in-zone = { $what }, in zone { $zone }
no-longer = { $what }: no longer
zone-unseen = zone { $zone } was not seen any more
crowd = { $amount } in zone { $zone } for { $held_s } s: level { $level }
crowd-at-least = at least { $amount } in zone { $zone } for { $held_s } s: level { $level }
crowd-level = { $level }
crowd-persons = { $persons } persons
crowd-on-ground = { $persons } persons on { $area_m2 } m², { $densest_per_m2 } per m² where it is densest,
crowd-density = { $persons_per_m2 } persons per m²
zone-closed = { $persons ->
    [one] { $persons } person
   *[other] { $persons } persons
} in it while it is closed ({ $days } { $from_clock }-{ $until_clock })
running = { $runners } running, at { $fastest } { $unit }/s where { $normal } { $unit }/s is normal
came-together = { $together } persons stand together in the camera's view, { $before } did shortly before
went-away = { $gone } of { $before } persons left the camera's view within ten seconds
dwelling = somebody stays for { $stay_s } s, more than { $limit_s } s
group = { $persons } persons stay for { $stay_s } s and more, { $least } make a group
wrong-direction = { $persons } crossed the line { $direction ->
    [left_to_right] left to right
    [right_to_left] right to left
   *[other] { $direction }
}
object-left = a bag stands there, whoever brought it is more than { $reach } { $unit } away for { $away_s } s

## Cameras: what a camera can do, and why not

status-reason = { $reason }


## Likelihoods: what the whole view shows of a report, and how usual that is there

in-view = { $what }, { $amount } { $unit } { $side ->
    [before] before
   *[after] after
} the reported time
in-view-unclear = { $what }, { $amount } { $unit } { $side ->
    [before] before
   *[after] after
} the reported time, its view not clear
runs = somebody runs at { $speed_m_per_s } m/s
stand-together = { $persons ->
    [one] { $persons } person stands still
   *[other] { $persons } persons stand together
}
left-at-once = { $persons ->
    [one] { $persons } person went away
   *[other] { $persons } persons went away
} within ten seconds
stays = somebody stays { $stay_s } s
usual-here = here that is so in { $times } of { $of } such periods of { $minutes } minutes
not-learnt = how usual that is here is not known yet ({ $blocks } of { $needed } blocks of ten minutes)
place-in-view = the place lies in view with a chance of { $chance_percent }%
would-show = what belongs to it shows in { $times } of { $of } such cases
