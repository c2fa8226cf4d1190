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
    [woonoverlast] Nuisance between neighbours
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
urgency-assumed = urgency { $urgency } on the scale 0 (highest) to 4: { $source } does not say how urgent it is, the rules take this
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
looked-seldom = for { $sampled_s } s it looked { $looks ->
    [one] once
   *[other] { $looks } times
} a second
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
crowding = { $level ->
    [none] calm
    [warn] watch it
    [high] crowded
    [critical] dangerously crowded
   *[other] { $level }
}
crowd-persons = { $persons } persons
crowd-on-ground = { $persons } persons on { $area_m2 } m², { $densest_per_m2 } per m² where it is densest,
crowd-density = { $persons_per_m2 } persons per m²
crowd-probably = { $amount } probably { $estimated_per_m2 } ± { $error_per_m2 },
crowd-not-measurable = { $level } ({ $persons_per_m2 } persons per m²) cannot be measured here: look. Probably { $estimated_per_m2 } ± { $error_per_m2 } per m²; { $rise }; { $drop }
crowd-rise = grows by { $rise_per_min } persons a minute
crowd-rise-unknown = whether it grows is not known
crowd-drop = { $percent } % slower than usual
crowd-drop-unknown = usual speed not known
zone-closed = { $persons ->
    [one] { $persons } person
   *[other] { $persons } persons
} in it while it is closed ({ $window })
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
told-by-camera = { $what }, for { $held_s } s, as the camera itself tells
object-left = a bag stands there, whoever brought it is more than { $reach } { $unit } away for { $away_s } s

## Cameras: what a camera can do, and why not

never-told = this camera has told nothing yet
no-snapshot = { $reason ->
    [not_permitted] This camera may not be looked at now.
    [not_permitted_then] This camera was not allowed to be looked at at that moment.
    [too_old] Pictures of that moment are not kept any more.
    [in_the_future] That moment is yet to come.
    [no_picture] The camera gave no picture at that moment.
    [failed] The picture could not be made.
    [no_answer] The camera has not answered. Ask again.
    [no_image] What the camera sent is no picture.
    [not_sent] The request could not be sent. Ask again.
    [forgotten] The picture is not kept any longer. Ask again.
   *[other] No picture: { $reason }
}
no-picture-for = no picture for { $silent_s } s
all-read = { $fps } pictures per second, all read
looked-at-by = { $detector } { $version }
looked-at-roughly = rough recognition: people far away or in a group are often missed
picture-size = the picture is { $width_px }x{ $height_px }, the registry says { $known_width_px }x{ $known_height_px }
view-masked = masks leave { $left_percent }% of the picture
view-black = { $bright_percent }% of the picture is brighter than black, mean { $mean }
view-blinded = { $saturated_percent }% is saturated, mean { $mean }
view-frozen = the same picture for { $same_s } s
view-unknown = no reference to compare with
view-not-looked = not looked at yet
view-structure = structure is { $usual_percent }% of the usual
view-sharpness = sharpness is { $usual_percent }% of the usual
view-matched = { $matched_percent }% of the view is where it was
view-covered = { $matched_percent }% of the view is where it was, what hides it moves: too full to be judged
decision-limits = decision { $decision } { $limit }
decision-permits = decision { $decision }, { $window }
valid-from = is valid from { $day }
valid-until = was valid until { $day }
area-not-covered = does not cover { $outside_percent } % of view_area
area-hardly-not-covered = does not cover less than { $least_percent } % of view_area
hours-allowed = allows { $windows }; it is { $day } { $clock }
viewing-window = { $days } { $from_clock }-{ $until_clock }
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
persons-weaker = { $persons ->
    [one] { $persons } person
   *[other] { $persons } persons
}, weaker boxes included
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
usual-from = here it is { $measure ->
    [stay] { $least } s
   *[other] { $least }
} or more in { $times } of { $of } such periods of { $minutes } minutes
not-learnt = how usual that is here is not known yet ({ $blocks } of { $needed } blocks of ten minutes)
place-in-view = the place lies in view with a chance of { $chance_percent }%
not-measured = what belongs to it is not measured in this view
likelihood-ratio = { $ratio } times as likely if the report is true
would-show = what belongs to it shows in { $times } of { $of } such cases

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
    [woonoverlast] nuisance between neighbours
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
title-exercise = EXERCISE: { $title }
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
alert-state-because = { $state }: { $why }
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
closing-verdict = { $verdict ->
    [true] true
    [false] not true
    [test] test
   *[duplicate] duplicate
}
change-told = { $change ->
    [opened] reported
    [reopened] opened again
    [evidence] new information
    [action] action of an operator
    [back] back on the list
    [escalated] nobody acknowledged it
    [dispatch] news of a dispatch
    [overdue] a partner is not there yet
    [cancelled] all reports were withdrawn
    [expired] no news for a long time
   *[other] { $change }
}: { $state }
action-name = { $action ->
    [acknowledge] acknowledge
    [release] give back
    [shelve] put aside
    [unshelve] take back
    [assign] assign
    [false_alarm] false alarm
    [confirm_dispatch] ask for dispatch
    [close] close
    [reopen] open again
    [note] note
    [merge] merge
    [split] split
    [detach] take from its cause
    [attach] put back under its cause
   *[other] { $action }
}
history-refused = { $action } not done: { $why }
no-alerts = No alerts.

## Explanations: why an alert has its priority, and whether it comes out again

explained-alert = alert { $alert_id }, revision { $revision }, changed { $at }
explained-points = points
explained-points-held = points, held within 0 and 100: { $score }
explained-thresholds = P1 from { $p1 }, P2 from { $p2 }, P3 from { $p3 }: the points give { $priority }
explained-limit = { $limit }: held at { $priority }, whatever the points
explained-fall = falls to { $priority } at { $at }; until then { $shown } is shown
explained-camera = { $camera }, { $distance_m } m: { $verdict }, { $why }
no-camera-near = no camera near
explained-cause = { $stands ->
    [under] stands under its cause, { $alert }
   *[beside] stands by itself, though { $alert } is its cause
}: { $reason }
explained-symptoms = { $symptoms ->
    [one] explains { $symptoms } alert
   *[other] explains { $symptoms } alerts
}: { $alerts }
explained-movement = explains what people did: { $what }
explained-next = recommended: { $step } ({ $reason })
scored-by-other-rules = scored by rules { $version }; these are rules { $known }
played-again = { $decisions } decisions played again with rules { $version }: { $outcome ->
    [same] the same result
    [different] ANOTHER RESULT
   *[incomplete] NOT TO BE SAID: inputs are missing
}
comes-out-otherwise = { $what }: was { $was }, comes out as { $now }
factor-comes-out-otherwise = factor { $rule }: was { $was }, comes out as { $now }
factor-told = { $points } { $reason }
factor-not-there = not there
input-not-retained = { $place } is not retained any more
input-undecodable = { $place } cannot be decoded: { $detail }
revision-not-reached = revision { $revision } did not come out: its decisions are not all in the decision log

## Faults: why a record or a line was set aside

header-missing = header { $header } is missing
header-missing-carrier = header { $header } is missing, it carries the { $message }
header-not-text = header { $header } is not UTF-8
header-not-time = header { $header } is not an RFC 3339 time
message-version-unknown = version { $version } of { $message } is not known here
message-type-unknown = ce_type names no known message
not-json = { $message }: { $what }
field-unexpected = { $message }, field { $field }: { $what }
notice-not-delivered = { $partner } did not get this by { $channel }, after { $attempts } attempts: { $reason ->
    [received] received
    [nothing_to_cancel] there was nothing to cancel
    [unreachable] unreachable
    [timeout] no answer in time
    [tls] no secure connection
    [name_unknown] the name does not exist
    [address_forbidden] the address is not allowed
    [redirected] redirected to another address
    [too_many_requests] the receiver asks to wait
    [server_error] a fault at the receiver
    [client_error] the receiver takes nothing from us
    [message_refused] the receiver refuses this message
    [secret_unreadable] the key cannot be read
    [not_confirmed] not confirmed
    [defect] a defect of this program
   *[other] { $reason }
}
record-empty = the record has no value, expected a message
record-too-large = { $bytes } bytes with its key and headers, expected at most { $at_most }
key-wrong = { $message }: the record's key is not the message's key
happened-after-arrival = { $message }: happened { $ahead_s } s after it arrived
happened-too-early = { $message }: happened { $at }, more than { $limit } before it arrived
not-in-registry = { $subject } is not in the registry that this process read at its start (version { $version })
case-handed-over = handed over: it is yours until you refer or close it, or the time to answer is over
case-referred = { $partner } referred it to { $to }
case-given-back = { $partner } gave it back to its owner
case-no-answer = { $partner } did not answer in time, so it is its owner's
case-overdue = { $partner } did not answer in time, and there is nobody else whose it is
case-changed = more is known of it
case-over = { $end ->
    [expired] its time is over, and nobody accepted it: nothing of it is kept here
    [cancelled] what was reported does not hold any more
    [on_list] it is an alert of the control room now
   *[no_ground] there is no ground any more to know of it
}
case-answer-of-another = { $partner } answers to a case that another partner has
case-answer-of-nothing = { $partner } answers to a case that is not known here, or is long over
case-answer-late = { $partner } answers to a case that is no longer its own
case-referred-late = { $partner } refers a case that it accepted before, or that is over
case-referred-to-nobody = { $partner } gives a case back of which it is the owner, or refers it to itself
case-referred-without-ground = { $partner } refers a case to { $to }, which gets nothing of { $category }
case-referred-back = { $partner } refers a case to { $to }, which had it before
case-referred-too-often = { $partner } refers a case that was referred as often as it may: give it back to { $owner } with no partner in refer_to
hit-of-pair = { $one } and { $other } were told that both have something, on the ground { $ground }
receipt-of-another = { $partner } answers to a dispatch that another partner was asked for
receipt-of-nothing = { $partner } answers to a dispatch that is not known here, or is long over
not-from-partners = { $partner } sent a message of the kind { $message }, expected a dispatch-receipt or a case-receipt
causes-too-large = it causes more than { $at_most } bytes in one message: { $what }
row-too-large = what it causes is more than { $at_most } bytes in one row
copy-too-large = it belongs on partition { $partition }, and its copy has { $bytes } bytes, expected at most { $at_most }
handling-failed = { $error } while handling
detector-failed = { $error } in the detector
told-again = { $what }; { $before } more since this was told last
message-unexpected = expected a { $expected }, got a { $got }
line-too-large = { $bytes } bytes, at most { $at_most } are read
reading-failed = reading it failed: { $error }
overdue-failed = reading what is overdue failed: { $error }
json-expected = expected JSON: { $what }
cap-expected = expected an alert of CAP 1.2: { $what }
expected-json-object = expected a JSON object
report-field = field { $field }: { $expected }
expected-object = expected an object with source and source_id
expected-partner = expected a partner's name of letters, digits and . _ : -
name-of-canary = this name is the canary's: nobody would see the report
expected-text-or-number = expected a text or a number
expected-flex = expected a line of FLEX, as multimon-ng prints it
expected-flex-words = expected FLEX: date time mode frame [capcodes] type text
expected-flex-fields = expected { $kind } and { $fields } fields between |
expected-flex-json = expected JSON as multimon-ng --json prints it
expected-decoder = demod_name: expected the decoder's name
expected-page-text = message: expected the page's text
expected-page-type = type: expected ALN, or one of a page without text
not-as-incident = { $field }: not as an incident can have it
happened-days-ago = happened { $days } days ago, at most 28 is accepted
checksum-wrong = its checksum is wrong
no-batch = it is no batch of records ({ $error })
record-over = { $bytes } bytes, expected at most { $at_most }
too-many-headers = { $headers } headers, expected at most { $at_most }
letter-urgent = URGENT
letters = { $count ->
    [one] letter
   *[other] letters
}
offsets-of = { $what }; offsets { $first } to { $last }

## Sources: why a camera or a file gives no pictures

source-fault = { $source }: { $what }
address-empty = the source's address is empty or no path
address-kind = expected rtsp://, a video file or a folder
address-encrypted = RTSP over TLS is not read; set the camera to rtsp:// within the cameras' own network or a VPN, or put a gateway on this machine (go2rtc) that reads it and gives rtsp://
address-stills = MJPEG and single pictures over HTTP are not read; most such cameras give rtsp:// too (look under streams or ONVIF), else put a gateway on this machine (go2rtc) that reads it and gives rtsp://
address-onvif = this is where a camera is asked about itself; expected the rtsp:// address of its stream, as its own page shows it
address-form = expected rtsp://[user:password@]host[:port]/path
address-encoding = a user or password with one of @ / ? # must be percent-encoded (%40 %2F %3F %23), or come from a variable
no-such-file = no such file or folder
file-empty = the file is empty
file-unreadable = { $reason }
file-cannot-be-read = cannot be read
start-ahead = start { $at } has not come yet
offset-behind = offset_s { $offset_s } lies behind its last picture
no-video = no video that can be decoded
no-stills = the folder holds no still image
no-video-given = what the camera gives there holds no video that can be decoded
no-video-in-time = the stream is there but gives no video in time
pictures-late = all pictures come late: the line or the camera is too slow for this stream, or its clock runs wrong
packets-undecoded = packets come and nothing of them can be decoded for { $since_s } s: a codec that was changed or is not H.264 or H.265, or parameter sets (SPS, PPS) that the camera or a relay leaves out
stream-ended = the stream ended or fell silent
unreachable = cannot be reached: { $reason }
no-rtsp = what answers there does not speak RTSP: check the port
camera-does = the camera { $what }
camera-answers = the camera { $what } ({ $status })
asks-login-unsaid = asks for a login without saying how: set it to digest (MD5) or basic
asks-login-unspoken = asks for a login in a way that is not spoken here: set it to digest (MD5) or basic
asks-login-hash = asks for a login by digest with { $algorithm }, which is not spoken here: set it to digest with MD5
asks-login-hash-unknown = asks for a login by digest with an unknown hash, which is not spoken here: set it to digest with MD5
asks-password = asks for a user and a password
refuses-login = refuses this user or password; it may have locked the user after wrong ones
refused-login-waits = refused this user or password, and is not asked again for { $left_s } s, so that it locks nobody out
refuses-form = does not give this stream in a form that is read here: set it to H.264 or H.265
refuses-transport = does not send in the way that is asked for: set source.transport to the other of tcp and udp
is-full = has no session or bandwidth left: close other viewers, or take a smaller stream of it
is-loaded = is starting or overloaded: wait, or give it fewer viewers
has-no-path = has no stream at this path: compare the address with the camera's manual
is-unable = does not do what a viewer asks for: compare the address with the camera's manual, update its firmware
wants-login-elsewhere = wants a connection or proxy that logs in: use plain RTSP with digest
forbids = forbids this user or this machine to watch: give the user the right to live view there
lost-session = lost the session while it was opened: restart the camera if that goes on
not-understood = does not understand the request: compare the address with the camera's manual
has-error = has an error of its own: restart it if that goes on
sends-on = the camera sends on to { $host } ({ $status }): if that is right, write its address into the registry
sends-on-elsewhere = the camera sends on to another address ({ $status }): if that is right, write its address into the registry
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
refused-merged-away = it went on in another alert: what is another situation is split off there ({ $where })
refused-no-such-alert = there is no such alert in this control room
refused-no-such-summary = there is no such summary in this control room
refused-decided-before = this action was decided on before
refused-unknown-action = this release does not know the action { $action }
refused-not-for-a-summary = a summary is acknowledged, released, assigned or closed; { $action } is for its alerts
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
refused-reason-unknown = reason_code is one of these codes: { $known }: no text is kept, and nothing is changed
refused-no-other-alert = there is no such other alert in this control room
refused-merge-into-itself = an alert is not merged into itself
refused-other-alert = the other alert: it has ended ({ $state })
refused-exercise-and-real = an exercise and what is real are never merged
refused-too-many-reports = together they hold { $together } reports, an alert holds at most { $at_most }
refused-too-many-episodes = together they hold { $together } episodes, an alert holds at most { $at_most }
refused-no-such-fact = it has no such report or episode
refused-only-fact = it has no other report or episode
refused-fact-over = that report is cancelled, or that episode is over
refused-no-cause = it stands under no cause
refused-not-detached = nobody took it from its cause
refused-no-movement = camera { $camera } saw nobody run, leave at once or gather for it

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
note-choice = { $note ->
    [called_back] whoever reported it was called back
    [no_answer] nobody answered the phone
    [camera_checked] a camera was looked at
    [nothing_on_camera] nothing can be seen on a camera
    [persons_on_camera] persons can be seen
    [police_informed] the police know
    [fire_service_informed] the fire service knows
    [ambulance_informed] the ambulance service knows
    [enforcement_informed] enforcement knows
    [help_on_scene] help is on the scene
    [waiting_for_partner] waiting for a partner
    [over_in_minutes] over in some minutes
    [handed_over] handed over to the next shift
   *[other] { $note }
}

## Causes: why an alert stands with another one

cause-link = { $symptom } { $distance_m } m from { $cause }, { $order ->
    [after] { $lag_s } s after it began
   *[before] { $lag_s } s before it began
}
movement = { $kind ->
    [running] { $persons ->
        [one] somebody ran
       *[other] { $persons } people ran
    }
    [leaving] { $persons ->
        [one] somebody left at once
       *[other] { $persons } people left at once
    }
   *[gathering] { $persons ->
        [one] somebody stood still
       *[other] { $persons } people stood together
    }
} { $where ->
    [in_view] here
   *[away] { $distance_m } m away
}, { $order ->
    [after] { $lag_s } s after it began
   *[before] { $lag_s } s before it began
} (camera { $camera })

## Reasons: why an operator puts an alert aside, or calls it false

shelved-waiting-for-unit = waiting for a unit
shelved-waiting-for-partner = waiting for an answer from a partner
shelved-being-watched = known, and being watched
shelved-planned-event = part of a planned event
shelved-known-works = known works
shelved-camera-fault = a camera is faulty
shelved-other-reason = another reason
false-nothing-there = nothing was there
false-camera-mistaken = the camera was mistaken
false-reporter-mistaken = whoever reported it was mistaken
false-test = a test
false-known-exercise = a known exercise
false-known-works = known works
false-other-reason = another reason

## Dispatches: whom a person asked to come, and what became of it

the-partner = { $partner ->
    [politie] the police
    [brandweer] the fire service
    [ambulance] the ambulance service
    [hor] municipal enforcement
    [ggd] the health service
    [oov] the safety team
    [corporatie] the housing corporation
    [organisator] the organiser
   *[other] { $partner }
}
dispatch-state = { $state ->
    [asked] asked
    [accepted] accepted
    [en_route] on the way
    [arrived] there
    [done] done
    [rejected] refused
    [expired] no answer
   *[withdrawn] no longer asked
}
dispatch-asked = { $partner }: asked, answer expected before { MOMENT($until, format: "HH:mm:ss") } UTC
dispatch-asked-instead = { $partner }: asked in place of { $failed }, answer expected before { MOMENT($until, format: "HH:mm:ss") } UTC
dispatch-answered = { $partner }: { $state }
dispatch-answered-late = { $partner }: { $state }, answered after its time
dispatch-rejected = { $partner }: refused, { $why ->
    [no_unit] no unit is free
    [not_ours] it is not theirs
    [known_already] they know it already
    [too_little_known] too little is known
   *[other_reason] for another reason
}
dispatch-expired = { $partner }: no answer before { MOMENT($at, format: "HH:mm:ss") } UTC
dispatch-not-reached = { $partner }: not reached
dispatch-withdrawn = { $partner }: no longer asked, { $why ->
    [ended] the alert ended before it answered
   *[other_request] another request to it goes on
}
dispatch-overdue = { $partner }: expected there before { MOMENT($at, format: "HH:mm:ss") } UTC, and not there
next-ask-other = no help from { $failed }: ask { $other }, or call
next-call-partner = call { $partner }
next-await-answer = wait for an answer of { $partner }, until { MOMENT($until, format: "HH:mm:ss") } UTC
next-await-arrival = wait for { $partner } to be there
refused-dispatch-case = it is a case of its recipients: nobody is sent to it from here
refused-no-recipient = whom to ask must be one of the partners of this alert: { $known }
refused-already-asked = { $partner } is asked already ({ $state })
refused-all-asked = all partners of this alert are asked already
refused-dispatches-full = an alert holds at most { $at_most } requests
refused-drill-alone = this alert is no exercise: only a person can confirm it
refused-receipt-unknown = there is no such request in this control room
refused-receipt-not-theirs = another partner was asked
refused-receipt-known = that is known already ({ $state })
refused-receipt-over = nobody waits for an answer any more ({ $state })
refused-receipt-outdated = a newer answer is known ({ $state })
refused-receipt-ended = the alert has ended
refused-receipt-other-request = another request to the same partner goes on

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
next-with-cause = handle it with its cause
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

## Snapshots: why there is no picture, or another than asked for

picture-ahead = { MOMENT($at, format: "yyyy-MM-dd'T'HH:mm:ss.SSSSSS'Z'") } is yet to come
no-picture-kept = the camera has given no picture that is still kept
oldest-picture = the oldest picture that is kept is of { MOMENT($at, format: "yyyy-MM-dd'T'HH:mm:ss.SSSSSS'Z'") }
newest-picture = the camera's newest picture is of { MOMENT($at, format: "yyyy-MM-dd'T'HH:mm:ss.SSSSSS'Z'") }
no-picture-between = the camera gave no picture from { MOMENT($since, format: "yyyy-MM-dd'T'HH:mm:ss.SSSSSS'Z'") } to { MOMENT($until, format: "yyyy-MM-dd'T'HH:mm:ss.SSSSSS'Z'") }
capture-ends = capture ends
picture-failed = { $error } while the picture was made
picture-too-large = the picture cannot be made small enough
only-pixelated = unblurred is refused: the user is not in TOEZICHT_SNAPSHOT_UNBLURRED_USERS
whole-picture-coarse = the whole picture is coarse: { $why }
detector-unreliable = there is no reliable detector
detector-loading = the detector is being loaded, ask again
detector-of-snapshots-failed = the detector failed
picture-asked = { $kind ->
    [unblurred] an unblurred picture
   *[pixelated] a picture
} of { MOMENT($at, format: "yyyy-MM-dd'T'HH:mm:ss.SSSSSS'Z'") } for alert { $alert }
picture-asked-for-nothing = { $kind ->
    [unblurred] an unblurred picture
   *[pixelated] a picture
} of { MOMENT($at, format: "yyyy-MM-dd'T'HH:mm:ss.SSSSSS'Z'") } for alert (none)
picture-asked-told = { $asked }: { $detail }

## Notices: what a partner reads by mail, by chat and in CAP

notice-what = { $priority ->
    [none] Alert
   *[other] { $priority }
} { $category ->
    [none] of the control room
   *[other] { category-name }
}
notice-at-place = { $what }, { $place }
notice-dispatch = Please respond: { $what }
notice-case = Case: { $what }
notice-case-answer-before = Accept, refer or close it before { MOMENT($at, format: "d MMM HH:mm") } UTC
notice-ended = { $ending ->
    [withdrawn] No longer yours
    [cancelled] Cancelled
   *[over] Over
}: { $what }
notice-exercise = EXERCISE: { $what }
notice-exercise-line = This is an exercise. Send nobody.
notice-several = { $count ->
    [one] { $count } alert
   *[other] { $count } alerts
}
notice-happened = It happened at { MOMENT($at, format: "d MMM HH:mm") } UTC
notice-changed = Updated at { MOMENT($at, format: "d MMM HH:mm:ss") } UTC
notice-answer-before = Answer before { MOMENT($at, format: "d MMM HH:mm:ss") } UTC whether you come
notice-answer = Answer whether you come
notice-reference = Reference: { $id }
notice-sender = Control room, message for { $partner }

## Commands: what operators are told at a terminal

wrong-value = { $where }: { $field } is { $value }, expected { $expected }
text-of-length = a text of { $characters } { $characters ->
    [one] character
   *[other] characters
}
expected-time-ahead = a time with a zone such as 2026-11-24T12:00:00Z, or how long from now, such as 30m, 2h or 3d
expected-time-ago = a time with a zone such as 2026-11-24T12:00:00Z, or how long ago, such as 30m, 2h or 3d
expected-identifier = letters, digits and . _ : -, at most { $at_most }
expected-alert-id = the id of an alert, at most { $at_most } characters
expected-camera-id = the id of a camera, at most { $at_most } characters
expected-fact-id = an incident_id or episode_id, at most { $at_most } characters
expected-revision = a revision, 0 or more
expected-one-of = one of { $codes }
expected-no-reason = none: only shelve and false_alarm take one
expected-priority = a partner's, such as A1, P 1 or P 2
expected-both = latitude and longitude, or neither
option-given = given
expected-id-beside = --id with it: which report is withdrawn
expected-printed-id = an id as this command printed it
expected-name-of-place = a name of a street or a town
expected-file = a file in a folder that exists
expected-cluster = host:port of a running cluster, or a running `toezicht demo`
topics-missing = Kafka at { $servers }: '{ $names }' missing, ask operations
no-cluster = Kafka at { $servers } cannot be used: ask operations
not-confirmed = what was sent is not confirmed: it may not have arrived
no-alert-known = there is no alert { $alert } on alert-state
alerts-not-read = alert-state was not read to its end within { $within_s } s: try again, or with --timeout
no-answer = no answer within { $within_s } s: expected { $expected }
no-answer-undecodable = no answer within { $within_s } s: expected { $expected } (could not be decoded: { $counts })
expected-decide = a running `toezicht worker decide`
expected-capture = a running `toezicht capture` that has the camera { $camera }
action-named = { $action }
action-done = { $action } { $alert }: done
action-done-also = { $action } { $alert }: done, and changed { $others }
action-so-already = { $action } { $alert }: done, it was so already
action-refused = { $action } { $alert }: refused, { $why }
report-result = { $result ->
    [created] sent as a new report
    [updated] sent as a change
    [cancelled] sent as a withdrawal
    [duplicate] not sent: it says what is known already
    [stale] not sent: something newer is known
    [after_cancel] not sent: the report is withdrawn
    [reactivated] sent: the report holds again
    [nothing] not sent: there is nothing in it
   *[other] set aside: { $result }
}
report-not-confirmed = NOT CONFIRMED: it may not have arrived
report-entered = { $report }: { $results }
snapshot-hidden = persons and vehicles pixelated
snapshot-unblurred = unblurred
snapshot-written = in { $file }
snapshot-not-written = not written: give --out to see it
snapshot-taken = { $camera }: taken { MOMENT($at, format: "yyyy-MM-dd'T'HH:mm:ss.SSSSSS'Z'") }, { $width_px }x{ $height_px }, { $bytes } bytes, { $how }, { $where }
snapshot-taken-but = { $taken }: { $why }
snapshot-refused = { $camera }: refused, { $refused }
snapshot-refused-since = { $camera }: refused, { $refused }: { $why }

## Compliance: what a municipality must be able to show

compliance-title = Compliance of camera surveillance
compliance-of = Read from { $cluster } at { MOMENT($at, format: "yyyy-MM-dd HH:mm") } UTC.
compliance-counts = { $breaches ->
    [0] No breach was found
    [one] { $breaches } breach was found
   *[other] { $breaches } breaches were found
}; { $unknown ->
    [0] everything could be checked.
    [one] { $unknown } point could not be checked.
   *[other] { $unknown } points could not be checked.
}
compliance-part = { $part ->
    [cameras] Cameras and their decisions
    [refused] When nobody might look
    [topics] How long data stay
    [folders] Folders on this machine
    [access] Who saw and did what
    [deletions] What was deleted
    [holds] What is kept longer
    [in_force] Rules, model and licences
   *[other] { $part }
}
compliance-standing = { $standing ->
    [kept] kept
    [breach] BREACH
    [not_known] NOT KNOWN
    [told] told
   *[other] { $standing }
}
compliance-nothing = Nothing.
span-minutes = { $minutes } minutes
span-hours = { $hours } hours
span-days = { $days } days
not-read = this could not be read: { $why }
kept-without-end = is kept without end; allowed is { $limit }
settings-keep-longer = is set to { $kept }; allowed is { $limit }
older-than-allowed = the oldest is { $old } old; allowed is { $limit }
times-of-clients = the times are the senders' own: how old anything is cannot be told
topic-empty = nothing is on it
topic-unlimited = the oldest is { $old } old; there is no limit here
topic-within = the oldest is { $old } old; allowed is { $limit }
topic-absent = is not there, or may not be seen
topics-of-others = { $count ->
    [one] { $count } other topic of this cluster is not of this system: what is on it was not checked
   *[other] { $count } other topics of this cluster are not of this system: what is on them was not checked
}
hours-of-viewing = viewed live { $windows }
decision-in-force = decision { $decision } holds from { MOMENT($since, format: "yyyy-MM-dd") } until { MOMENT($until, format: "yyyy-MM-dd") }; { $hours }; { $masks ->
    [0] no mask
    [one] { $masks } mask
   *[other] { $masks } masks
} (version { $version })
decision-not-in-force = is not used: { $why }
camera-not-registered = looked, and is not in the registry
looked-without-basis = looked at { MOMENT($at, format: "yyyy-MM-dd HH:mm") } UTC while it might not: { $why }
may-have-looked = might look until { MOMENT($until, format: "yyyy-MM-dd HH:mm") } UTC and told nothing before { MOMENT($next, format: "yyyy-MM-dd HH:mm") } UTC: whether it looked cannot be told
refused-for = { $why }: { $times ->
    [one] once
   *[other] { $times } times
}, { $time } together; no picture was taken in that time
refused-by-stages = { $count ->
    [one] { $count } message was refused by { $stage }: { $reason }
   *[other] { $count } messages were refused by { $stage }: { $reason }
}
never-refused = no camera told that it might not look
folder-used = written { $old } ago
folder-forgotten = written { $old } ago and not removed; allowed is { $limit }
folder-absent = is not there
other-hosts = other machines, and recordings and exports that somebody made, were not checked
pictures-in-memory = pictures stay in memory for at most { $seconds } seconds, and never on disk
chain-broken = the chain of the audit does not hold: { $count ->
    [one] { $count } fault
   *[other] { $count } faults
}
chain-empty = nothing is in the audit: who saw what is not known
chain-holds = the chain of the audit holds: { $count ->
    [one] { $count } entry
   *[other] { $count } entries
}
accessed = { $count } times { $action } ({ $kind })
accessed-between = { $done }; from { MOMENT($first, format: "yyyy-MM-dd HH:mm") } until { MOMENT($last, format: "yyyy-MM-dd HH:mm") } UTC
nothing-deleted = nobody deleted anything by hand
deletions-counted = { $count } entries of the audit are about what was deleted; the last { $shown } stand here
deleted-proved = { $kind }: { $result }, by { $actor } at { MOMENT($at, format: "yyyy-MM-dd HH:mm") } UTC (entry { $entry } of the audit)
file-in-force = version { $version }, SHA-256 { $digest }
detector-in-force = version { $version }, looked last at { MOMENT($at, format: "yyyy-MM-dd HH:mm") } UTC
detector-not-known = which model looks is not known: nothing was seen for a day
licences-in-force = { $count ->
    [one] { $count } package
   *[other] { $count } packages
}: { $named }
licence-not-known = { $count ->
    [one] { $count } package names no licence
   *[other] { $count } packages name no licence
}
hold-kept = is held until { MOMENT($until, format: "yyyy-MM-dd") } for { $requester } ({ $ground }): { $records ->
    [one] { $records } record
   *[other] { $records } records
}
hold-past-end = had to be gone at { MOMENT($until, format: "yyyy-MM-dd") } and is still held for { $requester } ({ $ground }): { $records ->
    [one] { $records } record
   *[other] { $records } records
}
no-holds = nothing is kept longer than its time

## Dossier: what each camera brought

dossier-title = Necessity of each camera
dossier-period = From { MOMENT($since, format: "yyyy-MM-dd") } until { MOMENT($until, format: "yyyy-MM-dd") }: { $alerts ->
    [one] { $alerts } alert
   *[other] { $alerts } alerts
}, rules { $rules }.
dossier-necessity = { $necessity ->
    [brought_something] brought something
    [brought_nothing] BROUGHT NOTHING
    [hardly_looked] hardly looked
    [not_known] NOT KNOWN whether it brought anything
   *[other] { $necessity }
}
dossier-hours = looked for { $looked_h } hours, { $blind_h } of them without seeing well; might not look for { $refused_h } hours; was away for { $away_h } hours
dossier-no-hours = how long it looked is not known
dossier-asked = asked about { $asked ->
    [one] { $asked } alert
   *[other] { $asked } alerts
}, said something of { $answered }
dossier-changed = { $changed ->
    [0] no alert would be otherwise without it
    [one] { $changed } alert would be otherwise without it
   *[other] { $changed } alerts would be otherwise without it
}: { $opened } not there, { $raised } less pressing, { $lowered } more pressing, { $told } less certain
dossier-judged = { $right } of them rightly by a person, { $wrong } not, { $open } not judged
dossier-passed-on = a partner was asked to come to { $passed ->
    [one] { $passed } of them
   *[other] { $passed } of them
}
dossier-viewed = { $viewed ->
    [0] nobody asked for or saw a picture of it
    [one] somebody asked for or saw a picture of it once
   *[other] somebody asked for or saw a picture of it { $viewed } times
}
dossier-views-not-known = whether anybody saw its pictures is not known
dossier-method = Each alert was decided again without what a camera saw. Whether a camera is necessary is for a person to decide. Looking live at a screen is not counted here.

## Trends: the safety team's report

trend-title = Weekly safety report
trend-week = Week { $number } of { $year }
trend-period = { MOMENT($first, format: "d MMMM yyyy") } to { MOMENT($last, format: "d MMMM yyyy") }
trend-open = This week is not over: the counts are what they are so far.
trend-made = Made on { MOMENT($day, format: "d MMMM yyyy") }. Counting began on { MOMENT($since, format: "d MMMM yyyy") }.
trend-short = In short
trend-short-count = { $count } alerts counted this week.
trend-short-usual = Usual is { $usual } a week (mean of { $weeks } weeks).
trend-short-no-usual = What is usual is not known yet.
trend-short-surges = Surge: { $what }.
trend-short-no-surge = No surge.
trend-short-repeats = { $category }, { $where }: pairs within 200 metres and { $days } days: { $count }.
trend-short-no-repeats = No near-repeat was found.
trend-targets = Targets of the plan
trend-target = { $category }: fewer than { $below } in { $year }
trend-target-count = { $count } counted since { MOMENT($since, format: "d MMMM yyyy") }.
trend-target-on = Pro rata it may be { $expected } by now; the count is not above that.
trend-target-off = Pro rata it may be { $expected } by now; the count is above that.
trend-target-over = This year's target is missed.
trend-target-as-of = As of { MOMENT($day, format: "d MMMM yyyy") }.
trend-target-part = Counting began on { MOMENT($since, format: "d MMMM yyyy") }: the year is not whole.
trend-target-bar = { $count } of at most { $most }; { $expected } pro rata
trend-bar-count = counted
trend-bar-expected = pro rata of the target
trend-categories = By category
trend-categories-caption = Counts in the whole area. In the bars this week is dark; the dashed line is what is usual.
trend-category = Category
trend-this-week = This week
trend-usual = Usual per week
trend-change = Difference
trend-last-weeks = Last 52 weeks
trend-says = What it says
trend-nothing = Nothing was counted this week, nor in the 52 weeks before.
trend-unknown-usual = not known
trend-areas = By neighbourhood
trend-areas-caption = Counts this week by neighbourhood and category
trend-area = Neighbourhood
trend-all-categories = All
trend-whole = Whole area
trend-no-areas = No file with neighbourhoods is set (TOEZICHT_AREAS). The whole area is counted as one.
trend-unknown = Place not known
trend-elsewhere = Outside the neighbourhoods
trend-small-mark = small count
trend-small-note = ° Small count (below 5): told as it is, without a percentage. Chance explains such differences.
trend-surges = Surges
trend-surge = { $where }: { $count } times { $category }. Usual is { $usual } a week.
trend-surge-reason = At the usual rate so many or more come with probability { $probability }; the limit is { $limit }.
trend-no-surges = No count of this week is so high that chance explains it badly.
trend-surge-tested = { $tested } combinations of category and neighbourhood with enough history were looked at.
trend-not-judged = Not judged
trend-short-history = { $where }: { $count } times { $category }. Only { $weeks } whole weeks are known; { $least } are needed.
trend-small-base = { $where }: { $count } times { $category }. In the { $weeks } weeks before it only { $total } in all: too few to compare.
trend-repeats = Near-repeats
trend-repeats-caption = Pairs within 14 days, by the neighbourhood of the later one
trend-to-100 = Up to 100 m
trend-to-200 = 100 to 200 m
trend-no-repeats = No pair within 200 metres and 14 days was found this week.
trend-knox = { $category }, last 52 weeks: { $pairs } pairs in one square of 200 metres within 14 days, of { $events } cases.
trend-knox-chance = By chance there would be { $expected }. Probability of { $pairs } or more: { $probability }.
trend-knox-few = Those are too few cases to compare with chance.
trend-unknowns = What this report does not know
trend-unknown-reported = Only what was reported, and what nobody closed as false, test or duplicate. Crimes reported to the police are not in it.
trend-unknown-late = Reports about this week may still come; then the count changes.
trend-unknown-place = Without a usable place: { $count }. Outside the neighbourhoods: { $elsewhere }. They count in the whole area alone.
trend-unknown-season = Seasons and holidays are not corrected for: New Year's Eve can be a surge that comes each year.
trend-unknown-since = Of before { MOMENT($since, format: "d MMMM yyyy") } nothing is known. Usual is the mean of the { $weeks } whole weeks of which something is.
trend-unknown-why = A surge does not say why. More reporting or a new source makes a surge too.
trend-how = How it was counted
trend-how-surge = A count is a surge where it is unlikely at the mean of at most 52 weeks before it (negative binomial prediction after Farrington et al. 1996). The limit is 5 % divided by the number of combinations that are judged: without any change at most about one week in twenty has a surge all the same.
trend-how-small = Nothing is claimed of fewer than 5, with fewer than 13 whole weeks of history, or fewer than 5 in that history.
trend-how-repeats = A near-repeat is a second case within 200 metres and 14 days. The test is Knox's (1964), with 999 deals of the dates.
trend-how-privacy = This report holds counts. No persons, no addresses, no points on a map.
trend-sparkline = Last 52 weeks: lowest { $low }, highest { $high }, this week { $count }
trend-room = Control room { $room }
trend-no-rooms = Nothing has been counted yet.
trend-one-in = 1 in { NUMBER($number, useGrouping: 1) }
trend-less-than-one-in-a-million = less than 1 in a million
trend-judged = { $judgement ->
    [surge] surge
    [usual] may be chance
    [small_count] too small to say
    [short_history] counted too shortly to say
    [small_base] too little history to say
    [not_an_area] not judged
   *[other] { $judgement }
}
trend-in-area = { $category }, { $where }
trend-percent = { $percent } %
