import type uPlot from 'uplot';
import { type Colours, faded, type Tone } from './colours.ts';

export interface Line {
  label: string;
  tone: Tone;
  dashed?: boolean;
  filled?: boolean;
}

/** How the values of a chart are scaled and written. */
export interface Measure {
  /** What the vertical axis spans, from the values shown. */
  range: (min: number, max: number) => [min: number, max: number];
  /** Steps that the axis may take. */
  steps: number[];
  axis: (value: number) => string;
  /** Characters of the longest value, so that the legend keeps its place. */
  room: number;
}

export interface PlotOptions {
  size: { width: number; height: number };
  lines: readonly Line[];
  measure: Measure;
  colours: Colours;
  /** How a moment is written on the axis. */
  tick: (at: number) => string;
  stretch: () => { from: number; to: number };
  /** The place under the pointer, also of the charts beside this one. */
  onCursor: (index: number | null, left: number) => void;
}

const second = 1000;
const font = '12px ui-sans-serif, system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif';
const group = 'dashboard';

export function plotOptions(options: PlotOptions): uPlot.Options {
  const { size, lines, measure, colours, stretch } = options;
  const grid = { stroke: colours.grid, width: 1 };
  return {
    ...size,
    ms: 1,
    pxAlign: 0,
    padding: [8, 24, 0, 0],
    legend: { show: false },
    scales: {
      x: {
        time: true,
        range: () => {
          const { from, to } = stretch();
          return [from, to];
        },
      },
      y: { range: (_, min, max) => measure.range(min, max) },
    },
    axes: [
      {
        stroke: colours.text,
        font,
        size: 28,
        gap: 6,
        space: 72,
        grid: { show: false },
        ticks: { show: false },
        incrs: [10, 15, 30, 60, 120, 180, 300].map((step) => step * second),
        values: (_, splits) => splits.map(options.tick),
      },
      {
        stroke: colours.text,
        font,
        size: 64,
        gap: 6,
        space: 36,
        grid,
        ticks: { show: false },
        incrs: measure.steps,
        values: (_, splits) => splits.map(measure.axis),
      },
    ],
    series: [{}, ...lines.map((line) => seriesOf(line, colours))],
    cursor: {
      y: false,
      move: toSample,
      drag: { x: false, y: false },
      points: {
        size: 9,
        width: 2,
        stroke: () => colours.surface,
        fill: (_, index) => toneOf(lines[index - 1], colours),
      },
      sync: { key: group },
    },
    hooks: {
      setCursor: [(plot) => options.onCursor(plot.cursor.idx ?? null, plot.cursor.left ?? -1)],
    },
  };
}

function seriesOf(line: Line, colours: Colours): uPlot.Series {
  const colour = toneOf(line, colours);
  return {
    label: line.label,
    stroke: colour,
    width: 1.75,
    ...(line.dashed ? { dash: [5, 4] } : {}),
    ...(line.filled ? { fill: (plot: uPlot) => shade(plot, colour) } : {}),
    points: { show: true, size: 5, fill: colour, filter: alone },
  };
}

/** The crosshair stands on a sample, so that time and values below it belong together. */
function toSample(plot: uPlot, left: number, top: number): [left: number, top: number] {
  const at = left < 0 ? undefined : plot.data[0][plot.posToIdx(left)];
  return [at === undefined ? left : plot.valToPos(at, 'x'), top];
}

const toneOf = (line: Line | undefined, colours: Colours): string => colours[line?.tone ?? 'one'];

function shade({ ctx, bbox }: uPlot, colour: string): CanvasGradient | string {
  if (!Number.isFinite(bbox.top + bbox.height)) return 'transparent';
  const gradient = ctx.createLinearGradient(0, bbox.top, 0, bbox.top + bbox.height);
  gradient.addColorStop(0, faded(colour, 0.32));
  gradient.addColorStop(1, faded(colour, 0.03));
  return gradient;
}

/** A value between two gaps has no line to stand on: it alone is drawn as a point. */
function alone(plot: uPlot, series: number): number[] {
  const values = plot.data[series] ?? [];
  const found: number[] = [];
  for (const [index, value] of values.entries()) {
    if (value != null && values[index - 1] == null && values[index + 1] == null) found.push(index);
  }
  return found;
}
