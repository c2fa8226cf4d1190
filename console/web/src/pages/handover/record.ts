/** Record: this browser's own: when the sound was silenced and when its picture was old, for the hand-over. Nothing of alerts. */

import { live } from "../../live/use.svelte.ts";
import { kept } from "../../shell/kept.ts";
import { isMuted } from "../../sound/rules.ts";
import { sound } from "../../sound/sound.svelte.ts";
import { areSpans, lasting, type Span } from "./spans.ts";

const KEY = "record";
/** How often a span that lasts is written down (ms): windows share what is kept, and each looks once a second. */
const WRITE_MS = 4_000;
let writtenAt = -Infinity;

/** Note what lasts now; called once a second, on whatever page. */
export function note(now: number): void {
  const [muted, old] = [isMuted(sound.mute, now), live.old];
  if ((!muted && !old) || Math.abs(now - writtenAt) < WRITE_MS) return;
  writtenAt = now;
  let spans: Span[] = recorded();
  if (muted) spans = lasting(spans, "muted", now);
  if (old) spans = lasting(spans, "old", now);
  kept.write(KEY, spans);
}

/** Return what was noted. */
export const recorded = (): Span[] => kept.read(KEY, areSpans) ?? [];
