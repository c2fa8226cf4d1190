#!/usr/bin/env bash
# A partner in shell, with kcat and jq: it reads its topics and answers each request to it. See docs/examples/README.md.
#
#   partner.sh politie
#
# BOOTSTRAP_SERVERS (localhost:9092), STATE (a folder, ./PARTNER-state), OUTCOMES (accepted en_route arrived done), REASON (no_unit, for
# rejected), PAUSE_S (1) and CE_SOURCE are taken from the environment. More for kcat, such as TLS, stands in its file (KCAT_CONFIG).
#
# Its notes are files. Each is written whole and then given its name, so a kill leaves the old one or the new one. An answer is sent under an
# id that follows from the request, and noted after that: a kill in between has it sent again, as the same answer.
set -euo pipefail

partner="${1:?expected your id as a partner, as the municipality names you: politie}"
: "${BOOTSTRAP_SERVERS:=localhost:9092}" "${STATE:=$partner-state}" "${OUTCOMES:=accepted en_route arrived done}" "${REASON:=no_unit}"
: "${PAUSE_S:=1}" "${CE_SOURCE:=urn:nld:oin:00000000000000000000:systeem:partner}"
topics=("partner-$partner" "partner-$partner-health")
answers="partner-$partner-answers"
mkdir -p "$STATE"/{seen,alerts,tasks,told,places}

note() {   # FILE TEXT
  printf '%s' "$2" > "$STATE/writing.$$"
  mv "$STATE/writing.$$" "$1"
}

header() {   # NAME HEADERS, as name=value,…
  [[ ",$2" =~ ,$1=([^,]*) ]] && printf '%s' "${BASH_REMATCH[1]}"
}

take() {   # TOPIC HEADERS VALUE
  local topic="$1" value="$3" id kind alert dispatch revision withdrawn deadline title known seen
  id="$(header ce_id "$2")" || return 0
  kind="$(header ce_type "$2")" || return 0
  seen="$STATE/seen/$topic-${id//[^A-Za-z0-9._-]/_}"
  [[ -e "$seen" ]] && return 0                        # a repeat
  case "$kind" in
    nl.toezicht.partner-alert.v1)
      IFS=$'\x1f' read -r alert revision withdrawn title < <(jq -r '[.alert_id, .revision, .withdrawn,
        (if .exercise then "EXERCISE " else "" end) + .title] | map(tostring) | join("\u001f")' <<< "$value")
      known="$STATE/alerts/$topic-${alert//[^A-Za-z0-9._-]/_}"
      if [[ ! -e "$known" ]] || (( revision > $(cut -f 1 "$known") )); then
        [[ "$withdrawn" == true ]] && value=""          # it is no longer ours: forget it
        note "$known" "$revision"$'\t'"$value"
        echo "alert $alert $revision $title"
      fi ;;
    nl.toezicht.partner-dispatch.v1)
      IFS=$'\x1f' read -r dispatch deadline title < <(jq -r '[.dispatch_id, (.deadline_at // "9"),
        (if .exercise then "EXERCISE " else "" end) + .title] | map(tostring) | join("\u001f")' <<< "$value")
      if [[ "$deadline" < "$(date -u +%Y-%m-%dT%H:%M:%S)" ]]; then
        echo "too late for $dispatch: others were asked meanwhile"
      else
        note "$STATE/tasks/${dispatch//[^A-Za-z0-9._-]/_}" "$value"
        echo "asked $dispatch $title"
      fi ;;
    *) return 0 ;;                                      # nothing that this program knows
  esac
  note "$seen" ""
}

send() {   # KEY HEADERS VALUE; kcat ends well when the broker has it
  local header words=()
  for header in $2; do words+=(-H "$header"); done
  kcat -b "$BOOTSTRAP_SERVERS" -P -t "$answers" -k "$1" -X topic.partitioner=murmur2_random -X acks=all "${words[@]}" <<< "$3"
}

work() {   # answer each request with what is still to be told of it
  local task dispatch told outcome room now number
  for task in "$STATE"/tasks/*; do
    [[ -e "$task" ]] || continue
    dispatch="$(jq -r .dispatch_id "$task")" room="$(jq -r .control_room_id "$task")"
    told="$STATE/told/$(basename "$task")"
    number=0
    for outcome in $OUTCOMES; do
      number=$((number + 1))
      [[ -e "$told" ]] && (( number <= $(cat "$told") )) && continue
      now="$(date -u +%Y-%m-%dT%H:%M:%S.%6NZ)"
      send "$room" "ce_specversion=1.0 ce_type=nl.toezicht.dispatch-receipt.v1 ce_id=$dispatch-$outcome ce_source=$CE_SOURCE ce_time=$now content-type=application/json" \
        "$(jq -c --arg partner "$partner" --arg outcome "$outcome" --arg reason "$REASON" --arg now "$now" \
          '{dispatch_id, control_room_id, alert_id, recipient: $partner, outcome: $outcome,
            reason_code: (if $outcome == "rejected" then $reason else null end), answered_at: $now}' "$task")"
      note "$told" "$number"
      echo "answered $dispatch $outcome"
      sleep "$PAUSE_S"                                  # here your people drive
    done
    mv "$task" "$STATE/seen/task-$(basename "$task")"
  done
}

follow() {   # each partition from the place that was noted, by turns
  local topic number numbers place offset headers value
  declare -A numbers
  for topic in "${topics[@]}"; do
    numbers[$topic]="$(kcat -b "$BOOTSTRAP_SERVERS" -L -J -t "$topic" | jq '.topics[0].partitions | length')"
  done
  echo ready
  while true; do
    work                                                # what a kill left
    for topic in "${topics[@]}"; do
      for ((number = 0; number < ${numbers[$topic]}; number++)); do
        place="$STATE/places/$topic-$number"
        while IFS=$'\t' read -r offset headers value; do
          take "$topic" "$headers" "$value"
          note "$place" "$((offset + 1))"               # after what follows from it: a kill in between has it come again
        done < <(kcat -b "$BOOTSTRAP_SERVERS" -C -q -t "$topic" -p "$number" -o "$(cat "$place" 2> /dev/null || echo beginning)" -e \
          -X isolation.level=read_committed -X auto.offset.reset=earliest -f '%o\t%h\t%s\n')
      done
    done
    sleep 0.5
  done
}

follow
