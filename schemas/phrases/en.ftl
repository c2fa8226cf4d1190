### English. One sentence per code; the values that each takes, and of which type, are declared in schemas/phrases/codes/.

## Common

own-words = { $text }
several = { $phrases }

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

## Likelihoods: what a camera saw of a report, and how usual that is there

runs = somebody runs at { NUMBER($speed_m_per_s, minimumFractionDigits: 1) } m/s
counts-persons = { $persons ->
    [one] { $persons } person
   *[other] { $persons } persons
}
stand-together = { $persons ->
    [one] { $persons } person stands still
   *[other] { $persons } persons stand together
}
left-at-once = { $persons ->
    [one] { $persons } person went away
   *[other] { $persons } persons went away
} within ten seconds
stays = somebody stays for { $stay_s } s
seen-when = { $what }, { $apart } { $unit } { $side ->
    [before] before
   *[after] after
} the reported time
usual-here = here that is so in { $times } of { $of } such { $minutes ->
    [10] ten
   *[other] { $minutes }
} minutes
not-learnt = how usual that is here is not known yet: { $blocks ->
    [one] { $blocks } block
   *[other] { $blocks } blocks
} of ten minutes learnt, { $needed } needed
place-in-view = the place lies in view with a chance of { $chance }%
looked = saw { $persons ->
    [0] nobody
    [one] at most { $persons } person
   *[other] at most { $persons } persons
} in { $minutes } min { $seconds } s, { $share }% of them watched
view-not-clear = its view was not clear for { $unclear_s } s
would-show = what belongs to it shows in { $times } of { $of } such cases
seen-unclearly = its view was not clear then
