/** Paint: signs of the map on a canvas: tags, cameras, gaps, words, and the hatching of zones. Colours are those of the page. */

import type { Priority } from "../../api/client.ts";
import type { Shape, ZoneLevel } from "./scene.ts";
import type { Spot } from "./spread.ts";

const NAMES = ["ground", "panel", "text", "soft", "frame", "hairline", "p1", "p1-text", "p2", "p2-text", "p2-line", "p3", "p3-text", "p4", "system", "focus"] as const;
export type Colours = Record<(typeof NAMES)[number], string>;
export const FONT = '600 12px system-ui, "Segoe UI", Roboto, "Noto Sans", "Liberation Sans", Arial, sans-serif';
/** Half the side of a tag (px). */
export const TAG = 10;

export function coloursNow(): Colours {
  const style = getComputedStyle(document.documentElement);
  return Object.fromEntries(NAMES.map((name) => [name, style.getPropertyValue(`--${name}`).trim()])) as Colours;
}

/** Return the colour of lines that belong to a priority. */
export function lineOf(priority: Priority, colours: Colours): string {
  return { P1: colours.p1, P2: colours["p2-line"], P3: colours.p3, P4: colours.p4 }[priority];
}

type Point = { x: number; y: number };
type Context = CanvasRenderingContext2D;

/** Paint a tag with its digit, as on the list: filled where nobody has it, outlined where somebody has, dashed where it is over.
 *
 * @param lit Whether the tag of a new P1 is filled just now. */
export function paintAlert(ctx: Context, at: Point, shape: Shape & { kind: "alert" }, colours: Colours, lit: boolean, still: boolean): void {
  const { priority, look } = shape;
  const asks = look === "new" || look === "escalated";
  const filled = asks && priority !== "P4" && (priority !== "P1" || lit || still);
  const fills: Record<Priority, [string, string]> = {
    P1: [colours.p1, colours["p1-text"]],
    P2: [colours.p2, colours["p2-text"]],
    P3: [colours.p3, colours["p3-text"]],
    P4: [colours.panel, colours.text],
  };
  const [fill, text] = filled ? fills[priority] : [colours.panel, colours.text];
  ctx.save();
  ctx.setLineDash([]); // whatever was drawn before has left its own
  ctx.lineWidth = 1.5;
  outline(ctx, at, priority, TAG);
  ctx.fillStyle = fill;
  ctx.fill();
  if (look === "over") ctx.setLineDash([3, 2]);
  ctx.strokeStyle = asks ? lineOf(priority, colours) : colours.text;
  if (priority !== "P4") ctx.stroke();
  ctx.setLineDash([]);
  if (still && asks && priority === "P1") {
    outline(ctx, at, priority, TAG + 3);
    ctx.strokeStyle = colours.p1;
    ctx.stroke();
  }
  if (shape.chosen) {
    outline(ctx, at, priority, TAG + 5);
    ctx.lineWidth = 2;
    ctx.strokeStyle = colours.focus;
    ctx.stroke();
  }
  ctx.font = FONT;
  ctx.textAlign = "center";
  ctx.textBaseline = "middle";
  ctx.fillStyle = text;
  ctx.fillText(priority.slice(1), at.x, at.y + 0.5);
  ctx.restore();
}

/** P1 square, P2 rounded, P3 rounded on the left, P4 as P1 without a frame. */
function outline(ctx: Context, at: Point, priority: Priority, half: number): void {
  const corners = { P1: [0], P2: [half], P3: [half, 0, 0, half], P4: [3] }[priority];
  ctx.beginPath();
  ctx.roundRect(at.x - half, at.y - half, 2 * half, 2 * half, corners);
}

/** @param worded Whether there is room for words.
 * @param spot Where its word stands from it. */
export function paintCamera(ctx: Context, at: Point, shape: Shape & { kind: "camera" }, colours: Colours, worded: boolean, spot: Spot): void {
  const told = shape.label !== "" && (worded || shape.chosen);
  if (told && spot.leader) paintLeader(ctx, at, spot, colours);
  ctx.save();
  ctx.setLineDash([]);
  ctx.lineWidth = shape.unable ? 2 : 1.25;
  ctx.strokeStyle = shape.unable ? colours.system : colours.frame;
  ctx.fillStyle = colours.panel;
  ctx.beginPath();
  ctx.arc(at.x, at.y, shape.unable ? 5.5 : 4.5, 0, 2 * Math.PI);
  ctx.fill();
  if (shape.unable) ctx.setLineDash([3, 2.75]);
  ctx.stroke();
  if (shape.chosen) {
    ctx.setLineDash([]);
    ctx.strokeStyle = colours.focus;
    ctx.lineWidth = 2;
    ctx.beginPath();
    ctx.arc(at.x, at.y, 8.5, 0, 2 * Math.PI);
    ctx.stroke();
  }
  ctx.restore();
  if (told) paintWord(ctx, { x: at.x + spot.dx, y: at.y + spot.dy }, shape.label, colours, "left");
}

/** A line from a sign to its word, which stands farther away. */
function paintLeader(ctx: Context, at: Point, spot: Spot, colours: Colours): void {
  ctx.save();
  ctx.setLineDash([]);
  ctx.lineWidth = 1;
  ctx.strokeStyle = colours.soft;
  ctx.beginPath();
  ctx.moveTo(at.x, at.y);
  ctx.lineTo(at.x + (spot.dx > 0 ? spot.dx : spot.dx / 2), at.y + spot.dy);
  ctx.stroke();
  ctx.restore();
}

/** A gap is a cross in the system's colour: nobody could look there. */
export function paintGap(ctx: Context, at: Point, shape: Shape & { kind: "gap" }, colours: Colours): void {
  const arm = 6;
  ctx.save();
  ctx.setLineDash([]);
  ctx.lineCap = "round";
  for (const [colour, width] of [[colours.ground, 5], [shape.chosen ? colours.focus : colours.system, 2.5]] as const) {
    ctx.strokeStyle = colour;
    ctx.lineWidth = width;
    ctx.beginPath();
    ctx.moveTo(at.x - arm, at.y - arm);
    ctx.lineTo(at.x + arm, at.y + arm);
    ctx.moveTo(at.x + arm, at.y - arm);
    ctx.lineTo(at.x - arm, at.y + arm);
    ctx.stroke();
  }
  ctx.restore();
}

/** Paint a word on a ground of its own, so that no line crosses it. */
export function paintWord(ctx: Context, at: Point, word: string, colours: Colours, align: "left" | "center"): void {
  ctx.save();
  ctx.font = FONT;
  ctx.textBaseline = "middle";
  ctx.textAlign = align;
  const width = ctx.measureText(word).width;
  ctx.fillStyle = colours.panel;
  ctx.fillRect(align === "left" ? at.x - 3 : at.x - width / 2 - 3, at.y - 9, width + 6, 18);
  ctx.fillStyle = colours.text;
  ctx.fillText(word, at.x, at.y + 0.5);
  ctx.restore();
}

/** Px between the lines of a zone's hatching, by its level; the highest is crossed. */
const GAPS: Readonly<Record<ZoneLevel, number>> = { 0: 0, 1: 14, 2: 8, 3: 8 };

/** Return the hatching of a level, or null where it has none. */
export function hatchOf(level: ZoneLevel, colour: string): CanvasPattern | null {
  const size = GAPS[level];
  if (size === 0) return null;
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = size;
  const ctx = canvas.getContext("2d");
  if (ctx === null) return null;
  ctx.strokeStyle = colour;
  ctx.lineWidth = 1.2;
  ctx.beginPath();
  for (const shift of [-size, 0, size]) {
    ctx.moveTo(shift, size);
    ctx.lineTo(shift + size, 0);
    if (level === 3) {
      ctx.moveTo(shift, 0);
      ctx.lineTo(shift + size, size);
    }
  }
  ctx.stroke();
  return ctx.createPattern(canvas, "repeat");
}
