/** Chart: one zone's two hours, drawn by uPlot: line, band, thresholds with their names, gaps, and arrows where there are more. */

import "uplot/dist/uPlot.min.css";
import uPlot from "uplot";
import type { Schemas } from "../../api/client.ts";
import { time } from "../../words/words.ts";
import { decimals, digitsOf, wholeOf } from "./words.ts";
import { ceilingOf, SPAN_S, unseenOf, type Columns } from "./series.ts";

export interface Shown {
  readonly columns: Columns;
  readonly stepS: number;
  readonly thresholds: readonly Schemas["Threshold"][];
  readonly calibrated: boolean;
  /** The server's time (ms): the right end. */
  readonly now: number;
}

const FONT = '12px system-ui, "Segoe UI", Roboto, "Noto Sans", "Liberation Sans", Arial, sans-serif';
const ARROW_EVERY_PX = 16;

export class ZoneChart {
  readonly #plot: uPlot;
  #shown: Shown;

  constructor(element: HTMLElement, shown: Shown, width: number, height: number) {
    this.#shown = shown;
    const colour = (name: string) => (): string => getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
    const axis = { stroke: colour("soft"), font: FONT, grid: { stroke: colour("hairline"), width: 1 }, ticks: { stroke: colour("hairline"), width: 1 } };
    const none = { stroke: "transparent", width: 0, points: { show: false } };
    this.#plot = new uPlot(
      {
        width, height,
        legend: { show: false }, cursor: { show: false }, select: { show: false, left: 0, top: 0, width: 0, height: 0 },
        tzDate: (seconds) => uPlot.tzDate(new Date(seconds * 1_000), "Europe/Amsterdam"),
        scales: {
          x: { range: () => [this.#shown.now / 1_000 - SPAN_S, this.#shown.now / 1_000] },
          y: { range: () => [0, ceilingOf(this.#shown.columns, this.#shown.thresholds)] },
        },
        axes: [
          { ...axis, size: 30, space: 60, values: (_, splits) => splits.map((seconds) => time(seconds * 1_000)) },
          { ...axis, size: 44, values: (_, splits) => this.#shown.calibrated ? splits.map((value) => decimals(value, digitsOf((splits[1] ?? 1) - (splits[0] ?? 0)))) : wholeOf(splits) },
        ],
        series: [{}, none, none, { stroke: colour("text"), width: 1.75, spanGaps: false, points: { show: false } }],
        bands: [{ series: [1, 2], fill: () => `color-mix(in srgb, ${colour("soft")()} 38%, transparent)` }],
        hooks: { drawClear: [(plot) => this.#unseen(plot, colour("system")())], draw: [(plot) => this.#over(plot, colour)] },
      },
      dataOf(shown.columns),
      element,
    );
  }

  show(shown: Shown): void {
    this.#shown = shown;
    this.#plot.setData(dataOf(shown.columns));
  }

  size(width: number, height: number): void {
    if (width > 0 && (width !== this.#plot.width || height !== this.#plot.height)) this.#plot.setSize({ width, height });
  }

  destroy(): void {
    this.#plot.destroy();
  }

  /** Hatch in the system's colour where nobody looked. */
  #unseen(plot: uPlot, colour: string): void {
    const { ctx, bbox } = plot;
    const { columns, stepS, now } = this.#shown;
    const scale = devicePixelRatio;
    ctx.save();
    ctx.strokeStyle = colour;
    ctx.lineWidth = scale;
    for (const [from, until] of unseenOf(columns, stepS, now / 1_000 - SPAN_S, now / 1_000)) {
      const left = Math.max(bbox.left, plot.valToPos(from, "x", true));
      const right = Math.min(bbox.left + bbox.width, plot.valToPos(until, "x", true));
      if (right - left < 1) continue;
      ctx.save();
      ctx.beginPath();
      ctx.rect(left, bbox.top, right - left, bbox.height);
      ctx.clip();
      ctx.globalAlpha = 0.55;
      ctx.beginPath();
      for (let x = left - bbox.height; x < right; x += 9 * scale) {
        ctx.moveTo(x, bbox.top + bbox.height);
        ctx.lineTo(x + bbox.height, bbox.top);
      }
      ctx.stroke();
      ctx.restore();
    }
    ctx.restore();
  }

  #over(plot: uPlot, colour: (name: string) => () => string): void {
    const { ctx, bbox } = plot;
    const scale = devicePixelRatio;
    ctx.save();
    ctx.font = FONT.replace("12px", `${12 * scale}px`);
    ctx.textBaseline = "bottom";
    ctx.textAlign = "left";
    for (const { text, per_m2 } of this.#shown.thresholds) {
      const y = plot.valToPos(per_m2, "y", true);
      ctx.strokeStyle = colour("frame")();
      ctx.lineWidth = scale;
      ctx.setLineDash([6 * scale, 4 * scale]);
      ctx.beginPath();
      ctx.moveTo(bbox.left, y);
      ctx.lineTo(bbox.left + bbox.width, y);
      ctx.stroke();
      const width = ctx.measureText(text).width;
      ctx.globalAlpha = 0.8; // what lies behind shows a little
      ctx.fillStyle = colour("panel")();
      ctx.fillRect(bbox.left + 4 * scale, y - 17 * scale, width + 8 * scale, 16 * scale);
      ctx.globalAlpha = 1;
      ctx.fillStyle = colour("text")();
      ctx.fillText(text, bbox.left + 8 * scale, y - 2 * scale);
    }
    ctx.setLineDash([]);
    ctx.strokeStyle = colour("text")();
    ctx.lineWidth = 1.25 * scale;
    this.#arrows(plot, scale);
    ctx.restore();
  }

  /** There are probably more: an arrow upwards, on some of the points where that is so. */
  #arrows(plot: uPlot, scale: number): void {
    const { ctx, bbox } = plot;
    const { at, middle, least } = this.#shown.columns;
    let before = -Infinity;
    ctx.beginPath();
    at.forEach((seconds, place) => {
      const value = middle[place];
      if (!least[place] || value === null || value === undefined) return;
      const [x, y] = [plot.valToPos(seconds, "x", true), plot.valToPos(value, "y", true)];
      if (x < bbox.left || x - before < ARROW_EVERY_PX * scale) return;
      before = x;
      const [tall, head] = [13 * scale, 3.5 * scale];
      ctx.moveTo(x, y);
      ctx.lineTo(x, y - tall);
      ctx.moveTo(x - head, y - tall + head);
      ctx.lineTo(x, y - tall);
      ctx.lineTo(x + head, y - tall + head);
    });
    ctx.stroke();
  }
}

const dataOf = ({ at, low, middle, high }: Columns): uPlot.AlignedData => [at, high, low, middle];
