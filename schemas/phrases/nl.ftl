### Dutch, language level B1. One sentence per code; the values that each takes stand beside the code in phrases of the same name.


## Weigeringen: waarom een handeling niet is gedaan. `refused-where` en `refused-state` staan in andere zinnen.

refused-state = { $state ->
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
refused-where = { $merged_into ->
    [none] { refused-state }
   *[other] { refused-state }, samengevoegd met { $merged_into }
}
refused-handled = { $user ->
    [none] iemand
   *[other] { $user }
} heeft de melding al in behandeling ({ refused-where })
refused-ended = de melding is al afgelopen ({ refused-where })
refused-withdrawn = alle berichten over deze melding zijn ingetrokken ({ refused-where })
refused-on-shelf = de melding is uitgesteld ({ refused-where })
refused-not-on-shelf = de melding is niet uitgesteld ({ refused-where })
refused-planned = de melding wordt verwacht volgens het plan ({ refused-where })
refused-over = de melding is voorbij ({ refused-where })
refused-open = de melding is al open ({ refused-where })
refused-no-dispatch = van hieruit kan nog geen hulp worden gestuurd ({ refused-where })
refused-merged-away = de melding gaat verder in een andere melding: splits daar af wat iets anders is ({ refused-where })
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
refused-other-alert = de andere melding is al afgelopen ({ refused-state })
refused-too-many-together = { $what ->
    [reports] samen hebben ze { $together } berichten, en een melding heeft er hooguit { $at_most }
   *[episodes] samen hebben ze { $together } waarnemingen, en een melding heeft er hooguit { $at_most }
}
refused-no-such-fact = de melding heeft dat bericht of die waarneming niet
refused-only-fact = de melding heeft niets anders
refused-fact-over = dat bericht is ingetrokken, of die waarneming is voorbij
refused-no-cause = de melding staat niet onder een oorzaak
refused-not-detached = niemand heeft de melding van haar oorzaak losgemaakt

## Notities: wat een centralist bij een melding noteerde.

note-called-back = de melder is teruggebeld
note-no-answer = er werd niet opgenomen
note-camera-checked = camera { $value } is bekeken
note-nothing-on-camera = op camera { $value } is niets te zien
note-persons-on-camera = { $value ->
    [one] { $value } persoon te zien
   *[other] { $value } personen te zien
}
note-police-informed = de politie weet het
note-fire-service-informed = de brandweer weet het
note-ambulance-informed = de ambulancedienst weet het
note-enforcement-informed = handhaving weet het
note-help-on-scene = er is hulp ter plaatse
note-waiting-for-partner = wacht op { $value }
note-over-in-minutes = { $value ->
    [one] over { $value } minuut voorbij
   *[other] over { $value } minuten voorbij
}
note-handed-over = overgedragen aan de volgende dienst

## Oorzaken: waarom een melding bij een andere staat.

cause-link = { $symptom } op { $distance_m } m van { $cause }, { $order ->
    [after] { $lag_s } s na het begin
   *[before] { $lag_s } s voor het begin
}

## Volgende stap: wat de regels aanraden, en waarom. `next-service` staat in andere zinnen.

next-service = { $service ->
    [politie] de politie
    [brandweer] de brandweer
    [ambulance] de ambulance
    [hor] handhaving
    [ggd] de GGD
    [oov] het team veiligheid
   *[other] { $service }
}
next-send = vraag { next-service } om te gaan
next-send-and-look = vraag { next-service } om te gaan en kijk op camera { $camera_id }
next-look = kijk eerst op camera { $camera_id }
next-call-back = bel { $partner } terug
next-wait = wacht
next-with-cause = pak deze samen aan met de oorzaak, { $alert_id }
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
