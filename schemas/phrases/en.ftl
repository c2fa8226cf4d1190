### English. One sentence per code; the values that each takes stand beside the code in phrases of the same name.


## Refusals: why an operator's action was not done. `refused-where` stands within others.

refused-where = { $merged_into ->
    [none] { $state }
   *[other] { $state }, merged into { $merged_into }
}
refused-handled = it is handled by { $user ->
    [none] somebody
   *[other] { $user }
} ({ refused-where })
refused-ended = it has ended ({ refused-where })
refused-withdrawn = all its reports are cancelled ({ refused-where })
refused-on-shelf = it is on the shelf ({ refused-where })
refused-not-on-shelf = it is not on the shelf ({ refused-where })
refused-planned = a plan suppresses it ({ refused-where })
refused-over = it is over ({ refused-where })
refused-open = it is open, there is nothing to open again ({ refused-where })
refused-no-dispatch = nothing can be dispatched from here yet ({ refused-where })
refused-merged-away = it went on in another alert: what is another situation is split off there ({ refused-where })
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
refused-too-many-together = { $what ->
    [reports] together they hold { $together } reports, an alert holds at most { $at_most }
   *[episodes] together they hold { $together } episodes, an alert holds at most { $at_most }
}
refused-no-such-fact = it has no such report or episode
refused-only-fact = it has no other report or episode
refused-fact-over = that report is cancelled, or that episode is over
refused-no-cause = it stands under no cause
refused-not-detached = nobody took it from its cause

## Notes: what an operator noted on an alert.

note-called-back = the reporter was called back
note-no-answer = nobody answered the call
note-camera-checked = camera { $value } was looked at
note-nothing-on-camera = nothing to be seen on camera { $value }
note-persons-on-camera = { $value ->
    [one] { $value } person to be seen
   *[other] { $value } persons to be seen
}
note-police-informed = the police know
note-fire-service-informed = the fire service knows
note-ambulance-informed = the ambulance service knows
note-enforcement-informed = municipal enforcement knows
note-help-on-scene = help is there
note-waiting-for-partner = waiting for { $value }
note-over-in-minutes = { $value ->
    [one] over in { $value } minute
   *[other] over in { $value } minutes
}
note-handed-over = handed over to the next shift

## Causes: why an alert stands with another one.

cause-link = { $symptom } { $distance_m } m from { $cause }, { $order ->
    [after] { $lag_s } s after it began
   *[before] { $lag_s } s before it began
}

## Next steps: what the rules recommend, and why. `next-service` stands within others.

next-service = { $service ->
    [politie] the police
    [brandweer] the fire service
    [ambulance] the ambulance service
    [hor] municipal enforcement
    [ggd] the health service
    [oov] the safety team
   *[other] { $service }
}
next-send = ask { next-service } to go
next-send-and-look = ask { next-service } to go, and look at camera { $camera_id }
next-look = look at camera { $camera_id } first
next-call-back = call { $partner } back
next-wait = wait
next-with-cause = handle it with its cause, { $alert_id }
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
