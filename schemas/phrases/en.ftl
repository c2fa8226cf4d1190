### English. One sentence per code; the values that each takes, and of which type, are declared in schemas/phrases/codes/.

## Common

own-words = { $text }
several = { $phrases }
listed = { $first }, { $other }
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
best-consistent = what a camera saw fits it, and is usual there: { $camera }, { $why }
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
moving = { $share_percent }% of { $movers } moving persons move { $way ->
    [toward] towards
   *[away] away from
} one point { $where ->
    [picture] in the picture
   *[ground] on the ground
}
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

## Titles: what an alert is called, and where it is

category-name = { $category ->
    [woninginbraak] burglary of a home
    [zakkenrollerij] pickpocketing
    [straatroof] street robbery
    [fietsdiefstal] bicycle theft
    [verward_persoon] confused person
    [jeugdoverlast] youth nuisance
    [drugsoverlast_dealen] drugs nuisance
    [ondermijning_pand] subversive crime (building)
    [woonfraude_overbewoning] housing fraud
    [brand] fire
    [geweld_vechtpartij] violence
    [crowd_density] crowding
    [demonstratie] demonstration
    [verdacht_voorwerp] suspicious object
    [medisch_onwel] medical
    [verkeer_context] traffic
    [overig] other
   *[other] { $category }
}
category-id = { $category }
kind-unknown = unknown kind
title-placed = { $what }, { $place }
title-seen-by = { $what } seen by { $camera }
zone-of-camera = zone { $zone } of { $camera }
grouped = { $open } grouped: { $priorities }; { $categories }
grouped-none-left = none left of { $grouped } grouped
summary-highest = the highest of its alerts is { $priority }
counted = { $number } { $what }

## The operator's list

heading = { $column ->
    [priority] Prio
    [what] What
    [where] Where
    [state] State
    [why] Why
    [cameras] Cameras
    [since] Since
   *[other] { $column }
}
alert-state = { $state ->
    [new] new
    [acknowledged] acknowledged
    [returned_to_normal] returned to normal
    [shelved] shelved
    [suppressed] suppressed
    [closed] closed
    [cancelled] cancelled
    [expired] expired
   *[other] { $state }
}
verdict = { $verdict ->
    [pending] pending
    [corroborated] corroborated
    [consistent] consistent
    [unseen] unseen
    [contradicted] contradicted
    [camera_unavailable] camera unavailable
    [no_coverage] no coverage
   *[other] { $verdict }
}
report-note = { $note ->
    [position_swapped] the coordinates were swapped, and were put right
    [position_converted] the coordinates were of another system, and were converted
    [position_left_out] the coordinates are wrong, and were left out
    [accuracy_unknown] how accurate the position is, is not known
    [number_repaired] a number was written in another way than agreed
    [time_of_arrival] its time is wrong: this is when it arrived
    [zone_assumed] its time names no zone: read as local time
    [clock_off] the source's clock is wrong: this is when it arrived
    [place_left_out] street or town cannot be read
    [place_uncertain] the place is not certain
    [priority_unknown] the source's priority is not known
    [unknown_kind] unknown kind of report
    [field_left_out] a part of the report cannot be read
    [text_repaired] a part of its text is damaged
    [incomplete] a part of the report did not come
    [id_hashed] the report's number was too long, and was shortened
   *[other] { $note }
}
limit = limit.{ $limit }
capped = ≤ { $priority } ({ $limit })
falls-to = → { $priority } { MOMENT($at, format: "HH:mm:ss") } UTC
attended = more attention: { $left }
summary-of = { $open } grouped
no-alerts = No alerts.

## Refusals: why an operator's action was not done

refused-where = { $state }
refused-where-merged = { $state }, merged into { $merged_into }
refused-handled = it is handled by { $user ->
    [none] somebody
   *[other] { $user }
} ({ $where })
refused-ended = it has ended ({ $where })
refused-withdrawn = all its reports are cancelled ({ $where })
refused-on-shelf = it is on the shelf ({ $where })
refused-not-on-shelf = it is not on the shelf ({ $where })
refused-planned = a plan suppresses it ({ $where })
refused-over = it is over ({ $where })
refused-open = it is open, there is nothing to open again ({ $where })
refused-no-dispatch = nothing can be dispatched from here yet ({ $where })
refused-merged-away = it went on in another alert: what is another situation is split off there ({ $where })
refused-no-such-alert = there is no such alert in this control room
refused-no-such-summary = there is no such summary in this control room
refused-decided-before = this action was decided on before
refused-unknown-action = this release does not know the action { $action }
refused-not-for-a-summary = a summary is acknowledged, assigned or closed; { $action } is for its alerts
refused-revision-ahead = revision { $seen } was not made yet, the newest is { $newest }
refused-acted-since = { $user } acted on it at revision { $revision }, and revision { $seen } was seen
refused-rose-since = its priority rose at revision { $revision }, and revision { $seen } was seen
refused-p1-shelved = a P1 is never shelved
refused-shelf-incomplete = shelving needs a reason and an end that lies ahead
refused-shelf-too-long = an alert is shelved for at most { $days } days; longer is for the plan
refused-no-verdict = closing needs a verdict: { $verdicts } or { $last }
refused-nobody-assigned = assigning needs somebody: name a user
refused-assignee = a user is letters, digits and . _ : -, at most { $at_most }
refused-nobody-has-it = nobody has it in hand
refused-note-too-long = a note is a code of the list, at most { $at_most } characters, and this has { $length }: it was not kept, and the alert is as it was
refused-note-unknown = a note is one of { $known }
refused-note-value = { $takes ->
    [nothing] the note { $note } takes no value
    [number] the note { $note } takes a whole number from 0 to 9999
    [camera] the note { $note } takes a camera of this alert
   *[partner] the note { $note } takes a partner that reported to this alert
}
refused-notes-full = an alert holds at most { $at_most } notes
refused-no-other-alert = there is no such other alert in this control room
refused-merge-into-itself = an alert is not merged into itself
refused-other-alert = the other alert: it has ended ({ $state })
refused-too-many-reports = together they hold { $together } reports, an alert holds at most { $at_most }
refused-too-many-episodes = together they hold { $together } episodes, an alert holds at most { $at_most }
refused-no-such-fact = it has no such report or episode
refused-only-fact = it has no other report or episode
refused-fact-over = that report is cancelled, or that episode is over
refused-no-cause = it stands under no cause
refused-not-detached = nobody took it from its cause

## Notes: what an operator noted on an alert

note-called-back = the reporter was called back
note-no-answer = nobody answered the call
note-camera-checked = camera { $camera } was looked at
note-nothing-on-camera = nothing to be seen on camera { $camera }
note-persons-on-camera = { $persons ->
    [one] { $persons } person to be seen
   *[other] { $persons } persons to be seen
}
note-police-informed = the police know
note-fire-service-informed = the fire service knows
note-ambulance-informed = the ambulance service knows
note-enforcement-informed = municipal enforcement knows
note-help-on-scene = help is there
note-waiting-for-partner = waiting for { $partner }
note-over-in-minutes = { $minutes ->
    [one] over in { $minutes } minute
   *[other] over in { $minutes } minutes
}
note-handed-over = handed over to the next shift

## Causes: why an alert stands with another one

cause-link = { $symptom } { $distance_m } m from { $cause }, { $order ->
    [after] { $lag_s } s after it began
   *[before] { $lag_s } s before it began
}

## Next steps: what the rules recommend, and why

next-send = ask { $service ->
    [politie] the police
    [brandweer] the fire service
    [ambulance] the ambulance service
    [hor] municipal enforcement
    [ggd] the health service
    [oov] the safety team
   *[other] { $service }
} to go
next-send-and-look = ask { $service ->
    [politie] the police
    [brandweer] the fire service
    [ambulance] the ambulance service
    [hor] municipal enforcement
    [ggd] the health service
    [oov] the safety team
   *[other] { $service }
} to go, and look at camera { $camera }
next-look = look at camera { $camera } first
next-call-back = call { $partner } back
next-wait = wait
next-with-cause = handle it with its cause, { $alert }
next-close = close it as { $verdict } if you see it so
next-step-reason = { $state ->
    [returned_to_normal] it is over
   *[other] { $priority }
}, { $verdict ->
    [corroborated] a camera saw what belongs to it
    [consistent] what cameras see fits, and says little
    [pending] a camera still looks
    [unseen] a camera could see the place and did not see it
    [contradicted] a camera saw that it is not so
    [camera_unavailable] the camera could not look
    [camera_only] a camera saw it, and nobody reported it
   *[no_coverage] no camera can say
}
