/** Spans: when the sound was silenced, and when the picture was old, as this browser saw it. Pure; times in ms since 1970. */

export type Kind = "muted" | "old";
export type Span = { readonly kind: Kind; readonly from: number; readonly to: number };

/** What ends and begins again within this time (ms) is one span: a hidden window is woken less often. */
export const JOIN_MS = 10_000;
const KEPT_MS = 7 * 86_400_000;
const MOST = 500;

/** Return the spans with one of a kind that lasts now. */
export function lasting(spans: readonly Span[], kind: Kind, now: number): Span[] {
  const last = spans.findLastIndex((span) => span.kind === kind);
  const span = spans[last];
  if (span !== undefined && now - span.to <= JOIN_MS && now >= span.from) return spans.with(last, { ...span, to: Math.max(span.to, now) });
  return [...spans.filter((each) => each.to > now - KEPT_MS), { kind, from: now, to: now }].slice(-MOST);
}

/** Return the spans of a kind within a period, clipped to it; what overlaps, as two windows saw it, is one. */
export function within(spans: readonly Span[], kind: Kind, from: number, to: number): Span[] {
  const found: Span[] = [];
  for (const span of spans.filter((each) => each.kind === kind).sort((one, other) => one.from - other.from)) {
    const clipped = { kind, from: Math.max(span.from, from), to: Math.min(span.to, to) };
    if (clipped.to < clipped.from) continue;
    const last = found.at(-1);
    if (last !== undefined && clipped.from - last.to <= JOIN_MS) found[found.length - 1] = { ...last, to: Math.max(last.to, clipped.to) };
    else found.push(clipped);
  }
  return found;
}

/** Return how long spans last together (s). */
export const totalS = (spans: readonly Span[]): number => spans.reduce((sum, span) => sum + span.to - span.from, 0) / 1_000;

/** Whether something that was kept is spans. */
export const areSpans = (found: unknown): found is Span[] =>
  Array.isArray(found) && found.every((each: unknown) => {
    const { kind, from, to } = (each ?? {}) as Partial<Span>;
    return (kind === "muted" || kind === "old") && Number.isFinite(from) && Number.isFinite(to);
  });
